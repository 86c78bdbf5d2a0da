"""How a neutral card looks in Feishu: card JSON 2.0, safe to show and never over a limit; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import msgspec

from bot.feishu.plain import CUT, clean, cut, line, markdown, mask
from handlers.contract.card import (
    Button,
    Card,
    Confirm,
    Field,
    Form,
    Kind,
    Link,
    Option,
    Question,
    Section,
    Style,
    Tone,
)
from handlers.contract.chart import Chart

# Source: feishu-cards/card-json-v2-structure and im-v1/message/create: at most 30 KB and 200 tags. The
# request quotes the card once more and carries a few fields beside it.
MAX_BYTES = 29_000
MAX_TAGS = 200
# Source: card-json-v2-components/interactive-components/input.
MAX_INPUT = 1000

_TITLE, _LABEL, _NOTE = 80, 40, 200
_NARROW = 20

_TEMPLATES = {
    Tone.INFO: "blue",
    Tone.PENDING: "orange",
    Tone.GOOD: "green",
    Tone.BAD: "red",
    Tone.MUTED: "grey",
}
_TAG_COLOURS = {**_TEMPLATES, Tone.MUTED: "neutral"}
_BUTTONS = {Style.PRIMARY: "primary_filled", Style.DANGER: "danger", Style.PLAIN: "default"}
_RULE = {"tag": "hr"}

Json = dict[str, Any]


@dataclass(frozen=True)
class _Room:
    """How much of a card is shown: characters of one text, and how many of each thing."""

    text: int
    fields: int
    sections: int
    lines: int
    options: int
    buttons: int


# The first room that a card fits into is taken; only absurd cards get past the first.
_ROOMS = (
    _Room(text=2000, fields=40, sections=12, lines=60, options=100, buttons=20),
    _Room(text=600, fields=30, sections=10, lines=30, options=50, buttons=20),
    _Room(text=200, fields=20, sections=8, lines=15, options=30, buttons=12),
    _Room(text=80, fields=14, sections=5, lines=8, options=20, buttons=8),
    _Room(text=20, fields=8, sections=3, lines=4, options=6, buttons=4),
)


def to_json(card: Card) -> str:
    """Return the card as the `content` of an interactive message."""
    return msgspec.json.encode(render(card)).decode()


def render(card: Card) -> Json:
    """Return card JSON 2.0 that stays inside the platform's limits, visibly cut where it must be."""
    for room in _ROOMS:
        if _length(card, room) <= MAX_BYTES:
            shown = _Drawing(card, room).whole()
            if _fits(shown):
                return shown
    return _Drawing(Card(title=card.title, subject=card.subject, tone=card.tone), _ROOMS[-1]).notice()


def _length(card: Card, room: _Room) -> int:
    """How much there is to read; what is surely too long need not be drawn."""
    lines = [each for section in card.sections[: room.sections] for each in section.lines[: room.lines]]
    values = [field.value for field in card.fields[: room.fields]]
    return sum(min(len(each), room.text) for each in (*lines, *values))


def _fits(shown: Json) -> bool:
    content = msgspec.json.encode(shown)
    quoting = content.count(b'"') + content.count(b"\\")
    return len(content) + quoting <= MAX_BYTES and content.count(b'"tag":"') <= MAX_TAGS


