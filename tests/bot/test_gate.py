"""The gate: nobody is known, a flood drowns nobody, and what was counted is forgotten."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count

import pytest

from bot import gate as rooms
from bot.gate import (
    BITS,
    BUCKETS,
    FLOOD,
    FREE,
    FULL,
    HOUR,
    PUZZLE_LIFE,
    SLIPS,
    SLIPS_OF_ALL,
    WITH_WORK,
    Gate,
    Puzzle,
    Way,
)

OFFICE, HOME = "203.0.113.7", "198.51.100.9"


@dataclass
class Doorway:
    """A gate, and a clock that a test moves."""

    seconds: float = 5000.0
    gate: Gate = field(init=False)

    def __post_init__(self) -> None:
        self.gate = Gate(lambda: self.seconds)

    def files(self, address: str, times: int = 1, *, worked: bool = False) -> list[Way]:
        """File so many times from one address."""
        return [self.gate.filing(address, worked=worked) for _ in range(times)]

    def files_from_everywhere(self, times: int) -> list[Way]:
        """File so many times, each from an address of its own."""
        return [self.gate.filing(f"2001:db8::{each:x}", worked=False) for each in range(times)]

    def slips(self, address: str, times: int = 1) -> None:
        """Try so many wrong receipts."""
        for _ in range(times):
            self.gate.slipped(address)


@pytest.fixture
def door() -> Doorway:
    """A gate where nobody has been."""
    return Doorway()


@pytest.fixture
def easy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that takes no time."""
    monkeypatch.setattr(rooms, "BITS", 4)


def work(puzzle: Puzzle, *, right: bool = True) -> str:
    """Return the first answer that is right, or the first that is wrong."""
    for tried in count():
        digest = sha256(f"{puzzle.challenge}:{tried}".encode()).digest()
        if (int.from_bytes(digest) >> (256 - puzzle.bits) == 0) is right:
            return str(tried)
    raise AssertionError


def test_an_office_files_freely_then_works_and_then_reaches_the_outside_alone(door: Doorway) -> None:
    assert door.files(OFFICE, FREE) == [Way.OPEN] * FREE
    assert door.files(OFFICE) == [Way.WORK]
    more = WITH_WORK - FREE
    assert door.files(OFFICE, more, worked=True) == [Way.OPEN] * more
    assert door.files(OFFICE, worked=True) == [Way.OUTSIDE]
    assert door.files(OFFICE) == [Way.WORK]


def test_one_office_is_not_counted_for_another(door: Doorway) -> None:
    door.files(OFFICE, FREE)
    assert door.files(HOME) == [Way.OPEN]


def test_one_person_does_not_crowd_out_the_others(door: Doorway) -> None:
    ways = [door.gate.filing("ou_lin", worked=True, alone=True) for _ in range(2 * FULL)]
    assert ways == [Way.OPEN] * WITH_WORK + [Way.WAIT] * (2 * FULL - WITH_WORK)
    assert door.gate.filing("ou_tang", worked=True, alone=True) is Way.OPEN


def test_what_is_sent_back_to_work_is_not_counted(door: Doorway) -> None:
    door.files(OFFICE, FREE + FULL)
    assert door.files(HOME) == [Way.OPEN]
    assert door.files(OFFICE, worked=True) == [Way.OPEN]


def test_in_a_flood_from_everywhere_all_go_to_the_outside_and_then_nobody_gets_in(door: Doorway) -> None:
    ways = door.files_from_everywhere(FULL + 1)
    assert ways == [Way.OPEN] * FLOOD + [Way.OUTSIDE] * (FULL - FLOOD) + [Way.WAIT]
    assert door.files(HOME, worked=True) == [Way.WAIT]


def test_after_an_hour_all_is_forgotten_and_addresses_have_other_labels(door: Doorway) -> None:
    door.files_from_everywhere(FULL)
    door.slips(OFFICE, SLIPS)
    labels = set(door.gate._filed) | set(door.gate._slipped)
    door.seconds += HOUR - 1
    assert door.files(HOME) == [Way.WAIT]
    assert not door.gate.may_look(OFFICE)
    door.seconds += 1
    assert door.files_from_everywhere(FREE) == [Way.OPEN] * FREE
    assert door.gate.may_look(OFFICE)
    assert labels.isdisjoint(door.gate._filed)


def test_the_hour_begins_with_the_first_who_comes(door: Doorway) -> None:
    door.seconds += HOUR - 1
    door.files(OFFICE, FREE)
    door.seconds += 2
    assert door.files(OFFICE) == [Way.WORK]


def test_labels_do_not_show_addresses_and_two_gates_label_differently(door: Doorway) -> None:
    other = Doorway()
    door.files(OFFICE)
    other.files(OFFICE)
    (label,), (another,) = door.gate._filed, other.gate._filed
    assert OFFICE.encode() not in label
    assert label not in sha256(OFFICE.encode()).digest()
    assert label != another


def test_on_a_quiet_day_the_hour_ends_though_nobody_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "HOUR", 0.05)
    gate = Gate()
    gate.filing(OFFICE, worked=False)
    salt = gate._salt
    until = time.monotonic() + 5
    while gate._salt == salt and time.monotonic() < until:
        time.sleep(0.01)
    assert gate._salt != salt
    assert not gate._filed


