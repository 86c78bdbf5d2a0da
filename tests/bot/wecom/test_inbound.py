"""What reaches the WeCom address: vectors, callbacks, refusals, and bytes that nobody should ever send."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpy.enterprise.crypto import WeChatCrypto

from bot.platform import Answer, Clicked, Entered, Incoming, Other, Refused, Said, Sent
from bot.simulator.wecom.app import WecomApp
from bot.simulator.wecom.replies import Reply as Heard
from bot.simulator.wecom.replies import read_reply
from bot.wecom.inbound import MAX_TEXT, WecomInbound, left_over
from bot.wecom.keys import packed, unpacked
from bot.wecom.seal import Seal
from bot.wecom.xml import element, parsed
from handlers.contract.card import Button, Card, Field, Tone
from handlers.contract.reply import Reply
from storage.people import Address
from tests.bot.wecom.sealing import (
    AGENT,
    CORP,
    KEY,
    NOW,
    TOKEN,
    Callback,
    ciphertext,
    enclosed,
    message,
    padded,
    query,
    sealed,
    signed,
)

DATA = Path(__file__).parent
VECTORS = json.loads((DATA / "wecom_vectors.json").read_text(encoding="utf-8"))["vectors"]
EVENTS = json.loads((DATA / "events.json").read_text(encoding="utf-8"))
TEXT = message(Content="报销 出租车 128.50")

Json = dict[str, Any]

calm = settings(deadline=None)
edge = WecomInbound(CORP, AGENT, TOKEN, KEY)


def read(callback: Callback, inbound: WecomInbound = edge, now: datetime = NOW) -> Incoming:
    return inbound.read({}, callback.query, callback.body, now)


def refusal(callback: Callback, inbound: WecomInbound = edge, now: datetime = NOW) -> tuple[int, str]:
    with pytest.raises(Refused) as refused:
        read(callback, inbound, now)
    return refused.value.status, refused.value.why


def told(incoming: Incoming, plain: str = "") -> Json:
    """An Incoming in the words of the data files."""
    by_content = f"wecom:e:{sha256(plain.encode()).hexdigest()}"
    key = "event" if incoming.key == by_content else incoming.key
    sender = incoming.sender.user_id if incoming.sender else None
    body = {type(incoming.body).__name__: asdict(incoming.body)}
    return {"key": key, "sender": sender, "group": incoming.group, "body": body}


# Vectors of the platform's pages and of the SDK, and samples by their fields.


def _at(inputs: Json) -> datetime:
    return datetime.fromtimestamp(int(inputs["timestamp"]), UTC)


def _query(inputs: Json) -> dict[str, str]:
    return {name: inputs[name] for name in ("msg_signature", "timestamp", "nonce")}


def _seal(inputs: Json) -> Seal:
    return Seal(inputs["receiveid"], inputs["token"], inputs["encoding_aes_key"])


def _inbound(inputs: Json, agent: int = AGENT) -> WecomInbound:
    return WecomInbound(inputs["receiveid"], agent, inputs["token"], inputs["encoding_aes_key"])


def _body(sealed_text: str) -> bytes:
    return f"<xml><Encrypt><![CDATA[{sealed_text}]]></Encrypt></xml>".encode()


def _verifies(inputs: Json, expected: Json) -> None:
    asked = _query(inputs) | {"echostr": inputs["echostr"]}
    answer = _inbound(inputs).verify(asked, _at(inputs))

    assert answer == Answer(expected["plaintext"].encode(), content_type="text/plain; charset=utf-8")
    with pytest.raises(Refused) as refused:
        _inbound(inputs).verify(asked | {"msg_signature": "0" * 40}, _at(inputs))
    assert refused.value.status == 401


def _seals(inputs: Json, expected: Json) -> None:
    ours = _seal(inputs).sealed(inputs["plaintext"].encode(), inputs["random16"].encode())

    assert ours == expected["encrypt"]
    assert _seal(inputs).signature(inputs["timestamp"], inputs["nonce"], ours) == expected["msg_signature"]


def _opens(inputs: Json, expected: Json) -> None:
    seal, theirs = _seal(inputs), inputs["encrypt"]

    assert seal.opened(theirs).decode() == expected["plaintext"]
    assert seal.signature(inputs["timestamp"], inputs["nonce"], theirs) == inputs["msg_signature"]
    if "post_body" in inputs:
        _arrives(inputs, expected)


def _arrives(inputs: Json, expected: Json) -> None:
    agent = int(parsed(expected["plaintext"].encode()).findtext("AgentID", str(AGENT)))
    callback = Callback(_query(inputs), inputs["post_body"].encode())
    incoming = read(callback, _inbound(inputs, agent), _at(inputs))

    assert incoming.sender or isinstance(incoming.body, Other)
    assert refusal(callback.asking(nonce="another"), _inbound(inputs, agent), _at(inputs))[0] == 401
    later = _at(inputs) + timedelta(days=365)
    assert refusal(callback, _inbound(inputs, agent), later) == (401, "stale signature")


def _is_refused(inputs: Json, expected: Json) -> None:
    status = {"invalid_signature": 401, "decrypt_error": 400}[expected["error"]]
    sealed_text = inputs.get("encrypt") or inputs["echostr"]

    assert refusal(Callback(_query(inputs), _body(sealed_text)), _inbound(inputs), _at(inputs))[0] == status


def _is_stale(inputs: Json, expected: Json) -> None:
    assert refusal(Callback(_query(inputs), _body(inputs["encrypt"])), _inbound(inputs)) == (
        401,
        "stale signature",
    )


def _is_no_callback(inputs: Json, expected: Json) -> None:
    if "plaintext" in inputs:
        assert refusal(sealed(inputs["plaintext"])) == (400, "a DOCTYPE")
    else:
        assert refusal(Callback(query(""), inputs["post_body"].encode()))[0] == 400


CHECKS: dict[str, Callable[[Json, Json], None]] = {
    "verify_url": _verifies,
    "encrypt": _seals,
    "decrypt": _opens,
    "negative": _is_refused,
    "policy": _is_stale,
    "xml": _is_no_callback,
}


@pytest.mark.parametrize("vector", VECTORS, ids=[each["name"] for each in VECTORS])
def test_a_vector_holds(vector: Json) -> None:
    CHECKS[vector["kind"]](vector["inputs"], vector["expected"])


def test_the_sdk_opens_what_we_seal_and_we_open_what_it_seals() -> None:
    theirs = WeChatCrypto(TOKEN, KEY, CORP)
    answer = edge.answer(
        Incoming("wecom:m:1", Address("wecom", "zhangsan"), Said("好")), Reply(text="收到 ]]> <a>")
    )
    outer = parsed(answer.body)
    signature, timestamp, nonce = (
        outer.findtext(name, "") for name in ("MsgSignature", "TimeStamp", "Nonce")
    )

    opened = theirs.decrypt_message(answer.body, signature, timestamp, nonce)
    assert parsed(opened.encode()).findtext("Content") == "收到 ]]> ＜a>"

    envelope = parsed(theirs.encrypt_message(TEXT, "nonce2", str(int(NOW.timestamp()))).encode())
    asked = {"msg_signature": envelope.findtext("MsgSignature", ""), "nonce": "nonce2"}
    asked["timestamp"] = envelope.findtext("TimeStamp", "")
    assert read(Callback(asked, _body(envelope.findtext("Encrypt", "")))).body == Said("报销 出租车 128.50")


# What callbacks mean.

SAMPLES = {
    each["name"]: each["expected"]["plaintext"] for each in VECTORS if each["name"].startswith("sample")
}


@pytest.mark.parametrize("case", EVENTS, ids=[each["name"] for each in EVENTS])
def test_a_callback_is_read_as_what_it_says(case: Json) -> None:
    plain = SAMPLES[case["vector"]] if "vector" in case else case["plain"]

    assert told(read(sealed(plain)), plain) == case["read_as"]


def test_every_sample_but_another_apps_is_in_the_table() -> None:
    named = {case.get("vector") for case in EVENTS}

    assert SAMPLES.keys() - named == {"sample_event_sys_approval_change"}
    assert refusal(sealed(SAMPLES["sample_event_sys_approval_change"])) == (403, "foreign app")


def test_a_very_long_text_is_kept_up_to_its_limit() -> None:
    assert read(sealed(message(Content="长" * (MAX_TEXT + 1)))).body == Said("长" * MAX_TEXT)


def test_a_repeat_has_the_same_key_though_it_is_sealed_anew() -> None:
    click = message("event", Event="enter_agent")
    first, again = sealed(click), sealed(click, at=NOW + timedelta(minutes=5))

    assert first.query != again.query
    assert read(first).key == read(again).key


def test_two_clicks_of_one_person_in_one_second_are_two() -> None:
    def click(code: str) -> str:
        key = packed("expense.approve", {"claim": 7})
        return message("event", Event="template_card_event", EventKey=key, TaskId="t", ResponseCode=code)

    assert read(sealed(click("RC_1"))).key != read(sealed(click("RC_2"))).key


# Who sent it, and when.


def test_a_signature_counts_for_eight_hours_before_and_after_and_not_longer() -> None:
    callback = sealed(TEXT)

    for apart in (timedelta(hours=8), timedelta(hours=-8), timedelta()):
        assert read(callback, now=NOW + apart).body == Said("报销 出租车 128.50")
    for apart in (timedelta(hours=8, seconds=1), timedelta(hours=-8, seconds=-1)):
        assert refusal(callback, now=NOW + apart) == (401, "stale signature")


def test_the_window_is_a_setting() -> None:
    strict = WecomInbound(CORP, AGENT, TOKEN, KEY, timedelta(minutes=5))

    assert refusal(sealed(TEXT), strict, NOW + timedelta(minutes=6))[0] == 401


@pytest.mark.parametrize("timestamp", ["", "abc", "-5", "1.5", "١٢", " 1", "1e9", "9" * 400])
def test_a_timestamp_is_a_number_of_seconds_even_when_the_signature_fits(timestamp: str) -> None:
    encrypt = parsed(sealed(TEXT).body).findtext("Encrypt", "")

    assert refusal(signed(encrypt, timestamp=timestamp)) == (401, "timestamp is not a number")


@pytest.mark.parametrize("wrong", ["", "0" * 40, "é" * 40, "\udcff" * 40])
def test_a_wrong_signature_is_refused(wrong: str) -> None:
    assert refusal(sealed(TEXT).asking(msg_signature=wrong)) == (401, "wrong signature")


@pytest.mark.parametrize("name", ["msg_signature", "timestamp", "nonce"])
def test_a_missing_part_of_the_signature_is_refused(name: str) -> None:
    assert refusal(sealed(TEXT).without(name))[0] == 401


def test_a_signature_in_capitals_is_not_the_platforms() -> None:
    callback = sealed(TEXT)

    assert refusal(callback.asking(msg_signature=callback.query["msg_signature"].upper()))[0] == 401


def test_a_signature_made_with_another_token_is_refused() -> None:
    assert refusal(sealed(TEXT, token="somebodyElses")) == (401, "wrong signature")


def test_a_callback_for_another_company_is_refused_wherever_it_says_so() -> None:
    assert refusal(sealed(TEXT, corp="wwother")) == (403, "foreign company")
    assert refusal(sealed(TEXT, corp="")) == (403, "foreign company")
    assert refusal(sealed(message(ToUserName="wwother", Content="好"))) == (403, "foreign company")
    assert refusal(sealed(message(ToUserName=None, Content="好"))) == (403, "foreign company")


@pytest.mark.parametrize("agent", ["1000003", "", " 1000002", "x"])
def test_a_callback_for_another_app_is_refused(agent: str) -> None:
    assert refusal(sealed(message(AgentID=agent, Content="好"))) == (403, "foreign app")


def test_before_the_signature_is_checked_nothing_inside_is_looked_at() -> None:
    for raw in (b"short", bytes(32), ciphertext(padded(b"no prefix"))):
        assert refusal(enclosed(raw, token="somebodyElses")) == (401, "wrong signature")


@pytest.mark.parametrize("key", ["", "short", KEY + "A", KEY[:-1] + "!", KEY[:-1] + "密"])
def test_a_key_that_is_none_is_not_taken(key: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - what it says is for the configuration to say
        WecomInbound(CORP, AGENT, TOKEN, key)


# Bytes that are not a callback.


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not XML"),
        (b"no xml", "not XML"),
        (b"<xml>", "not XML"),
        (b"<xml><a></xml>", "not XML"),
        (b"\xff\xfe<\x00x\x00/\x00>\x00", "not UTF-8"),
        (b"<xml>&eacute;</xml>", "not XML"),
        (b"<a:xml/>", "not XML"),
        (b"<xml/>", "not encrypted"),
        (b"<xml><Encrypt/></xml>", "not encrypted"),
        (b"<xml><a><Encrypt>x</Encrypt></a></xml>", "not encrypted"),
        (b"<!DOCTYPE xml><xml><Encrypt>x</Encrypt></xml>", "a DOCTYPE"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><xml><Encrypt>&x;</Encrypt></xml>', "a DOCTYPE"),
        (b"<xml>" * 170_000, "not XML"),
        (b"<xml>" * 80_000 + b"</xml>" * 80_000, "not encrypted"),
    ],
)
def test_what_is_not_an_envelope_is_refused(body: bytes, why: str) -> None:
    assert refusal(Callback(query(""), body)) == (400, why)


def test_a_declaration_does_not_choose_how_bytes_are_read() -> None:
    callback = sealed(TEXT)
    declared = Callback(callback.query, b'<?xml version="1.0" encoding="utf-7"?>' + callback.body)

    assert read(declared).body == Said("报销 出租车 128.50")


BOMB = '<!DOCTYPE a [<!ENTITY x "xx"><!ENTITY y "&x;&x;">]><xml><Content>&y;</Content></xml>'


@pytest.mark.parametrize(
    ("callback", "status", "why"),
    [
        (signed("%%%%"), 400, "not base64"),
        (signed("密"), 400, "not base64"),
        (signed("AAAA AAAA"), 400, "not base64"),
        (signed("AAAA"), 400, "truncated"),
        (enclosed(bytes(16)), 400, "truncated"),
        (enclosed(bytes(48)), 400, "truncated"),
        (enclosed(ciphertext(b"x" * 31 + b"\x00")), 400, "bad padding"),
        (enclosed(ciphertext(b"x" * 31 + b"\x21")), 400, "bad padding"),
        (enclosed(ciphertext(b"x" * 30 + b"\x01\x02")), 400, "bad padding"),
        (enclosed(ciphertext(b"\x20" * 32)), 400, "wrong length"),
        (enclosed(ciphertext(padded(b"x" * 19))), 400, "wrong length"),
        (enclosed(ciphertext(padded(bytes(16) + b"\x00\x00\x00\x05" + b"abc"))), 400, "wrong length"),
        (enclosed(ciphertext(padded(bytes(16) + b"\xff\xff\xff\xff" + CORP.encode()))), 400, "wrong length"),
        (enclosed(ciphertext(padded(bytes(20) + CORP.encode()))), 400, "not XML"),
        (enclosed(ciphertext(padded(bytes(20) + CORP.encode() + b" "))), 403, "foreign company"),
        (sealed(TEXT, key="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"), 400, "bad padding"),
        (sealed("no xml"), 400, "not XML"),
        (sealed(b"\xff"), 400, "not UTF-8"),
        (sealed(BOMB), 400, "a DOCTYPE"),
        (sealed("<xml/>"), 403, "foreign company"),
    ],
)
def test_what_does_not_open_is_refused(callback: Callback, status: int, why: str) -> None:
    assert refusal(callback) == (status, why)


def outcome(callback: Callback, inbound: WecomInbound = edge) -> Incoming | Refused:
    try:
        return read(callback, inbound)
    except Refused as refused:
        return refused


def holds(callback: Callback) -> None:
    """Bytes are understood or refused: no other exception leaves the edge, nor text that no row can keep."""
    match outcome(callback):
        case Refused(status=status):
            assert status in (400, 401, 403)
        case Incoming() as incoming:
            assert len(incoming.key) <= 160
            words = json.dumps(told(incoming), ensure_ascii=False)
            assert "\\u0000" not in words
            words.encode()


WORDS = st.text(st.characters(), max_size=80)


@calm
@given(
    st.dictionaries(st.sampled_from(["msg_signature", "timestamp", "nonce", "echostr"]), WORDS),
    st.binary(max_size=200),
)
def test_no_bytes_bring_the_edge_down(asked: dict[str, str], body: bytes) -> None:
    holds(Callback(asked, body))
    with pytest.raises(Refused):
        edge.verify(asked, NOW)


@calm
@given(st.binary(max_size=200))
def test_no_signed_bytes_bring_the_edge_down(noise: bytes) -> None:
    holds(enclosed(noise))
    holds(enclosed(ciphertext(padded(noise))))
    holds(sealed(noise))


@calm
@given(WORDS)
def test_no_signed_text_brings_the_edge_down(noise: str) -> None:
    encrypt = noise.encode(errors="replace").decode()
    holds(Callback(query(encrypt), element("xml", {"Encrypt": encrypt}).encode()))


@calm
@given(st.integers(min_value=0), st.integers(min_value=0, max_value=255))
def test_a_byte_changed_in_the_ciphertext_brings_nothing_down(place: int, value: int) -> None:
    raw = bytearray(base64.b64decode(parsed(sealed(TEXT).body).findtext("Encrypt", "")))
    raw[place % len(raw)] = value
    holds(enclosed(bytes(raw)))


NAMES = [
    "MsgType",
    "Event",
    "EventKey",
    "MsgId",
    "TaskId",
    "ResponseCode",
    "FromUserName",
    "Content",
    "MediaId",
]


@calm
@given(
    st.sampled_from(list(SAMPLES.values())),
    st.dictionaries(st.sampled_from(NAMES), WORDS, min_size=1, max_size=3),
)
def test_no_shape_of_a_callback_brings_the_edge_down(plain: str, other: dict[str, str]) -> None:
    first = "".join(element(name, text) for name, text in other.items())
    holds(sealed(f"<xml>{first}{plain.removeprefix('<xml>')}"))


@calm
@given(st.text(st.characters(), max_size=300))
def test_no_key_of_a_button_brings_the_edge_down(key: str) -> None:
    fields = {"ToUserName": CORP, "FromUserName": "z", "MsgType": "event", "Event": "template_card_event"}
    holds(sealed(element("xml", {**fields, "EventKey": key, "TaskId": "t"})))


ARG = st.text(st.characters(categories=["L", "N"]), max_size=20)


@calm
@given(
    ARG.filter(bool),
    st.dictionaries(ARG, ARG | st.integers(-(2**53) + 1, 2**53 - 1), max_size=4),
    st.integers(0, 9),
)
def test_a_request_comes_back_from_its_key_as_it_was(act: str, args: dict[str, str | int], n: int) -> None:
    assert unpacked(packed(act, args, n)) == (act, args)


# What goes back.

SENDER = Address("wecom", "ZhangSan")
CLICK = Incoming("wecom:e:1", SENDER, Clicked("expense.approve", {"claim": 1}, None, "t", "RC_1"))
MENU = Incoming("wecom:e:2", SENDER, Said("待办"))
WORD = Incoming("wecom:m:1", SENDER, Said("报销"))
CARD = Card(
    title="报销 ]]> BX-2026-0001",
    subject="expense:1",
    tone=Tone.GOOD,
    tag="已同意",
    fields=(Field("金额", "¥30"), Field("项目", "助老 <b>")),
    buttons=(Button("看附件", "expense.files", {"claim": 1}),),
)
APP = WecomApp(CORP, AGENT, "secret", TOKEN, KEY)


def heard(reply: Reply | None, incoming: Incoming) -> Heard | None:
    """What a strict reader finds in the answer."""
    answer = edge.answer(incoming, reply)
    assert answer.status == 200
    assert answer.content_type == ("text/xml" if answer.body else "text/plain") + "; charset=utf-8"
    event = "template_card_event" if isinstance(incoming.body, Clicked) else "text"
    return read_reply(APP, answer.body, event, SENDER.user_id)


def test_a_click_is_answered_with_the_card_that_takes_its_place() -> None:
    answer = heard(Reply(card=CARD, toast="已同意"), CLICK)

    assert answer is not None
    assert answer.kind == "update_template_card"
    assert answer.card == {
        "card_type": "button_interaction",
        "main_title": {"title": "报销 ]]> BX-2026-0001"},
        "source": {"desc": "已同意", "desc_color": 3},
        "horizontal_content_list": [
            {"keyname": "金额", "value": "¥30"},
            {"keyname": "项目", "value": "助老 <b>"},
        ],
        "button_list": [{"text": "看附件", "style": 3, "key": packed("expense.files", {"claim": 1})}],
    }


def test_a_card_that_takes_a_place_is_written_as_the_platform_spells_it() -> None:
    decided = Card(
        title="报销", subject="x", tag="已同意", fields=(Field("金额", "¥30"), Field("事由", "长" * 31))
    )
    body = edge.answer(CLICK, Reply(card=decided)).body
    plain = Seal(CORP, TOKEN, KEY).opened(parsed(body).findtext("Encrypt", "")).decode()

    for part in (
        "<MsgType><![CDATA[update_template_card]]></MsgType><TemplateCard>",
        "<CardType><![CDATA[button_interaction]]></CardType><MainTitle><Title><![CDATA[报销]]></Title></MainTitle>",
        "<Source><Desc><![CDATA[已同意]]></Desc><DescColor>1</DescColor></Source>",
        f"<SubTitleText><![CDATA[事由：{'长' * 31}]]></SubTitleText>",
        "<HorizontalContentList><KeyName><![CDATA[金额]]></KeyName><Value><![CDATA[¥30]]></Value></HorizontalContentList>",
        "<ButtonList><Text><![CDATA[已同意]]></Text><Style>3</Style><Key>",
        "</ButtonList><ReplaceText><![CDATA[已同意]]></ReplaceText></TemplateCard></xml>",
    ):
        assert part in plain


def test_a_click_that_has_only_words_for_an_answer_leaves_the_card_as_it_is() -> None:
    assert heard(Reply(toast="王芳 已于 09:12 同意", refused=True), CLICK) is None


@pytest.mark.parametrize("incoming", [WORD, MENU, Incoming("wecom:e:3", SENDER, Entered())])
def test_words_answer_a_message_at_once(incoming: Incoming) -> None:
    assert heard(Reply(text="请发「<a href='http://x'>帮助</a>」 ]]>"), incoming) == Heard(
        "text", "请发「＜a href='http://x'>帮助＜/a>」 ]]>"
    )


def test_a_message_is_answered_with_words_of_2048_bytes_and_not_of_more() -> None:
    assert heard(Reply(text="长" * 682 + "ab"), WORD) == Heard("text", "长" * 682 + "ab")
    assert heard(Reply(text="长" * 683), WORD) is None


@pytest.mark.parametrize("reply", [None, Reply(), Reply(card=CARD), Reply(card=CARD, text="好")])
def test_a_message_is_not_answered_at_once_with_nothing_or_with_a_card(reply: Reply | None) -> None:
    assert heard(reply, WORD) is None


def test_nobody_is_answered_to_what_nobody_sent() -> None:
    assert edge.answer(Incoming("wecom:e:4", None, Other("change_contact")), Reply(text="好")).body == b""


@pytest.mark.parametrize(
    ("incoming", "reply", "rest"),
    [
        (CLICK, Reply(card=CARD, toast="已同意"), Reply()),
        (CLICK, Reply(card=CARD, text="另外"), Reply(text="另外")),
        (CLICK, Reply(toast="修改表单已发给您"), Reply(text="修改表单已发给您")),
        (CLICK, Reply(card=CARD, toast="金额要大于 0", refused=True), Reply(text="金额要大于 0")),
        (CLICK, Reply(text="不能再签", toast="不能再签", refused=True), Reply(text="不能再签")),
        (WORD, Reply(text="好"), Reply()),
        (WORD, Reply(), Reply()),
        (WORD, Reply(card=CARD), Reply(card=CARD)),
        (WORD, Reply(card=CARD, text="好"), Reply(card=CARD, text="好")),
        (WORD, Reply(text="长" * 683), Reply(text="长" * 683)),
    ],
)
def test_what_the_answer_cannot_carry_goes_by_the_outbox(
    incoming: Incoming, reply: Reply, rest: Reply
) -> None:
    assert left_over(incoming, reply) == rest


SPOKEN = st.text("报销<ab]> \n", max_size=30).map(str.strip)


@calm
@given(SPOKEN, SPOKEN, st.booleans(), st.booleans(), st.sampled_from([WORD, CLICK]))
def test_words_are_said_once_at_once_or_by_the_outbox(
    text: str, toast: str, refused: bool, carded: bool, incoming: Incoming
) -> None:
    """Nothing that had to be said is lost between the two, and nothing is said in both."""
    reply = Reply(card=CARD if carded else None, text=text, toast=toast, refused=refused)
    at_once, later = heard(reply, incoming), left_over(incoming, reply)
    now = at_once.text if at_once else ""

    assert not (now and (later.text or later.toast))
    if text or (toast and (refused or not carded)):
        assert now or later.text or later.toast


def test_a_picture_is_answered_in_words_too() -> None:
    picture = Incoming("wecom:m:2", SENDER, Sent("2", "media", "图片", image=True))

    assert heard(Reply(text="好"), picture) == Heard("text", "好")
