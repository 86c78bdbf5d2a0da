"""Findings and their rectification: what was found, who answers for it, every act with its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    UniqueConstraint,
    case,
    exists,
    func,
    insert,
    literal_column,
    select,
    update,
)

from storage.base import Id, UtcTime, metadata
from storage.database import Tx

finding = Table(
    "finding",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("number", String(20), nullable=False, unique=True),
    Column("source", String(16), nullable=False),
    Column("unit_key", String(64), nullable=False),
    Column("unit_name", String(128), nullable=False),
    Column("owner_id", Id, ForeignKey("person.id"), nullable=False),
    Column("what", String(500), nullable=False),
    Column("clause", String(200), nullable=False),
    Column("asked", String(500), nullable=False),
    Column("state", String(10), nullable=False),
    Column("version", Integer, nullable=False),
    Column("opened_by", Id, ForeignKey("person.id")),
    Column("opened_at", UtcTime, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("received_at", UtcTime),
    Column("closed_at", UtcTime),
    Column("about", String(64), nullable=False),
    Column("zero_month", String(7), nullable=False, default=""),
    Column("promised_on", Date, nullable=False),
    Column("former", String(200), nullable=False, default=""),
    # Cards name findings by id: one that was given out before a backup came back must not be given out again.
    sqlite_autoincrement=True,
)
# Written out and not bound: SQLite takes a partial index only where it reads the same words.
_is_open = finding.c.state.in_([literal_column(f"'{each}'") for each in ("open", "reported", "objected")])
Index("ix_finding_open", finding.c.owner_id, finding.c.id, sqlite_where=_is_open, postgresql_where=_is_open)
Index("ix_finding_promised", finding.c.promised_on)
_has_zero = finding.c.zero_month != literal_column("''")
Index("ix_finding_zero", finding.c.id, sqlite_where=_has_zero, postgresql_where=_has_zero)
Index("ix_finding_opened", finding.c.opened_at)
Index("ix_finding_about", finding.c.about)

finding_entry = Table(
    "finding_entry",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("finding_id", Id, ForeignKey("finding.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("act", String(16), nullable=False),
    Column("person_id", Id, ForeignKey("person.id")),
    Column("name", String(64), nullable=False),
    Column("roles", String(200), nullable=False),
    Column("text", String(1000), nullable=False),
    Column("at", UtcTime, nullable=False),
    UniqueConstraint("finding_id", "version"),
)

finding_file = Table(
    "finding_file",
    metadata,
    Column("entry_id", Id, ForeignKey("finding_entry.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String(64), ForeignKey("file.sha256"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("mime", String(100), nullable=False),
)


@dataclass(frozen=True)
class Finding:
    """One finding. `unit_key` is `project:P01` or `department:财务部`; `owner` and `opened_by` are person
    ids; `version` counts the acts; `due_on` is the day by which it is to be mended; `about` what it came
    from; `zero_month` (`2026-02`) the month that the unit's newest self-check called free of problems.
    `promised_on` is the day it was due first, extensions and objections counted and returns not; `former`
    are those who answered for it before, by person id."""

    id: int
    number: str
    source: str
    unit_key: str
    unit_name: str
    owner: int
    what: str
    clause: str
    asked: str
    state: str
    version: int
    opened_by: int | None
    opened_at: datetime
    due_on: date
    received_at: datetime | None
    closed_at: datetime | None
    about: str
    zero_month: str
    promised_on: date
    former: tuple[int, ...] = ()

    @property
    def subject(self) -> str:
        """What deadlines, cards and the journal call it."""
        return f"finding:{self.id}"


@dataclass(frozen=True)
class Mending:
    """How far a finding is mended: `owner` is a person id, `due_on` the day that was promised first, and
    `reported_at` when it was reported first."""

    number: str
    source: str
    owner: int
    state: str
    due_on: date
    reported_at: datetime | None


@dataclass(frozen=True)
class Evidence:
    """A file that belongs to an act."""

    sha256: str
    name: str
    size: int
    mime: str


@dataclass(frozen=True)
class Entry:
    """One act: who, what, when, the words and the files that came with it."""

    version: int
    act: str
    person: int | None
    name: str
    roles: str
    text: str
    at: datetime
    files: tuple[Evidence, ...] = ()


def create(tx: Tx, new: Finding) -> int:
    """Add a finding and return its id."""
    return tx.add(finding, **_values(new))


def _values(one: Finding) -> dict[str, object]:
    plain = ("id", "owner_id")
    values = {column.name: getattr(one, column.name) for column in finding.c if column.name not in plain}
    return values | {"owner_id": one.owner, "former": ",".join(map(str, one.former))}


def move(tx: Tx, changed: Finding, read_version: int) -> bool:
    """Write a finding back; False when somebody else was first."""
    same = (finding.c.id == changed.id, finding.c.version == read_version)
    return tx.run(update(finding).where(*same).values(**_values(changed))).rowcount == 1


def set_due(tx: Tx, finding_id: int, day: date) -> None:
    """Write down the day to which a finding's deadline has moved; nobody acted."""
    follows = case((finding.c.promised_on == finding.c.due_on, day), else_=finding.c.promised_on)
    chosen = update(finding).where(finding.c.id == finding_id)
    tx.run(chosen.values(promised_on=follows, due_on=day))


def add_entry(tx: Tx, finding_id: int, entry: Entry) -> None:
    """Add an act with its files."""
    entry_id = tx.add(
        finding_entry,
        finding_id=finding_id,
        version=entry.version,
        act=entry.act,
        person_id=entry.person,
        name=entry.name,
        roles=entry.roles,
        text=entry.text,
        at=entry.at,
    )
    if entry.files:
        rows = [{"entry_id": entry_id, "position": n, **vars(each)} for n, each in enumerate(entry.files)]
        tx.run(insert(finding_file), rows)


