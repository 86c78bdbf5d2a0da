"""The floors of a decision: one guarded update and one insert, and our own statements, by plain sqlite3."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from storage.database import Database

SCHEMA = """
CREATE TABLE step (id INTEGER PRIMARY KEY, state TEXT NOT NULL, version INTEGER NOT NULL, signer TEXT);
CREATE TABLE journal (id INTEGER PRIMARY KEY, facts TEXT NOT NULL, hash TEXT NOT NULL);
"""
FACTS, HASH = '{"name":"李青","roles":"项目负责人"}', "0" * 64

Statement = tuple[str, Any]


def connect(path: Path, synchronous: str) -> sqlite3.Connection:
    """Open a file as storage does."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=15)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA synchronous={synchronous}")
    return connection


class Minimal:
    """A durable decision at its least: one step of an endless supply is signed, one line is written."""

    def __init__(self, path: Path, synchronous: str) -> None:
        self.connection = connect(path, synchronous)
        self.connection.executescript(SCHEMA)
        self._next = 0

    def supply(self, count: int) -> None:
        """Add steps to sign."""
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.executemany("INSERT INTO step (state, version) VALUES (?, ?)", [("open", 1)] * count)
        self.connection.execute("COMMIT")

    def decide(self) -> None:
        """Sign the next step."""
        self._next += 1
        sign(self.connection, self._next)


def sign(connection: sqlite3.Connection, step: int) -> None:
    """Sign a step in a transaction of its own. ValueError when it is not open."""
    connection.execute("BEGIN IMMEDIATE")
    changed = connection.execute(
        "UPDATE step SET state = 'signed', version = version + 1, signer = ?"
        " WHERE id = ? AND state = 'open' AND version = 1",
        ("李青", step),
    )
    if changed.rowcount != 1:
        raise ValueError(f"step {step} is not open")
    connection.execute("INSERT INTO journal (facts, hash) VALUES (?, ?)", (FACTS, HASH))
    connection.execute("COMMIT")


@contextmanager
def recording(database: Database) -> Iterator[list[Statement]]:
    """Yield the list that every statement goes into while the body runs."""
    heard: list[Statement] = []

    def hear(_c: object, _cursor: object, sql: str, values: Any, _context: object, _many: bool) -> None:
        heard.append((sql, values))

    event.listen(database.engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(database.engine, "before_cursor_execute", hear)


def copy(source: Path, target: Path) -> None:
    """Copy a database that is in use."""
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


def replay(connection: sqlite3.Connection, statements: Sequence[Statement]) -> None:
    """Run what was recorded, rows fetched, and undo it, so that it can be run again."""
    for sql, values in statements:
        connection.execute(sql, values).fetchall()
    connection.execute("ROLLBACK")
