"""Who sees what after a claim has changed: cards to sign, cards brought up to date, words to people."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.contract.context import Context
from handlers.contract.roles import Role
from handlers.contract.wording import yuan
from handlers.expense import cards, rules
from handlers.expense.cards import Picture
from handlers.expense.rules import State
from storage import people, projects, settings, signoff
from storage.expense import Claim, Version
from storage.people import Person
from storage.signoff import Step, StepState


def picture(ctx: Context, claim: Claim, steps: Sequence[Step] | None = None) -> Picture:
    """Load all that is needed to show a claim; `steps` are those of its version, if they are at hand."""
    version = claim.current.version
    if steps is None:
        steps = signoff.steps(ctx.tx, claim.subject, version)
    earlier = [signoff.steps(ctx.tx, claim.subject, each) for each in range(1, version)]
    ids = {claim.requester, *(each.assignee for some in (steps, *earlier) for each in some)}
    return Picture(
        claim,
        steps,
        earlier,
        projects.get(ctx.tx, claim.current.project_id),
        {key: each.name for key, each in people.by_ids(ctx.tx, ids).items()},
        rule_words(ctx, claim.current),
        ctx.zone,
    )


def rule_words(ctx: Context, version: Version) -> str:
    """Return the rule that a version was handed in under, and what it stands on."""
    name, _, number = version.rule_version.rpartition("/")
    rule = settings.of_version(ctx.tx, name, int(number), rules.CHAIN_DEFAULT)
    basis = f"依据理事会决议 {rule.resolution}" if rule.version else "默认规则，待理事会确认"
    return f"{rule.value}（方案「严格资金管理制度」）· {basis}"


def show_changes(ctx: Context, claim: Claim, before: Sequence[Step], now: Sequence[Step]) -> Picture:
    """Ask who has to sign now, and bring the cards of the requester and of the former signer up to date.

    `before` are the steps of the version as they were (none when it is new), `now` as they are.
    """
    shown = picture(ctx, claim, now)
    ctx.replace(cards.claim_card(shown))
    old, new = _open(before), _open(now)
    same = old and new and (old.id, old.assignee) == (new.id, new.assignee)
    if old and not same:
        _close(ctx, shown, old)
    if new and not same:
        ctx.send_card(people.get(ctx.tx, new.assignee), cards.step_card(shown, new))
    return shown


def _open(steps: Sequence[Step]) -> Step | None:
    return next((each for each in steps if each.state is StepState.OPEN), None)


def _close(ctx: Context, shown: Picture, old: Step) -> None:
    step = next((each for each in shown.steps if each.id == old.id), old)
    decided = step.assignee == old.assignee and step.state not in (StepState.OPEN, StepState.WAITING)
    ctx.replace(cards.step_card(shown, step) if decided else cards.passed_on_card(shown.claim, old))


def tell_requester(ctx: Context, shown: Picture, by: Person, reason: str) -> None:
    """Tell the requester what was decided, and who signs next."""
    claim, following = shown.claim, _open(shown.steps)
    if following:
        signer = shown.names[following.assignee]
        words = f"{claim.number}：{by.name}已同意，现在等{following.title}{signer}签字。"
    else:
        words = {
            State.APPROVED: f"{claim.number} 已通过：四级都签好了，{yuan(claim.current.amount_fen)}。",
            State.REJECTED: f"{claim.number} 被{by.name}驳回：{reason}",
            State.RETURNED: f"{claim.number} 被{by.name}退回修改：{reason.rstrip('。.')}。"
            f"点「修改」或发「修改 {claim.number}」，改好再提交。",
        }[State(claim.state)]
    ctx.send_text(people.get(ctx.tx, claim.requester), words, about=claim.subject)


def tell_helpers(ctx: Context, claim: Claim, why: str, helpers: Sequence[Person]) -> None:
    """Tell those who can help that no four people can be found."""
    for each in helpers:
        if each.id != claim.requester:
            ctx.send_text(
                each,
                f"{claim.number} 凑不齐四个签字人：{why}。"
                f"请理事会指定一位授权代签人，由管理员导入后发「重新检查 {claim.number}」。",
                about=claim.subject,
            )


def tell_supervisors(ctx: Context, claim: Claim) -> None:
    """Let the supervisors know of a claim in which the chair has a part (decision 5)."""
    words = f"抄送监事：{claim.number} 涉及理事长，第 4 级改由他人签。发「查询 {claim.number}」查看。"
    for each in people.holders(ctx.tx, (Role.SUPERVISOR,)):
        ctx.send_text(each, words, about=claim.subject)
