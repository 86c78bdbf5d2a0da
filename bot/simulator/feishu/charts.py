"""A chart element as Feishu's client takes it: bars and lines of VChart, checked and drawn.

Source: card-json-v2-components/content-components/chart; the fields are those of VChart's options.
"""

from __future__ import annotations

from bot import plot
from bot.simulator.chats import Json

TYPES = ("bar", "line")


def fault(spec: Json) -> str:
    """Return the property that the client could not draw by, "" for none."""
    data = spec.get("data")
    values = data.get("values") if isinstance(data, dict) else None
    if not isinstance(values, list) or not all(isinstance(each, dict) for each in values):
        return "data"
    y, across = spec.get("yField"), _across(spec)
    if not isinstance(y, str) or any(not isinstance(each.get(y), int | float) for each in values):
        return "yField"
    if not across or any(name not in each for name in across for each in values):
        return "xField"
    series = spec.get("seriesField")
    if series is not None and any(series not in each for each in values):
        return "seriesField"
    return ""


def drawing(spec: Json) -> str:
    """Return a chart that has no fault as SVG."""
    values, label = spec["data"]["values"], _across(spec)[0]
    series = spec.get("seriesField")
    labels = list(dict.fromkeys(str(each[label]) for each in values))
    names = list(dict.fromkeys(str(each[series]) if series else "" for each in values))
    known = {(str(each[series]) if series else "", str(each[label])): each[spec["yField"]] for each in values}
    lines = [(name, [known.get((name, each)) for each in labels]) for name in names]
    title = str(spec.get("title", {}).get("text", ""))
    return plot.svg(
        plot.shapes(spec["type"], title, "", labels or ["没有数据"], lines or [("", [None])]), title
    )


def _across(spec: Json) -> list[str]:
    named = spec.get("xField")
    return [named] if isinstance(named, str) else list(named or [])
