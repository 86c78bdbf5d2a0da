"""G5: an approval as a whole callback over HTTP, beside a floor handler on the same server."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bot.platform import Clicked, Incoming
from tests.bench import callbacks, filling, raw
from tests.bench.measure import Contender, Row, Scale, at_least, at_most, play, ratio, told
from tests.bench.serving import Burst, free_port, our_web, press, serving
from tests.bot.feishu.sealing import Webhook

CLIENTS = (8, 32)
THREADS = 8


def measure(scale: Scale) -> Iterator[Row]:
    """Both wait for the disk (FULL) and run waitress with the same threads; the clients are here."""
    rounds, batch = scale.of(2, 5), scale.of(64, 320)
    clicks = (rounds + 1) * batch * len(CLIENTS)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        house = filling.new_house(folder, synchronous="FULL")
        filling.add_claims(house, clicks)
        approvals = filling.approvals(house, 2, clicks)
        house.database.close()
        raw.Minimal(folder / "floor.db", "FULL").supply(clicks)
        ours, floor = Target(approvals), Target(approvals)
        stack.enter_context(serving(our_web(folder, ours.port, THREADS), ours.port, folder / "ours.log"))
        stack.enter_context(serving(_floor(folder, floor.port), floor.port, folder / "floor.log"))
        for clients in CLIENTS:
            contenders = {"ours": ours.pressing(batch, clients), "floor": floor.pressing(batch, clients)}
            found = play(rounds, contenders)
            yield from _rows(clients, found, ours.bursts[-rounds:])


def _floor(folder: Path, port: int) -> Sequence[str]:
    module = ["-m", "tests.bench.floor_server"]
    return [sys.executable, *module, str(port), str(folder / "floor.db"), str(THREADS)]


class Target:
    """A server under load: its clicks, each of which can be made once, and what the clients saw."""

    def __init__(self, clicks: Sequence[Incoming]) -> None:
        self.port = free_port()
        self.bursts: list[Burst] = []
        self._clicks, self._next = clicks, 0

    def pressing(self, batch: int, clients: int) -> Contender:
        """Return a contender in which the clients make the next clicks; the seconds for each."""

        def contender() -> float:
            chosen = self._clicks[self._next : self._next + batch]
            self._next += batch
            burst = press(self.port, [_sealed(each) for each in chosen], clients)
            self.bursts.append(burst)
            return burst.seconds / batch

        return contender


def _sealed(approval: Incoming) -> Webhook:
    if approval.sender is None or not isinstance(approval.body, Clicked):
        raise TypeError("an approval is a click of somebody's")
    return callbacks.feishu_click(approval.sender.user_id, approval.body.args)


def _rows(clients: int, found: dict[str, list[float]], bursts: Sequence[Burst]) -> Iterator[Row]:
    at = f"{clients} clients:"
    yield at_least(
        "G5", f"{at} callbacks per second; the floor handler = 1", ratio(found["floor"], found["ours"]), 0.6
    )
    tail = median(each.percentile(0.99) / each.percentile(0.5) for each in bursts)
    yield at_most("G5", f"{at} p99 / p50", tail, 3)
    slowest = max(max(each.answers) for each in bursts)
    if clients == max(CLIENTS):
        yield at_most("G5", f"{at} the slowest answer", slowest, 1, " s")
    yield told("G5", f"{at} callbacks per second", median(each.rate for each in bursts))
    yield told("G5", f"{at} the same of the floor handler", 1 / median(found["floor"]))
