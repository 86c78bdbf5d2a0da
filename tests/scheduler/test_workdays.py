"""Working days: the published calendar with its 调休, and Monday to Friday where there is none."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scheduler import workdays
from scheduler.workdays import Deadline, add, between, describe, is_workday, next_workday

ONE_DAY = timedelta(days=1)
FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)
"""What the calendar covered when these tests were written; a newer one covers more."""

days = st.dates(date(2001, 1, 1), date(2035, 12, 31))
calm = settings(deadline=None, max_examples=100)


@pytest.fixture
def holidays_to_2026(monkeypatch: pytest.MonkeyPatch) -> dict[date, str]:
    """The state of things before the State Council's notice for 2027 is in the library; its free days."""
    holidays = {day: name for day, name in chinese_calendar.holidays.items() if day.year <= 2026}
    worked = {day: name for day, name in chinese_calendar.workdays.items() if day.year <= 2026}
    monkeypatch.setattr(workdays, "holidays", holidays)
    monkeypatch.setattr(workdays, "workdays", worked)
    monkeypatch.setattr(workdays, "PUBLISHED", range(2004, 2027))
    return holidays


def from_to(first: date, last: date) -> list[date]:
    return [first + k * ONE_DAY for k in range((last - first).days + 1)]


def test_fifteen_working_days_from_10_february_2026_jump_over_the_spring_festival() -> None:
    assert add(date(2026, 2, 10), 15) == Deadline(date(2026, 3, 9))


def test_the_national_day_week_of_2026_is_free_and_is_made_up_for() -> None:
    assert not any(is_workday(day) for day in from_to(date(2026, 10, 1), date(2026, 10, 7)))
    assert add(date(2026, 9, 30), 1).day == date(2026, 10, 8)
    assert add(date(2026, 9, 30), 3).day == date(2026, 10, 10)


@pytest.mark.parametrize(
    "day", ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]
)
def test_a_saturday_or_sunday_that_makes_up_for_a_holiday_is_a_working_day(day: str) -> None:
    worked = date.fromisoformat(day)
    assert worked.weekday() >= 5
    assert is_workday(worked)
    assert next_workday(worked - ONE_DAY).day == worked


def test_the_day_of_the_event_does_not_count() -> None:
    monday = date(2026, 3, 2)
    assert add(monday, 1).day == monday + ONE_DAY
    assert between(monday, monday) == 0
    assert between(monday, monday + ONE_DAY) == 1


@pytest.mark.parametrize(
    ("day", "moved"),
    [
        pytest.param("2026-03-03", "2026-03-03", id="a working day stays"),
        pytest.param("2026-03-07", "2026-03-09", id="a Saturday moves to Monday"),
        pytest.param("2026-10-10", "2026-10-10", id="a working Saturday stays"),
        pytest.param("2026-10-01", "2026-10-08", id="a holiday moves behind the holidays"),
    ],
)
def test_no_working_days_at_all_is_the_day_itself_or_the_next_one_worked(day: str, moved: str) -> None:
    assert add(date.fromisoformat(day), 0) == Deadline(date.fromisoformat(moved))


def test_a_negative_number_of_working_days_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="工作日的天数不能是负数：-1"):
        add(date(2026, 3, 2), -1)


def test_counting_backwards_is_refused() -> None:
    with pytest.raises(ValueError, match="2026-03-02 is before 2026-03-03"):
        between(date(2026, 3, 3), date(2026, 3, 2))


@pytest.mark.parametrize(("day", "n"), [(date.max, 1), (date(9999, 12, 1), 10**12)])
def test_a_deadline_past_the_last_year_of_the_calendar_is_refused(day: date, n: int) -> None:
    with pytest.raises(ValueError, match="超出了公历 9999 年"):
        add(day, n)


def test_a_moment_is_refused_because_its_day_depends_on_the_zone() -> None:
    with pytest.raises(TypeError, match="not in moments"):
        add(datetime(2026, 2, 10, 20, 0, tzinfo=UTC), 15)


@pytest.mark.usefixtures("holidays_to_2026")
class TestIntoAYearWithoutACalendar:
    def test_the_deadline_is_provisional_and_counts_monday_to_friday(self) -> None:
        deadline = add(date(2026, 12, 25), 10)
        assert deadline == Deadline(date(2027, 1, 8), missing=(2027,))
        assert deadline.provisional

    def test_a_deadline_that_ends_before_new_year_is_firm(self) -> None:
        assert add(date(2026, 12, 18), 6) == Deadline(date(2026, 12, 28))

    def test_the_last_days_of_december_wait_for_the_next_years_notice(self) -> None:
        assert add(date(2026, 12, 28), 1) == Deadline(date(2026, 12, 29), missing=(2027,))

    def test_every_missing_year_on_the_way_is_named_once(self) -> None:
        assert add(date(2026, 12, 1), 600).missing == (2027, 2028, 2029)
        assert add(date(2027, 12, 30), 1).missing == (2027,)

    def test_the_event_itself_may_lie_in_a_year_without_a_calendar(self) -> None:
        assert add(date(2003, 12, 31), 1) == Deadline(date(2004, 1, 2))
        assert add(date(2003, 12, 30), 1) == Deadline(date(2003, 12, 31), missing=(2003,))

    @pytest.mark.parametrize(
        ("day", "n", "line"),
        [
            ("2026-02-10", "15", "2026-03-09"),
            ("2026-12-26", "10", "2027-01-08 暂定（2027 年放假安排尚未公布，按周一至周五计算）"),
            ("2026-12-26", "600", "2029-04-13 暂定（2027 至 2029 年放假安排尚未公布，按周一至周五计算）"),
            ("2003-12-30", "2", "2004-01-02 暂定（没有 2003 年的放假数据，按周一至周五计算）"),
        ],
    )
    def test_the_line_for_the_command_says_what_is_provisional_and_why(
        self, day: str, n: str, line: str
    ) -> None:
        assert describe(day, n) == line


