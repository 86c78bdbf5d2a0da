"""The table of contents of the desk, which asks the other capabilities what waits."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from handlers.contract.capability import Capability, Word
from handlers.desk import talk
from handlers.desk.service import Sources


def desk(others: Sequence[Capability]) -> Capability:
    """Return the desk of a house in which these are the other capabilities."""
    sources = Sources(
        tuple(each.waiting for each in others if each.waiting),
        tuple(each.watch for each in others if each.watch),
    )
    return Capability(
        name="desk",
        words={
            "待办": Word(partial(talk.todo, sources), "等我办的事"),
            "总览": Word(partial(talk.overview, sources), "监事、秘书长、理事长：一屏看全"),
        },
    )
