"""What a year should have brought: from the rules and each evening's ledger, never from the words said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.context import JobContext
from handlers.catalogue import CAPABILITIES
from handlers.contract.reminder import Ladder
from handlers.duty import due as duty_rules
from handlers.duty.plan import DUTIES
from handlers.duty.rules import Duty
from handlers.mechanisms.deadline.rules import rung_day
from handlers.mechanisms.units import service as units
from handlers.selfcheck.rules import month_before
from scheduler import workdays
from scheduler.workdays import LIBRARY
from storage.database import Database
from storage.deadlines import Deadline, open_after
from tests.house import ZONE
from tests.year.office import Office

LADDERS: Mapping[str, Ladder] = {
    kind: ladder for each in CAPABILITIES for kind, ladder in each.ladders.items()
}
ALL = 100_000

Opened = tuple[str, str]
"""A duty's code and its period, or a unit's key and its month."""


@dataclass(frozen=True)
class Word:
    """A word that somebody is to hear: about which deadline, at which of its days and rungs."""

    deadline: int
    due_on: date
    rung: int
    person: int


class Ladders:
    """Notes on each working morning who is to hear what, from how deadlines stood the evening before."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stood: dict[int, Deadline] = {}
        self._since: dict[int, date] = {}
        self._climbed = date.min
        self.words: dict[Word, date] = {}
        """By word the morning on which it came up."""

    def morning(self, day: date, now: datetime) -> None:
        """Note what is to be said; nothing was done yet since the evening before."""
        with self._database.read() as tx:
            ctx = JobContext(tx, now, now, ZONE)
            for one in self._stood.values():
                rung = self._reached(one, day)
                if rung is not None:
                    for nudge in LADDERS[one.kind].nudges(ctx, one, rung):
                        self.words[Word(one.id, one.due_on, rung, nudge.person)] = day
        self._climbed = day

    def evening(self, day: date) -> None:
        """Note how every deadline stands, and from which day on it has had its day."""
        with self._database.read() as tx:
            now = {each.id: each for each in open_after(tx, 0, ALL)}
        for one in now.values():
            before = self._stood.get(one.id)
            if before is None or before.due_on != one.due_on or (before.paused_on and not one.paused_on):
                self._since[one.id] = day
        self._stood = now

    def _reached(self, one: Deadline, day: date) -> int | None:
        """Return the last rung that came up since the morning before; what lies before it is overtaken."""
        if one.paused_on is not None:
            return None
        heard = max(self._since[one.id], self._climbed)
        due = [rung for rung in LADDERS[one.kind].rungs if heard < rung_day(one.due_on, rung, LIBRARY) <= day]
        return due[-1] if due else None


def duties(office: Office, played: Sequence[date]) -> dict[Opened, date]:
    """Return by code and period the day on which each duty opens: the first working day on which somebody
    runs once it is turned on and its day is near."""
    found: dict[Opened, date] = {}
    mornings = [each for each in played if workdays.is_workday(each)]
    for duty in DUTIES:
        on = _turned_on(office, duty)
        if on is None:
            continue
        first = next(each for each in mornings if each > on)
        for each in duty_rules.coming(duty.due, first, LIBRARY):
            opens = max(duty_rules.opens_on(duty.lead, each.day, LIBRARY), first)
            if opens <= mornings[-1]:
                found[duty.code, each.period] = next(day for day in mornings if day >= opens)
    return found


def _turned_on(office: Office, duty: Duty) -> date | None:
    if duty.on:
        return date.min
    return next((day for day, codes in office.turned_on.items() if duty.code in codes), None)


def sheets(database: Database, played: Sequence[date], now: datetime) -> dict[Opened, date]:
    """Return by unit and month the day on which each sheet opens: the month's first working day on which
    somebody runs."""
    with database.read() as tx:
        keys = [each.key for each in units.units(JobContext(tx, now, now, ZONE))]
    found: dict[Opened, date] = {}
    for month in range(1, 13):
        first = workdays.nth(played[0].year, month, 1, LIBRARY).day
        day = next(each for each in played if each >= first and workdays.is_workday(each))
        found |= {(key, month_before(first)): day for key in keys}
    return found
