"""What was pushed to whom on which day, so that nobody is drowned (decision 35)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Column, Date, ForeignKey, Index, String, Table, func, insert, select

from storage.base import Id, metadata
from storage.database import Tx

push = Table(
    "push",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("sent_on", Date, nullable=False),
    Column("what", String(32), nullable=False),
)
Index("ix_push_person", push.c.person_id, push.c.sent_on)
Index("ix_push_day", push.c.sent_on)


def note(tx: Tx, person_id: int, day: date, what: str) -> None:
    """Note one message that counts against a person's week."""
    tx.run(insert(push).values(person_id=person_id, sent_on=day, what=what))


def count(tx: Tx, person_id: int, first: date, last: date) -> int:
    """Return how many messages counted from `first` through `last`."""
    mine = (push.c.person_id == person_id, push.c.sent_on >= first, push.c.sent_on <= last)
    return int(tx.run(select(func.count()).select_from(push).where(*mine)).scalar_one())


def in_week(tx: Tx, first: date, last: date) -> dict[int, int]:
    """Return by person id how many messages counted from `first` through `last`."""
    week = (push.c.sent_on >= first, push.c.sent_on <= last)
    rows = tx.run(select(push.c.person_id, func.count()).where(*week).group_by(push.c.person_id))
    return {row[0]: int(row[1]) for row in rows}
