"""Is this card one that Feishu accepts? The first fault found is told the way the platform tells it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from bot.simulator.chats import Json
from bot.simulator.feishu import card_values as v
from bot.simulator.feishu import charts
from bot.simulator.feishu.card_schema import (
    CONTAINERS,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_TABLES,
    MAX_TAGS,
    ROOT,
    TAGS,
    V1_ROOT,
    V1_TAGS,
    Tag,
)
from bot.simulator.feishu.card_texts import mentions
from bot.simulator.feishu.errors import Refused

# Sub-codes of 230099 (im-v1/message/reply, table of card errors; 11310 is seen for broken rules).
BAD_JSON, V1_TAG, BROKEN_RULE = 200621, 200861, 11310
BAD_CHART, BAD_IMAGE, BAD_PERSON, BAD_ROWS, BAD_ROW_NAME = 200550, 200570, 100290, 200914, 200915

Known = Callable[[str], bool]

CELLS: dict[str, v.Check] = {
    "text": v.string,
    "lark_md": v.string,
    "markdown": v.string,
    "number": lambda cell: isinstance(cell, int | float) and not isinstance(cell, bool),
    "date": v.whole(0, 10**14),
    "options": v.many(v.shaped({"text": v.string}, {"color": v.string}), at_most=100),
    "persons": lambda cell: v.string(cell) or v.strings(cell),
}


def parse(content: str) -> Json:
    """The card in `content`. Refused with 230025 when over 30 KB, 230099 when it is not an object."""
    if len(content.encode()) > MAX_BYTES:
        raise Refused(230025)
    try:
        card = json.loads(content)
    except ValueError:
        raise _fault(BAD_JSON, "parse card json err", "not json") from None
    if not isinstance(card, dict):
        raise _fault(BAD_JSON, "parse card json err", "not an object")
    if card.get("type") == "template":
        raise _fault(200380, "template does not exist, please confirm whether it has been released", "")
    return card


def check(card: Json, known_image: Known, known_person: Known) -> None:
    """Refused with 230099 and the sub-code of the first rule that the card breaks."""
    _Check(known_image, known_person).card(card)


def _fault(code: int, message: str, value: object, path: str = "") -> Refused:
    place = f"ErrPath: {path}; " if path else ""
    return Refused(230099, f"ErrCode: {code}; {place}ErrMsg: {message}; ErrorValue: {value}; ")


def _tagged(value: Any) -> Iterator[Json]:
    """Every tagged object, at any depth: what the platform counts against 200."""
    if isinstance(value, dict):
        if isinstance(value.get("tag"), str):
            yield value
        for name, inner in value.items():
            if name not in ("chart_spec", "value"):
                yield from _tagged(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _tagged(inner)


class _Check:
    """One walk through one card."""

    def __init__(self, known_image: Known, known_person: Known) -> None:
        self._known_image = known_image
        self._known_person = known_person
        self._names: set[str] = set()
        self._ids: set[str] = set()
        self._tables = 0

    def card(self, card: Json) -> None:
        if card.get("schema") != "2.0":
            raise _fault(BAD_JSON, "only schema 2.0 is accepted here", card.get("schema"), "ROOT")
        for name in card:
            if name in V1_ROOT:
                raise _fault(V1_TAG, "cards of schema V2 no longer support this capability", name, "ROOT")
        if "body" not in card:
            raise _fault(BAD_JSON, "body is required", "", "ROOT")
        self._properties(card, ROOT, "ROOT")
        tags = list(_tagged(card))
        if len(tags) > MAX_TAGS:
            raise _fault(BROKEN_RULE, f"card has more than {MAX_TAGS} elements", len(tags), "ROOT")
        for tagged in tags:
            self._element_id(tagged)
        self._elements(card["body"]["elements"], "ROOT -> body -> elements", 0, None)
        self._people(card)

    def _elements(self, elements: list[Any], path: str, depth: int, form: Json | None) -> None:
        for place, element in enumerate(elements):
            tag = element.get("tag") if isinstance(element, dict) else None
            here = f"{path} -> [{place}](tag: {tag})"
            if not isinstance(tag, str):
                raise _fault(BAD_JSON, "element without a tag", tag, here)
            self._element(element, tag, here, depth, form)

    def _element(self, element: Json, tag: str, path: str, depth: int, form: Json | None) -> None:
        if tag in V1_TAGS:
            message = "cards of schema V2 no longer support this capability"
            raise _fault(V1_TAG, message, f"unsupported tag {tag}", path)
        kind = TAGS.get(tag)
        if kind is None or (tag == "column") != path.rpartition(" -> ")[0].endswith("columns"):
            raise _fault(BAD_JSON, "type of element is not supported", f"tag: {tag}", path)
        if (kind.root_only and depth > 0) or (kind.outside_form and form is not None):
            raise _fault(BAD_JSON, "type of element is not supported", f"tag: {tag}", path)
        self._properties(element, kind.known, path)
        for name in kind.required:
            if name not in element:
                raise _fault(BAD_JSON, f"{tag}'s {name} is required", "", path)
        self._name(element, tag, kind, path, form)
        self._particular(element, tag, path)
        if kind.children:
            deeper = depth + 1 if tag in CONTAINERS else depth
            if deeper > MAX_DEPTH:
                raise _fault(BROKEN_RULE, f"containers are nested deeper than {MAX_DEPTH}", deeper, path)
            inner = element if tag == "form" else form
            children = element.get(kind.children, [])
            self._elements(children, f"{path} -> {kind.children}", deeper, inner)

    def _properties(self, value: Json, known: dict[str, v.Check], path: str) -> None:
        for name, item in value.items():
            if name not in known:
                raise _fault(BAD_JSON, "unknown property", name, path)
            if name != "element_id" and not known[name](item):
                raise _fault(BAD_JSON, "invalid property", name, path)

    def _element_id(self, tagged: Json) -> None:
        if "element_id" not in tagged:
            return
        name = tagged["element_id"]
        if not v.element_id(name):
            rule = "element_id starts with a letter, has letters, digits and _ only, and at most 20 of them"
            raise _fault(BROKEN_RULE, rule, name)
        if name in self._ids:
            raise _fault(BROKEN_RULE, "element_id is duplicated", name)
        self._ids.add(name)

    def _name(self, element: Json, tag: str, kind: Tag, path: str, form: Json | None) -> None:
        name = element.get("name", "")
        if not name and (tag == "form" or (kind.question and form is not None)):
            raise _fault(BROKEN_RULE, f"{tag}'s name is required and can not be empty string", "", path)
        if name and name in self._names:
            raise _fault(BROKEN_RULE, "name is duplicated", name, path)
        self._names.add(name)
        if tag == "button" and form is None and "form_action_type" in element:
            raise _fault(BROKEN_RULE, "form_action_type outside a form", "", path)

    def _particular(self, element: Json, tag: str, path: str) -> None:
        rule = _PARTICULAR.get(tag)
        if rule is not None:
            rule(self, element, path)

    def form(self, form: Json, path: str) -> None:
        if not any(e["tag"] == "button" and e.get("form_action_type") == "submit" for e in _tagged(form)):
            raise _fault(BROKEN_RULE, "form has no submit button", form.get("name"), path)

    def input(self, element: Json, path: str) -> None:
        if len(element.get("default_value", "")) > element.get("max_length", 1000):
            raise _fault(BROKEN_RULE, "default_value is longer than max_length", "", path)

    def select(self, element: Json, path: str) -> None:
        values = [option["value"] for option in element["options"]]
        if len(values) != len(set(values)):
            raise _fault(BROKEN_RULE, "option value is duplicated", "", path)
        chosen = element.get("selected_values", [])
        if "initial_option" in element:
            chosen = [element["initial_option"]]
        if not set(chosen) <= set(values):
            raise _fault(BROKEN_RULE, "initial option is not among the options", "", path)
        if element.get("initial_index", 1) > len(values):
            raise _fault(BROKEN_RULE, "initial_index is beyond the options", "", path)

    def table(self, table: Json, path: str) -> None:
        self._tables += 1
        if self._tables > MAX_TABLES:
            raise _fault(BROKEN_RULE, "card table number over limit", self._tables, path)
        types = {column["name"]: column.get("data_type", "text") for column in table["columns"]}
        if len(types) != len(table["columns"]):
            raise _fault(BROKEN_RULE, "table column name is duplicated", "", path)
        for place, row in enumerate(table["rows"]):
            if not isinstance(row, dict):
                raise _fault(BAD_ROWS, "table rows is invalid", f"row {place}", path)
            for name, cell in row.items():
                if name not in types:
                    raise _fault(BAD_ROW_NAME, "table rows name is invalid", name, path)
                if not CELLS[types[name]](cell):
                    raise _fault(BAD_ROWS, "table rows is invalid", f"row {place}, column {name}", path)

    def chart(self, chart: Json, path: str) -> None:
        spec = chart["chart_spec"]
        if not isinstance(spec.get("type"), str):
            raise _fault(BAD_CHART, "chart spec is invalid", "type", path)
        if spec["type"] in charts.TYPES and (fault := charts.fault(spec)):
            raise _fault(BAD_CHART, "chart spec is invalid", fault, path)

    def image(self, element: Json, path: str) -> None:
        keys = [element["img_key"]] if "img_key" in element else [i["img_key"] for i in element["img_list"]]
        for key in keys:
            if not self._known_image(key):
                raise _fault(BAD_IMAGE, "card contains invalid image keys", f"image key {key}", path)

    def _people(self, card: Json) -> None:
        asked = [person for person in mentions(card) if person != "all"]
        for element in _tagged(card["body"]):
            if element["tag"] == "person":
                asked.append(element["user_id"])
            elif element["tag"] == "person_list" and not element.get("drop_invalid_user_id"):
                asked += [person["id"] for person in element["persons"]]
            elif element["tag"].endswith("select_person"):
                asked += [option["value"] for option in element.get("options", [])]
        for person in asked:
            if not self._known_person(person):
                raise _fault(BAD_PERSON, "There is an invalid user resource(at/person) in your card", person)


_PARTICULAR: dict[str, Callable[[_Check, Json, str], None]] = {
    "form": _Check.form,
    "input": _Check.input,
    "select_static": _Check.select,
    "multi_select_static": _Check.select,
    "table": _Check.table,
    "chart": _Check.chart,
    "img": _Check.image,
    "img_combination": _Check.image,
}
