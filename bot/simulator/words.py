"""Cards in plain words, as a terminal can show them: for transcripts, logs of a story and the workbench."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bot.simulator.chats import Json
from bot.simulator.feishu.card_texts import plain
from bot.simulator.feishu.card_view import QUESTIONS, Button, Question, caption_of

GAP = "　　"
# A whole line in bold or in a colour.
_LABEL = re.compile(r"\*\*.+\*\*|<font [^>]*>.+</font>")


def card_words(card: Json) -> str:
    """A Feishu card (JSON 2.0) as lines: title and tags, facts, folds, questions, and [buttons]."""
    return "\n".join([*_head(card.get("header", {})), *_lines(card["body"]["elements"])])


def _head(header: Json) -> list[str]:
    if not header:
        return []
    tags = "".join(f"〔{tag['text']['content']}〕" for tag in header.get("text_tag_list", []))
    title = f"【{_text(header['title'])}】{tags}"
    return [title, _text(header["subtitle"])] if "subtitle" in header else [title]


def _lines(elements: list[Json]) -> list[str]:
    lines: list[str] = []
    for place, element in enumerate(elements):
        above = elements[place - 1] if place else None
        after = elements[place + 1] if place + 1 < len(elements) else None
        if element["tag"] == "button" and above is not None and above["tag"] == "button":
            lines[-1] += f" {_button(element)}"
        elif element["tag"] in QUESTIONS:
            lines.append(_question(Question(element, caption_of(element, above))))
        elif after is None or not caption_of(after, element):
            lines += _element(element)
    return lines


def _element(element: Json) -> list[str]:
    drawn = _DRAWN.get(element["tag"])
    return [f"［{element['tag']}］"] if drawn is None else drawn(element)


def _markdown(element: Json) -> list[str]:
    """A marked first line is a label: before its value, or above its lines."""
    first, _, rest = str(element["content"]).partition("\n")
    lines = plain(rest).split("\n")
    if not rest or not _LABEL.fullmatch(first.strip()):
        return plain(str(element["content"])).split("\n")
    label = plain(first)
    return [f"{label}：{lines[0]}"] if len(lines) == 1 else [label, *(f"  {line}" for line in lines)]


def _columns(element: Json) -> list[str]:
    """One-line columns stand side by side, buttons close together; longer ones one below the other."""
    columns = [column for column in (_lines(c.get("elements", [])) for c in element["columns"]) if column]
    if any(len(column) > 1 for column in columns):
        return [line for column in columns for line in column]
    cells = [column[0] for column in columns]
    gap = " " if all(cell.startswith("[") for cell in cells) else GAP
    return [gap.join(cells)] if cells else []


def _panel(element: Json) -> list[str]:
    title = _text(element["header"]["title"])
    return [f"▸ {title}", *(f"  {line}" for line in _lines(element["elements"]))]


def _table(element: Json) -> list[str]:
    columns = element["columns"]
    names = [str(column.get("display_name", column["name"])) for column in columns]
    rows = [[_cell(row.get(column["name"], "")) for column in columns] for row in element["rows"]]
    return [" | ".join(line) for line in [names, *rows]]


def _cell(cell: Any) -> str:
    if isinstance(cell, list):
        return "、".join(str(item["text"]) if isinstance(item, dict) else str(item) for item in cell)
    return plain(str(cell))


def _question(question: Question) -> str:
    must = "（必填）" if question.element.get("required") else ""
    chosen = question.default if isinstance(question.default, list) else [question.default]
    if question.kind == "check":
        return f"{'☑' if question.default else '☐'} {question.label}{must}"
    if question.options:
        marks = [f"{'◉' if value in chosen else '○'} {text}" for value, text in question.options.items()]
        return f"{question.label}{must}：{'  '.join(marks)}"
    return f"{question.label}{must}：{question.default or '________'}"


def _button(element: Json) -> str:
    button = Button(element, None)
    return f"[{button.label}]" if button.enabled else f"[{button.label}·不可点]"


def _text(text: Json) -> str:
    content = str(text["content"])
    return content if text["tag"] == "plain_text" else plain(content)


_DRAWN: dict[str, Callable[[Json], list[str]]] = {
    "markdown": _markdown,
    "button": lambda element: [_button(element)],
    "div": lambda element: _text(element["text"]).split("\n"),
    "hr": lambda element: ["———"],
    "img": lambda element: [f"［图片：{element['alt']['content']}］"],
    "column_set": _columns,
    "form": lambda element: _lines(element["elements"]),
    "interactive_container": lambda element: _lines(element["elements"]),
    "collapsible_panel": _panel,
    "table": _table,
}
