"""Self-checks to look at: the months, one month by unit, one sheet with every version."""

from __future__ import annotations

from handlers.contract.card import Section
from handlers.contract.chart import Chart, Series
from handlers.contract.context import Asked, Context
from handlers.contract.refusal import Refusal
from handlers.contract.view import Cell, Row, Table, View, row
from handlers.contract.wording import month_words
from handlers.selfcheck import cards, service
from handlers.selfcheck.cards import Picture
from storage import selfcheck
from storage.selfcheck import SUBMITTED, VOID, Sheet

MONTHS_SHOWN = 12


def board(ctx: Asked, _argument: str) -> View:
    """The months, to one reader. Raises Refusal for who does not supervise."""
    if not ctx.person.roles & service.WATCHERS:
        raise Refusal("自查名单给监事、秘书长和理事长看。自己的请发「自查」", rule="P48")
    found = months(ctx, "")
    newest = selfcheck.newest_month(ctx.tx)
    return View(title=found.title, parts=(*found.parts, *((_units(ctx, newest),) if newest else ())))


def months(ctx: Context, _argument: str) -> View:
    """How many sheets each month had, and how many were handed in."""
    found = selfcheck.months(ctx.tx, MONTHS_SHOWN)
    rows = tuple(
        row(Cell(month_words(month), to=f"selfcheck.month/{month}"), str(count), str(done), str(count - done))
        for month, count, done in found
    )
    table = Table("每月自查", ("月份", "该交", "已交", "没交"), rows, "还没有开始过")
    return View(title="廉洁风险自查", parts=(*_chart(found), table))


def _chart(found: list[tuple[str, int, int]]) -> tuple[Chart, ...]:
    if not found:
        return ()
    labels = tuple(month for month, _, _ in reversed(found))
    lines = (("该交", 1), ("已交", 2))
    series = tuple(Series(name, tuple(float(each[at]) for each in reversed(found))) for name, at in lines)
    return (Chart(title="该交和已交的份数", labels=labels, series=series, unit="份"),)


def month(ctx: Context, argument: str) -> View:
    """One month by unit. Raises Refusal."""
    if not selfcheck.of_month(ctx.tx, argument):
        raise Refusal(f"{argument} 没有自查")
    title = f"{month_words(argument)}自查"
    return View(title=title, parts=(_units(ctx, argument),), back=("selfcheck.months", "廉洁风险自查"))


def _units(ctx: Context, month: str) -> Table:
    rows = tuple(_row(ctx, each) for each in selfcheck.of_month(ctx.tx, month) if each.state != VOID)
    return Table(f"{month_words(month)}，按部门和项目", ("部门或项目", "状态", "谁交的", "结论"), rows)


def _row(ctx: Context, sheet: Sheet) -> Row:
    name = Cell(sheet.unit_name, to=f"selfcheck.sheet/{sheet.id}")
    if sheet.state != SUBMITTED:
        return row(name, "还没交", "", "")
    newest = selfcheck.versions(ctx.tx, sheet.id)[-1]
    issues = len(newest.content["issues"])
    return row(name, "已交", newest.name, "零报告" if sheet.zero else f"自己发现 {issues} 件")


def sheet(ctx: Context, argument: str) -> View:
    """One sheet with every version. Raises Refusal."""
    found = selfcheck.get(ctx.tx, int(argument)) if argument.isdecimal() else None
    if found is None:
        raise Refusal("没有这张自查表")
    picture = Picture(
        found,
        service.draft_of(found),
        selfcheck.lines(ctx.tx, found.id),
        selfcheck.versions(ctx.tx, found.id),
        service.due_words(ctx, found),
        ctx.zone,
        may_fill=False,
    )
    shown = cards.shown(picture, 0)
    return View(
        title=shown.title,
        tone=shown.tone,
        tag=shown.tag,
        subtitle=shown.subtitle,
        parts=shown.sections or (Section(("还没有内容",)),),
        back=("selfcheck.months", "廉洁风险自查"),
    )
