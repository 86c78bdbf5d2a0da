"""How many dated duties of a month were done. What only supervisors may know of is in no number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from handlers.contract.context import Context
from handlers.contract.coverage import Covered, Light
from handlers.contract.figures import Figure
from handlers.duty.rules import State
from handlers.duty.scene import Scene, scene
from scheduler.periods import days_of
from storage import duties
from storage.duties import Occurrence

LOOKED_BACK, ONE_DAY = timedelta(days=365), timedelta(days=1)
NAMED = 3
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


def rates(ctx: Context) -> Sequence[Covered]:
    """Return how a year's duties show that rules are carried out (P7) and made public what is to be (P6)."""
    now = scene(ctx)
    found = duties.due_between(ctx.tx, now.today - LOOKED_BACK, now.today - ONE_DAY)
    due = [each for each in found if not now.duty(each).secret]
    public = [each for each in due if each.code in PUBLISHED]
    return [_rate(now, "P7", "到期的任务", due), _rate(now, "P6", "到期该公开的", public)]


def _rate(now: Scene, clause: str, what: str, due: Sequence[Occurrence]) -> Covered:
    if not due:
        return Covered(clause, Light.YELLOW, f"近一年没有{what}，无从算起")
    undone = [each for each in due if each.state != State.DONE]
    done = len(due) - len(undone)
    said = f"近一年{what} {len(due)} 项，完成 {done} 项（{done * 100 // len(due)}%）"
    if not undone:
        return Covered(clause, Light.GREEN, said)
    names = "、".join(dict.fromkeys(now.duty(each).title for each in undone[:NAMED]))
    return Covered(clause, Light.RED, f"{said}，没完成的：{names}", late=True)
