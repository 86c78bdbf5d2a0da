"""The poster and the words for a menu: one address for all, and what it protects from."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from io import BytesIO

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepInFrame, Paragraph

from bot.paper import FONT, MISSING, lettered, printable
from bot.qr import modules

TITLE = "廉洁问题反映"
LEAD = "看到不对的事，可以不留姓名告诉我们。"
LINES = (
    "不登录，不要账号；本系统不保存您的网络地址和设备信息。",
    "请用自己手机的浏览器和流量打开，不要用微信、飞书扫，不要用单位的网络和电脑。",
    "可以先勾选不信任的受理人，他和他的上下级看不到。",
    "事情本身、措辞、材料的来处，可能让人猜到您，这一点防不住。",
    "打听、追查、报复反映人，本身就是违规。",
)
ALSO = "也可以直接找"
_BULLET = "·"

_EDGE = 16 * mm
_WIDE = A4[0] - 2 * _EDGE
_TEXT = _WIDE - 12 * mm
_BAND, _SIDE, _ROUND, _GAP, _PAD = 44 * mm, 90 * mm, 4 * mm, 5 * mm, 4 * mm


def poster(org: str, url: str, outside: Sequence[str]) -> bytes:
    """Return one A4 page as PDF, good in black and white: `url` as a code and in letters, and where else one
    can go. Words that are too long for their place are set smaller."""
    made = BytesIO()
    with lettered("".join((org, url, TITLE, LEAD, ALSO, _BULLET, MISSING, " ", *LINES, *outside))):
        canvas = Canvas(made, pagesize=A4, invariant=1)
        canvas.setTitle(TITLE)
        canvas.setAuthor(org)
        _drawn(canvas, org, url, outside)
        canvas.save()
    return made.getvalue()


def menu_text(url: str, outside: Sequence[str]) -> str:
    """Return what a menu or an automatic answer says."""
    return "\n".join((f"{TITLE}：{url}", *LINES, f"{ALSO}：{'；'.join(outside)}"))


def _drawn(canvas: Canvas, org: str, url: str, outside: Sequence[str]) -> None:
    top = A4[1] - _EDGE - _BAND
    _band(canvas, org, top)
    lead = _fitted(canvas, [_words(LEAD, 17, center=True)], 10 * mm)
    address = _fitted(canvas, [_words(url, 13, center=True)], 13 * mm)
    room = top - _EDGE - _SIDE - _high(lead) - _high(address) - 2 * _PAD - 5 * _GAP
    points = _fitted(canvas, _points(LINES, 14, 2.2 * mm), 0.6 * room)
    others = [_words(ALSO, 14, after=2 * mm), *_points(outside, 12.5, 1 * mm)]
    elsewhere = _fitted(canvas, others, room - _high(points))
    gap = _GAP + (room - _high(points) - _high(elsewhere)) / 4
    at = _placed(canvas, lead, top - gap)
    _code(canvas, url, (A4[0] - _SIDE) / 2, at - gap - _SIDE)
    at = _placed(canvas, address, at - gap - _SIDE - _GAP)
    at = _placed(canvas, points, at - gap)
    _framed(canvas, elsewhere, at - gap)


def _band(canvas: Canvas, org: str, bottom: float) -> None:
    """Draw the head: white on black, the name of the organisation over the title."""
    canvas.roundRect(_EDGE, bottom, _WIDE, _BAND, _ROUND, stroke=0, fill=1)
    name = _fitted(canvas, [_words(org, 15, center=True, colour=colors.white)], 13 * mm)
    _placed(canvas, name, bottom + _BAND - 12 * mm + _high(name) / 2)
    size = 44
    said = canvas.beginText((A4[0] - stringWidth(TITLE, FONT, size)) / 2, bottom + 10 * mm)
    said.setFont(FONT, size)
    said.setTextRenderMode(2)  # the font has one weight: an outline makes it bold
    said.setFillColor(colors.white)
    said.setStrokeColor(colors.white)
    said.textOut(TITLE)
    canvas.saveState()
    canvas.drawText(said)
    canvas.restoreState()


def _points(lines: Sequence[str], size: float, after: float) -> list[Flowable]:
    hang = stringWidth(f"{_BULLET} ", FONT, size)
    return [_words(f"{_BULLET} {each}", size, hang=hang, after=after) for each in lines]


def _framed(canvas: Canvas, block: KeepInFrame, top: float) -> None:
    """Draw a block in a frame that begins at a height and is `_PAD` wider each way."""
    high = _high(block) + 2 * _PAD
    canvas.setLineWidth(1)
    canvas.roundRect(_EDGE, top - high, _WIDE, high, _ROUND)
    _placed(canvas, block, top - _PAD)


def _words(
    text: str,
    size: float,
    *,
    center: bool = False,
    hang: float = 0,
    after: float = 0,
    colour: colors.Color = colors.black,
) -> Paragraph:
    """Return a paragraph; from its second line on it begins `hang` points further in."""
    style = ParagraphStyle(
        "words",
        fontName=FONT,
        fontSize=size,
        leading=size * 1.4,
        wordWrap="CJK",
        leftIndent=hang,
        firstLineIndent=-hang,
        spaceAfter=after,
        textColor=colour,
        alignment=TA_CENTER if center else TA_LEFT,
    )
    return Paragraph(escape(printable(text)), style)


def _fitted(canvas: Canvas, content: list[Flowable], height: float) -> KeepInFrame:
    """Return what stands in a place of this height in points, smaller where it would not fit."""
    fitted = KeepInFrame(_TEXT, height, content, mode="shrink")
    fitted.wrapOn(canvas, _TEXT, height)
    return fitted


def _high(block: KeepInFrame) -> float:
    return float(block.height)


def _placed(canvas: Canvas, block: KeepInFrame, top: float) -> float:
    """Draw a block under a height; return where it ends."""
    block.drawOn(canvas, (A4[0] - _TEXT) / 2, top - _high(block))
    return top - _high(block)


def _code(canvas: Canvas, url: str, left: float, bottom: float) -> None:
    """Draw the code in a frame. All of it is one path, so that no printer leaves lines between modules."""
    canvas.setLineWidth(1.5)
    canvas.roundRect(left, bottom, _SIDE, _SIDE, _ROUND)
    rows = modules(url)
    size = _SIDE / len(rows)
    path = canvas.beginPath()
    for y, row in enumerate(reversed(rows)):
        for x, dark in enumerate(row):
            if dark:
                path.rect(left + x * size, bottom + y * size, size, size)
    canvas.drawPath(path, stroke=0, fill=1)
