"""The table of contents of the month in numbers, which asks the other capabilities for theirs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from handlers.contract.capability import Capability, Word
from handlers.report import talk, views
from handlers.report.jobs import jobs
from handlers.report.service import Sources


def report(others: Sequence[Capability]) -> Capability:
    """Return the overview of a house in which these are the other capabilities."""
    sources = Sources(
        tuple(each.figures for each in others if each.figures),
        tuple(each.news for each in others if each.news),
    )
    return Capability(
        name="report",
        words={"月报": Word(partial(talk.month, sources), "监事、秘书长、理事长：一个月的数字和要跟进的")},
        clicks={"open": partial(talk.open_board, sources)},
        boards={"month": partial(views.board, sources)},
        jobs=jobs(sources),
    )
