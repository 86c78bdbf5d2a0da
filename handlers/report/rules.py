"""Who gets the month's overview and when, and how a number reads; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from handlers.contract.chart import figure
from handlers.contract.figures import Figure
from handlers.contract.refusal import Refusal
from handlers.contract.roles import Role
from handlers.contract.wording import month_words

if TYPE_CHECKING:
    from storage.people import Person

READERS = frozenset({Role.SUPERVISOR, Role.SECRETARY_GENERAL, Role.CHAIR, Role.PARTY_SECRETARY})
"""Who reads the month: they supervise, or answer for it (P12, P44b)."""

PUBLISHED_ON = 6
"""The working day of the next month on which it comes: the self-checks were due the day before."""

MONTHS = 6
"""As many months as stand side by side."""

ORDER = ("self", "closed", "in_time", "sheets", "duties", "public", "large")
"""What stands on top is what a good house is proud of (decision 23)."""

UNKNOWN: Mapping[str, str] = {"P4": "风险点排查覆盖", "P9": "满意度"}
"""What the plan wants in numbers and the ledger does not hold yet."""


def may_read(person: Person) -> None:
    """Raises Refusal for everybody else."""
    if not person.roles & READERS:
        raise Refusal("「月报」给监事、秘书长、理事长和党支部书记看。自己的事请发「待办」", rule="P44b")


def months_before(day: date, count: int) -> list[str]:
    """Return the last months that are over, the oldest first."""
    found: list[str] = []
    year, month = day.year, day.month
    for _ in range(count):
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        found.insert(0, f"{year:04}-{month:02}")
    return found


def month_in(typed: str, today: date) -> str:
    """Return the month that somebody typed, the one before `today` by itself. Raises Refusal."""
    (latest,) = months_before(today, 1)
    if not typed:
        return latest
    try:
        month = f"{date.fromisoformat(f'{typed}-01'):%Y-%m}"
    except ValueError:
        raise Refusal(f"请写成「月报 {latest}」：哪一年的哪一个月") from None
    if month > latest:
        raise Refusal(f"{month_words(month)}还没有过完，{month_words(latest)}的可以看")
    return month


def in_order(figures: Sequence[Figure]) -> list[Figure]:
    """Return the numbers in their fixed order."""
    return sorted(figures, key=lambda each: ORDER.index(each.key))


def said(one: Figure) -> str:
    """Say a number: the rate with what it was taken of, or that there is nothing to take it of."""
    return f"{one.title}：{value(one)}"


def value(one: Figure) -> str:
    """Say how much of how much: `3/5 件（60%）`."""
    if not one.whole:
        return "没有"
    return f"{one.part}/{one.whole} {one.unit}（{figure(rate(one), '%')}）"


def rate(one: Figure) -> float | None:
    """Return a number in percent, rounded down so that only all is 100; None where there is nothing."""
    return float(one.part * 100 // one.whole) if one.whole else None


def lacking(figures: Sequence[Figure]) -> list[str]:
    """Return the names of what is missing, each once."""
    return list(dict.fromkeys(line for each in figures for line in each.lacking))


def has_something(figures: Sequence[Figure]) -> bool:
    """Whether there is anything to tell of a month."""
    return any(each.whole for each in figures)
