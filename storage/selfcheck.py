"""Monthly self-checks: a sheet for each team and month, its versions, and the lines that others added."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    case,
    func,
    insert,
    literal_column,
    select,
    update,
)

from storage.base import Id, UtcTime, metadata
from storage.database import Tx

sheet = Table(
    "sheet",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("month", String(7), nullable=False),
    Column("unit_key", String(64), nullable=False),
    Column("unit_name", String(128), nullable=False),
    Column("state", String(10), nullable=False),
    Column("version", Integer, nullable=False),
    Column("zero", Integer, nullable=False),
    Column("draft", Text, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    UniqueConstraint("month", "unit_key"),
    # Cards name sheets by id: one that was given out before a backup came back must not be given out again.
    sqlite_autoincrement=True,
)
# Written out and not bound: SQLite takes a partial index only where it reads the same words.
_is_open = sheet.c.state == literal_column("'open'")
Index("ix_sheet_open", sheet.c.month, sheet.c.id, sqlite_where=_is_open, postgresql_where=_is_open)
Index("ix_sheet_unit", sheet.c.unit_key, sheet.c.month)

sheet_version = Table(
    "sheet_version",
    metadata,
    Column("sheet_id", Id, ForeignKey("sheet.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("name", String(64), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("at", UtcTime, nullable=False),
)

sheet_line = Table(
    "sheet_line",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("sheet_id", Id, ForeignKey("sheet.id"), nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("name", String(64), nullable=False),
    Column("text", String(500), nullable=False),
    Column("at", UtcTime, nullable=False),
)

sheet_file = Table(
    "sheet_file",
    metadata,
    Column("sheet_id", Id, ForeignKey("sheet.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String(64), ForeignKey("file.sha256"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("mime", String(100), nullable=False),
)

OPEN, SUBMITTED, VOID = "open", "submitted", "void"
ADDED, ADVICE = "added", "advice"


@dataclass(frozen=True)
class Sheet:
    """One unit's sheet for one month (`2026-09`). `state` is OPEN, SUBMITTED or VOID (the unit is gone);
    `zero`: its newest version is a 零报告; `draft` is what it shows before it is answered, as JSON."""

    id: int
    month: str
    unit_key: str
    unit_name: str
    state: str
    version: int
    zero: bool
    draft: str
    opened_at: datetime

    @property
    def subject(self) -> str:
        """What deadlines, cards and the journal call it."""
        return f"selfcheck:{self.id}"


@dataclass(frozen=True)
class Proof:
    """A file that was handed in with a version."""

    sha256: str
    name: str
    size: int
    mime: str


@dataclass(frozen=True)
class Version:
    """What was handed in at once: `content` is the capability's own JSON, `files` came with it."""

    version: int
    content: Mapping[str, Any]
    person: int
    name: str
    reason: str
    at: datetime
    files: tuple[Proof, ...] = ()


@dataclass(frozen=True)
class Line:
    """A line that a member ADDED before the lead handed in, or ADVICE of a supervisor."""

    kind: str
    person: int
    name: str
    text: str
    at: datetime


def create(tx: Tx, month: str, unit_key: str, unit_name: str, draft: str, now: datetime) -> int:
    """Open a sheet and return its id."""
    return tx.add(
        sheet,
        month=month,
        unit_key=unit_key,
        unit_name=unit_name,
        state=OPEN,
        version=0,
        zero=0,
        draft=draft,
        opened_at=now,
    )


def hand_in(tx: Tx, one: Sheet, new: Version, zero: bool) -> bool:
    """Add a version; False when somebody else was first."""
    same = (sheet.c.id == one.id, sheet.c.version == one.version, sheet.c.state != VOID)
    values = {"state": SUBMITTED, "version": new.version, "zero": int(zero)}
    if tx.run(update(sheet).where(*same).values(**values)).rowcount != 1:
        return False
    tx.run(
        insert(sheet_version).values(
            sheet_id=one.id,
            version=new.version,
            content=json.dumps(new.content, ensure_ascii=False, sort_keys=True),
            person_id=new.person,
            name=new.name,
            reason=new.reason,
            at=new.at,
        )
    )
    if new.files:
        at = {"sheet_id": one.id, "version": new.version}
        tx.run(insert(sheet_file), [at | {"position": n, **vars(each)} for n, each in enumerate(new.files)])
    return True


def void(tx: Tx, sheet_id: int) -> None:
    """Close a sheet whose unit is gone."""
    tx.run(update(sheet).where(sheet.c.id == sheet_id, _is_open).values(state=VOID))


def reopen(tx: Tx, sheet_id: int) -> None:
    """Open a sheet again whose unit is back."""
    back = (sheet.c.id == sheet_id, sheet.c.state == VOID)
    tx.run(update(sheet).where(*back).values(state=OPEN))


