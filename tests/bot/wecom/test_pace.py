"""How fast a member is sent messages, by a clock that the test moves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.platform import SendFailed
from bot.wecom.pace import HOUR, MINUTE, MINUTES_AN_HOUR, PER_MINUTE, Pace

PER_HOUR = PER_MINUTE * MINUTES_AN_HOUR


class Clock:
    """Machine time in seconds."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace(clock)


def wait(pace: Pace, member: str = "lin", count: int = 1) -> float:
    """The seconds that the pace asks for, 0.0 when it lets through."""
    try:
        pace.take(member, count)
    except SendFailed as failed:
        return failed.after or -1.0
    return 0.0


def test_as_many_as_a_minute_holds_go_at_once_and_the_next_one_waits(pace: Pace, clock: Clock) -> None:
    assert [wait(pace) for _ in range(PER_MINUTE)] == [0.0] * PER_MINUTE
    assert wait(pace) == MINUTE
    clock.at = MINUTE - 1
    assert wait(pace) == 1
    clock.at = MINUTE
    assert wait(pace) == 0.0


def test_around_the_turn_of_a_minute_no_more_go_than_in_any_other(pace: Pace, clock: Clock) -> None:
    clock.at = 59.0
    for _ in range(PER_MINUTE):
        pace.take("lin")
    clock.at = 61.0

    assert wait(pace) == 58.0


def test_others_do_not_wait_for_one_who_is_sent_a_lot(pace: Pace) -> None:
    for _ in range(PER_MINUTE):
        pace.take("lin")

    assert wait(pace, "wang") == 0.0


def test_an_hour_has_a_limit_of_its_own(pace: Pace, clock: Clock) -> None:
    for n in range(PER_HOUR):
        clock.at = n * 3.0
        pace.take("lin")
    clock.at += 3.0

    assert wait(pace) == HOUR - clock.at
    clock.at = HOUR
    assert wait(pace) == 0.0


def test_two_go_together_or_not_at_all(pace: Pace) -> None:
    for _ in range(PER_MINUTE - 1):
        pace.take("lin")

    assert wait(pace, count=2) == MINUTE
    assert wait(pace, count=1) == 0.0


def test_the_pace_is_a_setting_and_an_hour_keeps_the_ratio(clock: Clock) -> None:
    slow = Pace(clock, per_minute=1)

    assert [wait(slow), wait(slow)] == [0.0, MINUTE]
    for n in range(1, MINUTES_AN_HOUR):
        clock.at = n * MINUTE
        slow.take("lin")
    clock.at += MINUTE
    assert wait(slow) == HOUR - clock.at


def test_two_that_are_more_than_a_minute_holds_go_by_themselves(clock: Clock) -> None:
    slow = Pace(clock, per_minute=1)

    assert [wait(slow, count=2), wait(slow, count=2)] == [0.0, MINUTE]


def test_waiting_is_not_giving_up(pace: Pace) -> None:
    for _ in range(PER_MINUTE):
        pace.take("lin")
    with pytest.raises(SendFailed) as failed:
        pace.take("lin")

    failure = failed.value
    assert [failure.permanent, failure.gone, failure.setup] == [False, False, False]


def test_who_was_sent_nothing_for_an_hour_is_forgotten(pace: Pace, clock: Clock) -> None:
    for n in range(100):
        pace.take(f"member-{n}")
    clock.at = HOUR
    pace.take("lin")

    assert set(pace._sent) == {"lin"}


def test_threads_share_one_pace(pace: Pace) -> None:
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: wait(pace), range(3 * PER_MINUTE)))

    assert waits.count(0.0) == PER_MINUTE
