"""Is this template card one that WeCom accepts? The first fault found is refused, with its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.simulator.chats import Json
from bot.simulator.wecom.card_schema import (
    ANSWERED,
    BAD_CARD,
    BAD_TASK_ID,
    NO_CARD_ACTION,
    NO_TITLE,
    NOTICES,
    REPLACING,
    SENT,
    TASK_ID,
    TITLE_OR_SUBTITLE,
    Flag,
    Many,
    Number,
    Part,
    Shape,
    Text,
)
from bot.simulator.wecom.errors import Refused

Known = Callable[[str], bool]


@dataclass(frozen=True)
class Surroundings:
    """What a card may refer to."""

    media: Known
    member: Known


def check_sent(card: Any, around: Surroundings) -> Json:
    """A card to send, as an object. Refused with the code of the first rule that it breaks."""
    checked = _check(card, SENT, around)
    if "task_id" not in checked and (checked["card_type"] in ANSWERED or "action_menu" in checked):
        raise _fault("template_card.task_id", "missing", BAD_TASK_ID)
    return checked


def check_replacing(card: Any, around: Surroundings) -> Json:
    """A card that takes the place of another; it may be without a task_id, since it keeps the old one."""
    return _check(card, REPLACING, around)


def _check(card: Any, kinds: Mapping[str, Mapping[str, Shape]], around: Surroundings) -> Json:
    if not isinstance(card, dict):
        raise _fault("template_card", "missing or not an object")
    kind = card.get("card_type")
    if not isinstance(kind, str) or kind not in kinds:
        raise _fault("template_card.card_type", "unknown")
    _part(card, Part(kinds[kind]), "template_card")
    _titles(card, kind)
    _card_action(card, kind)
    if "task_id" in card and not TASK_ID.fullmatch(card["task_id"]):
        raise _fault("template_card.task_id", "letters, digits, _, - and @ only", BAD_TASK_ID)
    if kind == "news_notice" and not card.keys() & {"card_image", "image_text_area"}:
        raise _fault("template_card", "card_image or image_text_area wanted")
    _facts(card, around)
    return card


def _titles(card: Json, kind: str) -> None:
    title = card.get("main_title", {}).get("title")
    if not title and not (kind in TITLE_OR_SUBTITLE and card.get("sub_title_text")):
        raise Refused(NO_TITLE, "template_card.main_title.title")


def _card_action(card: Json, kind: str) -> None:
    if kind in NOTICES and card.get("card_action", {}).get("type", 0) == 0:
        raise Refused(NO_CARD_ACTION)


def _facts(card: Json, around: Surroundings) -> None:
    for fact in card.get("horizontal_content_list", []):
        if fact.get("type") == 2 and not around.media(fact["media_id"]):
            raise Refused(40007)
        if fact.get("type") == 2 and "." not in fact.get("value", ""):
            raise _fault(
                "template_card.horizontal_content_list", "value of type 2: a file name with its type"
            )
        if fact.get("type") == 3 and not around.member(fact["userid"]):
            raise Refused(40003)


def _part(value: Any, part: Part, path: str) -> None:
    if not isinstance(value, dict):
        raise _fault(path, "not an object")
    for name, item in value.items():
        if name not in part.fields:
            raise _fault(f"{path}.{name}", "unknown field")
        _CHECKS[type(part.fields[name])](item, part.fields[name], f"{path}.{name}")
    for name, shape in part.fields.items():
        if shape.required and value.get(name) in (None, "", []):
            raise _fault(f"{path}.{name}", "missing", _codes(shape).missing)
    needed = part.needs.get(value.get("type", 0))
    if needed and not value.get(needed):
        raise _fault(f"{path}.{needed}", "missing for this type", _codes(part.fields[needed]).missing)


def _codes(shape: Shape) -> Text:
    """Only texts have codes of their own."""
    return shape if isinstance(shape, Text) else Text()


def _many(value: Any, many: Many, path: str) -> None:
    if not isinstance(value, list):
        raise _fault(path, "not a list")
    if not many.at_least <= len(value) <= many.at_most:
        raise _fault(path, f"from {many.at_least} to {many.at_most} items")
    for place, item in enumerate(value):
        _part(item, many.part, f"{path}[{place}]")
    keys = [item[many.unique] for item in value if many.unique in item]
    if len(keys) != len(set(keys)):
        code = _codes(many.part.fields[many.unique]).invalid
        raise _fault(f"{path}.{many.unique}", "used twice", code)


def _text(value: Any, text: Text, path: str) -> None:
    if not isinstance(value, str):
        raise _fault(path, "not a string", text.invalid)
    if text.bytes and len(value.encode()) > text.bytes:
        raise _fault(path, f"more than {text.bytes} bytes", text.invalid)


def _number(value: Any, number: Number, path: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int if number.whole else int | float):
        raise _fault(path, "not a number")
    if not number.forgiving and not number.low <= value <= number.high:
        raise _fault(path, f"from {number.low} to {number.high}")


def _flag(value: Any, flag: Flag, path: str) -> None:
    if not isinstance(value, bool):
        raise _fault(path, "not true or false")


def _fault(path: str, rule: str, code: int = BAD_CARD) -> Refused:
    return Refused(code, f"{path}: {rule}")


_CHECKS: dict[type, Callable[[Any, Any, str], None]] = {
    Text: _text,
    Number: _number,
    Flag: _flag,
    Part: _part,
    Many: _many,
}
