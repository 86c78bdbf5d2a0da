"""Files of the app: which are taken, how long they are kept, and who gets them back."""

from __future__ import annotations

import pytest

from tests.bot.simulator.town import PNG
from tests.bot.simulator.wecom.town import DAY, Town

MB = 1024 * 1024
JPG, AMR, MP4 = b"\xff\xd8\xff\xe0" + b"0" * 9, b"#!AMR\n0000", b"\x00\x00\x00\x18ftypmp42"


def _fetch(town: Town, media_id: str) -> tuple[bytes, str]:
    params = {"access_token": town.token, "media_id": media_id}
    answer = town.raw("GET", "/cgi-bin/media/get", params=params)
    assert answer.status_code == 200
    return answer.content, answer.headers.get("Content-Disposition", "")


@pytest.mark.parametrize(
    ("kind", "data"), [("image", PNG), ("image", JPG), ("voice", AMR), ("video", MP4), ("file", b"%PDF-1")]
)
def test_what_was_uploaded_comes_back_as_it_was(town: Town, kind: str, data: bytes) -> None:
    answer = town.upload(kind, "发票 三月.x", data)
    assert (answer["errcode"], answer["type"]) == (0, kind)
    assert answer["created_at"] == str(int(town.hands.seconds))
    assert _fetch(town, answer["media_id"]) == (
        data,
        "attachment; filename*=UTF-8''%E5%8F%91%E7%A5%A8%20%E4%B8%89%E6%9C%88.x",
    )


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        ("song", PNG, 40004),
        ("", PNG, 40004),
        ("file", b"", 44001),
        ("file", b"12345", 40006),
        ("image", PNG + b"0" * (10 * MB), 45001),
        ("voice", AMR + b"0" * (2 * MB), 45001),
        ("video", MP4 + b"0" * (10 * MB), 45001),
        ("file", b"0" * (20 * MB + 1), 45001),
        ("image", b"GIF89a0000", 40004),
        ("image", b"%PDF-1.7", 40004),
        ("voice", MP4, 40004),
        ("video", AMR, 40004),
    ],
)
def test_a_file_of_the_wrong_size_or_type_is_refused(town: Town, kind: str, data: bytes, code: int) -> None:
    assert town.upload(kind, "a.x", data)["errcode"] == code


@pytest.mark.parametrize("body", [{}, {"files": {"file": ("a.pdf", b"%PDF-1.7")}}, {"data": {"media": "x"}}])
def test_an_upload_without_a_media_part_is_refused(town: Town, body: dict[str, object]) -> None:
    params = {"access_token": town.token, "type": "file"}
    answer = town.raw("POST", "/cgi-bin/media/upload", params=params, **body)
    assert answer.json()["errcode"] == 41005


def test_a_file_is_kept_for_three_simulated_days(town: Town) -> None:
    media_id = town.upload("image", "a.png", PNG)["media_id"]
    town.do("clock", {"shift_seconds": 3 * DAY - 60})
    assert _fetch(town, media_id)[0] == PNG
    town.do("clock", {"shift_seconds": 120})
    assert b"40007" in _fetch(town, media_id)[0]
    assert town.send("wangfang", "image", {"media_id": media_id})["errcode"] == 40007


def test_a_members_picture_is_kept_no_longer(town: Town) -> None:
    town.raw("POST", "/_sim/upload", data={"person": "lin", "kind": "image"}, files={"file": ("a.png", PNG)})
    media_id = town.bot.last["MediaId"]
    assert _fetch(town, media_id)[0] == PNG
    town.do("clock", {"shift_seconds": 3 * DAY + 1})
    assert b"40007" in _fetch(town, media_id)[0]


@pytest.mark.parametrize(("media_id", "code"), [("", 41006), ("3nothing", 40007)])
def test_an_unknown_file_is_refused(town: Town, media_id: str, code: int) -> None:
    answer = town.api("GET", "media/get", media_id=media_id)
    assert answer["errcode"] == code
