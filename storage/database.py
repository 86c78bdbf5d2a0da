"""The two doors to the database, and the only place where SQLite and PostgreSQL differ."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    CursorResult,
    Engine,
    Executable,
    Row,
    Table,
    bindparam,
    create_engine,
    event,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

BUSY_TIMEOUT_MS = 15_000
NUDGE = "qinglian_outbox"
"""The PostgreSQL channel on which the relay hears of new work."""


LEADER = 0x716C_636C_6F63_6B00
"""The PostgreSQL advisory lock of the scheduler that leads."""


class Tx:
    """One open transaction. `defer` runs work last before the commit; a savepoint that rolls back takes
    its deferred work with it. `nudges`: the relay is to hear of it. `scrubs` names tables of which
    what was deleted is to leave no trace in the database's own files."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._deferred: list[Callable[[], None]] = []
        self.nudges = False
        self.scrubs: set[str] = set()

    def run(self, statement: Executable, values: Any = None) -> CursorResult[Any]:
        """Execute a statement; `values` is one mapping, or a list of them."""
        return self._connection.execute(statement, values)

    def one(self, statement: Executable, values: Any = None) -> Row[Any] | None:
        """Return the first row, or None."""
        return self.run(statement, values).first()

    def add(self, table: Table, **values: Any) -> int:
        """Insert a row and return the id that it was given."""
        key = self.run(table.insert().values(**values)).inserted_primary_key
        if key is None:
            raise LookupError(f"{table.name} gives no ids")
        return int(key[0])

    def add_new(self, table: Table, values: dict[str, Any]) -> bool:
        """Insert a row unless its key is taken; True when it was inserted."""
        return self.run(_insert_new(table, tuple(values)), values).rowcount == 1

    def defer(self, work: Callable[[], None]) -> None:
        """Run `work` at the end of the transaction, in the order of deferral."""
        self._deferred.append(work)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo everything done inside when the body raises."""
        kept, nudged = len(self._deferred), self.nudges
        self._connection.exec_driver_sql("SAVEPOINT undone")
        try:
            yield
        except BaseException:
            self._connection.exec_driver_sql("ROLLBACK TO SAVEPOINT undone")
            self._connection.exec_driver_sql("RELEASE SAVEPOINT undone")
            del self._deferred[kept:]
            self.nudges = nudged
            raise
        self._connection.exec_driver_sql("RELEASE SAVEPOINT undone")

    def finish(self) -> None:
        """Run what was deferred, and on PostgreSQL wake the relay at commit."""
        for work in self._deferred:
            work()
        self._deferred.clear()
        if self.nudges and self._connection.dialect.name == "postgresql":
            self._connection.exec_driver_sql(f"NOTIFY {NUDGE}")


@cache
def _insert_new(table: Table, names: tuple[str, ...]) -> Executable:
    """Both databases know these words. SQLAlchemy's own ON CONFLICT would be compiled at every call."""
    columns, marks = ", ".join(f'"{each}"' for each in names), ", ".join(f":{each}" for each in names)
    words = f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING'  # noqa: S608 - our own names
    typed = [bindparam(each, type_=table.c[each].type) for each in names]
    # Without this SQLAlchemy does not keep psycopg's count of an INSERT and answers -1.
    return text(words).bindparams(*typed).execution_options(preserve_rowcount=True)


