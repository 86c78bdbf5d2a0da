"""Working days in mainland China, 调休 included: the deadline so many of them away, the number in between."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from chinese_calendar import holidays, workdays
from chinese_calendar.constants import Holiday

SATURDAY = 5
ONE_DAY = timedelta(days=1)
NEW_YEAR_REACHES_BACK_TO = (12, 29)
"""From this day on a December belongs to the next year's notice as well, which has changed its last days
before: 2007-12-29 and 2018-12-29 became working Saturdays, 2007-12-31 and 2018-12-31 free Mondays."""


@dataclass(frozen=True)
class Year:
    """What the State Council's notice for a year says: its free days and its working ones (调休), each with
    the holiday's name. From 12-29 of the year before, see `notice_year`."""

    number: int
    free: Mapping[date, str]
    worked: Mapping[date, str]

    @cached_property
    def departures(self) -> dict[date, str]:
        """The days that differ from Monday to Friday, in order: free weekdays and worked weekends."""
        days = {day: name for day, name in self.free.items() if day.weekday() < SATURDAY}
        days |= {day: name for day, name in self.worked.items() if day.weekday() >= SATURDAY}
        return dict(sorted(days.items()))

    @cached_property
    def fingerprint(self) -> str:
        """12 hex digits that stand for what the year does to the count, whatever its holidays are called."""
        days = ",".join(day.isoformat() for day in self.departures)
        return hashlib.sha256(f"{self.number}:{days}".encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Calendar:
    """The years whose arrangement is known, by number. Any other year counts Monday to Friday, 暂定."""

    years: Mapping[int, Year]

    @cached_property
    def departures(self) -> dict[date, str]:
        """The days of all years that differ from Monday to Friday, with the holiday's name."""
        return {day: name for year in self.years.values() for day, name in year.departures.items()}

    def with_years(self, years: Iterable[Year]) -> Calendar:
        """Return this calendar with years added or put in the place of its own."""
        return Calendar({**self.years, **{year.number: year for year in years}})

    def stamp(self, first: int, last: int) -> str:
        """Return which arrangement each year has, first to last: `2026:1f0c7a9be2d4 2027:-` (- is none)."""
        known = ((number, self.years.get(number)) for number in range(first, last + 1))
        return " ".join(f"{number}:{year.fingerprint if year else '-'}" for number, year in known)


@dataclass(frozen=True)
class Deadline:
    """A working day, the years on the way to it whose calendar is missing, in order, and the stamp of the
    calendar that it was computed with: all that a row needs to keep. `msgspec.json` reads and writes it."""

    day: date
    missing: tuple[int, ...] = ()
    calendar: str = ""

    @property
    def provisional(self) -> bool:
        """暂定: it may move when the calendar of a missing year arrives."""
        return bool(self.missing)


@dataclass(frozen=True)
class Rolled:
    """A deadline in calendar days: its last day by the count, and the working day on which it is due."""

    last: date
    deadline: Deadline

    @property
    def moved(self) -> bool:
        """Whether the last day was a free one."""
        return self.deadline.day != self.last


def notice_year(day: date) -> int:
    """Return the year whose notice has the last word on a day: the next one for the last days of December."""
    return day.year + _is_late(day)


def _is_late(day: date) -> bool:
    return (day.month, day.day) >= NEW_YEAR_REACHES_BACK_TO


def _from_library() -> Calendar:
    """Return the published years, which the library knows without a gap."""
    names = {holiday.value: holiday.chinese for holiday in Holiday}
    free: dict[int, dict[date, str]] = {
        number: {} for number in range(min(holidays).year, max(map(notice_year, holidays)) + 1)
    }
    worked: dict[int, dict[date, str]] = {number: {} for number in free}
    for kind, days in ((free, holidays), (worked, workdays)):
        for day, name in days.items():
            kind[notice_year(day)][day] = names[name]
    return Calendar({number: Year(number, free[number], worked[number]) for number in free})


LIBRARY = _from_library()
"""The years that came with the program. The State Council publishes each about November before it begins."""


def is_workday(day: date, calendar: Calendar = LIBRARY) -> bool:
    """Whether people work on a day. Without that year's calendar: Monday to Friday.

    TypeError for a moment: which day that is depends on the zone, see `scheduler.clock.today`.
    """
    if isinstance(day, datetime):
        raise TypeError("working days are counted in dates, not in moments")
    return (day.weekday() < SATURDAY) != (day in calendar.departures)


def add(day: date, n: int, calendar: Calendar = LIBRARY) -> Deadline:
    """The n-th working day after an event on `day`; the day of the event does not count (P47).

    With n = 0 it is `day` itself, or the next working day if nobody works then. ValueError for a negative n,
    and past the year 9999.
    """
    if n < 0:
        raise ValueError(f"工作日的天数不能是负数：{n}")
    left = n or 1
    for one in _days(day, first=min(n, 1)):
        left -= is_workday(one, calendar)
        if not left:
            return _deadline(one, day + min(n, 1) * ONE_DAY, one, calendar)
    raise ValueError(f"从 {day} 起 {n} 个工作日，超出了公历 9999 年")


def roll(last: date, calendar: Calendar = LIBRARY) -> Rolled:
    """What a deadline in calendar days becomes: due on its last day, or the next working day if that is free
    (P49)."""
    return Rolled(last, add(last, 0, calendar))


def next_workday(day: date, calendar: Calendar = LIBRARY) -> Deadline:
    """The first working day after `day`."""
    return add(day, 1, calendar)


def last_before(day: date, calendar: Calendar = LIBRARY) -> date:
    """The last working day that lies before `day`."""
    before = day - ONE_DAY
    while not is_workday(before, calendar):
        before -= ONE_DAY
    return before


def between(a: date, b: date, calendar: Calendar = LIBRARY) -> int:
    """How many working days lie after `a`, up to and including `b`: the n for which `add(a, n)` is `b`.

    So a deadline `a` is that many working days overdue on `b`. ValueError when `b` is before `a`.
    """
    if b < a:
        raise ValueError(f"{b} is before {a}")
    return sum(is_workday(day, calendar) for day in _days(a, first=1, last=b))


def nth(year: int, month: int, n: int, calendar: Calendar = LIBRARY) -> Deadline:
    """The n-th working day of a month, from 1 (P48). ValueError when the month has no n-th one."""
    first = date(year, month, 1)
    end = _end_of_month(first)
    found = [day for day in _days(first, first=0, last=end) if is_workday(day, calendar)]
    if not 1 <= n <= len(found):
        raise ValueError(f"{year} 年 {month} 月有 {len(found)} 个工作日，没有第 {n} 个")
    return _deadline(found[n - 1], first, found[n - 1], calendar)


def last(year: int, month: int, calendar: Calendar = LIBRARY) -> Deadline:
    """The last working day of a month."""
    end = _end_of_month(date(year, month, 1))
    day = next(one for k in range(end.day) if is_workday(one := end - k * ONE_DAY, calendar))
    return _deadline(day, day, end, calendar)


def still_holds(deadline: Deadline, calendar: Calendar = LIBRARY) -> bool:
    """Whether a deadline that was kept would be computed the same today: no year on its way has arrived or
    changed since. If not, it is to be computed again."""
    if not deadline.calendar:
        raise ValueError("this deadline was computed with no calendar")
    years = [int(each.partition(":")[0]) for each in deadline.calendar.split()]
    return calendar.stamp(years[0], years[-1]) == deadline.calendar


def explain(event: date, n: int, today: date, calendar: Calendar = LIBRARY) -> str:
    """Where a deadline of n working days after `event` stands today, in words.

    `第 9/15 个工作日，3月9日到期（春节顺延）`: the holidays named are those that took a weekday on the way.
    ValueError for n < 1, and when today is before the event.
    """
    if n < 1:
        raise ValueError(f"工作日的天数至少是 1：{n}")
    due = add(event, n, calendar)
    on_the_way = (day for day in _days(event, first=1, last=due.day) if day.weekday() < SATURDAY)
    names = dict.fromkeys(calendar.departures[day] for day in on_the_way if day in calendar.departures)
    remarks = [f"{'、'.join(names)}顺延"] if names else []
    if due.provisional:
        remarks.append(f"暂定，{_why(due.missing, calendar)}")
    behind = f"（{'；'.join(remarks)}）" if remarks else ""
    return f"{_progress(event, n, due.day, today, calendar)}，{_said(due.day, today)}到期{behind}"


def line(deadline: Deadline, calendar: Calendar = LIBRARY) -> str:
    """A deadline in one line: `2026-03-09`, and behind it 暂定 and why, where that holds."""
    if not deadline.provisional:
        return deadline.day.isoformat()
    return f"{deadline.day} 暂定（{_why(deadline.missing, calendar)}，按周一至周五计算）"


def _deadline(day: date, first: date, through: date, calendar: Calendar) -> Deadline:
    """A day that was found by looking at the days `first` to `through`."""
    years = range(first.year, notice_year(through) + 1)
    missing = tuple(number for number in years if number not in calendar.years)
    return Deadline(day, missing, calendar.stamp(years.start, years.stop - 1))


def _days(day: date, first: int, last: date = date.max) -> Iterator[date]:
    """The days from `first` days after `day` on, through `last`."""
    return (day + k * ONE_DAY for k in range(first, last.toordinal() - day.toordinal() + 1))


def _end_of_month(first: date) -> date:
    """The last day of the month; 31 December by itself, so that the year 9999 has one."""
    return date(first.year, 12, 31) if first.month == 12 else first.replace(month=first.month + 1) - ONE_DAY


def _progress(event: date, n: int, due: date, today: date, calendar: Calendar) -> str:
    if today > due:
        late = between(due, today, calendar)
        return f"已逾期 {late} 个工作日" if late else "已逾期"
    gone = between(event, today, calendar)
    return f"第 {gone}/{n} 个工作日" if gone else f"共 {n} 个工作日"


def _said(day: date, today: date) -> str:
    year = f"{day.year}年" if day.year != today.year else ""
    return f"{year}{day.month}月{day.day}日"


def _why(missing: tuple[int, ...], calendar: Calendar) -> str:
    early = [year for year in missing if year < min(calendar.years)]
    late = [year for year in missing if year not in early]
    said = [f"没有 {_span(early)} 年的放假数据"] if early else []
    if late:
        said.append(f"{_span(late)} 年放假安排尚未公布")
    return "，".join(said)


def _span(years: list[int]) -> str:
    return f"{years[0]}" if len(years) == 1 else f"{years[0]} 至 {years[-1]}"
