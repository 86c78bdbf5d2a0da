"""How fast one member is sent messages: below the rate above which WeCom drops them without a word."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Lock
from time import monotonic

from bot.platform import SendFailed

MINUTE, HOUR = 60.0, 3600.0
# Source: path/90454, 30 a minute and 1,000 an hour. A margin, because the platform counts by its own clock
# and by what arrives, and another process may send a little as well.
PER_MINUTE, MINUTES_AN_HOUR = 25, 36


class Pace:
    """Remembers when each member was sent something; machine time, for any number of threads.

    Windows that slide: a bucket that refills would let twice its size through around the turn of a minute.
    """

    def __init__(self, now: Callable[[], float] = monotonic, per_minute: int = PER_MINUTE) -> None:
        """`per_minute` messages for one member, and in an hour 36 times as many: the ratio of the limits."""
        self._now = now
        self._per_minute, self._per_hour = per_minute, per_minute * MINUTES_AN_HOUR
        self._lock = Lock()
        self._sent: dict[str, deque[float]] = {}

    def take(self, member: str, count: int = 1) -> None:
        """Note that `count` messages go out now. Raises SendFailed with the seconds to wait, noting none."""
        with self._lock:
            now = self._now()
            self._forget(now)
            sent = self._sent.get(member, deque())
            wait = max(
                _wait(sent, max(self._per_minute - count, 0), MINUTE, now),
                _wait(sent, max(self._per_hour - count, 0), HOUR, now),
            )
            if wait > 0:
                raise SendFailed("给这位成员发得太密，稍后再发", after=wait)
            sent.extend([now] * count)
            self._sent[member] = sent

    def _forget(self, now: float) -> None:
        for sent in self._sent.values():
            while sent and sent[0] <= now - HOUR:
                sent.popleft()
        self._sent = {member: sent for member, sent in self._sent.items() if sent}


def _wait(sent: deque[float], allowed: int, window: float, now: float) -> float:
    """Return the seconds until at most `allowed` messages lie within the window."""
    return 0.0 if len(sent) <= allowed else sent[-allowed - 1] + window - now
