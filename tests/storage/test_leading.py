"""Who leads where several schedulers run: one at a time on PostgreSQL, and the next when it is gone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import text

from scheduler.job import Job
from scheduler.runner import Runner
from storage.database import Database
from tests.databases import Databases
from tests.scheduler.ticking import FIRST_TICK, a_minute, count_run, opener, runs_counted

A_MINUTE = timedelta(minutes=1)
PATIENCE_S = 30.0


@pytest.fixture
def pair(postgresql: Databases) -> Iterator[tuple[Database, Database]]:
    """Two processes' doors to one PostgreSQL database."""
    url = postgresql.new()
    with ExitStack() as stack:
        doors = [postgresql.open(url) for _ in range(2)]
        for each in doors:
            stack.callback(each.close)
        yield doors[0], doors[1]
    postgresql.drop(url)


def comes_to_lead(database: Database) -> bool:
    """Ask until it leads: the server learns a moment later that a connection has ended."""
    end = time.monotonic() + PATIENCE_S
    while not database.leads():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def cut_all(database: Database) -> None:
    """End every other connection to the database, as a restart of the server does."""
    others = "select pg_terminate_backend(pid, 30000) from pg_stat_activity where pid <> pg_backend_pid()"
    with database.write() as tx:
        tx.run(text(f"{others} and datname = current_database()"))


def test_one_of_two_leads_and_goes_on_leading(pair: tuple[Database, Database]) -> None:
    first, second = pair
    for _ in range(3):
        assert (first.leads(), second.leads()) == (True, False)


def test_who_leads_no_longer_is_followed_at_once(pair: tuple[Database, Database]) -> None:
    first, second = pair
    assert (first.leads(), second.leads()) == (True, False)
    first.close()
    assert comes_to_lead(second)


def test_a_leader_whose_connection_was_cut_asks_again(pair: tuple[Database, Database]) -> None:
    first, second = pair
    assert (first.leads(), second.leads()) == (True, False)
    cut_all(second)
    assert first.leads() is False
    assert second.leads() is False, "its own connection was cut as well"
    assert comes_to_lead(second)
    assert first.leads() is False


def test_on_sqlite_every_process_leads_for_there_is_one(sqlite: Databases) -> None:
    database = sqlite.open(sqlite.new())
    assert database.leads()
    database.close()


def test_who_does_not_lead_does_nothing_and_takes_up_where_the_leader_stopped(
    pair: tuple[Database, Database],
) -> None:
    first, second = (Runner([Job("count", a_minute, count_run)], opener(each), each.leads) for each in pair)
    for runner in (first, second):
        runner.tick(FIRST_TICK)
    assert runs_counted(pair[0]) == {a_minute(FIRST_TICK): 1}
    second.tick(FIRST_TICK + A_MINUTE)
    assert runs_counted(pair[1]) == {a_minute(FIRST_TICK): 1}
    pair[0].close()
    assert comes_to_lead(pair[1])
    second.tick(FIRST_TICK + A_MINUTE)
    assert runs_counted(pair[1]) == {a_minute(FIRST_TICK): 1, a_minute(FIRST_TICK + A_MINUTE): 1}
