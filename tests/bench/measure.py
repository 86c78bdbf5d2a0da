"""What all benchmarks share: rounds that alternate, ratios within a round, rows of the table."""

from __future__ import annotations

import gc
import os
import platform
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

import sqlalchemy

Contender = Callable[[], float]
"""Plays one round and returns what one operation cost, in seconds."""


@dataclass(frozen=True)
class Scale:
    """How much is measured: `quick` is a smoke run of seconds, `long` takes a million rows."""

    quick: bool = False
    long: bool = False

    def of(self, quick: int, normal: int, long: int | None = None) -> int:
        """Return the number for this run."""
        if self.quick:
            return quick
        return long if self.long and long is not None else normal


@dataclass(frozen=True)
class Row:
    """A line of the table. `met` None: told, without a goal of its own."""

    goal: str
    what: str
    value: str
    bound: str = ""
    met: bool | None = None


def at_most(goal: str, what: str, value: float, bound: float, unit: str = "") -> Row:
    """Return a row whose goal is to stay within a bound."""
    return Row(goal, what, number(value) + unit, f"≤ {number(bound)}{unit}", value <= bound)


def at_least(goal: str, what: str, value: float, bound: float, unit: str = "") -> Row:
    """Return a row whose goal is to reach a bound."""
    return Row(goal, what, number(value) + unit, f"≥ {number(bound)}{unit}", value >= bound)


def told(goal: str, what: str, value: float | str, unit: str = "") -> Row:
    """Return a row that only tells."""
    return Row(goal, what, (value if isinstance(value, str) else number(value)) + unit)


def number(value: float) -> str:
    """Return a number in three digits."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def play(rounds: int, contenders: dict[str, Contender]) -> dict[str, list[float]]:
    """Let the contenders take turns, there and back, after one round that does not count."""
    found: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        names = list(contenders) if turn % 2 else list(reversed(contenders))
        for name in names:
            gc.collect()
            cost = contenders[name]()
            if turn:
                found[name].append(cost)
    return found


def ratio(one: Sequence[float], other: Sequence[float]) -> float:
    """Return how many times the other the one is: the median over the rounds, each taken by itself."""
    return median(mine / theirs for mine, theirs in zip(one, other, strict=True))


def cpu(times: int, run: Callable[[], object]) -> Contender:
    """Return a contender that runs so many times and counts the processor's time."""

    def contender() -> float:
        start = time.process_time()
        for _ in range(times):
            run()
        return (time.process_time() - start) / times

    return contender


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table that can be read as it is."""
    marks = {True: "yes", False: "**no**", None: ""}
    lines: list[tuple[str, ...]] = [("goal", "what", "value", "goal's bound", "met")]
    lines += [(each.goal, each.what, each.value, each.bound, marks[each.met]) for each in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in lines
    )


def surroundings() -> str:
    """Say what the numbers were made on, without naming the machine."""
    load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores{load}, {platform.system()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"SQLAlchemy {sqlalchemy.__version__}"
    )
