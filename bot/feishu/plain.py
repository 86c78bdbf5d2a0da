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
_LINK = r"(?P<link>https?://[!-~]+)"
_ADDRESS = re.compile(
    _LINK + r"|(?<![A-Za-z0-9._%+@-])(?P<head>@*[A-Za-z0-9._%+-])[A-Za-z0-9._%+@-]*"
    r"@(?P<tail>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)"
)
_NUMBER = re.compile(
    _LINK + r"|(?<!\d)(?P<mobile>(?:\+?86[ -]?)?1[3-9]\d)[ -]?\d{4}[ -]?(?P<mobile_end>\d{4})(?!\d)"
    r"|(?<![\d-])(?P<area>0\d{2,3})-\d{3,4}(?P<area_end>\d{4})(?!\d)"
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
    if not _MAY_BE_PRIVATE.search(text):
        return text
    return _NUMBER.sub(_starred_number, _ADDRESS.sub(_starred_address, text))


def _starred_address(found: re.Match[str]) -> str:
    return found["link"] or f"{found['head']}***@{found['tail']}"


def _starred_number(found: re.Match[str]) -> str:
    if found["mobile"]:
        return f"{found['mobile']}****{found['mobile_end']}"
    return found["link"] or f"{found['area']}-****{found['area_end']}"


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
