"""The clock: machine time, the demo's offset, and the day that a moment falls on."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from scheduler.clock import Clock, ShiftedClock, SystemClock, today

DAY_S = 86_400


@pytest.fixture
def offset(tmp_path: Path) -> Path:
    return tmp_path / "offset"


def move(offset: Path, text: str) -> None:
    """Replace the file the way its owner does: by a rename, so that nobody reads half of it."""
    new = offset.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(offset)


def days_ahead(clock: Clock) -> int:
    """Whole days between machine time and the clock; the seconds that the test itself takes fall away."""
    return round((clock.now() - datetime.now(UTC)) / timedelta(days=1))


def test_the_system_clock_tells_aware_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta()


def test_a_shifted_clock_without_its_file_tells_machine_time(offset: Path) -> None:
    clock = ShiftedClock(offset)
    assert days_ahead(clock) == 0
    assert clock.now().utcoffset() == timedelta()


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_file_means_no_offset(offset: Path, text: str) -> None:
    move(offset, text)
    assert days_ahead(ShiftedClock(offset)) == 0


@pytest.mark.parametrize(("text", "days"), [("864000", 10), ("-172800\n", -2), ("86400.5", 1)])
def test_the_file_moves_the_clock_forwards_and_back(offset: Path, text: str, days: int) -> None:
    move(offset, text)
    assert days_ahead(ShiftedClock(offset)) == days


def test_every_clock_on_the_file_follows_each_move(offset: Path) -> None:
    web, relay = ShiftedClock(offset), ShiftedClock(offset)
    for days in (0, 3, 7, -5, 4):
        move(offset, str(days * DAY_S))
        assert (days_ahead(web), days_ahead(relay)) == (days, days)


def test_the_clock_is_right_again_when_the_file_is_taken_away(offset: Path) -> None:
    move(offset, str(3 * DAY_S))
    clock = ShiftedClock(offset)
    assert days_ahead(clock) == 3
    offset.unlink()
    assert days_ahead(clock) == 0


def test_an_unchanged_file_is_read_once(offset: Path) -> None:
    move(offset, str(3 * DAY_S))
    clock = ShiftedClock(offset)
    assert days_ahead(clock) == 3
    known = offset.stat()
    offset.write_text(
        str(5 * DAY_S), encoding="utf-8"
    )  # in place and dated back: nothing but its text is new
    os.utime(offset, ns=(known.st_atime_ns, known.st_mtime_ns))
    assert days_ahead(clock) == 3


@pytest.mark.parametrize("text", ["tomorrow", "1 day", "nan", "inf", "-1e300", "9" * 400, "\x00\x01"])
def test_anything_but_seconds_is_an_error_that_names_the_file(offset: Path, text: str) -> None:
    move(offset, text)
    clock = ShiftedClock(offset)
    for _ in range(2):
        with pytest.raises(ValueError, match="offset must hold the clock's offset in seconds"):
            clock.now()


def test_bytes_that_are_no_text_are_the_same_error(offset: Path) -> None:
    offset.write_bytes(b"\xff\xfe3600")
    with pytest.raises(ValueError, match="offset in seconds"):
        ShiftedClock(offset).now()


def test_the_clock_goes_on_once_the_file_is_mended(offset: Path) -> None:
    move(offset, "garbage")
    clock = ShiftedClock(offset)
    with pytest.raises(ValueError, match="garbage"):
        clock.now()
    move(offset, str(DAY_S))
    assert days_ahead(clock) == 1


def test_a_day_begins_at_midnight_in_the_organisations_zone() -> None:
    before = datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC)
    assert today(before, "Asia/Shanghai") == date(2026, 11, 22)
    assert today(before + timedelta(seconds=1), "Asia/Shanghai") == date(2026, 11, 23)


def test_a_naive_time_has_no_day() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        today(datetime.fromisoformat("2026-11-23T09:00"), "Asia/Shanghai")
