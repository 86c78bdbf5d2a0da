"""What claims show of the plan's clauses: four different people signed every project expense (P31)."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.contract.context import Context
from handlers.contract.coverage import Covered, Light
from handlers.expense.rules import State
from storage import expense

LOOKED_AT = 200
"""The newest claims that are looked at, so that a long ledger costs no more than a short one."""

LEVELS = 4
NAMED = 3


def covers(ctx: Context) -> Sequence[Covered]:
    """Return whether the newest approved claims carry four signatures of four people (P31)."""
    signed = expense.signatures(ctx.tx, State.APPROVED, LOOKED_AT)
    short = [number for number, people in signed.items() if people < LEVELS]
    blocked = [each.number for each in expense.blocked(ctx.tx, NAMED)]
    said = f"最近批准的 {len(signed)} 张单子，{len(signed) - len(short)} 张四个人签齐"
    if short:
        return [Covered("P31", Light.RED, f"{said}，没签齐的有 {'、'.join(short[:NAMED])}")]
    if not signed:
        said = "还没有走完四级签字的单子"
    if blocked:
        return [Covered("P31", Light.RED, f"{said}；{'、'.join(blocked)} 凑不齐四个签字人")]
    return [Covered("P31", Light.GREEN if signed else Light.YELLOW, said)]
