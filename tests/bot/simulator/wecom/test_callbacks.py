"""What reaches the bot: messages, events, the check of its address, and how delivery goes wrong."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from bot.simulator import Simulator, WecomApp
from tests.bot.simulator.town import APP as FEISHU
from tests.bot.simulator.town import PNG, Hands
from tests.bot.simulator.wecom.town import APP, PEOPLE, Json, Town, buttons

HEAD = {"ToUserName", "FromUserName", "CreateTime", "MsgType"}


# Messages.


def test_words_arrive_sealed_signed_and_in_the_platforms_shape(town: Town) -> None:
    said = town.say("lin", "报销 差旅费 1280.50 元")
    received = town.bot.received[-1]
    assert (received.method, received.path) == ("POST", "/callbacks/wecom")
    assert received.query.keys() == {"msg_signature", "timestamp", "nonce"}
    assert received.query["timestamp"] == str(int(town.hands.seconds))
    outer = received.body.decode()
    assert outer.startswith(f"<xml><ToUserName><![CDATA[{APP.corp_id}]]></ToUserName><Encrypt>")
    assert outer.endswith("<AgentID><![CDATA[1000002]]></AgentID></xml>")
    msgid = received.plain["MsgId"]
    assert received.xml == (
        f"<xml><ToUserName><![CDATA[{APP.corp_id}]]></ToUserName>"
        "<FromUserName><![CDATA[LinXiao]]></FromUserName>"
        f"<CreateTime>{int(town.hands.seconds)}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[报销 差旅费 1280.50 元]]></Content><MsgId>{msgid}</MsgId>"
        "<AgentID>1000002</AgentID></xml>"
    )
    assert said["event_id"] == msgid
    assert said["status"] == 200
    (message,) = town.chat("lin")
    assert (message["message_id"], message["from"], message["words"]) == (
        said["message_id"],
        "person",
        "报销 差旅费 1280.50 元",
    )


def test_every_message_has_an_id_of_its_own(town: Town) -> None:
    ids = [town.say("lin", "报销")["event_id"] for _ in range(3)]
    assert len(set(ids)) == 3


@pytest.mark.parametrize(
    "text", ["]]>", "a]]>b]]>", "<xml>&amp;", "一行\n两行", "\"双引号\" 与 '单引号'", "😀", " 两头空格 "]
)
def test_whatever_is_typed_arrives_as_it_was(town: Town, text: str) -> None:
    town.say("lin", text)
    assert town.bot.last["Content"] == text


def test_what_xml_cannot_hold_is_left_out(town: Town) -> None:
    town.say("lin", "报\x00销\x0b")
    assert town.bot.last["Content"] == "报销"


def test_a_picture_arrives_as_a_media_id(town: Town) -> None:
    files = {"file": ("发票.png", PNG)}
    sent = town.raw("POST", "/_sim/upload", data={"person": "lin", "kind": "image"}, files=files).json()
    event = town.bot.last
    assert event.keys() == HEAD | {"PicUrl", "MediaId", "MsgId", "AgentID"}
    fetched = town.raw(
        "GET", "/cgi-bin/media/get", params={"access_token": town.token, "media_id": event["MediaId"]}
    )
    assert fetched.content == PNG
    (message,) = town.chat("lin")
    assert (message["message_id"], message["type"], message["words"]) == (
        sent["message_id"],
        "image",
        "［图片］发票.png",
    )
    assert message["file"]["size"] == len(PNG)


def test_a_members_file_never_reaches_an_app(town: Town) -> None:
    body = {"person": "lin", "name": "发票.pdf", "content_base64": "JVBERi0xLjc="}
    assert "不转文件" in town.do("upload", body, 409)["error"]
    assert "不转文件" in town.do("say", {"person": "lin", "type": "file", "content": {}}, 409)["error"]
    assert town.bot.received == []
    assert town.chat("lin") == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "a.png", "content_base64": "", "kind": "image"}, 400),
        ({"name": "a.png", "content_base64": "JVBERi0xLjc=", "kind": "image"}, 422),
        ({"name": "a.mp3", "content_base64": "JVBERi0xLjc=", "kind": "song"}, 400),
        ({"name": "a.png", "content_base64": "JVBERi0xLjc=", "kind": "voice", "chat": "group"}, 400),
    ],
)
def test_what_the_app_does_not_send_is_refused(town: Town, body: Json, status: int) -> None:
    town.do("upload", {"person": "lin"} | body, status)
    assert town.bot.received == []


def test_an_empty_file_cannot_be_sent(town: Town) -> None:
    files = {"file": ("a.png", b"")}
    answer = town.raw("POST", "/_sim/upload", data={"person": "lin", "kind": "image"}, files=files)
    assert answer.status_code == 422
    assert town.bot.received == []


@pytest.mark.parametrize(
    ("kind", "content", "names"),
    [
        ("voice", {"MediaId": "3v"}, {"MediaId", "Format"}),
        ("video", {"MediaId": "3v", "ThumbMediaId": "3t"}, {"MediaId", "ThumbMediaId"}),
        ("location", {"Label": "办公室"}, {"Location_X", "Location_Y", "Scale", "Label", "AppType"}),
        ("link", {"Title": "通知"}, {"Title", "Description", "Url", "PicUrl"}),
        ("hologram", {"Depth": 3}, {"Depth"}),
    ],
)
def test_messages_of_every_type(town: Town, kind: str, content: Json, names: set[str]) -> None:
    town.do("say", {"person": "lin", "type": kind, "content": content})
    event = town.bot.last
    assert event.keys() == HEAD | names | {"MsgId", "AgentID"}
    assert event["MsgType"] == kind
    assert event.items() >= {name: str(value) for name, value in content.items()}.items()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": "报销", "type": "post"}, 400),
        ({"text": "报销", "chat": "group"}, 400),
        ({"type": "voice", "content": {"Format": "amr"}}, 400),
        ({"type": "link", "content": {"not a name": "x"}}, 400),
        ({"type": "link", "content": {"Title": None}}, 400),
    ],
)
def test_a_message_that_nobody_can_send_is_refused(town: Town, body: Json, status: int) -> None:
    assert town.do("say", {"person": "lin"} | body, status)["error"]
    assert town.bot.received == []


def test_who_cannot_see_the_app_cannot_write_to_it(town: Town) -> None:
    town.event("lin", "unsubscribe")
    assert "可见范围" in town.say("lin", "报销", 409)["error"]
    town.event("wang", "deleted")
    assert "离开" in town.say("wang", "报销", 409)["error"]


# Events.


@pytest.mark.parametrize(
    ("kind", "more", "expected"),
    [
        ("subscribe", {}, {"Event": "subscribe"}),
        ("unsubscribe", {}, {"Event": "unsubscribe"}),
        ("enter_agent", {}, {"Event": "enter_agent", "EventKey": ""}),
        ("enter", {}, {"Event": "enter_agent", "EventKey": ""}),
        ("click", {"event_key": "MY_PENDING"}, {"Event": "click", "EventKey": "MY_PENDING"}),
        ("menu", {"event_key": "MY_PENDING"}, {"Event": "click", "EventKey": "MY_PENDING"}),
        (
            "view",
            {"event_key": "https://h5.example.org"},
            {"Event": "view", "EventKey": "https://h5.example.org"},
        ),
        (
            "LOCATION",
            {},
            {
                "Event": "LOCATION",
                "Latitude": "23.104",
                "Longitude": "113.32",
                "Precision": "65.0",
                "AppType": "wxwork",
            },
        ),
        (
            "brand_new_event",
            {"event": {"Deep": {"Item": ["1", "2"]}}},
            {"Event": "brand_new_event", "Deep": {"Item": ["1", "2"]}},
        ),
        (
            "sys_approval_change",
            {"event": {"FromUserName": "sys", "ApprovalInfo": {"SpStatus": 2}}},
            {"Event": "sys_approval_change", "ApprovalInfo": {"SpStatus": "2"}, "FromUserName": "sys"},
        ),
    ],
)
def test_events_in_the_platforms_shape(town: Town, kind: str, more: Json, expected: Json) -> None:
    told = town.event("wang", kind, **more)
    assert (told["status"], told["error"]) == (200, None)
    common = {"ToUserName": APP.corp_id, "FromUserName": "wangfang", "MsgType": "event", "AgentID": "1000002"}
    assert town.bot.last == {"CreateTime": town.bot.last["CreateTime"]} | common | expected
    assert town.chat("wang") == []


def test_the_address_book_speaks_for_itself_and_names_no_app(town: Town) -> None:
    fields = {"ChangeType": "update_user", "UserID": "wangfang", "NewUserID": "wang2", "Department": "1,2"}
    town.event("wang", "change_contact", event=fields)
    received = town.bot.received[-1]
    assert (
        received.plain
        == {
            "ToUserName": APP.corp_id,
            "FromUserName": "sys",
            "CreateTime": received.plain["CreateTime"],
            "MsgType": "event",
            "Event": "change_contact",
        }
        | fields
    )
    assert b"AgentID" not in received.body


def test_leaving_the_company_is_a_change_of_the_address_book(town: Town) -> None:
    town.event("wang", "deleted")
    assert town.bot.last["ChangeType"] == "delete_user"
    assert town.bot.last["UserID"] == "wangfang"
    people = {person["key"]: person for person in town.raw("GET", "/_sim/people").json()["people"]}
    assert people["wang"]["left"] is True


@pytest.mark.parametrize("event", ["x", ["x"], 7])
def test_the_fields_of_an_event_are_an_object(town: Town, event: Any) -> None:
    town.event("wang", "enter_agent", 400, event=event)


# The check of the address.


def test_the_check_is_passed_by_the_plain_echo(town: Town) -> None:
    town.bot.answer = lambda received: (200, town.bot.echo(received.query))
    assert town.event("wang", "verify") == {"status": 200, "error": None, "echoed": True}
    received = town.bot.received[-1]
    assert (received.method, received.path) == ("GET", "/callbacks/wecom")
    assert received.query.keys() == {"msg_signature", "timestamp", "nonce", "echostr"}
    entry = town.log()[-1]
    assert (entry["method"], entry["path"], entry["event"]) == ("GET", "/callbacks/wecom", "verify")


@pytest.mark.parametrize("dressed", [b'"%s"', b"%s\n", b"\xef\xbb\xbf%s"])
def test_an_echo_with_anything_around_it_fails_the_check(town: Town, dressed: bytes) -> None:
    town.bot.answer = lambda received: (200, dressed % town.bot.echo(received.query))
    assert town.event("wang", "verify")["echoed"] is False


@pytest.mark.parametrize("status", [403, 500])
def test_a_bot_that_refuses_fails_the_check(town: Town, status: int) -> None:
    town.bot.answer = lambda received: (status, town.bot.echo(received.query))
    assert town.event("wang", "verify") == {"status": status, "error": None, "echoed": False}


# Repeats and losses.


def test_the_same_callback_can_come_again_byte_for_byte(town: Town) -> None:
    town.say("lin", "报销")
    again = town.do("redeliver")["results"]
    first, second = town.bot.received
    assert (first.query, first.body) == (second.query, second.body)
    assert again == [{"event": "text", "event_id": first.plain["MsgId"], "status": 200, "error": None}]


def test_clicks_can_come_again_too(town: Town) -> None:
    town.card("wangfang", buttons())
    town.click("wang", "同意")
    town.say("wang", "好")
    town.do("redeliver", {"event": "template_card_event"})
    first, _, again = town.bot.received
    assert again.plain == first.plain


def test_a_late_callback_is_dated_when_it_was_made(town: Town) -> None:
    town.fault("late_callback", seconds=600)
    town.say("lin", "报销")
    made = str(int(town.hands.seconds) - 600)
    assert (town.bot.received[-1].query["timestamp"], town.bot.last["CreateTime"]) == (made, made)


def test_callbacks_may_overtake_each_other(town: Town) -> None:
    town.fault("out_of_order")
    assert town.say("lin", "一")["error"] == "held"
    town.say("lin", "二")
    assert [received.plain["Content"] for received in town.bot.received] == ["二", "一"]


def test_without_a_bot_a_callback_is_unreachable(town: Town) -> None:
    town.simulator.callback_url, url = "", town.simulator.callback_url
    try:
        told = town.say("lin", "报销")
    finally:
        town.simulator.callback_url = url
    assert (told["status"], told["error"]) == (None, "unreachable")


@pytest.mark.parametrize(("kind", "failing", "tries"), [("text", 9, 3), ("text", 1, 2), ("click", 9, 3)])
def test_a_failed_callback_is_tried_three_times_in_all(
    kind: str, failing: int, tries: int, town: Town
) -> None:
    hands = Hands()
    simulator = Simulator(
        PEOPLE, None, town.bot.url, machine=hands, wecom=APP, repush=(0.01, 0.01, 0.01, 0.01)
    )
    simulator.start()
    try:
        here = Town(simulator, town.bot, hands)
        here.card("linxiao", buttons())
        town.bot.answer = lambda received: (500 if len(town.bot.received) <= failing else 200, b"")
        if kind == "click":
            here.click("lin", "同意")
        else:
            here.say("lin", "报销")
        _settle()
    finally:
        simulator.stop()
    assert len(town.bot.received) == tries
    assert len({received.body for received in town.bot.received}) == 1


def _settle() -> None:
    """Wait until no further try is planned."""
    deadline = time.monotonic() + 10
    while any(isinstance(thread, threading.Timer) for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_answer_to_a_later_try_counts(town: Town) -> None:
    simulator = Simulator(PEOPLE, None, town.bot.url, wecom=APP, repush=(0.01,))
    simulator.start()
    try:
        here = Town(simulator, town.bot, town.hands)
        here.card("linxiao", buttons())
        town.bot.replies("update_button", "<Button><ReplaceName>已同意</ReplaceName></Button>")
        good = town.bot.answer
        town.bot.answer = lambda received: good(received) if len(town.bot.received) > 1 else (503, b"")
        assert here.click("lin", "同意")["status"] == 503
        _settle()
        assert here.words("lin") == ["【费用报销】\n[已同意·不可点]"]
    finally:
        simulator.stop()


def test_a_slow_bot_gets_a_timeout(town: Town) -> None:
    simulator = Simulator(PEOPLE, None, town.bot.url, wecom=APP, deadline=0.05)
    simulator.start()
    released = town.bot.hold
    released.clear()

    def slow(received: object) -> tuple[int, bytes]:
        released.wait(10)
        return 200, b""

    town.bot.answer = slow
    try:
        told = Town(simulator, town.bot, town.hands).say("lin", "报销")
    finally:
        released.set()
        simulator.stop()
    assert (told["status"], told["error"], told["replied"]) == (None, "timeout", None)


# The log, and what is wrong from the start.


def test_the_log_names_paths_and_codes_but_no_secret_and_no_word(town: Town) -> None:
    town.say("lin", "机密的话")
    token = town.token
    town.sent("linxiao", "text", {"content": "另一句机密"})
    town.send("linxiao", "text", {"content": ""})
    town.bot.answer = lambda received: (200, "机密的回答".encode())
    town.say("lin", "又一句机密")
    log = town.log()
    codes = [(e["path"], e["status"], e["code"]) for e in log if e["path"].endswith("/send")]
    assert codes == [("/cgi-bin/message/send", 200, 0), ("/cgi-bin/message/send", 200, 44004)]
    for secret in (token, APP.secret, APP.token, APP.encoding_aes_key, "机密", "msg_signature", "corpsecret"):
        assert secret not in str(log)


@pytest.mark.parametrize("key", ["", "short", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEF?", "a" * 44])
def test_a_wrong_aes_key_is_told_at_once(key: str) -> None:
    with pytest.raises(ValueError, match="43 letters"):
        Simulator(PEOPLE, None, wecom=WecomApp("ww1", 1, "s", "t", key))


def test_who_has_both_accounts_uses_feishu_unless_asked_otherwise(town: Town) -> None:
    simulator = Simulator(PEOPLE, FEISHU, "", wecom=APP)
    simulator.start()
    try:
        here = Town(simulator, town.bot, town.hands)
        here.say("lin", "一")
        here.say("lin", "二", platform="wecom")
        here.say("wang", "三")
        here.say("chen", "四", 409, platform="wecom")
        assert [(m["platform"], m["words"]) for m in here.chat("lin")] == [("feishu", "一"), ("wecom", "二")]
        assert [m["platform"] for m in here.chat("wang")] == ["wecom"]
        people = here.raw("GET", "/_sim/people").json()["people"]
        assert [person["platforms"] for person in people] == [
            ["feishu", "wecom"],
            ["wecom"],
            ["wecom"],
            ["feishu"],
        ]
    finally:
        simulator.stop()


def test_a_platform_that_is_not_played_is_not_there(town: Town) -> None:
    assert "没有账号" in town.say("chen", "报销", 409)["error"]
    assert town.say("lin", "报销", 404, platform="feishu")["error"]
