"""Steps of a sign-off: one row per subject, version and level, and the signature that ends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    insert,
    literal_column,
    select,
    update,
)

from storage.base import Id, UtcTime, metadata
from storage.database import Tx


class StepState(StrEnum):
    """WAITING for earlier levels; OPEN for its assignee; SIGNED, REJECTED, RETURNED by them; VOID when the
    version ended without them."""

    WAITING = "waiting"
    OPEN = "open"
    SIGNED = "signed"
    REJECTED = "rejected"
    RETURNED = "returned"
    VOID = "void"


step = Table(
    "step",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("subject", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("level", Integer, nullable=False),
    Column("title", String(32), nullable=False),
    Column("assignee_id", Id, ForeignKey("person.id"), nullable=False),
    Column("ground", String(200), nullable=False),
    Column("state", String(10), nullable=False),
    Column("shown", String(64), nullable=False, default=""),
    Column("opened_at", UtcTime),
    Column("decided_at", UtcTime),
    Column("signer", String(64), nullable=False, default=""),
    Column("signer_roles", String(200), nullable=False, default=""),
    Column("reason", String(1000), nullable=False, default=""),
    UniqueConstraint("subject", "version", "level"),
)
# Written out and not bound: SQLite takes a partial index only where it reads the same words.
_is_open = step.c.state == literal_column(f"'{StepState.OPEN}'")
Index("uq_step_one_open", step.c.subject, unique=True, sqlite_where=_is_open, postgresql_where=_is_open)
Index("ix_step_todo", step.c.assignee_id, step.c.opened_at, sqlite_where=_is_open, postgresql_where=_is_open)


@dataclass(frozen=True)
class Step:
    """One level of one version. `shown` is the hash of what the signer signs, fixed when the step opens;
    `ground` says why the assignee may sign; `signer` and `signer_roles` are copied when it is decided."""

    id: int
    subject: str
    version: int
    level: int
    title: str
    assignee: int
    ground: str
    state: StepState
    shown: str
    opened_at: datetime | None
    decided_at: datetime | None
    signer: str
    signer_roles: str
    reason: str


@dataclass(frozen=True)
class Seat:
    """A level with the person who is to sign it, and why that person may."""

    level: int
    title: str
    person: int
    ground: str


def add(tx: Tx, subject: str, version: int, seats: Sequence[Seat]) -> None:
    """Add the steps of a version, all waiting."""
    tx.run(
        insert(step),
        [
            {
                "subject": subject,
                "version": version,
                "level": seat.level,
                "title": seat.title,
                "assignee_id": seat.person,
                "ground": seat.ground,
                "state": StepState.WAITING,
            }
            for seat in seats
        ],
    )


_STEPS = (
    select(step)
    .where(step.c.subject == bindparam("of"), step.c.version == bindparam("at"))
    .order_by(step.c.level)
)


def steps(tx: Tx, subject: str, version: int) -> list[Step]:
    """Return the steps of a version in order."""
    return [_step(row) for row in tx.run(_STEPS, {"of": subject, "at": version})]


_OPEN = (
    update(step)
    .where(step.c.id == bindparam("one"), step.c.state == StepState.WAITING)
    .values(state=StepState.OPEN, shown=bindparam("shown"), opened_at=bindparam("opened_at"))
)
_DECIDE = update(step).where(
    step.c.id == bindparam("one"),
    step.c.state == StepState.OPEN,
    step.c.shown == bindparam("as_shown"),
    step.c.assignee_id == bindparam("by"),
)


def open_step(tx: Tx, step_id: int, shown: str, now: datetime) -> None:
    """Let a waiting step begin."""
    tx.run(_OPEN, {"one": step_id, "shown": shown, "opened_at": now})


def decide(
    tx: Tx, open_one: Step, state: StepState, signer: str, roles: str, reason: str, now: datetime
) -> bool:
    """End an open step; False when somebody else was first or the step is no longer what was read."""
    same = {"one": open_one.id, "as_shown": open_one.shown, "by": open_one.assignee}
    values = {
        "state": state,
        "decided_at": now,
        "ground": open_one.ground,
        "signer": signer,
        "signer_roles": roles,
        "reason": reason,
    }
    return tx.run(_DECIDE, same | values).rowcount == 1


def pause(tx: Tx, step_id: int) -> None:
    """Let an open step wait again."""
    opened = (step.c.id == step_id, step.c.state == StepState.OPEN)
    tx.run(update(step).where(*opened).values(state=StepState.WAITING, shown="", opened_at=None))


def void_rest(tx: Tx, subject: str, version: int) -> None:
    """End whatever is open or waiting in a version."""
    rest = step.c.state.in_((StepState.OPEN, StepState.WAITING))
    tx.run(
        update(step)
        .where(step.c.subject == subject, step.c.version == version, rest)
        .values(state=StepState.VOID)
    )


def reassign(tx: Tx, step_id: int, person: int, ground: str) -> None:
    """Give an undecided step to somebody else."""
    rest = step.c.state.in_((StepState.OPEN, StepState.WAITING))
    tx.run(update(step).where(step.c.id == step_id, rest).values(assignee_id=person, ground=ground))


def todo(tx: Tx, person: int, limit: int) -> list[Step]:
    """Return the steps that wait for a person, the longest waiting first."""
    mine = select(step).where(step.c.assignee_id == person, _is_open)
    rows = tx.run(mine.order_by(step.c.opened_at, step.c.id).limit(limit))
    return [_step(row) for row in rows]


def open_longest(tx: Tx, limit: int) -> list[Step]:
    """Return open steps, the longest open first, whoever they wait for."""
    rows = tx.run(select(step).where(_is_open).order_by(step.c.opened_at, step.c.id).limit(limit))
    return [_step(row) for row in rows]


_STATE = step.c.keys().index("state")


def _step(row: Row[Any]) -> Step:
    """Return what a whole row says; its columns are in the order of Step."""
    columns = list(row)
    columns[_STATE] = StepState(columns[_STATE])
    return Step(*columns)