def test_wrong_receipts_are_counted_by_address_and_do_not_keep_others_out(door: Doorway) -> None:
    door.slips(OFFICE, SLIPS - 1)
    assert door.gate.may_look(OFFICE)
    door.slips(OFFICE)
    assert not door.gate.may_look(OFFICE)
    assert door.gate.may_look(HOME)
    assert door.files(OFFICE) == [Way.OPEN]


def test_wrong_receipts_from_everywhere_close_the_door_for_the_hour(door: Doorway) -> None:
    for each in range(SLIPS_OF_ALL):
        assert door.gate.may_look(f"address {each}")
        door.slips(f"address {each}")
    assert not door.gate.may_look(HOME)


def test_looking_alone_is_not_counted(door: Doorway) -> None:
    assert all(door.gate.may_look(OFFICE) for _ in range(SLIPS * 2))
    assert not door.gate._slipped


def test_however_many_addresses_come_memory_stays_bounded(door: Doorway) -> None:
    for each in range(BUCKETS + 500):
        door.slips(f"address {each}")
    assert len(door.gate._slipped) <= BUCKETS + 1
    assert door.gate._slipped.total() == BUCKETS + 500


def test_work_that_was_done_counts_once(door: Doorway) -> None:
    puzzle = door.gate.puzzle()
    assert puzzle.bits == BITS
    answer = work(puzzle)
    assert door.gate.solved(puzzle.challenge, answer)
    assert not door.gate.solved(puzzle.challenge, answer)


@pytest.mark.usefixtures("easy")
def test_a_wrong_answer_is_none_and_does_not_use_the_puzzle_up(door: Doorway) -> None:
    puzzle = Puzzle(door.gate.puzzle().challenge, 4)
    assert not door.gate.solved(puzzle.challenge, work(puzzle, right=False))
    assert door.gate.solved(puzzle.challenge, work(puzzle))


@pytest.mark.usefixtures("easy")
@pytest.mark.parametrize(("later", "good"), [(0.0, True), (PUZZLE_LIFE, True), (PUZZLE_LIFE + 1, False)])
def test_a_puzzle_is_good_for_two_hours(door: Doorway, later: float, good: bool) -> None:
    puzzle = Puzzle(door.gate.puzzle().challenge, 4)
    door.seconds += later
    assert door.gate.solved(puzzle.challenge, work(puzzle)) is good


@pytest.mark.usefixtures("easy")
def test_in_its_last_second_a_puzzle_is_still_good_only_once(door: Doorway) -> None:
    old = Puzzle(door.gate.puzzle().challenge, 4)
    assert door.gate.solved(old.challenge, work(old))
    door.seconds += PUZZLE_LIFE
    new = Puzzle(door.gate.puzzle().challenge, 4)
    assert door.gate.solved(new.challenge, work(new))
    assert not door.gate.solved(old.challenge, work(old))


@pytest.mark.usefixtures("easy")
def test_nobody_makes_a_challenge_but_the_gate(door: Doorway) -> None:
    expires, rest, mark = door.gate.puzzle().challenge.split(".")
    another = Doorway().gate.puzzle().challenge
    forged = (
        "",
        ".",
        "..",
        "99999999.abc",
        f"{int(expires) + 9999}.{rest}.{mark}",
        f"{expires}.{rest[::-1]}x.{mark}",
        f"{expires}.{rest}.{'0' * 64}",
        f"{expires}.{rest}.",
        f"{expires}.{rest}.{mark.upper()}x",
        f"１{expires}.{rest}.{mark}",
        another,
    )
    for challenge in forged:
        assert not door.gate.solved(challenge, work(Puzzle(challenge, 4)))
    honest = Puzzle(f"{expires}.{rest}.{mark}", 4)
    assert door.gate.solved(honest.challenge, work(honest))


@pytest.mark.usefixtures("easy")
def test_puzzles_that_were_used_do_not_fill_the_memory(
    door: Doorway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "USED", 10)
    for _ in range(30):
        puzzle = Puzzle(door.gate.puzzle().challenge, 4)
        assert door.gate.solved(puzzle.challenge, work(puzzle))
    assert len(door.gate._used) == 10
    assert not door.gate.solved(puzzle.challenge, work(puzzle))
    door.seconds += PUZZLE_LIFE + 2
    last = Puzzle(door.gate.puzzle().challenge, 4)
    assert door.gate.solved(last.challenge, work(last))
    assert len(door.gate._used) == 1


@pytest.mark.usefixtures("easy")
def test_many_who_come_at_once_are_counted_one_by_one(door: Doorway) -> None:
    ways: list[Way] = []
    solved: list[bool] = []
    puzzle = Puzzle(door.gate.puzzle().challenge, 4)
    answer = work(puzzle)

    def comes(address: str) -> None:
        ways.extend(door.files(address, FREE))
        solved.append(door.gate.solved(puzzle.challenge, answer))

    coming = [threading.Thread(target=comes, args=(f"address {each % 2}",)) for each in range(16)]
    for each in coming:
        each.start()
    for each in coming:
        each.join()
    assert ways.count(Way.OPEN) == 2 * FREE
    assert solved.count(True) == 1
