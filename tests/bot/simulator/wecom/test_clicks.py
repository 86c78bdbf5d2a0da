"""Clicks as the member's app lets them through, and the events that they cause."""

from __future__ import annotations

import pytest

from tests.bot.simulator.wecom.town import APP, Json, Town, buttons, notice, options, selects, vote

URL = "https://h5.example.org"
MENU = {"action_list": [{"text": "静音", "key": "mute"}]}
WHY = {"question_key": "why", "title": "原因", "option_list": options("a", "b")}


def test_a_click_in_the_platforms_words(town: Town) -> None:
    code = town.card("linxiao", buttons(task_id="exp7_L2_v1"))
    clicked = town.click("lin", "同意")
    event = town.bot.last
    assert list(event) == [
        "ToUserName",
        "FromUserName",
        "CreateTime",
        "MsgType",
        "Event",
        "EventKey",
        "TaskId",
        "CardType",
        "ResponseCode",
        "AgentID",
    ]
    assert event["ResponseCode"] not in ("", code)
    assert event | {"ResponseCode": "", "CreateTime": ""} == {
        "ToUserName": APP.corp_id,
        "FromUserName": "LinXiao",
        "CreateTime": "",
        "MsgType": "event",
        "Event": "template_card_event",
        "EventKey": "同意",
        "TaskId": "exp7_L2_v1",
        "CardType": "button_interaction",
        "ResponseCode": "",
        "AgentID": "1000002",
    }
    assert (clicked["status"], clicked["error"], clicked["toast"], clicked["url"]) == (200, None, None, None)
    assert clicked["message"]["words"] == "【费用报销】\n[同意] [驳回]"


@pytest.mark.parametrize(
    ("card", "label", "values", "chosen"),
    [
        (buttons(button_selection=WHY), "驳回", {}, {"why": "a"}),
        (buttons(button_selection=WHY), "驳回", {"why": "b"}, {"why": "b"}),
        (buttons(button_selection=WHY), "驳回", {"why": "选项b"}, {"why": "b"}),
        (buttons(button_selection=WHY | {"selected_id": "b"}), "同意", {}, {"why": "b"}),
        (selects(), "提交", {}, {"q1": "a", "q2": "b"}),
        (selects(), "提交", {"q2": "a"}, {"q1": "a", "q2": "a"}),
        (vote(), "交卷", {"choice": "选项b"}, {"choice": "b"}),
        (
            vote(checkbox={"question_key": "choice", "mode": 1, "option_list": options("a", "b", "c")}),
            "交卷",
            {"choice": ["a", "选项c"]},
            {"choice": ["a", "c"]},
        ),
    ],
)
def test_what_is_chosen_comes_along_whether_somebody_chose_it_or_not(
    town: Town, card: Json, label: str, values: Json, chosen: Json
) -> None:
    town.card("wangfang", card)
    town.click("wang", label, values=values)
    items = town.bot.last["SelectedItems"]["SelectedItem"]
    found = items if isinstance(items, list) else [items]
    assert {item["QuestionKey"]: item["OptionIds"]["OptionId"] for item in found} == chosen
    assert town.bot.last["EventKey"] == (label if label in ("同意", "驳回") else "done")


@pytest.mark.parametrize(
    ("card", "label", "values"),
    [
        (buttons(), "同意", {"why": "a"}),
        (buttons(button_selection=WHY), "同意", {"other": "a"}),
        (buttons(button_selection=WHY), "同意", {"why": "c"}),
        (buttons(button_selection=WHY), "同意", {"why": ["a"]}),
        (buttons(button_selection=WHY, action_menu=MENU), "静音", {"why": "a"}),
        (vote(), "交卷", {}),
        (vote(), "交卷", {"choice": ["a"]}),
        (vote(checkbox={"question_key": "c", "mode": 1, "option_list": options("a")}), "交卷", {"c": []}),
        (vote(checkbox={"question_key": "c", "mode": 1, "option_list": options("a")}), "交卷", {"c": "a"}),
    ],
)
def test_what_the_app_does_not_offer_is_not_handed_in(
    town: Town, card: Json, label: str, values: Json
) -> None:
    town.card("wangfang", card)
    assert town.click("wang", label, 422, values=values)["error"]
    assert town.bot.received == []


