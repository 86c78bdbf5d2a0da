"""Who hears of a finding as its days draw near and pass."""

from __future__ import annotations

from handlers.contract.context import Context
from handlers.contract.reminder import Nudge
from handlers.contract.roles import Role
from handlers.mechanisms.finding.service import (
    JUDGING,
    VERIFYING,
    Circle,
    circle,
    finding_id,
    heads,
    left_words,
    show_button,
    stuck_words,
)
from handlers.mechanisms.units import service as units
from storage import findings, people
from storage.deadlines import Deadline
from storage.findings import Finding
from storage.people import Person


def rectify_nudges(ctx: Context, one: Deadline, rung: int) -> list[Nudge]:
    """Who hears at a rung: the owner always, the lead from the day before, then those above (P47)."""
    found = _of(ctx, one)
    day = f"{one.due_on.month}月{one.due_on.day}日"
    late = rung > 0
    said = f"已逾期（{day}到期）" if late else "今天到期" if rung == 0 else f"{day}到期"
    hears = {found.owner: f"{found.number} 整改{said}"}
    person = people.get(ctx.tx, found.owner)
    if not person.active:
        line, button = left_words(found, person), show_button(found)
        return [Nudge(each, line, button, overdue=True) for each in _ids(ctx, Role.SUPERVISOR)]
    owner = person.name
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
    able = [each for each in _ids(ctx, Role.SUPERVISOR) if each != found.owner]
    return [Nudge(who, line, show_button(found), overdue=True) for who in able]


def recheck_nudges(ctx: Context, one: Deadline, rung: int) -> list[Nudge]:
    """Time to look again whether it stayed mended."""
    found = _of(ctx, one)
    line = f"{found.number} 该回头看了：{found.what[:20]}"
    return [Nudge(each.id, line, show_button(found), rung > 0) for each in circle(ctx).verifiers(found)]


def verify_nudges(ctx: Context, one: Deadline, rung: int) -> list[Nudge]:
    """A report waits to be verified; the head hears of it three days late, and at once where nobody may."""
    found, now = _of(ctx, one), circle(ctx)
    return _asked(found, now, now.verifiers(found), VERIFYING, rung)


def judge_nudges(ctx: Context, one: Deadline, rung: int) -> list[Nudge]:
    """An objection waits to be judged, and the owner's clock stands still meanwhile (decision 26)."""
    found, now = _of(ctx, one), circle(ctx)
    return _asked(found, now, now.judges(found), JUDGING, rung)


def _asked(found: Finding, now: Circle, able: list[Person], what: str, rung: int) -> list[Nudge]:
    button, late = show_button(found), rung > 0
    line = f"{found.number} 待{what}{'，已逾期' if late else '，今天到期'}"
    told = {each.id: Nudge(each.id, line, button, late) for each in able}
    if not able:
        return [Nudge(each.id, stuck_words(found, what), button, True) for each in heads(now, found)]
    if rung >= HEAD_HEARS_AT:
        names = "、".join(each.name for each in able)
        above = f"{found.number} 待{what}已逾期，该{names}来做"
        told = {each.id: Nudge(each.id, above, button, True) for each in heads(now, found)} | told
    return list(told.values())


HEAD_HEARS_AT = 3


def _of(ctx: Context, one: Deadline) -> Finding:
    found = findings.get(ctx.tx, finding_id(one.subject))
    if found is None:
        raise LookupError(f"no finding behind {one.subject}")
    return found


def _leads(ctx: Context, found: Finding) -> list[int]:
    leads = {each.lead for each in units.units(ctx) if found.owner in each.members}
    return sorted(each for each in leads if each and each != found.owner)


def _ids(ctx: Context, role: Role) -> list[int]:
    return [each.id for each in people.holders(ctx.tx, (role,)) if each.active]
