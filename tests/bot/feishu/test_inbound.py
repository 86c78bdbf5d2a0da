"""What reaches the Feishu webhook: recorded payloads, refusals, and bytes that nobody should ever send."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feishu.inbound import MAX_TEXT, FeishuInbound, decrypted, left_over, signature
from bot.feishu.listen import taken
from bot.platform import Answer, Clicked, Entered, Incoming, Refused, Said
from bot.simulator import FeishuApp, Simulator
from bot.simulator.feishu.app import LONG_CONNECTION
from handlers.contract.card import Card
from handlers.contract.reply import Reply
from storage.people import Address
from tests.bot.feishu.sealing import (
    APP,
    KEY,
    NOW,
    TOKEN,
    Webhook,
    ciphertext,
    enclosed,
    envelope,
    sealed,
    signed_body,
)

DATA = Path(__file__).parent
VECTORS = json.loads((DATA / "feishu_vectors.json").read_text(encoding="utf-8"))["vectors"]
EVENTS = json.loads((DATA / "events.json").read_text(encoding="utf-8"))
TEXT = next(each["event"] for each in EVENTS if each["name"] == "a text")
MESSAGE = envelope("im.message.receive_v1", TEXT)
CHALLENGE = {"challenge": "5634b122", "token": TOKEN, "type": "url_verification"}

calm = settings(deadline=None)
edge = FeishuInbound(APP, KEY, TOKEN)
token_only = FeishuInbound(APP, "", TOKEN)


def read(webhook: Webhook, inbound: FeishuInbound = edge, now: datetime = NOW) -> Incoming | Answer:
    return inbound.read(webhook.headers, {}, webhook.body, now)


def understood(webhook: Webhook, inbound: FeishuInbound = edge, now: datetime = NOW) -> Incoming:
    incoming = read(webhook, inbound, now)
    assert isinstance(incoming, Incoming)
    return incoming


def refusal(webhook: Webhook, inbound: FeishuInbound = edge, now: datetime = NOW) -> tuple[int, str]:
    with pytest.raises(Refused) as refused:
        read(webhook, inbound, now)
    return refused.value.status, refused.value.why


def told(incoming: Incoming) -> dict[str, Any]:
    """An Incoming in the words of the data files."""
    sender = incoming.sender.user_id if incoming.sender else None
    body = {type(incoming.body).__name__: asdict(incoming.body)}
    return {"key": incoming.key, "sender": sender, "group": incoming.group, "body": body}


# Vectors of the platform's own pages and SDKs.


def _decrypts(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    aes = AES(hashlib.sha256(inputs["encrypt_key"].encode()).digest())
    assert decrypted(aes, inputs["encrypt"]).decode() == expected["plaintext"]


def _echoes(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    answer = read(
        Webhook({}, json.dumps(inputs["body"]).encode()), FeishuInbound(APP, inputs["encrypt_key"], "")
    )
    assert isinstance(answer, Answer)
    assert (answer.status, json.loads(answer.body)) == (200, expected["response"])


def _signs(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    signed = signature(
        inputs["encrypt_key"].encode(), inputs["timestamp"], inputs["nonce"], inputs["body"].encode()
    )
    assert signed == expected["x_lark_signature"]


def _is_refused(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    headers = {
        "x-lark-request-timestamp": inputs["timestamp"],
        "x-lark-request-nonce": inputs["nonce"],
        "x-lark-signature": expected["x_lark_signature"],
    }
    old_card = Webhook(headers, inputs["body"].encode())
    for key in (KEY, inputs["verification_token"]):
        assert refusal(old_card, FeishuInbound(APP, key, inputs["verification_token"]))[0] == 401


def _arrives(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    plain = expected["plaintext_json"]
    headers = {
        "x-lark-request-timestamp": inputs["timestamp"],
        "x-lark-request-nonce": inputs["nonce"],
        "x-lark-signature": expected["x_lark_signature"],
    }
    webhook = Webhook(headers, inputs["raw_body"].encode())
    inbound = FeishuInbound(plain["header"]["app_id"], inputs["encrypt_key"], inputs["verification_token"])
    sent_at = datetime.fromtimestamp(int(inputs["timestamp"]), UTC)

    assert understood(webhook, inbound, sent_at) == Incoming(
        "feishu:m:" + plain["event"]["message"]["message_id"],
        Address("feishu", plain["event"]["sender"]["sender_id"]["open_id"]),
        Said("报销 出租车 128.50"),
    )
    assert refusal(webhook.with_header("x-lark-signature", "0" * 64), inbound, sent_at)[0] == 401
    assert refusal(webhook, inbound, sent_at + timedelta(days=3650))[0] == 401


def _is_understood(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    plain = expected["plaintext_json"]
    inbound = FeishuInbound(plain["header"]["app_id"], KEY, plain["header"]["token"])
    wanted = {
        "im.chat.access_event.bot_p2p_chat_entered_v1": {"Entered": {}},
        "application.bot.menu_v6": {"Said": {"text": "menu_expense_new"}},
        "contact.user.deleted_v3": {"Other": {"kind": "contact.user.deleted_v3"}},
    }
    incoming = told(understood(sealed(plain), inbound))

    assert incoming["body"] == wanted[plain["header"]["event_type"]]
    assert incoming["key"] == "feishu:e:" + plain["header"]["event_id"]


def _bootstraps(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    """What the SDK asks of the platform before it connects is answered by the simulator in the same shape."""
    app = FeishuApp(inputs["json"]["AppID"], inputs["json"]["AppSecret"], mode=LONG_CONNECTION)
    simulator = Simulator([], app)
    simulator.start()
    try:
        url = simulator.base_url + inputs["path"]
        answer = requests.request(inputs["method"], url, json=inputs["json"], timeout=10).json()
    finally:
        simulator.stop()
    wanted, got = expected["response_shape"], answer
    assert (got["code"], got["msg"], got["data"].keys()) == (0, "", wanted["data"].keys())
    assert got["data"]["ClientConfig"].keys() == wanted["data"]["ClientConfig"].keys()
    query, wanted_query = (parse_qs(urlsplit(each["data"]["URL"]).query) for each in (got, wanted))
    assert query.keys() == wanted_query.keys()
    assert query["service_id"][0].isdigit()


def _is_acknowledged(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    assert json.loads(taken(json.dumps(inputs["handler_return"]).encode())) == expected["ack_payload"]


CHECKS: dict[str, Callable[[dict[str, Any], dict[str, Any]], None]] = {
    "decrypt": _decrypts,
    "url_verification": _echoes,
    "signature_sha256": _signs,
    "signature_sha1_legacy_card": _is_refused,
    "full_webhook": _arrives,
    "payload_sample": _is_understood,
    "ws_bootstrap": _bootstraps,
    "ws_ack": _is_acknowledged,
}


@pytest.mark.parametrize("vector", VECTORS, ids=[each["name"] for each in VECTORS])
def test_a_vector_of_the_platform_holds(vector: dict[str, Any]) -> None:
    CHECKS[vector["kind"]](vector["inputs"], vector["expected"])


# What events mean.


@pytest.mark.parametrize("case", EVENTS, ids=[each["name"] for each in EVENTS])
def test_an_event_is_read_as_what_it_says(case: dict[str, Any]) -> None:
    webhook = sealed(envelope(case["event_type"], case["event"]))

    if "refused" in case:
        assert refusal(webhook)[0] == case["refused"]
    else:
        assert told(understood(webhook)) == case["read_as"]


def test_a_very_long_text_is_kept_up_to_its_limit() -> None:
    event = {**TEXT, "message": {**TEXT["message"], "content": json.dumps({"text": "长" * (MAX_TEXT + 1)})}}

    assert understood(sealed(envelope("im.message.receive_v1", event))).body == Said("长" * MAX_TEXT)


def test_a_repeat_of_a_message_has_the_same_key_though_its_event_id_is_new() -> None:
    first = understood(sealed(envelope("im.message.receive_v1", TEXT, event_id="e-1")))
    again = understood(sealed(envelope("im.message.receive_v1", TEXT, event_id="e-2")))

    assert first.key == again.key


# Who sent it, and when.


def test_a_signature_counts_for_eight_hours_before_and_after_and_not_longer() -> None:
    webhook = sealed(MESSAGE)

    for apart in (timedelta(hours=8), timedelta(hours=-8), timedelta()):
        assert understood(webhook, now=NOW + apart).body == Said("报销 出租车 128.50")
    for apart in (timedelta(hours=8, seconds=1), timedelta(hours=-8, seconds=-1)):
        assert refusal(webhook, now=NOW + apart) == (401, "stale signature")


def test_the_window_is_a_setting() -> None:
    strict = FeishuInbound(APP, KEY, TOKEN, timedelta(minutes=5))

    assert refusal(sealed(MESSAGE), strict, NOW + timedelta(minutes=6))[0] == 401


@pytest.mark.parametrize("timestamp", ["", "abc", "-5", "1.5", "²", " 1", "1e9", "9" * 400])
def test_a_timestamp_is_a_number_of_seconds_even_when_the_signature_fits(timestamp: str) -> None:
    body = sealed(MESSAGE).body
    headers = {
        "x-lark-request-timestamp": timestamp,
        "x-lark-request-nonce": "n",
        "x-lark-signature": signature(KEY.encode(), timestamp, "n", body),
    }

    assert refusal(Webhook(headers, body))[0] == 401


@pytest.mark.parametrize("wrong", ["", "0" * 64, "é" * 64, "\udcff" * 64])
def test_a_wrong_signature_is_refused(wrong: str) -> None:
    assert refusal(sealed(MESSAGE).with_header("x-lark-signature", wrong)) == (401, "wrong signature")


@pytest.mark.parametrize("name", ["x-lark-request-timestamp", "x-lark-request-nonce", "x-lark-signature"])
def test_a_missing_signature_header_is_refused(name: str) -> None:
    assert refusal(sealed(MESSAGE).without_header(name))[0] == 401


def test_a_signature_in_capitals_is_not_the_platforms() -> None:
    webhook = sealed(MESSAGE)

    assert (
        refusal(webhook.with_header("x-lark-signature", webhook.headers["x-lark-signature"].upper()))[0]
        == 401
    )


def test_the_signature_covers_every_byte_of_the_body() -> None:
    webhook = sealed(MESSAGE)

    assert refusal(Webhook(webhook.headers, webhook.body + b" "))[0] == 401


def test_a_signature_made_with_another_key_is_refused() -> None:
    assert refusal(sealed(MESSAGE, key="somebody elses"))[0] == 401


@pytest.mark.parametrize("token", [None, "", "other", 7, TOKEN + " ", "\udcff"])
def test_a_wrong_token_is_refused_though_the_signature_fits(token: object) -> None:
    webhook = sealed(envelope("im.message.receive_v1", TEXT, token=token))

    assert refusal(webhook) == (401, "wrong token")
    assert refusal(Webhook({}, json.dumps(envelope("x", {}, token=token)).encode()), token_only)[0] == 401


@pytest.mark.parametrize("app_id", [None, "", "cli_other", 7])
def test_an_event_of_another_app_is_refused(app_id: object) -> None:
    assert refusal(sealed(envelope("im.message.receive_v1", TEXT, app_id=app_id))) == (403, "foreign app")


def test_where_no_token_is_configured_the_signature_is_enough() -> None:
    assert understood(sealed(MESSAGE), FeishuInbound(APP, KEY, "")).body == Said("报销 出租车 128.50")


def test_without_an_encrypt_key_the_token_vouches() -> None:
    assert understood(Webhook({}, json.dumps(MESSAGE).encode()), token_only).body == Said(
        "报销 出租车 128.50"
    )


def test_without_key_and_token_nobody_is_believed() -> None:
    assert refusal(Webhook({}, json.dumps(MESSAGE).encode()), FeishuInbound(APP, "", ""))[0] == 401


def test_with_an_encrypt_key_a_plain_event_is_refused_though_it_is_signed() -> None:
    assert refusal(signed_body(json.dumps(MESSAGE).encode())) == (400, "not encrypted")


# The platform's check of our address.


def test_the_check_of_our_address_is_answered_signed_or_not() -> None:
    """Feishu encrypts it but does not sign it."""
    for webhook in (sealed(CHALLENGE), sealed(CHALLENGE, signed=False)):
        answer = read(webhook)
        assert isinstance(answer, Answer)
        assert json.loads(answer.body) == {"challenge": "5634b122"}


def test_the_answer_to_the_check_holds_nothing_but_the_challenge() -> None:
    answer = read(sealed(CHALLENGE | {"challenge": 'a","x":"1'}))

    assert isinstance(answer, Answer)
    assert json.loads(answer.body) == {"challenge": 'a","x":"1'}


def test_a_check_with_a_wrong_token_is_refused() -> None:
    for signed in (True, False):
        assert refusal(sealed(CHALLENGE | {"token": "x"}, signed=signed))[0] == 401
    assert refusal(Webhook({}, json.dumps(CHALLENGE | {"token": "x"}).encode()), token_only)[0] == 401


def test_an_event_that_also_looks_like_a_check_is_an_event() -> None:
    assert understood(sealed(MESSAGE | CHALLENGE)).body == Said("报销 出租车 128.50")


def test_a_check_without_a_challenge_is_refused() -> None:
    assert refusal(sealed(CHALLENGE | {"challenge": 5})) == (400, "no challenge")


@pytest.mark.parametrize(
    "webhook",
    [
        sealed(MESSAGE, signed=False),
        sealed(CHALLENGE | {"challenge": None}, signed=False),
        sealed(b"no json", signed=False),
        enclosed(ciphertext(bytes(32)), signed=False),
        enclosed(b"short", signed=False),
        Webhook({}, b"no json"),
        Webhook({}, json.dumps(CHALLENGE).encode()),
    ],
    ids=["event", "no challenge", "no json inside", "bad padding", "truncated", "no json", "plain"],
)
def test_unsigned_bytes_learn_nothing_but_that_they_are_not_signed(webhook: Webhook) -> None:
    assert refusal(webhook) == (401, "no signature")


def test_an_unsigned_check_is_refused_where_no_token_can_vouch_for_it() -> None:
    assert refusal(sealed(CHALLENGE, signed=False), FeishuInbound(APP, KEY, ""))[0] == 401


# Bytes that are not an event.

V1 = {"uuid": "1", "token": TOKEN, "ts": "1.5", "type": "event_callback", "event": {"type": "message"}}


@pytest.mark.parametrize(
    ("plain", "why"),
    [
        (b"no json", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"a":' * 100_000, "not JSON"),
        (b'{"a":' + b"9" * 10_000 + b"}", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b"{}", "not a v2 envelope"),
        (V1, "not a v2 envelope"),
        (MESSAGE | {"schema": 2.0}, "not a v2 envelope"),
        ({"schema": "2.0"}, "no header"),
        (MESSAGE | {"header": []}, "no header"),
        (MESSAGE | {"event": None}, "no event"),
        (envelope("contact.user.deleted_v3", {}, event_id=""), "odd id"),
        (envelope("contact.user.deleted_v3", {}, event_id="ü"), "odd id"),
    ],
)
def test_what_is_not_a_v2_event_is_refused(plain: object, why: str) -> None:
    assert refusal(sealed(plain)) == (400, why)


@pytest.mark.parametrize(
    ("webhook", "why"),
    [
        (signed_body(b"\xff"), "not JSON"),
        (signed_body(b'{"encrypt": 5}'), "not encrypted"),
        (signed_body(b'{"encrypt": "%%%%"}'), "not base64"),
        (signed_body('{"encrypt": "密"}'.encode()), "not base64"),
        (signed_body(b'{"encrypt": "\\ud800"}'), "not base64"),
        (signed_body(b'{"encrypt": ""}'), "truncated"),
        (enclosed(bytes(16)), "truncated"),
        (enclosed(bytes(40)), "truncated"),
        (enclosed(ciphertext(b"x" * 15 + b"\x00")), "bad padding"),
        (enclosed(ciphertext(b"x" * 15 + b"\x11")), "bad padding"),
        (enclosed(ciphertext(b"x" * 14 + b"\x01\x02")), "bad padding"),
    ],
)
def test_what_does_not_decrypt_is_refused(webhook: Webhook, why: str) -> None:
    assert refusal(webhook) == (400, why)


def test_a_padding_of_a_whole_block_is_right() -> None:
    assert refusal(enclosed(ciphertext(b"[1,2,3,4,5,6,77]" + b"\x10" * 16))) == (400, "not a JSON object")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
HEADERS = st.dictionaries(
    st.sampled_from(["x-lark-signature", "x-lark-request-timestamp", "x-lark-request-nonce", "content-type"]),
    st.text(max_size=70),
)


def outcome(webhook: Webhook, inbound: FeishuInbound) -> Incoming | Answer | Refused:
    try:
        return read(webhook, inbound)
    except Refused as refused:
        return refused


def holds(webhook: Webhook, inbound: FeishuInbound = edge) -> None:
    """Bytes are understood or refused: no other exception leaves the edge, nor text that no row can keep."""
    match outcome(webhook, inbound):
        case Refused(status=status):
            assert status in (400, 401, 403)
        case Incoming() as incoming:
            assert len(incoming.key) <= 160
            words = json.dumps(told(incoming), ensure_ascii=False)
            assert "\\u0000" not in words
            words.encode()
        case Answer(body=body):
            json.loads(body)


@calm
@given(HEADERS, st.binary(max_size=200))
def test_no_bytes_bring_the_edge_down(headers: dict[str, str], body: bytes) -> None:
    holds(Webhook(headers, body))
    holds(Webhook(headers, body), token_only)


@calm
@given(st.binary(max_size=200))
def test_no_signed_bytes_bring_the_edge_down(noise: bytes) -> None:
    holds(signed_body(noise))
    holds(enclosed(noise))
    holds(sealed(noise))


@calm
@given(st.integers(min_value=0), st.integers(min_value=0, max_value=255))
def test_a_byte_changed_in_the_ciphertext_brings_nothing_down(place: int, value: int) -> None:
    plain = json.dumps(MESSAGE).encode()
    padding = 16 - len(plain) % 16
    raw = bytearray(ciphertext(plain + bytes([padding]) * padding))
    raw[place % len(raw)] = value
    holds(enclosed(bytes(raw)))


@calm
@given(st.sampled_from([each for each in EVENTS if each["event"]]), st.data())
def test_no_shape_of_an_event_brings_the_edge_down(case: dict[str, Any], data: st.DataObject) -> None:
    event = json.loads(json.dumps(case["event"]))
    spot, name = data.draw(st.sampled_from(list(_spots(event))))
    spot[name] = data.draw(JSON)
    holds(sealed(envelope(case["event_type"], event)))


@calm
@given(JSON)
def test_no_content_of_a_message_brings_the_edge_down(content: object) -> None:
    for kind in ("text", "post", "image", "file"):
        message = TEXT["message"] | {"message_type": kind, "content": json.dumps(content)}
        holds(sealed(envelope("im.message.receive_v1", TEXT | {"message": message})))


def _spots(value: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Every place in an event where something else could stand."""
    inner = [spot for each in value.values() if isinstance(each, dict) for spot in _spots(each)]
    return [(value, name) for name in value] + inner