def test_locked_choices_stay_as_they_are(town: Town) -> None:
    code = town.card("wangfang", buttons())
    new = buttons(button_selection=WHY | {"disable": True, "selected_id": "b"})
    del new["task_id"]
    town.update(code, atall=1, template_card=new)
    assert "不能改" in town.click("wang", "同意", 422, values={"why": "a"})["error"]
    town.click("wang", "同意")
    assert town.bot.last["SelectedItems"]["SelectedItem"]["OptionIds"]["OptionId"] == "b"


def test_a_menu_entry_has_an_event_of_its_own_and_no_choices(town: Town) -> None:
    town.card("wangfang", buttons(button_selection=WHY, action_menu=MENU))
    town.click("wang", "静音")
    event = town.bot.last
    assert (event["Event"], event["EventKey"]) == ("template_card_menu_event", "mute")
    assert event["ResponseCode"]
    assert "SelectedItems" not in event


def test_the_menu_of_a_notice_can_be_used_too(town: Town) -> None:
    town.card("wangfang", notice(task_id="n1", action_menu=MENU))
    town.click("wang", "静音")
    assert (town.bot.last["TaskId"], town.bot.last["CardType"]) == ("n1", "text_notice")


@pytest.mark.parametrize(
    "card",
    [
        buttons(button_list=[{"type": 1, "text": "打开", "url": URL}]),
        notice(jump_list=[{"type": 1, "title": "打开", "url": URL}]),
    ],
)
def test_a_button_with_a_page_only_tells_its_address(town: Town, card: Json) -> None:
    town.card("wangfang", card)
    clicked = town.click("wang", "打开")
    assert (clicked["url"], clicked["status"]) == (URL, None)
    assert town.bot.received == []


def test_the_newest_card_with_that_button_is_clicked(town: Town) -> None:
    for task_id, labels in (("old", ["同意"]), ("new", ["同意"]), ("other", ["看附件"])):
        town.card("wangfang", buttons(*labels, task_id=task_id))
    town.click("wang", "同意")
    assert town.bot.last["TaskId"] == "new"
    town.click("wang", "同意", message_id=town.chat("wang")[0]["message_id"])
    assert town.bot.last["TaskId"] == "old"


def test_only_what_stands_in_the_own_chat_can_be_clicked(town: Town) -> None:
    town.card("wangfang", buttons())
    message_id = town.chat("wang")[0]["message_id"]
    assert "没有按钮" in town.click("he", "同意", 409)["error"]
    assert "没有这张卡片" in town.click("he", "同意", 404, message_id=message_id)["error"]
    assert "同意、驳回" in town.click("wang", "退回", 409)["error"]


def test_a_card_that_was_taken_back_cannot_be_clicked(town: Town) -> None:
    msgid = town.sent("wangfang", "template_card", buttons())["msgid"]
    town.api("POST", "message/recall", {"msgid": msgid})
    town.click("wang", "同意", 409)


def test_whoever_left_the_apps_range_or_the_company_cannot_click(town: Town) -> None:
    town.card("wangfang|heping", buttons())
    town.event("wang", "unsubscribe")
    assert "可见范围" in town.click("wang", "同意", 409)["error"]
    town.event("he", "deleted")
    assert "离开" in town.click("he", "同意", 409)["error"]


def test_a_card_can_be_clicked_again_and_again_until_it_is_updated(town: Town) -> None:
    town.card("wangfang", buttons())
    town.click("wang", "同意")
    town.click("wang", "驳回")
    assert [received.plain["EventKey"] for received in town.bot.received] == ["同意", "驳回"]
