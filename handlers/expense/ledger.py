"""What claims tell a team about its own month: which have no files, which lie still, and one to look up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from handlers.contract.context import Context
from handlers.contract.ledger import Fact, Sample
from handlers.contract.wording import yuan
from handlers.expense.rules import State
from handlers.expense.watching import STUCK_AFTER, claim_id
from handlers.mechanisms.units.rules import Unit
from scheduler import calendar, workdays
from scheduler.clock import today
from scheduler.periods import moments_of
from storage import attempts, expense, projects, signoff
from storage.expense import Claim

MONEY = "资金使用"
LOOKED_AT = 200
"""As many claims that lie still as are looked through for a unit's own."""

NAMED = 3
"""As many numbers as one fact names."""


def facts(ctx: Context, unit: Unit, month: str) -> Sequence[Fact]:
    """Return what the ledger holds about a unit: its claims of a month (`2026-09`) without files, those of
    any month that lie still, and what the rules stopped in that month."""
    claims = _of_month(ctx, unit, month)
    bare = [each for each in claims if not each.current.attachments and each.state != State.WITHDRAWN]
    still, blocked = _ours(ctx, unit, _lying(ctx)), _ours(ctx, unit, expense.blocked(ctx.tx, LOOKED_AT))
    said = (*_said(bare, "没有附件"), *_said(still, "还没签完"), *_said(blocked, "凑不齐签字人"))
    return [*said, *_stopped(ctx, unit, month)]


def sample(ctx: Context, unit: Unit, month: str, seed: str) -> Sample | None:
    """Return one approved claim of the unit's month, the same for the same seed."""
    approved = [each for each in _of_month(ctx, unit, month) if each.state == State.APPROVED]
    if not approved:
        return None
    claim = sorted(approved, key=lambda each: each.number)[int(seed, 16) % len(approved)]
    files = f"附件 {len(claim.current.attachments)} 个" if claim.current.attachments else "无附件"
    amount = yuan(claim.current.amount_fen)
    return Sample(claim.number, f"{claim.number}，{amount}，{claim.current.payee}，{files}，和实物对得上吗？")


def _said(claims: Sequence[Claim], what: str) -> Iterator[Fact]:
    if claims:
        names = "、".join(each.number for each in claims[:NAMED])
        more = f"等 {len(claims)} 张" if len(claims) > NAMED else ""
        yield Fact(MONEY, f"{names}{more}{what}")


def _lying(ctx: Context) -> list[Claim]:
    """Claims that lie with one signer for too long, the longest first."""
    now, known = today(ctx.now, ctx.zone), calendar.current(ctx.tx)
    still = [
        step.subject
        for step in signoff.open_longest(ctx.tx, LOOKED_AT)
        if step.opened_at and workdays.between(today(step.opened_at, ctx.zone), now, known) > STUCK_AFTER
    ]
    claims = expense.by_ids(ctx.tx, [claim_id(each) for each in still])
    return [claims[claim_id(each)] for each in still]


def _stopped(ctx: Context, unit: Unit, month: str) -> Iterator[Fact]:
    """How often a rule refused what somebody of the unit tried; no names, the sheet is read by many."""
    start, end = moments_of(month, ctx.zone)
    tried = attempts.between(ctx.tx, start, end)
    against = [each.rule for each in tried if each.rule and each.person_id in unit.members]
    if against and not unit.is_project:
        yield Fact(MONEY, f"有 {len(against)} 次操作被规则挡下（{'、'.join(sorted(set(against)))}）")


def _of_month(ctx: Context, unit: Unit, month: str) -> list[Claim]:
    return _ours(ctx, unit, expense.submitted_between(ctx.tx, *moments_of(month, ctx.zone)))


def _ours(ctx: Context, unit: Unit, found: Sequence[Claim]) -> list[Claim]:
    if not unit.is_project:
        return [each for each in found if each.requester in unit.members]
    code = unit.key.partition(":")[2]
    project = next((each.id for each in projects.everything(ctx.tx) if each.code == code), None)
    return [each for each in found if each.current.project_id == project]
