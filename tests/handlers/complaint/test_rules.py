"""The table of acts, walked whole and at random."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.complaint import rules
from handlers.complaint.rules import WORKS, Act, Entry, Nature, Outcome, Stage
from handlers.contract.refusal import Refusal

DAY = date(2026, 3, 3)
FILED = Entry(Act.FILED, DAY, text="仓库的油每周少两桶", facts={"places": "3:12,5:14"})
TO: dict[Stage, tuple[Entry, ...]] = {
    Stage.NEW: (),
    Stage.REGISTERED: (Entry(Act.REGISTER, DAY, "甲"),),
    Stage.ACCEPTED: (Entry(Act.JUDGE, DAY, "甲", facts={"nature": Nature.OURS}),),
    Stage.HANDOVER: (Entry(Act.JUDGE, DAY, "甲", facts={"nature": Nature.CRIME}),),
    Stage.PLANNED: (Entry(Act.PLAN, DAY, "甲"),),
    Stage.REPORTED: (Entry(Act.REPORT, DAY, "甲"),),
    Stage.STUDIED: (Entry(Act.STUDY, DAY, "甲", facts={"outcome": Outcome.CONFIRMED}),),
    Stage.PARKED: (Entry(Act.JUDGE, DAY, "甲", facts={"nature": Nature.THIN}),),
    Stage.DISPOSED: (
        Entry(Act.STUDY, DAY, "甲", facts={"outcome": Outcome.CONFIRMED}),
        Entry(Act.DISPOSE, DAY, "甲"),
    ),
    Stage.HANDED_OVER: (Entry(Act.HAND_OVER, DAY, "甲"),),
    Stage.CLOSED: (Entry(Act.FEEDBACK, DAY, "甲"),),
    Stage.MERGED: (Entry(Act.MERGE, DAY, "甲"),),
}
AGAIN = Entry(Act.REOPEN, DAY, "甲", text="有新材料")


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_is_reached_by_what_was_done(stage: Stage) -> None:
    assert rules.stage((FILED, *TO[stage])) is stage


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("work", WORKS, ids=lambda each: each.act.name)
def test_an_act_is_refused_at_every_stage_but_its_own(work: rules.Work, stage: Stage) -> None:
    entries = (FILED, *TO[stage])
    if stage not in work.at:
        with pytest.raises(Refusal, match="还不能"):
            rules.check(work.act, entries, "乙")
        assert work.act not in rules.possible(entries, "乙")


def test_the_reporters_and_the_clocks_entries_are_no_acts_of_receivers() -> None:
    theirs = {Act.FILED, Act.MORE, Act.CONTACT, Act.ASKED, Act.OPENED, Act.CONCLUSION, Act.TOOK_IN}
    assert theirs == set(Act) - {each.act for each in WORKS}


FACTS = st.fixed_dictionaries(
    {"nature": st.sampled_from(list(Nature)), "outcome": st.sampled_from(list(Outcome)), "order": st.just("")}
)


@given(st.data())
def test_no_way_through_the_table_confirms_anything_without_hearing_and_study(data: st.DataObject) -> None:
    entries: tuple[Entry, ...] = (FILED,)
    for _ in range(data.draw(st.integers(1, 25))):
        reader = data.draw(st.sampled_from(["甲", "乙"]))
        able = [
            each for each in rules.possible(entries, reader) if each not in (Act.ADMIT, Act.RECUSE, Act.MERGE)
        ]
        act, facts = data.draw(st.sampled_from(able)), data.draw(FACTS)
        if act is Act.STUDY:
            try:
                rules.check_hearing(entries, Outcome(facts["outcome"]))
            except Refusal:
                continue
        entries = (*entries, Entry(act, DAY, reader, facts={**facts, "verdict": rules.PASSED}))
    closed_as = rules.outcome(entries)
    if rules.stage(entries) is Stage.CLOSED and closed_as in (Outcome.CONFIRMED, Outcome.PARTLY):
        acts = [each.act for each in rules.since_reopened(entries)]
        assert Act.HEAR in acts
        assert acts.index(Act.HEAR) < len(acts) - 1 - acts[::-1].index(Act.STUDY)
        assert Act.DISPOSE in acts or Act.HAND_OVER in acts


@pytest.mark.parametrize("before", [Stage.PARKED, Stage.STUDIED, Stage.DISPOSED, Stage.HANDED_OVER])
def test_what_was_closed_begins_anew_without_its_outcome(before: Stage) -> None:
    closed = (FILED, *TO[before], *TO[Stage.CLOSED])
    assert rules.stage((*closed, AGAIN)) is Stage.REGISTERED
    assert rules.outcome((*closed, AGAIN)) is None


def test_what_was_put_aside_goes_on_by_another_judgement() -> None:
    aside = Entry(Act.STUDY, DAY, "甲", facts={"outcome": Outcome.PARKED})
    for parked in ((FILED, *TO[Stage.PARKED]), (FILED, *TO[Stage.REPORTED], aside)):
        assert rules.stage(parked) is Stage.PARKED
        assert rules.outcome(parked) is Outcome.PARKED
        assert rules.outcome((*parked, *TO[Stage.ACCEPTED])) is None
        rules.check(Act.JUDGE, parked, "乙")
        rules.check(Act.FEEDBACK, parked, "乙")


def test_what_was_said_and_written_before_does_not_count_for_what_comes_anew() -> None:
    draft = Entry(Act.DRAFT, DAY, "甲", text="经查……", facts={"kind": "情况通报"})
    passed = Entry(Act.REVIEW, DAY, "乙", facts={"verdict": rules.PASSED})
    before = (FILED, Entry(Act.HEAR, DAY, "甲"), *TO[Stage.DISPOSED], draft, passed, *TO[Stage.CLOSED])
    assert rules.published(before) == draft
    assert rules.published((*before, AGAIN)) is None
    rules.check_hearing(before, Outcome.CONFIRMED)
    with pytest.raises(Refusal, match="陈述和申辩"):
        rules.check_hearing((*before, AGAIN), Outcome.CONFIRMED)
    assert rules.open_draft((FILED, draft, AGAIN)) is None


@pytest.mark.parametrize(
    "text",
    ["经查，仓库的油每周少两桶", "仓库的油，每周少 两桶", "仓库的油“每周”少两桶！", "仓库的油每周少两"],
)
def test_the_reporters_words_are_found_however_they_are_spelled(text: str) -> None:
    assert rules.repeated(text, ["仓库的油每周少两桶，登记本改过"])


@pytest.mark.parametrize("text", ["物资管理有疏漏", "仓库有问题", ""])
def test_own_words_are_not_taken_for_the_reporters(text: str) -> None:
    assert not rules.repeated(text, ["仓库的油每周少两桶，登记本改过"])


def test_who_recused_themselves_has_no_place_any_more() -> None:
    gone = Entry(Act.RECUSE, DAY, "甲", facts={"receiver": "12", "places": "0:20"})
    assert rules.places((FILED,)) == {12: 3, 14: 5}
    assert rules.places((FILED, gone)) == {14: 5, 20: 0}
