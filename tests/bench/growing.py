"""G6: a decision and 待办 in a house with many claims beside the same house with a thousand."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from bot.platform import Incoming, Said
from storage.people import Address
from tests.bench import filling
from tests.bench.measure import Contender, Row, Scale, at_most, play, ratio
from tests.house import House

FEW = 1000


def measure(scale: Scale) -> Iterator[Row]:
    """As many claims wait in both houses; the rest is history."""
    rounds, batch = scale.of(3, 9), scale.of(20, 60)
    many = scale.of(5_000, 100_000, 1_000_000)
    opened = (rounds + 1) * batch
    with tempfile.TemporaryDirectory() as name:
        small, large = filling.new_house(Path(name) / "small"), filling.new_house(Path(name) / "large")
        filling.add_claims(small, opened, FEW - opened)
        filling.add_claims(large, opened, many - opened)
        decisions = play(rounds, {"large": _deciding(large, batch), "small": _deciding(small, batch)})
        lists = play(rounds, {"large": _listing(large, batch), "small": _listing(small, batch)})
        small.database.close()
        large.database.close()
    against = f"with {many:,} claims; with {FEW:,} = 1 (CPU, NORMAL)"
    yield at_most("G6", f"a decision {against}", ratio(decisions["large"], decisions["small"]), 1.3)
    yield at_most(
        "G6", f"the list of what waits (待办) {against}", ratio(lists["large"], lists["small"]), 1.3
    )


def _deciding(house: House, batch: int) -> Contender:
    def contender() -> float:
        return _timed(house, filling.approvals(house, 2, batch))

    return contender


def _listing(house: House, batch: int) -> Contender:
    """Return a contender in which the one for whom level 3 waits asks again and again."""
    numbers = count(1)

    def contender() -> float:
        signer = Address("feishu", f"ou_{filling.SIGNERS[3]}")
        asked = [Incoming(f"feishu:m:todo-{next(numbers)}", signer, Said("待办")) for _ in range(batch)]
        return _timed(house, asked)

    return contender


def _timed(house: House, incomings: list[Incoming]) -> float:
    start = time.process_time()
    for each in incomings:
        filling.decide(house, each)
    return (time.process_time() - start) / len(incomings)
