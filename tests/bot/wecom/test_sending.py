"""Sending through the real SDK: against the simulator, and against a server that misbehaves."""

from __future__ import annotations

import base64
import json
import logging
import struct
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from msgspec import structs

from bot.platform import SendFailed, Sent
from bot.simulator.directory import SimPerson
from bot.simulator.server import Simulator
from bot.simulator.wecom.app import WecomApp
from bot.wecom import client
from bot.wecom.inbound import WecomInbound
from bot.wecom.pace import PER_MINUTE
from bot.wecom.plain import CUT
from bot.wecom.platform import MAX_FILE, WecomOutbound
from handlers.contract.card import Button, Card, Field, Section, Style, Tone
from handlers.contract.chart import Chart, Series
from tests.bot.wecom.sealing import AGENT, CORP, KEY, TOKEN
from tests.bot.wecom.stub import ISSUED, Stub, Told

SECRET = "app-secret-of-some-length-0123456789"
APP = WecomApp(CORP, AGENT, SECRET, TOKEN, KEY)
EDGE = WecomInbound(CORP, AGENT, TOKEN, KEY)
LIN = "LinXiao"
SIGN = Button("同意", "expense.approve", {"claim": 7}, Style.PRIMARY, say="同意 BX-2026-0001")
CARD = Card(
    title="报销待您签字",
    subject="expense:7:1",
    tone=Tone.PENDING,
    fields=(Field("金额", "¥30"),),
    buttons=(SIGN,),
)
SIGNED = Card(title="报销 BX-2026-0001", subject="expense:7:1", tone=Tone.GOOD, tag="已同意")
LONG = Card(title="我的报销", subject="mine", sections=(Section(("长" * 300,)),), buttons=(SIGN,))
NOTICE = Card(title="帮助", subject="help", sections=(Section(("发「报销」开始",)),))

Json = dict[str, Any]


