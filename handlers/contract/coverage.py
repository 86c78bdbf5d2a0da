"""How far the plan's clauses are kept: a light for each clause, and the records that stand behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

from msgspec import Struct

from handlers.contract.context import Context


class Light(StrEnum):
    """GREEN: the ledger shows it; YELLOW: under way, or not due yet; RED: missing or overdue; GREY: the
    council resolved that it does not apply."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"


class Covered(Struct, frozen=True):
    """What one capability knows of a clause (`P48`). `evidence` is one Chinese sentence with the numbers and
    days of the ledger; `mechanism` says what carries the clause where the plan's table should not; `late`:
    its day has passed."""

    clause: str
    light: Light
    evidence: str
    mechanism: str = ""
    late: bool = False


OnCovers = Callable[[Context], Sequence[Covered]]
"""Asked for all that a capability knows; the same for every reader, so nothing secret (decision 19)."""
