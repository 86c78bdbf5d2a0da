"""Each clause of the plan stands on the map once, as what is known of it says, and the counts add up."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.catalogue import CAPABILITIES
from handlers.contract.coverage import Covered, Light
from handlers.contract.refusal import Refusal
from handlers.contract.view import Table
from handlers.coverage import cards, paper, rules
from handlers.coverage.plan import BY_NUMBER, CLAUSES, OUTSIDE, Part
from handlers.coverage.rules import Resolved
from handlers.duty.covering import clause_of
from handlers.duty.plan import DUTIES
from storage.people import Person
from tests.house import read

TODAY = date(2026, 3, 3)
BY_COUNCIL = Resolved("我们没有会员", "2026-05", date(2026, 3, 1))

numbers = st.sampled_from([each.number for each in CLAUSES])
covered = st.lists(
    st.builds(
        Covered,
        numbers,
        st.sampled_from([Light.GREEN, Light.YELLOW, Light.RED]),
        st.text("甲乙丙", min_size=1, max_size=5),
        late=st.booleans(),
    )
)
exempt = st.dictionaries(numbers, st.just(BY_COUNCIL))


def test_every_number_of_the_plan_from_3_to_83_is_in_the_table_once() -> None:
    given_out = {f"P{n}" for n in range(3, 84) if not 63 <= n <= 78}
    assert max(Counter(each.number for each in CLAUSES).values()) == 1
    assert given_out == {re.sub(r"[a-z]$", "", each) for each in BY_NUMBER}


def test_every_clause_has_a_title_a_part_and_something_that_carries_it() -> None:
    assert all(each.title and each.mechanism for each in CLAUSES)
    assert {each.part for each in CLAUSES} == set(Part)


def test_every_duty_of_the_plan_serves_a_clause_of_the_map() -> None:
    served = {clause_of(each) for each in DUTIES if each.code.startswith("P")}
    assert served <= set(BY_NUMBER)


def test_what_the_assistant_does_not_carry_is_covered_by_no_duty() -> None:
    served = {clause_of(each) for each in DUTIES}
    assert not [each.number for each in CLAUSES if each.mechanism == OUTSIDE and each.number in served]


@given(covered=covered, exempt=exempt)
def test_every_clause_appears_once_everywhere_and_the_counts_add_up(
    covered: list[Covered], exempt: dict[str, Resolved]
) -> None:
    found = rules.lines(covered, exempt)
    assert [each.clause for each in found] == list(CLAUSES)
    assert sum(rules.counts(found).values()) == len(CLAUSES)
    shown = [row.cells[0].text.split()[0] for table in cards.tables(found) for row in table.rows]
    assert sorted(shown) == sorted(BY_NUMBER)
    tables = [each for each in paper.paper(found, TODAY).parts if isinstance(each, Table)]
    on_paper = [row.cells[0].text.split()[0] for table in tables for row in table.rows]
    assert on_paper == shown
    for each in found:
        assert (each.light is Light.GREY) == (each.clause.number in exempt)


@given(covered=covered)
def test_the_worst_that_is_known_decides(covered: list[Covered]) -> None:
    for each in rules.lines(covered, {}):
        known = {one.light for one in covered if one.clause == each.clause.number}
        worst = next((light for light in rules.WORST_FIRST if light in known), Light.RED)
        assert each.light is worst


@given(covered=covered)
def test_of_what_is_missing_the_overdue_comes_first_and_the_unknown_last(covered: list[Covered]) -> None:
    named = [each.urgency for each in rules.missing(rules.lines(covered, {}))]
    assert named == sorted(named, reverse=True)


def test_what_is_said_of_a_clause_begins_with_the_worst() -> None:
    known = [Covered("P54", Light.GREEN, "上半年已完成"), Covered("P54", Light.RED, "下半年逾期")]
    (line,) = [each for each in rules.lines(known, {}) if each.clause.number == "P54"]
    assert line.evidence == "下半年逾期；上半年已完成"


def test_a_clause_that_does_not_apply_says_why_and_by_which_resolution() -> None:
    (line,) = [each for each in rules.lines([], {"P60": BY_COUNCIL}) if each.light is Light.GREY]
    assert line.evidence == "不适用：我们没有会员（决议 2026-05，2026-03-01）"


def test_what_was_done_outside_counts_for_a_year() -> None:
    done = {"P13": Resolved("写入章程第八条", "2025-03", date(2025, 3, 3))}
    (fresh,) = rules.outside(done, TODAY)
    (old,) = rules.outside(done, date(2026, 3, 4))
    assert (fresh.light, old.light) == (Light.GREEN, Light.YELLOW)
    assert old.evidence == "线下已做：写入章程第八条（决议 2025-03，2025-03-03），过了一年，请复核后重新登记"


def test_what_the_ledger_measures_cannot_be_declared_done() -> None:
    for number in ("P31", "P46", "P47", "P48", "P34"):
        with pytest.raises(Refusal, match="按助手里的记录算"):
            rules.may_be_done_outside(BY_NUMBER[number])
    rules.may_be_done_outside(BY_NUMBER["P13"])


def test_a_post_that_nobody_holds_is_missing_and_one_that_is_held_is_not_yet_the_work() -> None:
    held = [
        Person(1, "a", "甲", roles=frozenset({"理事长"})),
        Person(2, "b", "乙", roles=frozenset({"监事"})),
    ]
    lights = {each.clause: each for each in rules.posts(held, ())}
    assert lights["P12"].evidence == "还没有人担任党支部书记，请指定后由管理员导入"
    held.append(Person(3, "c", "丙", roles=frozenset({"党支部书记"})))
    lights = {each.clause: each for each in rules.posts(held, ())}
    assert lights["P12"].light is Light.YELLOW
    assert {each.clause: each for each in rules.posts(held, {"P12"})}["P12"].light is Light.GREEN


def test_the_card_names_eight_and_says_how_many_more_there_are() -> None:
    shown = read(cards.card(rules.lines([], {}), TODAY, 1)).splitlines()
    start = shown.index("还缺的")
    assert shown[start + 1] == "P3 搭好清廉建设制度体系：助手里没有记录"
    assert shown[start + 1 + cards.MOST_REDS] == f"还有 {len(CLAUSES) - 8} 条，打开页面或下载 PDF 看全部"


def test_a_plan_that_is_kept_whole_is_good_news() -> None:
    whole = rules.lines([Covered(each.number, Light.GREEN, "有") for each in CLAUSES], {})
    card = cards.card(whole, TODAY, 1)
    assert card.tone == "good"
    assert "方案里的每一条都有着落 🎉" in read(card)


def test_every_light_has_a_mark_and_a_word_besides_its_colour() -> None:
    assert set(cards.WORDS) == set(Light)
    assert len({each.split()[0] for each in cards.WORDS.values()}) == len(Light)
    assert len({each.split()[1] for each in cards.WORDS.values()}) == len(Light)


@pytest.mark.parametrize("role", ["经办人", "财务负责人", "管理员", "部门负责人"])
def test_the_map_is_not_for_everybody(role: str) -> None:
    with pytest.raises(Refusal, match="「待办」"):
        rules.may_look(Person(1, "a", "甲", roles=frozenset({role})))


def test_each_capability_that_knows_something_is_asked() -> None:
    known = {each.name for each in CAPABILITIES if each.covers}
    assert known == {"expense", "finding", "selfcheck", "duty", "complaint"}
