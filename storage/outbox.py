"""Messages on their way out: written with the business change, claimed and settled by the relay.

A row keeps the neutral message and a person (or, for somebody unknown, an address); the platform and its
rendering are chosen when it is sent. Rows of one lane (recipient and subject) leave in order. All times are
machine time.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)

from storage.base import Id, UtcTime, metadata
from storage.database import Tx
from storage.people import Address

LEASE = timedelta(minutes=2)
"""How long a claimed row waits for its relay before another may take it."""

KEPT = timedelta(days=30)
"""Longer than a sent card can be replaced (Feishu: 14 days)."""


class Kind(StrEnum):
    """What a row asks the relay to do."""

    TEXT = "text"
    CARD = "card"
    REPLACE = "replace"
    FILE = "file"
    DOCUMENT = "document"


class State(StrEnum):
    """WAITING and SENDING are under way; SENT, DEAD (given up) and SUPERSEDED (a newer one came) are ends."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    SUPERSEDED = "superseded"


OPEN = (State.WAITING, State.SENDING)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("token", String(32), nullable=False),
    Column("person_id", Id, ForeignKey("person.id")),
    Column("platform", String(16)),
    Column("user_id", String(128)),
    Column("lane", String(320), nullable=False),
    Column("subject", String(128), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("created_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("error", String(500), nullable=False, default=""),
)


def _open(state: ColumnElement[str]) -> ColumnElement[bool]:
    """Written out and not bound, for SQLite takes a partial index only where it reads the same words."""
    return state.in_([literal_column(f"'{each}'") for each in OPEN])


_is_open = _open(outbox.c.state)
Index("ix_outbox_lane_open", outbox.c.lane, outbox.c.id, sqlite_where=_is_open, postgresql_where=_is_open)
Index("ix_outbox_due", outbox.c.state, outbox.c.due_at)
Index("ix_outbox_subject", outbox.c.subject)


@dataclass(frozen=True)
class Recipient:
    """A person by id, or, for somebody who is not on the roster, an address."""

    person_id: int | None = None
    address: Address | None = None

    @property
    def lane(self) -> str:
        """The recipient's part of the lane."""
        if self.address:
            return f"{self.address.platform}/{self.address.user_id}"
        return str(self.person_id)


@dataclass(frozen=True)
class Item:
    """One row as the relay sees it. `token` is the idempotency key, the same on every attempt."""

    id: int
    token: str
    recipient: Recipient
    subject: str
    kind: Kind
    body: str
    attempts: int
    created_at: datetime


@dataclass(frozen=True)
class Failed:
    """A message that did not leave, for the administrator; `next_at` is its next attempt, None: given up."""

    id: int
    recipient: Recipient
    subject: str
    created_at: datetime
    error: str
    next_at: datetime | None


_POST = insert(outbox)
_SUPERSEDE = (
    update(outbox)
    .where(outbox.c.lane == bindparam("on"), _is_open)
    .where(outbox.c.kind == Kind.REPLACE, outbox.c.state != State.SENDING)
    .values(state=State.SUPERSEDED)
)
_REPLACES_LATE = (
    select(outbox.c.id)
    .where(outbox.c.lane == bindparam("on"), _is_open, outbox.c.kind == Kind.REPLACE)
    .where(outbox.c.created_at < bindparam("now"))
    .limit(1)
)
_CARD_RECIPIENTS = (
    select(outbox.c.person_id, outbox.c.platform, outbox.c.user_id)
    .where(outbox.c.subject == bindparam("on"), outbox.c.kind == Kind.CARD)
    .distinct()
)


def post(tx: Tx, to: Recipient, kind: Kind, subject: str, body: str, now: datetime) -> None:
    """Add a message. A replacement supersedes the ones for the same lane that have not left yet."""
    lane = f"{to.lane}|{subject}"
    if kind is Kind.REPLACE:
        tx.run(_SUPERSEDE, {"on": lane})
    tx.run(
        _POST,
        {
            "token": secrets.token_hex(16),
            "person_id": to.person_id,
            "platform": to.address.platform if to.address else None,
            "user_id": to.address.user_id if to.address else None,
            "lane": lane,
            "subject": subject,
            "kind": kind,
            "body": body,
            "state": State.WAITING,
            "attempts": 0,
            "created_at": now,
            "due_at": now,
            "error": "",
        },
    )
    tx.nudges = True


def replaces_late(tx: Tx, to: Recipient, subject: str, now: datetime) -> bool:
    """Tell whether a replacement posted before `now` (machine time) is still on its way to a recipient."""
    values = {"on": f"{to.lane}|{subject}", "now": now}
    return tx.one(_REPLACES_LATE, values) is not None


def card_recipients(tx: Tx, subject: str) -> set[Recipient]:
    """Return who was or will be sent a card on `subject`."""
    rows = tx.run(_CARD_RECIPIENTS, {"on": subject})
    return {_recipient(row.person_id, row.platform, row.user_id) for row in rows}


_is_due = outbox.c.state.in_(OPEN) & (outbox.c.due_at <= bindparam("now"))
_ANY_DUE = select(outbox.c.id).where(_is_due).limit(1)
_earlier = outbox.alias("earlier")
_IN_ITS_WAY = select(_earlier.c.id).where(
    _earlier.c.lane == outbox.c.lane, _earlier.c.id < outbox.c.id, _open(_earlier.c.state)
)
_CLAIM = (
    select(outbox)
    .where(_is_due, ~_IN_ITS_WAY.exists())
    .order_by(outbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=outbox)
)
_LEASE = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
    .values(state=State.SENDING, due_at=bindparam("until"), attempts=outbox.c.attempts + 1)
)
_SENT = (
    update(outbox).where(outbox.c.id.in_(bindparam("ids", expanding=True))).values(state=State.SENT, error="")
)


