"""Opening, moving and ending deadlines, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import msgspec

from handlers.contract.card import Button
from handlers.contract.context import Context
from handlers.mechanisms.deadline import rules
from handlers.mechanisms.deadline.rules import Term
from scheduler import calendar, workdays
from scheduler.clock import today
from scheduler.workdays import Calendar
from storage import deadlines
from storage.deadlines import Deadline, Said


def begin(
    ctx: Context, kind: str, subject: str, term: Term, rungs: Sequence[int], opened_on: date | None = None
) -> Deadline:
    """Open the deadline of a matter; `rungs` are those of its kind's ladder, `opened_on` the day of the
    event, today by itself. A matter has one open deadline of a kind; ended, it may get another."""
    start = opened_on or today(ctx.now, ctx.zone)
    known = calendar.current(ctx.tx)
    end = rules.due(term, start, 0, known)
    place, day = rules.next_word(rungs, end.day, start, known)
    new = Deadline(
        0, kind, subject, term.text, 0, start, end.day, end.calendar, end.missing, place, day, None, None
    )
    return replace(new, id=deadlines.add(ctx.tx, new))


def end(ctx: Context, kind: str, subject: str) -> None:
    """Close a deadline: nobody hears of it any more. Nothing happens where none is open."""
    found = deadlines.find(ctx.tx, kind, subject)
    if found and found.closed_on is None:
        closed = replace(found, closed_on=today(ctx.now, ctx.zone), remind_on=None)
        deadlines.save(ctx.tx, closed)
        deadlines.drop_nudges(ctx.tx, found.id)


def pause(ctx: Context, kind: str, subject: str) -> None:
    """Stop the clock (decision 26); nothing happens when it stands still or is closed."""
    found = deadlines.find(ctx.tx, kind, subject)
    if found and found.closed_on is None and found.paused_on is None:
        deadlines.save(ctx.tx, replace(found, paused_on=today(ctx.now, ctx.zone), remind_on=None))
        deadlines.drop_nudges(ctx.tx, found.id)


def resume(ctx: Context, kind: str, subject: str, rungs: Sequence[int]) -> None:
    """Let the clock run on: the working days of the pause are added."""
    found = deadlines.find(ctx.tx, kind, subject)
    if found and found.paused_on is not None:
        lost = workdays.between(found.paused_on, today(ctx.now, ctx.zone), calendar.current(ctx.tx))
        _move(ctx, replace(found, paused_on=None), lost, rungs)


def extend(ctx: Context, kind: str, subject: str, days: int, rungs: Sequence[int]) -> Deadline:
    """Grant so many working days more; return the deadline as it stands then. LookupError without one."""
    found = deadlines.find(ctx.tx, kind, subject)
    if found is None or found.closed_on is not None:
        raise LookupError(f"no open deadline {kind} of {subject}")
    return _move(ctx, found, days, rungs)


BEGUN = -2000
"""Stands for a rung where something was begun in a week that had no room to say so."""


def tell_later(ctx: Context, kind: str, subject: str, person: int, line: str, button: Button) -> None:
    """Let somebody hear of an open deadline on the first morning on which their week has room."""
    found = deadlines.find(ctx.tx, kind, subject)
    if found:
        said = Said(line, msgspec.json.encode(button).decode(), overdue=False)
        deadlines.remember_nudge(ctx.tx, found, BEGUN, person, said)


def forget_words(ctx: Context, kind: str, subject: str) -> None:
    """Forget what was still to be told: whom it concerned has changed."""
    if found := deadlines.find(ctx.tx, kind, subject):
        deadlines.drop_nudges(ctx.tx, found.id)


def words(ctx: Context, found: Deadline) -> str:
    """Say how far a deadline has come: 「第 9/15 个工作日，3月9日到期（春节顺延）」."""
    return rules.words(found, today(ctx.now, ctx.zone), calendar.current(ctx.tx))


def _move(ctx: Context, found: Deadline, more: int, rungs: Sequence[int]) -> Deadline:
    moved = counted_again(ctx, replace(found, extra=found.extra + more), rungs, calendar.current(ctx.tx))
    deadlines.save(ctx.tx, moved)
    deadlines.drop_nudges(ctx.tx, found.id)
    return moved


def counted_again(ctx: Context, one: Deadline, rungs: Sequence[int], known: Calendar) -> Deadline:
    """Return a deadline as a calendar has it, its next word after today."""
    end = rules.due(Term(one.term), one.opened_on, one.extra, known)
    place, day = rules.next_word(rungs, end.day, today(ctx.now, ctx.zone), known)
    return replace(
        one,
        due_on=end.day,
        missing=end.missing,
        calendar=end.calendar,
        rung=place,
        remind_on=None if one.paused_on else day,
    )
