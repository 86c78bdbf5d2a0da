"""A template card as its reader can use it: texts cut, buttons to press, options to choose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.simulator.chats import Json
from bot.simulator.wecom.card_schema import REPLACING, SUBMIT_LABEL, Many, Part, Shape, Text

ELLIPSIS = "…"
# style -> the look as the control API names it on both platforms. The picture on the page calls the four:
# emphasised, second, neutral, negative.
STYLES = {1: "primary", 2: "default", 3: "default", 4: "danger"}


@dataclass(frozen=True)
class Button:
    """Something to press. `kind` is callback, submit, menu or url; `key` comes back with the event."""

    label: str
    kind: str
    key: str = ""
    url: str = ""
    enabled: bool = True
    look: str = "default"

    def shown(self) -> Json:
        """As the control API tells it."""
        return {
            "label": self.label,
            "enabled": self.enabled,
            "form_submit": self.kind == "submit",
            "type": "text" if self.kind == "menu" else self.look,
            "confirm": "",
            "url": self.url,
        }


@dataclass(frozen=True)
class Question:
    """A dropdown, or with `several` a set of boxes to tick. `options` maps ids to texts."""

    name: str
    label: str
    options: Mapping[str, str]
    default: tuple[str, ...]
    several: bool = False
    boxes: bool = False
    enabled: bool = True

    def shown(self) -> Json:
        """As the control API tells it."""
        one = self.default[0] if self.default else ""
        return {
            "name": self.name,
            "label": self.label,
            "kind": "choices" if self.several else "choice",
            "required": self.boxes,
            "options": [{"value": value, "text": text} for value, text in self.options.items()],
            "default": list(self.default) if self.several else one,
            "max_length": None,
        }


def cut(card: Json) -> Json:
    """The card with every text as short as the app shows it; what was cut ends in …."""
    return _cut_part(card, REPLACING[card["card_type"]])


def _cut_part(value: Json, fields: Mapping[str, Shape]) -> Json:
    return {name: _cut(item, fields[name]) for name, item in value.items()}


def _cut(value: Any, shape: Shape) -> Any:
    if isinstance(shape, Text):
        return value[: shape.shown - 1] + ELLIPSIS if shape.shown and len(value) > shape.shown else value
    if isinstance(shape, Part):
        return _cut_part(value, shape.fields)
    if isinstance(shape, Many):
        return [_cut_part(item, shape.part.fields) for item in value]
    return value


def buttons(card: Json) -> list[Button]:
    """Everything to press on a cut card, from top to bottom, the menu in its corner last."""
    return [*_jumps(card), *_main_buttons(card), *_menu(card)]


def questions(card: Json) -> list[Question]:
    """Everything to choose on a cut card."""
    asked = [*card.get("select_list", [])]
    if "button_selection" in card:
        asked.append(card["button_selection"])
    found = [_dropdown(question) for question in asked]
    return [*found, _checkbox(card["checkbox"])] if "checkbox" in card else found


def link_of(card: Json) -> str:
    """What a press on the card itself opens."""
    return str(card.get("card_action", {}).get("url", ""))


def _main_buttons(card: Json) -> Iterator[Button]:
    # One grey bar takes the place of all buttons (path/94888).
    if card.get("replace_text"):
        yield Button(card["replace_text"], "callback", enabled=False)
        return
    for button in card.get("button_list", []):
        look = STYLES.get(button.get("style", 1), STYLES[1])
        if button.get("type", 0) == 1:
            yield Button(button["text"], "url", url=button["url"], look=look)
        else:
            yield Button(button["text"], "callback", button["key"], look=look)
    if "submit_button" in card:
        submit = card["submit_button"]
        yield Button(submit.get("text") or SUBMIT_LABEL, "submit", submit["key"], look=STYLES[1])


def _jumps(card: Json) -> Iterator[Button]:
    for jump in card.get("jump_list", []):
        if jump.get("type", 0) == 1:
            yield Button(jump["title"], "url", url=jump["url"], look="text")


def _menu(card: Json) -> Iterator[Button]:
    for action in card.get("action_menu", {}).get("action_list", []):
        yield Button(action["text"], "menu", action["key"])


def _dropdown(question: Json) -> Question:
    options = {option["id"]: option["text"] for option in question["option_list"]}
    # A missing or wrong selected_id means the first one.
    chosen = str(question.get("selected_id", ""))
    default = chosen if chosen in options else next(iter(options))
    label = question.get("title") or question["question_key"]
    enabled = not question.get("disable", False)
    return Question(question["question_key"], label, options, (default,), enabled=enabled)


def _checkbox(box: Json) -> Question:
    options = {option["id"]: option["text"] for option in box["option_list"]}
    ticked = tuple(option["id"] for option in box["option_list"] if option.get("is_checked"))
    several = box.get("mode", 0) == 1
    return Question(
        box["question_key"],
        box["question_key"],
        options,
        ticked if several else ticked[:1],
        several,
        boxes=True,
        enabled=not box.get("disable", False),
    )
