"""Working days: the published calendar with its 调休, and Monday to Friday where there is none."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scheduler.workdays import (
    LIBRARY,
    Calendar,
    Deadline,
    Rolled,
    Year,
    add,
    between,
    explain,
    is_workday,
    last,
    line,
    next_workday,
    nth,
    roll,
    still_holds,
)

ONE_DAY = timedelta(days=1)
FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)
"""What the calendar covered when these tests were written; a newer one covers more."""

days = st.dates(date(2001, 1, 1), date(2035, 12, 31))
calm = settings(deadline=None, max_examples=100)


TO_2026 = Calendar({number: year for number, year in LIBRARY.years.items() if number <= 2026})
"""The state of things before the State Council's notice for 2027 is known."""

NEW_YEAR_2027 = Year(2027, {date(2026, 12, 31): "元旦", date(2027, 1, 1): "元旦"}, {date(2027, 1, 2): "元旦"})
"""The beginning of a notice, made up."""

TO_2027 = TO_2026.with_years([NEW_YEAR_2027])


def from_to(first: date, last: date) -> list[date]:
    return [first + k * ONE_DAY for k in range((last - first).days + 1)]


def test_fifteen_working_days_from_10_february_2026_jump_over_the_spring_festival() -> None:
    due = add(date(2026, 2, 10), 15)
    assert (due.day, due.missing, due.provisional) == (date(2026, 3, 9), (), False)


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
    last_day, due = date.fromisoformat(day), date.fromisoformat(moved)
    assert add(last_day, 0).day == due
    assert roll(last_day) == Rolled(last_day, add(last_day, 0))
    assert roll(last_day).moved == (last_day != due)


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


# Years without a calendar.


def reached(day: date, n: int, calendar: Calendar = TO_2026) -> tuple[date, tuple[int, ...]]:
    """Where the count ends, and the years it had to do without."""
    due = add(day, n, calendar)
    return due.day, due.missing


class TestIntoAYearWithoutACalendar:
    def test_the_deadline_is_provisional_and_counts_monday_to_friday(self) -> None:
        assert reached(date(2026, 12, 25), 10) == (date(2027, 1, 8), (2027,))
        assert add(date(2026, 12, 25), 10, TO_2026).provisional

    def test_a_deadline_that_ends_before_new_year_is_firm(self) -> None:
        assert reached(date(2026, 12, 18), 6) == (date(2026, 12, 28), ())

    @pytest.mark.parametrize("day", [28, 29, 30])
    def test_the_last_days_of_december_wait_for_the_next_years_notice(self, day: int) -> None:
        assert reached(date(2026, 12, day), 1) == (date(2026, 12, day + 1), (2027,))

    def test_every_missing_year_on_the_way_is_named_once(self) -> None:
        assert reached(date(2026, 12, 1), 600)[1] == (2027, 2028, 2029)
        assert reached(date(2027, 12, 30), 1)[1] == (2027, 2028)

    def test_the_event_itself_may_lie_in_a_year_without_a_calendar(self) -> None:
        assert reached(date(2003, 12, 31), 1) == (date(2004, 1, 2), ())
        assert reached(date(2003, 12, 30), 1) == (date(2003, 12, 31), (2003,))

    @pytest.mark.parametrize(
        ("day", "n", "said"),
        [
            (date(2026, 2, 10), 15, "2026-03-09"),
            (date(2026, 12, 26), 10, "2027-01-08 暂定（2027 年放假安排尚未公布，按周一至周五计算）"),
            (
                date(2026, 12, 26),
                600,
                "2029-04-13 暂定（2027 至 2029 年放假安排尚未公布，按周一至周五计算）",
            ),
            (date(2003, 12, 30), 2, "2004-01-02 暂定（没有 2003 年的放假数据，按周一至周五计算）"),
        ],
    )
    def test_the_line_says_what_is_provisional_and_why(self, day: date, n: int, said: str) -> None:
        assert line(add(day, n, TO_2026), TO_2026) == said


# A calendar that changes.


def test_when_the_calendar_arrives_the_same_deadline_moves_and_is_firm() -> None:
    before, after = (add(date(2026, 12, 25), 10, each) for each in (TO_2026, TO_2027))
    assert (before.day, before.provisional) == (date(2027, 1, 8), True)
    assert (after.day, after.provisional) == (date(2027, 1, 11), False)


def test_a_kept_deadline_tells_whether_it_is_to_be_computed_again() -> None:
    crossing, inside = add(date(2026, 12, 25), 10, TO_2026), add(date(2026, 2, 10), 15, TO_2026)
    assert still_holds(crossing, TO_2026)
    assert not still_holds(crossing, TO_2027)
    assert still_holds(inside, TO_2027)
    assert still_holds(add(date(2026, 12, 25), 10, TO_2027), TO_2027)


