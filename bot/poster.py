"""The poster and the words for a menu: one address for all, and what it protects from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from bot.paper import FONT, lettered
from bot.qr import modules

TITLE = "廉洁问题反映"
LEAD = "看到不对的事，可以不留姓名告诉我们。"
LINES = (
    "不登录，不要账号；本系统不保存您的网络地址和设备信息。",
    "请用自己的手机和流量扫码，不要用单位的网络和电脑。",
    "可以先勾选不信任的受理人，他和他的上下级看不到。",
    "事情本身、措辞、材料的来处，可能让人猜到您，这一点防不住。",
    "打听、追查、报复反映人，本身就是违规。",
)
ALSO = "也可以直接找"
_SIDE, _EDGE = 92 * mm, 28 * mm
_WIDE = A4[0] - 2 * _EDGE


def poster(org: str, url: str, outside: Sequence[str]) -> bytes:
    """Return an A4 page as PDF, good in black and white: `url` as a code and in letters, and where else one
    can go."""
    made = BytesIO()
    with lettered("".join((org, url, TITLE, LEAD, ALSO, "· ", *LINES, *outside))):
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
    width, height = A4
    middle = width / 2
    _centred(canvas, org, 15, height - 26 * mm)
    _centred(canvas, TITLE, 40, height - 45 * mm)
    _centred(canvas, LEAD, 16, height - 57 * mm)
    _code(canvas, url, middle - _SIDE / 2, height - 63 * mm - _SIDE)
    _centred(canvas, url, 13, height - 67 * mm - _SIDE)
    at = height - 82 * mm - _SIDE
    canvas.line(_EDGE, at + 9 * mm, width - _EDGE, at + 9 * mm)
    at = _listed(canvas, LINES, 13, 8.5 * mm, at)
    canvas.line(_EDGE, at + 3 * mm, width - _EDGE, at + 3 * mm)
    canvas.setFont(FONT, 13)
    canvas.drawString(_EDGE, at - 5 * mm, ALSO)
    _listed(canvas, outside, 12, 7 * mm, at - 12 * mm)


def _centred(canvas: Canvas, text: str, size: float, at: float) -> None:
    """Write a line in the middle, smaller where it would not fit."""
    wide = stringWidth(text, FONT, size)
    canvas.setFont(FONT, size * min(1, _WIDE / wide))
    canvas.drawCentredString(A4[0] / 2, at, text)


def _listed(canvas: Canvas, lines: Sequence[str], size: float, step: float, at: float) -> float:
    """Write points one below the other, long ones over several lines; return where the next would stand."""
    canvas.setFont(FONT, size)
    for line in lines:
        for piece in _pieces(f"· {line}", size):
            canvas.drawString(_EDGE, at, piece)
            at -= step
    return at


def _pieces(text: str, size: float) -> Iterator[str]:
    piece = ""
    for each in text:
        if piece and stringWidth(piece + each, FONT, size) > _WIDE:
            yield piece
            piece = "  "
        piece += each
    yield piece


def _code(canvas: Canvas, url: str, left: float, bottom: float) -> None:
    rows = modules(url)
    size = _SIDE / len(rows)
    for y, row in enumerate(reversed(rows)):
        for x, dark in enumerate(row):
            if dark:
                canvas.rect(left + x * size, bottom + y * size, size, size, stroke=0, fill=1)
