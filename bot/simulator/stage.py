"""What both simulated platforms share: people, chats, clock, limits, faults, log, deliveries, one lock."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bot.simulator.chats import ChatStore
from bot.simulator.clock import MachineTime, ShiftedClock
from bot.simulator.delivery import Delivery
from bot.simulator.directory import Directory, SimPerson
from bot.simulator.faults import Faults
from bot.simulator.limits import Limiter
from bot.simulator.restart import Restart
from bot.simulator.traffic import Traffic


class Stage:
    """All state. Whoever reads or changes it holds `lock`; nobody holds it while waiting for the network."""

    def __init__(
        self,
        people: Sequence[SimPerson],
        callback_url: str,
        clock_file: Path | None,
        machine: MachineTime,
        limits: float | None,
        deadline: float | None,
        repush: Sequence[float],
        audit: bool,
    ) -> None:
        self.lock = threading.RLock()
        self.stopping = threading.Event()
        self.audit = audit
        self.restart: Restart | None = None
        self.clock = ShiftedClock(clock_file, machine)
        self.directory = Directory(people)
        self.chats = ChatStore()
        self.faults = Faults()
        self.traffic = Traffic()
        self._limits = limits
        self.limiter = Limiter(machine, limits)
        self.delivery = Delivery(
            callback_url, self.faults, self.traffic, self.clock, self.lock, deadline, repush
        )

    def clear(self, people: Sequence[SimPerson] | None) -> None:
        """Begin again: no chats, faults, shifts or log; other people when given."""
        with self.lock:
            self.delivery.forget()
            self.faults.clear()
            self.traffic.clear()
            self.clock.reset()
            self.directory = Directory(list(self.directory) if people is None else people)
            self.chats = ChatStore()
            self.limiter = Limiter(self.clock.machine, self._limits)

    def now(self) -> datetime:
        """The simulated moment."""
        return self.clock.now()


def millis(moment: datetime) -> str:
    """Milliseconds since 1970 as text, the way Feishu writes times."""
    return str(int(moment.timestamp() * 1000))
