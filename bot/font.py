"""The one font that we print with, Noto Sans SC: where it lies, what it holds, and cuts of it for a paper."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable

CURVE_ERROR = 1.0
"""How far a curve may be off, in thousandths of the letter's height."""


@cache
def content() -> bytes:
    """Return the font file. It comes with a package, so that it is pinned and nothing is fetched."""
    return (files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf").read_bytes()


@cache
def _known() -> frozenset[int]:
    return frozenset(TTFont(BytesIO(content()), lazy=True).getBestCmap())


def has(character: str) -> bool:
    """Tell whether the font can show a character."""
    return ord(character) in _known()


def cut_to(text: str) -> bytes:
    """Return a TrueType font with the characters of the text and nothing else, the same bytes each time."""
    font = TTFont(BytesIO(content()), lazy=True, recalcTimestamp=False)
    options = Options(layout_features=[], hinting=False, desubroutinize=True, notdef_outline=True)
    options.drop_tables += ["VORG", "BASE", "vhea", "vmtx", "GPOS", "GSUB", "GDEF"]
    subsetter = Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(font)
    _outline_as_truetype(font)
    made = BytesIO()
    font.save(made, reorderTables=False)
    return made.getvalue()


def _outline_as_truetype(font: Any) -> None:
    """Turn cubic curves into quadratic ones: the PDF library embeds only fonts that have these."""
    glyphs, order = font.getGlyphSet(), font.getGlyphOrder()
    drawn = {}
    for name in order:
        pen = TTGlyphPen(glyphs)
        glyphs[name].draw(Cu2QuPen(pen, CURVE_ERROR, reverse_direction=True))
        drawn[name] = pen.glyph()
    font["loca"], font["glyf"], font["maxp"] = newTable("loca"), newTable("glyf"), newTable("maxp")
    font["glyf"].glyphOrder, font["glyf"].glyphs = order, drawn
    del font["CFF "]
    font["glyf"].compile(font)
    for name, (advance, _) in list(font["hmtx"].metrics.items()):
        font["hmtx"].metrics[name] = (advance, getattr(drawn[name], "xMin", 0))
    maxp = font["maxp"]
    maxp.tableVersion, maxp.numGlyphs, maxp.maxZones = 0x00010000, len(order), 1
    for name in _NO_INSTRUCTIONS:
        setattr(maxp, name, 0)
    maxp.compile(font)
    post = font["post"]
    post.formatType, post.extraNames, post.mapping, post.glyphOrder = 2.0, [], {}, order
    font.sfntVersion = "\000\001\000\000"


_NO_INSTRUCTIONS = (
    "maxTwilightPoints",
    "maxStorage",
    "maxFunctionDefs",
    "maxInstructionDefs",
    "maxStackElements",
    "maxSizeOfInstructions",
    "maxComponentElements",
    "maxPoints",
    "maxContours",
    "maxCompositePoints",
    "maxCompositeContours",
    "maxComponentDepth",
)
