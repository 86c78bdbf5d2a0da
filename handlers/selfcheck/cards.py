"""How self-checks look: mine to hand in, one sheet, who has not handed in, a question for advice; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct

from handlers.contract.card import Board, Button, Card, Section, Style, Tone
from handlers.contract.wording import in_one_line, moment, month_words
from handlers.mechanisms.evidence.forms import Evidence
from handlers.selfcheck import rules
from handlers.selfcheck.forms import advice_form, sheet_form
from handlers.selfcheck.rules import Draft

if TYPE_CHECKING:
    from storage.selfcheck import Line, Sheet, Version

NO_PROBLEMS: Mapping[str, str] = MappingProxyType({})
BUTTONS = 5


class Picture(Struct, frozen=True):
    """All that is needed to show one sheet: `due` in words, whether its reader may hand it in, `proofs` sent
    but not handed in yet."""

    sheet: Sheet
    draft: Draft
    lines: Sequence[Line]
    versions: Sequence[Version]
    due: str
    zone: str
    may_fill: bool
    proofs: Evidence | None = None


def fill_button(sheet: Sheet, label: str) -> Button:
    """Return the button that opens a sheet to be filled in."""
    args = {"sheet": sheet.id, "version": sheet.version}
    return Button(label, "selfcheck.fill", args, Style.PRIMARY, say=f"自查 {sheet.unit_name}")


def mine(lead: int, waiting: Sequence[tuple[Sheet, str]], handed_in: Sequence[Sheet] = ()) -> Card:
    """Return the one card for a person who leads, however many teams: what is to be handed in, each with the
    words that say by when, and what was."""
    lines = [
        f"{n}. {each.unit_name}（{month_words(each.month)}）{due}" for n, (each, due) in enumerate(waiting, 1)
    ]
    buttons = [fill_button(each, f"填写 {n}") for n, (each, _) in enumerate(waiting[:BUTTONS], 1)]
    for n, each in enumerate(handed_in, len(waiting) + 1):
        lines.append(f"{n}. {each.unit_name}（{month_words(each.month)}）已交")
        buttons.append(Button(f"看 {n}", "selfcheck.show", {"sheet": each.id}, say=f"自查 {each.unit_name}"))
    return Card(
        title="廉洁风险自查",
        subject=f"selfcheck-mine:{lead}",
        tone=Tone.PENDING if waiting else Tone.GOOD,
        preview="廉洁风险自查表待填写" if waiting else "自查",
        sections=(Section(tuple(lines) or ("没有等您交的自查表 🎉",)),),
        buttons=tuple(buttons[:BUTTONS]),
    )


def subject(sheet: Sheet, reader: int) -> str:
    """Return the subject of one reader's card of a sheet."""
    return f"{sheet.subject}:{reader}"


def to_fill(
    picture: Picture,
    reader: int,
    problems: Mapping[str, str] = NO_PROBLEMS,
    typed: Mapping[str, str] = NO_PROBLEMS,
) -> Card:
    """Return a sheet as a form, with what has to be mended on top and what members added."""
    sheet = picture.sheet
    wrong = tuple(f"⚠️ {each}" for each in problems.values())
    args = {"sheet": sheet.id, "version": sheet.version}
    sections = (Section(wrong, title="请改一下再提交"),) if wrong else ()
    return Card(
        title=f"廉洁风险自查 {sheet.unit_name}",
        subject=subject(sheet, reader),
        tone=Tone.BAD if wrong else Tone.PENDING,
        tag=month_words(sheet.month),
        subtitle=picture.due,
        preview="廉洁风险自查表待填写",
        sections=(*sections, *_sample(picture), *_added(picture)),
        form=sheet_form(args, picture.draft, problems, typed, sheet.version > 0, picture.proofs),
    )


def shown(picture: Picture, reader: int) -> Card:
    """Return a sheet that was handed in, every version of it."""
    sheet = picture.sheet
    correct = (fill_button(sheet, "更正"),) if picture.may_fill else ()
    files = Button("看附件", "selfcheck.files", {"sheet": sheet.id}, say=f"自查 {sheet.unit_name}")
    buttons = (*correct, *((files,) if any(each.files for each in picture.versions) else ()))
    handed_in = bool(picture.versions)
    return Card(
        title=f"廉洁风险自查 {sheet.unit_name}",
        subject=subject(sheet, reader),
        tone=Tone.GOOD if handed_in else Tone.PENDING,
        tag="已提交" if handed_in else "还没交",
        subtitle=month_words(sheet.month),
        preview=f"自查 {sheet.unit_name}",
        sections=(*(_version(each, picture.zone) for each in reversed(picture.versions)), *_added(picture)),
        buttons=buttons,
    )


def _sample(picture: Picture) -> tuple[Section, ...]:
    sample = picture.draft.sample
    return (Section((sample.text,), title="请翻出来对一遍"),) if sample else ()


def _version(one: Version, zone: str) -> Section:
    content = one.content
    lines = [f"{fact}：{answer}" for fact, answer in content["facts"]]
    if content["sample"]:
        number, answer = content["sample"]
        lines.append(f"翻看 {number}：{answer}")
    lines += [f"发现问题：{each}" for each in content["issues"]]
    if content["zero"]:
        lines.append(rules.ZERO_WORDS)
    if content["doubt"]:
        lines.append(f"拿不准：{in_one_line(content['doubt'])}")
    if one.files:
        lines.append(f"附件 {len(one.files)} 个：{'、'.join(each.name for each in one.files)}")
    if one.reason:
        lines.append(f"更正原因：{one.reason}")
    return Section(tuple(lines), title=f"第 {one.version} 版 · {one.name} · {moment(one.at, zone)}")


def _added(picture: Picture) -> tuple[Section, ...]:
    words = {"added": "补充", "advice": "意见"}
    lines = tuple(f"{each.name} {words[each.kind]}：{in_one_line(each.text)}" for each in picture.lines)
    return (Section(lines, title="大家补充的"),) if lines else ()


def missing(reader: int, lines: Sequence[str], buttons: Sequence[Button], done: str, board: Board) -> Card:
    """Return who has not handed in, names before numbers."""
    return Card(
        title="没交自查的",
        subject=f"selfcheck-missing:{reader}",
        tone=Tone.PENDING if lines else Tone.GOOD,
        preview="自查名单",
        sections=(Section(tuple(lines) or ("都交齐了 🎉",)), Section((done,))),
        buttons=tuple(buttons[:BUTTONS]),
        board=board,
    )


def advice(sheet: Sheet, reader: int, name: str, doubt: str) -> Card:
    """Return the question of a lead to a supervisor."""
    return Card(
        title="请教一件拿不准的事",
        subject=f"selfcheck-advice:{sheet.id}:{sheet.version}:{reader}",
        tone=Tone.INFO,
        subtitle=f"{sheet.unit_name} · {name}",
        preview="有人请教一件拿不准的事",
        sections=(Section((doubt,)),),
        form=advice_form({"sheet": sheet.id}),
    )
