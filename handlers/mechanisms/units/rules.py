"""Which teams and departments there are, worked out from the roster and the projects; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from handlers.contract.roles import Role

if TYPE_CHECKING:
    from storage.people import Person
    from storage.projects import Project

PROJECT, DEPARTMENT = "project", "department"

_OUTSIDE = frozenset(
    {Role.SUPERVISOR, Role.OUTSIDE_OFFICER, Role.COMPLAINT_OFFICER, Role.CHAIR, Role.VICE_CHAIR}
    | {Role.COUNCIL_MEMBER, Role.LEGAL_REPRESENTATIVE, Role.PARTY_SECRETARY, Role.INTEGRITY_POST}
)
"""Posts whose holders alone make no working department: the council, the supervisors, people from outside."""

_HEADS = (Role.DEPARTMENT_HEAD, Role.FINANCE_HEAD, Role.SECRETARY_GENERAL)
"""Who leads a department, in this order."""


@dataclass(frozen=True)
class Unit:
    """A project team or a department. `key` is `project:P01` or `department:财务部`; `lead` is a person id,
    None where nobody leads it; `members` are the ids of its active people, the lead included."""

    key: str
    name: str
    lead: int | None
    members: frozenset[int] = field(default_factory=frozenset)

    @property
    def is_project(self) -> bool:
        """Whether it is a project team."""
        return self.key.startswith(PROJECT)


def units(everybody: Sequence[Person], projects: Iterable[Project]) -> list[Unit]:
    """Return the departments by name, then the project teams by code.

    A project whose lead left has no lead. A department of people from outside daily work is none."""
    active = [each for each in everybody if each.active]
    here = {each.id for each in active}
    teams = [
        Unit(f"{PROJECT}:{each.code}", each.name, each.lead, frozenset({each.lead}))
        if each.lead in here
        else Unit(f"{PROJECT}:{each.code}", each.name, None)
        for each in projects
    ]
    return [*_departments(active), *teams]


def _departments(active: Sequence[Person]) -> list[Unit]:
    names = sorted({each.department for each in active if each.department})
    found = []
    for name in names:
        members = [each for each in active if each.department == name]
        if all(each.roles <= _OUTSIDE and each.roles for each in members):
            continue
        found.append(
            Unit(f"{DEPARTMENT}:{name}", name, _head(members), frozenset(each.id for each in members))
        )
    return found


def _head(members: Sequence[Person]) -> int | None:
    ordered = sorted(members, key=lambda each: each.key)
    return next((each.id for role in _HEADS for each in ordered if role in each.roles), None)
