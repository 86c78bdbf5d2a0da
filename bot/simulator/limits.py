"""How often something may be done: sliding windows in real machine time."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from bot.simulator.clock import MachineTime

# Above so many counters, those that count nothing any more are dropped.
KEPT = 10_000


@dataclass(frozen=True)
class Rate:
    """At most `count` times in any `seconds`."""

    count: int
    seconds: float


class Limiter:
    """Counts what was let through. `scale` multiplies every allowed count; None switches limits off."""

    def __init__(self, machine: MachineTime, scale: float | None = 1.0) -> None:
        if scale is not None and scale <= 0:
            raise ValueError("limits: a factor above 0, or None for no limits")
        self._machine = machine
        self._scale = scale
        self._passed: dict[tuple[str, Rate], deque[float]] = {}

    def wait(self, key: str, *rates: Rate) -> float:
        """0.0 and counted when `key` may pass all rates now, else the seconds until it may."""
        if self._scale is None:
            return 0.0
        now = self._machine()
        windows = [(rate, self._window(key, rate, now)) for rate in rates]
        waits = [
            passed[0] + rate.seconds - now
            for rate, passed in windows
            if len(passed) >= max(1, int(rate.count * self._scale))
        ]
        if waits:
            return max(waits)
        for _, passed in windows:
            passed.append(now)
        return 0.0

    def _window(self, key: str, rate: Rate, now: float) -> deque[float]:
        if len(self._passed) > KEPT:
            self._passed = {k: p for k, p in self._passed.items() if p and p[-1] > now - k[1].seconds}
        passed = self._passed.setdefault((key, rate), deque())
        while passed and passed[0] <= now - rate.seconds:
            passed.popleft()
        return passed
