"""The XML of WeCom's callbacks: read without trust, written without holes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from bot.platform import Refused

# What XML cannot hold, though a person may paste it into a message.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Value = str | int | Mapping[str, "Value"] | Sequence[Mapping[str, "Value"]]


class _NoDoctype(TreeBuilder):
    """Entities can only be declared in a DOCTYPE, which no callback has."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise Refused(400, "a DOCTYPE")


def parsed(body: bytes) -> Element:
    """Return the root of a document in UTF-8. Raises Refused.

    The parser is given text and not bytes, so that no declaration in the document chooses a decoder.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Refused(400, "not UTF-8") from None
    try:
        return _parsed(text)
    except ParseError:
        legal = _ILLEGAL.sub("\ufffd", text)
    try:
        return _parsed(legal)
    except ParseError:
        raise Refused(400, "not XML") from None


def _parsed(text: str) -> Element:
    # A DOCTYPE is all that this parser can be attacked by; the server limits the size.
    parser = XMLParser(target=_NoDoctype())  # noqa: S314
    parser.feed(text)
    root: Element = parser.close()
    return root


def element(name: str, value: Value) -> str:
    """Return `value` as an element: texts as CDATA, a list as the element again for each entry."""
    if isinstance(value, Mapping):
        return f"<{name}>{''.join(element(key, each) for key, each in value.items())}</{name}>"
    if isinstance(value, str):
        return f"<{name}>{_cdata(value)}</{name}>"
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    return "".join(element(name, each) for each in value)


def _cdata(text: str) -> str:
    """The sign that ends a CDATA section is cut in two, so that nobody's words end it."""
    return f"<![CDATA[{_ILLEGAL.sub('�', text).replace(']]>', ']]]]><![CDATA[>')}]]>"
