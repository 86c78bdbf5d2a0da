"""As a program: one role of the assistant that stops dead at a chosen point, for crash windows without luck.

`python -m tests.chaos.dying POINT CONFIG`: the point is one of POINTS; the process dies there as by SIGKILL.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NoReturn
from unittest.mock import patch

from bot import logs, roles
from bot.app import App
from bot.config import load
from bot.context import JobContext
from bot.platform import Incoming
from bot.relay import Outcome, Relay
from handlers.contract.reply import Reply


def web_before_answer(app: App) -> None:
    """Commit what the first callback asks, and never answer it."""
    handle = app.router.handle

    def last_words(incoming: Incoming) -> Reply | None:
        handle(incoming)
        die()

    with patch.object(app.router, "handle", last_words):
        roles.web(app)


def relay_before_sending(app: App) -> None:
    """Claim what is waiting, and send none of it."""
    with patch.object(Relay, "_deliver", lambda *_: die()):
        roles.relay(app)


def relay_before_settling(app: App) -> None:
    """Send what is waiting, and note none of it."""

    def forget(_relay: Relay, sent: Sequence[Outcome]) -> None:
        if sent:
            die()

    with patch.object(Relay, "_settle", forget):
        roles.relay(app)


def scheduler_before_commit(app: App) -> None:
    """Do the work of the first job that is due, and commit none of it."""
    opened = app.context

    @contextmanager
    def cut_off(now: datetime) -> Iterator[JobContext]:
        with opened(now) as ctx:
            yield ctx
            die()

    with patch.object(app, "context", cut_off):
        roles.scheduler(app)


POINTS: dict[str, Callable[[App], None]] = {
    each.__name__: each
    for each in (web_before_answer, relay_before_sending, relay_before_settling, scheduler_before_commit)
}


def die() -> NoReturn:
    """End at once, with nothing tidied up."""
    while True:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    logs.set_up()
    POINTS[sys.argv[1]](App(load(Path(sys.argv[2]))))
