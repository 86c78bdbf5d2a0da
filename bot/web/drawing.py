"""What the templates of views know beyond Flask's own: parts by their kind, charts as pictures."""

from __future__ import annotations

from flask import Blueprint
from markupsafe import Markup

from bot import plot
from handlers.contract.chart import Chart, figure, in_lines
from handlers.contract.view import Table


def teach(room: Blueprint) -> None:
    """Let the templates of the application that a room belongs to draw views."""
    room.add_app_template_test(lambda part: isinstance(part, Table), "table")
    room.add_app_template_test(lambda part: isinstance(part, Chart), "chart")
    room.add_app_template_filter(drawn, "drawn")
    room.add_app_template_filter(figure, "figure")


def drawn(chart: Chart) -> Markup:
    """A chart as inline SVG that reads itself out."""
    series = [(each.name, each.values) for each in chart.series]
    found = plot.shapes(chart.kind, chart.title, chart.unit, chart.labels, series)
    return Markup(plot.svg(found, f"{chart.title}。{'；'.join(in_lines(chart))}"))  # noqa: S704 - it escapes
