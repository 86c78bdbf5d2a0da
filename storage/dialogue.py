"""What a person is in the middle of saying to one capability; it expires."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, String, Table, Text, UniqueConstraint, delete, select, update

from storage.base import Id, UtcTime, metadata
from storage.database import Tx

dialogue = Table(
    "dialogue",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("capability", String(32), nullable=False),
    Column("data", Text, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
    UniqueConstraint("person_id", "capability"),
    # A number that was given back must not be given out again: old cards and buttons still carry it.
    sqlite_autoincrement=True,
)


@dataclass(frozen=True)
class Dialogue:
    """An unfinished matter; `data` is the capability's own JSON, `expires_at` business time."""

    id: int
    person_id: int
    capability: str
    data: str
    expires_at: datetime


def find(tx: Tx, person_id: int, capability: str, now: datetime) -> Dialogue | None:
    """Return what the person has open with a capability, unless it expired."""
    mine = (dialogue.c.person_id == person_id, dialogue.c.capability == capability)
    row = tx.one(select(dialogue).where(*mine, dialogue.c.expires_at > now).with_for_update())
    return Dialogue(*row) if row else None


def newest(tx: Tx, person_id: int, capabilities: Collection[str], now: datetime) -> str | None:
    """Return with which of the capabilities the person has opened something last, unless it expired."""
    mine = (dialogue.c.person_id == person_id, dialogue.c.capability.in_(capabilities))
    chosen = select(dialogue.c.capability).where(*mine, dialogue.c.expires_at > now)
    return tx.run(chosen.order_by(dialogue.c.id.desc()).limit(1)).scalar()


def begin(tx: Tx, person_id: int, capability: str, data: str, expires_at: datetime) -> Dialogue:
    """Open a matter in place of what was open before."""
    mine = (dialogue.c.person_id == person_id, dialogue.c.capability == capability)
    tx.run(delete(dialogue).where(*mine))
    values = {"person_id": person_id, "capability": capability, "data": data, "expires_at": expires_at}
    return Dialogue(tx.add(dialogue, **values), person_id, capability, data, expires_at)


def save(tx: Tx, dialogue_id: int, data: str, expires_at: datetime) -> None:
    """Remember what was said so far."""
    tx.run(update(dialogue).where(dialogue.c.id == dialogue_id).values(data=data, expires_at=expires_at))


def end(tx: Tx, dialogue_id: int) -> None:
    """Forget a matter that was finished or dropped."""
    tx.run(delete(dialogue).where(dialogue.c.id == dialogue_id))


def expired(tx: Tx, capability: str, now: datetime) -> list[Dialogue]:
    """Return a capability's matters that have expired."""
    rows = tx.run(select(dialogue).where(dialogue.c.capability == capability, dialogue.c.expires_at <= now))
    return [Dialogue(*row) for row in rows]