# What goes back.

CLICK = Incoming(
    "feishu:e:e-1", Address("feishu", "ou_1"), Clicked("expense.approve", {"claim": 1}, None, "om_1", "om_1")
)


def answered(reply: Reply | None, incoming: Incoming = CLICK) -> dict[str, Any]:
    answer = edge.answer(incoming, reply)
    assert (answer.status, answer.content_type) == (200, "application/json; charset=utf-8")
    content: dict[str, Any] = json.loads(answer.body)
    return content


def test_a_click_is_answered_with_the_new_card_and_a_passing_word() -> None:
    content = answered(Reply(card=Card(title="报销", subject="expense:1"), toast="已同意"))

    assert content["toast"] == {"type": "success", "content": "已同意"}
    assert content["card"]["type"] == "raw"
    assert content["card"]["data"]["header"]["title"]["content"] == "报销"


def test_a_polite_no_is_shown_as_an_error() -> None:
    assert answered(Reply(toast="王芳 已于 09:12 同意", refused=True)) == {
        "toast": {"type": "error", "content": "王芳 已于 09:12 同意"}
    }


def test_a_click_that_is_answered_with_words_only_shows_them_as_a_passing_word() -> None:
    assert answered(Reply(text="附件正在发给您")) == {
        "toast": {"type": "success", "content": "附件正在发给您"}
    }


