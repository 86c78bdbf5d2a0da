"""Who hears of a finding as its days draw near and pass."""

from __future__ import annotations

from handlers.contract.context import Context
from handlers.contract.reminder import Nudge
from handlers.contract.roles import Role
from handlers.mechanisms.finding import rules
from handlers.mechanisms.finding.service import matter, roster, show_button
from handlers.mechanisms.units import service as units
from storage import findings, people
from storage.deadlines import Deadline
from storage.findings import Finding


def rectify_nudges(ctx: Context, one: Deadline, rung: int) -> list[Nudge]:
    """Who hears at a rung: the owner always, the lead from the day before, then those above (P47)."""
    found = _of(ctx, one)
    day = f"{one.due_on.month}月{one.due_on.day}日"
    late = rung > 0
    said = f"已逾期（{day}到期）" if late else "今天到期" if rung == 0 else f"{day}到期"
    hears = {found.owner: f"{found.number} 整改{said}"}
    owner = people.get(ctx.tx, found.owner).name
    others = f"{found.number} {owner}的整改{said}"
    above = _leads(ctx, found) if rung >= -1 else []
    above += _ids(ctx, Role.SECRETARY_GENERAL) if rung >= 1 else []
    watching = _ids(ctx, Role.SUPERVISOR) if rung >= 3 else []
    told = dict.fromkeys(above, others) | dict.fromkeys(watching, f"{others}，可以约谈")
    hears = told | hears
    return [Nudge(who, line, show_button(found), late) for who, line in hears.items()]


def receive_nudges(ctx: Context, one: Deadline, _rung: int) -> list[Nudge]:
    """The notice lies unread: a supervisor is to serve it in person (decision 27)."""
    found = _of(ctx, one)
    owner = people.get(ctx.tx, found.owner).name
    line = f"{found.number} {owner} 2 个工作日没签收，请当面或书面送达"
    return [Nudge(who, line, show_button(found), overdue=True) for who in _ids(ctx, Role.SUPERVISOR)]


def recheck_nudges(ctx: Context, one: Deadline, rung: int) -> list[Nudge]:
    """Time to look again whether it stayed mended."""
    found = _of(ctx, one)
    line = f"{found.number} 该回头看了：{found.what[:20]}"
    eyes = rules.verifiers(matter(ctx, found), roster(ctx))
    return [Nudge(each.id, line, show_button(found), rung > 0) for each in eyes]


def _of(ctx: Context, one: Deadline) -> Finding:
    found = findings.get(ctx.tx, int(one.subject.removeprefix("finding:")))
    if found is None:
        raise LookupError(f"no finding behind {one.subject}")
    return found


def _leads(ctx: Context, found: Finding) -> list[int]:
    leads = {each.lead for each in units.units(ctx) if found.owner in each.members}
    return sorted(each for each in leads if each and each != found.owner)


def _ids(ctx: Context, role: Role) -> list[int]:
    return [each.id for each in people.holders(ctx.tx, (role,)) if each.active]
