"""Cards that reached a chat, so that they can be found by their subject and replaced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, ForeignKey, String, Table, UniqueConstraint, delete, select, update

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
    Column("sent_at", UtcTime, nullable=False, index=True),
    UniqueConstraint("platform", "message_id"),
)


@dataclass(frozen=True)
class Copy:
    """One copy of a card in one chat; `sent_at` is machine time."""

    address: Address
    message_id: str
    sent_at: datetime


def remember(tx: Tx, to: Recipient, subject: str, address: Address, message_id: str, now: datetime) -> None:
    """Remember that a card on `subject` reached a chat as `message_id`, unless more is known of it."""
    tx.add_new(
        sent,
        {
            "subject": subject,
            "person_id": to.person_id,
            "platform": address.platform,
            "user_id": address.user_id,
            "message_id": message_id,
            "sent_at": now,
        },
    )


def rename(tx: Tx, to: Recipient, subject: str, address: Address, message_id: str, now: datetime) -> None:
    """Note that the card shown as `message_id` is now about `subject`.

    A click can be faster than the relay's note that the card arrived; then this note comes first and stays.
    """
    here = (sent.c.platform == address.platform, sent.c.message_id == message_id)
    if not tx.run(update(sent).where(*here).values(subject=subject)).rowcount:
        remember(tx, to, subject, address, message_id, now)


def copies(tx: Tx, to: Recipient, subject: str) -> list[Copy]:
    """Return the copies of a subject's card that one recipient has, oldest first."""
    whose = (
        sent.c.person_id == to.person_id
        if to.address is None
        else (sent.c.platform == to.address.platform) & (sent.c.user_id == to.address.user_id)
    )
    rows = tx.run(select(sent).where(sent.c.subject == subject, whose).order_by(sent.c.id))
    return [Copy(Address(row.platform, row.user_id), row.message_id, row.sent_at) for row in rows]


def recipients(tx: Tx, subject: str) -> set[Recipient]:
    """Return who has a copy of a subject's card."""
    rows = tx.run(
        select(sent.c.person_id, sent.c.platform, sent.c.user_id).where(sent.c.subject == subject).distinct()
    )
    return {
        Recipient(row.person_id) if row.person_id else Recipient(address=Address(row.platform, row.user_id))
        for row in rows
    }


def purge(tx: Tx, now: datetime) -> int:
    """Forget copies that no platform lets us replace any more; return how many."""
    return tx.run(delete(sent).where(sent.c.sent_at < now - KEPT)).rowcount
