"""Runs: a period is claimed by one, and only together with the work."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from storage import runs
from storage.database import Database
from storage.migrations import upgrade

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'runs.db'}", synchronous="OFF")
    upgrade(database)
    yield database
    database.close()


def claim(database: Database, job: str = "selfcheck.open", period: str = "2026-11") -> bool:
    with database.write() as tx:
        return runs.begin(tx, job, period, NOW)


def test_a_period_is_claimed_once(database: Database) -> None:
    assert claim(database)
    assert not claim(database)


def test_the_next_period_and_another_job_are_free(database: Database) -> None:
    assert claim(database)
    assert claim(database, period="2026-12")
    assert claim(database, job="selfcheck.remind")


def test_a_claim_is_undone_together_with_the_work(database: Database) -> None:
    def claim_and_fail() -> None:
        with database.write() as tx:
            assert runs.begin(tx, "selfcheck.open", "2026-11", NOW)
            raise RuntimeError("the work failed")

    with pytest.raises(RuntimeError, match="the work failed"):
        claim_and_fail()
    assert claim(database)


def test_a_claim_says_when(database: Database) -> None:
    claim(database)
    with database.read() as tx:
        row = tx.one(select(runs.run))
    assert row is not None
    assert tuple(row) == ("selfcheck.open", "2026-11", NOW)


def test_of_many_at_the_same_moment_one_gets_the_period(database: Database) -> None:
    together = threading.Barrier(8)
    claimed: list[bool] = []

    def race() -> None:
        together.wait()
        claimed.append(claim(database))

    threads = [threading.Thread(target=race) for _ in range(together.parties)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == [False] * 7 + [True]


def test_slices_of_minutes_are_forgotten_after_two_days_and_nothing_else(database: Database) -> None:
    kept = ("2026-10-31", "2026-10", "stuck:7", "2026-10-31T09:05!")
    for period in ("2026-10-31T09:05", *kept):
        assert claim(database, "job", period)
    with database.write() as tx:
        assert runs.purge(tx, NOW + timedelta(days=2)) == 0
        assert runs.purge(tx, NOW + timedelta(days=2, seconds=1)) == 1
        assert runs.done(tx, "job", ["2026-10-31T09:05", *kept]) == set(kept)
