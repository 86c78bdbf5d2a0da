"""Collecting what waits from everything that the assistant can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.contract.card import Card
from handlers.contract.context import Asked, Context
from handlers.contract.reminder import OnWaiting, Waiting
from handlers.contract.watch import OnWatch, Watched
from handlers.desk import cards, rules
from scheduler.clock import today
from storage.people import Person

TODO_LINES = 5


@dataclass(frozen=True)
class Sources:
    """What is asked, in the order in which it is shown."""

    waiting: Sequence[OnWaiting]
    watch: Sequence[OnWatch]


def waiting_for(ctx: Context, sources: Sources, person: Person) -> list[Waiting]:
    """Return everything that waits for a person, what is overdue first."""
    found = [each for ask in sources.waiting for each in ask(ctx, person)]
    return rules.in_order(found, today(ctx.now, ctx.zone))


def todo(ctx: Asked, sources: Sources) -> Card:
    """Return the card of what waits for who asks."""
    return cards.todo(f"desk-todo:{ctx.person.id}", waiting_for(ctx, sources, ctx.person), TODO_LINES)


def overview(ctx: Asked, sources: Sources) -> Card:
    """Return the one screen of those who supervise. Raises Refusal for everybody else."""
    rules.may_watch(ctx.person)
    watched: list[Watched] = [each for ask in sources.watch for each in ask(ctx, ctx.person)]
    now = today(ctx.now, ctx.zone)
    return cards.overview(
        f"desk-overview:{ctx.person.id}",
        f"{now.month}月{now.day}日",
        waiting_for(ctx, sources, ctx.person),
        rules.by_part(watched),
        rules.LINES,
    )
