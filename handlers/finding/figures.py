"""What a month's findings say in numbers, and which of them a supervisor has not heard of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from handlers.contract.context import Context
from handlers.contract.figures import Figure
from handlers.contract.watch import News
from handlers.finding.covering import Tally, tally
from handlers.mechanisms.finding import service
from handlers.mechanisms.finding.rules import Source, State
from scheduler.clock import today
from scheduler.periods import days_of, moments_of
from storage import findings, people
from storage.findings import Mending

LOOKED_BACK = timedelta(days=7)
OUT = (State.WITHDRAWN, State.OBJECTED)
"""What counts in no rate: it was no finding, or nobody knows yet."""


def figures(ctx: Context, month: str) -> Sequence[Figure]:
    """Return who found the month's findings (decision 23), and how those due in it were mended (P8)."""
    start, end = moments_of(month, ctx.zone)
    opened = [each for each in findings.opened_between(ctx.tx, start, end) if each.state != State.WITHDRAWN]
    by_self = sum(each.source == Source.SELF for each in opened)
    due = [each for each in findings.mending_since(ctx.tx, *days_of(month)) if each.state not in OUT]
    counted = tally(due, today(ctx.now, ctx.zone), ctx.zone)
    return [Figure("self", "自己发现的问题", "P48", by_self, len(opened)), *_mended(ctx, due, counted)]


def _mended(ctx: Context, due: Sequence[Mending], counted: Tally) -> list[Figure]:
    now = today(ctx.now, ctx.zone)
    still = [each for each in due if each.due_on < now and each.state != State.CLOSED]
    names = people.by_ids(ctx.tx, [each.owner for each in still])
    lacking = tuple(f"{names[each.owner].name} {each.number} 没销号" for each in still)
    return [
        Figure("closed", "到期的问题已销号", "P8", counted.closed, counted.due, lacking=lacking),
        Figure("in_time", "按期交了整改报告", "P8", counted.in_time, counted.due),
    ]


def news(ctx: Context) -> Sequence[News]:
    """Return what teams found themselves in the last days: nobody else tells the supervisors."""
    opened = findings.opened_between(ctx.tx, ctx.now - LOOKED_BACK, ctx.now + timedelta(seconds=1))
    found = [each for each in opened if each.source == Source.SELF]
    names = people.by_ids(ctx.tx, [each.owner for each in found])
    return [
        News(f"finding:{each.id}", _line(names[each.owner].name, each.number, each.what), _button(each))
        for each in found
    ]


def _line(name: str, number: str, what: str) -> str:
    return f"{name}自查发现：{what[:30]}（{number}）"


_button = service.show_button
