"""The journal: whatever is changed in it is found, and the first broken entry is named."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import journal
from storage.database import Database, Tx
from storage.journal import Fault
from storage.migrations import upgrade

NOW = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
COUNT = 6
COLUMNS = ("stream", "seq", "at", "actor", "act", "subject", "version", "facts", "previous", "hash")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with some entries, as a SQLite file that can be tampered with behind our back."""
    file = tmp_path_factory.mktemp("journal") / "ledger.db"
    database = Database(f"sqlite:///{file}")
    upgrade(database)
    for number in range(COUNT):
        with database.write() as tx:
            journal.record(tx, NOW, "lin", "expense.submitted", f"expense:{number}", 1, {"number": number})
    database.close()
    return file


def verified(file: Path) -> Fault | None:
    database = Database(f"sqlite:///{file}")
    with database.read() as tx:
        found = journal.verify(tx)
    database.close()
    return found


def tampered(file: Path, folder: Path, change: Callable[[sqlite3.Connection], object]) -> Fault | None:
    copy = folder / "copy.db"
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        change(target)
        target.commit()
    found = verified(copy)
    copy.unlink()
    return found


def test_an_untouched_journal_holds(path: Path) -> None:
    assert verified(path) is None


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, COUNT), st.sampled_from(COLUMNS), st.data())
def test_one_changed_byte_in_any_column_of_any_entry_is_found_and_the_entry_named(
    path: Path, tmp_path: Path, seq: int, column: str, data: st.DataObject
) -> None:
    def change(ledger: sqlite3.Connection) -> None:
        where = "where stream = 'main' and seq = ?"
        chosen = f"select cast({column} as blob) from journal {where}"  # noqa: S608 - our own columns
        value = ledger.execute(chosen, (seq,)).fetchone()[0]
        place = data.draw(st.integers(0, len(value) - 1))
        other = data.draw(st.integers(0, 255).filter(lambda byte: byte != value[place]))
        changed = bytes([*value[:place], other, *value[place + 1 :]])
        put = f"update journal set {column} = cast(? as text) {where}"  # noqa: S608 - our own columns
        ledger.execute(put, (changed, seq))

    found = tampered(path, tmp_path, change)
    assert found is not None
    # An entry whose number became a smaller one is met there.
    assert 1 <= found.seq <= seq if column == "seq" else found.seq == seq


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("delete from journal where seq = 3", 3),
        ("delete from journal where seq = 6", 6),
        ("update journal set seq = 100 where seq = 2", 2),
        (
            "insert into journal select stream, 7, at, actor, act, subject, version, facts, hash, hash "
            "from journal where seq = 6",
            7,
        ),
        ("update journal set facts = null where seq = 4", 4),
        ("update journal set facts = x'ff' where seq = 4", 4),
        ("update journal_head set seq = 5 where stream = 'main'", 6),
    ],
)
def test_what_was_taken_out_put_in_or_moved_is_found(
    path: Path, tmp_path: Path, change: str, named: int
) -> None:
    def loosened(ledger: sqlite3.Connection) -> None:
        ledger.execute("pragma writable_schema = on")
        ledger.execute("update sqlite_master set sql = replace(sql, 'NOT NULL', '') where name = 'journal'")
        ledger.execute("pragma writable_schema = reset")
        ledger.execute(change)

    found = tampered(path, tmp_path, loosened)
    assert found is not None
    assert found.seq in (named, named - 1)


def test_an_entry_of_a_savepoint_that_was_undone_is_not_written(database: Database) -> None:
    def undone(tx: Tx) -> None:
        with tx.savepoint():
            journal.record(tx, NOW, "lin", "undone", "x", 1, {})
            raise ValueError("undone")

    with database.write() as tx:
        journal.record(tx, NOW, "lin", "kept", "x", 1, {})
        with pytest.raises(ValueError, match="undone"):
            undone(tx)
    with database.read() as tx:
        assert [each.act for each in journal.entries(tx, "x")] == ["kept"]
        assert journal.verify(tx) is None
