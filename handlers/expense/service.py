"""Carrying a claim through its life: load, ask the rules, write, tell; each call inside one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from zoneinfo import ZoneInfo

from handlers.contract.context import Asked, Context
from handlers.contract.incoming import StoredFile
from handlers.contract.refusal import Refusal
from handlers.contract.roles import Role
from handlers.contract.wording import yuan
from handlers.expense import cards, rules
from handlers.expense.forms import Answers
from handlers.expense.rules import Act, State, Who
from handlers.mechanisms.signoff import rules as chains
from handlers.mechanisms.signoff import service as signoff
from storage import expense, numbers, people, projects, settings
from storage import signoff as steps_table
from storage.expense import Attachment, Claim, Line, Version
from storage.signoff import Step, StepState

TODO_LIMIT = 8
MINE_LIMIT = 10

_ENDS = {Act.APPROVE: StepState.SIGNED, Act.REJECT: StepState.REJECTED, Act.RETURN: StepState.RETURNED}


def hand_in(ctx: Asked, claim_id: int, answers: Answers, files: Sequence[StoredFile]) -> Claim:
    """Hand in a new claim (`claim_id` 0) or the next version of one that came back.

    The chain is frozen and the requester's own signature is level 1; without four people it is blocked.
    """
    rules.may_submit(ctx.person)
    return _hand_in_again(ctx, claim_id, answers, files) if claim_id else _hand_in_new(ctx, answers, files)


def _hand_in_new(ctx: Asked, answers: Answers, files: Sequence[StoredFile]) -> Claim:
    claim_id = expense.create(ctx.tx, _number(ctx), ctx.person.id, State.SIGNING, ctx.now)
    _add_version(ctx, claim_id, 1, answers, files)
    return _start(ctx, _get(ctx, claim_id), "expense.submitted")


def _hand_in_again(ctx: Asked, claim_id: int, answers: Answers, files: Sequence[StoredFile]) -> Claim:
    claim = _locked(ctx, claim_id)
    _require(ctx, claim, Act.RESUBMIT)
    steps_table.void_rest(ctx.tx, claim.subject, claim.current.version)
    _add_version(ctx, claim_id, claim.current.version + 1, answers, files)
    renewed = _move(ctx, _get(ctx, claim_id), State(claim.state), State.SIGNING)
    return _show_everywhere(ctx, _start(ctx, renewed, "expense.resubmitted"))


def decide(ctx: Asked, claim_id: int, act: Act, version: int, level: int, shown: str, why: str = "") -> Claim:
    """Sign, reject or return at one level. Everything is checked at this moment, whatever the card showed.

    `shown` is the beginning of the hash that the button carried; empty when the words were typed.
    """
    claim = _locked(ctx, claim_id)
    steps = _steps(ctx, claim)
    if version != claim.current.version:
        raise Refusal(
            f"{claim.number} 已是第 {claim.current.version} 版，这张卡片是第 {version} 版，请看新卡片"
        )
    _still_signing(ctx, claim, steps, level, act)
    step = signoff.its_turn(ctx, ctx.person, steps, level)
    _require(ctx, claim, act)
    if not step.shown.startswith(shown):
        raise Refusal(f"{claim.number} 的内容已更新，请看新卡片")
    signoff.still_holds(ctx, ctx.person, steps, step, _matter(ctx, claim))
    signoff.sign(ctx, ctx.person, step, _ENDS[act], why)
    return _after_decision(ctx, claim, step, act)


def withdraw(ctx: Asked, claim_id: int, version: int) -> Claim:
    """Take a claim back, before anybody after the requester has signed."""
    claim = _locked(ctx, claim_id)
    _require(ctx, claim, Act.WITHDRAW, version)
    signed = [each.signer for each in _steps(ctx, claim) if each.level > 1 and each.state is StepState.SIGNED]
    if State(claim.state) is State.SIGNING:
        rules.may_withdraw(claim.number, signed)
    steps_table.void_rest(ctx.tx, claim.subject, claim.current.version)
    claim = _move(ctx, claim, State(claim.state), State.WITHDRAWN)
    _journal(ctx, "expense.withdrawn", claim)
    return _show_everywhere(ctx, claim)


def recheck(ctx: Asked, claim_id: int, version: int) -> Claim:
    """Try again to find four people for a blocked claim."""
    claim = _locked(ctx, claim_id)
    _require(ctx, claim, Act.RECHECK, version)
    _journal(ctx, "expense.rechecked", claim)
    if _steps(ctx, claim):
        return _refill(ctx, claim)
    claim = _move(ctx, claim, State.BLOCKED, State.SIGNING)
    return _show_everywhere(ctx, _start(ctx, claim, "expense.unblocked"))


def reassign(ctx: Asked, claim_id: int) -> Claim:
    """Give the levels that nobody has signed to whom the rules name now; nobody is chosen by hand."""
    claim = _locked(ctx, claim_id)
    _require(ctx, claim, Act.REASSIGN)
    return _refill(ctx, claim)


def may_edit(ctx: Asked, claim_id: int, version: int) -> Claim:
    """Return a claim that its requester may change now."""
    claim = _locked(ctx, claim_id)
    _require(ctx, claim, Act.EDIT, version)
    return claim


def readable(ctx: Asked, number: str) -> Claim:
    """Return a claim by number to somebody who may read it. The refusal does not tell whether it exists."""
    claim = expense.by_number(ctx.tx, number.strip().upper())
    if claim is None or not rules.may_read(ctx.person, _involved(ctx, claim)):
        raise Refusal(f"没有找到您能看的单子「{number.strip()[:30]}」。发「我的」看自己的单子")
    return claim


def by_id(ctx: Asked, claim_id: int) -> Claim:
    """Return a claim by id to somebody who may read it."""
    claim = _get(ctx, claim_id)
    return readable(ctx, claim.number)


def send_files(ctx: Asked, claim: Claim) -> int:
    """Send a claim's files into the reader's chat; return how many."""
    files = [StoredFile(each.sha256, each.name, each.size, each.mime) for each in claim.current.attachments]
    if files:
        ctx.send_files(ctx.person, files, about=claim.subject)
    return len(files)


def open_level(ctx: Context, claim: Claim) -> Step | None:
    """Return the step that waits for a signature."""
    return next((each for each in _steps(ctx, claim) if each.state is StepState.OPEN), None)


def picture(ctx: Context, claim: Claim) -> cards.Picture:
    """Load all that is needed to show a claim."""
    version = claim.current.version
    steps = _steps(ctx, claim)
    earlier = [steps_table.steps(ctx.tx, claim.subject, each) for each in range(1, version)]
    ids = {claim.requester, *(each.assignee for some in (steps, *earlier) for each in some)}
    return cards.Picture(
        claim,
        steps,
        earlier,
        projects.get(ctx.tx, claim.current.project_id),
        {key: each.name for key, each in people.by_ids(ctx.tx, ids).items()},
        _rule_words(ctx),
        ctx.zone,
    )


def _number(ctx: Context) -> str:
    year = ctx.now.astimezone(ZoneInfo(ctx.zone)).year
    return f"BX-{year}-{numbers.draw(ctx.tx, f'BX-{year}'):04d}"


def _add_version(
    ctx: Context, claim_id: int, version: int, answers: Answers, files: Sequence[StoredFile]
) -> None:
    rule = settings.current(ctx.tx, rules.CHAIN_SETTING, rules.CHAIN_DEFAULT)
    expense.add_version(
        ctx.tx,
        claim_id,
        Version(
            version,
            answers.project,
            answers.payee,
            answers.payee_id,
            f"{rule.name}/{rule.version}",
            ctx.now,
            (Line(answers.purpose, answers.amount_fen),),
            tuple(Attachment(each.sha256, each.name, each.size, each.mime) for each in files),
        ),
    )


def _start(ctx: Asked, claim: Claim, act: str) -> Claim:
    """Form the chain of a version that was just handed in, and open its second level or block it."""
    _journal(ctx, act, claim, _document(claim))
    chain = chains.form(_matter(ctx, claim), signoff.roster(ctx, _matter(ctx, claim)))
    if isinstance(chain, chains.Gap):
        return _block(ctx, claim, chain)
    opened = signoff.begin(ctx, claim.subject, claim.current.version, chain, _document(claim))
    claim = _get(ctx, claim.id)
    _show_step(ctx, claim, opened)
    if any(each.watched for each in chain.values()):
        _tell_supervisors(ctx, claim)
    return claim


def _block(ctx: Asked, claim: Claim, gap: chains.Gap) -> Claim:
    helpers = people.holders(ctx.tx, (Role.ADMINISTRATOR, Role.CHAIR))
    names = "、".join(each.name for each in helpers) or "管理员"
    note = f"{gap.why}。能帮忙的人：{names}（请理事会指定授权代签人，由管理员导入），之后点「重新检查」"
    blocked = _move(ctx, claim, State.SIGNING, State.BLOCKED, note)
    _journal(ctx, "expense.blocked", blocked, {"level": gap.level, "why": gap.why})
    for each in helpers:
        if each.id != ctx.person.id:
            ctx.send_text(
                each, f"{blocked.number} 凑不齐四个签字人：{gap.why}。请帮忙安排。", about=blocked.subject
            )
    return blocked


def _after_decision(ctx: Asked, claim: Claim, step: Step, act: Act) -> Claim:
    state = {Act.APPROVE: State.SIGNING, Act.REJECT: State.REJECTED, Act.RETURN: State.RETURNED}[act]
    following = None
    if act is Act.APPROVE and step.level == chains.LAST:
        state = State.APPROVED
    elif act is Act.APPROVE:
        following = signoff.advance(ctx, claim.subject, claim.current.version, _document(claim))
    else:
        steps_table.void_rest(ctx.tx, claim.subject, claim.current.version)
    if state is not State.SIGNING:
        claim = _move(ctx, claim, State.SIGNING, state)
        _journal(ctx, f"expense.{state}", claim)
    claim = _get(ctx, claim.id)
    if following:
        _show_step(ctx, claim, following)
    requester = people.get(ctx.tx, claim.requester)
    ctx.send_text(requester, _word_to_requester(ctx, claim, step, state, following), about=claim.subject)
    return _show_everywhere(ctx, claim)


def _word_to_requester(ctx: Asked, claim: Claim, step: Step, state: State, following: Step | None) -> str:
    why = next(each.reason for each in _steps(ctx, claim) if each.level == step.level)
    name = ctx.person.name
    if following:
        following_name = people.get(ctx.tx, following.assignee).name
        return f"{claim.number}：{name}已同意，现在等{following.title}{following_name}签字。"
    return {
        State.APPROVED: f"{claim.number} 已通过：四级都签好了，{yuan(claim.current.amount_fen)}。",
        State.REJECTED: f"{claim.number} 被{name}驳回：{why}",
        State.RETURNED: f"{claim.number} 被{name}退回修改：{why}。在单子卡片上点「修改」，改好再提交。",
    }[state]


def _refill(ctx: Asked, claim: Claim) -> Claim:
    """Let the rules name the signers of the levels that are still open; block the claim when they cannot."""
    version = claim.current.version
    before = {each.id: each for each in _steps(ctx, claim)}
    moved = signoff.refill(ctx, claim.subject, version, _matter(ctx, claim))
    if isinstance(moved, chains.Gap):
        if State(claim.state) is State.BLOCKED:
            raise Refusal(f"还是凑不齐：{moved.why}")
        return _show_everywhere(ctx, _block(ctx, claim, moved))
    if State(claim.state) is State.BLOCKED:
        claim = _move(ctx, claim, State.BLOCKED, State.SIGNING)
    elif not moved:
        raise Refusal(f"{claim.number} 的签字人都还有效，不用改派")
    after = {each.id: each for each in _steps(ctx, claim)}
    changes = [{"level": each.level, "from": each.assignee, "to": after[each.id].assignee} for each in moved]
    _journal(ctx, "expense.reassigned", claim, {"changes": changes})
    _hand_over(ctx, claim, before)
    return _show_everywhere(ctx, claim)


def _hand_over(ctx: Asked, claim: Claim, before: Mapping[int, Step]) -> None:
    opened = open_level(ctx, claim)
    if opened and before[opened.id].assignee != opened.assignee:
        old = people.get(ctx.tx, before[opened.id].assignee)
        ctx.send_text(old, f"{claim.number} 已改派给别人签，不用您处理了。", about=claim.subject)
        _show_step(ctx, claim, opened)


def _show_step(ctx: Context, claim: Claim, step: Step) -> None:
    ctx.send_card(people.get(ctx.tx, step.assignee), cards.step_card(picture(ctx, claim), step))


def _show_everywhere(ctx: Context, claim: Claim) -> Claim:
    """Bring every copy of the claim's cards up to date."""
    shown = picture(ctx, claim)
    ctx.replace(cards.claim_card(shown))
    for step in shown.steps:
        if step.level > 1 and step.opened_at:
            ctx.replace(cards.step_card(shown, step))
    return claim


