"""G4: one approval in process with every row that it writes, beside the least that plain sqlite3 can do."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench import filling, raw
from tests.bench.measure import Contender, Row, Scale, at_least, cpu, play, ratio, told
from tests.house import House

# What peers took for one update and one insert, plain sqlite3 = 1, and how much faster we want to be.
# From an earlier measurement: they are no dependencies, so they are not measured again here.
PEERS = (("SpiffWorkflow", 22, 3), ("viewflow", 78, 10), ("django-fsm", 17, 2), ("statemachine + ORM", 34, 5))
WRITES = ("INSERT", "UPDATE", "DELETE")


def measure(scale: Scale) -> Iterator[Row]:
    """Decide levels 2 to 4 of many claims; NORMAL, because the disk's noise would drown the difference."""
    rounds, claims = scale.of(2, 11), scale.of(5, 20)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        house = filling.new_house(folder / "house")
        filling.add_claims(house, (rounds + 2) * claims)
        raw.copy(folder / "house" / "qinglian.db", folder / "replay.db")
        first = filling.approvals(house, 2, 1)[0]
        with raw.recording(house.database) as statements:
            filling.decide(house, first)
        again = raw.connect(folder / "replay.db", "NORMAL")
        floor = raw.Minimal(folder / "floor.db", "NORMAL")
        times = scale.of(100, 1000)
        floor.supply((rounds + 1) * times)
        found = play(
            rounds,
            {
                "ours": _deciding(house, claims),
                "floor": cpu(times, floor.decide),
                "replayed": cpu(times // 10, lambda: raw.replay(again, statements)),
            },
        )
        house.database.close()
    cost = ratio(found["ours"], found["floor"])
    yield told("G4", "a decision, all rows; sqlite3's guarded update + insert = 1 (CPU, NORMAL)", cost, " ×")
    for peer, theirs, goal in PEERS:
        what = f"times faster than {peer} (peer ratio from an earlier measurement: {theirs} ×)"
        yield at_least("G4", what, theirs / cost, goal)
    yield told("G4", "a decision", min(found["ours"]) * 1000, " ms")
    writes = sum(sql.split()[0] in WRITES for sql, _ in statements)
    yield told("G4", "statements in a decision, and how many of them write", f"{len(statements)}, {writes}")
    own = ratio(found["ours"], found["replayed"])
    yield told("G4", "a decision; the same statements replayed by sqlite3 = 1", own, " ×")


def _deciding(house: House, claims: int) -> Contender:
    """Return a contender that leads some claims from level 2 to their end."""

    def contender() -> float:
        spent = 0.0
        for level in filling.SIGNERS:
            clicks = filling.approvals(house, level, claims)
            start = time.process_time()
            for each in clicks:
                filling.decide(house, each)
            spent += time.process_time() - start
        return spent / (claims * len(filling.SIGNERS))

    return contender
