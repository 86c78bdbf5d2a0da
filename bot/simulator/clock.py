"""The simulated day: real time plus an offset that a test or the demo moves and the bot's processes read."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

MachineTime = Callable[[], float]


CENTURY = 100 * 365 * 24 * 3600.0


class ShiftedClock:
    """Business time for chats and card lifetimes; the wire always uses `machine` time.

    The offset, in seconds, is kept as text in `file` when one is given, replaced atomically so that
    a reader never sees half a number. A file that is already there is obeyed, so that a restarted
    simulator and its bot still agree.
    """

    def __init__(self, file: Path | None = None, machine: MachineTime = time.time) -> None:
        self._file = file
        self.machine = machine
        self.offset = float(file.read_text() or 0) if file is not None and file.exists() else 0.0

    def now(self) -> datetime:
        """The simulated moment, aware, in UTC."""
        return datetime.fromtimestamp(self.machine() + self.offset, UTC)

    def shift(self, seconds: float) -> None:
        """Move the clock by `seconds`, which may be negative."""
        self._set(self.offset + seconds)

    def move_to(self, moment: datetime) -> None:
        """Make it `moment` (aware) now."""
        self._set(moment.timestamp() - self.machine())

    def reset(self) -> None:
        """Back to real time."""
        self._set(0.0)

    def _set(self, offset: float) -> None:
        """ValueError for what is no time within a century: every reader of the file would fall over it."""
        if not abs(offset) <= CENTURY:
            raise ValueError(f"the clock cannot be moved by {offset} seconds")
        self.offset = offset
        self.publish()

    def publish(self) -> None:
        """Write the offset down for whoever reads the file."""
        if self._file is None:
            return
        part = self._file.with_name(f".{self._file.name}.{os.getpid()}")
        part.write_text(f"{self.offset:.6f}")
        part.replace(self._file)
