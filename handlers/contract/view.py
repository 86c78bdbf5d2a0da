"""What can be looked at and not acted on: facts, lines and tables, drawn alike whatever they are about."""

from __future__ import annotations

from msgspec import Struct

from handlers.contract.card import Field, Section, Tone
from handlers.contract.chart import Chart


class Cell(Struct, frozen=True):
    """One cell of a table: plain text; `whole` is what `text` shortens, `to` the view that it leads to."""

    text: str
    whole: str = ""
    to: str = ""


class Row(Struct, frozen=True):
    """One row, a cell for each column."""

    cells: tuple[Cell, ...]
    tone: Tone = Tone.INFO


class Table(Struct, frozen=True, tag="table"):
    """Rows under a caption; `empty` is said where there are none."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    empty: str = "还没有"


class View(Struct, frozen=True, kw_only=True):
    """One page to read. `back`: the view it belongs to, `<capability>.<name>`, and what that is called."""

    title: str
    tone: Tone = Tone.INFO
    tag: str = ""
    subtitle: str = ""
    fields: tuple[Field, ...] = ()
    parts: tuple[Section | Table | Chart, ...] = ()
    back: tuple[str, str] | None = None


def row(*cells: str | Cell, tone: Tone = Tone.INFO) -> Row:
    """Return a row of plain cells."""
    return Row(tuple(each if isinstance(each, Cell) else Cell(each) for each in cells), tone)
