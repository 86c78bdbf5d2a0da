"""A paper for the file: what it says and who signs, rendered as PDF when it is sent."""

from __future__ import annotations

from msgspec import Struct

from handlers.contract.card import Field, Section
from handlers.contract.chart import Chart
from handlers.contract.view import Table


class SignLine(Struct, frozen=True):
    """Who signs in which role; `name` and `moment` are empty where it is signed by hand."""

    role: str
    name: str = ""
    moment: str = ""


class Document(Struct, frozen=True, kw_only=True):
    """One paper. `number` and `title` name its file; `org` is filled in when it is sent; `foot` stands at the
    foot of every page, a line with what proves it (the journal's head or a SHA-256). All of it plain text."""

    title: str
    number: str
    org: str = ""
    subtitle: str = ""
    fields: tuple[Field, ...] = ()
    parts: tuple[Section | Table | Chart, ...] = ()
    sign_lines: tuple[SignLine, ...] = ()
    foot: str = ""

    @property
    def file_name(self) -> str:
        """The name of its file: `<number> <title>.pdf`, without what no file system takes."""
        return "".join("_" if each in '\\/:*?"<>|' else each for each in f"{self.number} {self.title}.pdf")
