"""A runner on a real database whose job counts its runs; as a program, one of several that tick at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from scheduler.job import Job
from scheduler.periods import every_minutes
from scheduler.runner import Runner
from storage.database import Database, Tx
from storage.numbers import counter, draw

FIRST_TICK = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
TICKS: Sequence[datetime] = [FIRST_TICK + timedelta(minutes=minute) for minute in range(25)]
a_minute = every_minutes(1)


@dataclass(frozen=True)
class Work:
    """The context of one run."""

    tx: Tx
    now: datetime


def opener(database: Database) -> Callable[[datetime], AbstractContextManager[Work]]:
    """What the composition root hands to a runner."""

    @contextmanager
    def open_context(now: datetime) -> Iterator[Work]:
        with database.write() as tx:
            yield Work(tx, now)

    return open_context


def count_run(work: Work) -> None:
    """Work that shows when it is done twice."""
    draw(work.tx, a_minute(work.now))


def runs_counted(database: Database) -> dict[str, int]:
    """How often `count_run` was done, by period."""
    with database.read() as tx:
        return {row.name: row.value for row in tx.run(select(counter))}


def main(url: str) -> None:
    """Say that all is ready, wait for the word to go, and tick through the minutes."""
    database = Database(url, synchronous="OFF")
    runner = Runner([Job("count", a_minute, count_run)], opener(database))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for now in TICKS:
        runner.tick(now)
    database.close()


if __name__ == "__main__":
    main(sys.argv[1])
