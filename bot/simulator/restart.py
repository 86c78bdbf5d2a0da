"""Starting over: one at a time, in the background, telling how far it is."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from bot.simulator.chats import Json

log = logging.getLogger(__name__)

Say = Callable[[str], None]


class Restart:
    """Runs `work`, which is given a function to say what it does; whoever asks meanwhile starts nothing."""

    def __init__(self, work: Callable[[Say], None]) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._state, self._words = "ready", ""

    def begin(self) -> bool:
        """Start over, unless that is under way already; tell whether it was started."""
        with self._lock:
            if self._state == "busy":
                return False
            self._state, self._words = "busy", "正在停下助手…"
        threading.Thread(target=self._run, name="restart", daemon=True).start()
        return True

    def told(self) -> Json:
        """`{state, words}`: ready, busy, done or failed, and what is being done or went wrong."""
        with self._lock:
            return {"state": self._state, "words": self._words}

    def busy(self) -> str:
        """Return what is being done just now, empty when nothing is."""
        with self._lock:
            return self._words if self._state == "busy" else ""

    def _run(self) -> None:
        try:
            self._work(self._say)
        except Exception as error:  # whatever it is, the page has to say that nothing runs now
            log.error("starting over failed: %s", error)
            self._end("failed", "没有重新布置成功。请停下 demo 再启动一次，日志里有原因。")
        else:
            self._end("done", "")

    def _say(self, words: str) -> None:
        with self._lock:
            self._words = words

    def _end(self, state: str, words: str) -> None:
        with self._lock:
            self._state, self._words = state, words
