"""What can be done with a finding, by whom, and who may verify that it was mended; pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from handlers.contract.refusal import Refusal
from handlers.contract.roles import Role

if TYPE_CHECKING:
    from handlers.mechanisms.units.rules import Unit
    from storage.people import Person

RECTIFY, RECEIVE, RECHECK = "finding.rectify", "finding.receive", "finding.recheck"
VERIFY, JUDGE = "finding.verify", "finding.judge"
"""The kinds of a finding's deadlines: to mend it, to take the notice (decision 27), to look again; to verify
a report, to judge an objection."""

RUNGS: Mapping[str, tuple[int, ...]] = {
    RECTIFY: (-5, -3, -1, 0, 1, 3),
    RECEIVE: (1,),
    RECHECK: (0, 3),
    VERIFY: (0, 1, 3),
    JUDGE: (0, 1, 3),
}

RECTIFY_DAYS = 15
"""Working days for mending, unless a reason is given (P47, decision 16)."""

SELF_FOUND_DAYS = 3
"""Calendar days for what a team found itself (P49, decision 15)."""

RECEIVE_DAYS, RETURNED_DAYS, EXTENSION_DAYS, ANSWER_DAYS = 2, 5, 5, 5
"""Working days to take the notice, to mend what was returned, on top when extended, to verify or judge."""

RECHECK_SETTING = "finding.recheck_days"
SETTINGS: Mapping[str, object] = {RECHECK_SETTING: 60}
"""Working days after which somebody looks whether it stayed mended."""

OBJECT_DAYS = 3
"""Working days in which the owner may object (decision 26)."""


class Source(StrEnum):
    """Where a finding came from (P44b). CHECK stands for what supervisors find, and for what came of a
    complaint (decision 24): were it for these alone, it would tell of them."""

    CHECK = "监督检查"
    SELF = "自查"
    MEMBERS = "会员反映"
    PUBLIC = "社会监督"
    AUDIT = "审计"


class State(StrEnum):
    """OPEN while its owner mends it; REPORTED until it is verified; OBJECTED while the clock stands still;
    CLOSED (销号) and WITHDRAWN are ends."""

    OPEN = "open"
    REPORTED = "reported"
    OBJECTED = "objected"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


STATE_WORDS: Mapping[State, str] = {
    State.OPEN: "整改中",
    State.REPORTED: "待复核",
    State.OBJECTED: "异议中",
    State.CLOSED: "已销号",
    State.WITHDRAWN: "已撤销",
}


class Act(StrEnum):
    """What people do with a finding, as the journal and the trail call it."""

    OPENED = "opened"
    RECEIVE = "received"
    SERVE = "served"
    PROGRESS = "progress"
    REPORT = "reported"
    OBJECT = "objected"
    UPHOLD = "upheld"
    OVERRULE = "overruled"
    ACCEPT = "verified"
    RETURN = "returned"
    ASK_MORE = "asked_more"
    EXTEND = "extended"
    REASSIGN = "reassigned"
    TALK = "talked"
    EFFECTIVE = "effective"
    RELAPSED = "relapsed"
    CONCEALED = "concealed"
    HONEST = "honest"


ACT_WORDS: Mapping[Act, str] = {
    Act.OPENED: "下发整改通知",
    Act.RECEIVE: "签收",
    Act.SERVE: "当面或书面送达",
    Act.PROGRESS: "进展",
    Act.REPORT: "交整改报告",
    Act.OBJECT: "提出异议",
    Act.UPHOLD: "异议成立，撤销",
    Act.OVERRULE: "异议不成立，继续整改",
    Act.ACCEPT: "复核验收通过，销号",
    Act.RETURN: "退回重改",
    Act.ASK_MORE: "申请延期",
    Act.EXTEND: "延期",
    Act.REASSIGN: "换责任人",
    Act.TALK: "约谈",
    Act.EFFECTIVE: "回头看：有效",
    Act.RELAPSED: "回头看：复发",
    Act.CONCEALED: "认定隐瞒不报",
    Act.HONEST: "认定不是隐瞒",
}


class Part(StrEnum):
    """What a person is to a finding."""

    OWNER = "owner"
    SUPERVISOR = "supervisor"
    VERIFIER = "verifier"
    JUDGE = "judge"


@dataclass(frozen=True)
class Move:
    """One row of the table: who may do it, and where it leads."""

    who: Part
    to: State


TABLE: Mapping[tuple[State, Act], Move] = {
    (State.OPEN, Act.RECEIVE): Move(Part.OWNER, State.OPEN),
    (State.OPEN, Act.SERVE): Move(Part.SUPERVISOR, State.OPEN),
    (State.OPEN, Act.PROGRESS): Move(Part.OWNER, State.OPEN),
    (State.OPEN, Act.REPORT): Move(Part.OWNER, State.REPORTED),
    (State.OPEN, Act.OBJECT): Move(Part.OWNER, State.OBJECTED),
    (State.OPEN, Act.ASK_MORE): Move(Part.OWNER, State.OPEN),
    (State.OPEN, Act.EXTEND): Move(Part.SUPERVISOR, State.OPEN),
    (State.OPEN, Act.REASSIGN): Move(Part.SUPERVISOR, State.OPEN),
    (State.OPEN, Act.TALK): Move(Part.SUPERVISOR, State.OPEN),
    (State.OBJECTED, Act.UPHOLD): Move(Part.JUDGE, State.WITHDRAWN),
    (State.OBJECTED, Act.OVERRULE): Move(Part.JUDGE, State.OPEN),
    (State.REPORTED, Act.ACCEPT): Move(Part.VERIFIER, State.CLOSED),
    (State.REPORTED, Act.RETURN): Move(Part.VERIFIER, State.OPEN),
    (State.REPORTED, Act.TALK): Move(Part.SUPERVISOR, State.REPORTED),
    (State.CLOSED, Act.EFFECTIVE): Move(Part.VERIFIER, State.CLOSED),
    (State.CLOSED, Act.RELAPSED): Move(Part.VERIFIER, State.CLOSED),
    **{
        (state, act): Move(Part.SUPERVISOR, state)
        for state in (State.OPEN, State.REPORTED, State.CLOSED)
        for act in (Act.CONCEALED, Act.HONEST)
    },
}
"""All that can be done; whatever is not here is refused."""

_PART_WORDS = {
    Part.OWNER: "责任人",
    Part.SUPERVISOR: "监事",
    Part.VERIFIER: "复核人",
    Part.JUDGE: "裁定人（另一位监事，或理事长、副理事长）",
}

_STAFF = frozenset(
    {Role.HANDLER, Role.PROJECT_LEAD, Role.FINANCE_HEAD, Role.ACCOUNTANT, Role.CASHIER}
    | {Role.SECRETARY_GENERAL, Role.DEPARTMENT_HEAD, Role.CHAIR}
)
"""Posts of the daily business: who holds one is no unpaid member of the council."""


ABOVE = frozenset({Role.SUPERVISOR, Role.SECRETARY_GENERAL, Role.CHAIR})
"""Who answers for the whole, and reads every finding."""


@dataclass(frozen=True)
class Matter:
    """What decides who may act: the owner, who opened it (None: by itself), the owner's line (whoever leads
    the owner or is led by them), and of these who leads."""

    owner: int
    opened_by: int | None
    line: frozenset[int]
    leads: frozenset[int] = frozenset()


def matter(owner: int, opened_by: int | None, units: Sequence[Unit], former: Collection[int] = ()) -> Matter:
    """Return what decides who may act, as teams and departments are; who answered for it before counts with
    the owner's line."""
    leads = {each.lead for each in units if each.lead and owner in each.members} - {owner}
    led = {member for each in units if each.lead == owner for member in each.members} - {owner}
    return Matter(owner, opened_by, frozenset(leads | led | {*former}), frozenset(leads))


