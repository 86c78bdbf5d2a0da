"""The store of files: kept once under the hash of their content, whole or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import files, people
from storage.database import Database
from storage.files import FetchState, FileStore, NotAccepted
from storage.people import Address, NewPerson
from tests.house import PDF

NOW = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    """An empty store."""
    return FileStore(tmp_path)


def test_what_was_put_in_comes_out_under_its_hash(store: FileStore) -> None:
    blob = store.put(PDF)
    assert store.get(blob.sha256) == PDF
    assert (blob.size, blob.mime) == (len(PDF), "application/pdf")


def test_the_same_content_is_kept_once(store: FileStore, tmp_path: Path) -> None:
    assert store.put(PDF) == store.put(PDF)
    assert len(_kept(tmp_path)) == 1


def test_a_file_that_was_changed_on_disk_is_not_handed_out(store: FileStore, tmp_path: Path) -> None:
    blob = store.put(PDF)
    _kept(tmp_path)[0].write_bytes(b"something else")
    with pytest.raises(ValueError, match="changed on disk"):
        store.get(blob.sha256)


@pytest.mark.parametrize("damaged", [b"", PDF[:-1], PDF[:-1] + b"x"])
def test_a_damaged_file_is_mended_when_its_content_comes_again(
    store: FileStore, tmp_path: Path, damaged: bytes
) -> None:
    blob = store.put(PDF)
    _kept(tmp_path)[0].write_bytes(damaged)
    assert store.put(PDF) == blob
    assert store.get(blob.sha256) == PDF


@pytest.mark.parametrize(
    ("content", "why"), [(b"", "空的"), (b"MZ plain text", "只收"), (PDF + bytes(files.LIMIT), "超过")]
)
def test_what_is_not_accepted_leaves_nothing_behind(
    store: FileStore, tmp_path: Path, content: bytes, why: str
) -> None:
    with pytest.raises(NotAccepted, match=why):
        store.put(content)
    assert _kept(tmp_path) == []


def test_requests_that_ended_are_forgotten_after_a_while_and_open_ones_never(database: Database) -> None:
    with database.write() as tx:
        people.save(tx, NewPerson("lin", "林晓", "办公室", frozenset(), {}))
        lin = people.by_keys(tx, ["lin"])["lin"].id
        done, lost, waiting = (
            files.request(tx, Address("wecom", "lin"), f"m{each}", "", True, "a.png", lin, "expense", NOW)
            for each in range(3)
        )
        files.end(tx, done, FetchState.DONE)
        files.end(tx, lost, FetchState.LOST)
        assert files.purge(tx, NOW + files.KEPT) == 0
        assert files.purge(tx, NOW + files.KEPT + timedelta(seconds=1)) == 2
        assert [each.id for each in files.claim(tx, NOW, 9)] == [waiting]


def _kept(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file()]
