"""What an import of holidays may change: a file against the calendar gives years to store, or problems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from handlers.calendar.forms import FREE, WORKED, DayRow
from handlers.mechanisms.sheet.forms import Problem, Row, Sheet
from scheduler.workdays import ONE_DAY, SATURDAY, Calendar, Year, notice_year

ALWAYS_FREE = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))
"""The days by the sun that every notice so far has named, since 2004: a year without one is not whole."""

EXPECTED = ("春节", "清明", "端午", "中秋")
"""Holidays by the moon and the solar terms: they are somewhere in every notice since 2008."""
EXPECTED_SINCE = 2008


@dataclass(frozen=True)
class Plan:
    """What an import comes to: years that were not known, years that change, how many stay. With any problem
    nothing of it may be carried out."""

    added: Sequence[Year] = ()
    updated: Sequence[Year] = ()
    unchanged: int = 0
    problems: Sequence[Problem] = ()
    warnings: Sequence[str] = ()


def plan(sheet: Sheet[DayRow], known: Calendar, shipped: Calendar, *, replace: bool = False) -> Plan:
    """Compare a file with the calendar in force. What contradicts the `shipped` one needs `replace`."""
    problems = [*sheet.problems, *_repeated(sheet.rows)]
    years = _years(sheet.rows)
    if not problems:
        problems += [problem for year in years for problem in _gaps(year)]
    changed = [year for year in years if known.years.get(year.number) != year]
    if not problems and not replace:
        problems += [problem for year in changed for problem in _contradiction(year, shipped)]
    return Plan(
        added=[year for year in changed if year.number not in known.years],
        updated=[year for year in changed if year.number in known.years],
        unchanged=len(years) - len(changed),
        problems=sorted(problems, key=lambda each: each.row),
        warnings=[warning for year in years for warning in _oddities(year)],
    )


def differing(one: Year, other: Year) -> list[date]:
    """Return the days on which people work by one arrangement and not by the other, in order."""
    return sorted(one.departures.keys() ^ other.departures.keys())


def _years(rows: Sequence[Row[DayRow]]) -> list[Year]:
    free: dict[int, dict[date, str]] = {}
    worked: dict[int, dict[date, str]] = {}
    for row in rows:
        said, number = row.said, notice_year(row.said.day)
        for kind in (free, worked):
            kind.setdefault(number, {})
        (free if said.free else worked)[number][said.day] = said.name
    return [Year(number, free[number], worked[number]) for number in sorted(free)]


def _repeated(rows: Sequence[Row[DayRow]]) -> Iterator[Problem]:
    first: dict[date, int] = {}
    for row in rows:
        if row.said.day in first:
            yield Problem(row.number, f"{row.said.day} 在第 {first[row.said.day]} 行已经写过，请留一行")
        first.setdefault(row.said.day, row.number)


def _gaps(year: Year) -> Iterator[Problem]:
    days = (date(year.number, month, day) for month, day in ALWAYS_FREE)
    if missing := [str(day) for day in days if day not in year.free]:
        yield Problem(
            0, f"{year.number} 年没有写全，缺 {'、'.join(missing)} 的「{FREE}」。每次要写全一年的放假和调休"
        )


def _contradiction(year: Year, shipped: Calendar) -> Iterator[Problem]:
    ours = shipped.years.get(year.number)
    days = differing(year, ours) if ours else []
    if days:
        yield Problem(
            0,
            f"{year.number} 年和程序自带的放假安排有 {len(days)} 天不同（{_some(days)}）。"
            "请核对国务院办公厅的通知；确实要换，加上 --replace",
        )


def _oddities(year: Year) -> Iterator[str]:
    """Yield what is allowed and probably a slip."""
    if days := [day for day in year.worked if day.weekday() < SATURDAY]:
        yield f"{_some(sorted(days))} 本来就是工作日，不用写「{WORKED}」，请核对日期"
    if days := _lonely_weekends(year):
        yield f"{_some(days)} 是周末，前后也没有放假的工作日，请核对日期"
    absent = [each for each in EXPECTED if not any(each in name for name in year.free.values())]
    if absent and year.number >= EXPECTED_SINCE:
        yield f"{year.number} 年没有写 {'、'.join(absent)} 放假，请核对"


def _lonely_weekends(year: Year) -> list[date]:
    """Return the weekend days marked free that belong to no holiday with a free weekday in it."""
    lonely: list[date] = []
    run: list[date] = []
    for day in sorted(year.free):
        if run and day - run[-1] > ONE_DAY:
            lonely += _if_weekend(run)
            run = []
        run.append(day)
    return lonely + _if_weekend(run)


def _if_weekend(run: list[date]) -> list[date]:
    expected = any(day.weekday() < SATURDAY or (day.month, day.day) in ALWAYS_FREE for day in run)
    return [] if expected else run


def _some(days: Sequence[date]) -> str:
    return "、".join(map(str, days[:3])) + ("……" if len(days) > 3 else "")
