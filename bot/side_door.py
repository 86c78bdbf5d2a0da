"""The side door's wire: the relay listens on this machine for answers that belong in no table, and the others
knock. Where, and with which key, stands in a file that only we may read."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener, answer_challenge, deliver_challenge
from pathlib import Path
from threading import Event, Thread

import msgspec
from msgspec import Struct

from bot.aside import WITHIN_SECONDS, Said, Unreachable
from bot.platform import Outbound, SendFailed

WHERE = ".aside"
PAUSES_SECONDS = (0.0, 0.3, 0.6)
"""Before each try to send."""
WAITING = 16
"""Callers that may stand before the door while one is let in."""

_STRANGER = (AssertionError, AuthenticationError, EOFError, OSError)
"""What comes of a caller, or a door, that does not know the key or falls silent."""


class _Where(Struct):
    port: int
    key: str


class SideDoor:
    """The relay's end: sends what comes in at once, and keeps and logs nothing of it."""

    def __init__(self, platforms: Mapping[str, Outbound], folder: Path) -> None:
        self._platforms, self._path = platforms, folder / WHERE
        self._key, self._closed = secrets.token_hex(32), Event()
        self._listener = Listener(("127.0.0.1", 0), backlog=WAITING)

    def open(self) -> None:
        """Listen in a thread of its own, and let the others know where."""
        Thread(target=self._listen, name="aside", daemon=True).start()
        half = self._path.with_name(f"{WHERE}.{os.getpid()}")
        half.touch(mode=0o600)
        half.write_bytes(msgspec.json.encode(_Where(self._listener.address[1], self._key)))
        half.replace(self._path)

    def close(self) -> None:
        """Listen no more."""
        if self._closed.is_set():
            return
        self._closed.set()
        with suppress(OSError):
            Client(self._listener.address).close()  # wakes who waits for a caller: closing alone does not
        self._listener.close()

    def _listen(self) -> None:
        while not self._closed.is_set():
            try:
                caller = self._listener.accept()
            except OSError:
                self._closed.wait(PAUSES_SECONDS[1])
            else:
                Thread(target=self._serve, args=(caller,), name="aside", daemon=True).start()

    def _serve(self, caller: Connection) -> None:
        """Hear one caller. The key is asked for here, so that a silent stranger keeps nobody waiting."""
        with caller:
            try:
                _known_to(caller, self._key.encode(), first=True)
                said = msgspec.json.decode(caller.recv_bytes(), type=Said)
                caller.send_bytes(b"sent" if self._sent(said) else b"failed")
            except (*_STRANGER, msgspec.DecodeError):
                return

    def _sent(self, said: Said) -> bool:
        platform = self._platforms.get(said.platform)
        if platform is None:
            return False
        for pause in PAUSES_SECONDS:
            time.sleep(pause)
            try:
                _send(platform, said)
            except SendFailed as failure:
                if failure.permanent:
                    return False
            except Exception:  # a defect; its trace would tell when somebody spoke in confidence
                return False
            else:
                return True
        return False


def _known_to(other: Connection, key: bytes, *, first: bool) -> None:
    """See that both ends have the key. Raises one of _STRANGER."""
    for step in (deliver_challenge, answer_challenge) if first else (answer_challenge, deliver_challenge):
        step(other, key)


def _send(platform: Outbound, said: Said) -> None:
    if said.card:
        platform.send_card(said.user_id, said.card, said.token)
    else:
        platform.send_text(said.user_id, said.text, said.token)


def knock(path: Path) -> Connection:
    """Return a line to whoever listens, who has shown the key. Raises Unreachable."""
    try:
        where = msgspec.json.decode(path.read_bytes(), type=_Where)
        door = Client(("127.0.0.1", where.port))
    except (OSError, msgspec.DecodeError):
        raise Unreachable from None
    try:
        if door.poll(WITHIN_SECONDS):
            _known_to(door, where.key.encode(), first=False)
            return door
    except _STRANGER:
        pass
    door.close()
    raise Unreachable