class Database:
    """A database by URL: `sqlite:////data/qinglian.db` or `postgresql+psycopg://…`.

    SQLite runs by this recipe, measured against silent loss under threads: the driver's own transaction
    handling is off, writers begin IMMEDIATE, WAL with synchronous=FULL (only FULL survives a power cut),
    and writers of one process queue on a lock instead of polling the file.
    """

    def __init__(self, url: str, *, synchronous: str = "FULL") -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine = (
            _sqlite(url, synchronous)
            if self.is_sqlite
            else create_engine(url, pool_pre_ping=True, hide_parameters=True)
        )
        self._leading: Connection | None = None
        self._held = False
        self._writing = threading.Lock() if self.is_sqlite else nullcontext()

    @property
    def engine(self) -> Engine:
        """The engine, for looking at the schema."""
        return self._engine

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """A connection for migrations, which begin and commit by themselves."""
        with self._engine.connect() as connection:
            if self.is_sqlite:
                event.listen(connection, "begin", lambda each: each.exec_driver_sql("BEGIN IMMEDIATE"))
            yield connection

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """A transaction that may write: committed when the body ends, undone when it raises."""
        with self._writing, self._transaction("BEGIN IMMEDIATE") as tx:
            yield tx
            tx.finish()
        if tx.scrubs:
            with suppress(DBAPIError):  # what was to be done is done; the next night scrubs again
                self.scrub(tx.scrubs)

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A transaction that only reads, from one snapshot."""
        with self._transaction("BEGIN DEFERRED") as tx:
            yield tx

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Tx]:
        with self._engine.connect() as connection, connection.begin():
            if self.is_sqlite:
                # Said here and not by an event: an engine that has listeners is slower at every statement.
                connection.exec_driver_sql(begin)
            yield Tx(connection)

    def scrub(self, tables: Iterable[str]) -> None:
        """Let nothing that was deleted or replaced in some tables lie on in the database's own files.

        SQLite overwrites what is deleted (secure_delete) and here empties its log, as far as no reader still
        needs it; PostgreSQL gives the places of dead rows free to be written over. Sources: SQLite's pages on
        secure_delete and wal_checkpoint, PostgreSQL's on VACUUM."""
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            else:
                connection.exec_driver_sql(f"VACUUM {', '.join(sorted(tables))}")

    def leads(self) -> bool:
        """Tell whether this process is the one that does what the clock says, and become it if nobody is.

        On PostgreSQL that is who holds an advisory lock, for as long as its connection lives; SQLite has one
        process. Source: PostgreSQL's chapter on advisory locks."""
        if self.is_sqlite:
            return True
        try:
            if self._leading is None:
                self._leading = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                self._held = False
            ask = "SELECT 1 = 1" if self._held else f"SELECT pg_try_advisory_lock({LEADER})"
            self._held = bool(self._leading.exec_driver_sql(ask).scalar())
        except DBAPIError:
            self._let_go()
        return self._held

    def _let_go(self) -> None:
        """Drop the connection that leads; what it held is free for others then."""
        if self._leading is not None:
            self._leading.invalidate()
            self._leading.close()
        self._leading, self._held = None, False

    @contextmanager
    def listen(self) -> Iterator[Callable[[float], None]]:
        """Yield a function that waits so many seconds, on PostgreSQL less when new work is announced."""
        if self.is_sqlite:
            yield time.sleep
            return
        with self._engine.connect() as connection:
            raw = connection.connection.driver_connection
            raw.autocommit = True  # type: ignore[union-attr]  # psycopg's own connection
            raw.execute(f"LISTEN {NUDGE}")  # type: ignore[union-attr]
            yield lambda seconds: next(iter(raw.notifies(timeout=seconds, stop_after=1)), None)  # type: ignore[union-attr]
            connection.detach()

    def copy_to(self, path: Path) -> None:
        """Copy a SQLite database into a new file as it stands at one moment, while others write on.

        Source: SQLite's online backup API. The file appears under its name when it is whole. Raises OSError
        where it cannot be written."""
        half = path.with_name(f"{path.name}.part")
        try:
            with self._engine.connect() as connection, closing(sqlite3.connect(half)) as copy:
                source = connection.connection.driver_connection
                source.backup(copy)  # type: ignore[union-attr]  # sqlite3's own connection
                copy.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.Error as error:
            raise OSError(f"SQLite: {error}") from error
        with half.open("rb+") as written:
            os.fsync(written.fileno())
        half.replace(path)

    def is_sound(self) -> bool:
        """Ask SQLite whether its file is whole; PostgreSQL minds that itself."""
        if not self.is_sqlite:
            return True
        with self.read() as tx:
            return tx.run(text("PRAGMA quick_check(1)")).scalar() == "ok"

    def close(self) -> None:
        """Give all connections back."""
        self._let_go()
        self._engine.dispose()


def _sqlite(url: str, synchronous: str) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args={"isolation_level": None, "check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )
    if isinstance(engine.pool, NullPool):
        raise ValueError("an in-memory database cannot be shared between transactions")

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={synchronous}")
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    return engine
