"""What self-checks show of the plan's clauses: who handed in the newest round, by name who did not (P48)."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.contract.context import Context
from handlers.contract.coverage import Covered, Light
from handlers.contract.wording import month_words
from handlers.selfcheck import rules
from scheduler import calendar, workdays
from scheduler.clock import today
from storage import deadlines, selfcheck
from storage.selfcheck import OPEN, VOID, Sheet

NAMED = 5


def covers(ctx: Context) -> Sequence[Covered]:
    """Return how the newest round stands, and what is still missing of those before (P48)."""
    month = selfcheck.newest_month(ctx.tx)
    if month is None:
        return [Covered("P48", Light.YELLOW, "还没有开过自查，每月第 1 个工作日自动打开")]
    if awaited := _not_opened(ctx, month):
        said = f"{month_words(awaited)}的自查没有打开，最近一次是{month_words(month)}"
        return [Covered("P48", Light.RED, said, late=True)]
    sheets = [each for each in selfcheck.of_month(ctx.tx, month) if each.state != VOID]
    before = [each for each in selfcheck.open_ones(ctx.tx) if each.month < month]
    return [_round(ctx, month, sheets, before)]


def _not_opened(ctx: Context, newest: str) -> str:
    """Return the month whose sheets should have been handed in by now and were never opened, or ""."""
    now = today(ctx.now, ctx.zone)
    due = workdays.nth(now.year, now.month, rules.DUE_WORKDAY, calendar.current(ctx.tx)).day
    awaited = rules.month_before(now)
    return awaited if newest < awaited and now > due else ""


def _round(ctx: Context, month: str, sheets: Sequence[Sheet], before: Sequence[Sheet]) -> Covered:
    lacking = [each for each in sheets if each.state == OPEN]
    said = f"{month_words(month)}：{len(sheets)} 个部门和项目交了 {len(sheets) - len(lacking)} 份自查"
    if not lacking and not before:
        return Covered("P48", Light.GREEN, said)
    names = "、".join(each.unit_name for each in lacking[:NAMED])
    more = f"等 {len(lacking)} 个" if len(lacking) > NAMED else ""
    late = bool(before) or _is_late(ctx, lacking)
    said += f"，{'缺' if late else '还没交的有'}{names}{more}" if lacking else ""
    said += f"；更早的还缺 {len(before)} 份" if before else ""
    return Covered("P48", Light.RED if late else Light.YELLOW, said, late=late)


def _is_late(ctx: Context, lacking: Sequence[Sheet]) -> bool:
    known = deadlines.of_subjects(ctx.tx, rules.SUBMIT, [each.subject for each in lacking])
    return any(each.due_on < today(ctx.now, ctx.zone) for each in known.values())
