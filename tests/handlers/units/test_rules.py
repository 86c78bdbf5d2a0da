"""Which teams and departments there are, who leads each, and who belongs to it."""

from __future__ import annotations

from handlers.mechanisms.units.rules import units
from storage.people import Person
from storage.projects import Project


def person(number: int, department: str, *roles: str, active: bool = True) -> Person:
    return Person(number, f"p{number:02}", f"人{number}", department, frozenset(roles), active)


HEAD = person(1, "项目部", "部门负责人")
CLERK = person(2, "项目部", "经办人")
FINANCE = person(3, "财务部", "财务负责人")
COUNCIL = person(4, "理事会", "理事长", "法定代表人")
SUPERVISOR = person(5, "监事", "监事", "举报受理人")
LONELY = person(6, "仓库", "经办人")
EVERYBODY = [HEAD, CLERK, FINANCE, COUNCIL, SUPERVISOR, LONELY]


def test_departments_come_first_and_each_has_its_lead_and_its_people() -> None:
    found = units(EVERYBODY, [Project(1, "P01", "社区助老", CLERK.id, "", 0)])
    assert [(each.key, each.lead) for each in found] == [
        ("department:仓库", None),
        ("department:财务部", 3),
        ("department:项目部", 1),
        ("project:P01", 2),
    ]
    assert found[2].members == {1, 2}


def test_the_council_and_the_supervisors_are_no_department_that_checks_itself() -> None:
    assert not {each.name for each in units(EVERYBODY, [])} & {"理事会", "监事"}


def test_who_has_left_leads_nothing() -> None:
    gone = person(7, "项目部", "部门负责人", active=False)
    (unit, team) = units([CLERK, gone], [Project(1, "P01", "社区助老", gone.id, "", 0)])
    assert (unit.lead, team.lead, team.members) == (None, None, frozenset())
