"""What waits at claims for a person, and what those who supervise should see of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.contract.card import Button
from handlers.contract.context import Context
from handlers.contract.figures import Figure
from handlers.contract.reminder import Waiting
from handlers.contract.watch import News, Part, Watched
from handlers.contract.wording import yuan
from handlers.expense import cards, service
from handlers.expense.rules import State, may_read
from scheduler import calendar, workdays
from scheduler.clock import today
from scheduler.periods import moments_of
from storage import attempts, expense, people, signoff
from storage.expense import Claim
from storage.people import Person
from storage.signoff import Step

STUCK_AFTER = 5
"""Working days that a claim may lie with one signer before those who supervise see it."""

LARGE_FEN = 1_000_000
"""10,000 yuan: what is shown as a large amount (decision 4)."""

LOOKED_BACK = timedelta(days=7)
SHOWN, NEWS_LIMIT = 10, 120


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


def news(ctx: Context) -> Sequence[News]:
    """Return what supervisors should hear of: attempts against a rule, claims that stand still."""
    return [*_tried(ctx), *_stopped(ctx), *_stuck_lately(ctx)]


def _tried(ctx: Context) -> Iterator[News]:
    """One word for each person, rule and day; at once where somebody tried to get round four signatures."""
    against = [each for each in attempts.since(ctx.tx, ctx.now - LOOKED_BACK) if each.rule]
    names = people.by_ids(ctx.tx, [each.person_id for each in against])
    for each in against:
        day = today(each.at, ctx.zone)
        key = f"tried:{each.person_id}:{each.rule}:{day:%y%m%d}{':!' if each.grave else ''}"
        line = (
            f"{names[each.person_id].name} {day.month}月{day.day}日有操作被拒（{each.rule}）：{each.answer}"
        )
        yield News(key, line[:NEWS_LIMIT], urgent=each.grave)


def _stopped(ctx: Context) -> Iterator[News]:
    for claim in expense.blocked(ctx.tx, SHOWN):
        line = f"{claim.number} 凑不齐四个签字人，停下了"
        yield News(f"blocked:{claim.id}:{claim.current.version}", line, _show(claim), urgent=True)


def _stuck_lately(ctx: Context) -> Iterator[News]:
    for step, line, claim in _lying(ctx):
        yield News(f"stuck:{step.id}", line, _show(claim))


def figures(ctx: Context, month: str) -> Sequence[Figure]:
    """Return how the month's large claims were handled (P5, as far as claims go)."""
    start, end = moments_of(month, ctx.zone)
    found = [
        each
        for each in expense.submitted_between(ctx.tx, start, end)
        if each.current.amount_fen >= LARGE_FEN and each.state in (State.APPROVED, State.SIGNING)
    ]
    bare = [each for each in found if each.state != State.APPROVED or not each.current.attachments]
    lacking = tuple(f"{each.number} 没签齐或没有附件" for each in bare)
    title = "大额支出签齐、有附件（只看报销）"
    return [Figure("large", title, "P5", len(found) - len(bare), len(found), "笔", lacking)]


def _blocked(ctx: Context) -> Iterator[Watched]:
    for claim in expense.blocked(ctx.tx, SHOWN):
        yield Watched(Part.UNUSUAL, f"{claim.number} 凑不齐四个签字人", _show(claim))


def _stuck(ctx: Context) -> Iterator[Watched]:
    for _, line, claim in _lying(ctx):
        yield Watched(Part.UNUSUAL, line, _show(claim))


def _lying(ctx: Context) -> Iterator[tuple[Step, str, Claim]]:
    """Steps that lie with their signer for too long, each with the words that say so."""
    now, known = today(ctx.now, ctx.zone), calendar.current(ctx.tx)
    found = signoff.open_longest(ctx.tx, SHOWN)
    claims = expense.by_ids(ctx.tx, [claim_id(each.subject) for each in found])
    names = people.by_ids(ctx.tx, [each.assignee for each in found])
    for step in found:
        days = workdays.between(today(step.opened_at, ctx.zone), now, known) if step.opened_at else 0
        if days > STUCK_AFTER:
            claim = claims[claim_id(step.subject)]
            yield step, f"{claim.number} 在{names[step.assignee].name}处停了 {days} 个工作日", claim


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
