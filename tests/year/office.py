"""Two organisations by numbers: who holds which post, who belongs where, who leads which project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from handlers.contract.roles import Role
from handlers.duty.plan import DUTIES
from storage import people, projects
from storage.database import Database
from storage.people import NewPerson

COUNCIL, WATCH, OFFICE, FINANCE = "理事会", "监事会", "办公室", "财务部"


@dataclass(frozen=True)
class Post:
    """Some posts that one person holds, and their department."""

    department: str
    roles: tuple[Role, ...]


@dataclass(frozen=True)
class Office:
    """An organisation of `size` people: the posts that somebody holds, the departments of all others.

    `projects` are led by so many people in turn; `turned_on` are duties by the day of their resolution;
    `findings_a_day` is how likely a supervisor finds something on a working day. Its two schedulers are led
    by a lock, or both take themselves for the leader and only the periods hold them apart. `leaving` tells
    on which day who leaves, and whose their projects are then."""

    size: int
    posts: Sequence[Post]
    departments: Sequence[str]
    projects: int
    leads: int
    turned_on: Mapping[date, Sequence[str]]
    findings_a_day: float
    is_led: bool
    leaving: tuple[date, str, str]


BIG = Office(
    60,
    (
        Post(COUNCIL, (Role.CHAIR, Role.LEGAL_REPRESENTATIVE)),
        Post(COUNCIL, (Role.VICE_CHAIR,)),
        Post(COUNCIL, (Role.COUNCIL_MEMBER,)),
        Post(COUNCIL, (Role.COUNCIL_MEMBER,)),
        Post(WATCH, (Role.SUPERVISOR,)),
        Post(WATCH, (Role.SUPERVISOR,)),
        Post(OFFICE, (Role.SECRETARY_GENERAL,)),
        Post(OFFICE, (Role.PARTY_SECRETARY, Role.ADMINISTRATOR)),
        Post(FINANCE, (Role.FINANCE_HEAD,)),
        Post(FINANCE, (Role.ACCOUNTANT,)),
        Post(FINANCE, (Role.CASHIER,)),
        *(Post(f"业务{n}部", (Role.DEPARTMENT_HEAD,)) for n in range(1, 6)),
    ),
    tuple(f"业务{n}部" for n in range(1, 6)),
    12,
    7,
    {date(2026, 1, 5): [each.code for each in DUTIES]},
    0.15,
    is_led=True,
    leaving=(date(2026, 5, 20), "p58", "p57"),
)

SMALL = Office(
    10,
    (
        Post(COUNCIL, (Role.CHAIR, Role.LEGAL_REPRESENTATIVE)),
        Post(WATCH, (Role.SUPERVISOR,)),
        Post(OFFICE, (Role.SECRETARY_GENERAL, Role.ADMINISTRATOR)),
        Post(OFFICE, (Role.FINANCE_HEAD,)),
        Post(COUNCIL, (Role.COUNCIL_MEMBER,)),
    ),
    (OFFICE,),
    3,
    2,
    {date(2026, 3, 2): ["P45", "P53", "P81"], date(2026, 6, 15): ["P54b", "P40"]},
    0.05,
    is_led=False,
    leaving=(date(2026, 8, 12), "p09", "p08"),
)


def move_in(database: Database, office: Office) -> None:
    """Turn an empty ledger into that of an organisation: people `p01`… and projects `P01`…"""
    with database.write() as tx:
        for n in range(1, office.size + 1):
            post = _post(office, n)
            accounts = {"feishu": f"ou_{key(n)}"}
            roles = frozenset(map(str, post.roles))
            people.save(tx, NewPerson(key(n), f"员工{n:02}", post.department, roles, accounts))
        known = people.by_keys(tx, [key(n) for n in range(1, office.size + 1)])
        for n in range(office.projects):
            lead = known[key(office.size - n % office.leads)]
            projects.save(tx, f"P{n + 1:02}", f"项目{n + 1:02}", lead.id, "专项资金", 1_000_000)


def leave(database: Database, who: str, successor: str) -> None:
    """Let somebody leave, and somebody else lead their projects."""
    with database.write() as tx:
        known = people.by_keys(tx, [who, successor])
        gone, new = known[who], known[successor]
        people.save(tx, NewPerson(who, gone.name, gone.department, gone.roles, active=False))
        for each in projects.led_by(tx, gone.id):
            projects.save(tx, each.code, each.name, new.id, each.fund, each.budget_fen)


def key(n: int) -> str:
    """Return the key of the n-th person, from 1."""
    return f"p{n:02}"


def _post(office: Office, n: int) -> Post:
    if n <= len(office.posts):
        return office.posts[n - 1]
    leads = n > office.size - office.leads
    department = office.departments[n % len(office.departments)]
    return Post(department, (Role.PROJECT_LEAD,) if leads else (Role.HANDLER,))
