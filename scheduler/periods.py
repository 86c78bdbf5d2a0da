"""Names for the periods that jobs run once for: so many minutes, a day, a month."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

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
