"""Keeping a sign-off going: the frozen chain, the one open step, the signature that ends it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from handlers.contract.context import Context
from handlers.contract.refusal import Refusal
from handlers.contract.roles import Role
from handlers.contract.wording import moment
from handlers.mechanisms.signoff import rules
from storage import people, signoff
from storage.journal import canonical
from storage.people import Person
from storage.signoff import Seat, Step, StepState

Document = Mapping[str, object]

_DONE = {StepState.SIGNED: "同意", StepState.REJECTED: "驳回", StepState.RETURNED: "退回修改"}
_POSTS = (
    Role.PROJECT_LEAD,
    Role.FINANCE_HEAD,
    Role.SECRETARY_GENERAL,
    Role.CHAIR,
    Role.VICE_CHAIR,
    Role.COUNCIL_MEMBER,
    Role.SUPERVISOR,
)


def roster(ctx: Context, matter: rules.Matter) -> rules.Roster:
    """Load everybody who may matter to a chain today."""
    deputies = people.deputies_on(ctx.tx, ctx.now.astimezone(ZoneInfo(ctx.zone)).date())
    posts = {each.id: each for each in people.holders(ctx.tx, _POSTS)}
    others = {matter.requester, matter.lead, *(each.deputy for each in deputies)}
    others |= {each.holder for each in deputies} | matter.paid
    known = posts | people.by_ids(ctx.tx, others - posts.keys())
    return rules.Roster({key: each for key, each in known.items() if each.active}, deputies)


def begin(ctx: Context, person: Person, subject: str, version: int, document: Document) -> list[Step]:
    """Let `person`, who hands in, sign level 1 of a version; return that one step."""
    first = Seat(rules.FIRST, rules.LEVELS[rules.FIRST], person.id, rules.LEVELS[rules.FIRST])
    signoff.add(ctx.tx, subject, version, [first])
    steps = advance(ctx, signoff.steps(ctx.tx, subject, version), document)
    return sign(ctx, person, steps, steps[0], StepState.SIGNED, "")


def fill(ctx: Context, steps: Sequence[Step], matter: rules.Matter) -> rules.Chain | rules.Gap:
    """Let the rules name who signs every level that nobody has signed, and freeze it; or return the gap.

    Levels without a step get one; those that changed hands are given over. On a gap nothing is changed.
    """
    chain = rules.form(matter, roster(ctx, matter), _signed(steps))
    if isinstance(chain, rules.Gap):
        return chain
    known = {each.level: each for each in steps}
    seats = [Seat(level, rules.LEVELS[level], each.person, each.ground) for level, each in chain.items()]
    if new := [each for each in seats if each.level not in known]:
        signoff.add(ctx.tx, steps[0].subject, steps[0].version, new)
    for seat in seats:
        if seat.level in known and known[seat.level].assignee != seat.person:
            signoff.reassign(ctx.tx, known[seat.level].id, seat.person, seat.ground)
    return chain


def _signed(steps: Sequence[Step]) -> rules.Chain:
    signed = [each for each in steps if each.state is StepState.SIGNED]
    return {each.level: rules.Candidate(each.assignee, each.ground) for each in signed}


def advance(ctx: Context, steps: Sequence[Step], document: Document) -> list[Step]:
    """Open the first level that waits; return the steps as they are then."""
    signed = [each for each in steps if each.state is StepState.SIGNED]
    waiting = next(each for each in steps if each.state is StepState.WAITING)
    shown = what_is_shown(document, signed)
    signoff.open_step(ctx.tx, waiting.id, shown, ctx.now)
    return _with(steps, replace(waiting, state=StepState.OPEN, shown=shown, opened_at=ctx.now))


def end(ctx: Context, steps: Sequence[Step]) -> list[Step]:
    """End whatever is open or waiting; return the steps as they are then."""
    if steps:
        signoff.void_rest(ctx.tx, steps[0].subject, steps[0].version)
    rest = (StepState.OPEN, StepState.WAITING)
    return [replace(each, state=StepState.VOID) if each.state in rest else each for each in steps]


def pause(ctx: Context, steps: Sequence[Step]) -> list[Step]:
    """Let the open level wait again; return the steps as they are then."""
    opened = open_step(steps)
    if opened is None:
        return list(steps)
    signoff.pause(ctx.tx, opened.id)
    return _with(steps, replace(opened, state=StepState.WAITING, shown="", opened_at=None))


def open_step(steps: Sequence[Step]) -> Step | None:
    """Return the step that waits for a signature."""
    return next((each for each in steps if each.state is StepState.OPEN), None)


def _with(steps: Sequence[Step], changed: Step) -> list[Step]:
    return [changed if each.id == changed.id else each for each in steps]


def what_is_shown(document: Document, signed: Sequence[Step]) -> str:
    """Return SHA-256 of what a signer signs: the document and all earlier signatures."""
    signatures = [
        {
            "level": each.level,
            "person": each.assignee,
            "name": each.signer,
            "roles": each.signer_roles,
            "at": each.decided_at.isoformat() if each.decided_at else "",
            "shown": each.shown,
        }
        for each in signed
    ]
    return hashlib.sha256(
        canonical({"document": dict(document), "signatures": signatures}).encode()
    ).hexdigest()


def sign(
    ctx: Context, person: Person, steps: Sequence[Step], step: Step, state: StepState, reason: str
) -> list[Step]:
    """End an open step by a person's decision, on record; return the steps as they are then.

    Raises Refusal when somebody was first.
    """
    roles = "、".join(sorted(person.roles))
    if not signoff.decide(ctx.tx, step, state, person.name, roles, reason, ctx.now):
        now = signoff.steps(ctx.tx, step.subject, step.version)
        raise Refusal(already(ctx, next(each for each in now if each.id == step.id), person))
    facts = {
        "level": step.level,
        "title": step.title,
        "ground": step.ground,
        "name": person.name,
        "roles": roles,
        "shown": step.shown,
        "reason": reason,
    }
    ctx.record(person, f"signoff.{state}", step.subject, step.version, facts)
    ended = replace(
        step, state=state, decided_at=ctx.now, signer=person.name, signer_roles=roles, reason=reason
    )
    return _with(steps, ended)


def its_turn(ctx: Context, person: Person, steps: Sequence[Step], level: int) -> Step:
    """Return the step of a level if it is open and this person's. Raises Refusal naming what happened."""
    step = next((each for each in steps if each.level == level), None)
    if step is None:
        raise Refusal("这张单子没有这一级签字，请发「待办」重新打开")
    if step.state is not StepState.OPEN:
        raise Refusal(already(ctx, step, person), rule="P31")
    if step.assignee != person.id:
        whose = people.get(ctx.tx, step.assignee).name
        raise Refusal(f"这一级（{step.title}）由{whose}签，别人不能代签", rule="P31")
    return step


