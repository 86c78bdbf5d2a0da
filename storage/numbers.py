"""Counters that are drawn inside the transaction, so that a number is neither lost nor given twice."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, select, update

from storage.base import metadata
from storage.database import Tx

counter = Table(
    "counter",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Integer, nullable=False),
)


def draw(tx: Tx, name: str) -> int:
    """Return the next number of a series, from 1."""
    tx.add_new(counter, {"name": name, "value": 0})
    tx.run(update(counter).where(counter.c.name == name).values(value=counter.c.value + 1))
    return int(tx.run(select(counter.c.value).where(counter.c.name == name)).scalar_one())
