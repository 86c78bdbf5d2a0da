"""What was answered in the last minutes, in memory alone: a repeat gets the same answer."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

from bot.later import Later

T = TypeVar("T")

KEPT_SECONDS = 900.0
MOST = 1000


@dataclass(eq=False)
class _Place(Generic[T]):
    """Where one answer lies, since `at`; who asks for it again meanwhile waits at the lock."""

    at: float
    lock: Lock = field(default_factory=Lock)
    given: list[T] = field(default_factory=list)


class Once(Generic[T]):
    """Answers by a key of which only a keyed hash is held, and for a quarter of an hour: after that, or when
    the process ends, a repeat is something new. Nothing is written that leads from an answer to who asked.
    An answer may hold a receipt: within two quarters it is gone, though nobody asks again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._secret, self._lock = clock, secrets.token_bytes(32), Lock()
        self._known: dict[bytes, _Place[T]] = {}
        self._later = Later(KEPT_SECONDS, self._sweep)

    def answer(self, key: str, work: Callable[[], T]) -> T:
        """Return what the work gives, or what it gave before. A repeat that comes meanwhile waits for it."""
        place = self._place(hmac.digest(self._secret, key.encode(), hashlib.sha256))
        with place.lock:
            if not place.given:
                place.given.append(work())
            return place.given[0]

    def _place(self, mark: bytes) -> _Place[T]:
        with self._lock:
            self._forget()
            if mark not in self._known:
                while len(self._known) >= MOST:
                    del self._known[next(iter(self._known))]
                self._known[mark] = _Place(self._clock())
                self._later.ask()
            return self._known[mark]

    def _sweep(self) -> None:
        with self._lock:
            self._forget()
            if self._known:
                self._later.ask()

    def _forget(self) -> None:
        since = self._clock() - KEPT_SECONDS
        for mark in [each for each, place in self._known.items() if place.at < since]:
            del self._known[mark]