def get(tx: Tx, finding_id: int) -> Finding | None:
    """Return a finding by id."""
    row = tx.one(select(finding).where(finding.c.id == finding_id))
    return _finding(row) if row else None


def locked(tx: Tx, finding_id: int) -> Finding | None:
    """Return a finding by id once nobody else is changing it."""
    row = tx.one(select(finding).where(finding.c.id == finding_id).with_for_update())
    return _finding(row) if row else None


def by_number(tx: Tx, number: str) -> Finding | None:
    """Return a finding by its number, `ZG-2026-0001`."""
    row = tx.one(select(finding).where(finding.c.number == number))
    return _finding(row) if row else None


def by_ids(tx: Tx, ids: Sequence[int]) -> dict[int, Finding]:
    """Return findings by id."""
    return {row.id: _finding(row) for row in tx.run(select(finding).where(finding.c.id.in_(list(ids))))}


def open_ones(tx: Tx, limit: int) -> list[Finding]:
    """Return what is not closed, the oldest first."""
    rows = tx.run(select(finding).where(_is_open).order_by(finding.c.id).limit(limit))
    return [_finding(row) for row in rows]


def open_of(tx: Tx, owner: int, limit: int) -> list[Finding]:
    """Return what a person answers for and is not closed, the oldest first."""
    mine = select(finding).where(_is_open, finding.c.owner_id == owner)
    return [_finding(row) for row in tx.run(mine.order_by(finding.c.id).limit(limit))]


def to_mend(tx: Tx, owner: int, limit: int) -> list[Finding]:
    """Return what a person has to mend now, the oldest first."""
    mine = select(finding).where(_is_open, finding.c.owner_id == owner, finding.c.state == "open")
    return [_finding(row) for row in tx.run(mine.order_by(finding.c.id).limit(limit))]


def handed_in(tx: Tx) -> list[Finding]:
    """Return what waits to be verified or judged, the oldest first."""
    waiting = (_is_open, finding.c.state.in_(("reported", "objected")))
    return [_finding(row) for row in tx.run(select(finding).where(*waiting).order_by(finding.c.id))]


def unanswered(tx: Tx, limit: int) -> list[Finding]:
    """Return what only a supervisor can answer: more time that was asked for and not given yet, and zero
    reports that nobody has weighed."""
    asked = (_is_open, finding.c.state == "open", _has("asked_more"), ~_has("extended"))
    flagged = (_has_zero, finding.c.state != "withdrawn", ~_has("concealed"), ~_has("honest"))
    found = {
        row.id: _finding(row)
        for where in (asked, flagged)
        for row in tx.run(select(finding).where(*where).order_by(finding.c.id).limit(limit))
    }
    return [found[each] for each in sorted(found)][:limit]


def _has(act: str) -> ColumnElement[bool]:
    mine = (finding_entry.c.finding_id == finding.c.id, finding_entry.c.act == act)
    return exists().where(*mine)


def count_open(tx: Tx) -> int:
    """Return how many are not closed."""
    return int(tx.run(select(func.count()).select_from(finding).where(_is_open)).scalar_one())


def opened_between(tx: Tx, start: datetime, end: datetime) -> list[Finding]:
    """Return the findings that were opened from `start` to before `end`, the oldest first."""
    when = (finding.c.opened_at >= start, finding.c.opened_at < end)
    return [_finding(row) for row in tx.run(select(finding).where(*when).order_by(finding.c.id))]


def mending_since(tx: Tx, day: date, last: date = date.max) -> list[Mending]:
    """Return how far each finding is mended that was or is due on a day or later, up to the last one; costs
    grow with these."""
    one = finding.c
    reported = select(func.min(finding_entry.c.at)).where(
        finding_entry.c.finding_id == one.id, finding_entry.c.act == literal_column("'reported'")
    )
    chosen = select(
        one.number,
        one.source,
        one.owner_id,
        one.state,
        one.promised_on,
        reported.correlate(finding).scalar_subquery(),
    )
    return [
        Mending(*row)
        for row in tx.run(
            chosen.where(one.promised_on >= day, one.promised_on <= last).order_by(one.promised_on, one.id)
        )
    ]


def newest(tx: Tx, limit: int) -> list[Finding]:
    """Return the newest findings."""
    return [_finding(row) for row in tx.run(select(finding).order_by(finding.c.id.desc()).limit(limit))]


def entries(tx: Tx, finding_id: int) -> list[Entry]:
    """Return every act on a finding with its files, the first one first."""
    acts = select(finding_entry).where(finding_entry.c.finding_id == finding_id)
    rows = tx.run(acts.order_by(finding_entry.c.version)).all()
    files = _files(tx, [row.id for row in rows])
    return [
        Entry(
            row.version,
            row.act,
            row.person_id,
            row.name,
            row.roles,
            row.text,
            row.at,
            tuple(files.get(row.id, ())),
        )
        for row in rows
    ]


def _files(tx: Tx, entry_ids: Sequence[int]) -> dict[int, list[Evidence]]:
    found: dict[int, list[Evidence]] = {}
    chosen = select(finding_file).where(finding_file.c.entry_id.in_(list(entry_ids)))
    for row in tx.run(chosen.order_by(finding_file.c.entry_id, finding_file.c.position)):
        found.setdefault(row.entry_id, []).append(Evidence(row.sha256, row.name, row.size, row.mime))
    return found


def _finding(row: Row[Any]) -> Finding:
    *values, former = row
    before = tuple(int(each) for each in former.split(",") if each)
    return replace(Finding(*values), former=before)