def test_a_card_that_comes_with_words_is_not_covered_by_them() -> None:
    assert "toast" not in answered(Reply(card=Card(title="报销", subject="expense:1"), text="另外"))


CARD = Card(title="报销", subject="expense:1")


@pytest.mark.parametrize(
    ("reply", "rest"),
    [
        (Reply(card=CARD, toast="已同意"), Reply()),
        (Reply(text="附件正在发给您"), Reply()),
        (Reply(text="不能再签", toast="不能再签", refused=True), Reply()),
        (Reply(card=CARD, text="另外"), Reply(text="另外")),
        (Reply(text="另外", toast="已同意"), Reply(text="另外")),
    ],
)
def test_words_that_a_click_cannot_show_go_by_the_outbox(reply: Reply, rest: Reply) -> None:
    assert left_over(CLICK, reply) == rest


def test_the_whole_reply_to_a_message_goes_by_the_outbox() -> None:
    reply = Reply(card=CARD, text="好")

    assert left_over(Incoming("feishu:m:om_1", Address("feishu", "ou_1"), Said("报销")), reply) == reply


def test_a_passing_word_is_short_and_whole() -> None:
    content = answered(Reply(toast="长" * 500 + "\ud800"))

    assert len(content["toast"]["content"]) <= 120
    assert content["toast"]["content"].endswith("（内容过长，已截断）")


@pytest.mark.parametrize("reply", [None, Reply()])
def test_a_click_without_an_answer_leaves_the_card_as_it_is(reply: Reply | None) -> None:
    assert answered(reply) == {}


@pytest.mark.parametrize("body", [Said("报销"), Entered()])
def test_a_message_is_never_answered_over_http(body: Said | Entered) -> None:
    incoming = Incoming("feishu:m:om_1", Address("feishu", "ou_1"), body)

    assert answered(Reply(text="好", toast="好", card=Card(title="报销", subject="x")), incoming) == {}