def _tell_supervisors(ctx: Asked, claim: Claim) -> None:
    for each in people.holders(ctx.tx, (Role.SUPERVISOR,)):
        ctx.send_text(
            each,
            f"抄送监事：{claim.number} 涉及理事长，第 4 级改由他人签。发「查询 {claim.number}」查看。",
            about=claim.subject,
        )


def _still_signing(ctx: Context, claim: Claim, steps: Sequence[Step], level: int, act: Act) -> None:
    """Say what ended the claim, when it is no longer being signed. Raises Refusal."""
    if State(claim.state) is State.SIGNING:
        return
    ended = next((each for each in steps if each.state in (StepState.REJECTED, StepState.RETURNED)), None)
    if ended:
        raise Refusal(f"{claim.number} {signoff.already(ctx, ended, people.get(ctx.tx, ended.assignee))}")
    raise Refusal(f"{claim.number} {rules.STATE_WORDS[State(claim.state)]}，不用再{act}了")


def _require(ctx: Asked, claim: Claim, act: Act, version: int | None = None) -> None:
    rules.require(claim.number, State(claim.state), act, _parts(ctx, claim))
    if version is not None and version != claim.current.version:
        raise Refusal(f"{claim.number} 已是第 {claim.current.version} 版，请看新卡片")


