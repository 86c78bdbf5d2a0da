"""Links to pages: each for one person and one form or board, known by a hash only; a form is handed in
once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, ForeignKey, String, Table, Text, delete, insert, select, update

from storage import links
from storage.base import Id, UtcTime, metadata
from storage.database import Tx

LIFE = timedelta(minutes=30)
KEPT = timedelta(days=3)
"""How long after its end a link is still known, so that handing in once more shows the first answer."""

BOARD = "board:"
"""What the act of a link begins with that leads to a page to read, not to a form."""

page_link = Table(
    "page_link",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("act", String(64), nullable=False),
    Column("args", Text, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
    Column("spent_at", UtcTime),
    Column("answer", Text, nullable=False, default=""),
)


@dataclass(frozen=True)
class Link:
    """A link as it is kept: `args` is the form's own JSON, `answer` what the handing in was answered with.

    Times are business time."""

    hash: str
    person_id: int
    act: str
    args: str
    expires_at: datetime
    spent_at: datetime | None
    answer: str


def begin(tx: Tx, person_id: int, act: str, args: str, now: datetime) -> str:
    """Make a link and return its secret, which is kept nowhere."""
    token = links.new()
    values = {"person_id": person_id, "act": act, "args": args, "expires_at": now + LIFE, "answer": ""}
    tx.run(insert(page_link).values(hash=links.hashed(token), **values))
    return token


def find(tx: Tx, token: str) -> Link | None:
    """Return the link with this secret, whatever has become of it, until it is forgotten."""
    if not links.is_one(token):
        return None
    row = tx.one(select(page_link).where(page_link.c.hash == links.hashed(token)))
    return Link(*row) if row else None


def spend(tx: Tx, link: Link, answer: str, now: datetime) -> bool:
    """End a link with the answer that it led to; False when it had been spent before."""
    still = (page_link.c.hash == link.hash, page_link.c.spent_at.is_(None))
    return tx.run(update(page_link).where(*still).values(spent_at=now, answer=answer)).rowcount == 1


def purge(tx: Tx, now: datetime) -> int:
    """Forget the links that ended long ago; return how many. `now` is business time."""
    return tx.run(delete(page_link).where(page_link.c.expires_at < now - KEPT)).rowcount
