"""G7 for deadlines: a morning with a thousand words to say, among very many open and ended deadlines."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bot.context import JobContext
from handlers.contract.context import Context
from handlers.contract.reminder import Ladder, Nudge
from handlers.mechanisms.deadline import jobs
from scheduler import workdays
from storage import people
from storage.database import Database
from storage.deadlines import Deadline, deadline
from tests.bench import filling
from tests.bench.measure import Contender, Row, Scale, at_most, play, ratio, told

KIND = "bench.due"
FIRST_DAY = date(2026, 3, 3)
ZONE = "Asia/Shanghai"
PEOPLE = ("lin", "zhou", "li", "wang", "chen")


def measure(scale: Scale) -> Iterator[Row]:
    """Every working day as many deadlines reach a rung; all others are due later, or ended long ago."""
    rounds, due, ended = scale.of(2, 5), scale.of(50, 1000), scale.of(20_000, 1_000_000)
    few, many = scale.of(500, 10_000), scale.of(2_000, 100_000)
    with tempfile.TemporaryDirectory() as name:
        small = _filled(Path(name) / "small", few, few, due)
        large = _filled(Path(name) / "large", many, ended, due)
        mornings = play(rounds, {"large": _morning(large), "small": _morning(small)})
        small.close()
        large.close()
    sizes = f"{many:,} open and {ended:,} ended; of {few:,} and {few:,} = 1 (CPU)"
    what = f"deadlines: a morning on which {due:,} reach a rung of {sizes}"
    yield at_most("G7", what, ratio(mornings["large"], mornings["small"]), 1.5)
    yield told("G7", f"deadlines: such a morning, {due:,} words", min(mornings["large"]) * 1000, " ms")


def _filled(folder: Path, opened: int, ended: int, due: int) -> Database:
    database = filling.new_house(folder).database
    days = [FIRST_DAY]
    while len(days) < opened // due + 1:
        days.append(workdays.next_workday(days[-1]).day)
    for numbers in filling.chunks(0, ended):
        with database.write() as tx:
            tx.run(insert(deadline), [_ended(n) for n in numbers])
    for numbers in filling.chunks(0, opened):
        with database.write() as tx:
            tx.run(insert(deadline), [_row(f"open:{n}", days[n // due]) for n in numbers])
    return database


def _row(subject: str, day: date) -> dict[str, Any]:
    return {
        "kind": KIND,
        "subject": subject,
        "term": f"d{day.isoformat()}",
        "extra": 0,
        "opened_on": FIRST_DAY - timedelta(days=30),
        "due_on": day,
        "calendar": "",
        "missing": "",
        "rung": 0,
        "remind_on": day,
        "closed_on": None,
    }


def _ended(n: int) -> dict[str, Any]:
    day = FIRST_DAY - timedelta(days=n % 1000)
    return _row(f"ended:{n}", day) | {"remind_on": None, "closed_on": day}


def _morning(database: Database) -> Contender:
    """Return a contender that lets one working morning come after the other."""
    with database.read() as tx:
        readers = [each.id for each in people.by_keys(tx, PEOPLE).values()]
    turns = count()

    def nudges(_ctx: Context, one: Deadline, _rung: int) -> Sequence[Nudge]:
        return [Nudge(readers[one.id % len(readers)], f"{one.subject} 今天到期", overdue=True)]

    ladders = {KIND: Ladder((0,), nudges)}
    days = [FIRST_DAY]

    def contender() -> float:
        place = next(turns)
        while len(days) <= place:
            days.append(workdays.next_workday(days[-1]).day)
        now = datetime(days[place].year, days[place].month, days[place].day, 1, tzinfo=UTC)
        start = time.process_time()
        with database.write() as tx:
            ctx = JobContext(tx, now, now, ZONE)
            jobs.renew(ctx, ladders)
            jobs.climb(ctx, ladders)
            jobs.tell(ctx)
        return time.process_time() - start

    return contender