def _parts(ctx: Asked, claim: Claim) -> set[Who]:
    opened = open_level(ctx, claim)
    parts = {Who.REQUESTER} if claim.requester == ctx.person.id else set()
    if opened and opened.assignee == ctx.person.id:
        parts.add(Who.SIGNER)
    if Role.ADMINISTRATOR in ctx.person.roles:
        parts.add(Who.ADMINISTRATOR)
    return parts


def _involved(ctx: Context, claim: Claim) -> Collection[int]:
    versions = range(1, claim.current.version + 1)
    signers = {
        each.assignee for version in versions for each in steps_table.steps(ctx.tx, claim.subject, version)
    }
    lead = projects.get(ctx.tx, claim.current.project_id).lead
    payee = {claim.current.payee_id} if claim.current.payee_id else set()
    return signers | {claim.requester, lead} | payee


def _move(ctx: Context, claim: Claim, old: State, new: State, note: str = "") -> Claim:
    if not expense.move(ctx.tx, claim.id, claim.current.version, old, new, note):
        raise Refusal(f"{claim.number} 刚刚有了变化，请再看一下")
    return _get(ctx, claim.id)


def _matter(ctx: Context, claim: Claim) -> chains.Matter:
    lead = projects.get(ctx.tx, claim.current.project_id).lead
    return chains.Matter(claim.requester, claim.current.payee_id, lead)


