"""Carrying a claim through its life: load, ask the rules, write, tell; each call inside one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from zoneinfo import ZoneInfo

from handlers.contract.context import Asked, Context
from handlers.contract.incoming import StoredFile
from handlers.contract.refusal import Refusal
from handlers.contract.roles import Role
from handlers.expense import cards, paper, rules, telling
from handlers.expense.cards import Picture
from handlers.expense.forms import Answers
from handlers.expense.rules import Act, State, Who
from handlers.mechanisms.signoff import rules as chains
from handlers.mechanisms.signoff import service as signoff
from storage import expense, journal, numbers, people, projects, settings
from storage import signoff as steps_table
from storage.expense import Attachment, Claim, Line, Version
from storage.people import Person
from storage.signoff import Step, StepState

TODO_LIMIT = 5
UNKNOWN = "没有找到您能看的单子，请核对编号。发「我的」看自己的单子"
"""Told alike of what does not exist and of what is not theirs to read (decision 34)."""

_ENDS = {
    Act.APPROVE: (StepState.SIGNED, State.SIGNING),
    Act.REJECT: (StepState.REJECTED, State.REJECTED),
    Act.RETURN: (StepState.RETURNED, State.RETURNED),
}


def hand_in(ctx: Asked, claim_id: int, answers: Answers, files: Sequence[StoredFile]) -> Picture:
    """Hand in a new claim (`claim_id` 0) or the next version of one that came back.

    The chain is frozen and the requester's own signature is level 1; without four people it is blocked.
    """
    rules.may_submit(ctx.person)
    return _hand_in_again(ctx, claim_id, answers, files) if claim_id else _hand_in_new(ctx, answers, files)


def _hand_in_new(ctx: Asked, answers: Answers, files: Sequence[StoredFile]) -> Picture:
    claim_id = expense.create(ctx.tx, _number(ctx), ctx.person.id, State.SIGNING, ctx.now)
    _add_version(ctx, claim_id, 1, answers, files)
    return _start(ctx, _get(ctx, claim_id), "expense.submitted")


def _hand_in_again(ctx: Asked, claim_id: int, answers: Answers, files: Sequence[StoredFile]) -> Picture:
    claim = _locked(ctx, claim_id)
    with _discreet(ctx, claim):
        _require(ctx, claim, Act.RESUBMIT)
    _add_version(ctx, claim_id, claim.current.version + 1, answers, files)
    renewed = _move(ctx, _get(ctx, claim_id), State.SIGNING)
    return _start(ctx, renewed, "expense.resubmitted")


def decide(
    ctx: Asked, claim_id: int, act: Act, version: int, level: int, shown: str, why: str = ""
) -> Picture:
    """Sign, reject or return at one level. Everything is checked at this moment, whatever the card showed.

    `shown` is the mark of what the signer saw, as the button carried it.
    """
    claim = _locked(ctx, claim_id)
    steps = _steps(ctx, claim)
    with _discreet(ctx, claim):
        _same_version(claim, version)
        _still_signing(ctx, claim, steps, act, level)
        step = signoff.its_turn(ctx, ctx.person, steps, level)
        rules.require(claim.number, State(claim.state), act, _parts(ctx, claim, steps))
    if shown != cards.mark(step):
        raise Refusal(f"{claim.number} 的内容已更新，请看新卡片")
    signoff.unchanged(steps, step, _document(claim))
    step = signoff.still_holds(ctx, ctx.person, steps, step, _matter(ctx, claim))
    step_state, state = _ENDS[act]
    now = signoff.sign(ctx, ctx.person, steps, step, step_state, why)
    if act is not Act.APPROVE:
        now = signoff.end(ctx, now)
    elif level < chains.LAST:
        now = signoff.advance(ctx, now, _document(claim))
    else:
        state = State.APPROVED
    if state is not State.SIGNING:
        claim = _move(ctx, claim, state)
        _journal(ctx, f"expense.{state}", claim)
    picture = telling.show_changes(ctx, claim, steps, now)
    telling.tell_requester(ctx, picture, ctx.person, why)
    return picture


def withdraw(ctx: Asked, claim_id: int, version: int) -> Picture:
    """Take a claim back, before anybody after the requester has signed."""
    claim = _locked(ctx, claim_id)
    with _discreet(ctx, claim):
        before = _require(ctx, claim, Act.WITHDRAW, version)
    if State(claim.state) is State.SIGNING:
        signed = [each.signer for each in before if each.level > chains.FIRST and each.decided_at]
        rules.may_withdraw(claim.number, signed)
    now = signoff.end(ctx, before)
    claim = _move(ctx, claim, State.WITHDRAWN)
    _journal(ctx, "expense.withdrawn", claim)
    return telling.show_changes(ctx, claim, before, now)


def recheck(ctx: Asked, claim_id: int, version: int | None = None) -> Picture:
    """Try again to find four people for a blocked claim: its requester or an administrator may ask for it."""
    claim = _locked(ctx, claim_id)
    if claim.requester != ctx.person.id and Role.ADMINISTRATOR not in ctx.person.roles:
        raise Refusal("只有经办人和管理员能重新检查，并且要写对编号", rule="P31")
    rules.may_submit(people.get(ctx.tx, claim.requester))
    before = _require(ctx, claim, Act.RECHECK, version)
    chain = signoff.fill(ctx, before, _matter(ctx, claim))
    if isinstance(chain, chains.Gap):
        raise Refusal(f"{claim.number} 还是凑不齐签字人：{chain.why}")
    return _go_on(ctx, _move(ctx, claim, State.SIGNING), before, chain)


def reassign(ctx: Asked, number: str) -> Picture:
    """Give the levels that nobody has signed to whom the rules name now; nobody is chosen by hand."""
    claim_id = id_of(ctx, number)
    if not claim_id or Role.ADMINISTRATOR not in ctx.person.roles:
        raise Refusal("只有管理员能改派，并且要写对编号，例如「改派 BX-2026-0001」", rule="P31")
    claim = _locked(ctx, claim_id)
    before = _require(ctx, claim, Act.REASSIGN)
    chain = signoff.fill(ctx, before, _matter(ctx, claim))
    if isinstance(chain, chains.Gap):
        return _block(ctx, claim, before, chain)
    now = _steps(ctx, claim)
    if now == before:
        raise Refusal(f"{claim.number} 的签字人都还有效，不用改派")
    _tell_watchers(ctx, claim, before, chain)
    return _reassigned(ctx, claim, before, now)


def id_of(ctx: Asked, number: str) -> int:
    """Return the id behind a number, 0 when there is none; it gives nobody a right."""
    claim = expense.by_number(ctx.tx, number.strip().upper())
    return claim.id if claim else 0


def _reassigned(ctx: Asked, claim: Claim, before: Sequence[Step], now: Sequence[Step]) -> Picture:
    was = {each.level: each.assignee for each in before}
    changes = [
        {"level": each.level, "from": was.get(each.level), "to": each.assignee}
        for each in now
        if was.get(each.level) != each.assignee
    ]
    _journal(ctx, "expense.reassigned", claim, {"changes": changes})
    return telling.show_changes(ctx, claim, before, now)


def may_edit(ctx: Asked, claim_id: int, version: int) -> Claim:
    """Return a claim that its requester may change now."""
    claim = _locked(ctx, claim_id)
    with _discreet(ctx, claim):
        _require(ctx, claim, Act.EDIT, version)
    return claim


def readable(ctx: Asked, number: str) -> Claim:
    """Return a claim by number to somebody who may read it. The refusal does not tell whether it exists."""
    claim = expense.by_number(ctx.tx, number.strip().upper())
    if claim is None or not rules.may_read(ctx.person, _involved(ctx, claim)):
        raise Refusal(UNKNOWN)
    return claim


def by_id(ctx: Asked, claim_id: int) -> Claim:
    """Return a claim by id to somebody who may read it."""
    return readable(ctx, _get(ctx, claim_id).number)


def send_files(ctx: Asked, claim: Claim) -> int:
    """Send a claim's files into the reader's chat; return how many."""
    files = [StoredFile(each.sha256, each.name, each.size, each.mime) for each in claim.current.attachments]
    ctx.send_files(ctx.person, files, about=claim.subject)
    return len(files)


def send_sheet(ctx: Asked, claim: Claim) -> None:
    """Send the signature sheet of an approved claim, which its reader has found, into the reader's chat."""
    if State(claim.state) is not State.APPROVED:
        now = rules.STATE_WORDS[State(claim.state)]
        raise Refusal(f"{claim.number} 现在是「{now}」，四级签齐通过后才有联签单", rule="P31")
    document = paper.sheet(telling.picture(ctx, claim), journal.heads(ctx.tx)[journal.MAIN])
    ctx.send_document(ctx.person, document, about=claim.subject)
    _journal(ctx, "expense.sheet", claim)