def picture() -> bytes:
    """A PNG of one grey point."""

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    points = zlib.compress(b"\x00\x80")
    header = part(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + part(b"IDAT", points) + part(b"IEND", b"")


PNG, PDF = picture(), b"%PDF-1.7\n" + b"0" * 900


@dataclass
class WeCom:
    """The simulator as a test sees it, and a sending side that nobody has used before."""

    platform: Simulator
    outbound: WecomOutbound

    def control(self, method: str, path: str, **asked: object) -> Json:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request(method, f"{self.platform.base_url}/_sim/{path}", json=asked, timeout=10)
            answer.raise_for_status()
            said: Json = answer.json()
            return said

    def fault(self, kind: str, **asked: object) -> None:
        self.control("POST", "fault", kind=kind, **asked)

    def chat(self, person: str = "lin") -> list[Json]:
        messages: list[Json] = self.control("GET", f"chats/{person}")["messages"]
        return messages

    def calls(self, path: str) -> int:
        return sum(each["path"].endswith(path) for each in self.control("GET", "log")["log"])


@pytest.fixture(scope="module")
def platform() -> Iterator[Simulator]:
    people = [SimPerson("lin", "林晓", wecom_userid=LIN), SimPerson("wang", "王芳", wecom_userid="wang")]
    simulator = Simulator(people, None, wecom=APP, limits=None)
    simulator.start()
    yield simulator
    simulator.stop()


def new_outbound(
    base_url: str, url: str = "https://qinglian.example.org", secret: str = SECRET
) -> WecomOutbound:
    return WecomOutbound(CORP, AGENT, secret, base_url, url)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def wecom(platform: Simulator) -> WeCom:
    platform.reset()
    return WeCom(platform, new_outbound(platform.base_url))


def failed(send: Any, *given: Any) -> SendFailed:
    with pytest.raises(SendFailed) as failure:
        send(*given)
    return failure.value


def is_temporary(failure: SendFailed) -> bool:
    return not (failure.permanent or failure.gone or failure.setup or failure.too_large)


# What arrives.


def test_a_chat_line_arrives_once_however_often_it_is_tried(wecom: WeCom) -> None:
    first, again = (wecom.outbound.send_text(LIN, "已收到", "token-1") for _ in range(2))

    assert first == again
    assert [each["text"] for each in wecom.chat()] == ["已收到"]


def test_two_lines_with_the_same_words_both_arrive(wecom: WeCom) -> None:
    for token in ("token-1", "token-2"):
        wecom.outbound.send_text(LIN, "已收到", token)

    assert [each["text"] for each in wecom.chat()] == ["已收到", "已收到"]


def test_a_chat_line_is_no_link_and_is_cut_where_one_sees_it(wecom: WeCom) -> None:
    wecom.outbound.send_text(LIN, "<a href='http://x'>点我</a>" + "长" * 3000, "token-1")

    (shown,) = wecom.chat()
    assert shown["text"].startswith("＜a href='http://x'>点我＜/a>长")
    assert shown["text"].endswith(CUT)


def test_a_card_arrives_once_under_an_id_of_ours_with_a_code_that_replaces_it(wecom: WeCom) -> None:
    first, again = (wecom.outbound.send_card(LIN, CARD, "token-1") for _ in range(2))

    assert first == again
    assert first.message_id.isalnum()
    assert first.handle
    (shown,) = wecom.chat()
    assert "【报销待您签字】〔待办〕" in shown["words"]
    assert [each["label"] for each in shown["buttons"]] == ["同意"]


def test_a_card_that_cannot_show_all_comes_after_all_of_its_words(wecom: WeCom) -> None:
    landed = wecom.outbound.send_card(LIN, LONG, "token-1")

    words, card = wecom.chat()
    assert words["text"].count("长") == 300
    assert words["text"].endswith("「同意 BX-2026-0001」")
    assert [each["label"] for each in card["buttons"]] == ["同意"]
    assert landed.handle


def test_a_card_without_buttons_is_a_notice_that_leads_to_our_pages(wecom: WeCom) -> None:
    landed = wecom.outbound.send_card(LIN, NOTICE, "token-1")

    (shown,) = wecom.chat()
    assert shown["link"] == "https://qinglian.example.org"
    assert landed.handle == ""


def test_where_no_page_is_a_card_without_buttons_goes_out_in_words(platform: Simulator, wecom: WeCom) -> None:
    landed = new_outbound(platform.base_url, url="").send_card(LIN, NOTICE, "token-1")

    (shown,) = wecom.chat()
    assert shown["text"] == "【帮助】\n发「报销」开始"
    assert landed.handle == ""


def test_a_card_takes_the_place_of_another_once(wecom: WeCom) -> None:
    landed = wecom.outbound.send_card(LIN, CARD, "token-1")

    assert wecom.outbound.replace(LIN, landed.message_id, landed.handle, SIGNED) == ""
    (shown,) = wecom.chat()
    assert "已同意" in shown["words"]
    assert [(each["label"], each["enabled"]) for each in shown["buttons"]] == [("已同意", False)]

    again = failed(wecom.outbound.replace, LIN, landed.message_id, landed.handle, SIGNED)
    assert (again.permanent, again.gone) == (True, True)


def test_a_card_older_than_three_days_stays(wecom: WeCom) -> None:
    landed = wecom.outbound.send_card(LIN, CARD, "token-1")
    wecom.control("POST", "clock", shift_seconds=72 * 3600 + 60)

    assert failed(wecom.outbound.replace, LIN, landed.message_id, landed.handle, SIGNED).gone


def test_a_card_that_somebody_else_has_is_not_replaced(wecom: WeCom) -> None:
    landed = wecom.outbound.send_card(LIN, CARD, "token-1")

    assert failed(wecom.outbound.replace, "wang", landed.message_id, landed.handle, SIGNED).gone


def test_the_chart_of_a_card_follows_it_as_a_picture_once_however_often_it_is_tried(wecom: WeCom) -> None:
    chart = Chart(title="自查问题", labels=("一月", "二月"), series=(Series("自己发现", (3, None)),))
    for _ in range(2):
        wecom.outbound.send_card(LIN, structs.replace(CARD, chart=chart), "token-1")

    card, picture = wecom.chat()
    assert [each["label"] for each in card["buttons"]] == ["同意"]
    assert picture["type"] == "image"


# Files.


def test_a_picture_arrives_as_an_image_and_anything_else_as_a_file(wecom: WeCom) -> None:
    wecom.outbound.send_file(LIN, PNG, "发票.png", "image/png", "token-1")
    wecom.outbound.send_file(LIN, PDF, "发票\n1.pdf", "application/pdf", "token-2")
    wecom.outbound.send_file(LIN, b"GIF89a" + bytes(9), "图.gif", "image/gif", "token-3")

    assert [each["type"] for each in wecom.chat()] == ["image", "file", "file"]
    assert [each["file"]["name"] for each in wecom.chat()] == ["发票.png", "发票 1.pdf", "图.gif"]


def test_a_picture_that_the_platform_takes_for_none_arrives_as_a_file(wecom: WeCom) -> None:
    wecom.outbound.send_file(LIN, b"no picture at all", "坏图.png", "image/png", "token-1")

    (shown,) = wecom.chat()
    assert shown["type"] == "file"


@pytest.mark.parametrize(("size", "too_large"), [(0, False), (5, False), (MAX_FILE + 1, True)])
def test_a_file_of_a_size_that_the_platform_never_takes_is_not_tried(
    wecom: WeCom, size: int, too_large: bool
) -> None:
    failure = failed(wecom.outbound.send_file, LIN, bytes(size), "a.pdf", "application/pdf", "token-1")

    assert (failure.permanent, failure.too_large) == (True, too_large)
    assert wecom.calls("/media/upload") == 0


def test_a_file_arrives_once_though_the_first_answer_was_lost(wecom: WeCom) -> None:
    wecom.fault("drop_after_delivery", api="message/send")
    given = (LIN, PDF, "发票.pdf", "application/pdf", "token-1")

    assert is_temporary(failed(wecom.outbound.send_file, *given))
    wecom.outbound.send_file(*given)

    assert len(wecom.chat()) == 1
    assert wecom.calls("/media/upload") == 1


def test_a_file_goes_up_whole_when_the_token_runs_out_on_the_way(wecom: WeCom) -> None:
    wecom.outbound.send_text(LIN, "先有凭证", "token-0")
    wecom.fault("token_revoked", api="media/upload", code=42001)
    wecom.outbound.send_file(LIN, PDF, "发票.pdf", "application/pdf", "token-1")

    assert wecom.chat()[-1]["file"]["size"] == len(PDF)
    assert wecom.calls("/gettoken") == 2


def upload(wecom: WeCom) -> Sent:
    """A picture that Lin sends, as the callback tells of it."""
    content = base64.b64encode(PNG).decode()
    with Stub(**{"/callbacks/wecom": [Told(b"")]}) as ear:
        wecom.platform.callback_url = ear.base_url
        wecom.control("POST", "upload", person="lin", name="a.png", kind="image", content_base64=content)
    (heard,) = ear.heard
    query = {name: values[0] for name, values in heard.query.items()}
    incoming = EDGE.read({}, query, heard.body, datetime.now(UTC))
    assert isinstance(incoming.body, Sent)
    return incoming.body


def test_a_picture_that_somebody_sent_is_fetched(wecom: WeCom) -> None:
    assert wecom.outbound.fetch(upload(wecom), len(PNG)) == PNG


def test_a_picture_larger_than_wanted_is_not_fetched(wecom: WeCom) -> None:
    failure = failed(wecom.outbound.fetch, upload(wecom), len(PNG) - 1)

    assert (failure.permanent, failure.too_large) == (True, True)


def test_a_picture_that_is_not_kept_any_more_is_not_fetched(wecom: WeCom) -> None:
    sent = upload(wecom)
    wecom.control("POST", "clock", shift_seconds=3 * 86400 + 60)

    assert failed(wecom.outbound.fetch, sent, 10_000).permanent


def test_a_picture_is_fetched_with_a_new_token_when_the_old_one_is_refused(wecom: WeCom) -> None:
    sent = upload(wecom)
    wecom.outbound.send_text(LIN, "先有凭证", "token-0")
    wecom.fault("token_revoked", api="media/get")

    assert wecom.outbound.fetch(sent, len(PNG)) == PNG
    assert wecom.calls("/gettoken") == 2


# What goes wrong, one case for each kind.


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (-1, "temporary"),
        (6000, "temporary"),
        (45033, "temporary"),
        (45009, "wait"),
        (40001, "setup"),
        (40013, "setup"),
        (40056, "setup"),
        (48002, "setup"),
        (60011, "setup"),
        (60020, "setup"),
        (301002, "setup"),
        (40003, "permanent"),
        (40008, "permanent"),
        (40058, "permanent"),
        (41016, "permanent"),
        (42045, "permanent"),
        (45002, "permanent"),
        (81013, "permanent"),
        (99999, "temporary"),
    ],
)
def test_a_refusal_says_whether_trying_again_can_help(wecom: WeCom, code: int, kind: str) -> None:
    wecom.fault("api_error", api="message/send", code=code)
    failure = failed(wecom.outbound.send_text, LIN, "好", "token-1")

    shown = {"permanent": failure.permanent, "setup": failure.setup, "wait": failure.after == 60.0}
    assert [name for name, is_so in shown.items() if is_so] == ([] if kind == "temporary" else [kind])
    assert str(code) in failure.why
    assert not failure.gone


