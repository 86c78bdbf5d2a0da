"""A chart as shapes on a sheet of 640 by 360: bars, lines, words; the surfaces only have to draw them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 640, 360
COLOURS = ("#1f5fbf", "#b45309", "#2f7d4f", "#8a3ffc", "#a3203d", "#4b5563")
INK, GREY, LINE = "#1f2937", "#5b6573", "#d5dae1"
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 624, 78, 318
_STEPS = 4
_MOST_LABELS = 12


@dataclass(frozen=True)
class Bar:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    colour: str


@dataclass(frozen=True)
class Stroke:
    """A line through points."""

    points: tuple[tuple[float, float], ...]
    colour: str
    width: float = 1


@dataclass(frozen=True)
class Words:
    """Text whose `anchor` (start, middle, end) is at x and whose baseline is at y."""

    x: float
    y: float
    text: str
    size: int
    colour: str = INK
    anchor: str = "start"


Shape = Bar | Stroke | Words
Values = Sequence[float | None]


def shapes(
    kind: str, title: str, unit: str, labels: Sequence[str], series: Sequence[tuple[str, Values]]
) -> list[Shape]:
    """Return what to draw. `kind`: `bar` or `line`; every value has its label. A missing value is a gap."""
    known = [value for _, values in series for value in values if value is not None]
    low, high, step = _scale(known)
    sheet = _Sheet(kind, list(labels), list(series), low, high)
    return [
        Words(16, 28, f"{title}（{unit}）" if unit else title, 17),
        *_legend([name for name, _ in series]),
        *sheet.ruler(step),
        *sheet.names(),
        *(sheet.bars() if kind == "bar" else sheet.lines()),
    ]


def _legend(names: Sequence[str]) -> Iterator[Shape]:
    x = 16.0
    for n, name in enumerate(names if len(names) > 1 else ()):
        yield Bar(x, 44, 12, 12, COLOURS[n % len(COLOURS)])
        yield Words(x + 17, 55, name, 12, GREY)
        x += 34 + 12 * sum(0.55 if each.isascii() else 1 for each in name)


def _scale(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the ends of the ruler, zero among them, and its step: 1, 2 or 5 times a power of ten."""
    low, high = min([0.0, *values]), max([0.0, *values])
    if low == high:
        high = 1.0
    rough = (high - low) / _STEPS
    power = 10.0 ** floor(log10(rough))
    step = next(each * power for each in (1, 2, 5, 10) if each * power >= rough * 0.999)
    return floor(low / step) * step, ceil(high / step - 1e-9) * step, step


@dataclass(frozen=True)
class _Sheet:
    kind: str
    labels: list[str]
    series: list[tuple[str, Values]]
    low: float
    high: float

    def _y(self, value: float) -> float:
        return round(_BOTTOM - (value - self.low) / (self.high - self.low) * (_BOTTOM - _TOP), 1)

    @property
    def _room(self) -> float:
        return (_RIGHT - _LEFT) / len(self.labels)

    def ruler(self, step: float) -> Iterator[Shape]:
        for n in range(round((self.high - self.low) / step) + 1):
            value = self.low + n * step
            yield Stroke(((_LEFT, self._y(value)), (_RIGHT, self._y(value))), LINE)
            yield Words(_LEFT - 6, self._y(value) + 4, number(value), 12, GREY, "end")

    def names(self) -> Iterator[Shape]:
        every = ceil(len(self.labels) / _MOST_LABELS)
        longest = max(2, int(self._room * every / 12))
        for n in range(0, len(self.labels), every):
            label = self.labels[n]
            short = label if len(label) <= longest else label[: longest - 1] + "…"
            yield Words(_LEFT + self._room * (n + 0.5), _BOTTOM + 20, short, 12, GREY, "middle")

    def bars(self) -> Iterator[Shape]:
        width = min(self._room * 0.7 / len(self.series), 48)
        for which, (_, values) in enumerate(self.series):
            for n, value in enumerate(values):
                if value is None:
                    continue
                x = _LEFT + self._room * (n + 0.5) + width * (which - len(self.series) / 2)
                top, bottom = sorted((self._y(value), self._y(0)))
                yield Bar(round(x, 1), top, round(width * 0.92, 1), round(bottom - top, 1), _colour(which))
                if width >= 18:
                    yield Words(round(x + width * 0.46, 1), top - 5, number(value), 11, INK, "middle")

    def lines(self) -> Iterator[Shape]:
        for which, (_, values) in enumerate(self.series):
            run: list[tuple[float, float]] = []
            for n, value in enumerate([*values, None]):
                if value is not None:
                    run.append((round(_LEFT + self._room * (n + 0.5), 1), self._y(value)))
                elif run:
                    yield Stroke(tuple(run), _colour(which), 2.5)
                    yield from (Bar(x - 3, y - 3, 6, 6, _colour(which)) for x, y in run)
                    run = []


def _colour(n: int) -> str:
    return COLOURS[n % len(COLOURS)]


def number(value: float) -> str:
    """Return a number as it stands on the ruler."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def svg(found: Sequence[Shape], described: str) -> str:
    """Return the shapes as an inline SVG that reads itself out as `described`."""
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(described)}" '
        f'xmlns="http://www.w3.org/2000/svg">{"".join(map(_tag, found))}</svg>'
    )


def _tag(shape: Shape) -> str:
    match shape:
        case Bar():
            return (
                f'<rect x="{shape.x}" y="{shape.y}" width="{shape.width}" height="{shape.height}" '
                f'fill="{shape.colour}"/>'
            )
        case Stroke():
            points = " ".join(f"{x},{y}" for x, y in shape.points)
            return (
                f'<polyline points="{points}" fill="none" stroke="{shape.colour}" '
                f'stroke-width="{shape.width}"/>'
            )
        case Words():
            return (
                f'<text x="{shape.x}" y="{shape.y}" font-size="{shape.size}" fill="{shape.colour}" '
                f'text-anchor="{shape.anchor}">{escape(shape.text)}</text>'
            )
