"""Chains for any organisation whatever: four different people or a reason, found as by trying everything."""

from __future__ import annotations

import re
from datetime import date
from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st

from handlers.contract.roles import Role
from handlers.mechanisms.signoff import rules
from handlers.mechanisms.signoff.rules import Candidate, Gap, Matter, Roster
from storage.people import Deputy, Person
from tests.handlers.signoff.rosters import may_sign

EVERYBODY = 8
NAMES = "甲乙丙丁戊己庚辛"
POSTS = (
    Role.PROJECT_LEAD,
    Role.FINANCE_HEAD,
    Role.SECRETARY_GENERAL,
    Role.CHAIR,
    Role.VICE_CHAIR,
    Role.COUNCIL_MEMBER,
    Role.ACCOUNTANT,
    Role.SUPERVISOR,
)

someone = st.integers(1, EVERYBODY)
RARE = (Role.SUPERVISOR, Role.ACCOUNTANT)
held_by = st.fixed_dictionaries(
    {each: st.sets(someone, min_size=each not in RARE, max_size=2) for each in POSTS}
)
levels = st.sampled_from([(), (2,), (2, 3)])


@st.composite
def claims(draw: st.DrawFn) -> tuple[Matter, Roster]:
    """A claim that somebody may submit, in an organisation of eight, of whom one or two may have left."""
    held, gone, lead = draw(held_by), draw(st.sets(someone, max_size=2)), draw(someone)
    roles = {
        each: frozenset(role for role, holders in held.items() if each in holders)
        for each in range(1, EVERYBODY + 1)
    }
    free = sorted(each for each in roles if each not in gone and Role.SUPERVISOR not in roles[each])
    signers = sorted({lead} | held[Role.FINANCE_HEAD] | held[Role.SECRETARY_GENERAL])
    given_away = st.lists(st.tuples(st.sampled_from(signers), someone, someone), max_size=8)
    deputies = [
        Deputy(number, holder, deputy, date(2026, 1, 1), date(2026, 12, 31), named_by)
        for number, (holder, deputy, named_by) in enumerate(draw(given_away), 1)
    ]
    people = {
        each: Person(each, f"p{each}", NAMES[each - 1], "办公室", roles[each])
        for each in roles
        if each not in gone
    }
    requester = draw(st.sampled_from(free))
    payee = draw(st.none() | st.just(requester) | someone)
    namesakes = draw(st.frozensets(someone, max_size=1)) if payee is None else frozenset()
    return Matter(requester, payee, lead, namesakes), Roster(people, deputies)


def tried(
    matter: Matter, roster: Roster, fixed: dict[int, Candidate] | None = None
) -> list[tuple[Candidate, ...]]:
    """Every assignment of four different people, in the order of the candidates."""
    signed = {1: Candidate(matter.requester, ""), **(fixed or {})}
    seats = [
        [signed[level]] if level in signed else rules.candidates(level, matter, roster)
        for level in rules.LEVELS
    ]
    return [each for each in product(*seats) if len({one.person for one in each}) == len(each)]


@given(claims())
def test_a_chain_has_four_different_people_who_are_here_and_may_sign(claim: tuple[Matter, Roster]) -> None:
    matter, roster = claim
    chain = rules.form(matter, roster)
    if isinstance(chain, Gap):
        return
    signers = [roster.people[each.person] for each in chain.values()]
    assert list(chain) == [1, 2, 3, 4]
    assert len({each.id for each in signers}) == 4
    assert signers[0].id == matter.requester
    assert not any(Role.SUPERVISOR in each.roles for each in signers)
    assert not matter.paid & {each.id for each in signers[1:]}
    assert all(may_sign(each, level, matter, roster) for level, each in enumerate(signers[1:], 2))
    assert all(each.ground for each in chain.values())


@given(claims())
def test_the_candidates_of_a_level_are_exactly_those_whom_the_table_lets_sign(
    claim: tuple[Matter, Roster],
) -> None:
    matter, roster = claim
    for level in (2, 3, 4):
        found = [each.person for each in rules.candidates(level, matter, roster)]
        assert len(set(found)) == len(found)
        assert set(found) == {
            each.id for each in roster.people.values() if may_sign(each, level, matter, roster)
        }


@given(claims())
def test_a_chain_is_found_whenever_there_is_one_and_it_is_the_first(claim: tuple[Matter, Roster]) -> None:
    matter, roster = claim
    possible = tried(matter, roster)
    chain = rules.form(matter, roster)
    assert isinstance(chain, Gap) == (not possible)
    if not isinstance(chain, Gap):
        assert [each.person for each in chain.values()] == [each.person for each in possible[0]]


@given(claims(), levels, st.data())
def test_signed_levels_stay_and_the_rest_is_found_whenever_it_can_be(
    claim: tuple[Matter, Roster], done: tuple[int, ...], data: st.DataObject
) -> None:
    matter, roster = claim
    strangers = st.permutations([each for each in roster.people if each != matter.requester])
    fixed = {level: Candidate(key, "签过") for level, key in zip(done, data.draw(strangers), strict=False)}
    possible = tried(matter, roster, fixed)
    chain = rules.form(matter, roster, fixed)
    assert isinstance(chain, Gap) == (not possible)
    if not isinstance(chain, Gap):
        assert [each.person for each in chain.values()] == [each.person for each in possible[0]]
        assert {level: chain[level] for level in fixed} == fixed


@given(claims())
def test_a_gap_is_a_chinese_sentence_about_a_level_that_stands_in_the_way(
    claim: tuple[Matter, Roster],
) -> None:
    matter, roster = claim
    gap = rules.form(matter, roster)
    if not isinstance(gap, Gap):
        return
    assert re.search(r"[\u4e00-\u9fff]{4}", gap.why)
    assert f"第 {gap.level} 级" in gap.why
    assert gap.level in stuck(matter, roster)


def stuck(matter: Matter, roster: Roster) -> set[int]:
    """The levels that stand in the way: those of every smallest group that wants more people than it has."""
    wanted = {level: {each.person for each in rules.candidates(level, matter, roster)} for level in (2, 3, 4)}
    for size in (1, 2, 3):
        groups = [
            group
            for group in combinations(wanted, size)
            if len(set().union(*(wanted[level] for level in group))) < size
        ]
        if groups:
            return {level for group in groups for level in group}
    return set()
