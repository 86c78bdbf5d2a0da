"""What time it is: the business time that all processes share, and the day it falls on in a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

A_CENTURY_S = 100 * 366 * 86_400.0


class Clock(Protocol):
    """Tells business time: what deadlines, dates on records and card lifetimes go by."""

    def now(self) -> datetime:
        """Aware UTC."""


class SystemClock:
    """Business time is the machine's time."""

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)


class ShiftedClock:
    """Only for the demo and the tests: machine time plus an offset that all processes read from one file.

    The config refuses this clock unless every base_url is loopback, so that no real record can carry a
    made-up date. The file holds a number of seconds as text; no file, or an empty one, means no offset.
    Whoever moves the clock replaces the file by a rename, and never writes into it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: tuple[tuple[int, int, int] | None, timedelta] = (None, timedelta())

    def now(self) -> datetime:
        """Aware UTC. ValueError when the file holds anything but seconds within a century of now."""
        return datetime.now(UTC) + self._offset()

    def _offset(self) -> timedelta:
        try:
            status = self._path.stat()
            version = (status.st_mtime_ns, status.st_size, status.st_ino)
            known, offset = self._known
            if version != known:
                offset = self._read()
                # What is read may be newer than `version`, never older: then the next call reads once more.
                self._known = (version, offset)
        except FileNotFoundError:
            return timedelta()
        return offset

    def _read(self) -> timedelta:
        text = self._path.read_text(encoding="utf-8", errors="replace").strip()
        try:
            seconds = float(text or "0")
        except ValueError:
            seconds = float("nan")
        if not abs(seconds) <= A_CENTURY_S:  # so written, it refuses nan too
            raise ValueError(f"{self._path} must hold the clock's offset in seconds, not {text[:40]!r}")
        return timedelta(seconds=seconds)


def local(now: datetime, zone: str) -> datetime:
    """A moment (aware) as clocks show it in a zone such as `Asia/Shanghai`. ValueError for a naive one."""
    if now.tzinfo is None:
        raise ValueError("a time without a zone is no certain moment")
    return now.astimezone(ZoneInfo(zone))


def today(now: datetime, zone: str) -> date:
    """The date that a moment (aware) falls on in a zone."""
    return local(now, zone).date()
