"""How a finding looks: the notice to its owner, the report to who verifies, the trail to everybody; pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from handlers.contract.card import (
    Args,
    Button,
    Card,
    Confirm,
    Field,
    Form,
    Kind,
    Question,
    Section,
    Style,
    Tone,
)
from handlers.contract.wording import in_one_line, moment, month_words
from handlers.mechanisms.evidence import forms as evidence_forms
from handlers.mechanisms.evidence.forms import Evidence
from handlers.mechanisms.finding.rules import ACT_WORDS, STATE_WORDS, Act, Part, State, may_do

if TYPE_CHECKING:
    from storage.findings import Entry, Finding

TEXT_LIMIT = 500
TRAIL_SHOWN = 10
"""The newest acts; the paper has all of them. More would push them off the card, with the report last."""
TONES = {
    State.OPEN: Tone.PENDING,
    State.REPORTED: Tone.PENDING,
    State.OBJECTED: Tone.INFO,
    State.CLOSED: Tone.GOOD,
    State.WITHDRAWN: Tone.MUTED,
}

_AT_ONCE: Mapping[Act, tuple[str, Style]] = {
    Act.RECEIVE: ("我已收到", Style.PRIMARY),
    Act.SERVE: ("已当面送达", Style.PLAIN),
    Act.ACCEPT: ("通过销号", Style.PRIMARY),
    Act.EFFECTIVE: ("回头看：有效", Style.PRIMARY),
}
"""What a button does by itself."""

_WITH_WORDS: Mapping[Act, tuple[str, str]] = {
    Act.REPORT: ("交整改报告", "怎么改的、改到什么程度"),
    Act.PROGRESS: ("写进展", "现在做到哪一步了"),
    Act.OBJECT: ("提异议", "哪里不属实，依据是什么；裁定前暂停计时"),
    Act.ASK_MORE: ("申请延期", "为什么要延期，打算哪天改好"),
    Act.EXTEND: ("延期", "为什么要延期；只能延一次，5 个工作日"),
    Act.REASSIGN: ("换责任人", "新责任人的姓名或工号"),
    Act.TALK: ("记约谈", "和谁、什么时候、谈了什么"),
    Act.RETURN: ("退回重改", "还差什么；责任人会看到，重新计 5 个工作日"),
    Act.UPHOLD: ("异议成立", "为什么成立"),
    Act.OVERRULE: ("异议不成立", "为什么不成立"),
    Act.RELAPSED: ("回头看：复发", "又出现了什么；会新开一件"),
    Act.CONCEALED: ("算隐瞒不报", "依据是什么；取消评优由理事会另行决定"),
    Act.HONEST: ("不算隐瞒", "为什么不算，例如当时看不出来"),
}
"""What a button asks for first."""


class Picture(Struct, frozen=True):
    """All that is needed to show a finding to somebody: `deadline` in words and its day as it is
    counted now, what the reader may do, `proofs` sent but not handed in yet."""

    finding: Finding
    entries: Sequence[Entry]
    names: Mapping[int, str]
    deadline: str
    due_on: date
    zone: str
    mine: Collection[Part] = ()
    proofs: Evidence | None = None
    objection_open: bool = False
    extended: bool = False
    recheck_due: bool = False


def subject(one: Finding, reader: int) -> str:
    """Return the subject of one reader's card."""
    return f"{one.subject}:{reader}"


def card(picture: Picture, reader: int, ask: Act | None = None) -> Card:
    """Return a finding as its reader sees it; `ask` opens the question that goes before an act."""
    one, state = picture.finding, State(picture.finding.state)
    acts = _acts(picture)
    return Card(
        title=f"整改通知书 {one.number}" if Part.OWNER in picture.mine else f"整改 {one.number}",
        subject=subject(one, reader),
        tone=TONES[state],
        tag=STATE_WORDS[state],
        subtitle=picture.deadline if state in (State.OPEN, State.REPORTED) else "",
        preview=f"整改 {one.number} {STATE_WORDS[state]}",
        fields=(
            Field("问题", one.what, wide=True),
            Field("责任人", f"{picture.names[one.owner]}（{one.unit_name}）"),
            Field("依据", one.clause),
            Field("要求", one.asked, wide=True),
            Field("来源", one.source),
            *_suspicion(picture),
        ),
        sections=(_trail(picture),),
        buttons=_buttons(picture, acts) if ask is None else (),
        form=words_form(one, ask, picture.proofs) if ask else None,
        calls=bool(acts),
    )


def passed_card(one: Finding, reader: int) -> Card:
    """Return what stands where an older card was when its reader is asked anew, further down."""
    return Card(
        title=f"整改 {one.number}",
        subject=subject(one, reader),
        tone=Tone.MUTED,
        tag="有新进展",
        preview=f"整改 {one.number}",
        sections=(Section(("请看下面的新卡片。",)),),
    )


def gone_card(one: Finding, reader: int) -> Card:
    """Return what stands where the card was of somebody who has no part in it any more."""
    return Card(
        title=f"整改 {one.number}",
        subject=subject(one, reader),
        tone=Tone.MUTED,
        tag="已不由您办理",
        preview=f"整改 {one.number}",
        sections=(Section(("这件事现在不归您办理或查看。",)),),
    )