def todo(ctx: Context, person: Person) -> list[tuple[Claim, Step]]:
    """Return what waits for a person's signature, the longest waiting first; one more than TODO_LIMIT,
    where there is more."""
    found = steps_table.todo(ctx.tx, person.id, TODO_LIMIT + 1)
    ids = [int(each.subject.removeprefix("expense:")) for each in found]
    claims = expense.by_ids(ctx.tx, ids)
    return [(claims[claim_id], step) for claim_id, step in zip(ids, found, strict=True)]


def my_step(ctx: Asked, claim: Claim) -> Step:
    """Return the step that a person means who types 同意 or 驳回: their own, else the open one."""
    steps = _steps(ctx, claim)
    own = [each for each in steps if each.assignee == ctx.person.id and each.level > chains.FIRST]
    step = next(iter(own), None) or signoff.open_step(steps) or next(iter(steps), None)
    if step is None:
        raise Refusal(f"{claim.number} {rules.STATE_WORDS[State(claim.state)]}，现在没有要签的")
    return step


def _start(ctx: Asked, claim: Claim, act: str) -> Picture:
    """Sign level 1 for the requester, who has just handed in, and go on or block."""
    _journal(ctx, act, claim, _document(claim))
    steps = signoff.begin(ctx, ctx.person, claim.subject, claim.current.version, _document(claim))
    chain = signoff.fill(ctx, steps, _matter(ctx, claim))
    return (
        _block(ctx, claim, steps, chain) if isinstance(chain, chains.Gap) else _go_on(ctx, claim, [], chain)
    )


