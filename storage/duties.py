"""Occurrences of the plan's dated duties: for which period, by when, on what evidence, confirmed by whom."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    delete,
    insert,
    select,
    text,
    update,
)

from storage.base import Id, UtcTime, metadata
from storage.database import Tx

duty = Table(
    "duty",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("number", String(20), nullable=False, unique=True),
    Column("code", String(16), nullable=False),
    Column("period", String(10), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("state", String(8), nullable=False),
    Column("version", Integer, nullable=False),
    Column("words", String(500), nullable=False),
    Column("handed_by", Id, ForeignKey("person.id")),
    Column("handed_at", UtcTime),
    Column("confirmed_by", Id, ForeignKey("person.id")),
    Column("confirmed_at", UtcTime),
    Column("reason", String(500), nullable=False),
    UniqueConstraint("code", "period"),
    # Cards name duties by id: one that was given out before a backup came back must not be given out again.
    sqlite_autoincrement=True,
)
_is_undone = duty.c.state.in_(("open", "handed"))
Index("ix_duty_state", duty.c.state, duty.c.due_on)
Index("ix_duty_due", duty.c.due_on)

duty_file = Table(
    "duty_file",
    metadata,
    Column("duty_id", Id, ForeignKey("duty.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String(64), ForeignKey("file.sha256"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("mime", String(100), nullable=False),
)


duty_sealed = Table(
    "duty_sealed",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("duty_id", Id, ForeignKey("duty.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("act", String(16), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("facts", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("opened", Boolean, nullable=False),
)
_still_sealed = duty_sealed.c.opened.is_(False)
Index(
    "ix_duty_sealed", duty_sealed.c.id, sqlite_where=text("opened = 0"), postgresql_where=text("NOT opened")
)


@dataclass(frozen=True)
class Sealed:
    """An act that only supervisors may know of yet: what the journal will say, `actor` is a person's key."""

    id: int
    duty_id: int
    version: int
    act: str
    actor: str
    facts: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True)
class Occurrence:
    """One duty for one period. `words` are its evidence; `handed_by` and `confirmed_by` are person ids;
    `reason` is why it was sent back last; `version` counts the acts."""

    id: int
    number: str
    code: str
    period: str
    due_on: date
    state: str
    version: int
    words: str = ""
    handed_by: int | None = None
    handed_at: datetime | None = None
    confirmed_by: int | None = None
    confirmed_at: datetime | None = None
    reason: str = ""

    @property
    def subject(self) -> str:
        """What deadlines, cards and the journal call it."""
        return f"duty:{self.id}"


@dataclass(frozen=True)
class Proof:
    """A file that belongs to the evidence."""

    sha256: str
    name: str
    size: int
    mime: str


def has(tx: Tx, code: str, period: str) -> bool:
    """Tell whether an occurrence was opened."""
    return tx.one(select(duty.c.id).where(duty.c.code == code, duty.c.period == period)) is not None


def of_period(tx: Tx, code: str, period: str) -> Occurrence | None:
    """Return the occurrence of a duty for a period, if it was opened."""
    row = tx.one(select(duty).where(duty.c.code == code, duty.c.period == period))
    return _occurrence(row) if row else None


def newest_of(tx: Tx, code: str) -> Occurrence | None:
    """Return the occurrence of a duty for its newest period."""
    row = tx.one(select(duty).where(duty.c.code == code).order_by(duty.c.period.desc()).limit(1))
    return _occurrence(row) if row else None


def create(tx: Tx, new: Occurrence) -> int:
    """Open an occurrence and return its id."""
    return tx.add(duty, **_values(new))


def move(tx: Tx, changed: Occurrence, read_version: int) -> bool:
    """Write an occurrence back; False when somebody else was first."""
    same = (duty.c.id == changed.id, duty.c.version == read_version)
    return tx.run(update(duty).where(*same).values(**_values(changed))).rowcount == 1


