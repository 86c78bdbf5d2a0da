"""Claims, their versions and lines, and the files that belong to a version."""

from __future__ import annotations

from collections.abc import Sequence
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
    UniqueConstraint,
    bindparam,
    cast,
    func,
    insert,
    literal_column,
    select,
    update,
)

from storage.base import Id, UtcTime, metadata
from storage.database import Tx
from storage.signoff import StepState, step

claim = Table(
    "claim",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("number", String(20), nullable=False, unique=True),
    Column("requester_id", Id, ForeignKey("person.id"), nullable=False),
    Column("state", String(10), nullable=False),
    Column("version", Integer, nullable=False),
    Column("note", String(500), nullable=False, default=""),
    Column("created_at", UtcTime, nullable=False),
    Index("ix_claim_mine", "requester_id", "id"),
    # Cards name claims by id: one that was given out before a backup came back must not be given out again.
    sqlite_autoincrement=True,
)

# Written out and not bound: SQLite takes a partial index only where it reads the same words.
_is_blocked = claim.c.state == literal_column("'blocked'")
Index("ix_claim_blocked", claim.c.id, sqlite_where=_is_blocked, postgresql_where=_is_blocked)

claim_version = Table(
    "claim_version",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("claim_id", Id, ForeignKey("claim.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("project_id", Id, ForeignKey("project.id"), nullable=False),
    Column("payee", String(100), nullable=False),
    Column("payee_id", Id, ForeignKey("person.id")),
    Column("rule_version", String(64), nullable=False),
    Column("submitted_at", UtcTime, nullable=False),
    UniqueConstraint("claim_id", "version"),
    Index("ix_claim_version_submitted", "submitted_at"),
)

claim_line = Table(
    "claim_line",
    metadata,
    Column("claim_version_id", Id, ForeignKey("claim_version.id"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("purpose", String(500), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
)

claim_file = Table(
    "claim_file",
    metadata,
    Column("claim_version_id", Id, ForeignKey("claim_version.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String(64), ForeignKey("file.sha256"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("mime", String(100), nullable=False),
)


@dataclass(frozen=True)
class Line:
    """What was spent: purpose and amount in 分."""

    purpose: str
    amount_fen: int


@dataclass(frozen=True)
class Attachment:
    """A file of a version, named as its sender named it."""

    sha256: str
    name: str
    size: int
    mime: str


@dataclass(frozen=True)
class Version:
    """What was submitted at once. `payee` is the text as typed, or the roster name when `payee_id` is set."""

    version: int
    project_id: int
    payee: str
    payee_id: int | None
    rule_version: str
    submitted_at: datetime
    lines: tuple[Line, ...]
    attachments: tuple[Attachment, ...]

    @property
    def amount_fen(self) -> int:
        """The sum of all lines, in 分."""
        return sum(line.amount_fen for line in self.lines)

    @property
    def purpose(self) -> str:
        """What the money was for, all lines together."""
        return "；".join(line.purpose for line in self.lines)


@dataclass(frozen=True)
class Claim:
    """A claim as it stands; `state` is one of the rules' states, `note` says why it is blocked."""

    id: int
    number: str
    requester: int
    state: str
    note: str
    created_at: datetime
    current: Version

    @property
    def subject(self) -> str:
        """The name under which steps, cards and the journal know the claim."""
        return f"expense:{self.id}"


def create(tx: Tx, number: str, requester: int, state: str, now: datetime) -> int:
    """Add a claim without a version yet; return its id."""
    return tx.add(claim, number=number, requester_id=requester, state=state, version=0, created_at=now)


def add_version(tx: Tx, claim_id: int, new: Version) -> None:
    """Add a version with its lines and files and make it the current one."""
    version_id = tx.add(
        claim_version,
        claim_id=claim_id,
        version=new.version,
        project_id=new.project_id,
        payee=new.payee,
        payee_id=new.payee_id,
        rule_version=new.rule_version,
        submitted_at=new.submitted_at,
    )
    tx.run(
        insert(claim_line),
        [
            {
                "claim_version_id": version_id,
                "line": n,
                "purpose": line.purpose,
                "amount_fen": line.amount_fen,
            }
            for n, line in enumerate(new.lines, 1)
        ],
    )
    if new.attachments:
        tx.run(
            insert(claim_file),
            [
                {"claim_version_id": version_id, "position": n, **vars(each)}
                for n, each in enumerate(new.attachments, 1)
            ],
        )
    tx.run(update(claim).where(claim.c.id == claim_id).values(version=new.version))


def move(tx: Tx, claim_id: int, version: int, old: str, new: str, note: str = "") -> bool:
    """Change a claim's state; False when it is no longer in `old` at `version`."""
    same = (claim.c.id == claim_id, claim.c.version == version, claim.c.state == old)
    return tx.run(update(claim).where(*same).values(state=new, note=note[:500])).rowcount == 1


_LOCK = select(claim.c.id).where(claim.c.id == bindparam("one")).with_for_update()


def lock(tx: Tx, claim_id: int) -> None:
    """Let nobody else change the claim until the transaction ends."""
    tx.run(_LOCK, {"one": claim_id})


_WITH_VERSION = select(claim, *(each.label(f"v_{each.name}") for each in claim_version.c)).join(
    claim_version, claim_version.c.claim_id == claim.c.id
)
_CLAIM = _WITH_VERSION.where(claim_version.c.version == claim.c.version)
_BY_ID = _CLAIM.where(claim.c.id == bindparam("one"))
_BY_NUMBER = _CLAIM.where(claim.c.number == bindparam("number"))
_BY_IDS = _CLAIM.where(claim.c.id.in_(bindparam("ids", expanding=True)))
_MINE = (
    _CLAIM.where(claim.c.requester_id == bindparam("whose"))
    .order_by(claim.c.id.desc())
    .limit(bindparam("most"))
)
_NEWEST = _CLAIM.order_by(claim.c.id.desc()).limit(bindparam("most"))
_BLOCKED = _CLAIM.where(_is_blocked).order_by(claim.c.id).limit(bindparam("most"))
_total = (
    select(func.sum(claim_line.c.amount_fen))
    .where(claim_line.c.claim_version_id == claim_version.c.id)
    .correlate(claim_version)
    .scalar_subquery()
)
_LARGE = (
    _CLAIM.where(claim_version.c.submitted_at >= bindparam("since"), _total >= bindparam("least"))
    .order_by(_total.desc(), claim.c.id)
    .limit(bindparam("most"))
)
_BETWEEN = _CLAIM.where(
    claim_version.c.submitted_at >= bindparam("start"), claim_version.c.submitted_at < bindparam("end")
).order_by(claim.c.id)
_VERSIONS = _WITH_VERSION.where(claim.c.id == bindparam("one")).order_by(claim_version.c.version)
_LINES = (
    select(claim_line.c.purpose, claim_line.c.amount_fen)
    .where(claim_line.c.claim_version_id == bindparam("of"))
    .order_by(claim_line.c.line)
)
_FILES = (
    select(claim_file.c.sha256, claim_file.c.name, claim_file.c.size, claim_file.c.mime)
    .where(claim_file.c.claim_version_id == bindparam("of"))
    .order_by(claim_file.c.position)
)


def get(tx: Tx, claim_id: int) -> Claim | None:
    """Return a claim with its current version."""
    row = tx.one(_BY_ID, {"one": claim_id})
    return _claim(tx, row) if row else None


def by_number(tx: Tx, number: str) -> Claim | None:
    """Return a claim by its number, `BX-2026-0001`."""
    row = tx.one(_BY_NUMBER, {"number": number})
    return _claim(tx, row) if row else None


def by_ids(tx: Tx, ids: Sequence[int]) -> dict[int, Claim]:
    """Return claims by id."""
    return {row.id: _claim(tx, row) for row in tx.run(_BY_IDS, {"ids": list(ids)}).all()}


def mine(tx: Tx, requester: int, limit: int) -> list[Claim]:
    """Return a person's claims, the newest first."""
    return [_claim(tx, row) for row in tx.run(_MINE, {"whose": requester, "most": limit}).all()]


def newest(tx: Tx, limit: int) -> list[Claim]:
    """Return the newest claims of all."""
    return [_claim(tx, row) for row in tx.run(_NEWEST, {"most": limit}).all()]


def blocked(tx: Tx, limit: int) -> list[Claim]:
    """Return the claims for which nobody can be found to sign, the oldest first."""
    return [_claim(tx, row) for row in tx.run(_BLOCKED, {"most": limit}).all()]


def large_since(tx: Tx, since: datetime, least_fen: int, limit: int) -> list[Claim]:
    """Return claims whose current version came in since a moment and is not below an amount, the largest
    first."""
    values = {"since": since, "least": least_fen, "most": limit}
    return [_claim(tx, row) for row in tx.run(_LARGE, values).all()]


def submitted_between(tx: Tx, start: datetime, end: datetime) -> list[Claim]:
    """Return the claims whose current version came in from `start` to before `end`, the oldest first."""
    return [_claim(tx, row) for row in tx.run(_BETWEEN, {"start": start, "end": end}).all()]


def signatures(tx: Tx, state: str, limit: int) -> dict[str, int]:
    """Return by number how many different people signed each claim in a state, among the newest claims."""
    newest = select(claim).order_by(claim.c.id.desc()).limit(limit).subquery()
    signed = (
        (step.c.subject == literal_column("'expense:'", String) + cast(newest.c.id, String))
        & (step.c.version == newest.c.version)
        & (step.c.state == StepState.SIGNED)
    )
    people = func.count(step.c.assignee_id.distinct())
    chosen = select(newest.c.number, people).select_from(newest).outerjoin(step, signed)
    rows = tx.run(chosen.where(newest.c.state == state).group_by(newest.c.number).order_by(newest.c.number))
    return {row.number: row[1] for row in rows}


def versions(tx: Tx, claim_id: int) -> list[Version]:
    """Return every version of a claim, the first one first."""
    return [_claim(tx, row).current for row in tx.run(_VERSIONS, {"one": claim_id}).all()]


def _claim(tx: Tx, row: Row[Any]) -> Claim:
    version = Version(
        row.v_version,
        row.v_project_id,
        row.v_payee,
        row.v_payee_id,
        row.v_rule_version,
        row.v_submitted_at,
        tuple(Line(*each) for each in tx.run(_LINES, {"of": row.v_id})),
        tuple(Attachment(*each) for each in tx.run(_FILES, {"of": row.v_id})),
    )
    return Claim(row.id, row.number, row.requester_id, row.state, row.note, row.created_at, version)
