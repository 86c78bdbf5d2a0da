"""Asking everybody for their numbers and news, and saying each of them once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handlers.contract.card import Card
from handlers.contract.context import Asked, Context
from handlers.contract.figures import Figure, OnFigures
from handlers.contract.roles import Role
from handlers.contract.watch import News, OnNews
from handlers.mechanisms.attention import service as attention
from handlers.report import cards, rules
from scheduler import calendar, workdays
from scheduler.clock import local, today
from storage import journal, people, runs
from storage.people import Person

ALARM, NEWS, MONTH = "report.alarm", "report.news", "report.published"
QUIET_BEFORE, QUIET_FROM = 8, 21
"""Hours of the day between which an alarm may ring; what happens at night waits for the morning."""


@dataclass(frozen=True)
class Sources:
    """Who is asked."""

    figures: Sequence[OnFigures]
    news: Sequence[OnNews]


def numbers(ctx: Context, sources: Sources, month: str) -> list[Figure]:
    """Return all numbers of a month in their order."""
    return rules.in_order([each for ask in sources.figures for each in ask(ctx, month)])


@dataclass(frozen=True)
class Months:
    """A month with the ones before it, each with its numbers."""

    month: str
    figures: Mapping[str, Sequence[Figure]]


def months(ctx: Context, sources: Sources, month: str) -> Months:
    """Return a month beside those of the last half year that lie before it."""
    until = rules.months_before(today(ctx.now, ctx.zone), rules.MONTHS)
    shown = sorted({*(each for each in until if each <= month), month})
    return Months(month, {each: numbers(ctx, sources, each) for each in shown})


def card(ctx: Context, one: Months, reader: Person, answered: bool = True) -> Card:
    """Return a month as its reader sees it. Raises Refusal for who may not."""
    rules.may_read(reader)
    chart = cards.found_by(list(one.figures), one.figures)
    head = _head(ctx) if Role.SUPERVISOR in reader.roles else ""
    subject = f"report:{one.month}:{reader.id}"
    return cards.month(subject, one.month, one.figures[one.month], chart, head, answered)


def _head(ctx: Context) -> str:
    count, digest = journal.heads(ctx.tx)[journal.MAIN]
    return f"共 {count} 条，末条校验值 {digest[:16]}…，请留底：以后核对用"


def publish(ctx: Context, sources: Sources) -> None:
    """On the sixth working day, or as soon as we run after it, send the month before; who has had enough this
    week gets it when there is room. Nothing where there is nothing to tell."""
    now, known = today(ctx.now, ctx.zone), calendar.current(ctx.tx)
    day = workdays.nth(now.year, now.month, rules.PUBLISHED_ON, known).day
    (month,) = rules.months_before(now, 1)
    if now < day or not workdays.is_workday(now, known):
        return
    waiting = [each for each in _without(ctx, month) if attention.has_room(ctx, each.id)]
    if not waiting or not rules.has_something(numbers(ctx, sources, month)):
        return
    one = months(ctx, sources, month)
    for each in waiting:
        if runs.begin(ctx.tx, MONTH, f"{month}:{each.id}", ctx.now):
            attention.push(ctx, each, card(ctx, one, each, answered=False), "month")


def _without(ctx: Context, month: str) -> list[Person]:
    """Return the readers who have not had a month."""
    readers = _readers(ctx)
    had = runs.done(ctx.tx, MONTH, [f"{month}:{each.id}" for each in readers])
    return [each for each in readers if f"{month}:{each.id}" not in had]


def _readers(ctx: Context) -> list[Person]:
    return [each for each in people.holders(ctx.tx, rules.READERS) if each.active]


def brief(ctx: Context, sources: Sources) -> None:
    """On a working morning, tell supervisors what is new, in one card within their week; what nobody's week
    has room for waits."""
    if not workdays.is_workday(today(ctx.now, ctx.zone), calendar.current(ctx.tx)):
        return
    able = [each for each in _supervisors(ctx) if attention.has_room(ctx, each.id)]
    found = [each for each in _news(ctx, sources) if not each.urgent]
    fresh = [each for each in found if runs.begin(ctx.tx, NEWS, each.key, ctx.now)] if able else []
    for person in able if fresh else ():
        day = today(ctx.now, ctx.zone).isoformat()
        attention.push(ctx, person, cards.news(f"report-news:{day}:{person.id}", fresh), "news")


def alarm(ctx: Context, sources: Sources) -> None:
    """Tell supervisors at once what cannot wait, each once."""
    if not QUIET_BEFORE <= local(ctx.now, ctx.zone).hour < QUIET_FROM:
        return
    for each in _news(ctx, sources):
        if each.urgent and runs.begin(ctx.tx, ALARM, each.key, ctx.now):
            for person in _supervisors(ctx):
                ctx.send_card(person, cards.alarm(f"report-alarm:{each.key}:{person.id}", each))


def _news(ctx: Context, sources: Sources) -> list[News]:
    found = [each for ask in sources.news for each in ask(ctx)]
    return list({each.key: each for each in found}.values())


def _supervisors(ctx: Context) -> list[Person]:
    return [each for each in people.holders(ctx.tx, (Role.SUPERVISOR,)) if each.active]


def open_month(ctx: Asked, sources: Sources, typed: str) -> Card:
    """Return the month that somebody asks for. Raises Refusal."""
    rules.may_read(ctx.person)
    month = rules.month_in(typed, today(ctx.now, ctx.zone))
    return card(ctx, months(ctx, sources, month), ctx.person)
