"""Collecting what everybody knows of the plan's clauses, and writing down which do not apply."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.contract.context import Asked, Context
from handlers.contract.coverage import OnCovers
from handlers.contract.refusal import Refusal
from handlers.contract.roles import Role
from handlers.coverage import paper, rules
from handlers.coverage.plan import BY_NUMBER, CLAUSES, Clause
from handlers.coverage.rules import Line, Resolved
from scheduler.clock import today
from storage import people, settings


def whole(ctx: Asked, sources: Sequence[OnCovers]) -> list[Line]:
    """Return every clause as it stands. Raises Refusal to who may not look."""
    rules.may_look(ctx.person)
    done = _resolved(ctx, rules.DONE)
    held = people.holders(ctx.tx, {role for roles in rules.POSTS.values() for role in roles})
    covered = [each for ask in sources for each in ask(ctx)]
    covered += [*rules.posts(held, done), *rules.outside(done, today(ctx.now, ctx.zone))]
    return rules.lines(covered, _resolved(ctx, rules.GREY))


def _resolved(ctx: Context, kind: str) -> dict[str, Resolved]:
    found = settings.newest_of(ctx.tx, [f"{kind}{each.number}" for each in CLAUSES])
    return {
        name.removeprefix(kind): Resolved(str(each.value), each.resolution, each.decided_on)
        for name, each in found.items()
        if each.value and each.decided_on
    }


def send_paper(ctx: Asked, sources: Sequence[OnCovers]) -> None:
    """Send the whole as a PDF to who asks. Raises Refusal to who may not look."""
    document = paper.paper(whole(ctx, sources), today(ctx.now, ctx.zone))
    ctx.send_document(ctx.person, document, about=f"coverage:{ctx.person.id}")


def exempt(ctx: Asked, number: str, why: Resolved) -> Clause:
    """Write down that a clause does not apply, by a resolution; supervisors hear of it. Raises Refusal."""
    clause = _to_settle(ctx, number, why)
    _fix(ctx, clause, rules.GREY, why)
    _tell(ctx, f"「{clause.title}」（{number}）标为不适用：{why.reason}，依据决议 {why.resolution}")
    return clause


def done_outside(ctx: Asked, number: str, what: Resolved) -> Clause:
    """Write down what was done outside the assistant; supervisors hear of it. Raises Refusal."""
    clause = _to_settle(ctx, number, what)
    rules.may_be_done_outside(clause)
    _fix(ctx, clause, rules.DONE, what)
    _tell(ctx, f"「{clause.title}」（{number}）登记为线下已做：{what.reason}，依据决议 {what.resolution}")
    return clause


def _to_settle(ctx: Asked, number: str, by: Resolved) -> Clause:
    rules.may_settle(ctx.person)
    clause = _clause(number)
    if not 0 < len(by.reason) <= rules.REASON_LIMIT:
        raise Refusal(f"请写明原因或做了什么，最多 {rules.REASON_LIMIT} 个字")
    if by.decided_on > today(ctx.now, ctx.zone):
        raise Refusal(f"决议日期 {by.decided_on} 还没到，请核对")
    return clause


def take_back(ctx: Asked, number: str) -> Clause:
    """Forget what was written down about a clause; that is stricter, so it takes no resolution. Raises
    Refusal."""
    rules.may_settle(ctx.person)
    clause = _clause(number)
    kinds = [kind for kind in (rules.GREY, rules.DONE) if number in _resolved(ctx, kind)]
    if not kinds:
        raise Refusal(f"「{clause.title}」没有登记过，不用改")
    for kind in kinds:
        _fix(ctx, clause, kind, Resolved("", "", today(ctx.now, ctx.zone)))
    _tell(ctx, f"「{clause.title}」（{number}）的登记撤掉了，又按记录算")
    return clause


def _clause(number: str) -> Clause:
    clause = BY_NUMBER.get(number)
    if clause is None:
        raise Refusal(f"方案里没有 {number[:10]} 这一条。发「还差什么」，打开页面看编号")
    return clause


def _fix(ctx: Asked, clause: Clause, kind: str, by: Resolved) -> None:
    name = f"{kind}{clause.number}"
    version = settings.fix(ctx.tx, name, by.reason, by.resolution, by.decided_on, ctx.now)
    facts = {
        "clause": clause.number,
        "reason": by.reason,
        "resolution": by.resolution,
        "decided_on": by.decided_on.isoformat(),
    }
    ctx.record(ctx.person, "coverage.settled", f"setting:{name}", version, facts)


def _tell(ctx: Asked, what: str) -> None:
    for each in people.holders(ctx.tx, (Role.SUPERVISOR,)):
        if each.id != ctx.person.id:
            ctx.send_text(each, f"方案对照：{what}（{ctx.person.name}登记）。")
