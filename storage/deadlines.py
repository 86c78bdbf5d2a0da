"""Deadlines: the day by which something is due, how it was counted, and the words said about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import (
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
    bindparam,
    func,
    literal_column,
    select,
    update,
)

from storage.base import Id, metadata
from storage.database import Tx


class NudgeState(StrEnum):
    """WAITING to be told; TOLD; DROPPED when it was overtaken or the matter ended before."""

    WAITING = "waiting"
    TOLD = "told"
    DROPPED = "dropped"


deadline = Table(
    "deadline",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("kind", String(32), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("term", String(32), nullable=False),
    Column("extra", Integer, nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("calendar", String(64), nullable=False),
    Column("missing", String(64), nullable=False),
    Column("rung", Integer, nullable=False),
    Column("remind_on", Date),
    Column("paused_on", Date),
    Column("closed_on", Date),
)
_to_remind = deadline.c.remind_on.is_not(None)
_is_open = deadline.c.closed_on.is_(None)
Index(
    "ix_deadline_remind",
    deadline.c.remind_on,
    deadline.c.id,
    sqlite_where=_to_remind,
    postgresql_where=_to_remind,
)
Index(
    "uq_deadline_one_open",
    deadline.c.kind,
    deadline.c.subject,
    unique=True,
    sqlite_where=_is_open,
    postgresql_where=_is_open,
)
Index("ix_deadline_of", deadline.c.kind, deadline.c.subject, deadline.c.id)
Index("ix_deadline_open", deadline.c.due_on, deadline.c.id, sqlite_where=_is_open, postgresql_where=_is_open)

nudge = Table(
    "nudge",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("deadline_id", Id, ForeignKey("deadline.id"), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("line", String(200), nullable=False),
    Column("button", Text, nullable=False),
    Column("overdue", Boolean, nullable=False),
    Column("state", String(8), nullable=False),
    Column("told_on", Date),
    UniqueConstraint("deadline_id", "due_on", "rung", "person_id"),
)
# Written out and not bound: SQLite takes a partial index only where it reads the same words.
_untold = nudge.c.state == literal_column("'waiting'")
Index("ix_nudge_untold", nudge.c.person_id, nudge.c.id, sqlite_where=_untold, postgresql_where=_untold)


@dataclass(frozen=True)
class Deadline:
    """One thing that is due. `kind` names its ladder and `subject` the matter (`finding:12`).

    `term` is how `due_on` was counted from `opened_on`, `extra` the working days granted on top; `calendar`
    is the stamp of the calendar used (`2026:1f0c7a9be2d4`), `missing` the years that it did not have. `rung`
    is the place of the next word on the ladder and `remind_on` its day. While `paused_on` is set the clock
    stands still."""

    id: int
    kind: str
    subject: str
    term: str
    extra: int
    opened_on: date
    due_on: date
    calendar: str
    missing: tuple[int, ...]
    rung: int
    remind_on: date | None
    paused_on: date | None
    closed_on: date | None

    @property
    def provisional(self) -> bool:
        """暂定: the day may move when the calendar of a missing year arrives."""
        return bool(self.missing)


@dataclass(frozen=True)
class Said:
    """What a nudge says; `button` is JSON or empty."""

    line: str
    button: str
    overdue: bool


@dataclass(frozen=True)
class Untold:
    """A nudge that its person has not heard yet."""

    id: int
    deadline_id: int
    said: Said


def add(tx: Tx, new: Deadline) -> int:
    """Add a deadline; its id is given here. IntegrityError when the matter has an open one of the kind."""
    return tx.add(deadline, **_values(new))


def save(tx: Tx, changed: Deadline) -> None:
    """Write a deadline back."""
    tx.run(update(deadline).where(deadline.c.id == changed.id).values(**_values(changed)))


def _values(one: Deadline) -> dict[str, object]:
    values = {column.name: getattr(one, column.name) for column in deadline.c if column.name != "id"}
    return values | {"missing": ",".join(map(str, one.missing))}


_FIND = (
    select(deadline)
    .where(deadline.c.kind == bindparam("of_kind"), deadline.c.subject == bindparam("about"))
    .order_by(deadline.c.id.desc())
    .limit(1)
)


def find(tx: Tx, kind: str, subject: str) -> Deadline | None:
    """Return the newest deadline of a matter, also when it is closed."""
    row = tx.one(_FIND, {"of_kind": kind, "about": subject})
    return _deadline(row) if row else None


def of_subjects(tx: Tx, kind: str, subjects: Sequence[str]) -> dict[str, Deadline]:
    """Return the newest deadline of one kind for each subject that has one."""
    chosen = select(deadline).where(deadline.c.kind == kind, deadline.c.subject.in_(list(subjects)))
    return {row.subject: _deadline(row) for row in tx.run(chosen.order_by(deadline.c.id))}


_DUE = (
    select(deadline)
    .where(_to_remind, deadline.c.remind_on <= bindparam("today"))
    .order_by(deadline.c.remind_on, deadline.c.id)
    .limit(bindparam("most"))
)


def to_remind(tx: Tx, today: date, limit: int) -> list[Deadline]:
    """Return the deadlines about which a word is due, the oldest first; costs grow with these alone."""
    return [_deadline(row) for row in tx.run(_DUE, {"today": today, "most": limit})]


def overdue(tx: Tx, kinds: Sequence[str], today: date, limit: int, paused: bool = False) -> list[Deadline]:
    """Return open deadlines whose day has passed, the longest overdue first; `paused` takes in those whose
    clock stands still."""
    late = [deadline.c.kind.in_(list(kinds)), _is_open, deadline.c.due_on < today]
    if not paused:
        late.append(deadline.c.paused_on.is_(None))
    rows = tx.run(select(deadline).where(*late).order_by(deadline.c.due_on, deadline.c.id).limit(limit))
    return [_deadline(row) for row in rows]


def open_after(tx: Tx, after: int, limit: int) -> list[Deadline]:
    """Return open deadlines whose id is above `after`, in the order of their ids."""
    chosen = select(deadline).where(_is_open, deadline.c.id > after).order_by(deadline.c.id).limit(limit)
    return [_deadline(row) for row in tx.run(chosen)]


def remember_nudge(tx: Tx, about: Deadline, rung: int, person_id: int, said: Said) -> bool:
    """Keep a word for a person until it is told; False when the same rung had one for them already."""
    values = {
        "deadline_id": about.id,
        "due_on": about.due_on,
        "rung": rung,
        "person_id": person_id,
        "line": said.line,
        "button": said.button,
        "overdue": said.overdue,
        "state": NudgeState.WAITING,
    }
    return tx.add_new(nudge, values)


def untold(tx: Tx) -> dict[int, list[Untold]]:
    """Return what is to be told by person id, in the order in which it came up; only the newest about a
    deadline, and nothing about a closed or paused one."""
    newest = (
        select(func.max(nudge.c.id))
        .where(_untold)
        .group_by(nudge.c.deadline_id, nudge.c.person_id)
        .scalar_subquery()
    )
    runs = (_is_open, deadline.c.paused_on.is_(None))
    chosen = select(nudge).join(deadline).where(_untold, nudge.c.id.in_(newest), *runs)
    found: dict[int, list[Untold]] = {}
    for row in tx.run(chosen.order_by(nudge.c.person_id, nudge.c.id)):
        said = Said(row.line, row.button, row.overdue)
        found.setdefault(row.person_id, []).append(Untold(row.id, row.deadline_id, said))
    return found


def told(tx: Tx, person_id: int, ids: Sequence[int], today: date) -> None:
    """Note that a person was told; older words about the same deadlines are dropped with it."""
    mine = nudge.c.person_id == person_id
    about = select(nudge.c.deadline_id).where(nudge.c.id.in_(list(ids))).scalar_subquery()
    tx.run(
        update(nudge)
        .where(mine, _untold, nudge.c.id.in_(list(ids)))
        .values(state=NudgeState.TOLD, told_on=today)
    )
    tx.run(
        update(nudge).where(mine, _untold, nudge.c.deadline_id.in_(about)).values(state=NudgeState.DROPPED)
    )


def drop_nudges(tx: Tx, deadline_id: int) -> None:
    """Forget what was to be told about a deadline that ended or changed."""
    tx.run(update(nudge).where(nudge.c.deadline_id == deadline_id, _untold).values(state=NudgeState.DROPPED))


def _deadline(row: Row[Any]) -> Deadline:
    values = dict(row._mapping)
    values["missing"] = tuple(int(each) for each in row.missing.split(",") if each)
    return Deadline(**values)
