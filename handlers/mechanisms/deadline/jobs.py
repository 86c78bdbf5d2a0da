"""What the clock does with deadlines: each working morning, one card for whoever has to hear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from handlers.contract.card import Button
from handlers.contract.context import Context
from handlers.contract.reminder import Ladder, Nudge
from handlers.mechanisms.attention import service as attention
from handlers.mechanisms.attention.rules import said as said_of_week
from handlers.mechanisms.deadline import cards, rules
from scheduler import workdays
from scheduler.clock import local, today
from scheduler.job import Job
from storage import deadlines, people
from storage.deadlines import Deadline, Said, Untold
from storage.people import Person

AT_ONCE = 500
"""Deadlines that are looked at in one go; a morning takes as many goes as it needs."""

MORNING = (8, 40)
ZONE = "Asia/Shanghai"


def morning_job(ladders: Mapping[str, Ladder]) -> Job[Context]:
    """Return the job that climbs every ladder; `ladders` by the kind of deadline."""

    def run(ctx: Context) -> None:
        climb(ctx, ladders)
        tell(ctx)

    return Job("deadline.morning", _morning, run)


def _morning(now: datetime) -> str | None:
    here = local(now, ZONE)
    if (here.hour, here.minute) < MORNING or not workdays.is_workday(here.date()):
        return None
    return here.date().isoformat()


def climb(ctx: Context, ladders: Mapping[str, Ladder]) -> None:
    """Take every deadline to the rung that its day has reached; after a pause only the last one is said."""
    now = today(ctx.now, ctx.zone)
    while found := deadlines.to_remind(ctx.tx, now, AT_ONCE):
        for each in found:
            _climb_one(ctx, each, ladders[each.kind])


def _climb_one(ctx: Context, one: Deadline, ladder: Ladder) -> None:
    now = today(ctx.now, ctx.zone)
    place = rules.reached(ladder.rungs, one.due_on, one.rung, now)
    if place is not None:
        for nudge in ladder.nudges(ctx, one, ladder.rungs[place]):
            deadlines.remember_nudge(ctx.tx, one, ladder.rungs[place], nudge.person, _said(nudge))
    following, day = rules.next_word(ladder.rungs, one.due_on, now)
    deadlines.save(ctx.tx, replace(one, rung=following, remind_on=day))


def _said(nudge: Nudge) -> Said:
    button = msgspec.json.encode(nudge.button).decode() if nudge.button else ""
    return Said(nudge.line, button, nudge.overdue)


def tell(ctx: Context) -> None:
    """Send each person what is to be told in one card; what is not overdue waits when the week is full."""
    untold = deadlines.untold(ctx.tx)
    active = people.by_ids(ctx.tx, untold)
    budget = attention.budget(ctx)
    for person_id, words in untold.items():
        person = active[person_id]
        if person.active:
            _tell_one(ctx, person, words, budget)


def _tell_one(ctx: Context, person: Person, words: Sequence[Untold], budget: int) -> None:
    late = [each for each in words if each.said.overdue]
    spent = attention.spent(ctx, person.id)
    if spent >= budget and not late:
        return
    chosen = [*late, *(each for each in words if not each.said.overdue)]
    now = today(ctx.now, ctx.zone)
    lines = [each.said.line for each in chosen]
    buttons = [
        msgspec.json.decode(each.said.button, type=Button) if each.said.button else None for each in chosen
    ]
    footer = "" if late else said_of_week(spent + 1, budget)
    card = cards.morning(f"morning:{now.isoformat()}", lines, buttons, bool(late), footer)
    if late:
        ctx.send_card(person, card)
    else:
        attention.push(ctx, person, card, "morning")
    deadlines.told(ctx.tx, person.id, [each.id for each in chosen], now)
