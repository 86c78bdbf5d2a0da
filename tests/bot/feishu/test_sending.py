"""Sending through the real SDK: against the simulator, and against a server that misbehaves."""

from __future__ import annotations

import base64
import json
import socket
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests

from bot.feishu.cards import render
from bot.platform import SendFailed
from bot.simulator.directory import SimPerson
from bot.simulator.feishu.app import FeishuApp
from bot.simulator.server import Simulator
from handlers.contract.card import Card, Field, Tone
from tests.bot.feishu.sender import PERSON, Sender
from tests.bot.feishu.stub import TOKEN_PATH, Stub, Told

SECRET = "app-secret-01"
APP = FeishuApp("cli_1", SECRET)
CARD = Card(title="报销待您签字", subject="expense:1", tone=Tone.PENDING, fields=(Field("金额", "¥30"),))
SIGNED = Card(title="报销 BX-2026-0001", subject="expense:1", tone=Tone.GOOD)

Json = dict[str, Any]


@pytest.fixture(scope="session")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the sending process prints."""
    return tmp_path_factory.mktemp("sender") / "output"


@pytest.fixture(scope="session")
def sender(output: Path) -> Iterator[Sender]:
    with output.open("wb") as file:
        process = Sender(file)
        yield process
        process.stop()


@pytest.fixture(scope="module")
def platform() -> Iterator[Simulator]:
    simulator = Simulator([SimPerson("lin", "林晓", feishu_open_id=PERSON)], APP, limits=None)
    simulator.start()
    yield simulator
    simulator.stop()


@dataclass
class Feishu:
    """The simulator as a test sees it, and a client of it that nobody has used before."""

    platform: Simulator
    sender: Sender
    client: list[str]

    def ask(self, do: str, **wanted: object) -> Any:
        return self.sender.ask(do, client=self.client, **wanted)

    def ask_at_once(self, times: int, do: str, **wanted: object) -> list[Any]:
        return self.sender.ask_at_once(times, do, client=self.client, **wanted)

    def control(self, method: str, path: str, **asked: object) -> Json:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request(method, f"{self.platform.base_url}/_sim/{path}", json=asked, timeout=10)
            answer.raise_for_status()
            said: Json = answer.json()
            return said

    def fault(self, kind: str, **asked: object) -> None:
        self.control("POST", "fault", kind=kind, **asked)

    def chat(self) -> list[Json]:
        messages: list[Json] = self.control("GET", "chats/lin")["messages"]
        return messages

    def calls(self, path: str) -> int:
        return sum(each["path"].endswith(path) for each in self.control("GET", "log")["log"])


@pytest.fixture
def feishu(platform: Simulator, sender: Sender, request: pytest.FixtureRequest) -> Feishu:
    platform.reset()
    return Feishu(platform, sender, [request.node.name, APP.app_id, SECRET, platform.base_url])


def failure(feishu: Feishu, do: str, **wanted: object) -> SendFailed:
    with pytest.raises(SendFailed) as failed:
        feishu.ask(do, **wanted)
    return failed.value


def is_temporary(failed: SendFailed) -> bool:
    return not (failed.permanent or failed.gone or failed.setup or failed.too_large)


# What arrives.


def test_a_chat_line_arrives_once_however_often_it_is_tried(feishu: Feishu) -> None:
    first, again = (feishu.ask("text", text="已收到", token="outbox-7") for _ in range(2))

    assert first == again
    assert [(each["message_id"], each["text"]) for each in feishu.chat()] == [(first, "已收到")]


def test_a_chat_line_calls_nobody_and_passes_the_audit(feishu: Feishu) -> None:
    feishu.ask("text", text='<at user_id="all">所有人</at> 电话 13800138000')

    (shown,) = feishu.chat()
    assert shown["text"] == '＜at user_id="all">所有人＜/at> 电话 138＊＊＊＊8000'


def test_a_card_arrives_as_it_was_drawn_and_can_be_replaced(feishu: Feishu) -> None:
    message_id, handle = feishu.ask("card", card=msgspec.to_builtins(CARD))
    assert feishu.chat()[0]["card"] == render(CARD)

    assert feishu.ask("replace", message_id=handle, card=msgspec.to_builtins(SIGNED)) == handle
    (shown,) = feishu.chat()
    assert (shown["message_id"], shown["card"]) == (message_id, render(SIGNED))


def test_a_card_that_was_recalled_or_is_too_old_is_gone(feishu: Feishu) -> None:
    _, handle = feishu.ask("card", card=msgspec.to_builtins(CARD))

    feishu.fault("message_gone")
    assert failure(feishu, "replace", message_id=handle, card=msgspec.to_builtins(SIGNED)).gone
    feishu.control("POST", "clock", shift_seconds=15 * 86400)
    assert failure(feishu, "replace", message_id=handle, card=msgspec.to_builtins(SIGNED)).gone


def png(side: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\x00" + bytes(side) for _ in range(side if side < 100 else 1))
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@pytest.mark.parametrize(
    ("content", "name", "mime", "kind"),
    [
        (png(4), "发票.png", "image/png", "image"),
        (png(13000), "长图.png", "image/png", "file"),
        (b"no picture", "坏图.png", "image/png", "file"),
        (b"<svg/>", "图.svg", "image/svg+xml", "file"),
        (b"%PDF-1.7", "发票 11 月.pdf", "application/pdf", "file"),
    ],
    ids=["picture", "large picture", "broken picture", "drawing", "document"],
)
def test_a_picture_arrives_as_an_image_and_all_else_as_a_file(
    feishu: Feishu, content: bytes, name: str, mime: str, kind: str
) -> None:
    feishu.ask("file", content=base64.b64encode(content).decode(), name=name, mime=mime)

    (shown,) = feishu.chat()
    assert (shown["type"], shown["file"]["size"]) == (kind, len(content))
    assert kind == "image" or shown["file"]["name"] == name


def test_a_picture_that_is_too_heavy_for_an_image_is_not_tried_as_one(feishu: Feishu) -> None:
    heavy = base64.b64encode(png(4) + bytes(10 * 1024 * 1024)).decode()
    feishu.ask("file", content=heavy, name="大图.png", mime="image/png")

    assert (feishu.calls("/images"), feishu.chat()[0]["type"]) == (0, "file")


def test_a_picture_whose_upload_fails_for_now_is_tried_again_as_a_picture(feishu: Feishu) -> None:
    feishu.fault("server_error", api="/images")
    picture = base64.b64encode(png(4)).decode()

    assert is_temporary(failure(feishu, "file", content=picture, name="发票.png", mime="image/png"))
    assert feishu.chat() == []


def test_an_empty_file_is_refused_for_good(feishu: Feishu) -> None:
    assert failure(feishu, "file", content="", name="空.txt", mime="text/plain").permanent


@pytest.mark.parametrize(
    ("name", "mime", "kind"),
    [
        ("a.pdf", "application/pdf", "pdf"),
        ("没有后缀", "application/pdf", "pdf"),
        ("a.DOCX", "application/octet-stream", "doc"),
        ("a.xls", "application/vnd.ms-excel", "xls"),
        ("a.pptx", "application/zip", "ppt"),
        ("a.zip", "application/zip", "stream"),
        ("a", "", "stream"),
    ],
)
def test_the_platform_is_told_the_kind_of_a_file(sender: Sender, name: str, mime: str, kind: str) -> None:
    with Stub(Told({"code": 0, "data": {"file_key": "f", "message_id": "om_1"}})) as stub:
        client = [stub.base_url, APP.app_id, SECRET, stub.base_url]
        sender.ask("file", client=client, content="YQ==", name=name, mime=mime)

        (upload,) = stub.asked("/files")
        assert f'name="file_type"\r\n\r\n{kind}\r\n'.encode() in upload.body
        assert f'name="file_name"\r\n\r\n{name}\r\n'.encode() in upload.body
        assert json.loads(stub.asked("/messages")[0].body)["content"] == '{"file_key": "f"}'


def test_what_somebody_sent_is_fetched_up_to_the_limit(sender: Sender) -> None:
    with Stub(Told(b"%PDF-1.7", content_type="application/pdf")) as stub:
        client = [stub.base_url, APP.app_id, SECRET, stub.base_url]
        sent = {"message_id": "om_1", "key": "file_v3_a/../b", "name": "a.pdf", "image": False}

        assert base64.b64decode(sender.ask("fetch", client=client, sent=sent, limit=8)) == b"%PDF-1.7"
        with pytest.raises(SendFailed) as failed:
            sender.ask("fetch", client=client, sent=sent, limit=7)
        assert (failed.value.permanent, failed.value.too_large) == (True, True)
        assert [each.path for each in stub.heard if each.path != TOKEN_PATH] == [
            "/open-apis/im/v1/messages/om_1/resources/file_v3_a%2F..%2Fb?type=file"
        ] * 2


def test_a_picture_that_somebody_sent_is_asked_for_as_one(sender: Sender) -> None:
    with Stub(Told(b"GIF89a", content_type="image/gif")) as stub:
        sent = {"message_id": "om_1", "key": "img_1", "name": "图片", "image": True}
        sender.ask("fetch", client=[stub.base_url, APP.app_id, SECRET, stub.base_url], sent=sent)

        assert [each.path.rpartition("?")[2] for each in stub.asked("/img_1")] == ["type=image"]


def test_a_file_that_the_platform_no_longer_has_is_lost_for_good(feishu: Feishu) -> None:
    message_id = feishu.ask("text")
    sent = {"message_id": message_id, "key": "file_v3_1", "name": "a.pdf", "image": False}

    assert failure(feishu, "fetch", sent=sent).permanent


# What goes wrong.

REFUSALS = [
    *[(code, "permanent") for code in (230013, 230029, 230038, 230053)],
    *[(code, "permanent") for code in (230002, 230017, 230018, 230035, 232009)],
    *[(code, "permanent") for code in (230001, 230022, 230025, 230028, 230054, 230055, 230099, 99992402)],
    *[
        (code, "permanent")
        for code in (234001, 234003, 234005, 234006, 234008, 234010, 234011, 234039, 234043)
    ],
    *[(code, "gone") for code in (230011, 230031, 230110)],
    *[(code, "setup") for code in (230006, 230027, 99991672)],
    *[(code, "temporary") for code in (99991400, 230020, 230049, 41050)],
]


@pytest.mark.parametrize(("code", "meaning"), REFUSALS)
def test_a_code_of_the_platform_means_what_its_pages_say(feishu: Feishu, code: int, meaning: str) -> None:
    feishu.fault("api_error", code=code, api="/im/")
    failed = failure(feishu, "text")

    assert str(code) in failed.why
    assert is_temporary(failed) == (meaning == "temporary")
    assert failed.permanent == (meaning in ("permanent", "gone"))
    assert failed.gone == (meaning == "gone")
    assert failed.setup == (meaning == "setup")


@pytest.mark.parametrize("code", [11232, 5, -1])
def test_crowding_and_codes_that_nobody_knows_are_tried_again(sender: Sender, code: int) -> None:
    with Stub(Told({"code": code, "msg": "?"}, status=400)) as stub, pytest.raises(SendFailed) as failed:
        sender.ask("text", client=[stub.base_url, APP.app_id, SECRET, stub.base_url])

    assert is_temporary(failed.value)
    assert str(code) in failed.value.why


def test_a_person_who_cannot_be_reached_is_not_tried_again(feishu: Feishu) -> None:
    assert failure(feishu, "text", person="ou_left").permanent


def test_the_wait_that_the_gateway_asks_for_is_passed_on(feishu: Feishu) -> None:
    feishu.fault("rate_limit", seconds=7)
    failed = failure(feishu, "text")

    assert (is_temporary(failed), failed.after) == (True, 7.0)


@pytest.mark.parametrize("reset", ["", "soon", "-1", "٣", "nan"])
def test_a_wait_that_is_not_a_number_of_seconds_is_left_to_us(sender: Sender, reset: str) -> None:
    answer = Told(
        {"code": 99991400, "msg": "limit"},
        429,
        headers={"X-Ogw-Ratelimit-Reset": reset.encode().decode("latin-1")},
    )
    with Stub(answer) as stub, pytest.raises(SendFailed) as failed:
        sender.ask("text", client=[stub.base_url, APP.app_id, SECRET, stub.base_url])

    assert (is_temporary(failed.value), failed.value.after) == (True, None)


def test_a_fault_of_the_platform_is_temporary(feishu: Feishu) -> None:
    feishu.fault("server_error", api="/im/")

    assert is_temporary(failure(feishu, "text"))
    assert feishu.ask("text")


def test_an_answer_that_does_not_come_is_not_waited_for(feishu: Feishu) -> None:
    feishu.fault("slow", seconds=2, api="/im/")
    failed = failure(feishu, "text", read_seconds=0.2)

    assert is_temporary(failed)
    assert "Timeout" in failed.why


def test_a_message_whose_answer_was_lost_is_shown_once(feishu: Feishu) -> None:
    feishu.fault("drop_after_delivery", api="/im/")

    assert is_temporary(failure(feishu, "text", token="outbox-8"))
    assert [each["message_id"] for each in feishu.chat()] == [feishu.ask("text", token="outbox-8")]


def test_a_platform_that_cannot_be_reached_is_tried_again(sender: Sender) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(SendFailed) as failed:
            sender.ask("text", client=[url, APP.app_id, SECRET, url])

    assert is_temporary(failed.value)


@pytest.mark.parametrize(
    "answer",
    [
        Told(b"<h1>Bad Gateway</h1>", 502, "text/html"),
        Told(b""),
        Told(b"\xff\xfe"),
        Told([]),
        Told(None),
        Told("text"),
        Told({}),
        Told({"code": "0"}),
        Told({"code": []}),
        Told({"code": 0}),
        Told({"code": 0, "data": None}),
        Told({"code": 0, "data": []}),
        Told({"code": 0, "data": {"message_id": ""}}),
        Told({"code": 0, "data": {"message_id": 7}}),
    ],
    ids=str,
)
def test_an_answer_that_cannot_be_read_is_tried_again(sender: Sender, answer: Told) -> None:
    with Stub(answer) as stub, pytest.raises(SendFailed) as failed:
        sender.ask("text", client=[stub.base_url, APP.app_id, SECRET, stub.base_url])

    assert is_temporary(failed.value)


# The access token.


def test_eight_threads_that_start_at_once_fetch_one_token(feishu: Feishu) -> None:
    assert len(set(feishu.ask_at_once(8, "text"))) == 1
    assert feishu.calls(TOKEN_PATH) == 1


def test_a_token_that_is_no_longer_good_is_replaced_without_anybody_noticing(feishu: Feishu) -> None:
    feishu.ask("text", token="outbox-1")
    feishu.fault("token_revoked")
    again = feishu.ask_at_once(8, "text", token="outbox-2")

    assert {type(each) for each in again} == {str}
    assert feishu.calls(TOKEN_PATH) == 2
    assert len(feishu.chat()) == 2


def test_an_upload_that_meets_a_bad_token_is_sent_again_in_full(feishu: Feishu) -> None:
    feishu.ask("text")
    feishu.fault("token_revoked", api="/files")
    pdf = base64.b64encode(b"%PDF-1.7").decode()
    feishu.ask("file", content=pdf, name="a.pdf", mime="application/pdf", token="outbox-2")

    assert feishu.chat()[-1]["file"]["size"] == 8


@pytest.mark.parametrize("code", [99991661, 99991663, 99991664, 99991665, 99991668])
def test_a_fresh_token_that_is_refused_too_calls_the_administrator(sender: Sender, code: int) -> None:
    with Stub(Told({"code": code, "msg": "token"}, 400)) as stub, pytest.raises(SendFailed) as failed:
        sender.ask("text", client=[stub.base_url, APP.app_id, SECRET, stub.base_url])

    assert (failed.value.setup, failed.value.permanent) == (True, False)
    assert (len(stub.asked("/messages")), len(stub.asked(TOKEN_PATH))) == (2, 2)


@pytest.mark.parametrize(("app_id", "secret"), [(APP.app_id, "wrong"), ("cli_other", SECRET)])
def test_wrong_credentials_call_the_administrator(feishu: Feishu, app_id: str, secret: str) -> None:
    feishu.client = [f"{app_id} {secret}", app_id, secret, feishu.platform.base_url]

    assert failure(feishu, "text").setup


@pytest.mark.parametrize(
    "token",
    [
        Told(b"<h1>Bad Gateway</h1>", 502, "text/html"),
        Told({"code": 0}),
        Told({"code": 0, "tenant_access_token": "", "expire": 7200}),
        Told({"code": 0, "tenant_access_token": None, "expire": 7200}),
        Told({"code": 0, "tenant_access_token": "t", "expire": "soon"}),
        Told({"code": 0, "tenant_access_token": "t", "expire": None}),
    ],
    ids=str,
)
def test_an_answer_without_a_token_is_tried_again(sender: Sender, token: Told) -> None:
    with (
        Stub(Told({"code": 0, "data": {"message_id": "om_1"}}), token) as stub,
        pytest.raises(SendFailed) as failed,
    ):
        sender.ask("text", client=[stub.base_url, APP.app_id, SECRET, stub.base_url])

    assert is_temporary(failed.value)
    assert stub.asked("/messages") == []


def test_a_token_that_is_about_to_run_out_is_replaced_before_it_does(sender: Sender) -> None:
    token = Told({"code": 0, "tenant_access_token": "t", "expire": 599})
    with Stub(Told({"code": 0, "data": {"message_id": "om_1"}}), token) as stub:
        for _ in range(2):
            sender.ask("text", client=[stub.base_url, APP.app_id, SECRET, stub.base_url])

        assert len(stub.asked(TOKEN_PATH)) == 2
        assert {each.authorization for each in stub.asked("/messages")} == {"Bearer t"}


# What is not told.


def test_the_sdk_logs_through_our_log_only_and_says_nothing_of_people_or_secrets(
    feishu: Feishu, output: Path
) -> None:
    handlers, level, propagates = feishu.ask("log")
    feishu.fault("api_error", code=230013, api="/im/")
    failed = failure(feishu, "text", text="一句悄悄话")

    assert (handlers, level, propagates) == (0, 30, True)
    printed = output.read_text(encoding="utf-8") + failed.why
    for secret in (SECRET, PERSON, "悄悄话", "t-", "Bearer"):
        assert secret not in printed
