"""Projects, their leads and the earmarked money behind them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    String,
    Table,
    insert,
    select,
    update,
)

from storage.base import Id, metadata
from storage.database import Tx

project = Table(
    "project",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("code", String(32), nullable=False, unique=True),
    Column("name", String(128), nullable=False, unique=True),
    Column("lead_id", Id, ForeignKey("person.id"), nullable=False),
    Column("fund", String(128), nullable=False, default=""),
    Column("budget_fen", BigInteger, nullable=False, default=0),
    Column("active", Boolean, nullable=False, default=True),
)


@dataclass(frozen=True)
class Project:
    """A project; `lead` is a person id, `fund` names the earmarked money, `budget_fen` is in 分."""

    id: int
    code: str
    name: str
    lead: int
    fund: str
    budget_fen: int
    active: bool = True


def _load(tx: Tx, *conditions: ColumnElement[bool]) -> list[Project]:
    rows = tx.run(select(project).where(*conditions).order_by(project.c.code))
    return [
        Project(row.id, row.code, row.name, row.lead_id, row.fund, row.budget_fen, row.active) for row in rows
    ]


def active(tx: Tx) -> list[Project]:
    """Return the projects that money can be spent on, by code."""
    return _load(tx, project.c.active)


def get(tx: Tx, project_id: int) -> Project:
    """Return one project. IndexError when there is none."""
    return _load(tx, project.c.id == project_id)[0]


def everything(tx: Tx) -> list[Project]:
    """Return all projects by code."""
    return _load(tx)


def led_by(tx: Tx, person_id: int) -> list[Project]:
    """Return the active projects that a person leads."""
    return _load(tx, project.c.active, project.c.lead_id == person_id)


def save(tx: Tx, code: str, name: str, lead: int, fund: str, budget_fen: int) -> None:
    """Add a project or replace what is known of the code; `lead` is a person id.

    Raises sqlalchemy's IntegrityError when the name is another project's.
    """
    values = {"name": name, "lead_id": lead, "fund": fund, "budget_fen": budget_fen, "active": True}
    changed = tx.run(update(project).where(project.c.code == code).values(**values)).rowcount
    if not changed:
        tx.run(insert(project).values(code=code, **values))
