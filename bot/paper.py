"""Papers: a Document becomes a PDF with its font inside, the same bytes for the same document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from io import BytesIO
from threading import Lock
from typing import Any

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer
from reportlab.platypus import Image as Picture
from reportlab.platypus import Table as Grid
from reportlab.platypus.doctemplate import LayoutError

from bot.font import cut_to, has
from bot.picture import drawn
from handlers.contract.card import Field, Section
from handlers.contract.chart import Chart
from handlers.contract.document import Document, SignLine
from handlers.contract.view import Table

FONT = "paper"
WIDTH = A4[0] - 44 * mm
TABLE_SIZE, SHORT = 9, 7
"""Points of a table's letters, and how many of them the cells of a short column hold at most."""
MISSING = "〓"
"""Stands for a character that the font does not have, as printers do it."""

_LINE = colors.HexColor("#b8c0cc")
_HEAD = colors.HexColor("#eef1f5")
_GREY = colors.HexColor("#5b6573")
_pressing = Lock()
"""ReportLab registers fonts for the whole process, and every paper has its own cut of the font."""


def pressed(document: Document, org: str) -> bytes:
    """Return the PDF of a document, under the name of the organisation where it names none itself."""
    with lettered(_letters(document, org)):
        try:
            return _built(document, document.org or org, split_rows=False)
        except LayoutError:  # a row taller than a page
            return _built(document, document.org or org, split_rows=True)


def _built(document: Document, org: str, *, split_rows: bool) -> bytes:
    made = BytesIO()
    template = SimpleDocTemplate(
        made,
        pagesize=A4,
        leftMargin=22 * mm,
        rightMargin=22 * mm,
        topMargin=20 * mm,
        bottomMargin=24 * mm,
        title=f"{document.number} {document.title}",
        author=org,
        invariant=1,
    )
    story = _story(document, org, split_rows)
    template.build(story, canvasmaker=lambda *a, **k: _Pages(document, *a, **k))
    return made.getvalue()


@contextmanager
def lettered(text: str) -> Iterator[None]:
    """Register a cut of the font, FONT, for one paper; one paper at a time. ReportLab keeps the first font of
    a name for good and has no call to forget one, so that the next paper would be set in letters that it does
    not have."""
    with _pressing, _cut(text):
        yield


@contextmanager
def _cut(text: str) -> Iterator[None]:
    font = TTFont(FONT, BytesIO(cut_to(text)), asciiReadable=False)
    pdfmetrics.registerFont(font)
    try:
        yield
    finally:
        pdfmetrics._fonts.pop(FONT, None)
        pdfmetrics._dynFaceNames.pop(font.face.name, None)


def _story(document: Document, org: str, split_rows: bool) -> list[Flowable]:
    story: list[Flowable] = [
        _words(org, size=11, center=True, grey=True),
        _words(document.title, size=18, center=True, before=4, after=4),
        _words(f"编号 {document.number}", size=10, center=True, grey=True),
    ]
    if document.subtitle:
        story.append(_words(document.subtitle, size=10, center=True, grey=True))
    story.append(Spacer(0, 5 * mm))
    if document.fields:
        story.append(_fields(document.fields, split_rows))
    for part in document.parts:
        story += [Spacer(0, 4 * mm), *_part(part, split_rows)]
    if document.sign_lines:
        story += [Spacer(0, 6 * mm), KeepTogether([_signatures(document.sign_lines)])]
    return story


def _part(part: Section | Table | Chart, split_rows: bool) -> list[Flowable]:
    match part:
        case Section():
            head = _heading(part.title) if part.title else []
            return [*head, *(_words(each, after=2) for each in part.lines)]
        case Table():
            return [*_heading(part.caption), _table(part, split_rows)]
        case Chart():
            return [Picture(BytesIO(drawn(part)), width=WIDTH, height=WIDTH * 9 / 16)]


def _heading(text: str) -> list[Flowable]:
    """A heading with room for a few lines under it on the same page."""
    return [CondPageBreak(30 * mm), _words(text, size=12, before=2, after=4)]


def _fields(fields: Sequence[Field], split_rows: bool) -> Grid:
    """Two short facts share a row; a wide one has a row of its own."""
    rows: list[list[Any]] = []
    spans: list[tuple[Any, ...]] = []
    for field in fields:
        pair = [_words(field.label, grey=True), _words(field.value or "—")]
        last = rows[-1] if rows else None
        if field.wide:
            spans.append(("SPAN", (1, len(rows)), (3, len(rows))))
            rows.append([*pair, "", ""])
        elif last and last[2] is None:
            last[2:] = pair
        else:
            rows.append([*pair, None, None])
    label, value = WIDTH * 0.14, WIDTH * 0.36
    for n, row in enumerate(rows):
        if row[2] is None:
            spans.append(("SPAN", (1, n), (3, n)))
            row[2:] = ["", ""]
    return Grid(
        rows, colWidths=[label, value, label, value], splitInRow=int(split_rows), style=[*_RULED, *spans]
    )