def any_due(tx: Tx, now: datetime) -> bool:
    """Tell whether a claim may find something; a cheap look that takes no lock."""
    return tx.one(_ANY_DUE, {"now": now}) is not None


def claim(tx: Tx, now: datetime, limit: int, lease: timedelta = LEASE) -> list[Item]:
    """Take up to `limit` due rows that lead their lanes, oldest first, for the length of the lease."""
    rows = tx.run(_CLAIM, {"now": now, "most": limit}).all()
    if rows:
        tx.run(_LEASE, {"ids": [row.id for row in rows], "until": now + lease})
    return [
        Item(
            row.id,
            row.token,
            _recipient(row.person_id, row.platform, row.user_id),
            row.subject,
            Kind(row.kind),
            row.body,
            row.attempts + 1,
            row.created_at,
        )
        for row in rows
    ]


def sent(tx: Tx, ids: Sequence[int]) -> None:
    """Mark rows as delivered."""
    tx.run(_SENT, {"ids": list(ids)})


def retry(tx: Tx, item_id: int, due_at: datetime, error: str) -> None:
    """Let a row wait for another attempt."""
    tx.run(
        update(outbox)
        .where(outbox.c.id == item_id)
        .values(state=State.WAITING, due_at=due_at, error=error[:500])
    )


def bury(tx: Tx, item_id: int, error: str) -> None:
    """Give a row up."""
    tx.run(update(outbox).where(outbox.c.id == item_id).values(state=State.DEAD, error=error[:500]))


_failed = (outbox.c.state == State.DEAD) | ((outbox.c.state == State.WAITING) & (outbox.c.error != ""))


def revive(tx: Tx, now: datetime) -> int:
    """Let every row that failed be tried now, those that were given up as well; return how many."""
    tx.nudges = True
    again = {"state": State.WAITING, "due_at": now, "attempts": 0, "error": ""}
    return tx.run(update(outbox).where(_failed).values(**again)).rowcount


def hold(tx: Tx, why: str) -> int:
    """Give up every row that has not left, until somebody revives it; return how many."""
    return tx.run(update(outbox).where(_is_open).values(state=State.DEAD, error=why)).rowcount


def failed(tx: Tx) -> list[Failed]:
    """Return what could not be sent so far, oldest first."""
    rows = tx.run(select(outbox).where(_failed).order_by(outbox.c.id))
    return [
        Failed(
            row.id,
            _recipient(row.person_id, row.platform, row.user_id),
            row.subject,
            row.created_at,
            row.error,
            row.due_at if row.state == State.WAITING else None,
        )
        for row in rows
    ]


def waiting_since(tx: Tx) -> datetime | None:
    """Return since when the message that waits longest to be sent has waited; None when none does."""
    oldest = select(outbox.c.created_at).where(_is_open).order_by(outbox.c.id).limit(1)
    return tx.run(oldest).scalar()


def counts(tx: Tx) -> dict[str, int]:
    """Return how many rows are in each state that is not an end, and how many are dead."""
    states = (*OPEN, State.DEAD)
    rows = tx.run(
        select(outbox.c.state, func.count()).where(outbox.c.state.in_(states)).group_by(outbox.c.state)
    )
    return {str(state): 0 for state in states} | {row[0]: row[1] for row in rows}


def purge(tx: Tx, now: datetime) -> int:
    """Forget delivered and superseded rows that can no longer matter; return how many."""
    ended = outbox.c.state.in_((State.SENT, State.SUPERSEDED))
    return tx.run(delete(outbox).where(ended, outbox.c.due_at < now - KEPT)).rowcount


def _recipient(person_id: int | None, platform: str | None, user_id: str | None) -> Recipient:
    if person_id is None:
        return Recipient(address=Address(platform or "", user_id or ""))
    return Recipient(person_id=person_id)
