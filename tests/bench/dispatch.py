"""G2: a click from sealed bytes to a function that does nothing and back, beside the SDK's own handler."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from tests.bench.measure import Row, Scale, at_most, ratio, told


def measure(scale: Scale) -> Iterator[Row]:
    """Let a process of its own compare; slack_bolt and nonebot2 are no dependencies and are left out."""
    command = [sys.executable, "-m", "tests.bench.lark_peer", str(scale.of(3, 21)), str(scale.of(100, 1000))]
    found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    what = "click to a no-op function and back; lark EventDispatcherHandler.do() = 1"
    yield at_most("G2", what, ratio(found["ours"], found["lark"]), 0.35)
    yield told("G2", "against slack_bolt and nonebot2", "left out, see below")
