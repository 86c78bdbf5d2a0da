"""One message as its own platform's client draws it: HTML without script, styled by cards.css."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from bot.simulator.chats import BOT, Json, Message
from bot.simulator.feishu import card_view as feishu_view
from bot.simulator.feishu import charts
from bot.simulator.wecom import card_view as wecom_view
from bot.simulator.workbench.markdown import anchor, marked_up, with_links

ZONE = ZoneInfo("Asia/Shanghai")
ASSISTANT = "清廉助手"
KILO = 1024


def draw(message: Message, shown: Json) -> Markup:
    """Return one message as HTML. `shown` is what the control API tells of it."""
    drawn = _PAGE.get_template("cards/message.html").render(
        message=message,
        shown=shown,
        picture=_picture(message, shown),
        name=ASSISTANT if message.sender == BOT else "我",
        sent_at=message.sent_at.astimezone(ZONE),
    )
    rev = hashlib.blake2b(drawn.encode(), digest_size=6).hexdigest()
    return Markup(drawn.replace("REVISION", rev, 1))  # noqa: S704 - the template escapes


def size_words(size: int) -> str:
    """Return a size in bytes as people read it."""
    return f"{size / KILO / KILO:.1f} MB" if size >= KILO * KILO else f"{max(1, round(size / KILO))} KB"


def _picture(message: Message, shown: Json) -> Mapping[str, Any] | None:
    """Return what the card's template draws, or None for what is no card."""
    card = shown["card"]
    if card is None:
        return None
    if message.chat.platform == "feishu":
        return {"card": card}
    seen = wecom_view.cut(card)
    return {
        "card": seen,
        "link": wecom_view.link_of(seen),
        "buttons": [each for each in wecom_view.buttons(seen) if each.kind not in ("menu", "url")]
        + [each for each in wecom_view.buttons(seen) if each.kind == "url" and each.look != "text"],
        "jumps": [each for each in wecom_view.buttons(seen) if each.kind == "url" and each.look == "text"],
        "menu": [each for each in wecom_view.buttons(seen) if each.kind == "menu"],
        "questions": wecom_view.questions(seen),
    }


def _question(element: Json, above: Json | None) -> feishu_view.Question:
    return feishu_view.Question(element, feishu_view.caption_of(element, above))


def _chart(spec: Json) -> Markup:
    """Return a chart, as far as this client can draw its type."""
    if spec["type"] not in charts.TYPES:
        return Markup('<p class="no-picture">［chart］</p>')
    return Markup(charts.drawing(spec))  # noqa: S704 - the drawing escapes


def _confirm(button: feishu_view.Button) -> Json | None:
    """Return title and text of what a Feishu button asks once more."""
    asked = button.element.get("confirm")
    if not asked:
        return None
    return {part: asked.get(part, {}).get("content", "") for part in ("title", "text")}


def _caption(element: Json, after: Json | None) -> bool:
    """Whether an element is the label of the question that follows it."""
    return after is not None and bool(feishu_view.caption_of(after, element))


_PAGE = Environment(
    loader=PackageLoader("bot.simulator"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGE.globals.update(
    anchor=anchor,
    is_caption=_caption,
    marked_up=marked_up,
    chart_of=_chart,
    button_of=lambda element: feishu_view.Button(element, None),
    confirm_of=_confirm,
    question_of=_question,
    questions=feishu_view.QUESTIONS,
    size_words=size_words,
    with_links=with_links,
)
