"""The page is killed again and again while people report: whoever saw a receipt can come back with it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import requests

from tests.privacy.searching import traces
from tests.privacy.town import Town, open_town
from tests.privacy.visitor import CANARY, Visitor

REPORTERS, EACH, KILLS = 3, 5, 5


def test_every_receipt_that_was_shown_leads_to_what_was_said(tmp_path: Path) -> None:
    with open_town(tmp_path / "town") as town:
        kept: dict[str, str] = {}
        done = threading.Event()
        reporting = [
            threading.Thread(target=_reports, args=(town, reporter, kept)) for reporter in range(REPORTERS)
        ]
        killing = threading.Thread(target=_kills, args=(town, done))
        for each in (*reporting, killing):
            each.start()
        for each in reporting:
            each.join()
        done.set()
        killing.join()
        assert len(kept) == REPORTERS * EACH
        for receipt, what in kept.items():
            assert what in Visitor(town.stage.url, f"198.51.100.{len(what)}").looks(receipt)
    assert traces([tmp_path], [*CANARY.values(), *kept, *kept.values()]) == []


def _reports(town: Town, reporter: int, kept: dict[str, str]) -> None:
    """Report some things, each until a receipt is shown."""
    for place in range(EACH):
        visitor = Visitor(town.stage.url, f"198.51.{reporter}.{place}")
        what = f"金丝雀{reporter}号的第{place}件：油少了"
        receipt = ""
        while not receipt:
            try:
                receipt = visitor.reports(what)
            except (requests.RequestException, AssertionError):
                continue
        kept[receipt] = what


def _kills(town: Town, done: threading.Event) -> None:
    for _ in range(KILLS):
        if done.is_set():
            return
        pid = town.worker("web")
        os.kill(pid, signal.SIGKILL)
        town.sim.wait_for("web to be back", _back(town, pid), 60)
        done.wait(0.4)


def _back(town: Town, before: int) -> Callable[[], bool]:
    return lambda: town.worker("web") != before
