"""When duties fall due, who owns and confirms them, and what can be done with one; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from handlers.contract.refusal import Refusal
from handlers.contract.roles import Role
from handlers.contract.wording import month_words
from handlers.mechanisms.deadline.rules import rung_day
from scheduler import workdays
from scheduler.workdays import Calendar

if TYPE_CHECKING:
    from storage.people import Person

DO = "duty.do"
RUNGS = (-5, -1, 0, 1, 3)
SWITCH = "duty."
"""A setting of this name with the duty's code turns it on or off, with the council's resolution."""

ONE_DAY = timedelta(days=1)
QUARTER = 3


class Group(StrEnum):
    """What a duty is about (P1). Money, self-check, rectification and annual inspection begin turned on."""

    MONEY = "资金"
    INSPECTION = "年检"
    SUPERVISION = "监督"
    GOVERNANCE = "治理"
    PROJECTS = "项目"
    CULTURE = "文化"


@dataclass(frozen=True)
class Yearly:
    """The same day every year; the last working day before it where nobody works then."""

    month: int
    day: int


@dataclass(frozen=True)
class YearlyWeekday:
    """The n-th weekday of a month, Monday is 0: the third Tuesday of March is World Social Work Day."""

    month: int
    n: int
    weekday: int


@dataclass(frozen=True)
class Monthly:
    """The n-th working day of the month after."""

    n: int


@dataclass(frozen=True)
class Quarterly:
    """The n-th working day after the quarter."""

    n: int


Due = Yearly | YearlyWeekday | Monthly | Quarterly


@dataclass(frozen=True)
class Duty:
    """One dated duty of the plan: `code` is its P number, `owners` and `confirms` are roles in the order in
    which they are asked, `lead` the working days before its day on which it opens. `secret` ones only
    supervisors see until their period is over (decision 19). `provisional`: an authority names the day anew
    each year."""

    code: str
    title: str
    group: Group
    owners: tuple[Role, ...]
    confirms: tuple[Role, ...]
    due: Due
    lead: int
    evidence: str
    on: bool = False
    secret: bool = False
    provisional: bool = False


@dataclass(frozen=True)
class Coming:
    """One occurrence of a duty: the period it is for (`2026`, `2026-Q3`, `2026-09`) and its day."""

    period: str
    day: date


class State(StrEnum):
    """OPEN until evidence is there; HANDED until somebody confirms it; DONE."""

    OPEN = "open"
    HANDED = "handed"
    DONE = "done"


STATE_WORDS: Mapping[State, str] = {State.OPEN: "待办", State.HANDED: "待确认", State.DONE: "已完成"}


class Act(StrEnum):
    """What people do with a duty."""

    HAND_IN = "handed"
    CONFIRM = "confirmed"
    SEND_BACK = "returned"


ACT_WORDS: Mapping[Act, str] = {Act.HAND_IN: "交材料", Act.CONFIRM: "确认完成", Act.SEND_BACK: "退回补充"}

TABLE: Mapping[tuple[State, Act], State] = {
    (State.OPEN, Act.HAND_IN): State.HANDED,
    (State.HANDED, Act.CONFIRM): State.DONE,
    (State.HANDED, Act.SEND_BACK): State.OPEN,
}


def coming(due: Due, today: date, calendar: Calendar) -> Iterator[Coming]:
    """Yield the occurrences whose day is not long past, in order, for a year ahead."""
    for year in (today.year - 1, today.year, today.year + 1):
        for each in _of_year(due, year, calendar):
            if each.day >= today:
                yield each


def last_due(due: Due, today: date, calendar: Calendar) -> Coming | None:
    """Return the newest occurrence whose day is past."""
    past = [each for each in _two_years(due, today, calendar) if each.day < today]
    return past[-1] if past else None


def last_ended(due: Due, today: date, calendar: Calendar) -> Coming:
    """Return the newest occurrence whose period is over; its day may still come."""
    return [each for each in _two_years(due, today, calendar) if _end(each.period) <= today][-1]


def _two_years(due: Due, today: date, calendar: Calendar) -> Iterator[Coming]:
    for year in (today.year - 1, today.year):
        yield from _of_year(due, year, calendar)


def period_words(period: str) -> str:
    """Return a period as people say it: 2026年, 2026年第3季度, 2026年9月."""
    year, _, rest = period.partition("-")
    if not rest:
        return f"{year}年"
    return f"{year}年第{rest[1:]}季度" if rest.startswith("Q") else month_words(period)


def _of_year(due: Due, year: int, calendar: Calendar) -> Iterator[Coming]:
    match due:
        case Yearly(month, day):
            yield Coming(str(year), _not_after(date(year, month, day), calendar))
        case YearlyWeekday(month, n, weekday):
            first = date(year, month, 1)
            day_of = first + ((weekday - first.weekday()) % 7 + 7 * (n - 1)) * ONE_DAY
            yield Coming(str(year), day_of)
        case Monthly(n):
            for month in range(1, 13):
                following = _first_after(year, month)
                yield Coming(f"{year}-{month:02}", workdays.add(following - ONE_DAY, n, calendar).day)
        case Quarterly(n):
            for quarter in range(1, 5):
                following = _first_after(year, quarter * QUARTER)
                yield Coming(f"{year}-Q{quarter}", workdays.add(following - ONE_DAY, n, calendar).day)


def _first_after(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1)


def _not_after(day: date, calendar: Calendar) -> date:
    return day if workdays.is_workday(day, calendar) else workdays.last_before(day, calendar)


def opens_on(duty: Duty, day: date, calendar: Calendar) -> date:
    """Return the working day on which an occurrence opens."""
    return rung_day(day, -duty.lead, calendar)


def is_over(duty: Duty, period: str, today: date) -> bool:
    """Whether a period has ended, so that a secret duty may be seen as done or not done."""
    return not duty.secret or today >= _end(period)


def _end(period: str) -> date:
    """Return the first day after a quarter or a year."""
    year, _, quarter = period.partition("-Q")
    return _first_after(int(year), int(quarter) * QUARTER) if quarter else _first_after(int(year[:4]), 12)


def holders(roles: Sequence[Role], people: Sequence[Person]) -> list[Person]:
    """Return who holds the first role that anybody holds."""
    for role in roles:
        found = [each for each in people if each.active and role in each.roles]
        if found:
            return sorted(found, key=lambda each: each.key)
    return []


def next_state(state: State, act: Act, duty: Duty, person: Person, able: Sequence[Person]) -> State:
    """Return where an act leads; `able` may do it. Raises Refusal when it cannot be done now, or not by this
    person."""
    to = TABLE.get((state, act))
    if to is None:
        raise Refusal(f"「{duty.title}」现在{STATE_WORDS[state]}，不能{ACT_WORDS[act]}")
    if person.id not in {each.id for each in able}:
        wanted = duty.owners if act is Act.HAND_IN else duty.confirms
        names = "、".join(each.name for each in able) or "、".join(wanted)
        raise Refusal(f"{ACT_WORDS[act]}要由{names}来做")
    return to


def may_see(duty: Duty, period: str, person: Person, today: date) -> bool:
    """Whether a person may know of an occurrence at all."""
    return is_over(duty, period, today) or Role.SUPERVISOR in person.roles


def watches(roles: Collection[str]) -> bool:
    """Whether somebody sees everybody's duties."""
    return bool({Role.SUPERVISOR, Role.SECRETARY_GENERAL, Role.CHAIR} & set(roles))
