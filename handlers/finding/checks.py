"""What stands in the way of rectification today: nobody to verify what the only supervisor answers for."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.contract.context import Context
from handlers.contract.remark import Remark
from handlers.contract.roles import Role
from handlers.mechanisms.finding import rules, service
from handlers.mechanisms.finding.rules import Matter
from storage import people


def remarks(ctx: Context) -> Sequence[Remark]:
    """Return one remark where a single supervisor's own matters could be verified by nobody (decision 25)."""
    supervisors = [each for each in people.holders(ctx.tx, (Role.SUPERVISOR,)) if each.active]
    if len(supervisors) != 1:
        return ()
    own = Matter(supervisors[0].id, None, frozenset())
    if rules.verifiers(own, service.circle(ctx).roster):
        return ()
    words = "只有一位监事，又没有党支部书记和不领薪的理事：监事自己的问题没有人能复核。请补一位"
    return (Remark(words, grave=False),)
