"""Requests that known people made and that were refused, for the supervisors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, Row, String, Table, insert, select

from storage.base import Id, UtcTime, metadata
from storage.database import Tx

attempt = Table(
    "attempt",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False, index=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("act", String(64), nullable=False),
    Column("about", String(128), nullable=False),
    Column("rule", String(16), nullable=False),
    Column("answer", String(500), nullable=False),
    Column("grave", Boolean, nullable=False, default=False),
)


@dataclass(frozen=True)
class Attempt:
    """One refused request: `about` holds the ids that came with it, `answer` the sentence that was given,
    `grave` whether supervisors hear of it at once."""

    at: datetime
    person_id: int
    act: str
    about: str
    rule: str
    answer: str
    grave: bool = False


def record(
    tx: Tx, at: datetime, person_id: int, act: str, about: str, rule: str, answer: str, grave: bool = False
) -> None:
    """Remember a refused request."""
    tx.run(
        insert(attempt).values(
            at=at,
            person_id=person_id,
            act=act[:64],
            about=about[:128],
            rule=rule,
            answer=answer[:500],
            grave=grave,
        )
    )


def about(tx: Tx, names: Iterable[str], prefix: str) -> list[Attempt]:
    """Return the refused requests whose ids are one of `names` or begin with `prefix`, oldest first."""
    meant = attempt.c.about.in_(list(names)) | attempt.c.about.startswith(prefix, autoescape=True)
    rows = tx.run(select(attempt).where(meant).order_by(attempt.c.id))
    return [_attempt(row) for row in rows]


def since(tx: Tx, start: datetime) -> list[Attempt]:
    """Return the refused requests from `start` on, oldest first."""
    rows = tx.run(select(attempt).where(attempt.c.at >= start).order_by(attempt.c.id))
    return [_attempt(row) for row in rows]


def between(tx: Tx, start: datetime, end: datetime) -> list[Attempt]:
    """Return the refused requests from `start` to before `end`, oldest first."""
    when = (attempt.c.at >= start, attempt.c.at < end)
    return [_attempt(row) for row in tx.run(select(attempt).where(*when).order_by(attempt.c.id))]


def _attempt(row: Row[Any]) -> Attempt:
    return Attempt(row.at, row.person_id, row.act, row.about, row.rule, row.answer, row.grave)
