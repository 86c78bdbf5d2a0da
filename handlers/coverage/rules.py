"""One line for each clause out of what everybody knows of it; posts that are held; who may look; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from handlers.contract.coverage import Covered, Light
from handlers.contract.refusal import Refusal
from handlers.contract.roles import Role
from handlers.coverage.plan import CLAUSES, OUTSIDE, ROSTER, Clause

if TYPE_CHECKING:
    from storage.people import Person

GREY, DONE = "coverage.grey.", "coverage.done."
"""Settings of these names with a clause's number hold why it does not apply, or what was done for it outside
the assistant; "" where that was taken back."""

REASON_LIMIT, NAMED = 200, 3
GOOD_FOR = timedelta(days=365)
"""How long what was done outside counts: the plan's work comes round every year."""

READERS = frozenset({Role.SUPERVISOR, Role.SECRETARY_GENERAL, Role.CHAIR, Role.PARTY_SECRETARY})
"""Who sees the whole: they supervise, or answer for it (P12, P44b)."""

_DECIDERS = frozenset({Role.SECRETARY_GENERAL, Role.CHAIR})

WORST_FIRST = (Light.RED, Light.YELLOW, Light.GREEN)

NOTHING = "助手里没有记录"
"""What is said of a clause of which nobody knows anything."""

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


class Resolved(Struct, frozen=True):
    """Why a clause does not apply, or what was done for it, and the council's resolution that says so."""

    reason: str
    resolution: str
    decided_on: date


class Line(Struct, frozen=True):
    """One clause as it stands; of what is missing, the higher its `urgency`, the earlier it is named."""

    clause: Clause
    light: Light
    evidence: str
    mechanism: str
    urgency: int = 0


def may_look(person: Person) -> None:
    """Raises Refusal for who neither supervises nor answers for the whole."""
    if not person.roles & READERS:
        raise Refusal(
            "「还差什么」给监事、秘书长、理事长和党支部书记看。自己的事请发「待办」或「任务」", rule="P44b"
        )


def may_settle(person: Person) -> None:
    """Raises Refusal for who may not write down what the council resolved."""
    if not person.roles & _DECIDERS:
        raise Refusal("哪一条不适用、哪一条线下做了，由秘书长或理事长按理事会决议登记", rule="P83")


def may_be_done_outside(clause: Clause) -> None:
    """Raises Refusal for a clause on which the ledger has its own say."""
    if clause.mechanism not in (OUTSIDE, ROSTER):
        raise Refusal(f"「{clause.title}」靠{clause.mechanism}，按助手里的记录算，不用登记", rule="P83")


def outside(done: Mapping[str, Resolved], today: date) -> list[Covered]:
    """Return what was done outside the assistant; after a year it is to be looked at again."""
    return [_outside(clause, each, today) for clause, each in done.items()]


def _outside(clause: str, one: Resolved, today: date) -> Covered:
    said = f"线下已做：{one.reason}（决议 {one.resolution}，{one.decided_on}）"
    if today - one.decided_on > GOOD_FOR:
        return Covered(clause, Light.YELLOW, f"{said}，过了一年，请复核后重新登记")
    return Covered(clause, Light.GREEN, said)


def lines(covered: Sequence[Covered], exempt: Mapping[str, Resolved]) -> list[Line]:
    """Return every clause of the plan once, in its order."""
    known: dict[str, list[Covered]] = {}
    for each in covered:
        known.setdefault(each.clause, []).append(each)
    return [_line(each, known.get(each.number, ()), exempt.get(each.number)) for each in CLAUSES]


def _line(clause: Clause, known: Sequence[Covered], exempt: Resolved | None) -> Line:
    """What the council exempted is grey; else the worst that is known decides, and is said first."""
    if exempt:
        by = f"决议 {exempt.resolution}，{exempt.decided_on}"
        return Line(clause, Light.GREY, f"不适用：{exempt.reason}（{by}）", clause.mechanism)
    if not known:
        return Line(clause, Light.RED, NOTHING, clause.mechanism)
    ordered = sorted(known, key=lambda each: WORST_FIRST.index(each.light))
    mechanisms = dict.fromkeys(each.mechanism for each in ordered if each.mechanism)
    return Line(
        clause,
        ordered[0].light,
        "；".join(each.evidence for each in ordered),
        "；".join(mechanisms) or clause.mechanism,
        urgency=1 + any(each.late for each in known),
    )


def missing(found: Sequence[Line]) -> list[Line]:
    """Return what is missing: first what is overdue, last what the assistant has nothing to do with."""
    reds = [each for each in found if each.light is Light.RED]
    return sorted(reds, key=lambda each: -each.urgency)


def counts(found: Sequence[Line]) -> dict[Light, int]:
    """Return how many clauses have each light."""
    counted = Counter(each.light for each in found)
    return {light: counted[light] for light in Light}


def posts(people: Sequence[Person], done: Collection[str]) -> list[Covered]:
    """Return which clauses have their posts held. A post that is held is not yet the work, which is green
    only where that was done, too."""
    return [_post(clause, roles, people, clause in done) for clause, roles in POSTS.items()]


def _post(clause: str, roles: Sequence[Role], people: Sequence[Person], done: bool) -> Covered:
    held = {role: [each.name for each in people if each.active and role in each.roles] for role in roles}
    if lacking := "、".join(role for role, names in held.items() if not names):
        return Covered(clause, Light.RED, f"还没有人担任{lacking}，请指定后由管理员导入")
    names = "，".join(f"{role}{_few(names)}" for role, names in held.items())
    if done:
        return Covered(clause, Light.GREEN, f"岗位有人：{names}")
    return Covered(clause, Light.YELLOW, f"岗位有人：{names}；助手里没有文件和工作记录")


def _few(names: Sequence[str]) -> str:
    shown = "、".join(names[:NAMED])
    return shown if len(names) <= NAMED else f"{shown}等 {len(names)} 人"
