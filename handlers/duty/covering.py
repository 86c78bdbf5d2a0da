"""What dated duties show of the plan. Of a secret one only what every quarter that is over shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from handlers.contract.context import Context
from handlers.contract.coverage import Covered, Light
from handlers.duty import figures, rules
from handlers.duty.due import coming, last_due, last_ended, period_words
from handlers.duty.plan import DUTIES
from handlers.duty.rules import Duty, State
from handlers.duty.scene import Scene, scene
from scheduler.clock import today
from storage import duties
from storage.duties import Occurrence

_SEVERAL = re.compile(r"(P54|P56|P57)[abc]")
"""Clauses of which the list makes several duties."""


def covers(ctx: Context) -> Sequence[Covered]:
    """Return what each duty that stands in the plan shows of its clause."""
    now, undone = scene(ctx), duties.undone(ctx.tx)
    ours = [now.duties[each.code] for each in DUTIES if each.code.startswith("P")]
    return [*(_covered(ctx, now, undone, each) for each in ours), *figures.rates(ctx)]


def clause_of(duty: Duty) -> str:
    """Return the clause that a duty serves."""
    several = _SEVERAL.fullmatch(duty.code)
    return several[1] if several else duty.code


def _covered(ctx: Context, now: Scene, undone: Sequence[Occurrence], duty: Duty) -> Covered:
    late = False
    if duty.secret:
        light, said = _secret(ctx, now, duty)
    elif off := _off(now, duty):
        light, said = Light.RED, off
    else:
        light, said = _undone(now, undone, duty) or _done(ctx, now, duty)
        late = light is Light.RED
    title = f"{duty.title}：" if _SEVERAL.fullmatch(duty.code) else ""
    return Covered(clause_of(duty), light, f"{title}{said}", late=late)


def _off(now: Scene, duty: Duty) -> str:
    switch = now.switches.get(duty.code)
    if duty.on:
        return ""
    why = f"按决议 {switch.resolution} 关闭了" if switch else "还没有开启"
    return f"{why}，可发「任务 开启 {duty.code} 决议 编号 日期」"


def _undone(now: Scene, undone: Sequence[Occurrence], duty: Duty) -> tuple[Light, str] | None:
    """What is late comes before what is on its way; what is handed in only waits to be confirmed."""
    mine = [each for each in undone if each.code == duty.code]
    late = [each for each in mine if each.state == State.OPEN and each.due_on < now.today]
    for each in (*late, *mine):
        names = "、".join(one.name for one in rules.holders(duty.owners, now.people)) or "没有人负责"
        what = f"{each.number}（{period_words(each.period)}，{_day(each.due_on)}到期）"
        if late:
            return Light.RED, f"{what}逾期：{names}"
        waits = "等确认" if each.state == State.HANDED else f"待办：{names}"
        return Light.YELLOW, f"{what}{waits}"
    return None


def _done(ctx: Context, now: Scene, duty: Duty) -> tuple[Light, str]:
    """Nothing is open: the newest is done, unless a later period came and went without one."""
    newest = duties.newest_of(ctx.tx, duty.code)
    if newest is None:
        following = next(coming(duty.due, now.today, now.calendar, now.days(duty.code)))
        said = f"已开启，下一次 {_day(following.day)}到期（{period_words(following.period)}）"
        return Light.YELLOW, said
    gone = last_due(duty.due, now.today, now.calendar)
    if gone and gone.period > newest.period:
        return Light.RED, f"{period_words(gone.period)}没有记录"
    when = today(newest.confirmed_at, ctx.zone) if newest.confirmed_at else newest.due_on
    words = f"{period_words(newest.period)}已完成：{newest.number}，{_day(when)}确认"
    return Light.GREEN, words


def _secret(ctx: Context, now: Scene, duty: Duty) -> tuple[Light, str]:
    """Whether it was done in the last quarter that is over: the same words whether or not one is planned,
    open, or turned on at all (P46, decision 19)."""
    ended = last_ended(duty.due, now.today, now.calendar)
    words = period_words(ended.period)
    found = duties.of_period(ctx.tx, duty.code, ended.period)
    if found and found.state == State.DONE:
        return Light.GREEN, f"{words}已做"
    if now.today <= ended.day:
        return Light.YELLOW, f"{words}刚结束，{_day(ended.day)}前归档"
    return Light.RED, f"{words}没有做过的记录"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
