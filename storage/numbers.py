"""Counters that are drawn inside the transaction, so that a number is neither lost nor given twice."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, select, text, update

from storage.base import metadata
from storage.database import Tx

counter = Table(
    "counter",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Integer, nullable=False),
)


_MOVE_ON = text("UPDATE sqlite_sequence SET seq = seq + :gap WHERE name = :name")
_BEGIN_LATER = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :gap)")


def draw(tx: Tx, name: str) -> int:
    """Return the next number of a series, from 1; `name` ends in the series' year, `BX-2026`."""
    if tx.add_new(counter, {"name": name, "value": 0}):
        _set(tx, name, _value(tx, _skipped(name[-4:])) or 0)
    tx.run(update(counter).where(counter.c.name == name).values(value=counter.c.value + 1))
    return _value(tx, name) or 0


def skip(tx: Tx, year: int, gap: int) -> None:
    """Leave a gap in every series of a year, begun or not, and in the row numbers that cards carry.

    For a ledger that came back from a backup: what was given out after the backup is not given out again.
    Row numbers are those of SQLite, which alone is restored here.
    """
    tx.add_new(counter, {"name": _skipped(str(year)), "value": 0})
    tx.run(update(counter).values(value=counter.c.value + gap))
    for table in metadata.sorted_tables:
        if table.dialect_options["sqlite"]["autoincrement"]:
            named = {"name": table.name, "gap": gap}
            if not tx.run(_MOVE_ON, named).rowcount:
                tx.run(_BEGIN_LATER, named)


def _skipped(year: str) -> str:
    return f"skipped-{year}"


def _value(tx: Tx, name: str) -> int | None:
    return tx.run(select(counter.c.value).where(counter.c.name == name)).scalar()


def _set(tx: Tx, name: str, value: int) -> None:
    tx.run(update(counter).where(counter.c.name == name).values(value=value))
