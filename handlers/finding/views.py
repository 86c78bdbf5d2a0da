"""Findings to look at: all of them for those who answer for the whole, and the trail of one."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.contract.card import Field
from handlers.contract.context import Asked, Context
from handlers.contract.refusal import Refusal
from handlers.contract.view import Cell, Table, View, row
from handlers.contract.wording import moment
from handlers.mechanisms.finding import rules
from handlers.mechanisms.finding.cards import TONES
from handlers.mechanisms.finding.rules import ACT_WORDS, STATE_WORDS, Act, State
from storage import findings, people
from storage.findings import Entry, Finding

OPEN_SHOWN, NEWEST_SHOWN = 300, 100


def board(ctx: Asked, _argument: str) -> View:
    """The same for one reader. Raises Refusal for who does not answer for the whole."""
    if not ctx.person.roles & rules.ABOVE:
        raise Refusal("全部问题给监事、秘书长和理事长看。自己的请发「整改」", rule="P47")
    return everything(ctx, "")


def everything(ctx: Context, _argument: str) -> View:
    """What is not closed, the oldest first, and the newest of all."""
    still = findings.open_ones(ctx.tx, OPEN_SHOWN)
    newest = findings.newest(ctx.tx, NEWEST_SHOWN)
    return View(
        title="问题与整改",
        subtitle=f"没销号的 {findings.count_open(ctx.tx)} 件",
        parts=(
            _table(ctx, "没销号的", still, "都销号了"),
            _table(ctx, f"最近的 {NEWEST_SHOWN} 件", newest, "还没有"),
        ),
    )


def _table(ctx: Context, caption: str, found: Sequence[Finding], empty: str) -> Table:
    names = people.by_ids(ctx.tx, [each.owner for each in found])
    rows = tuple(
        row(
            Cell(each.number, to=f"finding.trail/{each.number}"),
            names[each.owner].name,
            each.unit_name,
            each.what,
            f"{each.due_on:%Y-%m-%d}",
            STATE_WORDS[State(each.state)],
            each.source,
            tone=TONES[State(each.state)],
        )
        for each in found
    )
    return Table(caption, ("编号", "责任人", "部门或项目", "问题", "到期", "状态", "来源"), rows, empty)


def trail(ctx: Context, number: str) -> View:
    """One finding with every act on it. Raises Refusal."""
    found = findings.by_number(ctx.tx, number)
    if found is None:
        raise Refusal(f"没有 {number} 这件")
    state = State(found.state)
    return View(
        title=f"整改 {found.number}",
        tone=TONES[state],
        tag=STATE_WORDS[state],
        fields=(
            Field("责任人", f"{people.get(ctx.tx, found.owner).name}（{found.unit_name}）"),
            Field("来源", found.source),
            Field("到期日", f"{found.due_on:%Y-%m-%d}"),
            Field("问题", found.what, wide=True),
            Field("依据", found.clause, wide=True),
            Field("整改要求", found.asked, wide=True),
        ),
        parts=(_course(ctx, findings.entries(ctx.tx, found.id)),),
        back=("finding.list", "问题与整改"),
    )


def _course(ctx: Context, entries: Sequence[Entry]) -> Table:
    rows = tuple(
        row(
            moment(each.at, ctx.zone),
            each.name or "系统",
            ACT_WORDS[Act(each.act)],
            each.text,
            "、".join(file.name for file in each.files),
        )
        for each in entries
    )
    return Table("经过", ("时间", "谁", "做了什么", "说明", "附件"), rows)
