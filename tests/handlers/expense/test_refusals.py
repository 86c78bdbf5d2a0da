"""What is refused, in which words, and what stays on record of it; nothing else changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bot.platform import Clicked, Incoming, Said
from handlers.contract.card import Args
from handlers.expense.service import UNKNOWN
from storage import journal
from storage.people import Address
from tests.databases import on_sqlite
from tests.house import House

pytestmark = on_sqlite
NUMBER = "BX-2026-0001"
SIGNERS = ("li", "wang", "chen")
WHY = {"reason": "缺少发票"}


def picture(house: House) -> tuple[object, ...]:
    """All that a refusal must leave as it was."""
    return house.claim(), house.steps(), [house.cards(key) for key in ("lin", *SIGNERS)]


def entries(house: House) -> int:
    """How long the journal is."""
    with house.database.read() as tx:
        return journal.heads(tx)["main"][0]


# Too late, too early, somebody else's.


@pytest.mark.parametrize("level", [2, 3, 4])
@pytest.mark.parametrize("second", ["同意", "驳回", "退回修改"])
@pytest.mark.parametrize("first", ["同意", "驳回", "退回修改"])
def test_whoever_clicks_again_reads_what_they_did_and_when(
    house: House, level: int, first: str, second: str
) -> None:
    house.submit("lin")
    house.approve_all(*SIGNERS[: level - 2])
    who = SIGNERS[level - 2]
    buttons = {label: house.button(who, label) for label in ("同意", "驳回", "退回修改")}
    house.press(who, buttons[first], None if first == "同意" else WHY)
    before = picture(house)
    house.clock.forward(timedelta(minutes=1))

    again = house.press(who, buttons[second], None if second == "同意" else WHY)

    assert again.refused
    assert f"您已于 03-03 09:00 {first}，不用再点了" in again.toast
    assert picture(house) == before


def test_another_reads_who_it_was(house: House) -> None:
    house.submit("lin")
    button = house.button("li", "同意")
    house.press("li", house.button("li", "驳回"), WHY)
    assert house.press("wang", button).toast == f"{NUMBER}：李青已于 03-03 09:00 驳回，不用再点了"


def test_after_the_last_signature_another_reads_that_it_has_passed(house: House) -> None:
    house.submit("lin")
    house.approve_all(*SIGNERS)
    shown = house.steps()[2].shown[:16]
    args: Args = {"claim": house.claim().id, "version": 1, "level": 3, "shown": shown}
    reply = house.act("li", "expense.approve", args)
    assert reply.refused
    assert "王芳已于" in reply.toast or "已通过" in reply.toast


@pytest.mark.parametrize(("who", "level"), [("wang", 3), ("chen", 4)])
def test_nobody_signs_before_their_turn(house: House, who: str, level: int) -> None:
    house.submit("lin")
    step = house.steps()[level - 1]
    args: Args = {"claim": house.claim().id, "version": 1, "level": level, "shown": "0" * 16}
    for reply in (house.act(who, "expense.approve", args), house.say(who, f"同意 {NUMBER}")):
        assert reply.toast == f"还没轮到第 {level} 级（{step.title}），请等前一级签完"


@pytest.mark.parametrize("who", ["lin", "zhou", "wang", "chen", "fang", "jian", "guan", "hou"])
def test_nobody_signs_in_somebody_elses_place(house: House, who: str) -> None:
    house.submit("lin")
    before = picture(house)
    may_read = who not in ("zhou", "fang", "guan")
    told = "这一级（项目负责人）由李青签，别人不能代签" if may_read else UNKNOWN
    for label in ("同意", "驳回", "退回修改"):
        reply = house.press(who, house.button("li", label), None if label == "同意" else WHY)
        assert reply.toast == told
    assert picture(house) == before


def test_a_supervisor_hands_nothing_in(house: House) -> None:
    assert house.say("jian", "报销").toast == "监事不经手报销。请由同事作经办人提交，收款人写您的名字"
    house.offer_file("jian", "发票.pdf")
    assert house.texts("jian")[-1] == "监事不经手报销。请由同事作经办人提交，收款人写您的名字"


def test_nor_does_one_who_became_a_supervisor_with_a_draft_in_hand(house: House) -> None:
    house.say("lin", "报销")
    form = house.cards("lin")[-1].form
    assert form is not None
    house.give_roles("lin", "监事")
    values = {"project": "P01", "amount": "1", "purpose": "打车", "payee": "某某餐厅"}
    assert "监事不经手报销" in house.press("lin", form.buttons[0], values).toast


# Buttons that nobody was given.

GUESSES: Mapping[str, dict[str, Any]] = {
    "another claim": {"claim": 999},
    "no claim": {"claim": None},
    "a claim in words": {"claim": "1"},
    "a claim below zero": {"claim": -1},
    "a claim beyond all": {"claim": 2**53},
    "an earlier version": {"version": 0},
    "a later version": {"version": 2},
    "no version": {"version": None},
    "a version that is true": {"version": True},
    "no level": {"level": None},
    "level 0": {"level": 0},
    "level 1": {"level": 1},
    "level 3": {"level": 3},
    "level 5": {"level": 5},
    "another hash": {"shown": "f" * 16},
    "no hash": {"shown": None},
    "an empty hash": {"shown": ""},
    "a number for a hash": {"shown": 7},
}


def guessed(house: House, changed: Mapping[str, Any]) -> dict[str, Any]:
    """The args of the true button, but for what is changed; None leaves one out."""
    args = {**house.button("li", "同意").args, **changed}
    return {key: value for key, value in args.items() if value is not None}


@pytest.mark.parametrize("changed", GUESSES.values(), ids=GUESSES)
@pytest.mark.parametrize("act", ["expense.approve", "expense.reject", "expense.return"])
def test_a_button_with_other_numbers_is_refused_in_one_sentence(
    house: House, changed: Mapping[str, Any], act: str
) -> None:
    house.submit("lin")
    before = picture(house)
    reply = house.act("li", act, guessed(house, changed), None if act == "expense.approve" else WHY)
    assert reply.refused
    assert 6 < len(reply.toast) < 80
    assert reply.toast == reply.text
    assert picture(house) == before


@pytest.mark.parametrize("length", [1, 8, 15])
def test_a_part_of_the_hash_is_not_enough(house: House, length: int) -> None:
    house.submit("lin")
    shown = house.steps()[1].shown[:length]
    assert house.act("li", "expense.approve", guessed(house, {"shown": shown})).refused


@pytest.mark.parametrize(
    "act",
    ["expense.approved", "expense.", "approve", "signoff.approve", "expense.submit", "expense.hand_in", ""],
)
def test_an_act_that_does_not_exist_is_refused(house: House, act: str) -> None:
    house.submit("lin")
    before = picture(house)
    assert house.act("li", act, house.button("li", "同意").args, {}).refused
    assert picture(house) == before


@pytest.mark.parametrize("act", ["withdraw", "recheck", "edit"])
@pytest.mark.parametrize(
    "changed", [{"claim": 999}, {"version": 0}, {"version": 2}, {"claim": None}], ids=str
)
def test_the_requesters_buttons_are_checked_as_well(
    house: House, act: str, changed: dict[str, int | None]
) -> None:
    house.submit("lin")
    args = {"claim": house.claim().id, "version": 1, **changed}
    known = {key: value for key, value in args.items() if value is not None}
    assert house.act("lin", f"expense.{act}", known).refused
    assert house.claim().state == "signing"


def test_a_draft_is_handed_in_once_and_by_its_owner_only(house: House) -> None:
    house.say("lin", "报销")
    form = house.cards("lin")[-1].form
    assert form is not None
    values = {"project": "P01", "amount": "1", "purpose": "打车", "payee": "某某餐厅"}
    gone = "这张草稿已经提交或过期了。请重新发「报销」"
    assert house.press("zhou", form.buttons[0], values).toast == gone
    house.say("zhou", "报销")
    assert house.press("zhou", form.buttons[0], values).toast == gone
    assert house.press("lin", form.buttons[0], values).toast == f"{NUMBER} 已提交"
    assert house.press("lin", form.buttons[0], values).toast == gone
    assert "没有找到" in house.say("lin", "查询 BX-2026-0002").toast


# What stays on record.


def test_a_refusal_leaves_one_attempt_and_one_entry_with_ids_and_the_sentence(house: House) -> None:
    house.submit("lin")
    button = house.button("li", "同意")
    length = entries(house)
    reply = house.press("wang", button)
    (attempt,) = house.attempts()
    about = ",".join(f"{key}={value}" for key, value in sorted(button.args.items()))
    assert (attempt.person_id, attempt.act, attempt.about, attempt.rule, attempt.answer) == (
        house.person("wang").id,
        "expense.approve",
        about,
        "P31",
        reply.toast,
    )
    assert attempt.at == house.clock.now()
    assert entries(house) == length + 1
    (entry,) = house.journal(about)
    assert (entry.actor, entry.act) == ("wang", "refused")
    assert json.loads(entry.facts) == {"act": "expense.approve", "rule": "P31", "answer": reply.toast}


def test_a_refused_word_is_recorded_with_the_number_and_never_with_what_was_typed(house: House) -> None:
    house.submit("lin")
    house.say("wang", f"驳回 {NUMBER} 他收了礼")
    house.say("wang", "驳回 他收了礼")
    assert [(each.act, each.about) for each in house.attempts()] == [("驳回", NUMBER), ("驳回", "")]
    assert "收了礼" not in str(house.attempts())
    with house.database.read() as tx:
        kept = [journal.entries(tx, subject) for subject in (NUMBER, "驳回")]
    assert [len(each) for each in kept] == [1, 1]
    assert "收了礼" not in str(kept)


def test_what_is_only_to_be_mended_is_no_attempt(house: House) -> None:
    assert house.submit("lin", amount="三十").refused
    assert house.say("lin", "今天天气不错").refused
    assert house.attempts() == []


@pytest.mark.parametrize("who", ["nobody", "li"])
def test_who_is_not_known_leaves_nothing_but_an_answer(house: House, who: str) -> None:
    house.submit("lin")
    button = house.button("li", "同意")
    house.give_roles("li", "项目负责人", active=False)
    before, length = picture(house), entries(house)
    for reply in (
        house.press(who, button),
        house.say(who, f"同意 {NUMBER}"),
        house.say(who, f"查询 {NUMBER}"),
        house.say(who, "待办"),
        house.offer_file(who, "发票.pdf"),
    ):
        assert reply.refused
        assert "管理员" in reply.text
        assert NUMBER not in reply.text
    assert house.attempts() == []
    assert entries(house) == length
    assert picture(house) == before


# The same again.


def deliver(house: House, who: str, key: str, body: Said | Clicked) -> object:
    return house.router.handle(Incoming(key, Address("feishu", f"ou_{who}"), body))


def test_a_repeated_click_gets_its_first_answer_whatever_happened_since(house: House) -> None:
    house.submit("lin")
    button = house.button("li", "同意")
    click = Clicked(button.act, button.args, None, "om_1", "h")
    first = deliver(house, "li", "feishu:e:once", click)
    house.approve_all("wang")
    before, length = picture(house), entries(house)

    assert deliver(house, "li", "feishu:e:once", click) == first
    assert (picture(house), entries(house), house.attempts()) == (before, length, [])


def test_a_repeated_refusal_is_one_attempt(house: House) -> None:
    house.submit("lin")
    button = house.button("li", "同意")
    click = Clicked(button.act, button.args, None, "om_1", "h")
    first = deliver(house, "wang", "feishu:e:once", click)
    assert deliver(house, "wang", "feishu:e:once", click) == first
    assert len(house.attempts()) == 1


def test_a_repeated_submission_is_one_claim(house: House) -> None:
    house.say("lin", "报销")
    form = house.cards("lin")[-1].form
    assert form is not None
    values = {"project": "P01", "amount": "1", "purpose": "打车", "payee": "某某餐厅"}
    click = Clicked(form.buttons[0].act, form.buttons[0].args, values, "om_1", "h")
    first = deliver(house, "lin", "feishu:e:once", click)
    assert deliver(house, "lin", "feishu:e:once", click) == first
    assert "没有找到" in house.say("lin", "查询 BX-2026-0002").toast


def test_a_repeated_word_is_answered_once_in_the_chat(house: House) -> None:
    first = deliver(house, "lin", "feishu:m:once", Said("我的"))
    assert deliver(house, "lin", "feishu:m:once", Said("我的")) == first
    assert len(house.cards("lin")) == 1
