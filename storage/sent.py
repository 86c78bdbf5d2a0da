"""Cards that reached a chat, so that they can be found by their subject and replaced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, ForeignKey, String, Table, UniqueConstraint, bindparam, delete, select, update

from storage.base import Id, UtcTime, metadata
from storage.database import Tx
from storage.outbox import Recipient
from storage.people import Address

KEPT = timedelta(days=30)

sent = Table(
    "sent",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("subject", String(128), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("person.id")),
    Column("platform", String(16), nullable=False),
    Column("user_id", String(128), nullable=False),
    Column("message_id", String(128), nullable=False),
    Column("handle", String(512), nullable=False),
    Column("sent_at", UtcTime, nullable=False, index=True),
    UniqueConstraint("platform", "message_id"),
)


@dataclass(frozen=True)
class Copy:
    """One copy of a card in one chat; `handle` replaces it, empty when nothing can."""

    id: int
    address: Address
    message_id: str
    handle: str


@dataclass(frozen=True)
class Spot:
    """Where a card is: whose chat, which message, and what replaces it."""

    to: Recipient
    address: Address
    message_id: str
    handle: str


_HERE = update(sent).where(sent.c.platform == bindparam("where"), sent.c.message_id == bindparam("which"))
_SAME = _HERE.where(sent.c.subject == bindparam("about"))
_RECIPIENTS = (
    select(sent.c.person_id, sent.c.platform, sent.c.user_id)
    .where(sent.c.subject == bindparam("about"))
    .distinct()
)


def remember(tx: Tx, spot: Spot, subject: str, now: datetime) -> None:
    """Remember that a card on `subject` was sent (machine time), unless more is known of it already."""
    tx.add_new(
        sent,
        {
            "subject": subject,
            "person_id": spot.to.person_id,
            "platform": spot.address.platform,
            "user_id": spot.address.user_id,
            "message_id": spot.message_id,
            "handle": spot.handle,
            "sent_at": now,
        },
    )


def clicked(tx: Tx, spot: Spot, subject: str | None, now: datetime) -> bool:
    """Note what a click tells: the handle that works now, and with `subject` what the card is about now.

    Return whether it was about something else before, as far as is known. A click can be faster than the
    relay's note that the card arrived; then this note comes first and stays.
    """
    here = {"where": spot.address.platform, "which": spot.message_id}
    same = tx.run(_SAME, here | {"about": subject, "handle": spot.handle}).rowcount if subject else 0
    if same:
        return False
    values = {"handle": spot.handle} | ({"subject": subject} if subject else {})
    if not tx.run(_HERE, here | values).rowcount and subject:
        remember(tx, spot, subject, now)
    return subject is not None


def spend(tx: Tx, copy_id: int, handle: str) -> None:
    """Note the handle that replaces a copy next time, empty for never."""
    tx.run(update(sent).where(sent.c.id == copy_id).values(handle=handle))


def copies(tx: Tx, to: Recipient, subject: str) -> list[Copy]:
    """Return the copies of a subject's card that one recipient has and that can be replaced, oldest first."""
    whose = (
        sent.c.person_id == to.person_id
        if to.address is None
        else (sent.c.platform == to.address.platform) & (sent.c.user_id == to.address.user_id)
    )
    rows = tx.run(select(sent).where(sent.c.subject == subject, whose).order_by(sent.c.id))
    return [
        Copy(row.id, Address(row.platform, row.user_id), row.message_id, row.handle)
        for row in rows
        if row.handle
    ]


def recipients(tx: Tx, subject: str) -> set[Recipient]:
    """Return who has a copy of a subject's card."""
    rows = tx.run(_RECIPIENTS, {"about": subject})
    return {
        Recipient(row.person_id) if row.person_id else Recipient(address=Address(row.platform, row.user_id))
        for row in rows
    }


def purge(tx: Tx, now: datetime) -> int:
    """Forget copies that no platform lets us replace any more; return how many."""
    return tx.run(delete(sent).where(sent.c.sent_at < now - KEPT)).rowcount
