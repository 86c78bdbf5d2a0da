"""Which job has run for which period: written in the transaction of the work, so that it is done once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Column, String, Table, delete, select

from storage.base import UtcTime, metadata
from storage.database import Tx

KEPT = timedelta(days=2)

run = Table(
    "run",
    metadata,
    Column("job", String(64), primary_key=True),
    Column("period", String(32), primary_key=True),
    Column("at", UtcTime, nullable=False),
)


def last(tx: Tx, job: str) -> tuple[str, datetime] | None:
    """Return the newest period of a job and when it ran (business time)."""
    chosen = (
        select(run.c.period, run.c.at).where(run.c.job == job).order_by(run.c.at.desc(), run.c.period.desc())
    )
    row = tx.one(chosen.limit(1))
    return (row.period, row.at) if row else None


def done(tx: Tx, job: str, periods: Sequence[str]) -> set[str]:
    """Return which of the periods a job has run for."""
    mine = (run.c.job == job, run.c.period.in_(list(periods)))
    return set(tx.run(select(run.c.period).where(*mine)).scalars())


def begin(tx: Tx, job: str, period: str, now: datetime) -> bool:
    """Claim a period for a job; False when somebody has it already."""
    return tx.add_new(run, {"job": job, "period": period, "at": now})


def purge(tx: Tx, now: datetime) -> int:
    """Forget slices of minutes that ended long ago, which nobody asks for again; return how many.

    Days, months and what is to be said once are kept. `now` is business time."""
    slices = run.c.period.like("____-__-__T__:__")
    return tx.run(delete(run).where(slices, run.c.at < now - KEPT)).rowcount
