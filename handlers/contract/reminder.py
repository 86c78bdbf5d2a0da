"""What waits for a person, and who hears of a deadline as it draws near and passes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from handlers.contract.card import Button
from handlers.contract.context import Context

if TYPE_CHECKING:
    from storage.deadlines import Deadline
    from storage.people import Person


class Waiting(Struct, frozen=True):
    """Something that waits for one person: a line that names the matter and the button that opens it.

    `due_on`: the day by which it is wanted, None where nothing says so."""

    line: str
    button: Button
    due_on: date | None = None


class Nudge(Struct, frozen=True):
    """One line for one person (a person id) about a deadline, and the button that opens the matter.

    `overdue`: it is said even to a person whose week is full (decision 35)."""

    person: int
    line: str
    button: Button | None = None
    overdue: bool = False


class Ladder(Struct, frozen=True):
    """When people hear of a deadline: `rungs` are working days from the day it is due, ascending (-5 is five
    working days before); `nudges` says who hears what at a rung, asked on the morning itself; `moved` is told
    when a new calendar gives the deadline another day."""

    rungs: tuple[int, ...]
    nudges: Callable[[Context, Deadline, int], Sequence[Nudge]]
    moved: Callable[[Context, Deadline], None] | None = None


OnWaiting = Callable[[Context, "Person"], Sequence[Waiting]]
