"""G7: a thousand due among very many, for the outbox and for the clock, beside APScheduler's job store."""

from __future__ import annotations

import pickle
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import insert

from bot import asking
from bot.context import JobContext
from bot.housekeeping import JOBS as HOUSE_JOBS
from handlers.catalogue import JOBS
from scheduler.job import Job
from scheduler.runner import Runner
from storage import outbox
from storage.database import Database
from storage.dialogue import dialogue
from storage.people import person
from tests.bench import filling
from tests.bench.measure import Contender, Row, Scale, at_most, play, ratio, told

START = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
STEP = timedelta(minutes=5)
CPU, WALL = time.process_time, time.perf_counter
FIRST = 1000
"""The first row number that the house's own cast does not have."""


def measure(scale: Scale) -> Iterator[Row]:
    """In each round the next thousand come due; all others wait for later, and writes for the disk (FULL)."""
    rounds, due = scale.of(2, 5), scale.of(50, 1000)
    few, many = scale.of(500, 10_000, 100_000), scale.of(2_000, 100_000, 1_000_000)
    with tempfile.TemporaryDirectory() as name:
        small = _filled(Path(name) / "small", few, due)
        large = _filled(Path(name) / "large", many, due)
        largest, smallest = Outbox(large, due), Outbox(small, due)
        claims = play(rounds, {"large": largest.claiming(CPU), "small": smallest.claiming(CPU)})
        peer = _job_store(Path(name) / "peer", many, due)
        beside = play(scale.of(1, 2), {"ours": largest.claiming(WALL), "peer": peer})
        looks = play(rounds, {"large": _looking(large), "small": _looking(small)})
        ticks = play(rounds, {"large": _ticking(large), "small": _ticking(small)})
        small.close()
        large.close()
    sizes = f"{many:,}; of {few:,} = 1 (CPU)"
    what = f"outbox: take {due:,} due of {sizes}"
    yield at_most("G7", what, ratio(claims["large"], claims["small"]), 1.5)
    what = f"outbox: a look that finds nothing due of {sizes}"
    yield at_most("G7", what, ratio(looks["large"], looks["small"]), 1.5)
    what = f"runner: a tick that closes {due:,} questions of {sizes}"
    yield at_most("G7", what, ratio(ticks["large"], ticks["small"]), 1.5)
    what = f"outbox: take {due:,} due of {many:,}; APScheduler's job store as it comes = 1"
    yield at_most("G7", what, ratio(beside["ours"], beside["peer"]), 0.05)
    yield told("G7", f"outbox: take {due:,} due of {many:,}", min(beside["ours"]) * 1000, " ms")


def _due_at(n: int, due: int) -> datetime:
    """Return when row n comes due: `due` of them at START, as many one STEP later, and so on."""
    return START + (n - FIRST) // due * STEP


def _filled(folder: Path, rows: int, due: int) -> Database:
    """Return a database of so many people, each with a line waiting and a question open."""
    database = filling.new_house(folder, synchronous="FULL").database
    for numbers in filling.chunks(FIRST, rows):
        with database.write() as tx:
            tx.run(insert(person), [_person(n) for n in numbers])
            tx.run(insert(outbox.outbox), [_line(n, due) for n in numbers])
            tx.run(insert(dialogue), [_question(n, due) for n in numbers])
    return database


def _person(n: int) -> dict[str, Any]:
    return {"id": n, "key": f"p{n}", "name": f"同事{n}", "department": "办公室", "active": True}


def _line(n: int, due: int) -> dict[str, Any]:
    return filling.waiting(f"bench:{n}", n, _due_at(n, due))


def _question(n: int, due: int) -> dict[str, Any]:
    return {"person_id": n, "capability": asking.NAME, "data": "{}", "expires_at": _due_at(n, due)}


class Outbox:
    """An outbox in which `due` rows come due at each turn."""

    def __init__(self, database: Database, due: int) -> None:
        self._database, self._due = database, due
        self._turns = count()

    def claiming(self, clock: Callable[[], float]) -> Contender:
        """Return a contender that takes them in one transaction; to send them is not its business."""

        def contender() -> float:
            now = START + next(self._turns) * STEP
            start = clock()
            with self._database.write() as tx:
                items = outbox.claim(tx, now, self._due)
            spent = clock() - start
            if len(items) != self._due:
                raise ValueError(f"{len(items)} are due")
            with self._database.write() as tx:
                outbox.sent(tx, [each.id for each in items])
            return spent

        return contender


def _looking(database: Database) -> Contender:
    """Return a contender that polls the outbox when nothing is due."""

    def contender() -> float:
        start = CPU()
        for _ in range(20):
            with database.read() as tx:
                if outbox.any_due(tx, START - STEP):
                    raise ValueError("something is due")
        return (CPU() - start) / 20

    return contender


def _ticking(database: Database) -> Contender:
    """Return a contender in which the clock strikes with all jobs that the product has."""
    turns = count()
    jobs: list[Job[JobContext]] = [*HOUSE_JOBS, *JOBS]

    @contextmanager
    def context(now: datetime) -> Iterator[JobContext]:
        with database.write() as tx:
            yield JobContext(tx, now, now, "Asia/Shanghai")

    runner = Runner(jobs, context)

    def contender() -> float:
        now = START + next(turns) * STEP
        start = CPU()
        runner.tick(now)
        return CPU() - start

    return contender


def _job_store(folder: Path, rows: int, due: int) -> Contender:
    """Return a contender that does with APScheduler's store what its scheduler does in a tick.

    The jobs are written into its table at once: one by one the store takes a millisecond for each.
    """
    folder.mkdir()
    store = SQLAlchemyJobStore(url=f"sqlite:///{folder / 'jobs.db'}")
    scheduler = BackgroundScheduler(jobstores={"default": store}, timezone=UTC)
    scheduler.start(paused=True)
    far = START.replace(year=START.year + 900)
    template = scheduler.add_job("gc:collect", "interval", minutes=5, next_run_time=far).__getstate__()
    scheduler.shutdown()
    with store.engine.begin() as connection:
        connection.execute(store.jobs_t.delete())
        for numbers in filling.chunks(FIRST, rows):
            jobs = [_job(template, n, _due_at(n, due)) for n in numbers]
            connection.execute(store.jobs_t.insert(), jobs)
    turns = count()

    def contender() -> float:
        now = START + next(turns) * STEP
        start = WALL()
        jobs = store.get_due_jobs(now)
        for job in jobs:
            job.next_run_time = now + timedelta(days=365)
            store.update_job(job)
        spent = WALL() - start
        if len(jobs) != due:
            raise ValueError(f"{len(jobs)} are due")
        return spent

    return contender


def _job(template: dict[str, Any], n: int, at: datetime) -> dict[str, Any]:
    state = pickle.dumps(template | {"id": f"job-{n}", "next_run_time": at})
    return {"id": f"job-{n}", "next_run_time": at.timestamp(), "job_state": state}
