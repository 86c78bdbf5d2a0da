"""The plan's duties as data: each has its day, its owner, somebody else who confirms, and what is wanted."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from handlers.duty import due as rules
from handlers.duty.due import Monthly, Quarterly, Yearly, YearlyWeekday
from handlers.duty.plan import DUTIES
from handlers.duty.rules import Duty, Group
from scheduler import workdays
from scheduler.workdays import LIBRARY

each_duty = pytest.mark.parametrize("duty", DUTIES, ids=lambda each: each.code)


def days(duty: Duty, year: int) -> list[date]:
    """The days of a year's occurrences, seen from the first of January."""
    found = rules.coming(duty.due, date(year, 1, 1), LIBRARY)
    return [each.day for each in found if each.day.year == year]


def test_every_code_is_there_once() -> None:
    assert max(Counter(each.code for each in DUTIES).values()) == 1


@each_duty
def test_every_duty_has_an_owner_somebody_who_confirms_and_evidence(duty: Duty) -> None:
    assert duty.owners
    assert duty.confirms
    assert duty.owners != duty.confirms
    assert duty.evidence
    assert duty.lead > 0


@each_duty
@pytest.mark.parametrize("year", [2026, 2027])
def test_every_duty_has_its_days_in_a_year(duty: Duty, year: int) -> None:
    many = {Monthly: 12, Quarterly: 4, Yearly: 1, YearlyWeekday: 1}[type(duty.due)]
    assert len(days(duty, year)) == many


def test_only_money_and_annual_inspection_begin_turned_on() -> None:
    assert {each.group for each in DUTIES if each.on} == {Group.MONEY, Group.INSPECTION}
    assert all(each.on for each in DUTIES if each.group in (Group.MONEY, Group.INSPECTION))


def test_only_the_flying_inspection_is_secret() -> None:
    assert [each.code for each in DUTIES if each.secret] == ["P46"]


@pytest.mark.parametrize(
    ("due", "period", "day"),
    [
        (YearlyWeekday(3, 3, 1), "2026", "2026-03-17"),
        (Yearly(5, 31), "2026", "2026-05-29"),
        (Monthly(10), "2026-09", "2026-10-20"),
        (Quarterly(15), "2025-Q4", "2026-01-22"),
        (Quarterly(15), "2026-Q3", "2026-10-27"),
    ],
)
def test_the_days_are_working_days_counted_by_the_calendar(due: rules.Due, period: str, day: str) -> None:
    found = {each.period: each.day for each in rules.coming(due, date(2026, 1, 1), LIBRARY)}
    assert found[period] == date.fromisoformat(day)


@each_duty
def test_a_duty_opens_on_a_working_day_before_its_day(duty: Duty) -> None:
    for day in days(duty, 2026):
        opens = rules.opens_on(duty.lead, day, LIBRARY)
        assert opens < day
        assert workdays.is_workday(opens)
