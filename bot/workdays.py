"""The lines that answer `qinglian workdays`: what was typed in, a date or a count out; Words for a slip."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from bot.command import Words
from scheduler import workdays
from scheduler.workdays import LIBRARY, Calendar, line

_MONTH = re.compile(r"(\d{4})-(\d{1,2})", re.ASCII)


def add(day: str, n: str, calendar: Calendar = LIBRARY) -> str:
    """The n-th working day after a day: `2026-03-09`, and behind it 暂定 and why, where that holds."""
    event, number = _day(day), _number(n)
    with _in_words():
        return line(workdays.add(event, number, calendar), calendar)


def progress(day: str, n: str, seen: str, calendar: Calendar = LIBRARY) -> str:
    """The same seen from a day on the way: `第 9/15 个工作日，3月9日到期（春节顺延）`."""
    event, number, today = _day(day), _number(n), _day(seen)
    _in_order(event, today)
    with _in_words():
        return workdays.explain(event, number, today, calendar)


def nth(month: str, n: str, calendar: Calendar = LIBRARY) -> str:
    """The n-th working day of a month."""
    (year, number), place = _month(month), _number(n)
    with _in_words():
        return line(workdays.nth(year, number, place, calendar), calendar)


def last(month: str, calendar: Calendar = LIBRARY) -> str:
    """The last working day of a month."""
    return line(workdays.last(*_month(month), calendar), calendar)


def between(a: str, b: str, calendar: Calendar = LIBRARY) -> str:
    """How many working days lie after `a`, up to and including `b`."""
    first, end = _day(a), _day(b)
    _in_order(first, end)
    return str(workdays.between(first, end, calendar))


def roll(day: str, calendar: Calendar = LIBRARY) -> str:
    """The day on which a deadline in calendar days falls due; behind it the day that was free."""
    with _in_words():
        rolled = workdays.roll(_day(day), calendar)
    said = line(rolled.deadline, calendar)
    return f"{said}（{rolled.last} 休息，顺延）" if rolled.moved else said


@contextmanager
def _in_words() -> Iterator[None]:
    """Say what the calendar refuses, which it does in Chinese."""
    try:
        yield
    except ValueError as error:
        raise Words(str(error)) from None


def _in_order(first: date, end: date) -> None:
    if end < first:
        raise Words(f"{end} 早于 {first}，请把先后换过来")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Words(f"日期请写成 2026-02-10 这样，“{text}”不是一个日期") from None


def _month(text: str) -> tuple[int, int]:
    typed = _MONTH.fullmatch(text)
    if typed is None or not (int(typed[1]) >= 1 and 1 <= int(typed[2]) <= 12):
        raise Words(f"月份请写成 2026-10 这样，“{text}”不是一个月份")
    return int(typed[1]), int(typed[2])


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Words(f"工作日的天数请写成 15 这样的整数，“{text}”不是") from None
