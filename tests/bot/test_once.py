"""What was answered once is answered the same again, for a quarter of an hour and no longer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from bot import once
from bot.once import KEPT_SECONDS, MOST, Once


@dataclass
class Desk:
    """Answers with a new number each time, and a clock that a test moves."""

    seconds: float = 0.0
    answered: int = 0
    once: Once[int] = field(init=False)

    def __post_init__(self) -> None:
        self.once = Once(lambda: self.seconds)

    def asks(self, key: str) -> int:
        """Ask under a key."""
        return self.once.answer(key, self._works)

    def _works(self) -> int:
        self.answered += 1
        return self.answered


def within(seconds: float, so: Callable[[], bool]) -> bool:
    """Wait until something is so."""
    until = time.monotonic() + seconds
    while not so() and time.monotonic() < until:
        time.sleep(0.01)
    return so()


def test_a_repeat_gets_the_same_answer_and_somebody_else_another() -> None:
    desk = Desk()
    assert [desk.asks(each) for each in ("a", "a", "b", "a", "b")] == [1, 1, 2, 1, 2]


def test_after_a_quarter_of_an_hour_a_repeat_is_something_new() -> None:
    desk = Desk()
    assert desk.asks("a") == 1
    desk.seconds = KEPT_SECONDS
    assert desk.asks("a") == 1
    desk.seconds = KEPT_SECONDS + 1
    assert desk.asks("a") == 2


def test_repeats_do_not_keep_an_answer_alive() -> None:
    desk = Desk()
    for desk.seconds in range(0, int(KEPT_SECONDS) + 1, 100):
        assert desk.asks("a") == 1
    desk.seconds = KEPT_SECONDS + 1
    assert desk.asks("a") == 2


def test_work_that_fails_is_not_remembered() -> None:
    desk = Desk()

    def fails() -> int:
        raise LookupError

    with pytest.raises(LookupError):
        desk.once.answer("a", fails)
    assert desk.asks("a") == 1


def test_an_answer_of_nothing_is_an_answer() -> None:
    silent: Once[None] = Once()
    asked: list[int] = []
    silent.answer("a", lambda: asked.append(1))
    silent.answer("a", lambda: asked.append(2))
    assert asked == [1]


def test_repeats_that_come_at_the_same_time_have_the_work_done_once() -> None:
    shared: Once[int] = Once()
    worked: list[int] = []
    got: list[int] = []
    together = threading.Barrier(8)

    def slow() -> int:
        time.sleep(0.05)
        worked.append(1)
        return len(worked)

    def asks() -> None:
        together.wait()
        got.append(shared.answer("a", slow))

    asking = [threading.Thread(target=asks) for _ in range(8)]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    assert worked == [1]
    assert got == [1] * 8


def test_somebody_else_does_not_wait_for_slow_work() -> None:
    shared: Once[str] = Once()
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> str:
        begun.set()
        assert go_on.wait(5)
        return "slow"

    waiting = threading.Thread(target=lambda: shared.answer("a", slow))
    waiting.start()
    begun.wait(10)
    assert shared.answer("b", lambda: "fast") == "fast"
    go_on.set()
    waiting.join()
    assert shared.answer("a", lambda: "again") == "slow"


def test_a_flood_pushes_out_the_oldest_and_memory_stays_bounded() -> None:
    desk = Desk()
    for each in range(MOST):
        desk.asks(f"key {each}")
    assert desk.asks("key 0") == 1
    desk.asks("one more")
    assert len(desk.once._known) == MOST
    assert desk.asks(f"key {MOST - 1}") == MOST
    assert desk.asks("key 0") == MOST + 2


def test_a_repeat_pushes_nothing_out() -> None:
    desk = Desk()
    for each in range(MOST):
        desk.asks(f"key {each}")
    assert desk.asks(f"key {MOST - 1}") == MOST
    assert desk.asks("key 0") == 1


def test_neither_key_nor_anything_that_can_be_made_from_it_alone_is_held() -> None:
    first, second = Desk(), Desk()
    first.asks("om_123")
    second.asks("om_123")
    assert b"om_123" not in next(iter(first.once._known))
    assert set(first.once._known).isdisjoint(second.once._known)


def test_an_answer_is_gone_in_time_though_nobody_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(once, "KEPT_SECONDS", 0.05)
    quiet: Once[str] = Once()
    quiet.answer("a", lambda: "1234 5678")
    time.sleep(0.03)
    quiet.answer("b", lambda: "8765 4321")
    assert within(5, lambda: quiet._known == {})
