"""When a duty falls due: its rule, the days that follow from it, and both in words; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from handlers.contract.refusal import Refusal
from handlers.contract.wording import month_words
from handlers.mechanisms.deadline.rules import rung_day
from scheduler import workdays
from scheduler.workdays import Calendar

ONE_DAY = timedelta(days=1)
QUARTER, LEAP_YEAR = 3, 2024
MOST_WORKDAYS = 20
"""A working day of a month beyond which no month has one for sure."""

NOTHING: Mapping[str, date] = MappingProxyType({})


@dataclass(frozen=True)
class Yearly:
    """The same day every year; the last working day before it where nobody works then."""

    month: int
    day: int


@dataclass(frozen=True)
class YearlyWeekday:
    """The n-th weekday of a month, Monday is 0: the third Tuesday of March is World Social Work Day."""

    month: int
    n: int
    weekday: int


@dataclass(frozen=True)
class Monthly:
    """The n-th working day of the month after."""

    n: int


@dataclass(frozen=True)
class Quarterly:
    """The n-th working day after the quarter."""

    n: int


@dataclass(frozen=True)
class After:
    """The n-th working day after something happened: 换届, 财务交接."""

    event: str
    n: int


Due = Yearly | YearlyWeekday | Monthly | Quarterly | After


@dataclass(frozen=True)
class Coming:
    """One occurrence of a duty: the period it is for (`2026`, `2026-Q3`, `2026-09`) and its day."""

    period: str
    day: date


def coming(
    due: Due, today: date, calendar: Calendar, fixed: Mapping[str, date] = NOTHING
) -> Iterator[Coming]:
    """Yield the occurrences whose day is not past, in order, for a year ahead; an event is not foreseen.
    `fixed` are the days that an authority named, by period."""
    for year in (today.year - 1, today.year, today.year + 1):
        for each in _of_year(due, year, calendar):
            named = Coming(each.period, fixed.get(each.period, each.day))
            if named.day >= today:
                yield named


def last_due(due: Due, today: date, calendar: Calendar) -> Coming | None:
    """Return the newest occurrence whose day is past."""
    past = [each for each in _two_years(due, today, calendar) if each.day < today]
    return past[-1] if past else None


def last_ended(due: Due, today: date, calendar: Calendar) -> Coming:
    """Return the newest occurrence whose period is over; its day may still come."""
    return [each for each in _two_years(due, today, calendar) if end_of(each.period) <= today][-1]


def _two_years(due: Due, today: date, calendar: Calendar) -> Iterator[Coming]:
    for year in (today.year - 1, today.year):
        yield from _of_year(due, year, calendar)


def period_words(period: str) -> str:
    """Return a period as people say it: 2026年, 2026年第3季度, 2026年9月, 2026年5月20日."""
    year, _, rest = period.partition("-")
    if not rest:
        return f"{year}年"
    if rest.startswith("Q"):
        return f"{year}年第{rest[1:]}季度"
    month, _, day = rest.partition("-")
    return month_words(f"{year}-{month}") + (f"{int(day)}日" if day else "")


def _of_year(due: Due, year: int, calendar: Calendar) -> Iterator[Coming]:
    match due:
        case Yearly(month, day):
            yield Coming(str(year), _not_after(date(year, month, day), calendar))
        case YearlyWeekday(month, n, weekday):
            first = date(year, month, 1)
            day_of = first + ((weekday - first.weekday()) % 7 + 7 * (n - 1)) * ONE_DAY
            yield Coming(str(year), day_of)
        case Monthly(n):
            for month in range(1, 13):
                following = _first_after(year, month)
                yield Coming(f"{year}-{month:02}", workdays.add(following - ONE_DAY, n, calendar).day)
        case Quarterly(n):
            for quarter in range(1, 5):
                following = _first_after(year, quarter * QUARTER)
                yield Coming(f"{year}-Q{quarter}", workdays.add(following - ONE_DAY, n, calendar).day)
        case After():
            return


def _first_after(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1)


def _not_after(day: date, calendar: Calendar) -> date:
    return day if workdays.is_workday(day, calendar) else workdays.last_before(day, calendar)


def end_of(period: str) -> date:
    """Return the first day after a quarter or a year."""
    year, _, quarter = period.partition("-Q")
    return _first_after(int(year), int(quarter) * QUARTER) if quarter else _first_after(int(year[:4]), 12)


def opens_on(lead: int, day: date, calendar: Calendar) -> date:
    """Return the working day on which an occurrence opens, `lead` working days before its own."""
    return rung_day(day, -lead, calendar)


# In words, as the council writes it and the exported list has it.

WEEKDAYS = "一二三四五六日"
_WAYS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Due]], ...] = (
    (re.compile(r"每年(\d{1,2})[-月](\d{1,2})日?"), lambda found: Yearly(int(found[1]), int(found[2]))),
    (
        re.compile(f"每年(\\d{{1,2}})月第([1-4])个(?:周|星期)([{WEEKDAYS}])"),
        lambda found: YearlyWeekday(int(found[1]), int(found[2]), WEEKDAYS.index(found[3])),
    ),
    (re.compile(r"每月第(\d{1,2})个工作日"), lambda found: Monthly(int(found[1]))),
    (re.compile(r"每季第(\d{1,2})个工作日"), lambda found: Quarterly(int(found[1]))),
    (re.compile(r"(\w{1,10}?)后(\d{1,2})个工作日"), lambda found: After(found[1], int(found[2]))),
)
HOW = (
    "请写成「每年4月30日」「每年3月第3个周二」「每月第10个工作日」（指下月）「每季第15个工作日」（指季后）"
    "或「换届后15个工作日」"
)


def due_in(typed: str) -> Due:
    """Return the rule that somebody wrote. Raises Refusal."""
    bare = "".join(typed.split())
    for pattern, understood in _WAYS:
        if found := pattern.fullmatch(bare):
            return _possible(understood(found))
    raise Refusal(f"「{typed[:20]}」看不懂。{HOW}")


def _possible(due: Due) -> Due:
    match due:
        case Yearly(month, day) | YearlyWeekday(month, day):
            try:
                date(LEAP_YEAR, month, day)
            except ValueError:
                raise Refusal(f"日历上没有 {month} 月 {day} 日") from None
            if (month, day) == (2, 29):
                raise Refusal("2 月 29 日不是年年都有，请写 2 月 28 日")
        case Monthly(n):
            _in_range(n, MOST_WORKDAYS)
        case Quarterly(n) | After(n=n):
            _in_range(n, QUARTER * MOST_WORKDAYS)
    return due


def _in_range(n: int, most: int) -> None:
    if not 1 <= n <= most:
        raise Refusal(f"第几个工作日要在 1 到 {most} 之间")


def due_words(due: Due) -> str:
    """Return a rule as `due_in` reads it."""
    match due:
        case Yearly(month, day):
            return f"每年{month}月{day}日"
        case YearlyWeekday(month, n, weekday):
            return f"每年{month}月第{n}个周{WEEKDAYS[weekday]}"
        case Monthly(n):
            return f"每月第{n}个工作日"
        case Quarterly(n):
            return f"每季第{n}个工作日"
        case After(event, n):
            return f"{event}后{n}个工作日"