def test_somebody_outside_the_visible_range_is_not_reached(wecom: WeCom) -> None:
    assert failed(wecom.outbound.send_text, "nobody", "好", "token-1").permanent


def test_somebody_without_a_licence_is_not_reached_though_the_call_went_well() -> None:
    answer = Told({"errcode": 0, "errmsg": "ok", "unlicenseduser": "linxiao", "msgid": "m"})
    with Stub(message__send=[answer]) as stub:
        assert failed(new_outbound(stub.base_url).send_text, LIN, "好", "token-1").permanent


@pytest.mark.parametrize("user_id", ["", "@all", "lin|wang", "lin wang", "林晓", "-lin", "l" * 65])
def test_a_message_for_one_is_never_sent_to_many(wecom: WeCom, user_id: str) -> None:
    for send in (
        lambda: wecom.outbound.send_text(user_id, "好", "t"),
        lambda: wecom.outbound.send_card(user_id, CARD, "t"),
        lambda: wecom.outbound.send_file(user_id, PDF, "a.pdf", "application/pdf", "t"),
        lambda: wecom.outbound.replace(user_id, "m", "code", CARD),
    ):
        assert failed(send).permanent
    assert wecom.control("GET", "log")["log"] == []


@pytest.mark.parametrize("kind", ["server_error", "rate_limit", "drop_after_delivery"])
def test_a_platform_in_trouble_is_tried_again_later(wecom: WeCom, kind: str) -> None:
    wecom.fault(kind, api="message/send")

    assert is_temporary(failed(wecom.outbound.send_text, LIN, "好", "token-1"))
    wecom.outbound.send_text(LIN, "好", "token-1")
    assert len(wecom.chat()) == 1


