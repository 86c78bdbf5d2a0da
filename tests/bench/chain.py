"""G10: what the journal takes of a durable decision, and how long it is to verify a whole chain."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from storage import journal
from storage.journal import Entry
from tests.bench import filling
from tests.bench.measure import Contender, Row, Scale, at_most, cpu, play, ratio, told
from tests.house import House

MILLION = 1_000_000
VERIFY_SECONDS = 10.0
FACTS = {"level": 2, "name": "李青", "roles": "项目负责人", "title": "项目负责人", "shown": "0" * 64}


def measure(scale: Scale) -> Iterator[Row]:
    """Compare the price of an entry with a decision's that waits for the disk (FULL); then verify."""
    with tempfile.TemporaryDirectory() as name:
        yield from _share(scale, Path(name))
    with tempfile.TemporaryDirectory() as name:
        yield _verify(scale, Path(name))


def _share(scale: Scale, folder: Path) -> Iterator[Row]:
    rounds, batch = scale.of(2, 9), scale.of(5, 40)
    house = filling.new_house(folder, synchronous="FULL")
    filling.add_claims(house, (rounds + 1) * batch)
    found = play(
        rounds,
        {
            "decision": _deciding(house, batch),
            "append": _appending(house, batch),
            "hash": cpu(batch * 10, _hash),
        },
    )
    house.database.close()
    what = "share of hash and canonical JSON in a durable decision (one entry)"
    yield at_most("G10", what, 100 * ratio(found["hash"], found["decision"]), 3, " %")
    yield told(
        "G10",
        "... with the three statements that append it",
        100 * ratio(found["append"], found["decision"]),
        " %",
    )
    yield told("G10", "a durable decision, waiting for the disk", median(found["decision"]) * 1000, " ms")


def _deciding(house: House, batch: int) -> Contender:
    """Return a contender that signs level 2, where a decision writes one entry."""

    def contender() -> float:
        clicks = filling.approvals(house, 2, batch)
        start = time.perf_counter()
        for each in clicks:
            filling.decide(house, each)
        return (time.perf_counter() - start) / batch

    return contender


def _appending(house: House, batch: int) -> Contender:
    """Return a contender that appends entries, all in one transaction; the commit is not counted."""

    def contender() -> float:
        with house.database.write() as tx:
            start = time.perf_counter()
            for _ in range(batch):
                journal.record(tx, filling.THEN, "li", "signoff.signed", "bench", 1, FACTS)
            tx.finish()
            return (time.perf_counter() - start) / batch

    return contender


def _hash() -> str:
    facts = journal.canonical(FACTS)
    return Entry("main", 7, "2026-03-02", "li", "signoff.signed", "expense:7", 1, facts, "0" * 64).digest()


def _verify(scale: Scale, folder: Path) -> Row:
    entries = scale.of(2_000, 100_000, MILLION)
    house = filling.new_house(folder)
    for numbers in filling.chunks(1, entries):
        with house.database.write() as tx:
            filling.add_entries(tx, len(numbers), ["expense:1", "expense:2"])

    def verify() -> float:
        start = time.process_time()
        with house.database.read() as tx:
            if fault := journal.verify(tx):
                raise ValueError(fault)
        return time.process_time() - start

    took = median(play(1 if scale.long else 3, {"verify": verify})["verify"])
    house.database.close()
    bound = VERIFY_SECONDS * entries / MILLION
    return at_most("G10", f"verify {entries:,} entries; a million may take 10 s (CPU)", took, bound, " s")
