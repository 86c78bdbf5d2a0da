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
    """A claim by `by` on the project of `lead`, paid to `payee` (None: somebody outside, who may bear the
    name of `namesakes`).

    `roles` are what people are instead of what the cast says, `gone` those who left, `deputies` in the order
    in which they were named.
    """

    by: str = "lin"
    lead: str = "li"
    payee: str | None = None
    namesakes: Iterable[str] = ()
    roles: Mapping[str, set[str]] = field(default_factory=dict)
    gone: Iterable[str] = ()
    deputies: Iterable[Authority] = ()

    @property
    def matter(self) -> Matter:
        """The case as the rules see it."""
        payee = IDS[self.payee] if self.payee else None
        return Matter(IDS[self.by], payee, IDS[self.lead], frozenset(IDS[each] for each in self.namesakes))

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
    if Role.SUPERVISOR in person.roles or person.id == matter.requester or person.id in matter.paid:
        return False
    here = roster.people.values()
    lead = [each for each in here if each.id == matter.lead]
    finance = [each for each in here if Role.FINANCE_HEAD in each.roles]
    heads = [each for each in here if Role.SECRETARY_GENERAL in each.roles]
    if level == 2:
        own = person in lead and Role.SECRETARY_GENERAL not in person.roles
        return own or is_deputy(person, lead, matter, roster)
    if level == 3:
        return person in finance or is_deputy(person, finance, matter, roster)
    involved = [each for each in heads if each.id == matter.requester or each.id in matter.paid]
    of_the_chair = any(Role.CHAIR in each.roles for each in here if each.id in matter.paid)
    if of_the_chair or any(Role.CHAIR in each.roles for each in involved):
        unpaid = Role.COUNCIL_MEMBER in person.roles and not person.roles & STAFF
        return Role.VICE_CHAIR in person.roles or unpaid
    chair = bool(involved) and Role.CHAIR in person.roles
    return chair or person in heads or is_deputy(person, heads, matter, roster)


def is_deputy(person: Person, holders: Iterable[Person], matter: Matter, roster: Roster) -> bool:
    """Tell whether a person may sign for one of the holders, named by nobody who gains by it."""
    whose = {each.id for each in holders}
    return any(
        each.holder in whose
        and each.deputy == person.id
        and each.named_by not in {matter.requester, *matter.paid}
        for each in roster.deputies
    )
