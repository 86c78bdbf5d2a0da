"""The morning card: everything that a person has to hear today, in one message; pure."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.contract.card import Button, Card, Section, Tone

LINES, BUTTONS = 10, 5


def morning(
    subject: str, lines: Sequence[str], buttons: Sequence[Button | None], overdue: bool, footer: str
) -> Card:
    """Return one person's card; `buttons` stand beside `lines`, None where a line has none."""
    shown = [f"{place}. {line}" for place, line in enumerate(lines[:LINES], 1)]
    if len(lines) > LINES:
        shown.append(f"还有 {len(lines) - LINES} 件，发「待办」看全部。")
    pressed = [
        Button(f"处理 {place}", each.act, each.args, say=each.say)
        for place, each in enumerate(buttons[:LINES], 1)
        if each
    ]
    return Card(
        title="有逾期的事" if overdue else "今天要留意的事",
        subject=subject,
        tone=Tone.BAD if overdue else Tone.PENDING,
        preview="有事要您留意",
        sections=(Section(tuple(shown)), Section((footer,))) if footer else (Section(tuple(shown)),),
        buttons=tuple(pressed[:BUTTONS]),
    )
