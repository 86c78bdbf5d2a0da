"""XML as WeCom's callbacks use it: written with CDATA, read so strictly that a slip in an answer shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias
from xml.parsers import expat

# What goes out: text in CDATA, numbers plain, lists as repeated elements.
Value: TypeAlias = "str | int | float | Mapping[str, Value] | list[Value]"
# What came in: text, or children by name, each name with all its occurrences.
Node: TypeAlias = "str | dict[str, list[Node]]"

MAX_BYTES = 64 * 1024
MAX_DEPTH = 8
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Characters that XML 1.0 cannot hold in any way.
_FORBIDDEN = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def document(fields: Mapping[str, Value]) -> str:
    """An `<xml>` document. ValueError for a name that no element can have."""
    return f"<xml>{_children(fields)}</xml>"


def _children(fields: Mapping[str, Value]) -> str:
    return "".join(_element(name, value) for name, value in fields.items())


def _element(name: str, value: Value) -> str:
    if not NAME.fullmatch(name):
        raise ValueError(f"not an element name: {name!r}")
    if isinstance(value, str):
        # A CDATA section cannot hold its own end; split, both halves are read as one text.
        text = _FORBIDDEN.sub("", value).replace("]]>", "]]]]><![CDATA[>")
        return f"<{name}><![CDATA[{text}]]></{name}>"
    if isinstance(value, int | float):
        return f"<{name}>{value}</{name}>"
    if isinstance(value, Mapping):
        return f"<{name}>{_children(value)}</{name}>"
    if isinstance(value, list):
        return "".join(_element(name, each) for each in value)
    raise ValueError(f"{name}: no element holds such a value")


def parse(document: bytes) -> dict[str, list[Node]]:
    """The children of the `<xml>` root. ValueError, in words, for anything that is not plain elements."""
    if len(document) > MAX_BYTES:
        raise ValueError("more XML than an answer may have")
    reader = _Reader()
    try:
        reader.read(document)
    except expat.ExpatError as wrong:
        raise ValueError(f"not XML: {wrong}") from None
    return reader.root()


def text_of(parent: Mapping[str, list[Node]], name: str) -> str:
    """The text of the one child `name`. ValueError when it is missing, doubled or holds elements."""
    found = parent.get(name, [])
    if len(found) != 1 or not isinstance(found[0], str):
        raise ValueError(f"{name}: wanted once, as text")
    return found[0]


class _Reader:
    """Builds nodes while expat reads; refuses what the platform's documents never have."""

    def __init__(self) -> None:
        self._open: list[tuple[str, dict[str, list[Node]], list[str]]] = []
        self._root: tuple[str, Node] = ("", "")
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.ProcessingInstructionHandler = self._refuse

    def read(self, document: bytes) -> None:
        self._parser.Parse(document, True)

    def root(self) -> dict[str, list[Node]]:
        name, node = self._root
        if name != "xml" or not isinstance(node, dict):
            raise ValueError("the root is not an <xml> with elements")
        return node

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if attributes:
            raise ValueError(f"{name} has attributes")
        if len(self._open) >= MAX_DEPTH:
            raise ValueError("nested too deep")
        self._open.append((name, {}, []))

    def _end(self, name: str) -> None:
        _, children, texts = self._open.pop()
        text = "".join(texts)
        if children and text.strip():
            raise ValueError(f"{name} has text between its elements")
        node: Node = children or text
        if self._open:
            self._open[-1][1].setdefault(name, []).append(node)
        else:
            self._root = (name, node)

    def _text(self, text: str) -> None:
        self._open[-1][2].append(text)

    def _refuse(self, *_: object) -> None:
        raise ValueError("no DOCTYPE and no processing instruction is wanted")
