"""Clicks as the person's app lets them through, and what the bot's answer does to the card."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.bot.simulator.town import APP, Json, Town, as_text, button, card, column_set, form, plain, submit

INPUT = {"tag": "input", "name": "reason", "label": plain("意见"), "max_length": 5}
OPTIONS = [{"text": plain("示范项目"), "value": "p-1"}, {"text": plain("办公经费"), "value": "p-2"}]
SELECT = {"tag": "select_static", "name": "project", "placeholder": plain("项目"), "options": OPTIONS}
DAY = 86400


def test_a_plain_click_in_the_platforms_words(town: Town) -> None:
    message_id = town.sent("lin", "interactive", card(button("看附件", name="files")))
    clicked = town.click("lin", "看附件")
    received = town.bot.last
    event = received.plain["event"]
    assert received.event_type == "card.action.trigger"
    assert received.plain["header"]["event_id"] == clicked["event_id"]
    assert len(received.plain["header"]["create_time"]) == 16
    assert event["operator"]["open_id"] == "ou_lin"
    assert event["operator"]["tenant_key"] == APP.tenant_key
    assert event["token"].startswith("c-")
    assert event["action"] == {
        "value": {"act": "expense.approve", "args": {"id": 1}},
        "tag": "button",
        "name": "files",
        "timezone": "Asia/Shanghai",
    }
    assert event["host"] == "im_message"
    assert event["context"]["open_message_id"] == message_id
    assert event["context"]["open_chat_id"].startswith("oc_")
    assert (clicked["status"], clicked["toast"], clicked["error"]) == (200, None, None)


def test_a_value_that_is_a_text_travels_as_a_text(town: Town) -> None:
    town.sent("lin", "interactive", card(button("好", behaviors=[{"type": "callback", "value": "yes"}])))
    town.click("lin", "好")
    assert town.bot.last.plain["event"]["action"]["value"] == "yes"


def test_only_the_own_chat_can_be_clicked(town: Town) -> None:
    message_id = town.sent("lin", "interactive", card(button("同意")))
    assert "没有" in town.click("wang", "同意", 409)["error"]
    assert "没有这张卡片" in town.click("wang", "同意", 404, message_id=message_id)["error"]
    assert town.bot.received == []


def test_the_newest_card_with_that_button_is_clicked(town: Town) -> None:
    old = town.sent("lin", "interactive", card(button("同意")))
    new = town.sent("lin", "interactive", card(button("同意")))
    town.sent("lin", "interactive", card(button("看附件")))
    town.sent("lin", "text", {"text": "同意"})
    assert town.click("lin", "同意")["message"]["message_id"] == new
    assert town.click("lin", "同意", message_id=old)["message"]["message_id"] == old


def test_a_greyed_button_cannot_be_clicked(town: Town) -> None:
    town.sent("lin", "interactive", card(button("同意", disabled=True)))
    assert "灰的" in town.click("lin", "同意", 409)["error"]
    assert town.bot.received == []


def test_an_absent_button_is_refused_with_the_ones_that_are_there(town: Town) -> None:
    town.sent("lin", "interactive", card(column_set(button("同意"), button("驳回"))))
    assert "同意、驳回" in town.click("lin", "撤回", 409)["error"]


def test_a_recalled_card_has_no_buttons(town: Town) -> None:
    message_id = town.sent("lin", "interactive", card(button("同意")))
    town.api("DELETE", f"/im/v1/messages/{message_id}")
    town.click("lin", "同意", 409)


@pytest.mark.parametrize(("days", "status"), [(14, 200), (14.001, 409)])
def test_a_card_lives_14_days(town: Town, days: float, status: int) -> None:
    town.sent("lin", "interactive", card(button("同意")))
    town.do("clock", {"shift_seconds": days * DAY})
    town.click("lin", "同意", status)


def test_a_button_that_only_opens_a_page_asks_the_bot_nothing(town: Town) -> None:
    link = {"type": "open_url", "default_url": "http://127.0.0.1:1/page"}
    town.sent("lin", "interactive", card(button("打开", behaviors=[link])))
    clicked = town.click("lin", "打开")
    assert (clicked["url"], clicked["status"]) == ("http://127.0.0.1:1/page", None)
    assert town.bot.received == []


def test_a_button_without_any_behavior_does_nothing(town: Town) -> None:
    town.sent("lin", "interactive", card(button("好", behaviors=[])))
    assert "没有绑定" in town.click("lin", "好", 409)["error"]


# Forms.


def test_a_form_hands_in_every_answer_by_name(town: Town) -> None:
    town.sent("lin", "interactive", card(form(INPUT, column_set(SELECT), submit("提交", "go"))))
    town.click("lin", "提交", values={"reason": "同意", "project": "p-2"})
    action = town.bot.last.plain["event"]["action"]
    assert action["form_value"] == {"reason": "同意", "project": "p-2"}
    assert action["name"] == "go"
    assert action["value"]["act"] == "expense.approve"


def test_what_is_not_filled_in_keeps_its_first_answer(town: Town) -> None:
    first: list[Json] = [
        INPUT | {"default_value": "好"},
        SELECT | {"initial_option": "p-1"},
        SELECT | {"name": "second", "initial_index": 2},
        {"tag": "input", "name": "empty"},
        {"tag": "multi_select_static", "name": "many", "options": OPTIONS, "selected_values": ["p-1"]},
        {"tag": "multi_select_static", "name": "none", "options": OPTIONS},
        {"tag": "date_picker", "name": "day", "initial_date": "2026-03-03"},
        {"tag": "date_picker", "name": "no_day"},
        {"tag": "checker", "name": "checked", "text": plain("已核对")},
    ]
    town.sent("lin", "interactive", card(form(*first, submit("提交"))))
    town.click("lin", "提交")
    assert town.bot.last.plain["event"]["action"]["form_value"] == {
        "reason": "好",
        "project": "p-1",
        "second": "p-2",
        "empty": "",
        "many": ["p-1"],
        "none": [],
        "day": "2026-03-03 +0800",
        "no_day": "",
        "checked": False,
    }


@pytest.mark.parametrize(
    ("element", "given", "sent"),
    [
        (SELECT, "办公经费", "p-2"),
        (SELECT, "p-1", "p-1"),
        ({"tag": "multi_select_static", "options": OPTIONS}, ["示范项目", "p-2"], ["p-1", "p-2"]),
        ({"tag": "select_person"}, "wang", "ou_wang"),
        ({"tag": "select_person"}, "王芳", "ou_wang"),
        ({"tag": "select_person", "options": [{"value": "ou_wang"}]}, "ou_wang", "ou_wang"),
        ({"tag": "multi_select_person"}, ["wang", "chen"], ["ou_wang", "ou_chen"]),
        ({"tag": "date_picker"}, "2026-03-03", "2026-03-03 +0800"),
        ({"tag": "date_picker"}, "2026-03-03 +0800", "2026-03-03 +0800"),
        ({"tag": "picker_time"}, "09:00", "09:00 +0800"),
        ({"tag": "picker_datetime"}, "2026-03-03 09:00", "2026-03-03 09:00 +0800"),
        ({"tag": "checker", "text": plain("已核对")}, True, True),
        ({"tag": "input", "input_type": "multiline_text"}, "第一行\n第二行", "第一行\n第二行"),
        ({"tag": "input", "max_length": 5}, "一二三四五", "一二三四五"),
        ({"tag": "input"}, 12, "12"),
    ],
)
def test_what_a_person_fills_in_becomes_what_the_platform_sends(
    town: Town, element: Json, given: Any, sent: Any
) -> None:
    town.sent("lin", "interactive", card(form(element | {"name": "asked"}, submit("提交"))))
    town.click("lin", "提交", values={"asked": given})
    assert town.bot.last.plain["event"]["action"]["form_value"] == {"asked": sent}


@pytest.mark.parametrize(
    ("element", "values"),
    [
        (INPUT | {"required": True}, {}),
        (INPUT | {"required": True}, {"reason": ""}),
        (SELECT | {"required": True}, {}),
        ({"tag": "multi_select_static", "name": "m", "options": OPTIONS, "required": True}, {"m": []}),
        (INPUT, {"reason": "一二三四五六"}),
        ({"tag": "input", "name": "long"}, {"long": "字" * 1001}),
        ({"tag": "input", "name": "one_line"}, {"one_line": "一\n二"}),
        (INPUT | {"disabled": True}, {"reason": "好"}),
        (SELECT, {"project": "p-3"}),
        ({"tag": "multi_select_static", "name": "m", "options": OPTIONS}, {"m": "p-1"}),
        ({"tag": "select_person", "name": "who"}, {"who": "nobody"}),
        ({"tag": "select_person", "name": "who", "options": [{"value": "ou_wang"}]}, {"who": "chen"}),
        ({"tag": "date_picker", "name": "day"}, {"day": "3.3.2026"}),
        ({"tag": "checker", "name": "c", "text": plain("好")}, {"c": "yes"}),
        (INPUT, {"unknown": "1"}),
    ],
)
def test_what_the_app_does_not_let_through(town: Town, element: Json, values: Json) -> None:
    town.sent("lin", "interactive", card(form(element, submit("提交"))))
    assert town.click("lin", "提交", 422, values=values)["error"]
    assert town.bot.received == []


def test_a_required_first_answer_counts_as_answered(town: Town) -> None:
    asked = SELECT | {"required": True, "initial_option": "p-1"}
    town.sent("lin", "interactive", card(form(asked, submit("提交"))))
    assert town.click("lin", "提交")["status"] == 200


def test_a_button_outside_the_form_takes_no_answers(town: Town) -> None:
    town.sent("lin", "interactive", card(button("撤回"), form(INPUT, submit("提交"))))
    town.click("lin", "撤回", 422, values={"reason": "好"})
    town.click("lin", "撤回")
    assert "form_value" not in town.bot.last.plain["event"]["action"]


def test_a_reset_button_stays_in_the_app(town: Town) -> None:
    reset = button("清空", name="reset", form_action_type="reset")
    town.sent("lin", "interactive", card(form(INPUT, submit("提交"), reset)))
    assert town.click("lin", "清空")["status"] is None
    assert town.bot.received == []


# The answer.

MANY = {"tag": "markdown", "content": ""}
NEW = card({"tag": "markdown", "content": "已通过"})


def test_a_toast_is_shown(town: Town) -> None:
    town.sent("lin", "interactive", card(button("同意")))
    town.bot.says({"toast": {"type": "success", "content": "已同意", "i18n": {"en_us": "done"}}})
    assert town.click("lin", "同意")["toast"] == {"type": "success", "content": "已同意"}


def test_the_card_in_the_answer_replaces_the_clicked_one_for_everybody(town: Town) -> None:
    town.say("lin", "报销", chat="group")
    chat_id = town.bot.last.plain["event"]["message"]["chat_id"]
    body = {"receive_id": chat_id, "msg_type": "interactive", "content": as_text(card(button("同意")))}
    town.api("POST", "/im/v1/messages?receive_id_type=chat_id", body)
    town.bot.says({"card": {"type": "raw", "data": NEW}})
    clicked = town.click("lin", "同意")
    assert clicked["error"] is None
    assert clicked["message"]["card"] == NEW
    assert town.chat("wang")[-1]["card"] == NEW


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (500, {}),
        (302, {}),
        (200, []),
        (200, {"challenge": "x"}),
        (200, {"toast": "已同意"}),
        (200, {"toast": {"type": "loud", "content": "已同意"}}),
        (200, {"toast": {"type": "info"}}),
        (200, {"card": NEW}),
        (200, {"card": {"type": "template", "data": {}}}),
        (200, {"card": {"type": "raw", "data": NEW, "more": 1}}),
        (200, {"card": {"type": "raw", "data": {"schema": "1.0"}}}),
        (200, {"card": {"type": "raw", "data": card({"tag": "action"})}}),
        (200, {"card": {"type": "raw", "data": card(config={})}}),
        (200, {"card": {"type": "raw", "data": card({"tag": "markdown", "content": "字" * 10_240})}}),
        (200, {"card": {"type": "raw", "data": card({"tag": "markdown", "content": "打 13800138000"})}}),
    ],
)
def test_a_bad_answer_is_shown_as_an_error_and_changes_nothing(town: Town, status: int, answer: Any) -> None:
    old = card(button("同意"))
    town.sent("lin", "interactive", old)
    town.bot.says(answer, status)
    clicked = town.click("lin", "同意")
    assert (clicked["error"], clicked["toast"]) == ("200340", None)
    assert clicked["detail"]
    assert town.chat("lin")[0]["card"] == old


def test_a_card_of_just_30_kb_is_taken_however_it_was_written(town: Town) -> None:
    town.sent("lin", "interactive", card(button("同意")))
    room = 30 * 1024 - len(json.dumps(card(MANY | {"content": ""}), separators=(",", ":")))
    shown = card(MANY | {"content": "a" * room})
    town.bot.says({"card": {"type": "raw", "data": shown}})
    assert town.click("lin", "同意")["error"] is None
    assert town.chat("lin")[0]["card"] == shown


def test_an_answer_that_is_no_json_is_bad(town: Town) -> None:
    town.sent("lin", "interactive", card(button("同意")))
    town.bot.answer = lambda received: (200, b"")
    assert town.click("lin", "同意")["error"] == "200340"


def test_a_card_click_is_not_pushed_again(town: Town) -> None:
    town.sent("lin", "interactive", card(button("同意")))
    town.bot.says({}, 500)
    town.click("lin", "同意")
    assert len(town.bot.received) == 1


def test_a_raw_ping_in_the_answer_is_seen(town: Town) -> None:
    town.sent("lin", "interactive", card(button("同意")))
    shown = card({"tag": "markdown", "content": "理由：<at id=all></at>"})
    town.bot.says({"card": {"type": "raw", "data": shown}})
    assert town.click("lin", "同意")["message"]["pinged_all"] is True
