"""The lists on cards: 待办 for everybody, 总览 for those who supervise; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import structs

from handlers.contract.card import Button, Card, Section, Tone
from handlers.contract.reminder import Waiting
from handlers.contract.watch import Part, Watched
from handlers.desk.rules import shares

MINE = "等我办的"
BUTTONS = 5
"""As many as stand on a card beside a list, on either platform."""


def todo(subject: str, waiting: Sequence[Waiting], shown: int) -> Card:
    """Return what waits for one person."""
    lines = [f"{place}. {each.line}" for place, each in enumerate(waiting[:shown], 1)]
    if len(waiting) > shown:
        lines.append("还有更多，办完这些再发「待办」。")
    buttons = [
        structs.replace(each.button, label=f"处理 {place}") for place, each in enumerate(waiting[:shown], 1)
    ]
    return Card(
        title="待办",
        subject=subject,
        preview="待办",
        sections=(Section(tuple(lines) or ("没有等您办的事 🎉",)),),
        buttons=tuple(buttons[:BUTTONS]),
    )


def overview(
    subject: str, day: str, waiting: Sequence[Waiting], watched: Mapping[Part, Sequence[Watched]], room: int
) -> Card:
    """Return the one screen: each part that has something, its lines numbered through, at most `room`."""
    parts: dict[str, list[tuple[str, Button | None]]] = {
        MINE: [(each.line, each.button) for each in waiting],
        **{part: [(each.line, each.button) for each in lines] for part, lines in watched.items()},
    }
    given = shares({name: len(lines) for name, lines in parts.items()}, room)
    sections, buttons, place = [], [], 0
    for name, lines in parts.items():
        shown = []
        for line, button in lines[: given[name]]:
            place += 1
            shown.append(f"{place}. {line}")
            if button:
                buttons.append(structs.replace(button, label=f"看 {place}"))
        if lines:
            more = len(lines) - len(shown)
            sections.append(Section((*shown, *((f"还有 {more} 件",) if more else ())), title=name))
    late = bool(watched.get(Part.OVERDUE))
    return Card(
        title="总览",
        subject=subject,
        subtitle=day,
        tone=Tone.BAD if late else Tone.PENDING if sections else Tone.GOOD,
        preview="总览",
        sections=tuple(sections) or (Section(("今天没有要操心的事 🎉",)),),
        buttons=tuple(buttons),
    )