def _go_on(ctx: Asked, claim: Claim, before: Sequence[Step], chain: chains.Chain) -> Picture:
    """Open the next level of a chain that has just been filled."""
    now = signoff.advance(ctx, _steps(ctx, claim), _document(claim))
    _tell_watchers(ctx, claim, before, chain)
    return _reassigned(ctx, claim, before, now) if before else telling.show_changes(ctx, claim, [], now)


def _tell_watchers(ctx: Asked, claim: Claim, before: Sequence[Step], chain: chains.Chain) -> None:
    """Let the supervisors know when somebody now signs in the chair's place."""
    was = {each.level: each.assignee for each in before}
    if any(each.watched and was.get(level) != each.person for level, each in chain.items()):
        telling.tell_supervisors(ctx, claim)


def _block(ctx: Asked, claim: Claim, before: Sequence[Step], gap: chains.Gap) -> Picture:
    now = signoff.pause(ctx, before)
    helpers = people.holders(ctx.tx, (Role.ADMINISTRATOR, Role.CHAIR))
    names = "、".join(each.name for each in helpers) or "管理员"
    note = f"{gap.why}。能帮忙的人：{names}（请理事会指定授权代签人，由管理员导入），之后点「重新检查」"
    blocked = _move(ctx, claim, State.BLOCKED, note)
    _journal(ctx, "expense.blocked", blocked, {"level": gap.level, "why": gap.why})
    telling.tell_helpers(ctx, blocked, gap.why, helpers)
    return telling.show_changes(ctx, blocked, before, now)


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