def test_when_the_calendar_arrives_the_same_deadline_moves_and_is_firm(
    holidays_to_2026: dict[date, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = add(date(2026, 12, 25), 10)
    monkeypatch.setattr(workdays, "PUBLISHED", range(2004, 2028))
    holidays_to_2026[date(2027, 1, 1)] = "元旦"
    after = add(date(2026, 12, 25), 10)
    assert (before.day, before.provisional) == (date(2027, 1, 8), True)
    assert (after.day, after.provisional) == (date(2027, 1, 11), False)


@pytest.mark.parametrize(
    ("day", "n", "sentence"),
    [
        ("2026-13-01", "15", "日期请写成 2026-02-10 这样，“2026-13-01”不是一个日期"),
        ("明天", "15", "“明天”不是一个日期"),
        ("2026-02-10", "十五", "工作日的天数请写成 15 这样的整数，“十五”不是"),
        ("2026-02-10", "1.5", "“1.5”不是"),
        ("2026-02-10", "-1", "工作日的天数不能是负数：-1"),
    ],
)
def test_what_cannot_be_counted_is_answered_with_a_sentence(day: str, n: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence.replace(".", r"\.")):
        describe(day, n)


def test_every_day_of_the_published_years_is_what_the_library_says() -> None:
    assert set(range(FIRST.year, LAST.year + 1)) <= set(workdays.PUBLISHED)
    for day in from_to(FIRST, LAST):
        assert is_workday(day) == chinese_calendar.is_workday(day), day


@pytest.mark.parametrize("year", [workdays.PUBLISHED.start - 1, workdays.PUBLISHED.stop])
def test_the_library_knows_no_year_beyond_those_taken_for_published(year: int) -> None:
    with pytest.raises(NotImplementedError):
        chinese_calendar.is_workday(date(year, 6, 1))
    assert [is_workday(day) for day in from_to(date(year, 6, 1), date(year, 6, 30))] == [
        day.weekday() < 5 for day in from_to(date(year, 6, 1), date(year, 6, 30))
    ]


@calm
@given(days, st.integers(1, 300))
def test_the_days_between_are_the_days_that_were_added(day: date, n: int) -> None:
    assert between(day, add(day, n).day) == n


@calm
@given(days, st.integers(1, 400))
def test_adding_the_days_between_leads_to_the_working_day_where_the_count_ended(
    day: date, later: int
) -> None:
    end = day + later * ONE_DAY
    assume(is_workday(end))
    assert add(day, between(day, end)).day == end


@calm
@given(days, st.integers(0, 60), st.integers(0, 300))
def test_a_later_event_never_has_an_earlier_deadline(day: date, later: int, n: int) -> None:
    assert add(day, n).day <= add(day + later * ONE_DAY, n).day


@calm
@given(days, st.integers(0, 300))
def test_one_working_day_more_is_the_next_working_day(day: date, n: int) -> None:
    reached = add(day, n).day
    if n == 0 and reached > day:  # a day that nobody works moves to the first one worked, as one more would
        assert add(day, 1).day == reached
    else:
        assert add(day, n + 1).day == next_workday(reached).day > reached


@calm
@given(days, st.integers(0, 300))
def test_a_deadline_is_always_a_working_day(day: date, n: int) -> None:
    assert is_workday(add(day, n).day)


@calm
@given(days)
def test_everybody_is_off_between_a_day_and_the_next_working_day(day: date) -> None:
    end = next_workday(day).day
    assert end > day
    assert not any(is_workday(one) for one in from_to(day + ONE_DAY, end - ONE_DAY))


@calm
@given(st.dates(FIRST, date(2025, 10, 31)), st.integers(1, 250))
def test_the_count_agrees_with_the_library_counted_by_hand(day: date, n: int) -> None:
    left, end = n, day
    while left:
        end += ONE_DAY
        left -= chinese_calendar.is_workday(end)
    assert add(day, n).day == end
    assert between(day, end) == len(chinese_calendar.get_workdays(day + ONE_DAY, end))


@calm
@given(days, st.integers(0, 300))
def test_a_deadline_is_provisional_when_a_day_on_the_way_has_no_calendar(day: date, n: int) -> None:
    deadline = add(day, n)
    way = from_to(day + (ONE_DAY if n else timedelta()), deadline.day)
    unpublished = {one.year for one in way} - set(workdays.PUBLISHED)
    late = {one.year + 1 for one in way if (one.month, one.day) >= (12, 29)} - set(workdays.PUBLISHED)
    assert unpublished <= set(deadline.missing) <= unpublished | late
    assert deadline.provisional == bool(unpublished | late)
