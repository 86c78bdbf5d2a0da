"""How many dated duties of a month were done. What only supervisors may know of is in no number."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.contract.context import Context
from handlers.contract.figures import Figure
from handlers.duty.rules import State
from handlers.duty.scene import Scene, scene
from scheduler.periods import days_of
from storage import duties
from storage.duties import Occurrence

PUBLISHED = ("P32", "P59")
"""The duties that make something public (P6)."""


def figures(ctx: Context, month: str) -> Sequence[Figure]:
    """Return what was due in a month and is confirmed (P7), and of it what is to be public (P6)."""
    now = scene(ctx)
    due = [each for each in duties.due_between(ctx.tx, *days_of(month)) if not now.duty(each).secret]
    public = [each for each in due if each.code in PUBLISHED]
    return [
        _figure(now, "duties", "到期的任务已完成", "P7", due),
        _figure(now, "public", "该公开的已公开", "P6", public),
    ]


def _figure(now: Scene, key: str, title: str, clause: str, due: Sequence[Occurrence]) -> Figure:
    undone = [each for each in due if each.state != State.DONE]
    lacking = tuple(f"「{now.duty(each).title}」没完成" for each in undone)
    return Figure(key, title, clause, len(due) - len(undone), len(due), "项", lacking)
