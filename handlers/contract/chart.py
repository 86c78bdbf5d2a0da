"""A picture of numbers: bars or lines under their labels, drawn by each surface in its own way."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class ChartKind(StrEnum):
    """How the numbers are drawn."""

    BAR = "bar"
    LINE = "line"


class Series(Struct, frozen=True):
    """Numbers of one name, one for each label of the chart; None where there is none."""

    name: str
    values: tuple[float | None, ...]


class Chart(Struct, frozen=True, kw_only=True, tag="chart"):
    """`labels` stand under the numbers of every series; `unit` is what they count (`%`, `元`, `件`)."""

    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    kind: ChartKind = ChartKind.BAR
    unit: str = ""

    def __post_init__(self) -> None:
        if not self.labels or not self.series:
            raise ValueError("a chart shows at least one number")
        if any(len(each.values) != len(self.labels) for each in self.series):
            raise ValueError("every series has one value for each label")


def in_lines(chart: Chart) -> list[str]:
    """Return the chart in words, a line for each label."""
    return [f"{label}：{_told(chart, n)}" for n, label in enumerate(chart.labels)]


def _told(chart: Chart, n: int) -> str:
    if len(chart.series) == 1:
        return figure(chart.series[0].values[n], chart.unit)
    return "，".join(f"{each.name} {figure(each.values[n], chart.unit)}" for each in chart.series)


def figure(value: float | None, unit: str = "") -> str:
    """Return a number as it is read: no needless zeros, `—` for none."""
    if value is None:
        return "—"
    return f"{value:,.2f}".rstrip("0").rstrip(".") + unit
