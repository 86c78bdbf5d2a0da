"""What a short list shows when there is more than it holds."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.contract.card import Button
from handlers.contract.refusal import Refusal
from handlers.contract.reminder import Waiting
from handlers.contract.watch import Part, Watched
from handlers.desk import cards, rules
from storage.people import Person
from tests.house import read

TODAY = date(2026, 3, 9)
counts = st.dictionaries(st.sampled_from(["mine", *Part]), st.integers(0, 30))


def waiting(line: str, due: date | None = None) -> Waiting:
    return Waiting(line, Button("处理", "expense.show"), due)


@given(counts=counts, room=st.integers(0, 20))
def test_every_part_that_has_something_is_heard_before_any_has_two_lines(
    counts: dict[str, int], room: int
) -> None:
    given = rules.shares(counts, room)
    assert sum(given.values()) == min(room, sum(counts.values()))
    assert all(given[each] <= counts[each] for each in counts)
    waiting_parts = [each for each in counts if given[each] < counts[each]]
    for each in waiting_parts:
        assert given[each] >= max(given.values()) - 1


def test_what_is_overdue_comes_first_and_the_rest_keeps_its_order() -> None:
    found = [waiting("a"), waiting("b", date(2026, 3, 20)), waiting("c", date(2026, 3, 6))]
    found.append(waiting("d", date(2026, 3, 2)))
    assert [each.line for each in rules.in_order(found, TODAY)] == ["d", "c", "a", "b"]


@pytest.mark.parametrize("role", ["监事", "秘书长", "理事长", "党支部书记"])
def test_those_who_supervise_may_see_the_whole(role: str) -> None:
    rules.may_watch(Person(1, "a", "甲", roles=frozenset({role})))


@pytest.mark.parametrize("role", ["经办人", "财务负责人", "管理员", "项目负责人"])
def test_nobody_else_may(role: str) -> None:
    with pytest.raises(Refusal, match="总览"):
        rules.may_watch(Person(1, "a", "甲", roles=frozenset({role})))


def test_the_screen_has_its_parts_in_order_its_lines_counted_through_and_an_end() -> None:
    button = Button("查看", "expense.show")
    watched = rules.by_part(
        [Watched(Part.LARGE, f"大额 {each}", button) for each in range(4)]
        + [Watched(Part.UNUSUAL, f"异常 {each}") for each in range(9)]
    )
    shown = read(cards.overview("x", "3月9日", [waiting("我的一件")], watched, 10))
    lines = shown.splitlines()
    assert [each for each in lines if each in (cards.MINE, *Part)] == ["等我办的", "异常", "本月大额"]
    assert lines[lines.index("等我办的") + 1] == "1. 我的一件"
    assert "还有 4 件" in lines
    assert "10. 大额 3" in lines
    assert "[看 10]" in lines


def test_an_empty_screen_says_so() -> None:
    assert "今天没有要操心的事" in read(cards.overview("x", "3月9日", [], rules.by_part([]), 10))
