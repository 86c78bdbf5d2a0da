"""When duties fall due, who owns and confirms them, and what can be done with one; pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from handlers.contract.refusal import Refusal
from handlers.contract.roles import Role
from handlers.duty.due import After, Due, end_of

if TYPE_CHECKING:
    from storage.people import Person

DO = "duty.do"
RUNGS = (-5, -1, 0, 1, 3)
SWITCH = "duty."
"""A setting of this name with the duty's code turns it on or off, with the council's resolution."""


PLAN, NOTICE = "dutyplan.", "dutyday."
"""A setting of this name with the code holds what the council changed about a duty; with code and period the
day that an authority named."""

CODE = re.compile(r"[A-Z][A-Z0-9]{0,9}[a-z]?")
TEXT_LIMIT, LEAD_LIMIT = 60, 60


class Group(StrEnum):
    """What a duty is about (P1). Money, self-check, rectification and annual inspection begin turned on."""

    MONEY = "资金"
    INSPECTION = "年检"
    SUPERVISION = "监督"
    GOVERNANCE = "治理"
    PROJECTS = "项目"
    CULTURE = "文化"
    CHANGE = "变动"


@dataclass(frozen=True)
class Duty:
    """One dated duty of the plan: `code` is its P number, `owners` and `confirms` are roles in the order in
    which they are asked, `lead` the working days before its day on which it opens. `secret` ones only
    supervisors see until their period is over (decision 19). `provisional`: an authority names the day anew
    each year."""

    code: str
    title: str
    group: Group
    owners: tuple[Role, ...]
    confirms: tuple[Role, ...]
    due: Due
    lead: int
    evidence: str
    on: bool = False
    secret: bool = False
    provisional: bool = False

    @property
    def event(self) -> str:
        """What has to happen for it to open; empty where a date does it."""
        return self.due.event if isinstance(self.due, After) else ""


class State(StrEnum):
    """OPEN until evidence is there; HANDED until somebody confirms it; DONE."""

    OPEN = "open"
    HANDED = "handed"
    DONE = "done"


STATE_WORDS: Mapping[State, str] = {State.OPEN: "待办", State.HANDED: "待确认", State.DONE: "已完成"}


class Act(StrEnum):
    """What people do with a duty. INTEND is the plan of a secret one, made before it is carried out."""

    HAND_IN = "handed"
    CONFIRM = "confirmed"
    SEND_BACK = "returned"
    INTEND = "intended"


ACT_WORDS: Mapping[Act, str] = {
    Act.HAND_IN: "交材料",
    Act.CONFIRM: "确认完成",
    Act.SEND_BACK: "退回补充",
    Act.INTEND: "写计划",
}

TABLE: Mapping[tuple[State, Act], State] = {
    (State.OPEN, Act.HAND_IN): State.HANDED,
    (State.HANDED, Act.CONFIRM): State.DONE,
    (State.HANDED, Act.SEND_BACK): State.OPEN,
    (State.OPEN, Act.INTEND): State.OPEN,
}


def is_over(duty: Duty, period: str, today: date) -> bool:
    """Whether a period has ended, so that a secret duty may be seen as done or not done."""
    return not duty.secret or today >= end_of(period)


OWNERS_ACTS = (Act.HAND_IN, Act.INTEND)
"""What its owners do; the rest is done by those who confirm."""


def holders(roles: Sequence[Role], people: Sequence[Person]) -> list[Person]:
    """Return who holds the first role that anybody holds."""
    for role in roles:
        found = [each for each in people if each.active and role in each.roles]
        if found:
            return sorted(found, key=lambda each: each.key)
    return []


def next_state(state: State, act: Act, duty: Duty, person: Person, able: Sequence[Person]) -> State:
    """Return where an act leads; `able` may do it. Raises Refusal when it cannot be done now, or not by this
    person."""
    to = TABLE.get((state, act))
    if to is None or (act is Act.INTEND and not duty.secret):
        raise Refusal(f"「{duty.title}」现在{STATE_WORDS[state]}，不能{ACT_WORDS[act]}")
    if person.id not in {each.id for each in able}:
        wanted = duty.owners if act in OWNERS_ACTS else duty.confirms
        names = "、".join(each.name for each in able) or "、".join(wanted)
        raise Refusal(f"{ACT_WORDS[act]}要由{names}来做")
    return to


def may_see(duty: Duty, period: str, person: Person, today: date) -> bool:
    """Whether a person may know of an occurrence at all."""
    return is_over(duty, period, today) or Role.SUPERVISOR in person.roles


def watches(roles: Collection[str]) -> bool:
    """Whether somebody sees everybody's duties."""
    return bool({Role.SUPERVISOR, Role.SECRETARY_GENERAL, Role.CHAIR} & set(roles))


EVENT_AHEAD, EVENT_BACK = 30, 366
"""Calendar days for which an event may be told ahead, and told late."""


def plausible(day: date, today: date) -> None:
    """Raises Refusal for the day of an event that is a slip."""
    if not -EVENT_BACK <= (day - today).days <= EVENT_AHEAD:
        raise Refusal(f"{day} 离今天太远了。发生以后再登记，或核对年份")


def commitment(text: str, salt: str) -> dict[str, object]:
    """Return a plan with what proves later that it was made before: SHA-256 over salt and text."""
    digest = hashlib.sha256(f"{salt}{text}".encode()).hexdigest()
    return {"text": text, "salt": salt, "sha256": digest}


def receipt(number: str, made: Mapping[str, object]) -> str:
    """Return what the planner keeps in the chat: the platform dates it."""
    return (
        f"{number} 的计划记下了，只有监事看得到。存证码 {made['sha256']}。"
        "这条消息就是事先有计划的凭据，请不要删；季度结束后，计划和存证码会写进流水账。"
    )
