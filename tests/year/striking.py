"""Scheduler processes that a test strikes: the real composition, one tick for each moment that it is sent.

They are forked from one process that has imported everything, as a year of kills has many beginnings.
"""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Callable
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from time import monotonic, sleep

from bot.app import App
from bot.config import Config, Demo, Org, Server, Storage
from scheduler.runner import Runner

PATIENCE_SECONDS = 60.0

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload([__name__])


class Heard(logging.Handler):
    """Keeps what is logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.lines.append(record.getMessage())


def serve(pipe: Connection, url: str, files: str, is_led: bool) -> None:
    """Tick at each moment that comes and answer with the errors that were logged; end with None.

    Who is not led takes itself for the leader."""
    app = App(Config(Org("某机构"), Server(), Storage(url, files), Demo(), None, None))
    runner = app.runner() if is_led else Runner(app.jobs(), app.context)
    heard = Heard()
    logging.getLogger("scheduler").addHandler(heard)
    while moment := pipe.recv():
        heard.lines.clear()
        runner.tick(moment)
        pipe.send(heard.lines)


class Scheduler:
    """One process."""

    def __init__(self, url: str, files: Path, is_led: bool) -> None:
        self._pipe, theirs = _processes.Pipe()
        how = (theirs, url, str(files), is_led)
        self._process = _processes.Process(target=serve, args=how, daemon=True)
        self._process.start()
        theirs.close()

    def strike(self, moment: datetime) -> None:
        """Let it tick; `answer` waits for the end of that."""
        self._pipe.send(moment)

    def answer(self) -> list[str]:
        """Return the errors of the tick."""
        if not self._pipe.poll(PATIENCE_SECONDS):
            raise TimeoutError("a scheduler does not answer")
        errors: list[str] = self._pipe.recv()
        return errors

    def kill(self) -> bool:
        """End it as by SIGKILL; tell whether it was at work."""
        self._process.kill()
        self._process.join(PATIENCE_SECONDS)
        was_at_work = not self._answered()
        self._tidy()
        return was_at_work

    def end(self) -> None:
        """Let it end by itself."""
        self._pipe.send(None)
        self._process.join(PATIENCE_SECONDS)
        self._tidy()

    def _answered(self) -> bool:
        try:
            return self._pipe.poll() and self._pipe.recv() is not None
        except (EOFError, ConnectionError):
            return False

    def _tidy(self) -> None:
        self._pipe.close()
        self._process.close()


class Pair:
    """Two schedulers on one database that get every moment at the same time."""

    def __init__(self, begin: Callable[[], Scheduler], random: Random) -> None:
        self._begin = begin
        self._random = random
        self._two = [self._begin(), self._begin()]
        self._usual_seconds = 0.1
        self.kills = self.hits = 0
        self.errors: list[str] = []

    def strike(self, moment: datetime) -> None:
        """Let both tick, and wait for both."""
        started = monotonic()
        self._strike(moment)
        self._hear(self._two)
        self._usual_seconds += (monotonic() - started - self._usual_seconds) / 10

    def strike_and_kill(self, moment: datetime) -> None:
        """Let both tick, and kill one of them or both before they can have ended; they start anew."""
        self._strike(moment)
        victims = self._random.choice([self._two[:1], self._two[1:], self._two])
        sleep(self._random.uniform(0, self._usual_seconds))
        for each in victims:
            self.hits += each.kill()
            self.kills += 1
        self._hear([each for each in self._two if each not in victims])
        self._two = [self._begin() if each in victims else each for each in self._two]

    def end(self) -> None:
        """Let both end."""
        for each in self._two:
            each.end()

    def _strike(self, moment: datetime) -> None:
        for each in self._two:
            each.strike(moment)

    def _hear(self, some: list[Scheduler]) -> None:
        for each in some:
            self.errors += each.answer()