def test_a_corrected_year_overturns_the_deadlines_that_pass_through_it_and_no_others() -> None:
    free = {**LIBRARY.years[2026].free, date(2026, 3, 5): "春节"}
    corrected = LIBRARY.with_years([Year(2026, free, LIBRARY.years[2026].worked)])
    assert not still_holds(add(date(2026, 3, 2), 10), corrected)
    assert still_holds(add(date(2025, 3, 3), 10), corrected)


def test_another_name_for_a_holiday_overturns_nothing() -> None:
    year = LIBRARY.years[2026]
    renamed = LIBRARY.with_years([Year(2026, dict.fromkeys(year.free, "假"), year.worked)])
    assert still_holds(add(date(2026, 2, 10), 15), renamed)


def test_free_weekends_may_be_written_or_left_out() -> None:
    year = LIBRARY.years[2026]
    weekdays = {day: name for day, name in year.free.items() if day.weekday() < 5}
    assert Year(2026, weekdays, year.worked).fingerprint == year.fingerprint


def test_a_weekday_named_as_worked_and_a_weekend_named_as_free_stay_what_they_are() -> None:
    monday, saturday = date(2027, 3, 1), date(2027, 3, 6)
    odd = TO_2026.with_years([Year(2027, {saturday: "假"}, {monday: "班"})])
    assert is_workday(monday, odd)
    assert not is_workday(saturday, odd)


def test_a_deadline_without_a_stamp_is_no_kept_one() -> None:
    with pytest.raises(ValueError, match="no calendar"):
        still_holds(Deadline(date(2026, 3, 9)))


def test_a_deadline_goes_into_json_and_comes_back() -> None:
    due = add(date(2026, 12, 25), 10, TO_2026)
    stored = msgspec.json.encode(due)
    assert msgspec.json.decode(stored, type=Deadline) == due
    assert msgspec.json.decode(stored) == {
        "day": "2027-01-08",
        "missing": [2027],
        "calendar": f"2026:{LIBRARY.years[2026].fingerprint} 2027:-",
    }


def test_nothing_that_is_counted_with_another_calendar_changes_the_librarys() -> None:
    add(date(2026, 12, 25), 10, TO_2027)
    assert is_workday(date(2026, 12, 31), TO_2026)
    assert not is_workday(date(2026, 12, 31), TO_2027)


# The words.


@pytest.mark.parametrize(
    ("event", "n", "today", "said"),
    [
        ("2026-02-10", 15, "2026-03-01", "第 9/15 个工作日，3月9日到期（春节顺延）"),
        ("2026-02-10", 15, "2026-02-28", "第 9/15 个工作日，3月9日到期（春节顺延）"),
        ("2026-02-10", 15, "2026-02-10", "共 15 个工作日，3月9日到期（春节顺延）"),
        ("2026-02-10", 15, "2026-02-14", "第 4/15 个工作日，3月9日到期（春节顺延）"),
        ("2026-02-10", 15, "2026-03-09", "第 15/15 个工作日，3月9日到期（春节顺延）"),
        ("2026-02-10", 15, "2026-03-11", "已逾期 2 个工作日，3月9日到期（春节顺延）"),
        ("2026-03-02", 5, "2026-03-03", "第 1/5 个工作日，3月9日到期"),
        ("2026-03-02", 4, "2026-03-07", "已逾期，3月6日到期"),
        ("2026-09-24", 4, "2026-09-28", "第 1/4 个工作日，10月8日到期（中秋、国庆节顺延）"),
        ("2026-09-19", 1, "2026-09-19", "共 1 个工作日，9月20日到期"),
        (
            "2026-12-25",
            10,
            "2026-12-30",
            "第 3/10 个工作日，2027年1月8日到期（暂定，2027 年放假安排尚未公布）",
        ),
    ],
)
def test_a_deadline_explains_itself(event: str, n: int, today: str, said: str) -> None:
    assert explain(date.fromisoformat(event), n, date.fromisoformat(today), TO_2026) == said


def test_the_words_follow_the_calendar_that_was_imported() -> None:
    said = explain(date(2026, 12, 25), 10, date(2027, 1, 2), TO_2027)
    assert said == "第 4/10 个工作日，1月11日到期（元旦顺延）"


def test_no_days_at_all_cannot_be_explained() -> None:
    with pytest.raises(ValueError, match="至少是 1：0"):
        explain(date(2026, 3, 2), 0, date(2026, 3, 2))


# Months.


def test_the_self_check_of_october_2026_opens_on_the_8th_and_is_due_on_the_fifth_working_day() -> None:
    assert nth(2026, 10, 1).day == date(2026, 10, 8)
    assert nth(2026, 10, 5).day == date(2026, 10, 13)  # with Saturday the 10th


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(2026, 2, "2026-02-28"), (2026, 9, "2026-09-30"), (2026, 5, "2026-05-29"), (9999, 12, "9999-12-31")],
)
def test_the_last_working_day_of_a_month(year: int, month: int, day: str) -> None:
    assert last(year, month).day == date.fromisoformat(day)


