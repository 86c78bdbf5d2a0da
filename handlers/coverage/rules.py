"""One line for each clause out of what everybody knows of it; posts that are held; who may look; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from handlers.contract.coverage import Covered, Light
from handlers.contract.refusal import Refusal
from handlers.contract.roles import Role
from handlers.coverage.plan import CLAUSES, OUTSIDE, Clause

if TYPE_CHECKING:
    from storage.people import Person

GREY = "coverage.grey."
"""A setting of this name with a clause's number holds why it does not apply, "" where it applies again."""

REASON_LIMIT = 200

READERS = frozenset({Role.SUPERVISOR, Role.SECRETARY_GENERAL, Role.CHAIR, Role.PARTY_SECRETARY})
"""Who sees the whole: they supervise, or answer for it (P12, P44b)."""

_DECIDERS = frozenset({Role.SECRETARY_GENERAL, Role.CHAIR})

WORST_FIRST = (Light.RED, Light.YELLOW, Light.GREEN)

NOTHING = {True: "助手里没有记录，请线下做，留好材料", False: "还没有记录"}
"""What is said of a clause of which nobody knows anything: carried outside, or by the assistant."""

POSTS: Mapping[str, tuple[Role, ...]] = {
    "P12": (Role.CHAIR, Role.PARTY_SECRETARY),
    "P14": (Role.PARTY_SECRETARY, Role.SUPERVISOR),
    "P15": (Role.INTEGRITY_POST,),
    "P79": (
        Role.CHAIR,
        Role.PARTY_SECRETARY,
        Role.SUPERVISOR,
        Role.SECRETARY_GENERAL,
        Role.DEPARTMENT_HEAD,
    ),
}
"""The posts without which a clause cannot be kept."""


class Exempt(Struct, frozen=True):
    """Why a clause does not apply, and the resolution of the council that says so."""

    reason: str
    resolution: str
    decided_on: date


class Line(Struct, frozen=True):
    """One clause as it stands."""

    clause: Clause
    light: Light
    evidence: str
    mechanism: str


def may_look(person: Person) -> None:
    """Raises Refusal for who neither supervises nor answers for the whole."""
    if not person.roles & READERS:
        raise Refusal(
            "「还差什么」给监事、秘书长、理事长和党支部书记看。自己的事请发「待办」或「任务」", rule="P44b"
        )


def may_exempt(person: Person) -> None:
    """Raises Refusal for who may not write down what the council resolved."""
    if not person.roles & _DECIDERS:
        raise Refusal("哪一条不适用，由秘书长或理事长按理事会决议登记", rule="P83")


def lines(covered: Sequence[Covered], exempt: Mapping[str, Exempt]) -> list[Line]:
    """Return every clause of the plan once, in its order."""
    known: dict[str, list[Covered]] = {}
    for each in covered:
        known.setdefault(each.clause, []).append(each)
    return [_line(each, known.get(each.number, ()), exempt.get(each.number)) for each in CLAUSES]


def _line(clause: Clause, known: Sequence[Covered], exempt: Exempt | None) -> Line:
    """What the council exempted is grey; else the worst that is known decides, and is said first."""
    if exempt:
        by = f"决议 {exempt.resolution}，{exempt.decided_on}"
        return Line(clause, Light.GREY, f"不适用：{exempt.reason}（{by}）", clause.mechanism)
    if not known:
        return Line(clause, Light.RED, NOTHING[clause.mechanism == OUTSIDE], clause.mechanism)
    ordered = sorted(known, key=lambda each: WORST_FIRST.index(each.light))
    mechanisms = dict.fromkeys(each.mechanism for each in ordered if each.mechanism)
    return Line(
        clause,
        ordered[0].light,
        "；".join(each.evidence for each in ordered),
        "；".join(mechanisms) or clause.mechanism,
    )


def counts(found: Sequence[Line]) -> dict[Light, int]:
    """Return how many clauses have each light."""
    counted = Counter(each.light for each in found)
    return {light: counted[light] for light in Light}


def posts(people: Sequence[Person]) -> list[Covered]:
    """Return which clauses have their posts held. A post that is held is not yet the work: never green."""
    return [_post(clause, roles, people) for clause, roles in POSTS.items()]


def _post(clause: str, roles: Sequence[Role], people: Sequence[Person]) -> Covered:
    held = {
        role: "、".join(each.name for each in people if each.active and role in each.roles) for role in roles
    }
    if lacking := "、".join(role for role, names in held.items() if not names):
        return Covered(clause, Light.RED, f"还没有人担任{lacking}，请指定后由管理员导入")
    names = "，".join(f"{role}{names}" for role, names in held.items() if role is not Role.DEPARTMENT_HEAD)
    return Covered(clause, Light.YELLOW, f"岗位有人：{names}；助手里没有成立文件和工作记录")
