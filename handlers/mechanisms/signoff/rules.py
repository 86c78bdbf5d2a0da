"""Who may sign which level: four different people, none of them paid, chosen by rule alone (P31)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from handlers.contract.roles import Role

if TYPE_CHECKING:
    from storage.people import Deputy, Person

LEVELS = {1: "经办人", 2: "项目负责人", 3: "财务负责人", 4: "秘书长"}
FIRST, LEAD, FINANCE, LAST = LEVELS

_STAFF = frozenset(
    {
        Role.HANDLER,
        Role.PROJECT_LEAD,
        Role.FINANCE_HEAD,
        Role.ACCOUNTANT,
        Role.CASHIER,
        Role.SECRETARY_GENERAL,
        Role.DEPARTMENT_HEAD,
        Role.CHAIR,
    }
)


@dataclass(frozen=True)
class Roster:
    """The active people who may matter, by id, and the signing authorities valid that day."""

    people: Mapping[int, Person]
    deputies: Sequence[Deputy]

    def holders(self, role: Role) -> list[Person]:
        """Return who holds a role, by key."""
        return sorted(
            (each for each in self.people.values() if role in each.roles), key=lambda each: each.key
        )


@dataclass(frozen=True)
class Matter:
    """What decides who may sign: who submits, who is paid (None: somebody outside), who leads the project.

    `namesakes` are whoever else on the roster bears the payee's name, also since it was typed.
    """

    requester: int
    payee: int | None
    lead: int
    namesakes: frozenset[int] = frozenset()

    @property
    def paid(self) -> frozenset[int]:
        """Everybody who may be the one who is paid."""
        return self.namesakes | ({self.payee} if self.payee else frozenset())


@dataclass(frozen=True)
class Candidate:
    """Somebody who may sign a level, and why. `watched`: the supervisors get a copy (decision 5)."""

    person: int
    ground: str
    watched: bool = False


@dataclass(frozen=True)
class Gap:
    """Why no chain of four different people can be formed, as a Chinese sentence, and at which level."""

    level: int
    why: str


Chain = Mapping[int, Candidate]


def form(matter: Matter, roster: Roster, fixed: Chain | None = None) -> Chain | Gap:
    """Return the first complete chain of four different people, in the order of candidates, or the gap.

    `fixed` holds levels that are signed already and stay as they are.
    """
    start: dict[int, Candidate] = {FIRST: Candidate(matter.requester, LEVELS[FIRST]), **(fixed or {})}
    if not (fixed and FIRST in fixed) and (why := _why_not_first(roster.people.get(matter.requester))):
        return Gap(FIRST, f"第 1 级（{LEVELS[FIRST]}）{why}，请由同事另外提交")
    choices = {level: candidates(level, matter, roster) for level in LEVELS if level not in start}
    complete = next(_complete(start, choices), None)
    return complete or _gap(matter, roster, start, choices)


def _why_not_first(requester: Person | None) -> str:
    if requester is None:
        return "提交的人已不在岗"
    return f"{requester.name}是监事，不经手报销" if Role.SUPERVISOR in requester.roles else ""


def _complete(start: Mapping[int, Candidate], choices: Mapping[int, list[Candidate]]) -> Iterator[Chain]:
    """Yield every assignment of distinct people, the earlier levels' first choices first."""
    if not choices:
        yield dict(sorted(start.items()))
        return
    level = min(choices)
    rest = {each: options for each, options in choices.items() if each != level}
    taken = {each.person for each in start.values()}
    for option in choices[level]:
        if option.person not in taken:
            yield from _complete({**start, level: option}, rest)


def candidates(level: int, matter: Matter, roster: Roster) -> list[Candidate]:
    """Return who may sign a level, in order: holders, their deputies, the substitutes of decision 5.

    Left out: the requester, whoever is paid, supervisors (they stand outside, P21), people who left.
    """
    named = {LEAD: _leads, FINANCE: _finance, LAST: _last}[level](matter, roster)
    seen: set[int] = set()
    eligible = []
    for each in named:
        if each.person not in seen and not _barred(each.person, matter, roster):
            eligible.append(each)
        seen.add(each.person)
    return eligible


def _barred(person: int, matter: Matter, roster: Roster) -> bool:
    somebody = roster.people.get(person)
    return (
        somebody is None
        or Role.SUPERVISOR in somebody.roles
        or person == matter.requester
        or person in matter.paid
    )


def _leads(matter: Matter, roster: Roster) -> list[Candidate]:
    lead = roster.people.get(matter.lead)
    if lead is None:
        return []
    # Decision 5: a secretary-general who leads the project signs level 4 only.
    own = [] if Role.SECRETARY_GENERAL in lead.roles else [Candidate(lead.id, LEVELS[LEAD])]
    return own + _deputies(lead, roster, matter)


