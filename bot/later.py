"""What must be forgotten in time even where nobody comes any more."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock, Thread


class Later:
    """Calls `do` so many seconds after it was asked to, in a thread of its own; asked meanwhile, once."""

    def __init__(self, seconds: float, do: Callable[[], None]) -> None:
        self._seconds, self._do = seconds, do
        self._lock, self._waiting = Lock(), False

    def ask(self) -> None:
        """Have it done, unless it waits to be done already."""
        with self._lock:
            if not self._waiting:
                self._waiting = True
                Thread(target=self._wait, name="later", daemon=True).start()

    def _wait(self) -> None:
        time.sleep(self._seconds)
        with self._lock:
            self._waiting = False
        self._do()
