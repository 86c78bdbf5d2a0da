"""What self-checks show of the plan's clauses: who handed in the newest round, by name who did not (P48)."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.contract.context import Context
from handlers.contract.coverage import Covered, Light
from handlers.selfcheck import rules
from scheduler import calendar, workdays
from scheduler.clock import today
from storage import selfcheck
from storage.selfcheck import OPEN, VOID, Sheet

NAMED = 5


def covers(ctx: Context) -> Sequence[Covered]:
    """Return how the newest round stands (P48)."""
    newest = selfcheck.newest(ctx.tx, 1)
    if not newest:
        return [Covered("P48", Light.YELLOW, "还没有开过自查，每月第 1 个工作日自动打开")]
    month, now = newest[0].month, today(ctx.now, ctx.zone)
    due = workdays.nth(now.year, now.month, rules.DUE_WORKDAY, calendar.current(ctx.tx)).day
    awaited = rules.month_before(now)
    if month < awaited and now > due:
        said = f"{rules.month_words(awaited)}的自查没有打开，最近一次是{rules.month_words(month)}"
        return [Covered("P48", Light.RED, said, late=True)]
    sheets = [each for each in selfcheck.of_month(ctx.tx, month) if each.state != VOID]
    return [_round(month, sheets, over=month < awaited or now > due)]


def _round(month: str, sheets: Sequence[Sheet], *, over: bool) -> Covered:
    lacking = [each.unit_name for each in sheets if each.state == OPEN]
    said = f"{rules.month_words(month)}：{len(sheets)} 个部门和项目交了 {len(sheets) - len(lacking)} 份自查"
    if not lacking:
        return Covered("P48", Light.GREEN, said)
    names = "、".join(lacking[:NAMED]) + (f"等 {len(lacking)} 个" if len(lacking) > NAMED else "")
    if over:
        return Covered("P48", Light.RED, f"{said}，缺{names}", late=True)
    return Covered("P48", Light.YELLOW, f"{said}，还没交的有{names}")
