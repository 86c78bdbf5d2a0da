"""A card as its reader can use it: the buttons to press and the questions to fill in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.simulator.chats import Json
from bot.simulator.feishu.card_schema import TAGS

# tag -> (kind as the control API names it, property with the first answer)
QUESTIONS = {
    "input": ("text", "default_value"),
    "select_static": ("choice", "initial_option"),
    "multi_select_static": ("choices", "selected_values"),
    "select_person": ("person", "initial_option"),
    "multi_select_person": ("people", "selected_values"),
    "date_picker": ("date", "initial_date"),
    "picker_time": ("time", "initial_time"),
    "picker_datetime": ("datetime", "initial_datetime"),
    "checker": ("check", "checked"),
}


@dataclass(frozen=True)
class Button:
    """One button. `form` is the form around it, if any."""

    element: Json
    form: Json | None

    @property
    def label(self) -> str:
        """What is written on it."""
        return str(self.element["text"]["content"])

    @property
    def enabled(self) -> bool:
        """Whether it can be pressed."""
        return not self.element.get("disabled", False)

    @property
    def submits(self) -> bool:
        """Whether it hands a form in."""
        return self.element.get("form_action_type") == "submit"

    @property
    def resets(self) -> bool:
        """Whether it only empties a form."""
        return self.element.get("form_action_type") == "reset"

    def behavior(self, kind: str) -> Json | None:
        """Its `callback` or `open_url` behavior."""
        found: list[Json] = self.element.get("behaviors", [])
        return next((behavior for behavior in found if behavior["type"] == kind), None)

    def shown(self) -> Json:
        """As the control API tells it."""
        link = self.behavior("open_url")
        return {
            "label": self.label,
            "enabled": self.enabled,
            "form_submit": self.submits,
            "type": self.element.get("type", "default"),
            "confirm": self.element.get("confirm", {}).get("text", {}).get("content", ""),
            "url": "" if link is None else link["default_url"],
        }


@dataclass(frozen=True)
class Question:
    """One thing to fill in."""

    element: Json
    caption: str = ""

    @property
    def name(self) -> str:
        """Its name within the form."""
        return str(self.element.get("name", ""))

    @property
    def kind(self) -> str:
        """How it is answered: text, choice, choices, person, people, date, time, datetime or check."""
        kind = QUESTIONS[self.element["tag"]][0]
        return "long_text" if self.element.get("input_type") == "multiline_text" else kind

    @property
    def default(self) -> Any:
        """The answer that already stands there."""
        tag = self.element["tag"]
        empty: Any = {"multi_select_static": [], "multi_select_person": [], "checker": False}.get(tag, "")
        index = self.element.get("initial_index")
        if tag == "select_static" and index is not None:
            empty = self.element["options"][index - 1]["value"]
        return self.element.get(QUESTIONS[tag][1], empty)

    @property
    def options(self) -> dict[str, str]:
        """Value to text of what can be chosen; for people the text is the value."""
        options = self.element.get("options", [])
        return {option["value"]: option.get("text", {}).get("content", option["value"]) for option in options}

    @property
    def label(self) -> str:
        """What it asks: its label, else the line of text above it, else its hint, else its name."""
        own = {place: str(self.element.get(place, {}).get("content", "")) for place in ("label", "text")}
        hint = str(self.element.get("placeholder", {}).get("content", ""))
        return own["label"] or own["text"] or self.caption or hint or self.name

    def shown(self) -> Json:
        """As the control API tells it."""
        return {
            "name": self.name,
            "label": self.label,
            "kind": self.kind,
            "required": self.element.get("required", False),
            "options": [{"value": value, "text": text} for value, text in self.options.items()],
            "default": self.default,
            "max_length": self.element.get("max_length", 1000) if self.element["tag"] == "input" else None,
        }


def buttons(card: Json) -> list[Button]:
    """Every button from top to bottom."""
    return [Button(e, form) for e, form in _elements(card["body"]["elements"], None) if e["tag"] == "button"]


def questions(card: Json) -> list[Question]:
    """Every question from top to bottom."""
    return list(_questions(card["body"]["elements"]))


def questions_of(form: Json) -> list[Question]:
    """The questions of one form."""
    return list(_questions(form["elements"]))


def caption_of(element: Json, above: Json | None) -> str:
    """The text right above a question that has no label of its own: readers take it for the label."""
    if above is None or above["tag"] != "div" or element["tag"] not in QUESTIONS:
        return ""
    return "" if "label" in element or "text" in element else str(above["text"]["content"])


def _questions(elements: list[Json]) -> Iterator[Question]:
    above = None
    for element in elements:
        if element["tag"] in QUESTIONS:
            yield Question(element, caption_of(element, above))
        yield from _questions(element.get(TAGS[element["tag"]].children, []))
        above = element


def _elements(elements: list[Json], form: Json | None) -> Iterator[tuple[Json, Json | None]]:
    for element in elements:
        yield element, form
        inner = element if element["tag"] == "form" else form
        children = TAGS[element["tag"]].children
        if children:
            yield from _elements(element.get(children, []), inner)
