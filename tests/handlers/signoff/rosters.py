"""Rosters for the tests of chains: the cast of the house, changed by a few words; and who may sign at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from handlers.contract.roles import Role
from handlers.mechanisms.signoff import rules
from handlers.mechanisms.signoff.rules import Candidate, Gap, Matter, Roster
from storage.people import Deputy, Person
from tests.house import CAST

STAFF = {
    Role.HANDLER,
    Role.PROJECT_LEAD,
    Role.FINANCE_HEAD,
    Role.ACCOUNTANT,
    Role.CASHIER,
    Role.SECRETARY_GENERAL,
    Role.DEPARTMENT_HEAD,
    Role.CHAIR,
}
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


def may_sign(person: Person, level: int, matter: Matter, roster: Roster) -> bool:
    """The table of decision 5 said once more, of one person at one level."""
    if Role.SUPERVISOR in person.roles or person.id in (matter.requester, matter.payee):
        return False
    lead, payee = roster.people.get(matter.lead), roster.people.get(matter.payee or 0)
    heads = roster.holders(Role.SECRETARY_GENERAL)
    if level == 2:
        named = lead is not None and is_deputy(person, [lead], roster)
        return named or (person == lead and Role.SECRETARY_GENERAL not in person.roles)
    if level == 3:
        return Role.FINANCE_HEAD in person.roles or is_deputy(
            person, roster.holders(Role.FINANCE_HEAD), roster
        )
    involved = [each for each in heads if each.id in (matter.requester, matter.payee)]
    above = Role.VICE_CHAIR in person.roles or (
        Role.COUNCIL_MEMBER in person.roles and not person.roles & STAFF
    )
    if (payee and Role.CHAIR in payee.roles) or any(Role.CHAIR in each.roles for each in involved):
        return above
    return (
        Role.SECRETARY_GENERAL in person.roles
        or is_deputy(person, heads, roster, not_of_their_own=involved)
        or (bool(involved) and Role.CHAIR in person.roles)
    )


def is_deputy(
    person: Person, holders: list[Person], roster: Roster, not_of_their_own: list[Person] | None = None
) -> bool:
    """Tell whether one of the holders gave a person an authority that counts."""
    own = {each.id for each in not_of_their_own or ()}
    return any(
        (each.holder, each.deputy) == (holder.id, person.id)
        and not (holder.id in own and each.named_by == holder.id)
        for holder in holders
        for each in roster.deputies
    )
