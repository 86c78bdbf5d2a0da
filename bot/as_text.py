"""A card as a plain chat line, for a client that shows no cards: the facts, and what can be typed."""

from __future__ import annotations

from handlers.contract.card import Button, Card, Question
from handlers.contract.chart import in_lines


def as_text(card: Card) -> str:
    """Return the whole card in words, with the words to type for each button that has some."""
    head = [f"【{card.title}】{card.tag}".rstrip(), *([card.subtitle] if card.subtitle else [])]
    facts = [f"{each.label}：{each.value}" for each in card.fields]
    return "\n".join(
        [*head, *facts, *_sections(card), *_chart(card), *_questions(card), *_way(card), *_typed(card)]
    )


def _sections(card: Card) -> list[str]:
    lines = []
    for section in card.sections:
        lines += [f"— {section.title} —"] if section.title else []
        lines += section.lines
    return lines


def _chart(card: Card) -> list[str]:
    return [f"— {card.chart.title} —", *in_lines(card.chart)] if card.chart else []


def _questions(card: Card) -> list[str]:
    asked: tuple[Question, ...] = card.form.questions if card.form and card.form.at_once else ()
    return [f"{each.label}：{each.default or '（未填）'}" for each in asked]


def _way(card: Card) -> list[str]:
    return [f"{card.link.label}：{card.link.url}"] if card.link else []


def _typed(card: Card) -> list[str]:
    buttons: tuple[Button, ...] = (*card.buttons, *(card.form.buttons if card.form else ()))
    words = [each for each in buttons if each.say]
    return ["可以回复：", *(_how(each) for each in words)] if words else []


def _how(button: Button) -> str:
    return f"「{button.say}」" if button.label in button.say else f"「{button.say}」 {button.label}"
