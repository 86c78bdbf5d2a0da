"""The poster and the words for a menu: one address for all, and what it protects from."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
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
_SIDE = 92 * mm


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
    canvas.setFont(FONT, 15)
    canvas.drawCentredString(middle, height - 26 * mm, org)
    canvas.setFont(FONT, 40)
    canvas.drawCentredString(middle, height - 45 * mm, TITLE)
    canvas.setFont(FONT, 16)
    canvas.drawCentredString(middle, height - 57 * mm, LEAD)
    _code(canvas, url, middle - _SIDE / 2, height - 63 * mm - _SIDE)
    canvas.setFont(FONT, 13)
    canvas.drawCentredString(middle, height - 67 * mm - _SIDE, url)
    at = height - 82 * mm - _SIDE
    canvas.line(28 * mm, at + 9 * mm, width - 28 * mm, at + 9 * mm)
    canvas.setFont(FONT, 13)
    for line in LINES:
        canvas.drawString(28 * mm, at, f"· {line}")
        at -= 8.5 * mm
    canvas.line(28 * mm, at + 3 * mm, width - 28 * mm, at + 3 * mm)
    at -= 5 * mm
    canvas.drawString(28 * mm, at, ALSO)
    canvas.setFont(FONT, 12)
    for line in outside:
        at -= 7 * mm
        canvas.drawString(28 * mm, at, f"· {line}")


def _code(canvas: Canvas, url: str, left: float, bottom: float) -> None:
    rows = modules(url)
    size = _SIDE / len(rows)
    for y, row in enumerate(reversed(rows)):
        for x, dark in enumerate(row):
            if dark:
                canvas.rect(left + x * size, bottom + y * size, size, size, stroke=0, fill=1)
