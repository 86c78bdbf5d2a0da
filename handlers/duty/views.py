"""Duties to look at: the year's list with how each stands, and one of them. What is secret is in neither."""

from __future__ import annotations

from handlers.contract.card import Tone
from handlers.contract.context import Context
from handlers.contract.refusal import Refusal
from handlers.contract.view import Cell, Table, View, row
from handlers.contract.wording import moment
from handlers.duty.cards import TONES
from handlers.duty.due import due_words, period_words
from handlers.duty.rules import STATE_WORDS, State, is_over
from handlers.duty.scene import Scene, scene
from storage import duties, people
from storage.duties import Occurrence

SHOWN = 200


def everything(ctx: Context, _argument: str) -> View:
    """The list in force, and the newest occurrences."""
    now = scene(ctx)
    found = [each for each in duties.newest(ctx.tx, SHOWN) if _is_public(now, each)]
    return View(title="年度任务", parts=(_opened(now, found), _list(now)))


def _is_public(now: Scene, found: Occurrence) -> bool:
    return is_over(now.duty(found), found.period, now.today)


def _opened(now: Scene, found: list[Occurrence]) -> Table:
    rows = tuple(
        row(
            Cell(each.number, to=f"duty.one/{each.number}"),
            now.duty(each).title,
            period_words(each.period),
            "、".join(one.name for one in now.owners(each)),
            f"{each.due_on:%Y-%m-%d}",
            STATE_WORDS[State(each.state)],
            tone=TONES[State(each.state)],
        )
        for each in found
    )
    return Table("打开过的", ("编号", "事项", "哪一期", "谁来做", "到期", "状态"), rows)


def _list(now: Scene) -> Table:
    rows = tuple(
        row(
            each.code,
            each.title,
            "/".join(each.owners),
            "/".join(each.confirms),
            due_words(each.due),
            "开" if each.on else "关",
            tone=Tone.INFO if each.on else Tone.MUTED,
        )
        for each in now.duties.values()
        if not each.secret
    )
    return Table("清单", ("编码", "事项", "谁来做", "谁确认", "什么时候", "开关"), rows)


def one(ctx: Context, number: str) -> View:
    """One occurrence with what was handed in. Raises Refusal."""
    found, now = duties.by_number(ctx.tx, number), scene(ctx)
    if found is None or not _is_public(now, found):
        raise Refusal(f"没有 {number} 这件")
    names = people.by_ids(ctx.tx, [each for each in (found.handed_by, found.confirmed_by) if each])
    acts = []
    if found.handed_by and found.handed_at:
        files = "、".join(each.name for each in duties.files(ctx.tx, found.id))
        at = moment(found.handed_at, ctx.zone)
        acts.append(row(at, names[found.handed_by].name, "交材料", found.words, files))
    if found.confirmed_by and found.confirmed_at:
        acts.append(
            row(moment(found.confirmed_at, ctx.zone), names[found.confirmed_by].name, "确认完成", "", "")
        )
    return View(
        title=f"任务 {found.number}",
        tone=TONES[State(found.state)],
        tag=STATE_WORDS[State(found.state)],
        subtitle=f"{now.duty(found).title}（{period_words(found.period)}）",
        parts=(Table("经过", ("时间", "谁", "做了什么", "说明", "附件"), tuple(acts)),),
        back=("duty.list", "年度任务"),
    )
