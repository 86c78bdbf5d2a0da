"""What a year has brought, read from the ledger by SQL and from everybody's messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Row, text

from handlers.contract.card import Card, Tone
from storage.database import Database
from storage.outbox import Kind
from tests.year.expecting import Opened, Word

DUTIES = """
select duty.code, duty.period, deadline.opened_on from duty
join deadline on deadline.kind = 'duty.do' and deadline.subject = 'duty:' || duty.id
"""
SHEETS = """
select sheet.unit_key, sheet.month, deadline.opened_on from sheet
join deadline on deadline.kind = 'selfcheck.submit' and deadline.subject = 'selfcheck:' || sheet.id
"""
NUDGES = "select deadline_id, due_on, rung, person_id, line, overdue, state, told_on from nudge order by id"
PUSHES = "select person_id, sent_on, what from push"
MAIL = "select id, person_id, kind, subject, body from outbox where id > :after order by id"


@dataclass(frozen=True)
class Told:
    """One row of the words: what was to be said, and the day on which it was."""

    word: Word
    line: str
    overdue: bool
    state: str
    told_on: date | None


@dataclass(frozen=True)
class Message:
    """One message that was put on its way on a day, by the clock or because of what somebody did."""

    day: date
    by_clock: bool
    person: int
    subject: str
    card: Card | None

    @property
    def is_morning(self) -> bool:
        """Whether it is the card of a morning."""
        return self.subject.startswith("morning:")

    @property
    def overdue(self) -> bool:
        """Whether it is a morning's card with something overdue."""
        return self.is_morning and self.card is not None and self.card.tone is Tone.BAD

    @property
    def counts(self) -> bool:
        """Whether it is one of the three of a week: pushed, and nothing in it is overdue."""
        return (self.is_morning and not self.overdue) or self.subject.startswith(COUNTED)

    @property
    def is_urgent(self) -> bool:
        """Whether it is an alarm, which waits for no morning."""
        return self.subject.startswith("report-alarm:")

    @property
    def lines(self) -> list[str]:
        """The numbered lines of a morning's card."""
        return [] if self.card is None else [each.partition(". ")[2] for each in self.card.sections[0].lines]


COUNTED = ("selfcheck-mine:", "report:", "report-news:")
"""What is pushed beside the cards of mornings."""


class Mail:
    """Everybody's messages by the day of business time on which they came up, which no row tells."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last = 0
        self.messages: list[Message] = []

    def take(self, day: date, by_clock: bool = False) -> None:
        """Take what came up on a day since the last time."""
        for row in self._new():
            if row.kind != Kind.REPLACE and row.person_id is not None:
                card = msgspec.json.decode(row.body, type=Card) if row.kind == Kind.CARD else None
                self.messages.append(Message(day, by_clock, row.person_id, row.subject, card))

    def pass_over(self) -> None:
        """Leave out what came up since the last time: answers to words that somebody typed."""
        self._new()

    def _new(self) -> Sequence[Row[Any]]:
        with self._database.read() as tx:
            rows = tx.run(text(MAIL), {"after": self._last}).all()
        self._last = rows[-1].id if rows else self._last
        return rows


def opened(database: Database, sql: str) -> list[tuple[Opened, date]]:
    """Return every duty or every sheet with the day on which it was opened, as often as it was."""
    with database.read() as tx:
        return [((row[0], row[1]), row[2]) for row in tx.run(text(sql))]


def nudges(database: Database) -> list[Told]:
    """Return every word that was kept for somebody."""
    with database.read() as tx:
        rows = tx.run(text(NUDGES)).all()
    return [Told(Word(*row[:4]), row.line, row.overdue, row.state, row.told_on) for row in rows]


def pushes(database: Database) -> Counter[tuple[int, date]]:
    """Return how many messages were counted against somebody's week on which day."""
    with database.read() as tx:
        return Counter((row.person_id, row.sent_on) for row in tx.run(text(PUSHES)))
