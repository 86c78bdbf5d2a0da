"""What claims tell a team about its own month: which have no files, which lie still, and one to look up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from handlers.contract.context import Context
from handlers.contract.ledger import Fact, Sample
from handlers.contract.wording import yuan
from handlers.expense.rules import State
from handlers.expense.watching import STUCK_AFTER
from handlers.mechanisms.units.rules import Unit
from scheduler import calendar, workdays
from scheduler.clock import today
from storage import expense, projects
from storage.expense import Claim

MONEY = "资金使用"
NAMED = 3
"""As many numbers as one fact names."""


def facts(ctx: Context, unit: Unit, month: str) -> Sequence[Fact]:
    """Return what the ledger holds about a unit's claims of a month (`2026-09`)."""
    claims = _of_unit(ctx, unit, month)
    bare = [each for each in claims if not each.current.attachments and each.state != State.WITHDRAWN]
    still = [each for each in claims if each.state == State.SIGNING and _days(ctx, each) > STUCK_AFTER]
    blocked = [each for each in claims if each.state == State.BLOCKED]
    return [*_said(bare, "没有附件"), *_said(still, "还没签完"), *_said(blocked, "凑不齐签字人")]


def sample(ctx: Context, unit: Unit, month: str, seed: str) -> Sample | None:
    """Return one approved claim of the unit's month, the same for the same seed."""
    approved = [each for each in _of_unit(ctx, unit, month) if each.state == State.APPROVED]
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


def _of_unit(ctx: Context, unit: Unit, month: str) -> list[Claim]:
    found = expense.submitted_between(ctx.tx, *_bounds(month, ctx.zone))
    if not unit.is_project:
        return [each for each in found if each.requester in unit.members]
    code = unit.key.partition(":")[2]
    project = next((each.id for each in projects.everything(ctx.tx) if each.code == code), None)
    return [each for each in found if each.current.project_id == project]


def _bounds(month: str, zone: str) -> tuple[datetime, datetime]:
    first = date.fromisoformat(f"{month}-01")
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    start, end = (datetime.combine(day, time(), ZoneInfo(zone)) for day in (first, following))
    return start, end


def _days(ctx: Context, claim: Claim) -> int:
    submitted = today(claim.current.submitted_at, ctx.zone)
    return workdays.between(submitted, today(ctx.now, ctx.zone), calendar.current(ctx.tx))