def add_line(tx: Tx, sheet_id: int, line: Line) -> None:
    """Add a member's line or a supervisor's advice."""
    tx.run(
        insert(sheet_line).values(
            sheet_id=sheet_id,
            kind=line.kind,
            person_id=line.person,
            name=line.name,
            text=line.text,
            at=line.at,
        )
    )


def adopt_lines(tx: Tx, month: str, sheet_id: int, people: Collection[int]) -> None:
    """Move the lines of some people from a month's void sheets to a sheet: their unit has a new name."""
    gone = select(sheet.c.id).where(sheet.c.month == month, sheet.c.state == VOID)
    theirs = (sheet_line.c.sheet_id.in_(gone), sheet_line.c.person_id.in_(list(people)))
    tx.run(update(sheet_line).where(*theirs).values(sheet_id=sheet_id))


def get(tx: Tx, sheet_id: int) -> Sheet | None:
    """Return a sheet by id."""
    row = tx.one(select(sheet).where(sheet.c.id == sheet_id))
    return _sheet(row) if row else None


def of_month(tx: Tx, month: str) -> list[Sheet]:
    """Return every sheet of a month, in the order in which they were opened."""
    rows = tx.run(select(sheet).where(sheet.c.month == month).order_by(sheet.c.id))
    return [_sheet(row) for row in rows]


def open_ones(tx: Tx) -> list[Sheet]:
    """Return the sheets that nobody has handed in, the oldest month first."""
    return [_sheet(row) for row in tx.run(select(sheet).where(_is_open).order_by(sheet.c.month, sheet.c.id))]


def newest_of(tx: Tx, unit_key: str) -> Sheet | None:
    """Return a unit's newest sheet that was handed in."""
    handed_in = (sheet.c.unit_key == unit_key, sheet.c.state == SUBMITTED)
    row = tx.one(select(sheet).where(*handed_in).order_by(sheet.c.month.desc()).limit(1))
    return _sheet(row) if row else None


def versions(tx: Tx, sheet_id: int) -> list[Version]:
    """Return every version of a sheet with its files, the first one first."""
    mine = select(sheet_version).where(sheet_version.c.sheet_id == sheet_id)
    files = _files(tx, sheet_id)
    return [
        Version(
            row.version,
            json.loads(row.content),
            row.person_id,
            row.name,
            row.reason,
            row.at,
            tuple(files.get(row.version, ())),
        )
        for row in tx.run(mine.order_by(sheet_version.c.version))
    ]


def _files(tx: Tx, sheet_id: int) -> dict[int, list[Proof]]:
    found: dict[int, list[Proof]] = {}
    mine = select(sheet_file).where(sheet_file.c.sheet_id == sheet_id)
    for row in tx.run(mine.order_by(sheet_file.c.version, sheet_file.c.position)):
        found.setdefault(row.version, []).append(Proof(row.sha256, row.name, row.size, row.mime))
    return found


def first_handed_in(tx: Tx, month: str) -> dict[int, datetime]:
    """Return by sheet id when each sheet of a month was handed in first."""
    chosen = select(sheet_version.c.sheet_id, sheet_version.c.at).join(sheet)
    rows = tx.run(chosen.where(sheet.c.month == month, sheet_version.c.version == 1))
    return {row.sheet_id: row.at for row in rows}


def lines(tx: Tx, sheet_id: int) -> list[Line]:
    """Return the lines of a sheet, the first one first."""
    mine = select(sheet_line).where(sheet_line.c.sheet_id == sheet_id).order_by(sheet_line.c.id)
    return [Line(row.kind, row.person_id, row.name, row.text, row.at) for row in tx.run(mine)]


def newest_month(tx: Tx) -> str | None:
    """Return the month of the newest round, None before the first."""
    row = tx.one(select(func.max(sheet.c.month)))
    return str(row[0]) if row and row[0] else None


def months(tx: Tx, limit: int) -> list[tuple[str, int, int]]:
    """Return the newest rounds: month, sheets that count, and how many of these were handed in."""
    counts = func.count(), func.sum(case((sheet.c.state == SUBMITTED, 1), else_=0))
    chosen = select(sheet.c.month, *counts).where(sheet.c.state != VOID).group_by(sheet.c.month)
    rows = tx.run(chosen.order_by(sheet.c.month.desc()).limit(limit))
    return [(row[0], int(row[1]), int(row[2])) for row in rows]


def _sheet(row: Row[Any]) -> Sheet:
    return Sheet(
        row.id,
        row.month,
        row.unit_key,
        row.unit_name,
        row.state,
        row.version,
        bool(row.zero),
        row.draft,
        row.opened_at,
    )
