"""Sending: who is reached, what each type may say, what happens twice, and what is taken back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot.simulator.town import PNG
from tests.bot.simulator.wecom.town import APP, DAY, Json, Town, buttons

# Who is reached.


def test_a_text_stands_in_the_members_chat(town: Town) -> None:
    answer = town.send("wangfang", "text", {"content": '请看<a href="https://h5.example.org">清单</a>\n谢谢'})
    assert answer.keys() == {"errcode", "errmsg", "msgid"}
    (message,) = town.chat("wang")
    assert (message["platform"], message["chat"], message["from"]) == ("wecom", "p2p", "bot")
    assert (message["type"], message["words"]) == ("text", "请看清单\n谢谢")
    assert town.chat("he") == []


def test_userids_are_the_same_in_upper_and_lower_case(town: Town) -> None:
    town.sent("LINXIAO|WangFang", "text", {"content": "你好"})
    assert [town.words("lin"), town.words("wang")] == [["你好"], ["你好"]]


def test_a_member_named_twice_gets_one_message(town: Town) -> None:
    town.sent("wangfang|wangfang|", "text", {"content": "你好"}, toparty="1")
    assert town.words("wang") == ["你好"]


def test_unknown_members_are_named_in_small_letters_and_the_others_are_reached(town: Town) -> None:
    answer = town.sent("wangfang|NoBody|chen", "text", {"content": "你好"}, toparty="3|99", totag="7")
    assert answer["invaliduser"] == "nobody|chen"
    assert (answer["invalidparty"], answer["invalidtag"]) == ("99", "7")
    assert town.words("wang") == town.words("he") == ["你好"]


def test_everybody_means_every_member_of_the_app(town: Town) -> None:
    assert "invaliduser" not in town.sent("@all", "text", {"content": "你好"}, toparty="99")
    assert [len(town.chat(person)) for person in ("lin", "wang", "he", "chen")] == [1, 1, 1, 0]


@pytest.mark.parametrize(
    ("recipients", "code"),
    [
        ({"touser": "nobody|chen"}, 81013),
        ({"touser": "", "toparty": "99"}, 81013),
        ({"touser": "", "totag": "1"}, 81013),
        ({"touser": ""}, 82001),
        ({"touser": ["wangfang"]}, 40058),
        ({"touser": "|".join(f"user{n}" for n in range(1001))}, 40058),
        ({"touser": "", "toparty": "|".join(str(n) for n in range(101))}, 40058),
        ({"agentid": 1000003}, 301002),
        ({"agentid": "1000002"}, 40056),
        ({"agentid": None}, 40056),
        ({"msgtype": "song"}, 40008),
        ({"msgtype": None}, 40008),
        ({"msgtype": "voice"}, 40008),
    ],
)
def test_a_send_without_a_right_head_reaches_nobody(town: Town, recipients: Json, code: int) -> None:
    body = {"touser": "wangfang", "msgtype": "text", "agentid": APP.agent_id, "text": {"content": "你好"}}
    assert town.api("POST", "message/send", body | recipients)["errcode"] == code
    assert town.chat("wang") == []


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b'"text"'])
def test_a_body_that_is_no_json_object_is_refused(town: Town, raw: bytes) -> None:
    answer = town.raw("POST", "/cgi-bin/message/send", params={"access_token": town.token}, data=raw)
    assert answer.json()["errcode"] == 47001


@pytest.mark.parametrize("how", ["unsubscribe", "deleted"])
def test_whoever_left_is_an_invalid_recipient(town: Town, how: str) -> None:
    town.event("wang", how)
    assert town.send("wangfang", "text", {"content": "你好"})["errcode"] == 81013
    assert town.sent("wangfang|heping", "text", {"content": "你好"})["invaliduser"] == "wangfang"


def test_whoever_comes_back_into_the_range_is_reached_again(town: Town) -> None:
    town.event("wang", "unsubscribe")
    town.event("wang", "subscribe")
    town.sent("wangfang", "text", {"content": "你好"})
    assert town.words("wang") == ["你好"]


# What each type may say.


@pytest.mark.parametrize(
    ("msgtype", "content", "shown"),
    [
        ("text", {"content": "报" * 682 + "ab"}, "报" * 682 + "ab"),
        ("text", {"content": "a < b，<b>不是标签</b>"}, "a < b，<b>不是标签</b>"),
        (
            "markdown",
            {"content": '# 标题\n> **重要** `x` [页面](https://h5.example.org) <font color="info">好</font>'},
            "标题\n重要 x 页面 好",
        ),
        (
            "textcard",
            {
                "title": "通知",
                "description": '<div class="gray">三月</div>请查收',
                "url": "https://h5.example.org",
            },
            "通知\n三月\n请查收\n［详情］https://h5.example.org",
        ),
        (
            "textcard",
            {"title": "通知", "description": "好", "url": "https://h5.example.org", "btntxt": "查看全部"},
            "通知\n好\n［查看全部］https://h5.example.org",
        ),
    ],
)
def test_words_are_shown_as_the_app_shows_them(town: Town, msgtype: str, content: Json, shown: str) -> None:
    town.sent("wangfang", msgtype, content)
    assert town.words("wang") == [shown]


@pytest.mark.parametrize(
    ("msgtype", "content", "code"),
    [
        ("text", {"content": ""}, 44004),
        ("text", {}, 44004),
        ("text", None, 44004),
        ("text", "你好", 44004),
        ("text", {"content": 7}, 40058),
        ("text", {"content": "报" * 683}, 45002),
        ("markdown", {"content": ""}, 44004),
        ("markdown", {"content": "a" * 2049}, 45002),
        ("textcard", {"description": "好", "url": "https://h5.example.org"}, 41016),
        ("textcard", {"title": "通知", "url": "https://h5.example.org"}, 44004),
        ("textcard", {"title": "通知", "description": "好"}, 40058),
        ("textcard", {"title": "通" * 43, "description": "好", "url": "u"}, 45002),
        ("textcard", {"title": "通知", "description": "好" * 171, "url": "u"}, 45002),
        ("textcard", {"title": "通知", "description": "好", "url": "u" * 2049}, 45002),
        ("textcard", {"title": "通知", "description": "好", "url": "u", "btntxt": "查看全部吧"}, 45002),
        ("image", {}, 41006),
        ("image", {"media_id": "3nothing"}, 40007),
        ("file", {"media_id": ["3"]}, 40058),
    ],
)
def test_a_content_that_is_not_right_is_refused(town: Town, msgtype: str, content: Any, code: int) -> None:
    assert town.send("wangfang", msgtype, content)["errcode"] == code
    assert town.chat("wang") == []


@pytest.mark.parametrize(("kind", "data"), [("image", PNG), ("file", b"%PDF-1.7")])
def test_pictures_and_files_are_sent_by_their_media_id(town: Town, kind: str, data: bytes) -> None:
    media_id = town.upload(kind, "发票", data)["media_id"]
    town.sent("wangfang", kind, {"media_id": media_id})
    (message,) = town.chat("wang")
    assert message["type"] == kind
    assert (message["file"]["name"], message["file"]["size"]) == ("发票", len(data))


def test_a_media_id_of_another_type_is_refused(town: Town) -> None:
    media_id = town.upload("file", "a.png", PNG)["media_id"]
    assert town.send("wangfang", "image", {"media_id": media_id})["errcode"] == 40007


# The same request twice.


def test_the_same_json_with_the_check_on_is_delivered_once_and_answered_alike(town: Town) -> None:
    first = town.sent("wangfang", "text", {"content": "你好"}, enable_duplicate_check=1)
    town.hands.forward(1799)
    assert town.sent("wangfang", "text", {"content": "你好"}, enable_duplicate_check=1) == first
    assert len(town.chat("wang")) == 1


@pytest.mark.parametrize(
    ("more", "seconds"),
    [
        ({}, 0),
        ({"enable_duplicate_check": 0}, 0),
        ({"enable_duplicate_check": 1}, 1800),
        ({"enable_duplicate_check": 1, "duplicate_check_interval": 60}, 60),
        ({"enable_duplicate_check": 1, "duplicate_check_interval": 14400}, 14400),
    ],
)
def test_without_the_check_or_after_its_time_the_same_json_is_delivered_again(
    town: Town, more: Json, seconds: float
) -> None:
    first = town.sent("wangfang", "text", {"content": "你好"}, **more)
    town.hands.forward(seconds)
    assert town.sent("wangfang", "text", {"content": "你好"}, **more)["msgid"] != first["msgid"]
    assert len(town.chat("wang")) == 2


def test_one_other_byte_is_another_request(town: Town) -> None:
    body = '{"touser":"wangfang","msgtype":"text","agentid":1000002,"enable_duplicate_check":1,'
    for raw in (body + '"text":{"content":"hi"}}', body + '"text": {"content":"hi"}}'):
        answer = town.raw("POST", "/cgi-bin/message/send", params={"access_token": town.token}, data=raw)
        assert answer.json()["errcode"] == 0
    assert len(town.chat("wang")) == 2


def test_a_refused_request_can_be_sent_again(town: Town) -> None:
    town.fault("refuse_recipient", person="wang")
    asked: Json = {"enable_duplicate_check": 1}
    assert town.send("wangfang", "text", {"content": "你好"}, **asked)["errcode"] == 81013
    town.sent("wangfang", "text", {"content": "你好"}, **asked)
    assert len(town.chat("wang")) == 1


def test_a_repeated_card_is_no_reused_task_id(town: Town) -> None:
    card = buttons()
    first = town.sent("wangfang", "template_card", card, enable_duplicate_check=1)
    assert town.sent("wangfang", "template_card", card, enable_duplicate_check=1) == first
    assert len(town.chat("wang")) == 1


@pytest.mark.parametrize("interval", [14401, 0, -1, "60"])
def test_an_interval_that_the_platform_does_not_know_is_refused(town: Town, interval: Any) -> None:
    more = {"enable_duplicate_check": 1, "duplicate_check_interval": interval}
    assert town.send("wangfang", "text", {"content": "你好"}, **more)["errcode"] == 40058


# Taking back.


def test_a_message_is_taken_back_from_everybody_within_a_day(town: Town) -> None:
    msgid = town.sent("wangfang|heping", "text", {"content": "机密"})["msgid"]
    town.do("clock", {"shift_seconds": DAY})
    assert town.api("POST", "message/recall", {"msgid": msgid})["errcode"] == 0
    assert town.words("wang") == town.words("he") == ["（消息已撤回）"]
    assert "机密" not in str(town.chat("wang"))


@pytest.mark.parametrize("msgid", ["unknown", "", None, 7])
def test_an_unknown_message_is_not_taken_back(town: Town, msgid: Any) -> None:
    assert town.api("POST", "message/recall", {"msgid": msgid})["errcode"] == 40058


def test_after_a_day_a_message_stays(town: Town) -> None:
    msgid = town.sent("wangfang", "text", {"content": "你好"})["msgid"]
    town.do("clock", {"shift_seconds": DAY + 1})
    assert town.api("POST", "message/recall", {"msgid": msgid})["errcode"] == 40058
    assert town.words("wang") == ["你好"]
