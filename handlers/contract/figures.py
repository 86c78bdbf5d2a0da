"""Numbers of a month, each a part of a whole: a rate is never shown without what it was taken of (P4–P9)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from handlers.contract.context import Context


class Figure(Struct, frozen=True):
    """One number of a month. `key` names it for good, `clause` is what asks for it (`P8`); `part` of `whole`
    are as they should be, counted in `unit`; `lacking` names what is missing, people first."""

    key: str
    title: str
    clause: str
    part: int
    whole: int
    unit: str = "件"
    lacking: tuple[str, ...] = ()


OnFigures = Callable[[Context, str], Sequence[Figure]]
"""Asked for a month (`2026-09`); the same for every reader, so nothing secret (decision 19)."""
