"""What stands in the way of self-checks today: teams that nobody leads."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.contract.context import Context
from handlers.contract.remark import Remark
from handlers.mechanisms.units import service as units


def remarks(ctx: Context) -> Sequence[Remark]:
    """Return one remark with every team and department that has no lead."""
    lonely = [each.name for each in units.units(ctx) if each.lead is None]
    if not lonely:
        return ()
    words = (
        f"{'、'.join(lonely)}没有负责人，每月自查没人能交。请在人员表里给一位「部门负责人」，或给项目换负责人"
    )
    return (Remark(words, grave=False),)
