"""What can be done with a finding, by whom, and who may verify: a table walked whole, and a law."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.contract.refusal import Refusal
from handlers.contract.roles import Role
from handlers.mechanisms.finding import rules
from handlers.mechanisms.finding.rules import Act, Matter, Part, State
from handlers.mechanisms.units.rules import Unit
from storage.people import Person

MAY = """
open       received   owner      open
open       served     supervisor open
open       progress   owner      open
open       reported   owner      reported
open       objected   owner      objected
open       asked_more owner      open
open       extended   supervisor open
open       reassigned supervisor open
open       talked     supervisor open
objected   upheld     judge      withdrawn
objected   overruled  judge      open
reported   verified   verifier   closed
reported   returned   verifier   open
reported   talked     supervisor reported
closed     effective  verifier   closed
closed     relapsed   verifier   closed
open       concealed  supervisor open
open       honest     supervisor open
reported   concealed  supervisor reported
reported   honest     supervisor reported
closed     concealed  supervisor closed
closed     honest     supervisor closed
"""
ROWS = {(each[0], each[1], each[2]): each[3] for each in map(str.split, MAY.strip().splitlines())}


@pytest.mark.parametrize("part", Part)
@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("state", State)
def test_the_table_walked_whole(state: State, act: Act, part: Part) -> None:
    to = ROWS.get((state, act, part))
    if to is None:
        with pytest.raises(Refusal):
            rules.next_state(state, act, {part})
    else:
        assert rules.next_state(state, act, {part}) is State(to)


roles = st.frozensets(st.sampled_from([*Role]), max_size=3)
people = st.lists(st.tuples(roles, st.booleans()), min_size=1, max_size=8)


@given(
    people=people,
    owner=st.integers(0, 9),
    opener=st.none() | st.integers(0, 9),
    line=st.frozensets(st.integers(0, 9)),
)
def test_nobody_verifies_what_they_or_their_line_answer_for(
    people: list[tuple[frozenset[str], bool]], owner: int, opener: int | None, line: frozenset[int]
) -> None:
    roster = [Person(n, f"p{n}", f"人{n}", "", has, active) for n, (has, active) in enumerate(people)]
    found = rules.verifiers(Matter(owner, opener, line), roster)
    ids = {each.id for each in found}
    assert not ids & ({owner} | line)
    assert all(each.active for each in found)
    independent = {Role.SUPERVISOR, Role.PARTY_SECRETARY, Role.COUNCIL_MEMBER}
    assert all(each.roles & independent for each in found)
    if opener in ids:
        assert ids == {opener}


def person(number: int, *roles: str) -> Person:
    return Person(number, f"p{number}", f"人{number}", "", frozenset(roles))


SUPERVISOR, SECOND, SECRETARY = person(1, "监事"), person(2, "监事"), person(3, "党支部书记")
UNPAID, PAID = person(4, "理事"), person(5, "理事", "部门负责人")


@pytest.mark.parametrize(
    ("roster", "opener", "line", "verifies"),
    [
        ([SUPERVISOR, SECOND, SECRETARY], 1, (), [2]),
        ([SUPERVISOR, SECRETARY], 1, (), [1]),
        ([SUPERVISOR, SECOND], None, (), [1, 2]),
        ([SUPERVISOR, SECRETARY, UNPAID], None, (1,), [3]),
        ([SECRETARY, UNPAID, PAID], None, (3,), [4]),
        ([PAID], None, (), []),
    ],
)
def test_supervisors_come_first_then_the_branch_then_the_unpaid_council(
    roster: list[Person], opener: int | None, line: tuple[int, ...], verifies: list[int]
) -> None:
    found = rules.verifiers(Matter(99, opener, frozenset(line)), roster)
    assert [each.id for each in found] == verifies


def test_who_the_owner_leads_is_barred_from_verifying_and_does_not_read_it_for_that() -> None:
    unit = Unit("department:办公室", "办公室", 7, frozenset({7, 8}))
    found = rules.matter(7, None, [unit])
    assert (found.line, found.leads) == (frozenset({8}), frozenset())
    assert not rules.may_read(person(8), found, [SUPERVISOR])
    assert rules.may_read(person(7), rules.matter(8, None, [unit]), [SUPERVISOR])


def test_the_owner_is_nothing_but_the_owner_even_as_a_supervisor() -> None:
    assert rules.parts(SUPERVISOR, Matter(1, None, frozenset()), [SUPERVISOR, SECOND]) == {Part.OWNER}
