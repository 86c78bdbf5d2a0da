"""Rosters for the tests of chains: the cast of the house, changed by a few words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from handlers.mechanisms.signoff import rules
from handlers.mechanisms.signoff.rules import Candidate, Gap, Matter, Roster
from storage.people import Deputy, Person
from tests.house import CAST

FIRST_DAY, LAST_DAY = date(2026, 1, 1), date(2026, 12, 31)
IDS = {key: number for number, key in enumerate(CAST, 1)}
KEYS = {number: key for key, number in IDS.items()}

Authority = tuple[str, str, str]
"""Holder, deputy, and who named the deputy."""


@dataclass(frozen=True)
class Case:
    """A claim by `by` on the project of `lead`, paid to `payee` (None: somebody outside).

    `roles` are what people are instead of what the cast says, `gone` those who left, `deputies` in the order
    in which they were named.
    """

    by: str = "lin"
    lead: str = "li"
    payee: str | None = None
    roles: Mapping[str, set[str]] = field(default_factory=dict)
    gone: Iterable[str] = ()
    deputies: Iterable[Authority] = ()

    @property
    def matter(self) -> Matter:
        """The case as the rules see it."""
        return Matter(IDS[self.by], IDS[self.payee] if self.payee else None, IDS[self.lead])

    @property
    def roster(self) -> Roster:
        """The people of the case, and the authorities valid on that day."""
        people = {
            IDS[key]: Person(IDS[key], key, name, "办公室", frozenset(self.roles.get(key, roles)))
            for key, (name, roles) in CAST.items()
            if key not in self.gone
        }
        deputies = [
            Deputy(number, IDS[holder], IDS[deputy], FIRST_DAY, LAST_DAY, IDS[named_by])
            for number, (holder, deputy, named_by) in enumerate(self.deputies, 1)
        ]
        return Roster(people, deputies)

    def formed(self, fixed: Mapping[int, str] | None = None) -> list[str] | Gap:
        """The keys of the four signers, level by level, or the gap."""
        signed = {level: Candidate(IDS[key], rules.LEVELS[level]) for level, key in (fixed or {}).items()}
        found = rules.form(self.matter, self.roster, signed)
        if isinstance(found, Gap):
            return found
        assert list(found) == [1, 2, 3, 4]
        return [KEYS[each.person] for each in found.values()]