def _still_signing(ctx: Asked, claim: Claim, steps: Sequence[Step], act: Act, level: int) -> None:
    """Say what ended the signing, when it has ended. Raises Refusal."""
    if State(claim.state) is State.SIGNING:
        return
    ended = [each for each in steps if each.state in (StepState.REJECTED, StepState.RETURNED)]
    own = [each for each in steps if each.level == level and each.decided_at]
    for each in (*ended, *own):
        raise Refusal(f"{claim.number}：{signoff.already(ctx, each, ctx.person)}", rule="P31")
    raise Refusal(f"{claim.number} {rules.STATE_WORDS[State(claim.state)]}，不能再{act}了")


def _same_version(claim: Claim, version: int) -> None:
    if version != claim.current.version:
        raise Refusal(
            f"{claim.number} 已是第 {claim.current.version} 版，这张卡片是第 {version} 版，请看新卡片"
        )


def _require(ctx: Asked, claim: Claim, act: Act, version: int | None = None) -> list[Step]:
    """Return the steps as they are, if the person may do this to the claim now. Raises Refusal."""
    if version is not None:
        _same_version(claim, version)
    steps = _steps(ctx, claim)
    rules.require(claim.number, State(claim.state), act, _parts(ctx, claim, steps))
    return steps


def _parts(ctx: Asked, claim: Claim, steps: Sequence[Step]) -> set[Who]:
    plays = {
        Who.REQUESTER: claim.requester == ctx.person.id,
        Who.SIGNER: any(each.state is StepState.OPEN and each.assignee == ctx.person.id for each in steps),
        Who.ADMINISTRATOR: Role.ADMINISTRATOR in ctx.person.roles,
    }
    return {part for part, played in plays.items() if played}


def _involved(ctx: Context, claim: Claim) -> Collection[int]:
    versions = range(1, claim.current.version + 1)
    signers = {
        each.assignee for version in versions for each in steps_table.steps(ctx.tx, claim.subject, version)
    }
    lead = projects.get(ctx.tx, claim.current.project_id).lead
    payee = {claim.current.payee_id} if claim.current.payee_id else set()
    return signers | {claim.requester, lead} | payee


def _move(ctx: Context, claim: Claim, state: State, note: str = "") -> Claim:
    if not expense.move(ctx.tx, claim.id, claim.current.version, claim.state, state, note):
        raise Refusal(f"{claim.number} 刚刚有了变化，请再看一下")
    return replace(claim, state=state, note=note)


def _matter(ctx: Context, claim: Claim) -> chains.Matter:
    lead = projects.get(ctx.tx, claim.current.project_id).lead
    payee = claim.current.payee_id
    # Somebody outside may have come onto the roster since, or come back to it.
    namesakes = set() if payee else people.ids_named(ctx.tx, claim.current.payee)
    return chains.Matter(claim.requester, payee, lead, frozenset(namesakes))


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


def _locked(ctx: Context, claim_id: int) -> Claim:
    expense.lock(ctx.tx, claim_id)
    return _get(ctx, claim_id)


def _get(ctx: Context, claim_id: int) -> Claim:
    claim = expense.get(ctx.tx, claim_id)
    if claim is None:
        raise Refusal(UNKNOWN)
    return claim


@contextmanager
def _discreet(ctx: Asked, claim: Claim) -> Iterator[None]:
    """Let a refusal tell nothing of a claim to somebody who may not read it."""
    try:
        yield
    except Refusal as refusal:
        if rules.may_read(ctx.person, _involved(ctx, claim)):
            raise
        raise Refusal(UNKNOWN, rule=refusal.rule) from None


def _steps(ctx: Context, claim: Claim) -> list[Step]:
    return steps_table.steps(ctx.tx, claim.subject, claim.current.version)