def _finance(matter: Matter, roster: Roster) -> list[Candidate]:
    heads = roster.holders(Role.FINANCE_HEAD)
    own = [Candidate(each.id, LEVELS[FINANCE]) for each in heads]
    return own + [stand_in for each in heads for stand_in in _deputies(each, roster, matter)]


def _last(matter: Matter, roster: Roster) -> list[Candidate]:
    if _chair_is_paid(matter, roster):
        # Decision 5: what the chair is paid is never signed by a subordinate alone.
        return _above(roster)
    heads = roster.holders(Role.SECRETARY_GENERAL)
    involved = [each for each in heads if each.id == matter.requester or each.id in matter.paid]
    if any(Role.CHAIR in each.roles for each in involved):
        return _above(roster)
    found = [Candidate(each.id, LEVELS[LAST]) for each in heads]
    found += [stand_in for each in heads for stand_in in _deputies(each, roster, matter)]
    if involved:
        found += [Candidate(each.id, "理事长代秘书长") for each in roster.holders(Role.CHAIR)]
    return found


def _chair_is_paid(matter: Matter, roster: Roster) -> bool:
    paid = [roster.people[each] for each in matter.paid if each in roster.people]
    return any(Role.CHAIR in each.roles for each in paid)


def _above(roster: Roster) -> list[Candidate]:
    """Return who stands in for a chair: the vice-chairs, then council members who hold no paid post."""
    vice = [Candidate(each.id, "副理事长代签", watched=True) for each in roster.holders(Role.VICE_CHAIR)]
    unpaid = [each for each in roster.holders(Role.COUNCIL_MEMBER) if not each.roles & _STAFF]
    return vice + [Candidate(each.id, "理事代签", watched=True) for each in unpaid]


def _deputies(holder: Person, roster: Roster, matter: Matter) -> list[Candidate]:
    """Return who may sign for somebody. Whom the requester or the payee named stands in for nobody here."""
    own = {matter.requester, *matter.paid}
    return [
        Candidate(
            each.deputy, f"代{holder.name}签（{each.first_day:%Y-%m-%d} 至 {each.last_day:%Y-%m-%d} 授权）"
        )
        for each in roster.deputies
        if each.holder == holder.id and each.named_by not in own
    ]


def _gap(
    matter: Matter, roster: Roster, start: Mapping[int, Candidate], choices: Mapping[int, list[Candidate]]
) -> Gap:
    """Name the smallest group of levels that has fewer people than levels."""
    taken = {each.person for each in start.values()}
    groups = (group for size in range(1, len(choices) + 1) for group in combinations(choices, size))
    levels = next(group for group in groups if len(_free(group, choices, taken)) < len(group))
    if not any(choices[level] for level in levels):
        return Gap(levels[0], _why_nobody(levels[0], matter, roster))
    people = dict.fromkeys(each.person for level in levels for each in choices[level])
    names = "、".join(roster.people[each].name for each in people)
    where = "、".join(f"第 {level} 级（{LEVELS[level]}）" for level in levels)
    return Gap(levels[0], f"{where}只能由{names}签，但同一个人不能签两级")


def _free(
    levels: Collection[int], choices: Mapping[int, list[Candidate]], taken: Collection[int]
) -> set[int]:
    return {each.person for level in levels for each in choices[level]} - set(taken)


def _why_nobody(level: int, matter: Matter, roster: Roster) -> str:
    where = f"第 {level} 级（{LEVELS[level]}）"
    proper = _proper(level, matter, roster)
    if level == LEAD and not proper:
        return f"{where}没有人签：这个项目的负责人已不在岗"
    if not proper:
        return f"{where}没有人签：还没有人担任{LEVELS[level]}"
    reasons = "；".join(f"{each.name}{_why_not(level, each, matter)}" for each in proper)
    instead = "也没有能代签的副理事长或理事" if _chair_is_paid(matter, roster) else "也没有有效的授权代签人"
    return f"{where}没有人能签：{reasons}，{instead if level == LAST else '也没有有效的授权代签人'}"


def _proper(level: int, matter: Matter, roster: Roster) -> list[Person]:
    """Return whose level it is by post."""
    if level == LEAD:
        lead = roster.people.get(matter.lead)
        return [lead] if lead else []
    return roster.holders(Role.FINANCE_HEAD if level == FINANCE else Role.SECRETARY_GENERAL)


def _why_not(level: int, person: Person, matter: Matter) -> str:
    if person.id == matter.requester:
        return "是本单经办人"
    if person.id in matter.paid:
        return "是本单收款人"
    if Role.SUPERVISOR in person.roles:
        return "是监事，不参与签批"
    if level == LEAD and Role.SECRETARY_GENERAL in person.roles:
        return "兼任秘书长，只签第 4 级"
    return "是理事长的下级，不能单独签理事长的收款"
