"""Feishu's markdown as HTML: everything is escaped first, then the few marks its client knows are set."""

from __future__ import annotations

import html
import re

from markupsafe import Markup, escape

from bot.simulator.feishu.card_values import words

COLOURS = words(
    "blue wathet turquoise green lime yellow orange red carmine violet purple indigo grey neutral"
)

_BREAK = re.compile(r"&lt;br\s*/?&gt;", re.IGNORECASE)
_AT = re.compile(
    r"&lt;at\s[^&]*?\b(?:user_)?ids?=(?:&#39;|&#34;)?([\w@.,-]+)(?:&#39;|&#34;)?\s*&gt;(?:([^&]*)&lt;/at&gt;)?"
)
_FONT = re.compile(
    r"&lt;font color=(?:&#39;|&#34;)?([\w-]+)(?:&#39;|&#34;)?&gt;(.*?)&lt;/font&gt;", re.DOTALL
)
_LINK = re.compile(r"\[([^\[\]]*)\]\((https?://[^\s()]+)\)")
_MARKS = (
    (re.compile(r"\*\*(.+?)\*\*", re.DOTALL), r"<strong>\1</strong>"),
    (re.compile(r"(?<![*\w])\*([^*\n]+)\*(?![*\w])"), r"<em>\1</em>"),
    (re.compile(r"~~(.+?)~~", re.DOTALL), r"<del>\1</del>"),
    (re.compile(r"`([^`\n]+)`"), r"<code>\1</code>"),
)
_HEADING = re.compile(r"^#{1,6} +(.*)$", re.MULTILINE)
_RULE = re.compile(r"^ ?-{3,} ?$", re.MULTILINE)
_BARE_LINK = re.compile(r"https?://[^\s<>\"'（）()「」，。；]+")


def marked_up(markdown: str) -> Markup:
    """Return a text of Feishu's with its marks as HTML; line breaks are kept by the style sheet."""
    text = str(escape(markdown))
    text = _BREAK.sub("\n", text)
    text = _AT.sub(lambda found: f'<span class="at">@{_called(found[1], found[2])}</span>', text)
    text = _FONT.sub(_coloured, text)
    text = _LINK.sub(_link, text)
    for mark, tag in _MARKS:
        text = mark.sub(tag, text)
    text = _RULE.sub('<span class="rule"></span>', text)
    text = _HEADING.sub(r"<strong>\1</strong>", text)
    # What the card escaped for Feishu (&#46;) was escaped once more above.
    return Markup(re.sub(r"&amp;(#?\w+;)", r"&\1", text))  # noqa: S704 - escaped at the first line


def with_links(text: str) -> Markup:
    """Return plain text in which addresses can be opened."""
    parts: list[Markup] = []
    at = 0
    for found in _BARE_LINK.finditer(text):
        parts += [escape(text[at : found.start()]), anchor(found[0], found[0])]
        at = found.end()
    return Markup("").join([*parts, escape(text[at:])])


def anchor(url: str, words: str) -> Markup:
    """Return a link to a web page; anything else than http stays words."""
    if not url.startswith(("http://", "https://")):
        return escape(words)
    return Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(url, words)


def _called(key: str, name: str | None) -> str:
    return "所有人" if key == "all" else name or key


def _coloured(found: re.Match[str]) -> str:
    colour = found[1].split("-")[0]
    return f'<span class="ink-{colour if colour in COLOURS else "grey"}">{found[2]}</span>'


def _link(found: re.Match[str]) -> str:
    return str(anchor(html.unescape(found[2]), html.unescape(found[1])))
