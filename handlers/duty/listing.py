"""Taking a file of duties over, all of it or nothing, each change with its resolution; and writing it out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from handlers.contract.context import Context
from handlers.contract.wording import Resolution
from handlers.duty import forms, rules
from handlers.duty.forms import DutyRow
from handlers.duty.rules import Duty
from handlers.duty.scene import Scene, kept, scene
from handlers.mechanisms.sheet.forms import Problem, Row
from storage import settings
from storage.settings import Setting

ACTOR = "命令行"
"""Who imports, in the journal: imports come from the command line of the installation alone."""


@dataclass(frozen=True)
class Plan:
    """What an import comes to; with any problem nothing of it may be carried out."""

    added: Sequence[DutyRow] = ()
    updated: Sequence[DutyRow] = ()
    unchanged: int = 0
    problems: Sequence[Problem] = ()
    warnings: Sequence[str] = ()


def written(ctx: Context) -> str:
    """Return the list in force as a file to import. What only supervisors see to is not in it."""
    now = scene(ctx)
    changed = settings.beginning_with(ctx.tx, rules.PLAN)
    public = [each for each in now.duties.values() if not each.secret]
    return forms.written((each, _behind(now, changed.get(each.code), each.code)) for each in public)


def _behind(now: Scene, changed: Setting | None, code: str) -> Resolution | None:
    """Return the newest resolution behind a duty."""
    found = [each for each in (changed, now.switches.get(code)) if each and each.decided_on]
    newest = max(found, key=lambda each: each.decided_on or now.today, default=None)
    return Resolution(newest.resolution, newest.decided_on or now.today) if newest else None


def plan_duties(ctx: Context, raw: bytes) -> Plan:
    """Return what a file would add or change, or what is wrong with it; writes nothing."""
    sheet, now = forms.duties(raw), scene(ctx)
    problems = [*sheet.problems, *_wrong(now, sheet.rows)]
    changed = [each for each in sheet.rows if each.said.duty != now.duties.get(each.said.duty.code)]
    problems += [each for row in changed for each in _unresolved(now, row)]
    return Plan(
        [each.said for each in changed if each.said.duty.code not in now.duties],
        [each.said for each in changed if each.said.duty.code in now.duties],
        len(sheet.rows) - len(changed),
        sorted(problems, key=lambda each: each.row),
    )


def _wrong(now: Scene, rows: Sequence[Row[DutyRow]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for each in rows:
        duty = each.said.duty
        if duty.code in seen:
            yield Problem(each.number, f"{duty.code} 前面已经写过，一项只写一行")
        seen.add(duty.code)
        known = now.duties.get(duty.code)
        if known and known.secret:
            yield Problem(each.number, f"{duty.code} 由监事自己管，不在这张表里，请删掉这一行")
        elif known and bool(known.event) != bool(duty.event):
            yield Problem(each.number, f"{duty.code} 不能在按日期和按事件之间改，请另起一个编码")
        if duty.owners and duty.owners == duty.confirms:
            yield Problem(each.number, "confirms 和 owners 一样：自己做的要由别的职务确认")


def _unresolved(now: Scene, row: Row[DutyRow]) -> Iterator[Problem]:
    if row.said.by is None:
        yield Problem(
            row.number, f"{row.said.duty.code} 改动了，请在 resolution 和 date 里写上决议编号和日期"
        )
    elif row.said.by.decided_on > now.today:
        yield Problem(row.number, f"决议日期 {row.said.by.decided_on} 还没到，请核对")


def import_duties(ctx: Context, raw: bytes) -> Plan:
    """Carry out a file, unless there is any problem with it; return the plan either way."""
    plan = plan_duties(ctx, raw)
    now = scene(ctx)
    for each in () if plan.problems else (*plan.added, *plan.updated):
        if each.by:
            _take_over(ctx, now, each.duty, each.by)
    return plan


def _take_over(ctx: Context, now: Scene, duty: Duty, by: Resolution) -> None:
    known = now.duties.get(duty.code)
    facts = {**kept(duty), "on": duty.on, "resolution": by.number, "decided_on": by.decided_on.isoformat()}
    name = f"{rules.PLAN}{duty.code}"
    version = 0
    if known is None or replace(duty, on=known.on) != known:
        version = settings.fix(ctx.tx, name, kept(duty), by.number, by.decided_on, ctx.now)
    if known is None or duty.on != known.on:
        switch = f"{rules.SWITCH}{duty.code}"
        settings.fix(ctx.tx, switch, duty.on, by.number, by.decided_on, ctx.now)
    ctx.record(ACTOR, "duty.imported", f"setting:{name}", version, facts)
