"""What the platforms have already told us, so that a repeat gets its first answer and changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Column, String, Table, Text, bindparam, delete, select, update

from storage.base import UtcTime, metadata
from storage.database import Tx

KEPT = timedelta(days=3)
"""Longer than the last re-push (7.1 h) and than the window in which a signed request is still taken."""

inbox = Table(
    "inbox",
    metadata,
    Column("key", String(160), primary_key=True),
    Column("at", UtcTime, nullable=False, index=True),
    Column("answer", Text, nullable=False, default=""),
)


def begin(tx: Tx, key: str, at: datetime) -> bool:
    """Claim a key; False when it was handled before. `at` is machine time."""
    return tx.add_new(inbox, {"key": key, "at": at, "answer": ""})


_FINISH = update(inbox).where(inbox.c.key == bindparam("of")).values(answer=bindparam("answer"))


def finish(tx: Tx, key: str, answer: str) -> None:
    """Remember the answer."""
    tx.run(_FINISH, {"of": key, "answer": answer})


def answer(tx: Tx, key: str) -> str:
    """Return the first answer to a key that was handled before."""
    return str(tx.run(select(inbox.c.answer).where(inbox.c.key == key)).scalar_one())


def purge(tx: Tx, now: datetime) -> int:
    """Forget what no platform will repeat any more; return how many. `now` is machine time."""
    return tx.run(delete(inbox).where(inbox.c.at < now - KEPT)).rowcount
