"""When something is due, and on which mornings people hear of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mechanisms.deadline import rules
from handlers.mechanisms.deadline.rules import Term
from scheduler import workdays
from scheduler.workdays import LIBRARY
from storage.deadlines import Deadline

LADDER = (-5, -3, -1, 0, 1, 3)
days = st.dates(date(2024, 1, 1), date(2026, 11, 1))


@pytest.mark.parametrize(
    ("term", "opened", "due"),
    [
        (Term.working(15), "2026-02-10", "2026-03-09"),
        (Term.working(5), "2026-09-28", "2026-10-10"),
        (Term.calendar(3), "2026-09-29", "2026-10-08"),
        (Term.calendar(3), "2026-03-03", "2026-03-06"),
        (Term.nth(2026, 10, 1), "2026-10-01", "2026-10-08"),
        (Term.nth(2026, 10, 5), "2026-10-08", "2026-10-13"),
        (Term.fixed(date(2026, 5, 31)), "2026-01-05", "2026-05-31"),
    ],
)
def test_a_term_ends_on_its_day(term: Term, opened: str, due: str) -> None:
    assert rules.due(term, date.fromisoformat(opened), 0, LIBRARY).day == date.fromisoformat(due)


def test_a_term_that_ends_in_a_year_without_a_calendar_says_so() -> None:
    assert rules.due(Term.working(15), date(2026, 12, 20), 0, LIBRARY).missing == (2027,)


@given(opened=days, n=st.integers(1, 30), more=st.integers(0, 10))
def test_days_granted_on_top_are_working_days_counted_from_where_the_term_ended(
    opened: date, n: int, more: int
) -> None:
    assert rules.due(Term.working(n), opened, more, LIBRARY).day == workdays.add(opened, n + more).day


def test_no_term_is_refused() -> None:
    with pytest.raises(ValueError, match="x3"):
        rules.due(Term("x3"), date(2026, 3, 3), 0, LIBRARY)


@pytest.mark.parametrize(
    ("rung", "day"),
    [(-5, "2026-03-02"), (-1, "2026-03-06"), (0, "2026-03-09"), (1, "2026-03-10"), (3, "2026-03-12")],
)
def test_the_rungs_of_9_march_are_working_days(rung: int, day: str) -> None:
    assert rules.rung_day(date(2026, 3, 9), rung, LIBRARY) == date.fromisoformat(day)


def test_a_due_day_on_which_nobody_works_is_spoken_of_on_the_next_working_morning() -> None:
    assert rules.rung_day(date(2026, 5, 31), 0, LIBRARY) == date(2026, 6, 1)


@given(due=days, after=days)
def test_every_rung_is_reached_once_and_in_order_however_the_days_are_walked(due: date, after: date) -> None:
    heard = []
    place, day = rules.next_word(LADDER, due, after, LIBRARY)
    while day is not None:
        assert day > after
        assert rules.reached(LADDER, due, place, day - timedelta(days=1), LIBRARY) is None
        reached = rules.reached(LADDER, due, place, day, LIBRARY)
        assert reached is not None
        heard.append(LADDER[reached])
        after = day
        place, day = rules.next_word(LADDER, due, day, LIBRARY)
    assert heard == sorted(set(heard))


def test_of_rungs_that_were_missed_only_the_last_one_counts() -> None:
    assert rules.reached(LADDER, date(2026, 3, 9), 0, date(2026, 3, 6), LIBRARY) == LADDER.index(-1)


def deadline(term: Term, opened: str, paused: str = "") -> Deadline:
    """One that was opened on a day."""
    start = date.fromisoformat(opened)
    end = rules.due(term, start, 0, LIBRARY)
    stopped = date.fromisoformat(paused) if paused else None
    return Deadline(
        1, "k", "s", term.text, 0, start, end.day, end.calendar, end.missing, 0, None, stopped, None
    )


@pytest.mark.parametrize(
    ("today", "words"),
    [
        ("2026-02-10", "共 15 个工作日，3月9日到期（春节顺延）"),
        ("2026-02-28", "第 9/15 个工作日，3月9日到期（春节顺延）"),
        ("2026-03-09", "第 15/15 个工作日，3月9日到期（春节顺延）"),
        ("2026-03-11", "已逾期 2 个工作日，3月9日到期（春节顺延）"),
    ],
)
def test_a_deadline_in_working_days_says_how_far_it_has_come(today: str, words: str) -> None:
    one = deadline(Term.working(15), "2026-02-10")
    assert rules.words(one, date.fromisoformat(today), LIBRARY) == words


@pytest.mark.parametrize(
    ("term", "today", "words"),
    [
        (Term.calendar(3), "2026-03-04", "3月6日到期"),
        (Term.calendar(3), "2026-03-10", "已逾期 2 个工作日，3月6日到期"),
        (Term.nth(2027, 1, 5), "2026-03-10", "1月7日到期（暂定，待放假安排公布）"),
    ],
)
def test_any_other_deadline_says_its_day(term: Term, today: str, words: str) -> None:
    assert rules.words(deadline(term, "2026-03-03"), date.fromisoformat(today), LIBRARY) == words


def test_while_the_clock_stands_still_no_day_is_named() -> None:
    one = deadline(Term.working(5), "2026-03-03", paused="2026-03-04")
    assert rules.words(one, date(2026, 3, 20), LIBRARY) == "计时已暂停"
