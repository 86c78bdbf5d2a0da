"""How a neutral card looks in WeCom: a template card inside the platform's limits, or plain words; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import structs

from bot.as_text import as_text
from bot.wecom.keys import MAX_KEY, packed
from bot.wecom.plain import MAX_BYTES, breadth, chat_text, cut, cut_bytes, cut_wide, line
from handlers.contract.card import Button, Card, Field, Link, Question, Section, Style, Tone

# Source: path/90236, template cards. Beyond the character limits a client cuts silently; we cut visibly.
MAX_BUTTONS, MAX_FACTS = 6, 6
_TITLE, _DESC, _SOURCE, _TEXT = 36, 44, 20, 160
_KEYNAME, _VALUE, _BUTTON = 5, 30, 10

_WORDS = {Tone.INFO: "", Tone.PENDING: "待办", Tone.GOOD: "完成", Tone.BAD: "注意", Tone.MUTED: "结束"}
# Source: the same; 0 grey, 1 black, 2 red, 3 green.
_COLOURS = {Tone.INFO: 1, Tone.PENDING: 2, Tone.GOOD: 3, Tone.BAD: 2, Tone.MUTED: 0}
# The page shows the four styles as a picture only: emphasised, second, neutral, negative.
_STYLES = {Style.PRIMARY: 1, Style.DANGER: 4, Style.PLAIN: 3}
_CLOSED = "closed"

Json = dict[str, Any]


def render(card: Card, task_id: str, url: str = "") -> Json | None:
    """Return the card as a template card to send; None for one that is better said in words.

    A card without buttons is a notice, which must lead somewhere: to `url`. Without one, and where the
    notice would not show all of the card, words do better.
    """
    drawing = _Drawing(card)
    if drawing.buttons:
        return {**drawing.body("button_interaction"), "task_id": task_id, "button_list": drawing.buttons}
    if not url or not drawing.is_whole:
        return None
    return {**drawing.body("text_notice"), "card_action": {"type": 1, "url": url}}


def renewed(card: Card) -> Json:
    """Return the card as it takes the place of one sent before.

    Without buttons it ends in a grey bar that says how things are: the platform wants a list of buttons
    all the same, and shows `replace_text` in its place. Source: path/94888, path/90241.
    """
    drawing = _Drawing(card)
    shown = drawing.body("button_interaction")
    if drawing.buttons:
        return {**shown, "button_list": drawing.buttons}
    words = _shown(card.tag, _BUTTON) or _WORDS[card.tone] or "已处理"
    bar = {"text": words, "style": _STYLES[Style.PLAIN], "key": packed(_CLOSED, {})}
    return {**shown, "button_list": [bar], "replace_text": words}


def is_whole(card: Card) -> bool:
    """Tell whether a template card shows all of the card."""
    return _Drawing(card).is_whole


def in_words(card: Card) -> str:
    """Return the whole card as a text message; one that is too long keeps what can be typed at its end."""
    words = chat_text(as_text(card))
    if len(words.encode()) <= MAX_BYTES:
        return words
    only = structs.replace(card, subtitle="", fields=(), sections=(), buttons=_buttons(card), form=None)
    end = cut_bytes(chat_text(as_text(only)), MAX_BYTES // 2)
    return f"{cut_bytes(words, MAX_BYTES - len(end.encode()) - 1)}\n{end}"


class _Drawing:
    """One card, laid out: short facts in rows, the first titled section quoted, the rest as text."""

    def __init__(self, card: Card) -> None:
        self._card = card
        self.buttons, self._left_out = _drawn(_buttons(card), MAX_BUTTONS - (card.link is not None))
        if card.link:
            self.buttons.append(_way(card.link))
        self._rows, others = _split(_facts(card))
        self._quoted, sections = _quote(card.sections)
        lines = [*(_fact(each) for each in others), *(each for some in sections for each in _lines(some))]
        told = "\n".join(lines)
        self._told = cut(told, _TEXT - len(self._typed()))
        heads = ((card.title, _TITLE), (card.subtitle, _DESC), (_state(card), _SOURCE))
        self.is_whole = (
            self._told == told and not self._left_out and all(len(line(each)) <= most for each, most in heads)
        )

    def body(self, card_type: str) -> Json:
        """Return all but what can be done."""
        card = self._card
        title = {"title": cut(line(card.title), _TITLE) or "清廉助手"}
        if card.subtitle:
            title["desc"] = cut(line(card.subtitle), _DESC)
        shown: Json = {"card_type": card_type, "main_title": title}
        if state := _state(card):
            shown["source"] = {"desc": cut(state, _SOURCE), "desc_color": _COLOURS[card.tone]}
        if self._quoted:
            shown["quote_area"] = self._quoted
        if text := (self._told + self._typed()).strip():
            shown["sub_title_text"] = text
        if self._rows:
            shown["horizontal_content_list"] = self._rows
        return shown

    def _typed(self) -> str:
        """What can be typed where there was no room for a button, and that there are others."""
        words = [f"「{line(each.say)}」" for each in self._left_out if each.say]
        mute = len(self._left_out) - len(words)
        typed = f"\n还可以发：{'、'.join(words)}" if words else ""
        return cut(typed, _TEXT // 2) + (f"\n另有 {mute} 个按钮放不下" if mute else "")


def _shown(text: str, limit: int) -> str:
    return cut_wide(line(text), limit)


def _state(card: Card) -> str:
    """The tag, or the tone as a word: colours are few here."""
    return line(card.tag) or _WORDS[card.tone]


def _facts(card: Card) -> list[Field]:
    """The facts of a card, and what is filled in already of what it asks."""
    questions = card.form.questions if card.form else ()
    answered = [Field(each.label, _answer(each)) for each in questions if each.default]
    return [*card.fields, *answered]


def _answer(question: Question) -> str:
    labels = {each.value: each.label for each in question.options}
    return labels.get(question.default, question.default)


def _split(fields: Sequence[Field]) -> tuple[list[Json], list[Field]]:
    """Facts that fit into a row have one, as many as there may be; the others are for the text."""
    rows: list[Json] = []
    others = []
    for field in fields:
        label, value = line(field.label), line(field.value) or "—"
        if label and breadth(label) <= _KEYNAME and len(value) <= _VALUE and len(rows) < MAX_FACTS:
            rows.append({"keyname": label, "value": value})
        else:
            others.append(field)
    return rows, others


def _quote(sections: Sequence[Section]) -> tuple[Json | None, list[Section]]:
    ordered = _by_weight(sections)
    for section in ordered:
        words = "\n".join(map(line, section.lines))
        if section.title and 0 < len(words) <= _TEXT:
            others = [each for each in ordered if each is not section]
            return {"type": 0, "title": cut(line(section.title), _TITLE), "quote_text": words}, others
    return None, ordered


def _by_weight(sections: Sequence[Section]) -> list[Section]:
    """What other clients fold away comes last, where a cut does least harm."""
    return sorted(sections, key=lambda each: each.folded)


def _fact(field: Field) -> str:
    return f"{line(field.label)}：{line(field.value) or '—'}"


def _lines(section: Section) -> list[str]:
    head = [f"{line(section.title)}："] if section.title else []
    return [*head, *map(line, section.lines)]


def _buttons(card: Card) -> tuple[Button, ...]:
    """A form is asked in the chat once one of its buttons is pressed: they are buttons like the others."""
    return (*card.buttons, *card.form.buttons) if card.form else card.buttons


def _way(link: Link) -> Json:
    """A button that opens a page and tells us nothing."""
    return {"type": 1, "text": _shown(link.label, _BUTTON), "style": _STYLES[Style.PLAIN], "url": link.url}


def _drawn(buttons: Sequence[Button], most: int) -> tuple[list[Json], list[Button]]:
    """Return as many buttons as there is room for, and those that are left out."""
    drawn: list[Json] = []
    left_out = []
    keys: set[str] = set()
    for n, button in enumerate(buttons):
        key = packed(button.act, button.args)
        if key in keys:
            key = packed(button.act, button.args, n)
        if len(drawn) == most or len(key.encode()) > MAX_KEY:
            left_out.append(button)
            continue
        keys.add(key)
        text = _shown(button.label, _BUTTON) or "…"
        drawn.append({"text": text, "style": _STYLES[button.style], "key": key})
    return drawn, left_out
