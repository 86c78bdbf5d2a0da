"""Plays a year: mornings of two schedulers, some of them killed, people at work, three days of silence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from scheduler.workdays import is_workday, nth
from storage import runs
from storage.database import Database
from tests.house import ZONE, House
from tests.year.expecting import Ladders
from tests.year.office import Office
from tests.year.reading import Mail
from tests.year.striking import Pair, Scheduler
from tests.year.working import Staff

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
OUT_OF_ORDER_DAYS = 3
ONE_DAY = timedelta(days=1)

BUSY, QUIET = (9, 5), (9, 10)
"""The strike that kills, on some working days, once everything of the morning is due; and the one that kills
nobody, repeated until the day's last job was done and people can come."""

TRIES = 50
"""Strikes in which somebody must have taken over from a leader that died."""

WORK = (10, 0)
KILLS_A_DAY = 0.3
"""How likely a working day begins with a kill."""


class Play:
    """One organisation's year; everything by chance comes of `random`."""

    def __init__(self, database: Database, url: str, files: Path, office: Office, random: Random) -> None:
        self._random = random
        self._pair = Pair(partial(Scheduler, url, files, office.is_led), random)
        self._database = database
        self._staff = Staff(House(database), office, random)
        self.ladders, self.mail = Ladders(database), Mail(database)
        self.silent_from = self._early_in_a_month()
        self.played: list[date] = []

    def run(self) -> None:
        """Play every day."""
        try:
            self._run()
        finally:
            self._pair.end()

    def _run(self) -> None:
        for day in _days():
            if not 0 <= (day - self.silent_from).days < OUT_OF_ORDER_DAYS:
                self._morning(day)
            self.mail.take(day, by_clock=True)
            if is_workday(day):
                self._staff.decide(moment(day, *WORK), day)
                self.mail.pass_over()
                self._staff.work(moment(day, *WORK), day)
            self.ladders.evening(day)
            self.mail.take(day)

    @property
    def errors(self) -> list[str]:
        """What the schedulers logged as errors."""
        return self._pair.errors

    def said(self) -> str:
        """Say what happened."""
        return (
            f"{self._staff.acts} acts, {self._pair.kills} kills ({self._pair.hits} at work), nobody runs for "
            f"{OUT_OF_ORDER_DAYS} days from {self.silent_from}"
        )

    def _morning(self, day: date) -> None:
        if is_workday(day):
            self.ladders.morning(day, moment(day, *QUIET))
            if self._random.random() < KILLS_A_DAY:
                self._pair.strike_and_kill(moment(day, *BUSY))
        for second in range(TRIES):
            self._pair.strike(moment(day, *QUIET) + timedelta(seconds=second))
            if self._is_done(day):
                break
        else:
            raise AssertionError(f"nobody took the lead on {day}")
        self.played.append(day)

    def _is_done(self, day: date) -> bool:
        with self._database.read() as tx:
            last = runs.last(tx, "deadline.morning")
        return last is not None and last[0] == day.isoformat()

    def _early_in_a_month(self) -> date:
        """Return the first of three working days in a row among those on which self-checks begin and are due,
        as silence then leaves most to be caught up with."""
        month = self._random.randrange(2, 13)
        early = [nth(FIRST.year, month, n).day for n in range(1, 9)]
        silences = [[day + n * ONE_DAY for n in range(OUT_OF_ORDER_DAYS)] for day in early]
        return self._random.choice([days[0] for days in silences if all(map(is_workday, days))])


def moment(day: date, hour: int, minute: int) -> datetime:
    """Return a moment of a day in the organisation's zone, in UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def _days() -> Iterator[date]:
    day = FIRST
    while day <= LAST:
        yield day
        day += ONE_DAY
