"""The table of what may happen to a claim, walked whole: every state, act and part."""

from __future__ import annotations

import re
from itertools import combinations, product

import pytest

from handlers.contract.refusal import Refusal
from handlers.expense import rules
from handlers.expense.rules import STATE_WORDS, TABLE, Act, State, Who
from storage.people import Person

NUMBER = "BX-2026-0001"

# Who may do what, told once more: S the signer whose turn it is, R the requester, A an administrator.
ALLOWED = """
            同意 驳回 退回修改 撤回 修改 重新提交 重新检查 改派
signing     S    S    S        R    -    -        -        A
blocked     -    -    -        R    -    -        RA       -
returned    -    -    -        R    R    R        -        -
withdrawn   -    -    -        -    R    R        -        -
rejected    -    -    -        -    -    -        -        -
approved    -    -    -        -    -    -        -        -
"""
LETTERS = {"S": Who.SIGNER, "R": Who.REQUESTER, "A": Who.ADMINISTRATOR}

# What each act can lead to.
LEADS_TO = {
    Act.APPROVE: {State.SIGNING, State.APPROVED},
    Act.REJECT: {State.REJECTED},
    Act.RETURN: {State.RETURNED},
    Act.WITHDRAW: {State.WITHDRAWN},
    Act.RESUBMIT: {State.SIGNING, State.BLOCKED},
    Act.RECHECK: {State.SIGNING},
    Act.REASSIGN: {State.SIGNING, State.BLOCKED},
}


def allowed() -> set[tuple[State, Act, Who]]:
    """Read the picture above."""
    header, *lines = (line.split() for line in ALLOWED.strip().splitlines())
    return {
        (State(state), Act(act), LETTERS[letter])
        for state, *cells in lines
        for act, cell in zip(header, cells, strict=True)
        for letter in cell
        if letter != "-"
    }


@pytest.mark.parametrize("state", State)
def test_everything_is_refused_unless_a_row_allows_it(state: State) -> None:
    for act, who in product(Act, Who):
        if (state, act, who) in allowed():
            assert rules.require(NUMBER, state, act, {who}).who >= {who}
        else:
            with pytest.raises(Refusal):
                rules.require(NUMBER, state, act, {who})


@pytest.mark.parametrize("state", State)
def test_who_plays_several_parts_may_do_what_any_of_them_may(state: State) -> None:
    for act, size in product(Act, range(len(Who) + 1)):
        for parts in combinations(Who, size):
            may = any((state, act, who) in allowed() for who in parts)
            try:
                rules.require(NUMBER, state, act, parts)
                passed = True
            except Refusal:
                passed = False
            assert passed == may, (state, act, parts)


def test_every_no_is_a_chinese_sentence_that_says_which_act_and_why() -> None:
    for state, act, who in set(product(State, Act, Who)) - allowed():
        with pytest.raises(Refusal) as refused:
            rules.require(NUMBER, state, act, {who})
        sentence = refused.value.sentence
        assert act in sentence
        assert re.search(r"[\u4e00-\u9fff]{4}", sentence)
        row_exists = any((state, act, other) in allowed() for other in Who)
        assert refused.value.rule == ("P31" if row_exists else "")
        assert row_exists or (NUMBER in sentence and STATE_WORDS[state] in sentence)


def test_each_act_leads_where_it_should() -> None:
    for each in TABLE:
        assert each.to == LEADS_TO.get(each.act, {each.state}), each


def test_there_is_one_row_at_most_for_a_state_and_an_act() -> None:
    assert len({(each.state, each.act) for each in TABLE}) == len(TABLE)


def test_what_is_approved_or_rejected_stays_so_and_everything_else_can_go_on() -> None:
    ends = {State.APPROVED, State.REJECTED}
    assert {each.state for each in TABLE} == set(State) - ends
    assert {to for each in TABLE for to in each.to} == set(State)


def test_every_state_has_a_word() -> None:
    assert set(STATE_WORDS) == set(State)
    assert len(set(STATE_WORDS.values())) == len(State)


def someone(*roles: str) -> Person:
    return Person(7, "lin", "林晓", roles=frozenset(roles))


@pytest.mark.parametrize(
    "roles", [(), ("经办人",), ("秘书长",), ("理事长",), ("管理员",), ("出纳", "经办人")]
)
def test_everybody_may_submit(roles: tuple[str, ...]) -> None:
    rules.may_submit(someone(*roles))


@pytest.mark.parametrize("roles", [("监事",), ("监事", "经办人"), ("举报受理人", "监事")])
def test_but_not_a_supervisor_whatever_else_they_are(roles: tuple[str, ...]) -> None:
    with pytest.raises(Refusal, match="监事不经手报销") as refused:
        rules.may_submit(someone(*roles))
    assert refused.value.rule == "P31"


def test_a_claim_is_withdrawn_before_the_next_signature_only() -> None:
    rules.may_withdraw(NUMBER, [])
    with pytest.raises(Refusal, match="李青、王芳已经签过 BX-2026-0001，不能撤回了"):
        rules.may_withdraw(NUMBER, ["李青", "王芳"])


@pytest.mark.parametrize(
    ("roles", "reads"),
    [
        ("财务负责人", True),
        ("会计", True),
        ("出纳", True),
        ("秘书长", True),
        ("监事", True),
        ("经办人", False),
        ("项目负责人", False),
        ("部门负责人", False),
        ("理事长", False),
        ("副理事长", False),
        ("理事", False),
        ("法定代表人", False),
        ("党支部书记", False),
        ("党员廉洁监督岗", False),
        ("举报受理人", False),
        ("外部受理人", False),
        ("管理员", False),
    ],
)
def test_finance_the_secretary_general_and_the_supervisors_read_every_claim(roles: str, reads: bool) -> None:
    assert rules.may_read(someone(roles), involved=[1, 2]) == reads
    assert rules.may_read(someone(roles), involved=[1, 7])
