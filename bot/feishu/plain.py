"""How words that people wrote become harmless text on Feishu: printable, masked, cut, never markup."""

from __future__ import annotations

import re

CUT = "…（内容过长，已截断）"

# Half-formed characters, controls, and the marks that turn the direction of writing: they can break a
# request, or make a name read as another one.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")

# A link is left alone: a page's random address may well hold eleven digits.
_PRIVATE = re.compile(
    r"(?P<link>https?://\S+)"
    r"|(?<!\d)(?P<mobile>(?:\+?86[ -]?)?1[3-9]\d)[ -]?\d{4}[ -]?(?P<mobile_end>\d{4})(?!\d)"
    r"|(?<![\d-])(?P<area>0\d{2,3})-\d{3,4}(?P<area_end>\d{4})(?!\d)"
    r"|(?P<first>[A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{0,63}@(?P<host>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)"
)

_MAY_BE_PRIVATE = re.compile(r"\d{4}|@")

# Markup wherever it stands; and what is not markup inside of numbers, dates and times (. :) or words (-).
_ENTITIES = {ord(sign): f"&#{ord(sign)};" for sign in "&<>*~[]()#_`!\\|\"'$+={}^@/"}
_MAY_BE_MARKUP = re.compile(r"(?<![0-9])[.:]|[.:](?![0-9])|(?<![0-9A-Za-z])-|-(?![0-9A-Za-z])")

_TAG_OPENS = re.compile(r"<(?=[A-Za-z/!])")
_LINK_OPENS = re.compile(r"\](?=\()")


def clean(text: str) -> str:
    """Return `text` with what cannot be shown honestly replaced by `�`, and breaks as newlines."""
    return _UNPRINTABLE.sub("\ufffd", _BREAKS.sub("\n", text))


def mask(text: str) -> str:
    """Return `text` with the middle of telephone numbers and the names of e-mail addresses starred.

    Feishu refuses messages that hold either in full, with 230028 (im-v1/message/reply, error codes). This
    is the only place that masks, and everything that people wrote passes through it on its way to Feishu.
    """
    return _PRIVATE.sub(_starred, text) if _MAY_BE_PRIVATE.search(text) else text


def _starred(found: re.Match[str]) -> str:
    if found["link"]:
        return found[0]
    if found["mobile"]:
        return f"{found['mobile']}****{found['mobile_end']}"
    if found["area"]:
        return f"{found['area']}-****{found['area_end']}"
    return f"{found['first']}***@{found['host']}"


def cut(text: str, limit: int) -> str:
    """Return `text` in at most `limit` characters, and say so where something is missing."""
    if len(text) <= limit:
        return text
    sign = CUT if limit > 3 * len(CUT) else "…"
    return text[: limit - len(sign)] + sign


def line(text: str, limit: int) -> str:
    """Return `text` for one `plain_text` element, in one line."""
    return cut(mask(" ".join(clean(text).split())), limit)


def markdown(text: str, limit: int) -> str:
    """Return `text` for a markdown element: what would be markup there is written as entities.

    Source: card-json-v2-components/content-components/rich-text, on special characters.
    """
    lines = [each.strip() for each in clean(text).split("\n")]
    shown = cut(mask("\n".join(lines).strip()), limit)
    return _MAY_BE_MARKUP.sub(lambda found: f"&#{ord(found[0])};", shown.translate(_ENTITIES))


def chat_line(text: str, limit: int) -> str:
    """Return `text` for a text message, which knows `<at …>`, `<b>`, `**` and `[words](link)` but no escape.

    What opens them gives way to full-width signs. Source: im-v1/message-content, text.
    """
    shown = _LINK_OPENS.sub("］", _TAG_OPENS.sub("＜", mask(clean(text)).strip()))
    return cut(shown.replace("**", "＊＊"), limit)
