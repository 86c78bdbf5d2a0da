"""How a month's numbers read: a rate never without what it was taken of, and only all is a hundred."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.contract.figures import Figure
from handlers.contract.refusal import Refusal
from handlers.report import rules


def number(part: int, whole: int) -> Figure:
    return Figure("closed", "到期的问题已销号", "P8", part, whole)


@given(st.integers(0, 500).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_a_rate_is_a_hundred_only_when_nothing_is_missing(counted: tuple[int, int]) -> None:
    part, whole = counted
    rate = rules.rate(number(part, whole))
    if not whole:
        assert rate is None
        assert rules.value(number(part, whole)) == "没有"
    else:
        assert rate is not None
        assert 0 <= rate <= 100
        assert (rate == 100) == (part == whole)
        assert f"{part}/{whole} 件" in rules.value(number(part, whole))


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.integers(1, 24))
def test_the_months_before_are_over_and_follow_each_other(day: date, count: int) -> None:
    found = rules.months_before(day, count)
    assert found == sorted(set(found))
    assert len(found) == count
    assert found[-1] < f"{day:%Y-%m}"


@pytest.mark.parametrize("typed", ["9月", "2026-13", "2026", "2026-9", "昨天"])
def test_what_is_no_month_is_said_with_an_example(typed: str) -> None:
    with pytest.raises(Refusal, match="请写成「月报 2026-09」"):
        rules.month_in(typed, date(2026, 10, 15))


def test_a_month_that_is_not_over_is_not_told() -> None:
    with pytest.raises(Refusal, match="2026年10月还没有过完"):
        rules.month_in("2026-10", date(2026, 10, 31))
    assert rules.month_in("", date(2026, 1, 4)) == "2025-12"


def test_what_is_missing_is_named_once() -> None:
    same = Figure("duties", "任务", "P7", 0, 1, lacking=("「财务公开月报」没完成",))
    assert rules.lacking([same, same]) == ["「财务公开月报」没完成"]
