"""The table of contents of the plan's map, which asks the other capabilities what they can show."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from handlers.contract.capability import Capability, Word
from handlers.coverage import talk


def coverage(others: Sequence[Capability]) -> Capability:
    """Return the map of a house in which these are the other capabilities."""
    sources = tuple(each.covers for each in others if each.covers)
    return Capability(
        name="coverage",
        words={
            "还差什么": Word(partial(talk.missing, sources), "方案逐条对照：哪条有证据，哪条还缺"),
            "覆盖": Word(
                talk.settle,
                "秘书长、理事长：按决议登记哪一条不适用、哪一条线下做了",
                "覆盖 不适用 P60 原因 决议 编号 日期",
            ),
        },
        clicks={"paper": partial(talk.paper, sources)},
        boards={"map": partial(talk.board, sources)},
    )
