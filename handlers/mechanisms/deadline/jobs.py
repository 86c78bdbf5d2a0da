"""What the clock does with deadlines: each working morning, one card for whoever has to hear."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from handlers.contract.card import Button
from handlers.contract.context import Context
from handlers.contract.reminder import Ladder, Nudge
from handlers.mechanisms.attention import service as attention
from handlers.mechanisms.attention.rules import said as said_of_week
from handlers.mechanisms.deadline import cards, rules, service
from scheduler import calendar, workdays
from scheduler.clock import local, today
from scheduler.job import Job
from scheduler.workdays import Calendar
from storage import deadlines, people, runs
from storage.deadlines import Deadline, Said, Untold
from storage.people import Person

AT_ONCE = 500
"""Deadlines that are looked at in one go; a morning takes as many goes as it needs."""

MORNING = (8, 40)
ZONE = "Asia/Shanghai"

RENEWED = -1000
"""Stands for a rung where the calendar changed: that is said once for each day it moves to."""


def morning_job(ladders: Mapping[str, Ladder]) -> Job[Context]:
    """Return the job that climbs every ladder on working mornings; `ladders` by the kind of deadline."""

    def run(ctx: Context) -> None:
        if workdays.is_workday(today(ctx.now, ctx.zone), calendar.current(ctx.tx)):
            renew(ctx, ladders)
            climb(ctx, ladders)
            tell(ctx)

    return Job("deadline.morning", _morning, run, "工作日早上的提醒")


def _morning(now: datetime) -> str | None:
    here = local(now, ZONE)
    return here.date().isoformat() if (here.hour, here.minute) >= MORNING else None


def renew(ctx: Context, ladders: Mapping[str, Ladder]) -> None:
    """When the calendar has changed, count every open deadline again that it overturns, and say so once."""
    known = calendar.current(ctx.tx)
    years = sorted(known.years)
    stamp = hashlib.sha256(known.stamp(years[0], years[-1]).encode()).hexdigest()[:32]
    if not runs.begin(ctx.tx, "deadline.calendar", stamp, ctx.now):
        return
    last = 0
    while found := deadlines.open_after(ctx.tx, last, AT_ONCE):
        for each in found:
            _renew_one(ctx, each, ladders[each.kind], known)
        last = found[-1].id


def _renew_one(ctx: Context, one: Deadline, ladder: Ladder, known: Calendar) -> None:
    kept = workdays.Deadline(one.due_on, one.missing, one.calendar)
    if not one.calendar or workdays.still_holds(kept, known):
        return
    moved = service.counted_again(ctx, one, ladder.rungs, known)
    deadlines.save(ctx.tx, moved)
    if ladder.moved and moved.due_on != one.due_on:
        ladder.moved(ctx, moved)
    if (moved.due_on, moved.missing) == (one.due_on, one.missing) or not ladder.rungs:
        return
    day = "不变" if moved.due_on == one.due_on else f"原为 {one.due_on.month}月{one.due_on.day}日"
    for nudge in ladder.nudges(ctx, moved, ladder.rungs[0]):
        line = f"{nudge.line}（放假安排已公布，到期日{day}）"
        deadlines.remember_nudge(ctx.tx, moved, RENEWED, nudge.person, Said(line, _button(nudge), False))


def climb(ctx: Context, ladders: Mapping[str, Ladder]) -> None:
    """Take every deadline to the rung that its day has reached; after a pause only the last one is said."""
    now, known = today(ctx.now, ctx.zone), calendar.current(ctx.tx)
    while found := deadlines.to_remind(ctx.tx, now, AT_ONCE):
        for each in found:
            _climb_one(ctx, each, ladders[each.kind], known)


def _climb_one(ctx: Context, one: Deadline, ladder: Ladder, known: Calendar) -> None:
    now = today(ctx.now, ctx.zone)
    place = rules.reached(ladder.rungs, one.due_on, one.rung, now, known)
    if place is not None:
        rung = ladder.rungs[place]
        for nudge in ladder.nudges(ctx, one, rung):
            said = Said(nudge.line, _button(nudge), nudge.overdue)
            deadlines.remember_nudge(ctx.tx, one, rung, nudge.person, said)
    following, day = rules.next_word(ladder.rungs, one.due_on, now, known)
    deadlines.save(ctx.tx, replace(one, rung=following, remind_on=day))


def _button(nudge: Nudge) -> str:
    return msgspec.json.encode(nudge.button).decode() if nudge.button else ""


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
