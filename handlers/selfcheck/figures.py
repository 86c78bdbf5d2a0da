"""How many sheets of a month came in time, and whose are missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from handlers.contract.context import Context
from handlers.contract.figures import Figure
from handlers.mechanisms.units import service as units
from handlers.selfcheck import rules
from scheduler.clock import today
from storage import deadlines, people, selfcheck
from storage.selfcheck import OPEN, VOID, Sheet


def figures(ctx: Context, month: str) -> Sequence[Figure]:
    """Return the sheets about a month that came by their day."""
    sheets = [each for each in selfcheck.of_month(ctx.tx, month) if each.state != VOID]
    due = deadlines.of_subjects(ctx.tx, rules.SUBMIT, [each.subject for each in sheets])
    handed_in = selfcheck.first_handed_in(ctx.tx, month)
    in_time = [
        each
        for each in sheets
        if each.id in handed_in and today(handed_in[each.id], ctx.zone) <= due[each.subject].due_on
    ]
    lacking = tuple(_missing(ctx, [each for each in sheets if each.state == OPEN]))
    return [Figure("sheets", "按时交了自查", "P48", len(in_time), len(sheets), "份", lacking)]


def _missing(ctx: Context, still: Sequence[Sheet]) -> Iterator[str]:
    leads = {each.key: each.lead for each in units.units(ctx)} if still else {}
    names = people.by_ids(ctx.tx, [lead for lead in leads.values() if lead])
    for each in still:
        lead = leads.get(each.unit_key)
        who = names[lead].name if lead else "没有负责人，"
        yield f"{who}没交{each.unit_name}的自查"
