"""How many dated duties of a month were done. What only supervisors may know of is in no number."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.contract.context import Context
from handlers.contract.figures import Figure
from handlers.duty.plan import BY_CODE
from handlers.duty.rules import State
from scheduler.periods import days_of
from storage import duties
from storage.duties import Occurrence

PUBLISHED = ("P32", "P59")
"""The duties that make something public (P6)."""


def figures(ctx: Context, month: str) -> Sequence[Figure]:
    """Return what was due in a month and is confirmed (P7), and of it what is to be public (P6)."""
    due = [each for each in duties.due_between(ctx.tx, *days_of(month)) if not BY_CODE[each.code].secret]
    public = [each for each in due if each.code in PUBLISHED]
    return [
        _figure("duties", "到期的任务已完成", "P7", due),
        _figure("public", "该公开的已公开", "P6", public),
    ]


def _figure(key: str, title: str, clause: str, due: Sequence[Occurrence]) -> Figure:
    undone = [each for each in due if each.state != State.DONE]
    lacking = tuple(f"「{BY_CODE[each.code].title}」没完成" for each in undone)
    return Figure(key, title, clause, len(due) - len(undone), len(due), "项", lacking)