@pytest.mark.parametrize("n", [0, -1, 17])
def test_a_working_day_that_a_month_does_not_have_is_refused(n: int) -> None:
    with pytest.raises(ValueError, match=f"2026 年 2 月有 16 个工作日，没有第 {n} 个"):
        nth(2026, 2, n)


def test_the_end_of_december_is_provisional_while_the_next_year_is_missing() -> None:
    assert (last(2026, 12, TO_2026).day, last(2026, 12, TO_2026).missing) == (date(2026, 12, 31), (2027,))
    assert (last(2026, 12, TO_2027).day, last(2026, 12, TO_2027).missing) == (date(2026, 12, 30), ())
    week_off = TO_2026.with_years([Year(2027, {date(2026, 12, day): "元旦" for day in (29, 30, 31)}, {})])
    assert last(2026, 12, week_off).day == date(2026, 12, 28)
    assert not still_holds(last(2026, 12, week_off), TO_2026)
    assert nth(2027, 1, 1, TO_2026).missing == (2027,)
    assert nth(2026, 12, 20, TO_2026).missing == ()


def test_a_day_at_the_end_of_december_is_the_next_years_matter() -> None:
    assert date(2018, 12, 29) in LIBRARY.years[2019].worked
    assert date(2018, 12, 31) in LIBRARY.years[2019].free
    assert (is_workday(date(2018, 12, 29)), is_workday(date(2018, 12, 31))) == (True, False)


# The library and the properties.


def test_every_day_of_the_published_years_is_what_the_library_says() -> None:
    assert set(range(FIRST.year, LAST.year + 1)) <= set(LIBRARY.years)
    for day in from_to(FIRST, LAST):
        assert is_workday(day) == chinese_calendar.is_workday(day), day


@pytest.mark.parametrize("year", [min(LIBRARY.years) - 1, max(LIBRARY.years) + 1])
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
    years = {one.year for one in way} | {one.year + 1 for one in way if (one.month, one.day) >= (12, 29)}
    assert set(deadline.missing) == years - set(LIBRARY.years)


months = st.tuples(st.integers(2001, 2035), st.integers(1, 12))


@calm
@given(months)
def test_the_working_days_of_a_month_are_those_that_brute_force_finds(month: tuple[int, int]) -> None:
    first = date(*month, 1)
    found = [day for day in from_to(first, first + 30 * ONE_DAY) if day.month == month[1] and is_workday(day)]
    assert [nth(*month, n).day for n in range(1, len(found) + 1)] == found
    assert last(*month).day == found[-1]
    assert nth(*month, len(found)).day == found[-1]


@calm
@given(days)
def test_rolling_moves_only_free_days_and_rolling_again_moves_nothing(day: date) -> None:
    rolled = roll(day)
    assert rolled.moved == (not is_workday(day))
    assert not roll(rolled.deadline.day).moved


@calm
@given(days, st.integers(1, 60), st.integers(0, 90))
def test_the_words_name_the_day_and_the_place_of_today_on_the_way(day: date, n: int, later: int) -> None:
    due, today = add(day, n).day, day + later * ONE_DAY
    said = explain(day, n, today)
    assert f"{due.month}月{due.day}日到期" in said
    assert said.startswith("已逾期") == (today > due)
    if said.startswith("第 "):
        assert said.startswith(f"第 {between(day, today)}/{n} 个工作日")


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """The published years with some taken away and some in which another day is free."""
    kept = draw(st.sets(st.sampled_from(sorted(LIBRARY.years)), min_size=1))
    changed = draw(st.sets(st.sampled_from(sorted(kept)), max_size=3))
    years = []
    for number in kept:
        year = LIBRARY.years[number]
        extra = {date(number, 3, 4): "另放"} if number in changed else {}
        years.append(Year(number, {**year.free, **extra}, year.worked))
    return Calendar({}).with_years(years)


@calm
@given(days, st.integers(0, 300), calendars(), calendars())
def test_a_deadline_that_still_holds_would_be_computed_just_the_same(
    day: date, n: int, then: Calendar, now: Calendar
) -> None:
    kept = add(day, n, then)
    assert still_holds(kept, then)
    assert still_holds(kept, now) == (add(day, n, now) == kept)


@calm
@given(st.sampled_from(sorted(LIBRARY.years)), days, st.integers(0, 300))
def test_putting_a_published_year_in_its_own_place_changes_nothing(number: int, day: date, n: int) -> None:
    year = LIBRARY.years[number]
    again = LIBRARY.with_years([Year(number, dict(year.free), dict(year.worked))])
    assert add(day, n, again) == add(day, n)
    assert again.stamp(2004, 2026) == LIBRARY.stamp(2004, 2026)
