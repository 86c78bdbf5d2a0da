"""What the ledger knows about a team or department and a month, for those who check themselves (P48)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from handlers.contract.context import Context

if TYPE_CHECKING:
    from handlers.mechanisms.units.rules import Unit


class Fact(Struct, frozen=True):
    """One thing that the ledger holds, in one sentence; `section` is that of the sheet."""

    section: str
    text: str


class Sample(Struct, frozen=True):
    """One real record to be looked up: its number, and what the ledger says about it."""

    number: str
    text: str


OnFacts = Callable[[Context, "Unit", str], Sequence[Fact]]
"""Asked for a unit and a month (`2026-09`)."""

OnSample = Callable[[Context, "Unit", str, str], "Sample | None"]
"""Asked for a unit, a month and a seed: the same seed finds the same record."""
