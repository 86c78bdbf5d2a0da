"""The clock's buttons: where each of them leads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.workbench.moves import MOVES, ZONE, is_workday, told


def at(text: str) -> datetime:
    """A moment in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("move", "now", "then"),
    [
        ("hour", "2026-03-03 09:30", "2026-03-03 10:30"),
        ("day", "2026-03-03 09:30", "2026-03-04 09:30"),
        ("workday", "2026-03-06 18:00", "2026-03-09 09:00"),
        ("workday", "2026-02-13 12:00", "2026-02-14 09:00"),
        ("workday", "2026-02-14 12:00", "2026-02-24 09:00"),
        ("workday", "2026-09-30 12:00", "2026-10-08 09:00"),
        ("workday", "2035-01-05 12:00", "2035-01-08 09:00"),
        ("month", "2026-02-10 09:00", "2026-02-28 18:00"),
        ("month", "2026-01-31 18:00", "2026-02-28 18:00"),
        ("month", "2026-12-31 23:00", "2027-01-31 18:00"),
    ],
)
def test_a_button_leads_where_it_says(move: str, now: str, then: str) -> None:
    assert MOVES[move][1](at(now)) == at(then)


@given(
    st.sampled_from(sorted(MOVES)),
    st.datetimes(datetime(2004, 1, 1), datetime(2090, 1, 1), timezones=st.just(ZONE)),  # noqa: DTZ001
)
def test_no_button_leads_back(move: str, now: datetime) -> None:
    then = MOVES[move][1](now)
    assert now < then <= now + timedelta(days=62)
    assert move != "workday" or is_workday(then.date())


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 3, 3, 1, 5, tzinfo=UTC), "2026年3月3日 周二 09:05"),
        (datetime(2026, 2, 14, 1, 0, tzinfo=UTC), "2026年2月14日 周六（班） 09:00"),
        (datetime(2026, 10, 1, 1, 0, tzinfo=UTC), "2026年10月1日 周四（休） 09:00"),
        (datetime(2026, 3, 7, 1, 0, tzinfo=UTC), "2026年3月7日 周六 09:00"),
    ],
)
def test_the_clock_says_when_a_day_is_not_what_its_weekday_says(moment: datetime, words: str) -> None:
    assert told(moment) == words