class _Drawing:
    """One card drawn into one room. Names of things to fill in or press are unique over the card."""

    def __init__(self, card: Card, room: _Room) -> None:
        self._card = card
        self._room = room
        self._names = {question.name for question in card.form.questions} if card.form else set()

    def whole(self) -> Json:
        acts = [*self._buttons(self._card.buttons), *self._way(), *self._form()]
        parts = (self._facts(), self._story(), acts)
        elements: list[Json] = []
        for part in parts:
            if elements and part:
                elements.append(_RULE)
            elements += part
        return self._around(elements)

    def notice(self) -> Json:
        return self._around([_markdown(CUT)])

    def _around(self, elements: list[Json]) -> Json:
        card = self._card
        return {
            "schema": "2.0",
            "config": {
                "update_multi": True,
                "enable_forward": False,
                "width_mode": "fill",
                "summary": {"content": line(card.preview or card.title, _TITLE)},
            },
            "header": self._header(),
            "body": {"direction": "vertical", "vertical_spacing": "8px", "elements": elements},
        }

    def _header(self) -> Json:
        card = self._card
        header: Json = {"template": _TEMPLATES[card.tone], "title": _text(card.title, _TITLE)}
        if card.subtitle:
            header["subtitle"] = _text(card.subtitle, _TITLE)
        if card.tag:
            tag = {"tag": "text_tag", "text": _text(card.tag, _LABEL), "color": _TAG_COLOURS[card.tone]}
            header["text_tag_list"] = [tag]
        return header

    # What is to be read.

    def _facts(self) -> list[Json]:
        """Two short facts share a row; a long one has a row of its own."""
        rows: list[Json] = []
        waiting: list[Json] = []
        for field in self._card.fields[: self._room.fields]:
            element = self._fact(field)
            if field.wide or len(field.value) > _NARROW:
                rows += [*waiting, element]
                waiting = []
            elif waiting:
                rows.append(_columns([*waiting, element], "weighted"))
                waiting = []
            else:
                waiting = [element]
        return [*rows, *waiting, *_missing(self._card.fields, self._room.fields)]

    def _fact(self, field: Field) -> Json:
        value = markdown(field.value, self._room.text) or "—"
        return _markdown(f"{_grey(markdown(field.label, _LABEL))}\n{value}")

    def _story(self) -> list[Json]:
        sections = self._card.sections
        shown = [self._section(each) for each in sections[: self._room.sections]]
        chart = [_chart(self._card.chart)] if self._card.chart else []
        return [*shown, *_missing(sections, self._room.sections), *chart]

    def _section(self, section: Section) -> Json:
        lines = [markdown(each, self._room.text) for each in section.lines[: self._room.lines]]
        if len(section.lines) > self._room.lines:
            lines.append(CUT)
        if section.folded:
            return _folded(_text(section.title or "详情", _TITLE), "\n".join(lines))
        if section.title:
            lines.insert(0, f"**{markdown(section.title, _TITLE)}**")
        return _markdown("\n".join(lines))

    # What can be done.

    def _buttons(self, buttons: Sequence[Button], in_form: bool = False) -> list[Json]:
        if not buttons:
            return []
        shown = [self._button(each, in_form) for each in buttons[: self._room.buttons]]
        return [_columns(shown, "auto"), *_missing(buttons, self._room.buttons)]

    def _button(self, button: Button, in_form: bool) -> Json:
        element: Json = {
            "tag": "button",
            "name": self._free_name("button"),
            "type": _BUTTONS[button.style],
            "text": _text(button.label, _LABEL),
            "behaviors": [{"type": "callback", "value": {"act": button.act, "args": dict(button.args)}}],
        }
        if in_form:
            element["form_action_type"] = "submit"
        if button.confirm:
            element["confirm"] = self._confirm(button.confirm)
        return element

    def _way(self) -> list[Json]:
        return [self._link(self._card.link)] if self._card.link else []

    def _link(self, link: Link) -> Json:
        return {
            "tag": "button",
            "name": self._free_name("button"),
            "type": _BUTTONS[Style.PLAIN],
            "text": _text(link.label, _LABEL),
            "behaviors": [{"type": "open_url", "default_url": link.url}],
        }

    def _confirm(self, confirm: Confirm) -> Json:
        return {
            "title": _text(confirm.title, min(_LABEL, self._room.text)),
            "text": _text(confirm.text, min(_NOTE, self._room.text)),
        }

    def _form(self) -> list[Json]:
        form = self._card.form
        if form is None:
            return []
        elements = [element for question in form.questions for element in self._question(question, form)]
        elements += self._buttons(form.buttons, in_form=True)
        return [{"tag": "form", "name": self._free_name(form.name), "elements": elements}]

    def _question(self, question: Question, form: Form) -> list[Json]:
        match question.kind:
            case Kind.TEXT | Kind.LONG_TEXT:
                return [self._input(question)]
            case Kind.CHOICE if question.options:
                return self._choice(question, self._options(question, form))
            case Kind.CHOICE:
                return [self._told(question, "没有可选的内容")]
            case Kind.FILES:
                return [self._told(question, question.default)]

    def _input(self, question: Question) -> Json:
        longest = max(1, min(question.limit, MAX_INPUT))
        long = question.kind is Kind.LONG_TEXT
        element: Json = {
            "tag": "input",
            "name": question.name,
            "input_type": "multiline_text" if long else "text",
            "required": question.required,
            "width": "fill",
            "max_length": longest,
            "label": _text(question.label, _LABEL),
        }
        if long:
            element["rows"] = 3
        # What is filled in comes back as the answer, so it is never masked: it would be lost.
        default = clean(question.default)
        if mask(default) != default:
            element["placeholder"] = _text(f"原来填的含电话或邮箱，请重新填写：{default}", self._note)
        else:
            if default:
                element["default_value"] = cut(default, min(longest, self._room.text))
            if question.hint:
                element["placeholder"] = _text(question.hint, self._note)
        return element

    def _choice(self, question: Question, options: Sequence[Option]) -> list[Json]:
        hint = question.hint or "请选择"
        if len(options) < len(_distinct(question.options)):
            hint = f"只列出前 {len(options)} 项，{hint}"
        element: Json = {
            "tag": "select_static",
            "name": question.name,
            "required": question.required,
            "width": "fill",
            "placeholder": _text(hint, self._note),
            "options": [
                {"text": _text(each.label or each.value, min(_TITLE, self._room.text)), "value": each.value}
                for each in options
            ],
        }
        if any(each.value == question.default for each in options):
            element["initial_option"] = question.default
        return [{"tag": "div", "text": _text(question.label, _LABEL)}, element]

    def _options(self, question: Question, form: Form) -> list[Option]:
        """The choices of a form share the room; what is chosen already stays on the list."""
        choices = sum(each.kind is Kind.CHOICE for each in form.questions)
        most = max(2, self._room.options // choices)
        options = _distinct(question.options)
        shown = options[:most]
        chosen = [each for each in options[most:] if each.value == question.default]
        return [*shown[: most - len(chosen)], *chosen]

    def _told(self, question: Question, default: str) -> Json:
        """A question that is not answered inside the card: what there is so far, and how to answer."""
        words = f"**{markdown(question.label, _LABEL)}**\n{markdown(default, self._room.text) or '—'}"
        if question.hint:
            words += f"\n{_grey(markdown(question.hint, self._note))}"
        return _markdown(words)

    @property
    def _note(self) -> int:
        return min(_NOTE, self._room.text)

    def _free_name(self, wish: str) -> str:
        candidates = (f"{wish}_{number}" for number in count(1))
        name = next(each for each in candidates if each not in self._names)
        self._names.add(name)
        return name


def _text(words: str, limit: int) -> Json:
    return {"tag": "plain_text", "content": line(words, limit)}


def _markdown(content: str) -> Json:
    return {"tag": "markdown", "content": content}


def _grey(escaped: str) -> str:
    return f"<font color='grey'>{escaped}</font>"


def _missing(things: Sequence[object], shown: int) -> list[Json]:
    return [_markdown(CUT)] if len(things) > shown else []


def _distinct(options: Iterable[Option]) -> list[Option]:
    """The platform refuses the same value twice."""
    return list({each.value: each for each in options}.values())


def _columns(elements: Sequence[Json], width: str) -> Json:
    """Side by side: `weighted` in equal parts, `auto` as wide as needed and on to the next row."""
    share: Json = {"weight": 1} if width == "weighted" else {}
    return {
        "tag": "column_set",
        "flex_mode": "flow" if width == "auto" else "none",
        "horizontal_spacing": "8px",
        "columns": [{"tag": "column", "width": width, **share, "elements": [each]} for each in elements],
    }


def _chart(chart: Chart) -> Json:
    """Source: card-json-v2-components/content-components/chart; the spec is VChart's, data without script.
    What has no value is left out: a gap."""
    values = [
        {"label": cut(clean(label), _LABEL), "series": cut(clean(each.name), _LABEL), "value": each.values[n]}
        for n, label in enumerate(chart.labels)
        for each in chart.series
        if each.values[n] is not None
    ]
    words = f"{chart.title}（{chart.unit}）" if chart.unit else chart.title
    spec: Json = {
        "type": str(chart.kind),
        "title": {"text": line(words, _TITLE)},
        "data": {"values": values},
        "xField": ["label", "series"] if chart.kind == "bar" and len(chart.series) > 1 else "label",
        "yField": "value",
        "seriesField": "series",
        "legends": {"visible": len(chart.series) > 1},
        "label": {"visible": True},
    }
    return {"tag": "chart", "aspect_ratio": "16:9", "preview": True, "chart_spec": spec}


def _folded(title: Json, content: str) -> Json:
    """Source: card-json-v2-components/containers/collapsible-panel."""
    return {
        "tag": "collapsible_panel",
        "expanded": False,
        "border": {"color": "grey", "corner_radius": "6px"},
        "padding": "8px 8px 8px 8px",
        "header": {
            "title": title,
            "vertical_align": "center",
            "icon": {"tag": "standard_icon", "token": "down-small-ccm_outlined", "size": "16px 16px"},
            "icon_position": "right",
            "icon_expanded_angle": -180,
        },
        "elements": [_markdown(content)],
    }
