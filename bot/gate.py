"""Limits for people whom nobody knows: by work done and by buckets whose labels nobody can read back.

All of it lies in memory. An address is hashed under a salt that is thrown away an hour after the first use,
with all that was counted under it, whether or not somebody comes again.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

from bot.later import Later

HOUR = 3600.0

FREE, WITH_WORK = 5, 20
"""Filings an hour from behind one address, without work and with it: an office has one for everybody. What
comes beyond them goes to the outside receiver alone, so that a flood drowns nobody else."""

FLOOD, FULL = 60, 300
"""Filings an hour from everywhere: beyond the first all go to the outside receiver, beyond the second none is
taken."""

SLIPS, SLIPS_OF_ALL = 30, 1200
"""Wrong receipts an hour, from behind one address and from everywhere. A receipt has 89.7 bits: this keeps
the machine free, not the receipt safe."""

BUCKETS = 10_000
"""As many addresses are told apart; what comes beyond them shares a bucket."""

BITS, PUZZLE_LIFE = 17, 7200.0
"""Work: about 130,000 hashes, some seconds on an old phone."""

USED = 10_000


class Way(StrEnum):
    """What becomes of a filing: taken; taken, but for the outside receiver alone; first work; later."""

    OPEN = "open"
    OUTSIDE = "outside"
    WORK = "work"
    WAIT = "wait"


@dataclass(frozen=True)
class Puzzle:
    """Find an answer so that SHA-256 of `challenge:answer` begins with so many zero bits."""

    challenge: str
    bits: int


class Gate:
    """Counts by bucket. `clock` gives seconds that only go forward."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._secret = secrets.token_bytes(32)
        self._used: dict[str, float] = {}
        self._later = Later(HOUR, self._forget)
        self._begin()

    def filing(self, address: str, *, worked: bool, alone: bool = False) -> Way:
        """Tell what becomes of a filing; it counts where it is taken. Whoever is `alone` behind an address
        does not crowd out others: they wait where an office would go to the outside receiver."""
        with self._lock:
            bucket, total = self._bucket(address), self._filed.total()
            if total >= FULL or (alone and self._filed[bucket] >= WITH_WORK):
                return Way.WAIT
            if self._filed[bucket] >= FREE and not worked:
                return Way.WORK
            self._count(self._filed, bucket)
            flooded = self._filed[bucket] > WITH_WORK or total >= FLOOD
            return Way.OUTSIDE if flooded else Way.OPEN

    def may_look(self, address: str) -> bool:
        """Tell whether a receipt may be tried."""
        with self._lock:
            bucket = self._bucket(address)
            return self._slipped[bucket] < SLIPS and self._slipped.total() < SLIPS_OF_ALL

    def slipped(self, address: str) -> None:
        """Count a receipt that opened nothing."""
        with self._lock:
            self._count(self._slipped, self._bucket(address))

    def puzzle(self) -> Puzzle:
        """Return work to do: good for two hours, and once."""
        said = f"{int(self._clock() + PUZZLE_LIFE)}.{secrets.token_hex(8)}"
        return Puzzle(f"{said}.{self._mark(said)}", BITS)

    def solved(self, challenge: str, answer: str) -> bool:
        """Tell whether the work was done, for the first time."""
        said, _, mark = challenge.rpartition(".")
        expires = said.partition(".")[0]
        if not (hmac.compare_digest(mark.encode(), self._mark(said).encode()) and expires.isdecimal()):
            return False
        digest = hashlib.sha256(f"{challenge}:{answer}".encode()).digest()
        with self._lock:
            now = self._clock()
            if int(expires) < now or challenge in self._used or int.from_bytes(digest) >> (256 - BITS):
                return False
            self._used = {each: until for each, until in self._used.items() if until >= now}
            while len(self._used) >= USED:
                del self._used[next(iter(self._used))]
            self._used[challenge] = float(expires)
            return True

    def _begin(self) -> None:
        self._salt, self._since = secrets.token_bytes(32), self._clock()
        self._filed: Counter[bytes] = Counter()
        self._slipped: Counter[bytes] = Counter()

    def _count(self, counter: Counter[bytes], bucket: bytes) -> None:
        if not self._filed and not self._slipped:
            self._since = self._clock()
            self._later.ask()
        counter[bucket] += 1

    def _forget(self) -> None:
        with self._lock:
            self._begin()

    def _bucket(self, address: str) -> bytes:
        if self._clock() - self._since >= HOUR:
            self._begin()
        mark = hmac.digest(self._salt, address.encode(), hashlib.sha256)[:8]
        known = mark in self._filed or mark in self._slipped
        return mark if known or len(self._filed) + len(self._slipped) < BUCKETS else b""

    def _mark(self, said: str) -> str:
        return hmac.digest(self._secret, said.encode(), hashlib.sha256).hex()
