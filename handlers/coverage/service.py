"""Collecting what everybody knows of the plan's clauses, and writing down which do not apply."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.contract.context import Asked, Context
from handlers.contract.coverage import OnCovers
from handlers.contract.refusal import Refusal
from handlers.contract.roles import Role
from handlers.coverage import paper, rules
from handlers.coverage.plan import BY_NUMBER, CLAUSES, Clause
from handlers.coverage.rules import Exempt, Line
from scheduler.clock import today
from storage import people, settings
from storage.settings import RESOLUTION_LIMIT


def whole(ctx: Asked, sources: Sequence[OnCovers]) -> list[Line]:
    """Return every clause as it stands. Raises Refusal to who may not look."""
    rules.may_look(ctx.person)
    covered = [each for ask in sources for each in ask(ctx)]
    held = people.holders(ctx.tx, {role for roles in rules.POSTS.values() for role in roles})
    return rules.lines([*covered, *rules.posts(held)], _exempt(ctx))


def _exempt(ctx: Context) -> dict[str, Exempt]:
    found = settings.newest_of(ctx.tx, [f"{rules.GREY}{each.number}" for each in CLAUSES])
    return {
        name.removeprefix(rules.GREY): Exempt(str(each.value), each.resolution, each.decided_on)
        for name, each in found.items()
        if each.value and each.decided_on
    }


def send_paper(ctx: Asked, sources: Sequence[OnCovers]) -> None:
    """Send the whole as a PDF to who asks. Raises Refusal to who may not look."""
    document = paper.paper(whole(ctx, sources), today(ctx.now, ctx.zone))
    ctx.send_document(ctx.person, document, about=f"coverage:{ctx.person.id}")


def exempt(ctx: Asked, number: str, why: Exempt) -> Clause:
    """Write down that a clause does not apply, by a resolution; supervisors hear of it. Raises Refusal."""
    rules.may_exempt(ctx.person)
    clause = _clause(number)
    if not 0 < len(why.reason) <= rules.REASON_LIMIT or len(why.resolution) > RESOLUTION_LIMIT:
        raise Refusal(f"原因最多 {rules.REASON_LIMIT} 个字，决议编号最多 {RESOLUTION_LIMIT} 个字，请写短一点")
    if why.decided_on > today(ctx.now, ctx.zone):
        raise Refusal(f"决议日期 {why.decided_on} 还没到，请核对")
    _fix(ctx, clause, why)
    _tell(ctx, f"「{clause.title}」（{number}）标为不适用：{why.reason}，依据决议 {why.resolution}")
    return clause


def reinstate(ctx: Asked, number: str) -> Clause:
    """Let a clause apply again; that is stricter, so it takes no resolution. Raises Refusal."""
    rules.may_exempt(ctx.person)
    clause = _clause(number)
    if number not in _exempt(ctx):
        raise Refusal(f"「{clause.title}」没有标过不适用，不用改")
    _fix(ctx, clause, Exempt("", "", today(ctx.now, ctx.zone)))
    _tell(ctx, f"「{clause.title}」（{number}）又适用了")
    return clause


def _clause(number: str) -> Clause:
    clause = BY_NUMBER.get(number)
    if clause is None:
        raise Refusal(f"方案里没有 {number[:10]} 这一条。发「还差什么」，打开页面看编号")
    return clause


def _fix(ctx: Asked, clause: Clause, why: Exempt) -> None:
    name = f"{rules.GREY}{clause.number}"
    version = settings.fix(ctx.tx, name, why.reason, why.resolution, why.decided_on, ctx.now)
    facts = {
        "clause": clause.number,
        "reason": why.reason,
        "resolution": why.resolution,
        "decided_on": why.decided_on.isoformat(),
    }
    act = "coverage.exempted" if why.reason else "coverage.reinstated"
    ctx.record(ctx.person, act, f"setting:{name}", version, facts)


def _tell(ctx: Asked, what: str) -> None:
    for each in people.holders(ctx.tx, (Role.SUPERVISOR,)):
        if each.id != ctx.person.id:
            ctx.send_text(each, f"方案对照：{what}（{ctx.person.name}登记）。")