def _document(claim: Claim) -> dict[str, object]:
    """Return what is signed: everything that the requester handed in, and the rule version."""
    version = claim.current
    return {
        "number": claim.number,
        "version": version.version,
        "requester": claim.requester,
        "project": version.project_id,
        "payee": version.payee,
        "payee_id": version.payee_id,
        "rule": version.rule_version,
        "lines": [{"purpose": each.purpose, "amount_fen": each.amount_fen} for each in version.lines],
        "files": [each.sha256 for each in version.attachments],
    }


def _journal(ctx: Asked, act: str, claim: Claim, facts: Mapping[str, object] | None = None) -> None:
    ctx.record(
        ctx.person, act, claim.subject, claim.current.version, {"number": claim.number, **(facts or {})}
    )


def _rule_words(ctx: Context) -> str:
    rule = settings.current(ctx.tx, rules.CHAIN_SETTING, rules.CHAIN_DEFAULT)
    basis = f"依据理事会决议 {rule.resolution}" if rule.version else "默认规则，待理事会确认"
    return f"四级联签（方案「严格资金管理制度」）· {basis}"


def _locked(ctx: Context, claim_id: int) -> Claim:
    expense.lock(ctx.tx, claim_id)
    return _get(ctx, claim_id)


def _get(ctx: Context, claim_id: int) -> Claim:
    claim = expense.get(ctx.tx, claim_id)
    if claim is None:
        raise Refusal("没有找到这张单子")
    return claim


def _steps(ctx: Context, claim: Claim) -> list[Step]:
    return steps_table.steps(ctx.tx, claim.subject, claim.current.version)


def todo(ctx: Asked) -> list[tuple[Claim, Step]]:
    """Return what waits for the person's signature, the longest waiting first."""
    found = steps_table.todo(ctx.tx, ctx.person.id, TODO_LIMIT)
    return [(_get(ctx, int(each.subject.removeprefix("expense:"))), each) for each in found]


def my_step(ctx: Asked, claim: Claim) -> Step:
    """Return the step that a person means who types 同意 or 驳回: their own, else the open one."""
    steps = _steps(ctx, claim)
    own = [each for each in steps if each.assignee == ctx.person.id and each.level > 1]
    step = next(iter(own), None) or open_level(ctx, claim) or next(iter(steps), None)
    if step is None:
        raise Refusal(f"{claim.number} {rules.STATE_WORDS[State(claim.state)]}，现在没有要签的")
    return step


def any_by_number(ctx: Asked, number: str) -> Claim:
    """Return a claim by number to an administrator, who may rearrange it without reading it."""
    if Role.ADMINISTRATOR not in ctx.person.roles:
        raise Refusal("只有管理员能改派", rule="P31")
    claim = expense.by_number(ctx.tx, number.strip().upper())
    if claim is None:
        raise Refusal(f"没有单子「{number.strip()[:30]}」")
    return claim