def visible(picture: Picture) -> list[Entry]:
    """Return the acts that a reader may see: that a suspicion came to nothing is for supervisors alone."""
    everything = Part.SUPERVISOR in picture.mine
    return [each for each in picture.entries if everything or each.act != Act.HONEST]


def _suspicion(picture: Picture) -> tuple[Field, ...]:
    """What only those who judge it see: others found what the unit's own self-check did not (P50)."""
    if not _to_weigh(picture):
        return ()
    words = f"{month_words(picture.finding.zero_month)}自查是零报告。是否隐瞒，请监事判断，不自动扣分"
    return (Field("零报告", words, wide=True),)


def _to_weigh(picture: Picture) -> bool:
    weighed = {entry.act for entry in picture.entries} & {Act.CONCEALED, Act.HONEST}
    return bool(picture.finding.zero_month and Part.SUPERVISOR in picture.mine and not weighed)


def _acts(picture: Picture) -> list[Act]:
    """What stands on the card: the acts of the table that make sense now."""
    done = {entry.act for entry in picture.entries}
    found = may_do(State(picture.finding.state), picture.mine)
    hidden: set[Act] = set()
    if picture.finding.received_at:
        hidden |= {Act.RECEIVE, Act.SERVE}
    if not picture.objection_open:
        hidden.add(Act.OBJECT)
    if picture.extended:
        hidden |= {Act.EXTEND, Act.ASK_MORE}
    if not picture.finding.received_at:
        hidden.add(Act.ASK_MORE)
    if not _to_weigh(picture):
        hidden |= {Act.CONCEALED, Act.HONEST}
    if Act.ASK_MORE in done:
        hidden.add(Act.ASK_MORE)
    if not picture.recheck_due:
        hidden.add(Act.EFFECTIVE)
    if done & {Act.EFFECTIVE, Act.RELAPSED}:
        hidden |= {Act.EFFECTIVE, Act.RELAPSED}
    return [act for act in found if act not in hidden]


def _button(one: Finding, act: Act) -> Button:
    label, style = _AT_ONCE.get(act) or (_WITH_WORDS[act][0], Style.PLAIN)
    say = f"整改 {one.number} {label}"
    confirm = None
    if act is Act.ACCEPT:
        confirm = Confirm("通过并销号？", "您看过报告和证据，确认问题已经改好。")
    name = "do" if act in _AT_ONCE else "ask"
    return Button(label, f"finding.{name}", _args(one, act), style, confirm, say)


def _buttons(picture: Picture, acts: Sequence[Act]) -> tuple[Button, ...]:
    one = picture.finding
    look = Button(FILES, "finding.files", {"finding": one.id}, say=f"整改 {one.number} {FILES}")
    evidence = (look,) if any(each.files for each in picture.entries) else ()
    return (*(_button(one, act) for act in acts), *evidence, _paper_button(one))


def _paper_button(one: Finding) -> Button:
    label = "销号单" if State(one.state) is State.CLOSED else "通知书"
    return Button(label, "finding.paper", {"finding": one.id}, say=f"整改 {one.number} {label}")


def _args(one: Finding, act: Act) -> Args:
    return {"finding": one.id, "version": one.version, "act": act.value}


def words_form(one: Finding, act: Act, proofs: Evidence | None = None) -> Form:
    """Return the question that goes before an act; a report shows its evidence, and has a page."""
    label, hint = _WITH_WORDS[act]
    words = Question("text", f"{label}：{one.number}", Kind.LONG_TEXT, hint=hint, limit=TEXT_LIMIT)
    with_files = act is Act.REPORT
    return Form(
        name=f"finding-{act}",
        questions=(words, evidence_forms.question(proofs)) if with_files else (words,),
        buttons=(Button("提交", "finding.say", _args(one, act), Style.PRIMARY),),
        at_once=True,
        page=with_files,
        title=f"{label} {one.number}",
    )


FILES = "看附件"
PAPERS = ("通知书", "销号单")
"""What the button of a finding's paper is called, while it is open and once it is closed."""


def typed_act(label: str) -> Act | None:
    """Return the act whose button is called so."""
    labels = {words: act for act, (words, _) in (*_AT_ONCE.items(), *_WITH_WORDS.items())}
    return labels.get(label)


def needs_words(act: Act) -> bool:
    """Whether an act goes on record with words."""
    return act in _WITH_WORDS


def _trail(picture: Picture) -> Section:
    entries = visible(picture)
    older = len(entries) - TRAIL_SHOWN
    lines = [f"更早的 {older} 条见通知书"] if older > 0 else []
    for each in entries[-TRAIL_SHOWN:]:
        files = f"（附件 {len(each.files)} 个）" if each.files else ""
        said = f"：{in_one_line(each.text)}" if each.text else ""
        act = ACT_WORDS[Act(each.act)]
        lines.append(f"{moment(each.at, picture.zone)} {each.name or '系统'} {act}{said}{files}")
    return Section(tuple(lines), title="经过")


def line(one: Finding, owner: str) -> str:
    """Return a finding in one line."""
    what = one.what if len(one.what) <= 18 else one.what[:18] + "…"
    return f"{one.number} · {owner} · {STATE_WORDS[State(one.state)]} · {what}"
