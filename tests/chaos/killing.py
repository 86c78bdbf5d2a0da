"""Kills the assistant's processes with SIGKILL, which nothing can catch, and knows when they are back."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Sequence
from random import Random
from threading import Event

from bot.roles import port_is_free
from bot.simulator.launch import Stage
from storage import files, outbox
from tests.chaos.town import Town

ROLES = {"web": "web listens on", "relay": "relay is ready", "scheduler": "scheduler is ready"}
"""Each role and what it logs, behind its process's number, once it works."""

EVERYBODY = "everybody"
VICTIMS = ("web",) * 12 + ("relay",) * 3 + ("scheduler",) * 4 + (EVERYBODY,)
"""Who dies how often in twenty: a relay needs seconds to come back, and a scheduler has little to do."""

WITHIN_SECONDS = 0.3
"""How long after an act a kill falls at the latest: while it is committed, answered, claimed and sent."""

PATIENCE_SECONDS = 60.0


class Killer:
    """Chooses who dies and when; the parent brings a role back, and the killer the parent."""

    def __init__(self, stage: Stage, town: Town, random: Random) -> None:
        self._stage, self._town, self._random = stage, town, random
        self._read_from = dict.fromkeys(ROLES, 0)
        self.kills: list[str] = []
        self.hits = 0

    def run(self, count: int, stop: Event) -> None:
        """Kill so many times, each time just after somebody did something."""
        left = [VICTIMS[place % len(VICTIMS)] for place in range(count)]
        self._random.shuffle(left)
        while left:
            victim = self._choose(left)
            left.remove(victim)
            self._town.acting.clear()
            if stop.is_set() or not self._town.acting.wait(PATIENCE_SECONDS):
                return
            time.sleep(self._random.uniform(0, WITHIN_SECONDS))
            self.hits += self._under_way()
            self._kill(victim)
            self.kills.append(victim)

    def wait_until_all_work(self) -> None:
        """Wait until every role is back."""
        self._wait(lambda: all(self._worker(role) for role in ROLES), "everybody to be back")

    def _choose(self, left: Sequence[str]) -> str:
        """Return the first who works now, as a process that is still starting has nothing that it could lose;
        everybody dies only together."""

        def working() -> str | None:
            found = {role for role in ROLES if self._worker(role)}
            if len(found) == len(ROLES):
                found.add(EVERYBODY)
            return next((each for each in left if each in found), None)

        return str(self._wait(working, "somebody to be back"))

    def _kill(self, victim: str) -> None:
        if victim == EVERYBODY:
            self._kill_everybody()
        elif worker := self._worker(victim):
            self._read_from[victim] = self._stage.log.stat().st_size
            os.kill(worker, signal.SIGKILL)

    def _kill_everybody(self) -> None:
        """The parent first, so that it starts nobody any more."""
        parent = self._stage.process
        assert parent is not None
        workers = [self._worker(role) for role in ROLES]
        parent.kill()
        parent.wait(PATIENCE_SECONDS)
        self._read_from = dict.fromkeys(ROLES, self._stage.log.stat().st_size)
        for worker in filter(None, workers):
            os.kill(worker, signal.SIGKILL)
        self._wait(lambda: port_is_free("127.0.0.1", self._stage.port), "the web role to let go of its port")
        self._stage.start_bot()

    def _worker(self, role: str) -> int | None:
        """Return the number of the process that works as a role, or None while there is none."""
        with self._stage.log.open("rb") as log:
            log.seek(self._read_from[role])
            found = re.findall(rf"INFO (\d+) bot\.roles {ROLES[role]}", log.read().decode())
        return int(found[-1]) if found else None

    def _under_way(self) -> bool:
        """Tell whether something was accepted that has not reached everybody yet."""
        with self._town.database.read() as tx:
            waiting = outbox.counts(tx)
            return bool(waiting["waiting"] + waiting["sending"] + files.under_way(tx))

    def _wait(self, seen: Callable[[], object], what: str) -> object:
        return self._town.sim.wait_for(what, seen, PATIENCE_SECONDS)
