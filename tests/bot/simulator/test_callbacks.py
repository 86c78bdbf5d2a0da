"""What reaches the bot: envelopes, encryption, signature, and the deadlines for its answers."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from dataclasses import replace

import pytest

from bot.simulator import Simulator
from bot.simulator.feishu.envelope import encrypt, sign
from tests.bot.simulator.fake_bot import FakeBot, Received
from tests.bot.simulator.town import APP, PEOPLE, PNG, Hands, Town, button, card

# Published: the encryption guide's own example, and the inputs of the Go SDK's dispatcher test.
HELLO = "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk="
GO_BODY = (
    '{"schema":"2.0","header":{"event_id":"f7984f25108f8137722bb63cee927e66","event_type":'
    '"contact.user.created_v3","app_id":"cli_xxxxxxxx","tenant_key":"xxxxxxx","create_time":'
    '"1603977298000000","token":"v"},"event":{"object":{"open_id":"ou_7dab8a3d3cdcc9da365777c7ad535d62",'
    '"union_id":"on_576833b917gda3d939b9a3c2d53e72c8","user_id":"e33ggbyz","name":"张三",'
    '"employee_no":"employee_no"}},"challenge":"1212","type":"url_verification"}'
)
GO_SIGNATURE = "4dca085198cb3216defc5b65b0668c1328b038a22dbadf2bc6c4fdc3d32bbc45"


def test_encryption_gives_the_published_example() -> None:
    assert encrypt("test key", b"hello world", base64.b64decode(HELLO)[:16]) == HELLO


def test_the_signature_of_the_published_body() -> None:
    assert sign("1212121212", "timestamp", "nonce", GO_BODY.encode()) == GO_SIGNATURE


def signed_rightly(received: Received) -> bool:
    headers = received.headers
    text = headers["X-Lark-Request-Timestamp"] + headers["X-Lark-Request-Nonce"] + APP.encrypt_key
    return headers["X-Lark-Signature"] == hashlib.sha256(text.encode() + received.body).hexdigest()


def test_a_message_arrives_encrypted_signed_and_dated_in_real_time(town: Town) -> None:
    town.do("clock", {"shift_seconds": 86400})
    said = town.say("lin", "报销 出租车 128.50")
    received = town.bot.last
    assert said["status"] == 200
    assert received.path == "/callbacks/feishu"
    assert list(json.loads(received.body)) == ["encrypt"]
    assert signed_rightly(received)
    assert received.headers["X-Lark-Request-Timestamp"] == str(int(town.hands.seconds))
    assert received.headers["Content-Type"].startswith("application/json")
    assert received.plain["schema"] == "2.0"
    assert received.plain["header"] == {
        "event_id": said["event_id"],
        "event_type": "im.message.receive_v1",
        "create_time": str(int(town.hands.seconds * 1000)),
        "token": APP.verification_token,
        "app_id": APP.app_id,
        "tenant_key": APP.tenant_key,
    }


def test_a_text_message_in_the_platforms_words(town: Town) -> None:
    said = town.say("lin", "报销")
    event = town.bot.last.plain["event"]
    sent_at = event["message"].pop("create_time")
    assert event["message"].pop("update_time") == sent_at
    assert event["message"] == {
        "message_id": said["message_id"],
        "chat_id": event["message"]["chat_id"],
        "chat_type": "p2p",
        "message_type": "text",
        "content": '{"text": "报销"}',
    }
    assert event["sender"]["sender_id"].keys() == {"open_id", "union_id", "user_id"}
    assert event["sender"]["sender_id"]["open_id"] == "ou_lin"
    assert event["sender"]["sender_type"] == "user"


def test_a_message_is_dated_by_the_simulated_clock(town: Town) -> None:
    town.do("clock", {"now": "2026-03-03T09:00:00+08:00"})
    town.say("lin", "报销")
    assert town.bot.last.plain["event"]["message"]["create_time"] == "1772499600000"
    assert town.chat("lin")[0]["sent_at"] == "2026-03-03T01:00:00+00:00"


def test_in_the_group_the_bot_is_mentioned(town: Town) -> None:
    town.say("lin", "报销", chat="group")
    message = town.bot.last.plain["event"]["message"]
    assert message["chat_type"] == "group"
    assert json.loads(message["content"]) == {"text": "@_user_1 报销"}
    assert message["mentions"][0]["key"] == "@_user_1"
    assert message["mentions"][0]["id"]["open_id"] == APP.bot_open_id


def test_a_received_post_has_no_language_layer(town: Town) -> None:
    town.say("lin", "第一行\n第二行", type="post")
    message = town.bot.last.plain["event"]["message"]
    assert message["message_type"] == "post"
    assert json.loads(message["content"]) == {
        "title": "",
        "content": [[{"tag": "text", "text": "第一行"}], [{"tag": "text", "text": "第二行"}]],
    }
    assert town.chat("lin")[0]["text"] == "第一行\n第二行"


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("sticker", {"file_key": "file_1"}),
        ("audio", {"file_key": "file_1", "duration": 2000}),
        ("media", {"file_key": "file_1", "image_key": "img_1", "file_name": "a.mp4", "duration": 2000}),
        ("location", {"name": "办公室", "longitude": "116.4", "latitude": "39.9"}),
    ],
)
def test_any_other_message_can_be_sent_as_it_travels(
    town: Town, kind: str, content: dict[str, object]
) -> None:
    assert town.do("say", {"person": "lin", "type": kind, "content": content})["status"] == 200
    message = town.bot.last.plain["event"]["message"]
    assert (message["message_type"], json.loads(message["content"])) == (kind, content)


def test_opening_the_chat(town: Town) -> None:
    last = town.say("lin", "报销")["message_id"]
    town.do("event", {"person": "lin", "type": "enter"})
    event = town.bot.last.plain["event"]
    assert town.bot.last.event_type == "im.chat.access_event.bot_p2p_chat_entered_v1"
    assert event["operator_id"]["open_id"] == "ou_lin"
    assert event["last_message_id"] == last
    assert len(event["last_message_create_time"]) == 13


def test_the_bot_menu_names_the_person(town: Town) -> None:
    town.do("event", {"person": "lin", "type": "menu", "event_key": "menu_new"})
    event = town.bot.last.plain["event"]
    assert town.bot.last.event_type == "application.bot.menu_v6"
    assert event["operator"]["operator_name"] == "林晓"
    assert event["operator"]["operator_id"]["open_id"] == "ou_lin"
    assert (event["event_key"], event["timestamp"]) == ("menu_new", int(town.hands.seconds))


def test_leaving_the_organisation(town: Town) -> None:
    town.do("event", {"person": "lin", "type": "deleted"})
    event = town.bot.last.plain["event"]
    assert town.bot.last.event_type == "contact.user.deleted_v3"
    assert len(town.bot.last.plain["header"]["create_time"]) == 16
    assert (event["object"]["open_id"], event["object"]["name"]) == ("ou_lin", "林晓")
    assert town.raw("GET", "/_sim/people").json()["people"][0]["left"] is True
    assert "离开" in town.do("say", {"person": "lin", "text": "报销"}, 409)["error"]


def test_an_event_of_any_type(town: Town) -> None:
    town.do("event", {"person": "lin", "type": "im.chat.disbanded_v1", "event": {"chat_id": "oc_1"}})
    assert town.bot.last.event_type == "im.chat.disbanded_v1"
    assert town.bot.last.plain["event"] == {"chat_id": "oc_1"}


def test_the_url_check_wants_its_challenge_back(town: Town) -> None:
    town.bot.answer = lambda received: (200, json.dumps({"challenge": received.plain["challenge"]}).encode())
    assert town.do("event", {"person": "lin", "type": "url_verification"})["echoed"] is True
    plain = town.bot.last.plain
    assert (plain["type"], plain["token"]) == ("url_verification", APP.verification_token)
    assert signed_rightly(town.bot.last)
    town.bot.says({"challenge": "something else"})
    assert town.do("event", {"person": "lin", "type": "url_verification"})["echoed"] is False


def test_without_an_encrypt_key_nothing_is_encrypted_or_signed(town: Town) -> None:
    simulator = Simulator(PEOPLE, replace(APP, encrypt_key=""), town.bot.url)
    simulator.start()
    try:
        Town(simulator, town.bot, town.hands).say("lin", "报销")
    finally:
        simulator.stop()
    assert town.bot.last.event_type == "im.message.receive_v1"
    assert json.loads(town.bot.last.body) == town.bot.last.plain
    assert not any(name.startswith("X-Lark") for name in town.bot.last.headers)


def test_the_bots_status_is_told(town: Town) -> None:
    town.bot.says({}, status=500)
    assert town.say("lin", "报销")["status"] == 500


def test_a_bot_that_is_not_there(town: Town) -> None:
    url, town.simulator.callback_url = town.simulator.callback_url, "http://127.0.0.1:9"
    try:
        said = town.say("lin", "报销")
    finally:
        town.simulator.callback_url = url
    assert (said["status"], said["error"]) == (None, "unreachable")
    assert len(town.chat("lin")) == 1


@pytest.fixture
def slow_bot() -> FakeBot:
    bot = FakeBot(APP.encrypt_key)
    bot.hold = True
    bot.start()
    return bot


def test_who_answers_too_late_has_not_answered(slow_bot: FakeBot) -> None:
    simulator = Simulator(PEOPLE, APP, slow_bot.url, deadline=0.2)
    simulator.start()
    town = Town(simulator, slow_bot, Hands())
    try:
        said = town.say("lin", "报销")
        town.sent("lin", "interactive", card(button("同意")))
        clicked = town.click("lin", "同意")
    finally:
        slow_bot.stop()
        simulator.stop()
    assert (said["status"], said["error"]) == (None, "timeout")
    assert (clicked["status"], clicked["error"], clicked["toast"]) == (None, "200341", None)


def test_a_failed_message_is_pushed_again_after_the_given_waits_until_it_is_taken(town: Town) -> None:
    done = 3
    statuses = iter([500, 500, 200])
    town.bot.answer = lambda received: (next(statuses), b"{}")
    simulator = Simulator(PEOPLE, APP, town.bot.url, repush=(0.01, 0.01, 0.01, 0.01))
    simulator.start()
    try:
        assert Town(simulator, town.bot, town.hands).say("lin", "报销")["status"] == 500
        while len(town.bot.received) < done:
            time.sleep(0.005)
    finally:
        simulator.stop()
    assert len({received.body for received in town.bot.received}) == 1
    assert len({received.headers["X-Lark-Signature"] for received in town.bot.received}) == 1


def test_neither_what_was_taken_nor_a_click_is_pushed_again(town: Town) -> None:
    simulator = Simulator(PEOPLE, APP, town.bot.url, repush=(0.01,))
    simulator.start()
    here = Town(simulator, town.bot, town.hands)
    try:
        here.say("lin", "报销")
        here.sent("lin", "interactive", card(button("同意")))
        town.bot.says({}, status=500)
        here.click("lin", "同意")
        time.sleep(0.02)
        here.say("lin", "待办")
        while len(town.bot.received) < 4:
            time.sleep(0.005)
    finally:
        simulator.stop()
    assert [received.event_type for received in town.bot.received] == [
        "im.message.receive_v1",
        "card.action.trigger",
        "im.message.receive_v1",
        "im.message.receive_v1",
    ]
    assert town.bot.received[2].body == town.bot.received[3].body


def test_an_answer_that_leads_elsewhere_is_not_followed(town: Town) -> None:
    town.bot.says({}, status=307)
    town.bot.location = f"{town.bot.url}/elsewhere"
    assert town.say("lin", "报销")["status"] == 307
    assert [received.path for received in town.bot.received] == ["/callbacks/feishu"]


def test_by_itself_nothing_is_pushed_again_but_on_request_the_same_bytes_are(town: Town) -> None:
    town.bot.says({}, status=500)
    said = [town.say("lin", text)["event_id"] for text in ("报销", "待办", "我的")]
    town.bot.says({})
    assert len(town.bot.received) == 3
    results = town.do("redeliver", {"count": 2})["results"]
    assert [(result["event_id"], result["status"]) for result in results] == [(said[1], 200), (said[2], 200)]
    assert [received.body for received in town.bot.received[3:]] == [
        received.body for received in town.bot.received[1:3]
    ]
    assert town.bot.last.headers == town.bot.received[2].headers


def test_one_kind_of_event_can_be_delivered_again(town: Town) -> None:
    town.say("lin", "报销")
    town.do("event", {"person": "lin", "type": "enter"})
    town.do("redeliver", {"event": "im.message.receive_v1"})
    assert town.bot.last.event_type == "im.message.receive_v1"
    assert "count" in town.do("redeliver", {"count": 0}, 400)["error"]


def test_a_picture_event_carries_the_key_only(town: Town) -> None:
    town.raw("POST", "/_sim/upload", data={"person": "lin", "kind": "image"}, files={"file": ("a.png", PNG)})
    assert json.loads(town.bot.last.plain["event"]["message"]["content"]).keys() == {"image_key"}
