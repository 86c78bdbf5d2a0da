"""WeCom's app on a member's phone: which button is pressed, and which choices it hands in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.simulator.chats import Json, Message
from bot.simulator.refusal import ClientRefused
from bot.simulator.wecom.card_view import Button, Question, buttons, cut, questions


@dataclass(frozen=True)
class Press:
    """A press that the app lets through. `chosen` maps questions to option ids."""

    message: Message
    button: Button
    chosen: Mapping[str, tuple[str, ...]]

    @property
    def event(self) -> str:
        """The event that the press causes; empty when it only opens a page."""
        return {"url": "", "menu": "template_card_menu_event"}.get(self.button.kind, "template_card_event")


def press(seen: Sequence[Message], label: str, values: Mapping[str, Any], message_id: str) -> Press:
    """Press the button `label` on the newest card that has it enabled, or on the card `message_id`.

    Every choice is handed in with a button or submit, whether it was made or only stood there.
    """
    message, card, button = _find(seen, label, message_id)
    asked = [] if button.kind in ("url", "menu") else questions(card)
    if values and not asked:
        raise ClientRefused(422, f"「{label}」旁边没有可选的内容")
    known = {question.name: question for question in asked}
    unknown = [name for name in values if name not in known]
    if unknown:
        raise ClientRefused(422, f"卡片里没有「{unknown[0]}」；有：{'、'.join(known)}")
    return Press(message, button, {name: _choice(question, values) for name, question in known.items()})


def _find(seen: Sequence[Message], label: str, message_id: str) -> tuple[Message, Json, Button]:
    newest_first = [m for m in reversed(seen) if not m.recalled and message_id in ("", m.message_id)]
    cards = [(message, cut(message.card)) for message in newest_first if message.card is not None]
    if message_id and not cards:
        raise ClientRefused(404, "这个人的会话里没有这张卡片")
    greyed = False
    for message, card in cards:
        for button in buttons(card):
            if button.label == label and button.enabled:
                return message, card, button
            greyed = greyed or button.label == label
    if greyed:
        raise ClientRefused(409, f"「{label}」是灰的，不能点")
    shown = "、".join(button.label for button in buttons(cards[0][1])) if cards else ""
    raise ClientRefused(409, f"没有「{label}」这个按钮；最近一张卡片上有：{shown or '没有按钮'}")


def _choice(question: Question, values: Mapping[str, Any]) -> tuple[str, ...]:
    if question.name not in values:
        chosen = question.default
    elif not question.enabled:
        raise ClientRefused(422, f"「{question.label}」不能改")
    else:
        chosen = tuple(_option(question, item) for item in _items(question, values[question.name]))
    if question.boxes and not chosen:
        raise ClientRefused(422, f"「{question.label}」还没有选")
    return chosen


def _items(question: Question, value: Any) -> list[Any]:
    if isinstance(value, list) != question.several:
        wanted = "可选多项，要给一个列表" if question.several else "只能选一项"
        raise ClientRefused(422, f"「{question.label}」{wanted}")
    return value if isinstance(value, list) else [value]


def _option(question: Question, value: Any) -> str:
    """By id or by text."""
    for key, text in question.options.items():
        if value in (key, text):
            return key
    options = "、".join(question.options.values())
    raise ClientRefused(422, f"「{question.label}」里没有「{value}」；有：{options}")