@pytest.mark.parametrize("api", ["gettoken", "message/send", "media/get"])
def test_a_platform_that_does_not_answer_is_not_waited_for(
    wecom: WeCom, platform: Simulator, monkeypatch: pytest.MonkeyPatch, api: str
) -> None:
    monkeypatch.setattr(client, "TIMEOUT", (1.0, 0.2))
    outbound = new_outbound(platform.base_url)
    wecom.fault("timeout", api=api, seconds=3)

    failure = (
        failed(outbound.fetch, Sent("1", "m", "图片", image=True), 1000)
        if api == "media/get"
        else failed(outbound.send_text, LIN, "好", "token-1")
    )
    assert is_temporary(failure)
    assert failure.why == "连不上企业微信（ReadTimeout）"


def test_a_platform_that_is_not_there_is_tried_again_later() -> None:
    with Stub() as stub:
        gone = stub.base_url

    failure = failed(new_outbound(gone).send_text, LIN, "好", "token-1")
    assert is_temporary(failure)
    assert failure.why == "连不上企业微信（ConnectionError）"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'"ok"',
        b'{"errcode": "no number"}',
        b'{"errcode": null}',
        b"[" * 100_000,
    ],
)
def test_an_answer_that_cannot_be_read_is_tried_again_later(body: bytes) -> None:
    with Stub(message__send=[Told(body)], gettoken=[Told(ISSUED)]) as stub:
        assert is_temporary(failed(new_outbound(stub.base_url).send_text, LIN, "好", "token-1"))
    with Stub(gettoken=[Told(body)]) as stub:
        assert is_temporary(failed(new_outbound(stub.base_url).send_text, LIN, "好", "token-1"))


