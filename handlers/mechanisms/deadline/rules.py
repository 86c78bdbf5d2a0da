"""When something is due and when people hear of it; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from scheduler import workdays
from scheduler.workdays import Calendar

if TYPE_CHECKING:
    from storage.deadlines import Deadline

WORKING, CALENDAR, NTH, FIXED = "w", "c", "n", "d"
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Term:
    """How a due day is counted; `text` is how it is stored. The day of the event does not count
    (decision 14).

    `working(15)`: the 15th working day. `calendar(3)`: the third day, or the next working day if that one is
    free (decision 15). `nth(2026, 10, 5)`: the 5th working day of a month. `fixed(day)`: that very day."""

    text: str

    @classmethod
    def working(cls, days: int) -> Term:
        """So many working days."""
        return cls(f"{WORKING}{days}")

    @classmethod
    def calendar(cls, days: int) -> Term:
        """So many calendar days."""
        return cls(f"{CALENDAR}{days}")

    @classmethod
    def nth(cls, year: int, month: int, n: int) -> Term:
        """The n-th working day of a month."""
        return cls(f"{NTH}{year:04}-{month:02}/{n}")

    @classmethod
    def fixed(cls, day: date) -> Term:
        """A day that somebody named."""
        return cls(f"{FIXED}{day.isoformat()}")

    @property
    def days(self) -> int | None:
        """How many days are counted, None where it is a day of its own."""
        found = re.fullmatch(rf"[{WORKING}{CALENDAR}](\d+)", self.text)
        return int(found[1]) if found else None

    @property
    def in_workdays(self) -> bool:
        """Whether it counts working days from an event."""
        return self.text.startswith(WORKING)


def due(term: Term, opened_on: date, extra: int, calendar: Calendar) -> workdays.Deadline:
    """Return the day that a term ends with so many working days on top, and the years whose calendar was
    missing. ValueError for no term."""
    kind, rest = term.text[:1], term.text[1:]
    if kind == WORKING:
        return workdays.add(opened_on, int(rest) + extra, calendar)
    if kind == CALENDAR:
        return _later(workdays.roll(opened_on + int(rest) * ONE_DAY, calendar).deadline, extra, calendar)
    if kind == NTH:
        month, _, n = rest.partition("/")
        first = date.fromisoformat(f"{month}-01")
        return _later(workdays.nth(first.year, first.month, int(n), calendar), extra, calendar)
    if kind == FIXED:
        return _later(workdays.Deadline(date.fromisoformat(rest)), extra, calendar)
    raise ValueError(f"no term: {term.text}")


def _later(end: workdays.Deadline, extra: int, calendar: Calendar) -> workdays.Deadline:
    if not extra:
        return end
    more = workdays.add(end.day, extra, calendar)
    first = int(end.calendar.partition(":")[0]) if end.calendar else end.day.year
    stamp = calendar.stamp(first, workdays.notice_year(more.day))
    return workdays.Deadline(more.day, tuple(sorted({*end.missing, *more.missing})), stamp)


def rung_day(due_on: date, rung: int, calendar: Calendar) -> date:
    """Return the working day that lies `rung` working days from the due day, before it if negative."""
    if rung >= 0:
        return workdays.add(due_on, rung, calendar).day
    day = due_on
    for _ in range(-rung):
        day = workdays.last_before(day, calendar)
    return day


def next_word(rungs: Sequence[int], due_on: date, after: date, calendar: Calendar) -> tuple[int, date | None]:
    """Return the place of the first rung that lies after a day, and its day; (len, None) without one."""
    for place, rung in enumerate(rungs):
        day = rung_day(due_on, rung, calendar)
        if day > after:
            return place, day
    return len(rungs), None


def reached(rungs: Sequence[int], due_on: date, start: int, today: date, calendar: Calendar) -> int | None:
    """Return the place of the last rung from `start` on whose day has come, None when none has."""
    places = [
        place for place in range(start, len(rungs)) if rung_day(due_on, rungs[place], calendar) <= today
    ]
    return places[-1] if places else None


def words(one: Deadline, today: date, calendar: Calendar) -> str:
    """Say how far a deadline has come: 「第 9/15 个工作日，3月9日到期（春节顺延）」."""
    term = Term(one.term)
    if one.paused_on is not None:
        return "计时已暂停"
    if term.in_workdays and term.days:
        return workdays.explain(one.opened_on, term.days + one.extra, max(today, one.opened_on), calendar)
    until = f"{one.due_on.month}月{one.due_on.day}日到期"
    if today > one.due_on:
        return f"已逾期 {workdays.between(one.due_on, today, calendar)} 个工作日，{until}"
    return f"{until}（暂定，待放假安排公布）" if one.provisional else until
