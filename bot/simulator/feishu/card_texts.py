"""The texts of a card: which may mention people, which anybody can read, and what they say in plain words."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from bot.simulator.chats import Json
from bot.simulator.feishu.card_values import words

# None of these looks past the next bracket of its kind, so that no text makes them slow.
_AT = r"<at\s[^<>]*?\b(?:user_)?ids?\s*=\s*[\"']?([^\"'<>\s]+)"
_MENTION = re.compile(_AT, re.IGNORECASE)
_WHOLE_MENTION = re.compile(_AT + r"[^<>]*>(?:[^<]*</at>)?", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_MARKS = re.compile(r"\*\*|~~|`|^#{1,6} |^> ?", re.MULTILINE)

# Properties that carry no words for people.
_HIDDEN = words(
    "tag element_id name value behaviors img_key user_id persons token color template chart_spec style "
    "card_link text_size text_align text_color width margin padding"
)


def mentioned(markdown: str) -> list[str]:
    """The ids that raw `<at …>` tags of a text ping; `all` is everybody."""
    return [one for found in _MENTION.findall(markdown) for one in found.split(",") if one]


def mentions(card: Json) -> list[str]:
    """The ids that a card pings. Only markdown and lark_md are read for tags; plain_text never pings."""
    return [person for text in _markdown(card) for person in mentioned(text)]


def readable(value: Any) -> Iterator[str]:
    """Every string of a card that people can read, for the audit of contents."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from readable(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name == "rows" and isinstance(item, list):
                yield from (cell for row in item for cell in readable(list(row.values())))
            elif name not in _HIDDEN:
                yield from readable(item)


def plain(markdown: str) -> str:
    """Markdown as a reader sees it: no marks, no tags, entities turned back into characters."""
    text = _BREAK.sub("\n", markdown)
    text = _WHOLE_MENTION.sub(lambda found: "@所有人" if found[1] == "all" else f"@{found[1]}", text)
    text = _MARKS.sub("", _TAG.sub("", _LINK.sub(r"\1", text)))
    return html.unescape(text).strip()


def _markdown(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _markdown(item)
    elif isinstance(value, dict):
        if value.get("tag") in ("markdown", "lark_md") and isinstance(value.get("content"), str):
            yield value["content"]
        if value.get("tag") == "table":
            yield from _cells(value)
        for name, item in value.items():
            if name not in ("behaviors", "chart_spec"):
                yield from _markdown(item)


def _cells(table: Json) -> Iterator[str]:
    rich = {c["name"] for c in table["columns"] if c.get("data_type") in ("lark_md", "markdown")}
    for row in table["rows"]:
        yield from (cell for name, cell in row.items() if name in rich and isinstance(cell, str))
