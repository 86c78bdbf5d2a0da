"""What a file of holidays asks for, what its cells mean, and a year written as such a file; pure."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date

from handlers.contract.refusal import Refusal
from handlers.mechanisms.sheet.forms import Cells, Layout, Sheet, day, text_of, understood
from scheduler.workdays import Year

FREE, WORKED = "休", "班"
LONGEST_NAME = 32

CALENDAR = Layout(("date", "kind", "name"))


@dataclass(frozen=True)
class DayRow:
    """One day that the notice names: free or worked, and for which holiday."""

    day: date
    free: bool
    name: str


def calendar(raw: bytes) -> Sheet[DayRow]:
    """Understand a file of holidays. A row without its day is left out."""
    return understood(raw, CALENDAR, _day_row, lambda said: said.day != date.min)


def written(year: Year) -> str:
    """Return a year as the file from which it can be imported."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(CALENDAR.needed)
    for each in sorted({**year.free, **year.worked}):
        free = each in year.free
        rows.writerow((each.isoformat(), *((FREE, year.free[each]) if free else (WORKED, year.worked[each]))))
    return out.getvalue()


def _day_row(cells: Cells) -> DayRow:
    return DayRow(
        day=cells.take("date", day, date.min),
        free=cells.take("kind", _is_free, True),
        name=cells.take("name", text_of(LONGEST_NAME, empty="空着，请写是哪个节，例如 春节"), ""),
    )


def _is_free(text: str) -> bool:
    if text not in (FREE, WORKED):
        raise Refusal(f"「{text[:20]}」看不懂：放假写「{FREE}」，调休上班写「{WORKED}」")
    return text == FREE
