"""Feishu's app on a person's phone: which button is pressed, and what a form hands in or refuses to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.simulator.chats import Json, Message
from bot.simulator.feishu.app import FeishuPeople, ids_of
from bot.simulator.feishu.card_view import Button, Question, buttons, questions_of
from bot.simulator.feishu.messages import CARD_LIFE
from bot.simulator.refusal import ClientRefused

ZONE = "Asia/Shanghai"
OFFSET = " +0800"
_FORMATS = {
    "date": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "time": re.compile(r"\d{2}:\d{2}"),
    "datetime": re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}"),
}


@dataclass(frozen=True)
class Press:
    """A press that the app lets through. `action` is None when it only opens `url` or empties a form."""

    message: Message
    action: Json | None
    url: str = ""


def press(
    seen: Sequence[Message],
    people: FeishuPeople,
    now: datetime,
    label: str,
    values: Mapping[str, Any],
    message_id: str,
) -> Press:
    """Press the button `label` on the newest card that has it enabled, or on the card `message_id`."""
    message, button = _find(seen, label, message_id)
    if now - message.sent_at > CARD_LIFE:
        raise ClientRefused(409, "这张卡片已超过 14 天，不能再点了")
    if button.form is None and values:
        raise ClientRefused(422, f"「{label}」不在表单里，没有可填的内容")
    if button.resets:
        return Press(message, None)
    link, callback = button.behavior("open_url"), button.behavior("callback")
    url = "" if link is None else str(link["default_url"])
    if callback is None and not button.submits:
        if link is None:
            raise ClientRefused(409, f"「{label}」没有绑定任何动作")
        return Press(message, None, url)
    action: Json = {"tag": "button", "timezone": ZONE}
    if callback is not None:
        action["value"] = callback["value"]
    if "name" in button.element:
        action["name"] = button.element["name"]
    if button.form is not None:
        action["form_value"] = _form_value(button.form, values, people)
    return Press(message, action, url)


def _find(seen: Sequence[Message], label: str, message_id: str) -> tuple[Message, Button]:
    newest_first = [m for m in reversed(seen) if not m.recalled and message_id in ("", m.message_id)]
    cards = [(message, message.card) for message in newest_first if message.card is not None]
    if message_id and not cards:
        raise ClientRefused(404, "这个人的会话里没有这张卡片")
    greyed = False
    for message, card in cards:
        for button in buttons(card):
            if button.label == label and button.enabled:
                return message, button
            greyed = greyed or button.label == label
    if greyed:
        raise ClientRefused(409, f"「{label}」是灰的，不能点")
    shown = "、".join(button.label for button in buttons(cards[0][1])) if cards else ""
    raise ClientRefused(409, f"没有「{label}」这个按钮；最近一张卡片上有：{shown or '没有按钮'}")


def _form_value(form: Json, values: Mapping[str, Any], people: FeishuPeople) -> Json:
    asked = {question.name: question for question in questions_of(form)}
    unknown = [name for name in values if name not in asked]
    if unknown:
        raise ClientRefused(422, f"表单里没有「{unknown[0]}」；有：{'、'.join(asked)}")
    return {name: _answer(question, values, people) for name, question in asked.items()}


def _answer(question: Question, values: Mapping[str, Any], people: FeishuPeople) -> Any:
    given = question.name in values
    if given and question.element.get("disabled"):
        raise ClientRefused(422, f"「{question.label}」不能改")
    value = values[question.name] if given else question.default
    if question.element.get("required") and value in ("", [], None, False):
        raise ClientRefused(422, f"有必填项未填写：{question.label}")
    if value in ("", None):
        return ""
    return _ANSWERS[question.kind](question, value, people)


def _text(question: Question, value: Any, people: FeishuPeople) -> str:
    text = str(value)
    limit = question.element.get("max_length", 1000)
    if len(text) > limit:
        raise ClientRefused(422, f"「{question.label}」最多 {limit} 个字")
    if question.kind == "text" and "\n" in text:
        raise ClientRefused(422, f"「{question.label}」只有一行")
    return text


def _choice(question: Question, value: Any, people: FeishuPeople) -> str:
    options = question.options
    if value in options:
        return str(value)
    by_text = [key for key, text in options.items() if text == value]
    if not by_text:
        raise ClientRefused(422, f"「{question.label}」里没有「{value}」；有：{'、'.join(options.values())}")
    return by_text[0]


def _person(question: Question, value: Any, people: FeishuPeople) -> str:
    ids = {p.feishu_open_id for p in people.members() if value in (p.key, p.name, *ids_of(p).values())}
    allowed = ids & question.options.keys() if question.options else ids
    if len(allowed) != 1:
        raise ClientRefused(422, f"「{question.label}」里不能选「{value}」")
    return allowed.pop()


def _choices(question: Question, value: Any, people: FeishuPeople) -> list[str]:
    return [_choice(question, item, people) for item in _items(question, value)]


def _people(question: Question, value: Any, people: FeishuPeople) -> list[str]:
    return [_person(question, item, people) for item in _items(question, value)]


def _items(question: Question, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ClientRefused(422, f"「{question.label}」可选多项，要给一个列表")
    return value


def _when(question: Question, value: Any, people: FeishuPeople) -> str:
    text = str(value).removesuffix(OFFSET)
    if not _FORMATS[question.kind].fullmatch(text):
        raise ClientRefused(422, f"「{question.label}」的格式不对：{text}")
    return text + OFFSET


def _check(question: Question, value: Any, people: FeishuPeople) -> bool:
    if not isinstance(value, bool):
        raise ClientRefused(422, f"「{question.label}」只能勾或不勾")
    return value


_ANSWERS = {
    "text": _text,
    "long_text": _text,
    "choice": _choice,
    "choices": _choices,
    "person": _person,
    "people": _people,
    "date": _when,
    "time": _when,
    "datetime": _when,
    "check": _check,
}