@pytest.mark.parametrize("answer", [{}, {"access_token": ""}, {"access_token": 5, "expires_in": 7200}])
def test_an_answer_without_a_token_is_tried_again_later(answer: Json) -> None:
    with Stub(gettoken=[Told({"errcode": 0} | answer)]) as stub:
        assert is_temporary(failed(new_outbound(stub.base_url).send_text, LIN, "好", "token-1"))


def test_a_card_that_arrived_with_an_earlier_attempt_is_taken_as_sent() -> None:
    """The answer was lost, and the platform's memory for repeats has ended: it knows the task id."""
    with Stub(message__send=[Told({"errcode": 42014, "errmsg": "taskid has existed"})]) as stub:
        landed = new_outbound(stub.base_url).send_card(LIN, CARD, "token-1")

    assert landed.message_id
    assert landed.handle == ""


def test_a_replacement_that_is_refused_for_an_unknown_reason_is_not_tried_again() -> None:
    with Stub(message__update_template_card=[Told({"errcode": 40159, "errmsg": "?"})]) as stub:
        failure = failed(new_outbound(stub.base_url).replace, LIN, "m", "code", SIGNED)

    assert (failure.permanent, failure.gone) == (True, True)


@pytest.mark.parametrize("code", [-1, 45009, 60020])
def test_a_replacement_is_tried_again_when_that_can_help(code: int) -> None:
    with Stub(message__update_template_card=[Told({"errcode": code, "errmsg": "?"})]) as stub:
        failure = failed(new_outbound(stub.base_url).replace, LIN, "m", "code", SIGNED)

    assert [failure.permanent, failure.gone] == [False, False]


def test_a_file_that_looks_like_a_refusal_is_a_file_when_it_comes_as_one() -> None:
    refusal = b'{"errcode": 40007, "errmsg": "invalid media_id"}'
    sent = Sent("1", "m", "图片", image=True)
    attached = Told(refusal, headers={"Content-Disposition": 'attachment; filename="a.json"'})
    with Stub(
        media__get=[attached, Told(refusal), Told(b'{"a": 1}'), Told(b"{odd"), Told(b"", status=404)]
    ) as stub:
        outbound = new_outbound(stub.base_url)
        assert outbound.fetch(sent, 1000) == refusal
        assert failed(outbound.fetch, sent, 1000).permanent
        assert outbound.fetch(sent, 1000) == b'{"a": 1}'
        assert outbound.fetch(sent, 1000) == b"{odd"
        assert is_temporary(failed(outbound.fetch, sent, 1000))


# Tokens.


def test_many_threads_share_one_token(wecom: WeCom) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: wecom.outbound.send_text(LIN, "好", f"token-{n}"), range(8)))

    assert wecom.calls("/gettoken") == 1
    assert len(wecom.chat()) == 8


@pytest.mark.parametrize("code", [40014, 42001])
def test_a_refused_token_is_replaced_once_and_nobody_notices(wecom: WeCom, code: int) -> None:
    wecom.outbound.send_text(LIN, "一", "token-1")
    wecom.fault("token_revoked", api="message/send", code=code)
    wecom.outbound.send_text(LIN, "二", "token-2")

    assert [each["text"] for each in wecom.chat()] == ["一", "二"]
    assert wecom.calls("/gettoken") == 2


