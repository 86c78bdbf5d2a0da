"""A chart as a PNG, for chats whose cards cannot show one and for papers."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from bot.font import content
from bot.plot import HEIGHT, WIDTH, Bar, Shape, Stroke, Words, shapes
from handlers.contract.chart import Chart

SCALE = 2
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def drawn(chart: Chart) -> bytes:
    """Return the chart as a PNG of 1280 by 720, the same bytes for the same chart."""
    sheet = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), "white")
    pen = ImageDraw.Draw(sheet)
    series = [(each.name, each.values) for each in chart.series]
    for shape in shapes(chart.kind, chart.title, chart.unit, chart.labels, series):
        _draw(pen, shape)
    made = BytesIO()
    sheet.save(made, "PNG", optimize=True)
    return made.getvalue()


def _draw(pen: ImageDraw.ImageDraw, shape: Shape) -> None:
    match shape:
        case Bar():
            corner = (shape.x + shape.width, shape.y + shape.height)
            pen.rectangle(_scaled((shape.x, shape.y), corner), fill=shape.colour)
        case Stroke():
            pen.line(_scaled(*shape.points), fill=shape.colour, width=round(shape.width * SCALE))
        case Words():
            (at,) = _scaled((shape.x, shape.y))
            font = ImageFont.truetype(BytesIO(content()), shape.size * SCALE)
            pen.text(at, shape.text, fill=shape.colour, font=font, anchor=_ANCHORS[shape.anchor])


def _scaled(*points: tuple[float, float]) -> list[tuple[float, float]]:
    return [(x * SCALE, y * SCALE) for x, y in points]
