"""The rule of a duty's day, in words and back, and what is said of words that are none."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.contract.refusal import Refusal
from handlers.duty import due
from handlers.duty.due import After, Due, Monthly, Quarterly, Yearly, YearlyWeekday
from scheduler import workdays
from scheduler.workdays import LIBRARY

A_DAY = st.dates(date(2023, 1, 1), date(2023, 12, 31))
RULES: st.SearchStrategy[Due] = st.one_of(
    A_DAY.map(lambda day: Yearly(day.month, day.day)),
    st.builds(YearlyWeekday, st.integers(1, 12), st.integers(1, 4), st.integers(0, 6)),
    st.builds(Monthly, st.integers(1, 20)),
    st.builds(Quarterly, st.integers(1, 60)),
    st.builds(After, st.sampled_from(["换届", "财务交接", "法定代表人变更"]), st.integers(1, 60)),
)


@given(RULES)
def test_a_rule_in_words_is_the_same_rule(rule: Due) -> None:
    assert due.due_in(due.due_words(rule)) == rule


@given(RULES, st.dates(date(2024, 1, 1), date(2026, 6, 30)))
def test_every_rule_but_an_event_has_its_next_day_within_a_year_and_a_bit(rule: Due, today: date) -> None:
    found = list(due.coming(rule, today, LIBRARY))
    if isinstance(rule, After):
        assert found == []
        return
    days = [each.day for each in found]
    assert days == sorted(days)
    assert today <= days[0]
    assert (days[0] - today).days <= 400
    if not isinstance(rule, YearlyWeekday):
        assert all(workdays.is_workday(each) for each in days)


@given(RULES, st.dates(date(2024, 1, 1), date(2026, 6, 30)))
def test_the_last_due_is_past_and_the_next_one_follows_it(rule: Due, today: date) -> None:
    gone = due.last_due(rule, today, LIBRARY)
    following = next(due.coming(rule, today, LIBRARY), None)
    assert gone is None or gone.day < today
    if gone and following:
        assert gone.period < following.period


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("每年 4-30", Yearly(4, 30)),
        ("每年3月 第3个星期二", YearlyWeekday(3, 3, 1)),
        ("每月第 10 个工作日", Monthly(10)),
        ("换届后15个工作日", After("换届", 15)),
    ],
)
def test_blanks_and_other_ways_of_writing_are_understood(typed: str, rule: Due) -> None:
    assert due.due_in(typed) == rule


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "看不懂"),
        ("四月底", "请写成「每年4月30日」"),
        ("每年2月30日", "日历上没有 2 月 30 日"),
        ("每年2月29日", "请写 2 月 28 日"),
        ("每月第21个工作日", "1 到 20 之间"),
        ("每季第0个工作日", "1 到 60 之间"),
        ("换届后99个工作日", "1 到 60 之间"),
    ],
)
def test_what_is_no_rule_is_said_with_the_ways_to_write_one(typed: str, why: str) -> None:
    with pytest.raises(Refusal, match=why):
        due.due_in(typed)


def test_a_day_that_an_authority_named_takes_the_place_of_the_rules_own() -> None:
    fixed = {"2026": date(2026, 6, 20)}
    found = {each.period: each.day for each in due.coming(Yearly(5, 31), date(2026, 1, 1), LIBRARY, fixed)}
    assert found["2026"] == date(2026, 6, 20)
    assert found["2027"] == date(2027, 5, 31)


@pytest.mark.parametrize(
    ("period", "words"),
    [
        ("2026", "2026年"),
        ("2026-Q3", "2026年第3季度"),
        ("2026-09", "2026年9月"),
        ("2026-05-20", "2026年5月20日"),
    ],
)
def test_a_period_reads_as_people_say_it(period: str, words: str) -> None:
    assert due.period_words(period) == words
