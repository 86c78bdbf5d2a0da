"""How claims look: to the one who asks, to the one who signs, in lists; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from handlers.contract.card import Args, Button, Card, Confirm, Field, Section, Style, Tone
from handlers.contract.wording import moment, yuan
from handlers.expense.forms import Content, Problems, attachments_line, claim_form, reason_form
from handlers.expense.rules import STATE_WORDS, State

if TYPE_CHECKING:
    from storage.expense import Claim
    from storage.projects import Project
    from storage.signoff import Step

TONES = {
    State.SIGNING: Tone.PENDING,
    State.BLOCKED: Tone.BAD,
    State.RETURNED: Tone.INFO,
    State.WITHDRAWN: Tone.MUTED,
    State.REJECTED: Tone.BAD,
    State.APPROVED: Tone.GOOD,
}


class Picture(Struct, frozen=True):
    """All that is needed to show a claim: names by person id, and the rule behind the chain in words."""

    claim: Claim
    steps: Sequence[Step]
    earlier: Sequence[Sequence[Step]]
    project: Project
    names: dict[int, str]
    rule: str
    zone: str


def draft_card(draft_id: int, draft: Content, projects: Sequence[Project], problems: Problems) -> Card:
    """Return the form of a claim, with what has to be mended on top."""
    lines = tuple(f"⚠️ {each}" for each in problems.values())
    form = claim_form(draft_id, draft, projects, problems)
    return Card(
        title=form.title,
        subject=draft_subject(draft_id),
        tone=Tone.BAD if problems else Tone.INFO,
        preview="报销单待填写",
        sections=(Section(lines, title="请改一下再提交"),) if problems else (),
        form=form,
    )


def draft_subject(draft_id: int) -> str:
    """Return the subject of a draft's cards."""
    return f"expense-draft:{draft_id}"


def closed_draft_card(draft_id: int, why: str) -> Card:
    """Return what stands where a draft was."""
    return Card(
        title="报销草稿",
        subject=draft_subject(draft_id),
        tone=Tone.MUTED,
        tag="已结束",
        preview="报销草稿已结束",
        sections=(Section((why,)),),
    )


def claim_card(picture: Picture) -> Card:
    """Return a claim as its requester sees it: where it is, and what can be done now."""
    claim = picture.claim
    state = State(claim.state)
    sections = [_trail(picture)]
    if claim.note:
        sections.insert(0, Section((claim.note,), title="为什么停在这里"))
    return Card(
        title=f"报销 {claim.number}",
        subject=claim.subject,
        tone=TONES[state],
        tag=STATE_WORDS[state],
        subtitle=f"第 {claim.current.version} 版",
        preview=f"报销 {claim.number} {STATE_WORDS[state]}",
        fields=_facts(picture),
        sections=(*sections, *_history(picture), _rule(picture)),
        buttons=_requester_buttons(picture, state),
        calls=state in (State.RETURNED, State.BLOCKED),
    )


def step_subject(claim: Claim, step: Step) -> str:
    """Return the subject of a signer's cards: one for each person who was asked."""
    return f"{claim.subject}:{step.version}:{step.level}:{step.assignee}"


def passed_on_card(claim: Claim, step: Step) -> Card:
    """Return what stands where a signer's card was whose step no longer is theirs."""
    return Card(
        title=f"报销 {claim.number}",
        subject=step_subject(claim, step),
        tone=Tone.MUTED,
        tag="不用签了",
        preview=f"报销 {claim.number} 不用签了",
        sections=(Section(("签字人已按规则重新安排，这一级不用您处理了。",)),),
    )


def step_card(picture: Picture, step: Step) -> Card:
    """Return what a signer needs to decide, and after the decision what was decided."""
    claim = picture.claim
    is_open = step.state == "open"
    args = step_args(claim, step)
    approve = Button("同意", "expense.approve", args, Style.PRIMARY, say=f"同意 {claim.number}")
    return Card(
        title="报销待您签字" if is_open else f"报销 {claim.number}",
        subject=step_subject(claim, step),
        tone=Tone.PENDING if is_open else _STEP_TONES.get(step.state, Tone.MUTED),
        tag=f"第 {step.level}/4 级" if is_open else _STEP_WORDS.get(step.state, "已结束"),
        subtitle=f"{claim.number} · 第 {step.version} 版 · {step.title}",
        preview="有一张报销单待您签字" if is_open else f"报销 {claim.number}",
        fields=_facts(picture, requester=True),
        sections=(_trail(picture), *_history(picture), _rule(picture)),
        buttons=(approve, *_files_button(picture)) if is_open else (),
        form=reason_form(args, claim.number) if is_open else None,
        calls=is_open,
    )


_STEP_TONES = {"signed": Tone.GOOD, "rejected": Tone.BAD, "returned": Tone.INFO}
_STEP_WORDS = {"signed": "已同意", "rejected": "已驳回", "returned": "已退回修改", "void": "不用签了"}


def mark(step: Step) -> str:
    """Return the beginning of the hash of what was shown, which a button carries."""
    return step.shown[:16]