def _table(table: Table, split_rows: bool) -> Flowable:
    if not table.rows:
        return _words(table.empty, grey=True)
    cells = [[_words(each.whole or each.text, size=TABLE_SIZE) for each in row.cells] for row in table.rows]
    head = [_words(each, size=TABLE_SIZE, grey=True) for each in table.columns]
    return Grid(
        [head, *cells],
        colWidths=_widths(table),
        repeatRows=1,
        splitInRow=int(split_rows),
        style=[*_RULED, ("BACKGROUND", (0, 0), (-1, 0), _HEAD)],
    )


def _widths(table: Table) -> list[float]:
    """Share the width by what the columns hold, none of them too narrow to read or greedy; where there is
    room for it, a word in a short column is not broken."""
    held = [
        max([_breadth(column), *(_breadth(row.cells[n].whole or row.cells[n].text) for row in table.rows)])
        for n, column in enumerate(table.columns)
    ]
    wanted = [min(max(each, 5), 26) for each in held]
    whole = [each * TABLE_SIZE if each <= SHORT else 0.0 for each in held]
    rest = WIDTH - sum(whole)
    shared = sum(each for each, kept in zip(wanted, whole, strict=True) if not kept)
    if rest < WIDTH / 2 or not shared:
        return [WIDTH * each / sum(wanted) for each in wanted]
    return [kept or rest * each / shared for each, kept in zip(wanted, whole, strict=True)]


def _breadth(text: str) -> float:
    return sum(0.55 if each.isascii() else 1.0 for each in text) + 1.5


def _signatures(lines: Sequence[SignLine]) -> Grid:
    head = [_words(each, size=9, grey=True) for each in ("签字", "姓名", "时间")]
    rows = [[_words(each.role), _words(each.name), _words(each.moment)] for each in lines]
    return Grid(
        [head, *rows],
        colWidths=[WIDTH * 0.34, WIDTH * 0.33, WIDTH * 0.33],
        rowHeights=[None, *(None if each.name else 12 * mm for each in lines)],
        style=[*_RULED, ("BACKGROUND", (0, 0), (-1, 0), _HEAD)],
    )


_RULED: list[tuple[Any, ...]] = [
    ("GRID", (0, 0), (-1, -1), 0.5, _LINE),
    ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ("TOPPADDING", (0, 0), (-1, -1), 4),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
]


def _words(
    text: str,
    *,
    size: float = 10,
    center: bool = False,
    grey: bool = False,
    before: float = 0,
    after: float = 0,
) -> Paragraph:
    style = ParagraphStyle(
        "words",
        fontName=FONT,
        fontSize=size,
        leading=size * 1.5,
        wordWrap="CJK",
        spaceBefore=before,
        spaceAfter=after,
        textColor=_GREY if grey else colors.black,
        **({"alignment": TA_CENTER} if center else {}),
    )
    return Paragraph(escape(printable(text)), style)


def printable(text: str) -> str:
    """Return the text with every character that the font does not have shown as missing."""
    return "".join(each if has(each) else MISSING for each in " ".join(text.split()))


class _Pages(Canvas):  # type: ignore[misc]  # ReportLab ships no types
    """Puts the foot under every page, once it is known how many there are."""

    def __init__(self, document: Document, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._document = document
        self._finished: list[dict[str, Any]] = []

    def showPage(self) -> None:
        """Keep the page for later."""
        self._finished.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Write every page with its foot."""
        pages = self._finished
        for number, page in enumerate(pages, 1):
            self.__dict__.update(page)
            self._foot(number, len(pages))
            super().showPage()
        super().save()

    def _foot(self, number: int, count: int) -> None:
        self.setStrokeColor(_LINE)
        self.line(22 * mm, 19 * mm, A4[0] - 22 * mm, 19 * mm)
        foot = _words(self._document.foot, size=7.5, grey=True)
        _, height = foot.wrap(WIDTH, 12 * mm)
        foot.drawOn(self, 22 * mm, 18 * mm - height)
        pages = _words(
            f"{self._document.number} · 第 {number} 页，共 {count} 页", size=7.5, center=True, grey=True
        )
        pages.wrap(WIDTH, 5 * mm)
        pages.drawOn(self, 22 * mm, 5 * mm)


def _letters(document: Document, org: str) -> str:
    """Return every character that the paper may need; the same document needs the same."""
    said = "".join(_texts(document)) + org
    always = "".join(map(chr, range(0x20, 0x7F))) + MISSING + "编号签字姓名时间第页，共—·"
    return "".join(sorted({*said, *always}))


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _texts(each)
    elif hasattr(value, "__struct_fields__"):
        for name in value.__struct_fields__:
            yield from _texts(getattr(value, name))
