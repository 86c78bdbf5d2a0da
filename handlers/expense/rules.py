"""What may happen to a claim, by whom, and what it becomes; refused unless a row of the table allows it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from handlers.contract.refusal import Refusal
from handlers.contract.roles import Role

if TYPE_CHECKING:
    from storage.people import Person

FIXED_PROJECT = "机构运行"
"""The project that carries spending outside projects (decision 1)."""

CHAIN_SETTING = "expense.chain"
CHAIN_DEFAULT = "四级联签"


class State(StrEnum):
    """SIGNING: a signature is awaited. BLOCKED: no four people can be found. RETURNED and WITHDRAWN: with the
    requester, who may change and hand in again. REJECTED and APPROVED: the end."""

    SIGNING = "signing"
    BLOCKED = "blocked"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"
    APPROVED = "approved"


class Act(StrEnum):
    """What people do with a claim."""

    APPROVE = "同意"
    REJECT = "驳回"
    RETURN = "退回修改"
    WITHDRAW = "撤回"
    EDIT = "修改"
    RESUBMIT = "重新提交"
    RECHECK = "重新检查"
    REASSIGN = "改派"


class Who(StrEnum):
    """The part a person plays in a claim."""

    SIGNER = "signer"
    REQUESTER = "requester"
    ADMINISTRATOR = "administrator"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Row:
    """One row of the table: in `state`, `act` by any of `who` leads to one of `to`."""

    state: State
    act: Act
    who: frozenset[Who]
    to: frozenset[State]


def _row(state: State, act: Act, who: Collection[Who], to: Collection[State]) -> Row:
    return Row(state, act, frozenset(who), frozenset(to))


TABLE = (
    _row(State.SIGNING, Act.APPROVE, {Who.SIGNER}, {State.SIGNING, State.APPROVED}),
    _row(State.SIGNING, Act.REJECT, {Who.SIGNER}, {State.REJECTED}),
    _row(State.SIGNING, Act.RETURN, {Who.SIGNER}, {State.RETURNED}),
    _row(State.SIGNING, Act.WITHDRAW, {Who.REQUESTER}, {State.WITHDRAWN}),
    _row(State.SIGNING, Act.REASSIGN, {Who.ADMINISTRATOR}, {State.SIGNING, State.BLOCKED}),
    _row(State.BLOCKED, Act.WITHDRAW, {Who.REQUESTER}, {State.WITHDRAWN}),
    _row(State.BLOCKED, Act.RECHECK, {Who.REQUESTER, Who.ADMINISTRATOR}, {State.SIGNING}),
    _row(State.RETURNED, Act.EDIT, {Who.REQUESTER}, {State.RETURNED}),
    _row(State.RETURNED, Act.RESUBMIT, {Who.REQUESTER}, {State.SIGNING, State.BLOCKED}),
    _row(State.RETURNED, Act.WITHDRAW, {Who.REQUESTER}, {State.WITHDRAWN}),
    _row(State.WITHDRAWN, Act.EDIT, {Who.REQUESTER}, {State.WITHDRAWN}),
    _row(State.WITHDRAWN, Act.RESUBMIT, {Who.REQUESTER}, {State.SIGNING, State.BLOCKED}),
)

STATE_WORDS = {
    State.SIGNING: "审批中",
    State.BLOCKED: "凑不齐签字人",
    State.RETURNED: "已退回修改",
    State.WITHDRAWN: "已撤回",
    State.REJECTED: "已驳回",
    State.APPROVED: "已通过",
}


def row(state: State, act: Act) -> Row | None:
    """Return the row of the table, or None."""
    return next((each for each in TABLE if each.state is state and each.act is act), None)


def require(number: str, state: State, act: Act, parts: Collection[Who]) -> Row:
    """Return the row that allows somebody who plays `parts` to act. Raises Refusal saying why not."""
    allowed = row(state, act)
    if allowed is None:
        raise Refusal(f"{number} {STATE_WORDS[state]}，不能再{act}")
    if not allowed.who & set(parts):
        raise Refusal(_NOT_YOURS[min(allowed.who)].format(number=number, act=act), rule="P31")
    return allowed


_NOT_YOURS = {
    Who.SIGNER: "{number} 现在不由您签字，不能{act}",
    Who.REQUESTER: "{number} 不是您提交的，只有经办人能{act}",
    Who.ADMINISTRATOR: "只有管理员能{act}",
}


def may_submit(person: Person) -> None:
    """Anyone active may submit but a supervisor, who stands outside (P21, P31). Raises Refusal."""
    if Role.SUPERVISOR in person.roles:
        raise Refusal("监事不经手报销。请由同事作经办人提交，收款人写您的名字", rule="P31")


def may_withdraw(number: str, signed_after_first: Sequence[str]) -> None:
    """A claim is withdrawn before the next signature only. Raises Refusal naming who has signed."""
    if signed_after_first:
        names = "、".join(signed_after_first)
        raise Refusal(f"{names}已经签过 {number}，不能撤回了。可以请下一位签字人「退回修改」", rule="P31")


def may_read(person: Person, involved: Collection[int]) -> bool:
    """A claim is read by its people, finance, the secretary-general and the supervisors (decision 34)."""
    readers = {
        Role.FINANCE_HEAD,
        Role.ACCOUNTANT,
        Role.CASHIER,
        Role.SECRETARY_GENERAL,
        Role.SUPERVISOR,
    }
    return person.id in involved or bool(person.roles & readers)
