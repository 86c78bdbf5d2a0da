"""What stands on a list that is too short for everything, and who may see the whole; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from handlers.contract.refusal import Refusal
from handlers.contract.reminder import Waiting
from handlers.contract.roles import Role
from handlers.contract.watch import Part, Watched

if TYPE_CHECKING:
    from storage.people import Person

LINES = 10
"""As many lines as a screen has (issue: names before percentages, at most ten, each one tap)."""

WATCHERS = frozenset({Role.SUPERVISOR, Role.SECRETARY_GENERAL, Role.CHAIR, Role.PARTY_SECRETARY})
"""Who sees the whole: they supervise, or answer for it (P12, P44b)."""


def may_watch(person: Person) -> None:
    """Raises Refusal for everybody else."""
    if not person.roles & WATCHERS:
        raise Refusal(
            "「总览」给监事、秘书长、理事长和党支部书记看。自己的事请发「待办」或「我的」", rule="P44b"
        )


def in_order(waiting: Sequence[Waiting], today: date) -> list[Waiting]:
    """Return what is overdue first, the longest overdue at the top; the rest stays in its order."""
    late = [each for each in waiting if each.due_on and each.due_on < today]
    rest = [each for each in waiting if each not in late]
    return sorted(late, key=lambda each: each.due_on or today) + rest


def shares(counts: Mapping[str, int], room: int) -> dict[str, int]:
    """Return how many lines each part gets: one for each that has any, then in turn while there is room."""
    given = dict.fromkeys(counts, 0)
    while room > 0 and any(given[part] < counts[part] for part in counts):
        for part, count in counts.items():
            if given[part] < count and room > 0:
                given[part] += 1
                room -= 1
    return given


def by_part(watched: Sequence[Watched]) -> dict[Part, list[Watched]]:
    """Return the lines of each part, in the fixed order of the parts."""
    return {part: [each for each in watched if each.part is part] for part in Part}
