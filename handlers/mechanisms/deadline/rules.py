"""When something is due and when people hear of it; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from scheduler import workdays

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


def due(term: Term, opened_on: date, extra: int = 0) -> workdays.Deadline:
    """Return the day that a term ends, and the years whose calendar was missing. ValueError for no term."""
    first = _due(term, opened_on)
    if not extra:
        return first
    more = workdays.add(first.day, extra)
    return workdays.Deadline(more.day, tuple(sorted({*first.missing, *more.missing})))


def _due(term: Term, opened_on: date) -> workdays.Deadline:
    kind, rest = term.text[:1], term.text[1:]
    if kind == WORKING:
        return workdays.add(opened_on, int(rest))
    if kind == CALENDAR:
        return workdays.add(opened_on + int(rest) * ONE_DAY, 0)
    if kind == NTH:
        month, _, n = rest.partition("/")
        return workdays.add(date.fromisoformat(f"{month}-01") - ONE_DAY, int(n))
    if kind == FIXED:
        return workdays.Deadline(date.fromisoformat(rest))
    raise ValueError(f"no term: {term.text}")


def rung_day(due_on: date, rung: int) -> date:
    """Return the working day that lies `rung` working days from the due day, before it if negative."""
    if rung >= 0:
        return workdays.add(due_on, rung).day
    day = due_on
    for _ in range(-rung):
        day = workdays.last_workday_before(day)
    return day


def next_word(rungs: Sequence[int], due_on: date, after: date) -> tuple[int, date | None]:
    """Return the place of the first rung that lies after a day, and its day; (len, None) without one."""
    for place, rung in enumerate(rungs):
        day = rung_day(due_on, rung)
        if day > after:
            return place, day
    return len(rungs), None


def reached(rungs: Sequence[int], due_on: date, start: int, today: date) -> int | None:
    """Return the place of the last rung from `start` on whose day has come, None when none has."""
    places = [place for place in range(start, len(rungs)) if rung_day(due_on, rungs[place]) <= today]
    return places[-1] if places else None


def words(term: Term, opened_on: date, due_on: date, provisional: bool, extra: int, today: date) -> str:
    """Say how far a deadline has come: 「第 9/15 个工作日，3月9日到期」."""
    until = f"{due_on.month}月{due_on.day}日到期{'（暂定，待放假安排公布）' if provisional else ''}"
    if today > due_on:
        return f"{due_on.month}月{due_on.day}日到期，已逾期 {workdays.between(due_on, today)} 个工作日"
    if term.in_workdays and term.days:
        gone = workdays.between(opened_on, max(today, opened_on))
        return f"第 {gone}/{term.days + extra} 个工作日，{until}"
    return until