def _values(one: Occurrence) -> dict[str, object]:
    return {column.name: getattr(one, column.name) for column in duty.c if column.name != "id"}


def keep_files(tx: Tx, duty_id: int, files: Sequence[Proof]) -> None:
    """Put files in the place of those that came with the evidence before."""
    tx.run(delete(duty_file).where(duty_file.c.duty_id == duty_id))
    if files:
        tx.run(
            insert(duty_file), [{"duty_id": duty_id, "position": n, **vars(f)} for n, f in enumerate(files)]
        )


def files(tx: Tx, duty_id: int) -> list[Proof]:
    """Return the files of the evidence."""
    rows = tx.run(select(duty_file).where(duty_file.c.duty_id == duty_id).order_by(duty_file.c.position))
    return [Proof(row.sha256, row.name, row.size, row.mime) for row in rows]


def get(tx: Tx, duty_id: int) -> Occurrence | None:
    """Return an occurrence by id."""
    row = tx.one(select(duty).where(duty.c.id == duty_id))
    return _occurrence(row) if row else None


def by_number(tx: Tx, number: str) -> Occurrence | None:
    """Return an occurrence by its number, `RW-2026-0001`."""
    row = tx.one(select(duty).where(duty.c.number == number))
    return _occurrence(row) if row else None


def seal(
    tx: Tx, duty_id: int, version: int, act: str, actor: str, facts: Mapping[str, object], now: datetime
) -> None:
    """Keep an act out of the journal until its time comes."""
    words = json.dumps(facts, ensure_ascii=False, sort_keys=True)
    values = {"duty_id": duty_id, "version": version, "act": act, "actor": actor, "facts": words}
    tx.run(insert(duty_sealed).values(**values, at=now, opened=False))


def sealed(tx: Tx) -> list[Sealed]:
    """Return the acts that the journal does not have yet, the first one first."""
    return [
        _sealed(row) for row in tx.run(select(duty_sealed).where(_still_sealed).order_by(duty_sealed.c.id))
    ]


def intended(tx: Tx, duty_id: int) -> list[Sealed]:
    """Return the plans that were made for an occurrence, the first one first."""
    mine = (duty_sealed.c.duty_id == duty_id, duty_sealed.c.act == "intended")
    return [_sealed(row) for row in tx.run(select(duty_sealed).where(*mine).order_by(duty_sealed.c.id))]


def opened_up(tx: Tx, sealed_id: int) -> None:
    """Note that the journal has an act now."""
    tx.run(update(duty_sealed).where(duty_sealed.c.id == sealed_id).values(opened=True))


def _sealed(row: Row[Any]) -> Sealed:
    return Sealed(row.id, row.duty_id, row.version, row.act, row.actor, json.loads(row.facts), row.at)


def set_due(tx: Tx, duty_id: int, day: date) -> None:
    """Write down the day that an authority or a calendar gave an occurrence; nobody acted."""
    tx.run(update(duty).where(duty.c.id == duty_id).values(due_on=day))


def due_between(tx: Tx, first: date, last: date) -> list[Occurrence]:
    """Return what is due from `first` through `last`, the earliest first."""
    when = (duty.c.due_on >= first, duty.c.due_on <= last)
    return [_occurrence(row) for row in tx.run(select(duty).where(*when).order_by(duty.c.due_on, duty.c.id))]


def undone(tx: Tx) -> list[Occurrence]:
    """Return what is not confirmed, the most urgent first."""
    rows = tx.run(select(duty).where(_is_undone).order_by(duty.c.due_on, duty.c.id))
    return [_occurrence(row) for row in rows]


def newest(tx: Tx, limit: int) -> list[Occurrence]:
    """Return the newest occurrences."""
    return [_occurrence(row) for row in tx.run(select(duty).order_by(duty.c.id.desc()).limit(limit))]


def _occurrence(row: Row[Any]) -> Occurrence:
    return Occurrence(*row)
