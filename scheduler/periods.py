"""Names for the periods that jobs run once for: so many minutes, a day, a month."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduler.clock import local, today

Period = Callable[[datetime], str]
"""Takes a moment (aware) and names the period it falls in."""

MINUTES_A_DAY = 24 * 60


def every_minutes(n: int) -> Period:
    """Slices of `n` minutes, named by their first minute in UTC: `2026-11-23T10:05`.

    ValueError unless `n` divides the day: otherwise the slice over midnight would be cut short.
    """
    if n < 1 or MINUTES_A_DAY % n:
        raise ValueError(f"a day cannot be cut into slices of {n} minutes")

    def name(now: datetime) -> str:
        utc = local(now, "UTC")
        hour, minute = divmod((utc.hour * 60 + utc.minute) // n * n, 60)
        return f"{utc:%Y-%m-%d}T{hour:02}:{minute:02}"

    return name


def daily(zone: str) -> Period:
    """The days of a zone: `2026-11-23`."""
    return lambda now: today(now, zone).isoformat()


def monthly(zone: str) -> Period:
    """The months of a zone: `2026-11`."""
    return lambda now: today(now, zone).isoformat()[:7]


def days_of(month: str) -> tuple[date, date]:
    """Return the first and the last day of a month, `2026-09`. ValueError for no month."""
    first = date.fromisoformat(f"{month}-01")
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first, following - timedelta(days=1)


def moments_of(month: str, zone: str) -> tuple[datetime, datetime]:
    """Return the moment at which a month begins in a zone, and the one at which it is over."""
    first, last = days_of(month)
    start, end = (datetime.combine(day, time(), ZoneInfo(zone)) for day in (first, last + timedelta(days=1)))
    return start, end
