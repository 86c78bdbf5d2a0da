"""What waits at claims for a person, and what those who supervise should see of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.contract.card import Button
from handlers.contract.context import Context
from handlers.contract.reminder import Waiting
from handlers.contract.watch import Part, Watched
from handlers.contract.wording import yuan
from handlers.expense import cards, service
from handlers.expense.rules import may_read
from scheduler import calendar, workdays
from scheduler.clock import today
from storage import attempts, expense, people, signoff
from storage.expense import Claim
from storage.people import Person

STUCK_AFTER = 5
"""Working days that a claim may lie with one signer before those who supervise see it."""

LARGE_FEN = 1_000_000
"""10,000 yuan: what is shown as a large amount (decision 4)."""

LOOKED_BACK = timedelta(days=7)
SHOWN = 10


def waiting(ctx: Context, person: Person) -> Sequence[Waiting]:
    """Return the claims that wait for a person's signature, the longest waiting first."""
    found = service.todo(ctx, person)
    names = people.by_ids(ctx.tx, [claim.requester for claim, _ in found])
    return [
        Waiting(cards.waiting_line(claim, names[claim.requester].name, step), _show(claim))
        for claim, step in found
    ]


def watch(ctx: Context, reader: Person) -> Sequence[Watched]:
    """Return what is unusual about claims, and this month's large ones, to who may read every claim."""
    if not may_read(reader, ()):
        return ()
    return [*_blocked(ctx), *_stuck(ctx), *_refused(ctx), *_large(ctx)]


def _blocked(ctx: Context) -> Iterator[Watched]:
    for claim in expense.blocked(ctx.tx, SHOWN):
        yield Watched(Part.UNUSUAL, f"{claim.number} 凑不齐四个签字人", _show(claim))


def _stuck(ctx: Context) -> Iterator[Watched]:
    now, known = today(ctx.now, ctx.zone), calendar.current(ctx.tx)
    found = signoff.open_longest(ctx.tx, SHOWN)
    claims = expense.by_ids(ctx.tx, [claim_id(each.subject) for each in found])
    names = people.by_ids(ctx.tx, [each.assignee for each in found])
    for step in found:
        if step.opened_at is None:
            continue
        days = workdays.between(today(step.opened_at, ctx.zone), now, known)
        if days > STUCK_AFTER:
            claim = claims[claim_id(step.subject)]
            line = f"{claim.number} 在{names[step.assignee].name}处停了 {days} 个工作日"
            yield Watched(Part.UNUSUAL, line, _show(claim))


def _refused(ctx: Context) -> Iterator[Watched]:
    """Attempts against a rule, by name; a slip while typing is none."""
    against = [each for each in attempts.since(ctx.tx, ctx.now - LOOKED_BACK) if each.rule]
    names = people.by_ids(ctx.tx, [each.person_id for each in against])
    for person_id in dict.fromkeys(each.person_id for each in against):
        theirs = [each for each in against if each.person_id == person_id]
        rules = "、".join(sorted({each.rule for each in theirs}))
        yield Watched(Part.UNUSUAL, f"{names[person_id].name} 近 7 天有 {len(theirs)} 次操作被拒（{rules}）")


def _large(ctx: Context) -> Iterator[Watched]:
    first = today(ctx.now, ctx.zone).replace(day=1)
    since = datetime.combine(first, time(), ZoneInfo(ctx.zone))
    for claim in expense.large_since(ctx.tx, since, LARGE_FEN, SHOWN):
        payee = claim.current.payee
        yield Watched(
            Part.LARGE, f"{claim.number} · {yuan(claim.current.amount_fen)} · {payee}", _show(claim)
        )


def claim_id(subject: str) -> int:
    """Return the row that a subject names, `expense:12`."""
    return int(subject.removeprefix("expense:"))


def _show(claim: Claim) -> Button:
    return Button("查看", "expense.show", {"claim": claim.id}, say=f"查询 {claim.number}")
