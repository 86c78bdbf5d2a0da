"""What people hear of deadlines: one card a morning, each word once, and never more than their week holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest

from bot.context import JobContext
from handlers.contract.card import Button
from handlers.contract.context import Context
from handlers.contract.reminder import Ladder, Nudge
from handlers.mechanisms.deadline import jobs, service
from handlers.mechanisms.deadline.rules import Term
from storage import calendar
from storage.calendar import Source
from storage.deadlines import Deadline
from tests.house import ZONE, House, read

KIND = "test.due"
RUNGS = (-5, -3, -1, 0, 1, 3)


class Morning:
    """A house whose deadlines are all of one kind, and whose mornings a test calls."""

    def __init__(self, house: House, *people: str) -> None:
        self.house = house
        self._hears = [house.person(key).id for key in people]
        self.ladder = Ladder(RUNGS, self._nudges)
        self.asked: list[tuple[str, int]] = []

    def _nudges(self, _ctx: Context, one: Deadline, rung: int) -> Sequence[Nudge]:
        self.asked.append((one.subject, rung))
        button = Button("打开", "test.show", {"id": one.id}, say="打开")
        return [Nudge(each, f"{one.subject} {rung:+d}", button, overdue=rung > 0) for each in self._hears]

    def context(self, tx: object, day: date) -> JobContext:
        moment = datetime(day.year, day.month, day.day, 1, 0, tzinfo=UTC)
        return JobContext(tx, moment, datetime.now(UTC), ZONE)  # type: ignore[arg-type]  # the house's own

    def begin(self, subject: str, day: date, term: Term) -> Deadline:
        with self.house.database.write() as tx:
            return service.begin(self.context(tx, day), KIND, subject, term, RUNGS)

    def comes(self, day: date) -> None:
        with self.house.database.write() as tx:
            ctx = self.context(tx, day)
            jobs.renew(ctx, {KIND: self.ladder})
            jobs.climb(ctx, {KIND: self.ladder})
            jobs.tell(ctx)

    def cards(self, key: str) -> list[str]:
        return [read(each) for each in self.house.cards(key, "morning:")]


@pytest.fixture
def morning(house: House) -> Morning:
    return Morning(house, "lin")


def march(day: int) -> date:
    return date(2026, 3, day)


def test_a_deadline_of_15_working_days_is_heard_of_six_times(morning: Morning) -> None:
    morning.begin("a", date(2026, 2, 10), Term.working(15))
    for day in range(1, 32):
        morning.comes(march(day))
    assert [rung for _, rung in morning.asked] == list(RUNGS)
    heard = [each.splitlines()[1] for each in morning.cards("lin")]
    assert heard == ["1. a -5", "1. a -3", "1. a -1", "1. a +0", "1. a +1", "1. a +3"]


def test_the_same_morning_twice_says_nothing_twice(morning: Morning) -> None:
    morning.begin("a", march(3), Term.working(5))
    morning.comes(march(5))
    morning.comes(march(5))
    assert len(morning.cards("lin")) == 1


def test_everything_of_one_morning_stands_on_one_card(morning: Morning) -> None:
    for subject in "abc":
        morning.begin(subject, march(3), Term.working(5))
    morning.comes(march(5))
    (card,) = morning.cards("lin")
    assert card.splitlines()[1:4] == ["1. a -3", "2. b -3", "3. c -3"]
    assert "[处理 3]" in card


def test_after_days_without_us_only_the_newest_word_is_said(morning: Morning) -> None:
    morning.begin("a", march(3), Term.working(10))
    morning.comes(march(20))
    assert morning.asked == [("a", 3)]
    assert len(morning.cards("lin")) == 1


def test_an_ended_deadline_is_heard_of_no_more(morning: Morning) -> None:
    morning.begin("a", march(3), Term.working(5))
    with morning.house.database.write() as tx:
        service.end(morning.context(tx, march(4)), KIND, "a")
    for day in range(4, 20):
        morning.comes(march(day))
    assert morning.asked == []


def test_a_pause_stops_the_words_and_its_working_days_are_given_back(morning: Morning) -> None:
    begun = morning.begin("a", march(3), Term.working(5))
    with morning.house.database.write() as tx:
        service.pause(morning.context(tx, march(4)), KIND, "a")
    for day in range(4, 12):
        morning.comes(march(day))
    assert morning.asked == []
    with morning.house.database.write() as tx:
        service.resume(morning.context(tx, march(11)), KIND, "a", RUNGS)
        moved = service.extend(morning.context(tx, march(11)), KIND, "a", 0, RUNGS)
    assert (begun.due_on, moved.due_on) == (march(10), march(17))


def test_an_extension_lets_the_rungs_be_climbed_again(morning: Morning) -> None:
    morning.begin("a", march(3), Term.working(5))
    morning.comes(march(9))
    with morning.house.database.write() as tx:
        service.extend(morning.context(tx, march(9)), KIND, "a", 5, RUNGS)
    morning.comes(march(16))
    assert morning.asked == [("a", -1), ("a", -1)]
    assert len(morning.cards("lin")) == 2


def test_what_is_not_overdue_waits_for_the_next_week_when_three_were_sent(morning: Morning) -> None:
    for subject, due in (("a", march(16)), ("b", march(17)), ("c", march(18)), ("d", march(19))):
        morning.begin(subject, march(2), Term.fixed(due))
    for day in (9, 10, 11, 12, 13):
        morning.comes(march(day))
    assert len(morning.cards("lin")) == 3
    assert "本周第 3 条提醒（每周最多 3 条" in morning.cards("lin")[-1]
    morning.comes(march(16))
    assert len(morning.cards("lin")) == 4
    assert "1. " in morning.cards("lin")[-1]


def test_a_full_week_does_not_hide_what_is_overdue(morning: Morning) -> None:
    for subject, due in (("a", march(16)), ("b", march(17)), ("c", march(18)), ("late", march(12))):
        morning.begin(subject, march(2), Term.fixed(due))
    for day in (9, 10, 11, 13):
        morning.comes(march(day))
    assert "late +1" in morning.cards("lin")[-1]
    assert "有逾期的事" in morning.cards("lin")[-1]


def test_who_has_left_hears_nothing_and_the_others_do(house: House) -> None:
    morning = Morning(house, "lin", "zhou")
    morning.begin("a", march(3), Term.working(5))
    house.give_roles("lin", "经办人", active=False)
    morning.comes(march(5))
    assert morning.cards("lin") == []
    assert len(morning.cards("zhou")) == 1


def test_eleven_matters_show_ten_and_say_how_many_are_left(morning: Morning) -> None:
    for place in range(11):
        morning.begin(f"m{place}", march(3), Term.working(5))
    morning.comes(march(5))
    assert "还有 1 件，发「待办」看全部。" in morning.cards("lin")[0]


def arrives(house: House, year: int, free: Sequence[date]) -> None:
    """Let the calendar of a year be imported."""
    with house.database.write() as tx:
        ours = dict.fromkeys(free, "元旦")
        calendar.save(tx, year, ours, {}, Source("国办发明电", "", "guan", datetime.now(UTC)))


def test_a_provisional_day_is_announced_once_when_the_calendar_arrives(morning: Morning) -> None:
    begun = morning.begin("a", date(2026, 12, 25), Term.working(10))
    assert begun.provisional
    morning.comes(date(2026, 12, 28))
    arrives(morning.house, 2027, [date(2027, 1, 1), date(2027, 1, 4), date(2027, 1, 5)])
    for day in (29, 30):
        morning.comes(date(2026, 12, day))
    (card,) = morning.cards("lin")
    assert "a -5（放假安排已公布，到期日原为 1月8日）" in card


def test_a_deadline_that_a_new_calendar_does_not_touch_is_not_announced(morning: Morning) -> None:
    morning.begin("a", date(2026, 3, 2), Term.working(5))
    morning.comes(date(2026, 3, 3))
    before = morning.cards("lin")
    arrives(morning.house, 2027, [date(2027, 1, 1)])
    with morning.house.database.write() as tx:
        jobs.renew(morning.context(tx, date(2026, 3, 3)), {KIND: morning.ladder})
        jobs.tell(morning.context(tx, date(2026, 3, 3)))
    assert morning.cards("lin") == before
