"""Files: the bot's uploads, what people send, and who may download what."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
import requests

from tests.bot.simulator.town import PNG, Town, card

MB = 1024 * 1024


def upload(town: Town, kind: str, data: bytes, **fields: str) -> requests.Response:
    return town.raw(
        "POST",
        f"/open-apis/im/v1/{kind}s",
        headers={"Authorization": f"Bearer {town.token}"},
        data=fields,
        files={kind: ("upload", data)},
    )


def png(width: int, height: int) -> bytes:
    return PNG[:16] + width.to_bytes(4, "big") + height.to_bytes(4, "big") + PNG[24:]


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + width.to_bytes(2, "little") + height.to_bytes(2, "little")


@pytest.mark.parametrize(
    ("data", "image_type", "code"),
    [
        (PNG, "message", 0),
        (b"\xff\xd8\xff\xe0jpeg", "message", 0),
        (b"RIFF\x00\x00\x00\x00WEBP", "avatar", 0),
        (PNG, "cover", 234001),
        (b"", "message", 234010),
        (b"%PDF-1.7", "message", 234011),
        (PNG.ljust(10 * MB, b"\x00"), "message", 0),
        (PNG.ljust(10 * MB + 1, b"\x00"), "message", 234006),
        (png(12000, 12000), "message", 0),
        (png(12001, 1), "message", 234039),
        (gif(2000, 2000), "message", 0),
        (gif(1, 2001), "message", 234039),
    ],
    ids=lambda value: value if isinstance(value, str | int) else f"{len(value)} bytes",
)
def test_uploading_an_image(town: Town, data: bytes, image_type: str, code: int) -> None:
    answer = upload(town, "image", data, image_type=image_type).json()
    assert answer["code"] == code
    assert ("data" in answer) == (code == 0)


@pytest.mark.parametrize(
    ("data", "file_type", "name", "code"),
    [
        (b"%PDF", "pdf", "发票.pdf", 0),
        (b"any", "stream", "a.bin", 0),
        (b"any", "exe", "a.exe", 234001),
        (b"any", "pdf", "", 234001),
        (b"", "pdf", "a.pdf", 234010),
        (b"\x00" * (30 * MB + 1), "stream", "a.bin", 234006),
    ],
    ids=lambda value: value if isinstance(value, str | int) else f"{len(value)} bytes",
)
def test_uploading_a_file(town: Town, data: bytes, file_type: str, name: str, code: int) -> None:
    answer = upload(town, "file", data, file_type=file_type, file_name=name).json()
    assert answer["code"] == code


def test_the_bot_downloads_what_a_person_sent(town: Town) -> None:
    body = {
        "person": "lin",
        "name": "发票 一.pdf",
        "content_base64": base64.b64encode(b"%PDF-1.7 x").decode(),
    }
    message_id = town.do("upload", body)["message_id"]
    event = town.bot.last.plain["event"]["message"]
    assert event["message_type"] == "file"
    assert town.chat("lin")[0]["file"] == {
        "name": "发票 一.pdf",
        "size": 10,
        "sha256": hashlib.sha256(b"%PDF-1.7 x").hexdigest(),
    }
    got = town.api("GET", f"/im/v1/messages/{message_id}/resources/{_key(town)}?type=file")
    assert got.content == b"%PDF-1.7 x"
    assert "filename*=UTF-8''%E5%8F%91%E7%A5%A8%20%E4%B8%80.pdf" in got.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("{message}/resources/{key}?type=image", 234003),
        ("{message}/resources/{key}", 234001),
        ("{message}/resources/file_other?type=file", 234003),
        ("{other}/resources/{key}?type=file", 234003),
        ("om_unknown/resources/{key}?type=file", 234001),
        ("{card}/resources/{key}?type=file", 234043),
    ],
)
def test_key_and_message_must_belong_together(town: Town, path: str, code: int) -> None:
    other = town.say("lin", "报销")["message_id"]
    body = {"person": "lin", "name": "a.pdf", "content_base64": "YWJj"}
    message = town.do("upload", body)["message_id"]
    key = _key(town)
    filled = path.format(message=message, key=key, other=other, card=town.sent("lin", "interactive", card()))
    assert town.api("GET", f"/im/v1/messages/{filled}").json()["code"] == code


def test_own_uploads_can_be_downloaded_and_peoples_cannot(town: Town) -> None:
    image = upload(town, "image", PNG, image_type="message").json()["data"]["image_key"]
    file = upload(town, "file", b"%PDF", file_type="pdf", file_name="a.pdf").json()["data"]["file_key"]
    town.do("upload", {"person": "lin", "name": "b.pdf", "content_base64": "YWJj"})
    assert town.api("GET", f"/im/v1/images/{image}").content == PNG
    assert town.api("GET", f"/im/v1/files/{file}").content == b"%PDF"
    assert town.api("GET", f"/im/v1/files/{_key(town)}").json()["code"] == 234008
    assert town.api("GET", f"/im/v1/images/{file}").json()["code"] == 234005
    assert town.api("GET", "/im/v1/files/file_unknown").json()["code"] == 234005


def test_a_person_sends_a_picture_as_multipart(town: Town) -> None:
    files = {"file": ("小票.png", PNG)}
    form = {"person": "lin", "kind": "image"}
    answer = town.raw("POST", "/_sim/upload", data=form, files=files)
    assert answer.json()["status"] == 200
    event = town.bot.last.plain["event"]["message"]
    assert event["message_type"] == "image"
    assert list(_content(town)) == ["image_key"]
    got = town.api("GET", f"/im/v1/messages/{event['message_id']}/resources/{_key(town)}?type=image")
    assert got.content == PNG


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"content_base64": "不是"}, 400),
        ({"kind": "image"}, 422),
        ({"kind": "hologram"}, 400),
        ({"name": ""}, 400),
        ({"content_base64": ""}, 400),
    ],
)
def test_what_a_person_cannot_send(town: Town, change: dict[str, str], status: int) -> None:
    body = {"person": "lin", "name": "a.pdf", "content_base64": "YWJj"} | change
    assert "error" in town.do("upload", body, status)
    assert town.bot.received == []


def _content(town: Town) -> dict[str, str]:
    return dict(json.loads(town.bot.last.plain["event"]["message"]["content"]))


def _key(town: Town) -> str:
    uploads = [
        r for r in town.bot.received if r.plain["event"]["message"]["message_type"] in ("file", "image")
    ]
    content = json.loads(uploads[-1].plain["event"]["message"]["content"])
    return str(content.get("file_key") or content["image_key"])
