"""Names of periods: what a job is run once for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.periods import Period, daily, every_minutes, monthly

SHANGHAI = "Asia/Shanghai"
moments = st.datetimes(
    datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2040-01-01"), timezones=st.just(UTC)
)


@pytest.mark.parametrize(
    ("at", "name"),
    [
        ("2026-11-23T10:05:00+00:00", "2026-11-23T10:05"),
        ("2026-11-23T10:09:59+00:00", "2026-11-23T10:05"),
        ("2026-11-23T10:10:00+00:00", "2026-11-23T10:10"),
        ("2026-11-23T00:00:00+00:00", "2026-11-23T00:00"),
        ("2026-11-23T07:59:00+08:00", "2026-11-22T23:55"),
    ],
)
def test_five_minutes_are_named_by_the_first_of_them_in_utc(at: str, name: str) -> None:
    assert every_minutes(5)(datetime.fromisoformat(at)) == name


def test_a_day_and_a_month_are_those_of_the_zone() -> None:
    last_second = datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC)
    assert daily(SHANGHAI)(last_second) == "2026-11-30"
    assert monthly(SHANGHAI)(last_second) == "2026-11"
    assert daily(SHANGHAI)(last_second + timedelta(seconds=1)) == "2026-12-01"
    assert monthly(SHANGHAI)(last_second + timedelta(seconds=1)) == "2026-12"


@pytest.mark.parametrize("n", [0, -5, 7, 1441])
def test_slices_that_do_not_fill_the_day_are_refused(n: int) -> None:
    with pytest.raises(ValueError, match=f"slices of {n} minutes"):
        every_minutes(n)


@pytest.mark.parametrize("period", [every_minutes(20), daily(SHANGHAI), monthly(SHANGHAI)])
def test_a_naive_time_falls_in_no_period(period: Period) -> None:
    with pytest.raises(ValueError, match="without a zone"):
        period(datetime.fromisoformat("2026-11-23T09:00"))


@settings(deadline=None, max_examples=50)
@given(moments, st.sampled_from([1, 5, 20, 60, 90, 1440]))
def test_two_moments_share_a_slice_only_when_less_than_its_length_apart(now: datetime, n: int) -> None:
    period = every_minutes(n)
    start = datetime.fromisoformat(period(now)).replace(tzinfo=UTC)
    assert start <= now < start + timedelta(minutes=n)
    assert period(start) == period(now)
    assert period(now.astimezone(ZoneInfo(SHANGHAI))) == period(now)
    assert period(start + timedelta(minutes=n)) != period(now)