def test_threads_whose_token_is_refused_at_once_fetch_one_new_token(wecom: WeCom) -> None:
    wecom.outbound.send_text(LIN, "先有凭证", "token-0")
    wecom.fault("token_revoked", api="message/send")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: wecom.outbound.send_text(LIN, "好", f"token-{n}"), range(1, 17)))

    assert wecom.calls("/gettoken") == 2
    assert len(wecom.chat()) == 17


def test_a_token_that_is_refused_for_ever_is_not_asked_for_for_ever() -> None:
    with Stub(message__send=[Told({"errcode": 40014, "errmsg": "invalid access_token"})]) as stub:
        assert failed(new_outbound(stub.base_url).send_text, LIN, "好", "token-1").setup

        assert (len(stub.asked("gettoken")), len(stub.asked("message/send"))) == (2, 2)


def test_a_token_that_runs_out_soon_is_not_asked_for_with_every_message() -> None:
    sent = Told({"errcode": 0, "errmsg": "ok", "msgid": "m"})
    with Stub(gettoken=[Told(ISSUED | {"expires_in": 5})], message__send=[sent]) as stub:
        outbound = new_outbound(stub.base_url)
        for n in range(3):
            outbound.send_text(LIN, "好", f"token-{n}")

        assert len(stub.asked("gettoken")) == 1


@pytest.mark.parametrize(("corp", "secret"), [(CORP, "wrong"), ("wwother", SECRET)])
def test_wrong_credentials_are_for_the_administrator_to_mend(
    platform: Simulator, corp: str, secret: str
) -> None:
    outbound = WecomOutbound(corp, AGENT, secret, platform.base_url)

    assert failed(outbound.send_text, LIN, "好", "token-1").setup


def test_neither_secret_nor_token_is_ever_logged_or_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Stub(message__send=[Told({"errcode": 40014, "errmsg": "invalid"}), Told(b"", status=502)]) as stub:
        outbound = new_outbound(stub.base_url)
        told = [failed(outbound.send_text, LIN, "好", "token-1").why for _ in range(2)]
    told.append(failed(outbound.send_text, LIN, "好", "token-1").why)

    for words in (*told, caplog.text):
        assert SECRET not in words
        assert str(ISSUED["access_token"]) not in words


# Every attempt is the same, and not too many at once.


def test_every_attempt_at_a_message_is_the_same_bytes() -> None:
    with Stub(message__send=[Told({"errcode": -1, "errmsg": "busy"})]) as stub:
        for _ in range(2):
            for outbound in (new_outbound(stub.base_url), new_outbound(stub.base_url)):
                failed(outbound.send_text, LIN, "好", "token-1")
                failed(outbound.send_card, LIN, CARD, "token-2")

        bodies = [each.body for each in stub.asked("message/send")]
    assert len(bodies) == 8
    assert len(set(bodies)) == 2
    for body in bodies:
        asked = json.loads(body)
        assert asked["enable_duplicate_check"] == 1
        assert 1800 <= asked["duplicate_check_interval"] <= 4 * 3600
        assert list(asked) == sorted(asked)


def test_a_member_is_not_sent_more_than_the_platform_delivers(wecom: WeCom) -> None:
    for n in range(PER_MINUTE):
        wecom.outbound.send_text(LIN, f"第 {n} 条", f"token-{n}")
    failure = failed(wecom.outbound.send_text, LIN, "再一条", "token-x")

    assert is_temporary(failure)
    assert failure.after is not None
    assert 50 < failure.after <= 60
    assert len(wecom.chat()) == PER_MINUTE
    wecom.outbound.send_text("wang", "别人不等", "token-y")


def test_a_card_with_words_counts_twice(wecom: WeCom) -> None:
    for n in range(PER_MINUTE - 1):
        wecom.outbound.send_text(LIN, f"第 {n} 条", f"token-{n}")

    assert failed(wecom.outbound.send_card, LIN, LONG, "token-x").after
    assert len(wecom.chat()) == PER_MINUTE - 1
    wecom.outbound.send_card(LIN, CARD, "token-x")
