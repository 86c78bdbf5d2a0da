"""How words that people wrote become harmless text on WeCom: printable, cut to size, never a link."""

from __future__ import annotations

import re
import unicodedata

CUT = "…（内容过长，已截断）"
# Source: path/90236, text messages, in bytes of UTF-8; path/90241 says the same of an answer in words.
MAX_BYTES = 2048

# Half-formed characters, controls, and the marks that turn the direction of writing: they can break a
# request, or make a name read as another one.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_TAG_OPENS = re.compile(r"<(?=[A-Za-z/!])")


def clean(text: str) -> str:
    """Return `text` with what cannot be shown honestly replaced by `�`, and breaks as newlines."""
    return _UNPRINTABLE.sub("\ufffd", _BREAKS.sub("\n", text))


def line(text: str) -> str:
    """Return `text` as one line."""
    return " ".join(clean(text).split())


def cut(text: str, limit: int) -> str:
    """Return `text` in at most `limit` characters, ending in `…` where something is missing."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def cut_wide(text: str, limit: int) -> str:
    """Return `text` in at most `limit` Chinese characters' breadth; Latin letters and digits take half."""
    short = text[: 2 * limit + 1]
    if short == text and breadth(text) <= limit:
        return text
    while breadth(short) > limit - 1:
        short = short[:-1]
    return short + "…"


def breadth(text: str) -> float:
    """Return how broad `text` is, counted in Chinese characters."""
    return sum(1.0 if unicodedata.east_asian_width(each) in "WFA" else 0.5 for each in text)


def cut_bytes(text: str, limit: int = MAX_BYTES) -> str:
    """Return `text` in at most `limit` bytes of UTF-8, and say so where something is missing."""
    content = text.encode()
    if len(content) <= limit:
        return text
    return content[: limit - len(CUT.encode())].decode(errors="ignore") + CUT


def chat_text(text: str) -> str:
    """Return `text` for a text message, uncut. It knows `<a href=…>` but no escape (path/90236), so that
    what would open a tag gets a full-width sign.
    """
    return _TAG_OPENS.sub("＜", clean(text)).strip()
