"""G7: a thousand due among very many, for the outbox and for the clock, beside APScheduler's job store."""

from __future__ import annotations

import pickle
import tempfile
import time
from collections.abc import Iterator
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
from bot.housekeeping import JOBS
from handlers.catalogue import CAPABILITIES
from scheduler.runner import Runner
from storage import outbox
from storage.database import Database
from storage.dialogue import dialogue
from storage.people import person
from tests.bench import filling
from tests.bench.measure import Contender, Row, Scale, at_most, play, ratio, told

START = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
STEP = timedelta(minutes=5)
FAR = timedelta(days=365)


def measure(scale: Scale) -> Iterator[Row]:
    """In each round a thousand rows come due; all others wait for next year."""
    rounds, due = scale.of(2, 5), scale.of(50, 1000)
    few, many = scale.of(500, 10_000, 100_000), scale.of(2_000, 100_000, 1_000_000)
    with tempfile.TemporaryDirectory() as name:
        small = _filled(Path(name) / "small", few, due)
        large = _filled(Path(name) / "large", many, due)
        claims = play(
            rounds,
            {
                "large": _claiming(large, due),
                "small": _claiming(small, due),
                "peer": _job_store(Path(name) / "peer", many, due),
            },
        )
        looks = play(rounds, {"large": _looking(large), "small": _looking(small)})
        ticks = play(rounds, {"large": _ticking(large), "small": _ticking(small)})
        small.close()
        large.close()
    sizes = f"{many:,}; of {few:,} = 1"
    what = f"outbox: take {due:,} due of {sizes}"
    yield at_most("G7", what, ratio(claims["large"], claims["small"]), 1.5)
    what = f"outbox: a look that finds nothing due of {sizes}"
    yield at_most("G7", what, ratio(looks["large"], looks["small"]), 1.5)
    what = f"runner: a tick that closes {due:,} questions of {sizes}"
    yield at_most("G7", what, ratio(ticks["large"], ticks["small"]), 1.5)
    what = f"outbox: take {due:,} due of {many:,}; APScheduler's job store, same recipe = 1"
    yield at_most("G7", what, ratio(claims["large"], claims["peer"]), 0.05)
    yield told("G7", f"outbox: take {due:,} due of {many:,}", min(claims["large"]) * 1000, " ms")


def _due_at(n: int, due: int) -> datetime:
    """Return when row n comes due: by slices of `due`, one each STEP."""
    return START + (n // due) * STEP


def _filled(folder: Path, rows: int, due: int) -> Database:
    """Return a database of so many people, each with a line waiting and a question open."""
    database = filling.new_house(folder).database
    for start in range(1000, 1000 + rows, filling.CHUNK):
        numbers = range(start, min(start + filling.CHUNK, 1000 + rows))
        with database.write() as tx:
            tx.run(insert(person), [_person(n) for n in numbers])
            tx.run(insert(outbox.outbox), [_line(n, due) for n in numbers])
            tx.run(insert(dialogue), [_question(n, due) for n in numbers])
    return database
