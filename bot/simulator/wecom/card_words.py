"""Template cards in plain words, cut as the app cuts them: for transcripts and the workbench."""

from __future__ import annotations

from collections.abc import Callable

from bot.simulator.chats import Json
from bot.simulator.wecom.card_view import Question, buttons, cut, questions

# What a fact's text says about where it leads, by its type.
_LEADS = {1: " ↗", 2: "（附件）", 3: "（成员）"}


def card_words(card: Json) -> str:
    """A template card as lines: title and source, facts, questions, and [buttons]."""
    seen = cut(card)
    lines = [line for part in _PARTS for line in part(seen)]
    return "\n".join(line for line in lines if line)


def _head(card: Json) -> list[str]:
    title = card.get("main_title", {})
    source = card.get("source", {}).get("desc", "")
    tag = f"〔{source}〕" if source else ""
    named = f"【{title['title']}】" if title.get("title") else ""
    return [named + tag, title.get("desc", "")]


def _picture(card: Json) -> list[str]:
    area = card.get("image_text_area", {})
    shown = ["［图片］"] if "card_image" in card or area else []
    return [*shown, area.get("title", ""), area.get("desc", "")]


def _emphasis(card: Json) -> list[str]:
    emphasis = card.get("emphasis_content", {})
    words = [text for text in (emphasis.get("title"), emphasis.get("desc")) if text]
    return ["　".join(words)]


def _quote(card: Json) -> list[str]:
    quote = card.get("quote_area", {})
    lines = [quote.get("title", ""), *quote.get("quote_text", "").split("\n")]
    return [f"｜{line}" for line in lines if line]


def _paragraphs(card: Json) -> list[str]:
    found = card.get("vertical_content_list", [])
    return [text for paragraph in found for text in (paragraph["title"], paragraph.get("desc", ""))]


def _facts(card: Json) -> list[str]:
    return [
        f"{fact['keyname']}：{fact.get('value', '')}{_LEADS.get(fact.get('type', 0), '')}"
        for fact in card.get("horizontal_content_list", [])
    ]


def _question(question: Question) -> str:
    """A vote has no words of its own: the title above asks."""
    on, off = ("☑", "☐") if question.several else ("◉", "○")
    marks = [f"{on if key in question.default else off} {text}" for key, text in question.options.items()]
    options = "  ".join(marks) if question.enabled else f"{'  '.join(marks)}（不可改）"
    return options if question.boxes else f"{question.label}：{options}"


def _plain_jumps(card: Json) -> list[str]:
    return [f"→ {jump['title']}" for jump in card.get("jump_list", []) if jump.get("type", 0) != 1]


def _buttons(card: Json) -> list[str]:
    every = buttons(card)
    main = [f"[{b.label}]" if b.enabled else f"[{b.label}·不可点]" for b in every if b.kind != "menu"]
    menu = [f"[{b.label}]" for b in every if b.kind == "menu"]
    return [" ".join(main), f"更多：{' '.join(menu)}" if menu else ""]


_PARTS: list[Callable[[Json], list[str]]] = [
    _head,
    _picture,
    _emphasis,
    _quote,
    lambda card: card.get("sub_title_text", "").split("\n"),
    _paragraphs,
    _facts,
    _plain_jumps,
    lambda card: [_question(question) for question in questions(card)],
    _buttons,
]
