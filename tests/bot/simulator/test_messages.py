"""Sending, replying, replacing and recalling, with the refusals that the platform makes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.bot.simulator.town import APP, PNG, Json, Town, card, plain

TEXT = {"text": "你好"}
DAY = 86400


def table_of(row: Json) -> Json:
    """A table of one row of texts."""
    return {"tag": "table", "columns": [{"name": name} for name in row], "rows": [row]}


def test_a_text_arrives_in_the_chat_and_is_answered_in_the_platforms_shape(town: Town) -> None:
    answer = town.create("lin", "text", TEXT)
    data = answer.json()["data"]
    (message,) = town.chat("lin")
    assert answer.json()["code"] == 0
    assert message["message_id"] == data["message_id"]
    assert (message["from"], message["type"], message["text"]) == ("bot", "text", "你好")
    assert data["sender"] == {
        "id": APP.app_id,
        "id_type": "app_id",
        "sender_type": "app",
        "tenant_key": APP.tenant_key,
    }
    assert data["message_id"].startswith("om_")
    assert data["chat_id"].startswith("oc_")
    assert data["create_time"].isdigit()
    assert len(data["create_time"]) == 13
    assert json.loads(data["body"]["content"]) == TEXT


def test_nobody_else_sees_it(town: Town) -> None:
    town.sent("lin", "text", TEXT)
    assert town.chat("wang") == []


@pytest.mark.parametrize("id_type", ["open_id", "user_id", "union_id", "email", "chat_id"])
def test_a_person_can_be_addressed_by_every_kind_of_id(town: Town, id_type: str) -> None:
    user = town.api("GET", "/contact/v3/users/ou_lin").json()["data"]["user"]
    chat_id = town.create("lin", "text", TEXT).json()["data"]["chat_id"]
    ids = user | {"chat_id": chat_id, "email": "lin@example.org"}
    body = {"receive_id": ids[id_type], "msg_type": "text", "content": json.dumps(TEXT)}
    answer = town.api("POST", f"/im/v1/messages?receive_id_type={id_type}", body).json()
    assert answer["data"]["chat_id"] == chat_id


def test_the_group_is_seen_by_everybody_with_an_account(town: Town) -> None:
    town.say("lin", "@清廉助手 报销", chat="group")
    chat_id = town.bot.last.plain["event"]["message"]["chat_id"]
    body = {"receive_id": chat_id, "msg_type": "text", "content": json.dumps(TEXT)}
    assert town.api("POST", "/im/v1/messages?receive_id_type=chat_id", body).json()["code"] == 0
    assert [message["text"] for message in town.chat("chen")][-1] == "你好"
    assert town.chat("he") == []


@pytest.mark.parametrize(
    ("receive_id", "id_type", "code"),
    [
        ("ou_nobody", "open_id", 230013),
        ("lin", "open_id", 230001),
        (APP.bot_open_id, "open_id", 230013),
        ("heping", "user_id", 230013),
        ("oc_unknown", "chat_id", 230002),
        ("ou_lin", "", 99992402),
        ("ou_lin", "phone", 99992402),
    ],
)
def test_a_recipient_whom_the_bot_cannot_reach(town: Town, receive_id: str, id_type: str, code: int) -> None:
    body = {"receive_id": receive_id, "msg_type": "text", "content": json.dumps(TEXT)}
    answer = town.api("POST", f"/im/v1/messages?receive_id_type={id_type}", body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_who_has_left_cannot_be_reached_in_the_old_chat_either(town: Town) -> None:
    sent = town.create("lin", "text", TEXT).json()["data"]
    town.do("event", {"person": "lin", "type": "deleted"})
    body = {"receive_id": sent["chat_id"], "msg_type": "text", "content": json.dumps(TEXT)}
    assert town.create("lin", "text", TEXT).json()["code"] == 230013
    assert town.api("POST", "/im/v1/messages?receive_id_type=chat_id", body).json()["code"] == 230013
    assert town.api("POST", f"/im/v1/messages/{sent['message_id']}/reply", body).json()["code"] == 230013


@pytest.mark.parametrize("missing", ["receive_id", "msg_type", "content"])
def test_a_missing_field_is_refused(town: Town, missing: str) -> None:
    body: Json = {"receive_id": "ou_lin", "msg_type": "text", "content": json.dumps(TEXT)}
    del body[missing]
    answer = town.api("POST", "/im/v1/messages?receive_id_type=open_id", body)
    assert (answer.status_code, answer.json()["code"]) == (400, 99992402)


@pytest.mark.parametrize(
    ("msg_type", "content", "code"),
    [
        ("text", "not json", 230001),
        ("text", "[]", 230001),
        ("text", {"text": ""}, 230001),
        ("text", {"words": "你好"}, 230001),
        ("text", {"text": "字" * 51_200}, 230025),
        ("text", {"text": "请打 13800138000"}, 230028),
        ("text", {"text": "电话13800138000。"}, 230028),
        ("text", {"text": "写信给 lin@example.org"}, 230028),
        ("post", {"title": "没有语言层", "content": [[{"tag": "text", "text": "一"}]]}, 230001),
        ("post", {"zh_cn": {"content": [{"tag": "text", "text": "一"}]}}, 230001),
        ("post", {"zh_cn": {"content": [[{"tag": "blink", "text": "一"}]]}}, 230001),
        ("post", {"zh_cn": {"content": [[{"tag": "text", "text": "字" * 10_240}]]}}, 230025),
        ("post", {"zh_cn": {"content": [[{"tag": "text", "text": "13800138000"}]]}}, 230028),
        ("image", {"image_key": "img_unknown"}, 230001),
        ("file", {"file_key": "file_unknown"}, 230001),
        ("interactive", "not json", 230099),
        ("interactive", card({"tag": "markdown", "content": "字" * 10_240}), 230025),
        ("interactive", card({"tag": "markdown", "content": "电话 13800138000"}), 230028),
        ("interactive", card(config={"update_multi": True, "summary": {"content": "a@b.cn"}}), 230028),
        ("interactive", card(table_of({"name": "13800138000"})), 230028),
        ("interactive", {"type": "template", "data": {"template_id": "ctp_1"}}, 230099),
        ("hologram", {}, 230001),
    ],
)
def test_a_content_that_the_platform_refuses(town: Town, msg_type: str, content: Any, code: int) -> None:
    answer = town.create("lin", msg_type, content)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert town.chat("lin") == []


@pytest.mark.parametrize(
    "text",
    [
        "单号 BX-2026-0001",
        "金额 12800000000000 分",
        "时间戳 1760000000000",
        "a13800138000b",
        "身份 ou_13800138000",
    ],
)
def test_numbers_that_are_no_phone_numbers_pass_the_audit(town: Town, text: str) -> None:
    assert town.create("lin", "text", {"text": text}).json()["code"] == 0


def test_exactly_150_kb_of_text_pass(town: Town) -> None:
    frame = len(json.dumps({"text": ""}))
    assert town.create("lin", "text", {"text": "a" * (150 * 1024 - frame)}).json()["code"] == 0
    assert town.create("lin", "text", {"text": "a" * (150 * 1024 - frame + 1)}).json()["code"] == 230025


def test_exactly_30_kb_of_card_pass(town: Town) -> None:
    room = 30 * 1024 - len(json.dumps(card({"tag": "markdown", "content": ""}), ensure_ascii=False).encode())
    full, more = (card({"tag": "markdown", "content": "a" * length}) for length in (room, room + 1))
    assert town.create("lin", "interactive", full).json()["code"] == 0
    assert town.create("lin", "interactive", more).json()["code"] == 230025


def test_a_post_is_shown_line_by_line(town: Town) -> None:
    lines = [
        [{"tag": "text", "text": "第一行"}, {"tag": "a", "text": "链接", "href": "https://example.org"}],
        [{"tag": "at", "user_id": "ou_wang"}],
    ]
    town.sent("lin", "post", {"zh_cn": {"title": "标题", "content": lines}})
    assert town.chat("lin")[0]["text"] == "标题\n第一行链接\n@ou_wang"


@pytest.mark.parametrize(
    ("msg_type", "content", "pinged"),
    [
        ("text", {"text": '<at user_id="all">所有人</at> 开会'}, True),
        ("text", {"text": "&lt;at user_id=all&gt; 开会"}, False),
        ("post", {"zh_cn": {"content": [[{"tag": "at", "user_id": "all"}]]}}, True),
        ("post", {"zh_cn": {"content": [[{"tag": "md", "text": "<at user_id='all'></at>"}]]}}, True),
        ("interactive", card({"tag": "markdown", "content": "<at id=all></at>"}), True),
        ("interactive", card({"tag": "markdown", "content": "<at id='all'>"}), True),
        ("interactive", card({"tag": "markdown", "content": "<AT ids=ou_lin,all></AT>"}), True),
        (
            "interactive",
            card({"tag": "div", "text": {"tag": "lark_md", "content": "<at id=all></at>"}}),
            True,
        ),
        ("interactive", card({"tag": "markdown", "content": "&#60;at id=all&#62;"}), False),
        ("interactive", card({"tag": "markdown", "content": "<at id=ou_lin></at>"}), False),
        ("interactive", card({"tag": "div", "text": plain("<at id=all></at>")}), False),
        (
            "interactive",
            card(
                {
                    "tag": "table",
                    "columns": [{"name": "a", "data_type": "lark_md"}],
                    "rows": [{"a": "<at id=all></at>"}],
                }
            ),
            True,
        ),
        (
            "interactive",
            card({"tag": "table", "columns": [{"name": "a"}], "rows": [{"a": "<at id=all></at>"}]}),
            False,
        ),
    ],
)
def test_a_raw_at_all_pings_everybody(town: Town, msg_type: str, content: Any, pinged: bool) -> None:
    town.sent("lin", msg_type, content)
    assert town.chat("lin")[0]["pinged_all"] is pinged


def test_a_ping_that_comes_with_an_update_is_not_forgotten_by_the_next_update(town: Town) -> None:
    message_id = town.sent("lin", "interactive", card())
    town.patch(message_id, card({"tag": "markdown", "content": "<at id=all></at>"}))
    town.patch(message_id, card())
    assert town.chat("lin")[0]["pinged_all"] is True


# The uuid.


def test_the_same_uuid_within_an_hour_sends_one_message_and_tells_its_id_again(town: Town) -> None:
    first = town.create("lin", "text", TEXT, uuid="expense-1").json()["data"]
    town.hands.forward(3599)
    again = town.create("lin", "text", {"text": "别的"}, uuid="expense-1").json()["data"]
    assert again["message_id"] == first["message_id"]
    assert [message["text"] for message in town.chat("lin")] == ["你好"]


def test_after_an_hour_the_uuid_is_forgotten(town: Town) -> None:
    town.create("lin", "text", TEXT, uuid="expense-1")
    town.hands.forward(3600)
    town.create("lin", "text", TEXT, uuid="expense-1")
    assert len(town.chat("lin")) == 2


def test_a_refused_call_does_not_use_its_uuid_up(town: Town) -> None:
    assert town.create("lin", "text", {"text": ""}, uuid="expense-1").json()["code"] == 230001
    assert town.create("lin", "text", TEXT, uuid="expense-1").json()["code"] == 0
    assert len(town.chat("lin")) == 1


def test_a_reply_obeys_its_uuid_too(town: Town) -> None:
    said = town.say("lin", "报销")["message_id"]
    body = {"msg_type": "text", "content": json.dumps(TEXT), "uuid": "reply-1"}
    ids = {
        town.api("POST", f"/im/v1/messages/{said}/reply", body).json()["data"]["message_id"] for _ in range(2)
    }
    assert len(ids) == 1
    assert len(town.chat("lin")) == 2


@pytest.mark.parametrize(("length", "code"), [(50, 0), (51, 99992402)])
def test_a_uuid_has_at_most_50_characters(town: Town, length: int, code: int) -> None:
    assert town.create("lin", "text", TEXT, uuid="u" * length).json()["code"] == code


def test_a_reply_stands_in_the_chat_of_what_it_answers(town: Town) -> None:
    said = town.say("lin", "报销")["message_id"]
    body = {"msg_type": "text", "content": json.dumps(TEXT)}
    data = town.api("POST", f"/im/v1/messages/{said}/reply", body).json()["data"]
    assert (data["root_id"], data["parent_id"]) == (said, said)
    assert [(m["from"], m["reply_to"]) for m in town.chat("lin")] == [("person", None), ("bot", said)]


# Replacing a card.


def test_an_updated_card_replaces_the_old_one(town: Town) -> None:
    message_id = town.sent("lin", "interactive", card())
    town.do("clock", {"shift_seconds": 60})
    new = card({"tag": "markdown", "content": "已通过"})
    assert town.patch(message_id, new).json() == {"code": 0, "data": {}, "msg": "success"}
    (message,) = town.chat("lin")
    assert message["card"] == new
    assert message["updated_at"] > message["sent_at"]


SHARED_NOT = card(config={"enable_forward": False})


@pytest.mark.parametrize(("before", "after"), [(SHARED_NOT, card()), (card(), SHARED_NOT)])
def test_update_multi_must_be_said_before_and_after(town: Town, before: Json, after: Json) -> None:
    message_id = town.sent("lin", "interactive", before)
    assert town.patch(message_id, after).json()["code"] == 230001
    assert town.chat("lin")[0]["card"] == before


def test_a_wrong_card_is_refused_and_the_old_one_stays(town: Town) -> None:
    message_id = town.sent("lin", "interactive", card())
    answer = town.patch(message_id, card({"tag": "action"}))
    assert answer.json()["code"] == 230099
    assert "200861" in answer.json()["msg"]
    assert town.chat("lin")[0]["card"] == card()


@pytest.mark.parametrize(("days", "code"), [(14, 0), (14.001, 230031)])
def test_a_card_can_be_updated_for_14_days_of_the_simulated_clock(town: Town, days: float, code: int) -> None:
    message_id = town.sent("lin", "interactive", card())
    town.do("clock", {"shift_seconds": days * DAY})
    assert town.patch(message_id, card()).json()["code"] == code


def test_only_own_cards_can_be_updated_and_recalled(town: Town) -> None:
    said = town.say("lin", "报销")["message_id"]
    text = town.sent("lin", "text", TEXT)
    assert town.patch(said, card()).json()["code"] == 230017
    assert town.api("DELETE", f"/im/v1/messages/{said}").json()["code"] == 230017
    assert town.patch(text, card()).json()["code"] == 230054


def test_a_recalled_message_is_gone_for_everything(town: Town) -> None:
    message_id = town.sent("lin", "interactive", card())
    assert town.api("DELETE", f"/im/v1/messages/{message_id}").json()["code"] == 0
    body = {"msg_type": "text", "content": json.dumps(TEXT)}
    assert town.patch(message_id, card()).json()["code"] == 230011
    assert town.api("POST", f"/im/v1/messages/{message_id}/reply", body).json()["code"] == 230011
    assert town.api("DELETE", f"/im/v1/messages/{message_id}").json()["code"] == 230011
    (message,) = town.chat("lin")
    assert (message["recalled"], message["card"], message["words"]) == (True, None, "（消息已撤回）")


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_an_unknown_message_is_a_bad_parameter(town: Town, method: str) -> None:
    answer = town.api(method, "/im/v1/messages/om_unknown", {"content": json.dumps(card())})
    assert (answer.status_code, answer.json()["code"]) == (400, 230001)


def test_a_picture_and_a_file_of_the_bot_can_be_sent(town: Town) -> None:
    headers = {"Authorization": f"Bearer {town.token}"}
    image = town.raw(
        "POST",
        "/open-apis/im/v1/images",
        headers=headers,
        data={"image_type": "message"},
        files={"image": ("a.png", PNG)},
    ).json()["data"]
    pdf = town.raw(
        "POST",
        "/open-apis/im/v1/files",
        headers=headers,
        data={"file_type": "pdf", "file_name": "发票.pdf"},
        files={"file": ("发票.pdf", b"%PDF-1.7")},
    ).json()["data"]
    opus = town.raw(
        "POST",
        "/open-apis/im/v1/files",
        headers=headers,
        data={"file_type": "opus", "file_name": "a.opus"},
        files={"file": ("a.opus", b"OggS")},
    ).json()["data"]
    town.sent("lin", "image", image)
    town.sent("lin", "file", pdf)
    assert [message["type"] for message in town.chat("lin")] == ["image", "file"]
    assert town.chat("lin")[1]["file"]["name"] == "发票.pdf"
    assert town.create("lin", "file", opus).json()["code"] == 230055