def step_args(claim: Claim, step: Step) -> Args:
    """Return what a signer's button carries: the ids, and the hash that names what was shown."""
    return {"claim": claim.id, "version": step.version, "level": step.level, "shown": mark(step)}


def list_card(title: str, subject: str, lines: Sequence[str], buttons: Sequence[Button], empty: str) -> Card:
    """Return a list with a button for each line."""
    return Card(
        title=title,
        subject=subject,
        preview=title,
        sections=(Section(tuple(lines) or (empty,)),),
        buttons=tuple(buttons),
    )


def summary_line(claim: Claim) -> str:
    """Return a claim in one line."""
    purpose = claim.current.purpose
    short = purpose if len(purpose) <= 20 else purpose[:20] + "…"
    return f"{claim.number} · {yuan(claim.current.amount_fen)} · {STATE_WORDS[State(claim.state)]} · {short}"


def waiting_line(claim: Claim, requester: str, step: Step) -> str:
    """Return a claim that waits for the reader, in one line."""
    return f"{claim.number} · {requester} · {yuan(claim.current.amount_fen)} · 第 {step.level} 级"


def for_reader(card: Card, reader: int) -> Card:
    """Return a claim's card for somebody who only reads: its own subject, and only papers to open."""
    buttons = tuple(each for each in card.buttons if each.act in _FOR_READERS)
    return structs.replace(card, subject=f"{card.subject}:reader:{reader}", buttons=buttons)


_FOR_READERS = ("expense.files", "expense.sheet")


def _facts(picture: Picture, requester: bool = False) -> tuple[Field, ...]:
    claim, version = picture.claim, picture.claim.current
    payee = version.payee if version.payee_id else f"{version.payee}（外部收款方）"
    who = (Field("经办人", picture.names[claim.requester]),) if requester else ()
    return (
        *who,
        Field("金额", yuan(version.amount_fen)),
        Field("项目", picture.project.name),
        Field("收款人", payee),
        *((Field("资金来源", picture.project.fund),) if picture.project.fund else ()),
        Field("事由", version.purpose, wide=True),
        Field("附件", _attachments(picture), wide=True),
    )


def _attachments(picture: Picture) -> str:
    files = picture.claim.current.attachments
    return f"{len(files)} 个：" + "、".join(each.name for each in files) if files else attachments_line(())


def _trail(picture: Picture) -> Section:
    lines = tuple(_trail_line(picture, each) for each in picture.steps)
    return Section(lines or ("还没有开始签",), title="签字进度")


def _history(picture: Picture) -> tuple[Section, ...]:
    return tuple(
        Section(
            tuple(_trail_line(picture, each) for each in steps if each.decided_at),
            title=f"第 {steps[0].version} 版（签字已作废）",
            folded=True,
        )
        for steps in picture.earlier
        if steps
    )


def _trail_line(picture: Picture, step: Step) -> str:
    name = step.signer or picture.names[step.assignee]
    who = f"第 {step.level} 级 {step.title} {name}"
    if step.ground not in (step.title, ""):
        who += f"（{step.ground}）"
    if step.decided_at:
        reason = f"：{step.reason}" if step.reason else ""
        mark = {"signed": "✅", "rejected": "❌", "returned": "↩️"}[step.state]
        return f"{mark} {who} · {_STEP_WORDS[step.state]} {moment(step.decided_at, picture.zone)}{reason}"
    return f"{'⏳' if step.state == 'open' else '▫️'} {who}" + ("（待签）" if step.state == "open" else "")


def _rule(picture: Picture) -> Section:
    return Section((picture.rule,))


def _requester_buttons(picture: Picture, state: State) -> tuple[Button, ...]:
    number = picture.claim.number
    args: Args = {"claim": picture.claim.id, "version": picture.claim.current.version}
    signed = [each for each in picture.steps if each.level > 1 and each.state == "signed"]
    sure = Confirm("撤回这张单子？", "撤回后可以修改并重新提交。")
    withdraw = Button("撤回", "expense.withdraw", args, confirm=sure, say=f"撤回 {number}")
    edit = Button("修改", "expense.edit", args, Style.PRIMARY, say=f"修改 {number}")
    recheck = Button("重新检查", "expense.recheck", args, Style.PRIMARY, say=f"重新检查 {number}")
    buttons: dict[State, tuple[Button, ...]] = {
        State.SIGNING: () if signed else (withdraw,),
        State.BLOCKED: (recheck, withdraw),
        State.RETURNED: (edit, withdraw),
        State.WITHDRAWN: (edit,),
    }
    return (*buttons.get(state, ()), *_files_button(picture), *_sheet_button(picture))


def _sheet_button(picture: Picture) -> tuple[Button, ...]:
    claim = picture.claim
    if State(claim.state) is not State.APPROVED:
        return ()
    return (Button("联签单", "expense.sheet", {"claim": claim.id}, say=f"联签单 {claim.number}"),)


def _files_button(picture: Picture) -> tuple[Button, ...]:
    claim = picture.claim
    if not claim.current.attachments:
        return ()
    args: Args = {"claim": claim.id, "version": claim.current.version}
    return (Button("看附件", "expense.files", args, say=f"看附件 {claim.number}"),)
