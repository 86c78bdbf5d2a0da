"""Pushing something to a person who did not ask, and counting it."""

from __future__ import annotations

from handlers.contract.card import Card
from handlers.contract.context import Context
from handlers.mechanisms.attention import rules
from scheduler.clock import today
from storage import pushes, settings
from storage.people import Person


def budget(ctx: Context) -> int:
    """Return how many messages a week a person gets at most."""
    value = settings.current(ctx.tx, rules.BUDGET_SETTING, rules.BUDGET_DEFAULT).value
    return value if isinstance(value, int) else rules.BUDGET_DEFAULT


def spent(ctx: Context, person: int) -> int:
    """Return how many of this week's messages a person has had."""
    return pushes.count(ctx.tx, person, *rules.week(today(ctx.now, ctx.zone)))


def has_room(ctx: Context, person: int) -> bool:
    """Whether a person's week has room for one message more."""
    return spent(ctx, person) < budget(ctx)


def push(ctx: Context, to: Person, card: Card, what: str) -> None:
    """Send a card that counts against the week of its reader; `what` names the kind of message, in ASCII."""
    pushes.note(ctx.tx, to.id, today(ctx.now, ctx.zone), what)
    ctx.send_card(to, card)
