"""Working days in mainland China, 调休 included: the deadline so many of them away, the number in between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from chinese_calendar import holidays, workdays

PUBLISHED = range(min(holidays).year, max(holidays).year + 1)
"""The years whose calendar we have. The State Council publishes each about November of the year before."""

SATURDAY = 5
ONE_DAY = timedelta(days=1)
NEW_YEAR_REACHES_BACK_TO = (12, 29)
"""From this day on a December waits for the next year's calendar as well, which has changed its last days
before: 2007-12-29 and 2018-12-29 became working Saturdays, 2007-12-31 and 2018-12-31 free Mondays."""


@dataclass(frozen=True)
class Deadline:
    """A working day, and the years on the way to it whose calendar is missing, in order."""

    day: date
    missing: tuple[int, ...] = ()

    @property
    def provisional(self) -> bool:
        """暂定: it may move when the calendar of a missing year arrives."""
        return bool(self.missing)


def is_workday(day: date) -> bool:
    """Whether people work on a day. Without that year's calendar: Monday to Friday.

    TypeError for a moment: which day that is depends on the zone, see `scheduler.clock.today`.
    """
    if isinstance(day, datetime):
        raise TypeError("working days are counted in dates, not in moments")
    return day in workdays or (day.weekday() < SATURDAY and day not in holidays)


def add(day: date, n: int) -> Deadline:
    """The n-th working day after an event on `day`; the day of the event does not count (P47).

    With n = 0 it is `day` itself, or the next working day if nobody works then: what a deadline in calendar
    days becomes when its last day is a holiday (P49). ValueError for a negative n, and past the year 9999.
    """
    if n < 0:
        raise ValueError(f"工作日的天数不能是负数：{n}")
    missing: set[int] = set()
    left = n or 1
    for one in _days(day, first=min(n, 1)):
        missing.update(_unpublished(one))
        if is_workday(one):
            left -= 1
        if not left:
            return Deadline(one, tuple(sorted(missing)))
    raise ValueError(f"从 {day} 起 {n} 个工作日，超出了公历 9999 年")


def next_workday(day: date) -> Deadline:
    """The first working day after `day`."""
    return add(day, 1)


def last_workday_before(day: date) -> date:
    """The last working day that lies before `day`."""
    before = day - ONE_DAY
    while not is_workday(before):
        before -= ONE_DAY
    return before


def between(a: date, b: date) -> int:
    """How many working days lie after `a`, up to and including `b`: the n for which `add(a, n)` is `b`.

    So a deadline `a` is that many working days overdue on `b`. ValueError when `b` is before `a`.
    """
    if b < a:
        raise ValueError(f"{b} is before {a}")
    return sum(map(is_workday, _days(a, first=1, last=b)))


def describe(day: str, n: str) -> str:
    """The line that answers `workdays add DAY N`: `2026-03-09`, and behind it 暂定 and why, where that holds.

    ValueError with a Chinese sentence for what is no date or no number of days.
    """
    deadline = add(_parse_day(day), _parse_number(n))
    if not deadline.provisional:
        return deadline.day.isoformat()
    return f"{deadline.day} 暂定（{_why(deadline.missing)}，按周一至周五计算）"


def _days(day: date, first: int, last: date = date.max) -> Iterator[date]:
    """The days from `first` days after `day` on, through `last`."""
    return (day + k * ONE_DAY for k in range(first, last.toordinal() - day.toordinal() + 1))


def _unpublished(day: date) -> set[int]:
    """The year whose calendar is missing to be sure of a day; empty when nothing is."""
    if day.year not in PUBLISHED:
        return {day.year}
    waits = (day.month, day.day) >= NEW_YEAR_REACHES_BACK_TO and day.year + 1 not in PUBLISHED
    return {day.year + 1} if waits else set()


def _parse_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"日期请写成 2026-02-10 这样，“{text}”不是一个日期") from None


def _parse_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"工作日的天数请写成 15 这样的整数，“{text}”不是") from None


def _why(missing: tuple[int, ...]) -> str:
    early = [year for year in missing if year < PUBLISHED.start]
    late = [year for year in missing if year >= PUBLISHED.stop]
    said = [f"没有 {_span(early)} 年的放假数据"] if early else []
    if late:
        said.append(f"{_span(late)} 年放假安排尚未公布")
    return "，".join(said)


def _span(years: list[int]) -> str:
    return f"{years[0]}" if len(years) == 1 else f"{years[0]} 至 {years[-1]}"
