"""What those who supervise look at on one screen: lines in a fixed order, names before numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from handlers.contract.card import Button
from handlers.contract.context import Context

if TYPE_CHECKING:
    from storage.people import Person


class Part(StrEnum):
    """The parts of the screen, in their order; what waits for the reader stands before them."""

    OVERDUE = "逾期未销号"
    MISSING = "没交自查"
    UNUSUAL = "异常"
    LARGE = "本月大额"


class Watched(Struct, frozen=True):
    """One line of a part, and the button that opens the matter."""

    part: Part
    line: str
    button: Button | None = None


class News(Struct, frozen=True):
    """Something new to those who supervise, said once: `key` names it for good, in at most 32 signs;
    `urgent`: it cannot wait for the next morning."""

    key: str
    line: str
    button: Button | None = None
    urgent: bool = False


OnNews = Callable[[Context], Sequence[News]]
"""Asked for what happened in the last days; whoever asks keeps in mind what was said."""

OnWatch = Callable[[Context, "Person"], Sequence[Watched]]
"""Asked for one reader, who is told only what they may read (decision 34)."""
