"""Compares what a year has brought with what it should have: each difference one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.mechanisms.attention.rules import BUDGET_DEFAULT, week
from handlers.mechanisms.deadline.cards import LINES
from handlers.report.rules import READERS
from scheduler.workdays import is_workday
from storage.people import Person
from tests.year.expecting import Opened, Word
from tests.year.reading import Message, Told

ONE_DAY = timedelta(days=1)
DECEMBER = 12

Pushes = Counter[tuple[int, date]]


def wrong_openings(expected: Mapping[Opened, date], found: Sequence[tuple[Opened, date]]) -> Iterator[str]:
    """Yield what was not opened, opened twice, on another day, or without need."""
    wanted, got = Counter(expected.items()), Counter(found)
    yield from (f"not opened: {each}" for each in wanted - got)
    yield from (f"opened without need: {each}" for each in got - wanted)


def wrong_words(expected: Mapping[Word, date], found: Sequence[Told]) -> Iterator[str]:
    """Yield the words that are missing, doubled, or nobody's due."""
    wanted, got = Counter(expected), Counter(each.word for each in found)
    wanted = Counter(dict.fromkeys(wanted, 1))
    yield from (f"not said: {each}, on {expected[each]}" for each in wanted - got)
    yield from (f"said without need: {each}" for each in got - wanted)


@dataclass(frozen=True)
class Year:
    """The days on which somebody ran, people by id, who left on which day, what was counted against whose
    week, and everybody's messages."""

    played: Sequence[date]
    people: Mapping[int, Person]
    left: Mapping[int, date]
    pushes: Pushes
    messages: Sequence[Message]

    def wrong_tellings(self, came_up: Mapping[Word, date], found: Sequence[Told]) -> Iterator[str]:
        """Yield words that came too early, or late without a full week as the reason."""
        for each in found:
            morning = came_up.get(each.word)
            if morning is None or each.told_on == morning:
                continue
            if each.told_on and each.told_on < morning:
                yield f"told before its morning {morning}: {each}"
            waited = self._waited(each, morning)
            if not each.overdue:
                waited = [day for day in waited if not self._is_full(each.word.person, day)]
            if waited:
                yield f"not told on {morning}, though there was room on {waited}: {each}"

    def _waited(self, one: Told, morning: date) -> list[date]:
        """Return the mornings on which a word was not told to somebody who was there. When one was dropped
        nobody knows: its first morning stands for all."""
        last = {"told": one.told_on, "waiting": date.max}.get(one.state) or morning + ONE_DAY
        end = min(last, self.left.get(one.word.person, date.max))
        return [day for day in self.played if is_workday(day) and morning <= day < end]

    def _is_full(self, person: int, day: date) -> bool:
        monday, _ = week(day)
        so_far = [each for each in self.played if monday <= each <= day]
        return sum(self.pushes[person, each] for each in so_far) >= BUDGET_DEFAULT

    def wrong_cards(self, found: Sequence[Told]) -> Iterator[str]:
        """Yield mornings on which somebody read anything but what they were told, all of it on one card."""
        told: dict[tuple[int, date], list[str]] = {}
        for each in found:
            if each.told_on:
                told.setdefault((each.word.person, each.told_on), []).append(each.line)
        read: dict[tuple[int, date], list[Message]] = {}
        for message in self.messages:
            if message.is_morning:
                read.setdefault((message.person, message.day), []).append(message)
        for where in told.keys() | read.keys():
            cards, lines = read.get(where, []), told.get(where, [])
            if len(cards) != 1 or not _shows(cards[0], lines):
                yield f"{where}: told {lines}, read {[each.lines for each in cards]}"

    def wrong_weeks(self) -> Iterator[str]:
        """Yield weeks over the budget, messages that were not counted, and messages on a free day."""
        counted = Counter((each.person, each.day) for each in self.messages if each.counts)
        for where in counted - self.pushes + (self.pushes - counted):
            yield f"{where}: {counted[where]} messages that count, {self.pushes[where]} were counted"
        by_week: Counter[tuple[int, date]] = Counter()
        for (person, day), count in counted.items():
            by_week[person, week(day)[0]] += count
        yield from (f"{each}: {n} in a week" for each, n in by_week.items() if n > BUDGET_DEFAULT)
        for each in self.messages:
            if each.by_clock and not (each.counts or each.overdue or each.is_urgent):
                yield f"the clock told what is neither counted nor overdue: {each.day} {each.subject}"
        free = {each.day for each in self.messages if not is_workday(each.day)}
        yield from (f"messages on a free day: {each}" for each in sorted(free))

    def wrong_months(self) -> Iterator[str]:
        """Yield overviews of this year's months that a reader has not got, or more than once."""
        readers = [each.id for each in self.people.values() if each.roles & READERS and each.active]
        year = self.played[0].year
        wanted = {f"report:{year}-{month:02}:{each}" for each in readers for month in range(1, DECEMBER)}
        found = Counter(each.subject for each in self.messages if each.subject.startswith(f"report:{year}"))
        yield from (f"{found[each]} times: {each}" for each in wanted | found.keys() if found[each] != 1)

    def worst_week(self) -> str:
        """Say who got most messages in which week."""
        by_week: dict[tuple[int, date], list[Message]] = {}
        for each in self.messages:
            by_week.setdefault((each.person, week(each.day)[0]), []).append(each)
        (person, monday), most = max(by_week.items(), key=lambda each: (len(each[1]), each[0]))
        overdue, counted = sum(each.overdue for each in most), sum(each.counts for each in most)
        year, number, _ = monday.isocalendar()
        who = self.people[person]
        posts = "、".join(sorted(who.roles))
        return (
            f"worst week: {who.name}, {posts}, {year}-W{number:02}, {len(most)} messages "
            f"({counted} that count, {overdue} overdue, {len(most) - counted - overdue} about acts of others)"
        )


def _shows(card: Message, lines: Sequence[str]) -> bool:
    if len(lines) <= LINES:
        return sorted(card.lines) == sorted(lines)
    return len(card.lines) == LINES + 1 and not Counter(card.lines[:LINES]) - Counter(lines)
