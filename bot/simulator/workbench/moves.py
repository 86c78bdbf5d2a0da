"""Where the buttons of the clock lead: from one moment to another; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from chinese_calendar import is_workday as published

ZONE = ZoneInfo("Asia/Shanghai")
MORNING, EVENING = time(9), time(18)
SATURDAY = 5
ONE_DAY = timedelta(days=1)
WEEKDAYS = "一二三四五六日"


def is_workday(day: date) -> bool:
    """Whether people work on a day; Monday to Friday where that year's calendar is not published."""
    try:
        return bool(published(day))
    except NotImplementedError:
        return day.weekday() < SATURDAY


def next_workday(now: datetime) -> datetime:
    """The morning of the next working day."""
    day = now.date() + ONE_DAY
    while not is_workday(day):
        day += ONE_DAY
    return datetime.combine(day, MORNING, ZONE)


def month_end(now: datetime) -> datetime:
    """The evening of the month's last day; of the next month's when that has passed."""
    end = _last_evening(now.date())
    return end if end > now else _last_evening(now.date() + ONE_DAY)


MOVES: Mapping[str, tuple[str, Callable[[datetime], datetime]]] = {
    "hour": ("+1 小时", lambda now: now + timedelta(hours=1)),
    "day": ("+1 天", lambda now: now + ONE_DAY),
    "workday": ("下一工作日", next_workday),
    "month": ("月底", month_end),
}
"""Each move by name: its label, and from a moment in ZONE the moment that it leads to, always later."""


def told(now: datetime) -> str:
    """A moment as people read it, with the weekday, and 班 or 休 where that is not what the weekday says."""
    here = now.astimezone(ZONE)
    works, weekday = is_workday(here.date()), here.weekday()
    mark = "" if works == (weekday < SATURDAY) else "（班）" if works else "（休）"
    return f"{here.year}年{here.month}月{here.day}日 周{WEEKDAYS[weekday]}{mark} {here:%H:%M}"


def _last_evening(day: date) -> datetime:
    first_of_next = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return datetime.combine(first_of_next - ONE_DAY, EVENING, ZONE)
