"""Updating a sent card: whom it reaches, what a response code is good for, and what may take its place."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot.simulator.wecom.town import DAY, Json, Town, buttons, notice, options, picture, selects, vote

HOUR = 3600
EVERYBODY = {"atall": 1}


# Grey buttons.


def test_buttons_turn_grey_for_the_named_members_only(town: Town) -> None:
    code = town.card("wangfang|heping", buttons())
    assert town.update(code, userids=["WangFang"], button={"replace_name": "王芳已同意"})["errcode"] == 0
    assert town.words("wang") == ["【费用报销】\n[王芳已同意·不可点]"]
    assert town.words("he") == ["【费用报销】\n[同意] [驳回]"]
    assert "是灰的" in town.click("wang", "王芳已同意", 409)["error"]
    town.click("he", "同意")


@pytest.mark.parametrize("card", [buttons(), vote(), selects()])
def test_every_kind_that_is_answered_can_turn_grey(town: Town, card: Json) -> None:
    code = town.card("wangfang", card)
    assert town.update(code, button={"replace_name": "已收到"}, **EVERYBODY)["errcode"] == 0
    assert town.words("wang")[0].endswith("[已收到·不可点]")


def test_a_notice_with_a_menu_has_no_buttons_to_turn_grey(town: Town) -> None:
    menu = {"action_list": [{"text": "静音", "key": "mute"}]}
    code = town.card("wangfang", notice(task_id="menu", action_menu=menu))
    assert town.update(code, button={"replace_name": "好"}, **EVERYBODY)["errcode"] == 40058
    assert town.update(code, template_card=notice(), **EVERYBODY)["errcode"] == 0


# Another card.


@pytest.mark.parametrize("new", [notice(), picture(), buttons("撤回"), vote(), selects()])
def test_any_kind_may_take_the_place_of_a_card(town: Town, new: Json) -> None:
    code = town.card("wangfang", buttons())
    new = {name: value for name, value in new.items() if name != "task_id"}
    assert town.update(code, template_card=new, **EVERYBODY)["errcode"] == 0
    (message,) = town.chat("wang")
    assert message["card"] == new
    assert message["words"] != "【费用报销】\n[同意] [驳回]"


def test_the_time_of_an_update_is_shown_and_that_of_sending_stays(town: Town) -> None:
    code = town.card("wangfang", buttons())
    town.do("clock", {"shift_seconds": 60})
    town.update(code, template_card=notice(), **EVERYBODY)
    (message,) = town.chat("wang")
    assert message["updated_at"] > message["sent_at"]


def test_the_new_card_keeps_the_task_id_of_the_old_one(town: Town) -> None:
    code = town.card("wangfang", buttons(task_id="step_7"))
    assert town.update(code, template_card=buttons("撤回", task_id="step_7"), **EVERYBODY)["errcode"] == 0
    town.click("wang", "撤回")
    assert town.bot.last["TaskId"] == "step_7"


def test_locked_choices_and_a_grey_bar_come_with_the_new_card(town: Town) -> None:
    code = town.card("wangfang", buttons())
    why = {"question_key": "why", "title": "原因", "option_list": options("a", "b"), "disable": True}
    new = buttons("同意", task_id="", button_selection=why, replace_text="已同意")
    del new["task_id"]
    assert town.update(code, template_card=new, **EVERYBODY)["errcode"] == 0
    assert town.words("wang") == ["【费用报销】\n原因：◉ 选项a  ○ 选项b（不可改）\n[已同意·不可点]"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, 40058),
        ({"button": {"replace_name": "好"}, "template_card": notice()}, 40058),
        ({"button": {}}, 40058),
        ({"button": {"replace_name": ""}}, 40058),
        ({"button": "好"}, 40058),
        ({"template_card": notice(card_action=None)}, 40058),
        ({"template_card": notice(card_action={})}, 42045),
        ({"template_card": notice(main_title={})}, 41016),
        ({"template_card": buttons(task_id="another")}, 42014),
        ({"template_card": notice(), "agentid": 1}, 301002),
        ({"template_card": notice(), "agentid": "1000002"}, 40056),
        ({"template_card": notice(), "atall": 0}, 82001),
        ({"template_card": notice(), "atall": 0, "userids": []}, 82001),
        ({"template_card": notice(), "atall": 0, "userids": "wangfang"}, 40058),
        ({"template_card": notice(), "atall": 0, "userids": ["x"] * 1001}, 40058),
        ({"template_card": notice(), "atall": 0, "partyids": ["3"]}, 40058),
    ],
)
def test_a_refused_update_changes_nothing_and_leaves_the_code_alone(
    town: Town, asked: Json, code: int
) -> None:
    good = town.card("wangfang", buttons())
    assert town.update(good, **({"atall": 1} | asked))["errcode"] == code
    assert town.words("wang") == ["【费用报销】\n[同意] [驳回]"]
    assert town.update(good, template_card=notice(), **EVERYBODY)["errcode"] == 0


# Whom it reaches.


def test_who_did_not_get_the_card_is_named_in_small_letters(town: Town) -> None:
    code = town.card("wangfang|heping", buttons())
    answer = town.update(code, userids=["HePing", "LinXiao", "nobody"], template_card=notice())
    assert (answer["errcode"], answer["invaliduser"]) == (0, ["linxiao", "nobody"])
    assert town.words("he") == ["【已通过】"]
    assert town.words("wang") == ["【费用报销】\n[同意] [驳回]"]


def test_a_department_is_reached_as_far_as_it_got_the_card(town: Town) -> None:
    code = town.card("wangfang|linxiao", buttons())
    assert town.update(code, partyids=[3], template_card=notice())["errcode"] == 0
    assert [town.words(person) for person in ("wang", "he", "lin")] == [
        ["【已通过】"],
        [],
        ["【费用报销】\n[同意] [驳回]"],
    ]


def test_everybody_is_everybody_who_got_the_card(town: Town) -> None:
    code = town.card("wangfang|heping", buttons())
    assert "invaliduser" not in town.update(code, template_card=notice(), userids=["x"], **EVERYBODY)
    assert town.words("wang") == town.words("he") == ["【已通过】"]
    assert town.words("lin") == []


# Response codes.


def test_a_code_is_good_for_one_update(town: Town) -> None:
    code = town.card("wangfang|heping", buttons())
    assert town.update(code, userids=["wangfang"], template_card=notice())["errcode"] == 0
    assert town.update(code, userids=["heping"], template_card=notice())["errcode"] == 42022
    assert town.words("he") == ["【费用报销】\n[同意] [驳回]"]


@pytest.mark.parametrize("code", ["made-up", "", None, 7])
def test_a_code_that_was_never_given_is_refused(town: Town, code: Any) -> None:
    town.card("wangfang", buttons())
    assert town.update(code, template_card=notice(), **EVERYBODY)["errcode"] == 40058


def test_a_code_lives_for_72_hours_of_the_simulated_clock(town: Town) -> None:
    first, second = town.card("wangfang", buttons()), town.card("wangfang", buttons())
    town.do("clock", {"shift_seconds": 72 * HOUR - 60})
    assert town.update(first, template_card=notice(), **EVERYBODY)["errcode"] == 0
    town.do("clock", {"shift_seconds": 120})
    assert town.update(second, template_card=notice(), **EVERYBODY)["errcode"] == 40058


def test_a_click_on_an_old_card_brings_a_fresh_code(town: Town) -> None:
    old = town.card("wangfang|heping", buttons())
    town.do("clock", {"shift_seconds": 30 * DAY})
    town.click("wang", "同意")
    fresh = town.bot.last["ResponseCode"]
    assert town.update(old, template_card=notice(), **EVERYBODY)["errcode"] == 40058
    assert town.update(fresh, template_card=notice(), **EVERYBODY)["errcode"] == 0
    assert town.words("wang") == town.words("he") == ["【已通过】"]


def test_every_click_brings_another_code_and_all_of_them_work(town: Town) -> None:
    town.card("wangfang|heping", buttons())
    codes = []
    for person in ("wang", "wang", "he"):
        town.click(person, "同意")
        codes.append(town.bot.last["ResponseCode"])
    assert len(set(codes)) == 3
    for userid, code in zip(("wangfang", "wangfang", "heping"), codes, strict=True):
        assert town.update(code, userids=[userid], template_card=notice())["errcode"] == 0


def test_reset_forgets_codes_and_task_ids(town: Town) -> None:
    card = buttons()
    code = town.card("wangfang", card)
    town.do("reset")
    assert town.update(code, template_card=notice(), **EVERYBODY)["errcode"] == 40058
    town.card("wangfang", card)


def test_a_card_that_is_gone_cannot_be_updated(town: Town) -> None:
    code = town.card("wangfang", buttons())
    town.fault("message_gone")
    assert town.update(code, template_card=notice(), **EVERYBODY)["errcode"] == 42022
