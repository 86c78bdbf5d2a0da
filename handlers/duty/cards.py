"""How duties look: one of them, and the list of the year; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from handlers.contract.wording import in_one_line, moment
from handlers.duty.due import period_words
from handlers.duty.rules import STATE_WORDS, Act, Duty, State
from handlers.mechanisms.evidence import forms as evidence_forms
from handlers.mechanisms.evidence.forms import Evidence

if TYPE_CHECKING:
    from storage.duties import Occurrence

TEXT_LIMIT = 500
TONES = {State.OPEN: Tone.PENDING, State.HANDED: Tone.PENDING, State.DONE: Tone.GOOD}
_ASKS: Mapping[Act, tuple[str, str]] = {
    Act.HAND_IN: ("交材料", "一句话说明；照片、文件或链接一起交"),
    Act.SEND_BACK: ("退回补充", "还差什么"),
    Act.INTEND: ("写计划", "去哪里、看什么、谁去；只有监事看得到，季度结束后写进流水账"),
}


class Picture(Struct, frozen=True):
    """All that is needed to show an occurrence: `mine` to do, `confirming` mine to confirm, `proofs` sent but
    not handed in, `fixed`: an authority has named the day, `plans` made beforehand."""

    found: Occurrence
    duty: Duty
    owners: Sequence[str]
    names: Mapping[int, str]
    proofs: Sequence[str]
    mine: bool
    confirming: bool
    sent: Evidence | None
    zone: str
    fixed: bool = False
    plans: Sequence[str] = ()


def card(picture: Picture, reader: int, ask: Act | None) -> Card:
    """Return an occurrence; `ask` opens the question that goes before an act."""
    found, duty, state = picture.found, picture.duty, State(picture.found.state)
    day = f"{found.due_on.month}月{found.due_on.day}日到期"
    return Card(
        title=f"任务 {found.number}",
        subject=f"{found.subject}:{reader}",
        tone=TONES[state],
        tag=STATE_WORDS[state],
        subtitle=f"{day}{'（暂定，以当年通知为准）' if duty.provisional and not picture.fixed else ''}",
        preview=f"任务 {found.number} {STATE_WORDS[state]}",
        fields=(
            Field("事项", f"{duty.title}（{duty.code}，{_period(picture)}）", wide=True),
            Field("谁来做", "、".join(picture.owners) or "还没有人"),
            Field("要交什么", duty.evidence, wide=True),
        ),
        sections=_sections(picture),
        buttons=_buttons(picture, state) if ask is None else (),
        form=words_form(found, ask, picture.sent) if ask else None,
        calls=(state is State.OPEN and picture.mine) or (state is State.HANDED and picture.confirming),
    )


def _period(picture: Picture) -> str:
    event, words = picture.duty.event, period_words(picture.found.period)
    return f"{words}{event}" if event else words


def _sections(picture: Picture) -> tuple[Section, ...]:
    found = picture.found
    lines = []
    if found.handed_by and found.handed_at:
        who, at = picture.names[found.handed_by], moment(found.handed_at, picture.zone)
        proofs = f"（{'、'.join(picture.proofs)}）" if picture.proofs else ""
        lines.append(f"{at} {who} 交材料：{in_one_line(found.words)}{proofs}")
    if found.reason:
        lines.append(f"退回补充：{in_one_line(found.reason)}")
    if found.confirmed_by and found.confirmed_at:
        at = moment(found.confirmed_at, picture.zone)
        lines.append(f"{at} {picture.names[found.confirmed_by]} 确认完成")
    plans = (Section(tuple(picture.plans), title="事先的计划"),) if picture.plans else ()
    return plans + _course(lines)


def _course(lines: Sequence[str]) -> tuple[Section, ...]:
    return (Section(tuple(lines), title="经过"),) if lines else ()


def _buttons(picture: Picture, state: State) -> tuple[Button, ...]:
    found = picture.found
    if state is State.OPEN and picture.mine:
        plan = (_ask_button(found, Act.INTEND, Style.PLAIN),) if picture.duty.secret else ()
        return (_ask_button(found, Act.HAND_IN, Style.PRIMARY), *plan)
    if state is State.HANDED and picture.confirming:
        sure = Confirm("确认完成？", "材料您看过，这件事已经做了。")
        args = _args(found, Act.CONFIRM)
        done = Button("确认完成", "duty.confirm", args, Style.PRIMARY, sure, f"任务 {found.number} 确认完成")
        return (done, _ask_button(found, Act.SEND_BACK, Style.PLAIN))
    return ()


def _ask_button(found: Occurrence, act: Act, style: Style) -> Button:
    label = _ASKS[act][0]
    return Button(label, "duty.ask", _args(found, act), style, say=f"任务 {found.number} {label} 内容")


def _args(found: Occurrence, act: Act) -> Args:
    return {"duty": found.id, "version": found.version, "act": act.value}


def words_form(found: Occurrence, act: Act, proofs: Evidence | None = None) -> Form:
    """Return the question that goes before an act; what is handed in has its files, and a page."""
    label, hint = _ASKS[act]
    question = Question("text", f"{label}：{found.number}", Kind.LONG_TEXT, hint=hint, limit=TEXT_LIMIT)
    button = Button("提交", "duty.say", _args(found, act), Style.PRIMARY)
    with_files = act is Act.HAND_IN
    return Form(
        name=f"duty-{act}",
        questions=(question, evidence_forms.question(proofs)) if with_files else (question,),
        buttons=(button,),
        at_once=True,
        page=with_files,
        title=f"{label} {found.number}",
    )


def needs_words(act: Act) -> bool:
    """Whether an act goes on record with words."""
    return act in _ASKS


def typed_act(label: str) -> Act | None:
    """Return the act whose button is called so."""
    return {
        "交材料": Act.HAND_IN,
        "退回补充": Act.SEND_BACK,
        "确认完成": Act.CONFIRM,
        "写计划": Act.INTEND,
    }.get(label)


def show_button(found: Occurrence, label: str = "查看") -> Button:
    """Return the button that opens an occurrence from a list."""
    return Button(label, "duty.show", {"duty": found.id}, say=f"任务 {found.number}")


def line(found: Occurrence, duty: Duty, owners: Sequence[str]) -> str:
    """Return an occurrence in one line, names first."""
    who = "、".join(owners) or "没有人负责"
    day = f"{found.due_on.month}月{found.due_on.day}日"
    return f"{who} · {duty.title} · {day} · {STATE_WORDS[State(found.state)]}"


def list_card(title: str, subject: str, lines: Sequence[str], buttons: Sequence[Button], empty: str) -> Card:
    """Return a list with a button for each of its first lines."""
    return Card(
        title=title,
        subject=subject,
        preview=title,
        sections=(Section(tuple(lines) or (empty,)),),
        buttons=tuple(buttons),
    )
