"""Text and markdown messages in the plain words that a member's app shows."""

from __future__ import annotations

import html
import re

# None of these looks past the next bracket of its kind, so that no text makes them slow.
_LINK_TAG = re.compile(r"<a\s[^<>]*>([^<>]*)</a>", re.IGNORECASE)
_FONT = re.compile(r"</?font[^<>]*>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>|</div>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
_MARKS = re.compile(r"\*\*|`|^#{1,6} |^> ?", re.MULTILINE)


def plain_text(content: str) -> str:
    """A text message: the one markup it knows is the link."""
    return _LINK_TAG.sub(r"\1", content)


def plain_markdown(content: str) -> str:
    """A markdown message: headings, bold, links, code, quotes and font colours are all it knows."""
    return _MARKS.sub("", _LINK.sub(r"\1", _FONT.sub("", content)))


def plain_description(content: str) -> str:
    """The description of a text card: line breaks and coloured blocks."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", content))).strip()
