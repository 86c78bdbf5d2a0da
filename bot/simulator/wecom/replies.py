"""Passive replies: what the bot says inside its answer to a callback, opened and checked (path/90241)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.simulator.chats import Json
from bot.simulator.wecom import xml
from bot.simulator.wecom.app import WecomApp
from bot.simulator.wecom.card_schema import REPLACING, Flag, Many, Number, Part, Shape, Text
from bot.simulator.wecom.envelope import open_answer

# A click is answered by what becomes of its card, anything else by words; the menu by either (path/90240).
UPDATES = frozenset({"update_button", "update_template_card"})
ANSWERS = {"template_card_event": UPDATES, "template_card_menu_event": UPDATES | {"text"}}
OTHERWISE = frozenset({"text"})
_HEAD = {"ToUserName", "FromUserName", "CreateTime", "MsgType"}
# Spellings that an element has beside the plain camel case of its JSON name. None is verified on a tenant.
_SPELLINGS = {
    "keyname": "KeyName",
    "checkbox": "CheckBox",
    "userid": "UserId",
    "appid": "AppId",
    "pagepath": "PagePath",
}


@dataclass(frozen=True)
class Reply:
    """One of: a text, new words on grey buttons, or a card that is not checked yet."""

    kind: str
    text: str = ""
    card: Json | None = None


def read_reply(app: WecomApp, body: bytes, event: str, userid: str) -> Reply | None:
    """What an answer with HTTP 200 says, None for an empty one. ValueError when it is not right."""
    if not body:
        return None
    inner = open_answer(app, body)
    if xml.text_of(inner, "ToUserName") != userid or xml.text_of(inner, "FromUserName") != app.corp_id:
        raise ValueError("ToUserName is the member, FromUserName the corp id")
    if not xml.text_of(inner, "CreateTime").isdecimal():
        raise ValueError("CreateTime is not a number")
    kind = xml.text_of(inner, "MsgType")
    if kind not in ANSWERS.get(event, OTHERWISE):
        raise ValueError(f"{kind} does not answer {event}")
    body_name = {"text": "Content", "update_button": "Button", "update_template_card": "TemplateCard"}[kind]
    if inner.keys() != _HEAD | {body_name}:
        raise ValueError(f"{kind} has {body_name} besides the head, and nothing more")
    return _READERS[kind](inner)


def _text(inner: Mapping[str, list[xml.Node]]) -> Reply:
    return Reply("text", xml.text_of(inner, "Content"))


def _button(inner: Mapping[str, list[xml.Node]]) -> Reply:
    button = _object(inner["Button"], "Button")
    name = xml.text_of(button, "ReplaceName")
    if not name or button.keys() != {"ReplaceName"}:
        raise ValueError("Button has a ReplaceName and nothing more")
    return Reply("update_button", name)


def _card(inner: Mapping[str, list[xml.Node]]) -> Reply:
    card = _object(inner["TemplateCard"], "TemplateCard")
    kind = xml.text_of(card, "CardType")
    if kind not in REPLACING:
        raise ValueError(f"CardType {kind!r} is unknown")
    return Reply("update_template_card", card=_part(card, REPLACING[kind], "TemplateCard"))


def _part(node: Mapping[str, list[xml.Node]], fields: Mapping[str, Shape], path: str) -> Json:
    names = _names(fields)
    found: Json = {}
    for element, values in node.items():
        if element not in names:
            raise ValueError(f"{path}: unknown element {element}")
        name = names[element]
        found[name] = _value(values, fields[name], f"{path}.{element}")
    return found


def _value(values: list[xml.Node], shape: Shape, path: str) -> Any:
    if isinstance(shape, Many):
        return [_part(_object([value], path), shape.part.fields, path) for value in values]
    if isinstance(shape, Part):
        return _part(_object(values, path), shape.fields, path)
    if len(values) != 1 or not isinstance(values[0], str):
        raise ValueError(f"{path}: wanted once, as text")
    return _simple(values[0], shape, path)


def _simple(text: str, shape: Text | Number | Flag, path: str) -> str | float | bool:
    if isinstance(shape, Text):
        return text
    if isinstance(shape, Flag):
        if text not in ("true", "false"):
            raise ValueError(f"{path}: true or false")
        return text == "true"
    try:
        return int(text) if shape.whole else float(text)
    except ValueError:
        raise ValueError(f"{path}: not a number") from None


def _object(values: list[xml.Node], path: str) -> dict[str, list[xml.Node]]:
    if len(values) != 1 or not isinstance(values[0], dict):
        raise ValueError(f"{path}: wanted once, with elements")
    return values[0]


def _names(fields: Mapping[str, Shape]) -> dict[str, str]:
    """Element names to JSON names."""
    plain = {"".join(word.capitalize() for word in name.split("_")): name for name in fields}
    return plain | {_SPELLINGS[name]: name for name in fields if name in _SPELLINGS}


_READERS = {"text": _text, "update_button": _button, "update_template_card": _card}