def still_holds(
    ctx: Context, person: Person, steps: Sequence[Step], step: Step, matter: rules.Matter
) -> Step:
    """Check at the moment of the act: four different people, each entitled. Raises Refusal.

    Returns the step with the ground on which the person signs today.
    """
    others = [each.assignee for each in steps if each.level != step.level]
    if person.id in others or len(set(others)) != len(others):
        raise Refusal("四级签字要由四个不同的人签，同一个人不能签两级", rule="P31", grave=True)
    if person.id in matter.paid:
        raise Refusal("收款人不能签自己的单子", rule="P31", grave=True)
    entitled = {each.person: each for each in rules.candidates(step.level, matter, roster(ctx, matter))}
    if person.id not in entitled:
        raise Refusal(
            f"您现在不能签第 {step.level} 级（{step.title}）：职务或授权代签已变。"
            "请管理员发「改派 编号」重新安排",
            rule="P31",
        )
    return replace(step, ground=entitled[person.id].ground)


def unchanged(steps: Sequence[Step], step: Step, document: Document) -> None:
    """Check that the books still say what was fixed when the step opened. Raises Refusal."""
    signed = [each for each in steps if each.state is StepState.SIGNED]
    if what_is_shown(document, signed) != step.shown:
        raise Refusal(
            "账上的内容与打开签字时不一致，可能被改动过。请先不要签，联系管理员和监事核对",
            rule="P31",
            grave=True,
        )


def already(ctx: Context, step: Step, person: Person) -> str:
    """Say why a step is not open: who did what and when."""
    if step.state in _DONE and step.decided_at:
        who = "您" if step.assignee == person.id else step.signer
        return f"{who}已于 {moment(step.decided_at, ctx.zone)} {_DONE[step.state]}，不用再点了"
    if step.state is StepState.WAITING:
        return f"还没轮到第 {step.level} 级（{step.title}），请等前一级签完"
    return "这一版已经结束，不用再签了"