def verifiers(matter: Matter, roster: Sequence[Person]) -> list[Person]:
    """Return who may verify, by key: supervisors; failing them the party secretary as the branch's 纪检委员;
    failing that the unpaid members of the council (decision 25). Never the owner, never the owner's line.

    Who opened the finding verifies it only where there is no other."""
    barred = {matter.owner, *matter.line}
    free = sorted((each for each in roster if each.active and each.id not in barred), key=lambda one: one.key)
    supervisors = [each for each in free if Role.SUPERVISOR in each.roles]
    secretaries = [each for each in free if Role.PARTY_SECRETARY in each.roles]
    unpaid = [each for each in free if Role.COUNCIL_MEMBER in each.roles and not each.roles & _STAFF]
    able = supervisors or secretaries or unpaid
    return [each for each in able if each.id != matter.opened_by] or able


def judges(matter: Matter, roster: Sequence[Person]) -> list[Person]:
    """Return who may judge the owner's objection: another supervisor, or the heads of the council."""
    posts = {Role.SUPERVISOR, Role.CHAIR, Role.VICE_CHAIR}
    barred = {matter.owner, matter.opened_by}
    return [each for each in roster if each.active and each.roles & posts and each.id not in barred]


def parts(person: Person, matter: Matter, roster: Sequence[Person]) -> set[Part]:
    """Return everything that a person is to a finding."""
    found: set[Part] = set()
    if person.id == matter.owner:
        return {Part.OWNER}
    if Role.SUPERVISOR in person.roles:
        found.add(Part.SUPERVISOR)
    if person.id in {each.id for each in verifiers(matter, roster)}:
        found.add(Part.VERIFIER)
    if person.id in {each.id for each in judges(matter, roster)}:
        found.add(Part.JUDGE)
    return found


def next_state(state: State, act: Act, mine: Collection[Part]) -> State:
    """Return where an act leads. Raises Refusal when it cannot be done now, or not by this person."""
    move = TABLE.get((state, act))
    if move is None:
        raise Refusal(
            f"这件事现在{STATE_WORDS[state]}，不能{ACT_WORDS[act]}。发「整改」看最新情况", rule="P47"
        )
    if move.who not in mine:
        raise Refusal(f"{ACT_WORDS[act]}要由{_PART_WORDS[move.who]}来做", rule="P47")
    return move.to


def may_do(state: State, mine: Collection[Part]) -> list[Act]:
    """Return what a person can do now, in the order of the table."""
    return [act for (at, act), move in TABLE.items() if at is state and move.who in mine]


def may_read(person: Person, matter: Matter, roster: Sequence[Person]) -> bool:
    """The owner and their lead, who opened it, who verifies or judges, and those who answer for the whole."""
    mine = parts(person, matter, roster)
    return bool(mine or person.roles & ABOVE or person.id == matter.opened_by or person.id in matter.leads)
