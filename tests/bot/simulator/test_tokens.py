"""Tokens: who gets one, how long it lives, and what happens without one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot.simulator.town import APP, Json, Town

PATH = "/open-apis/auth/v3/tenant_access_token/internal"
RIGHT = {"app_id": APP.app_id, "app_secret": APP.app_secret}


def test_the_same_token_is_given_out_while_half_an_hour_is_left(town: Town) -> None:
    first = town.raw("POST", PATH, json=RIGHT).json()
    town.hands.forward(7200 - 1800)
    second = town.raw("POST", PATH, json=RIGHT).json()
    assert second["tenant_access_token"] == first["tenant_access_token"]
    assert (first["expire"], second["expire"]) == (7200, 1800)


def test_with_less_than_half_an_hour_left_a_new_token_joins_the_old_one(town: Town) -> None:
    old = town.token
    town.hands.forward(7200 - 1799)
    new = town.token
    assert new != old
    assert {_info(town, old)["code"], _info(town, new)["code"]} == {0}


def test_an_expired_token_is_refused(town: Town) -> None:
    old = town.token
    town.hands.forward(7200)
    assert _info(town, old)["code"] == 99991663


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"app_id": APP.app_id}, 10003),
        ({"app_id": "cli_other", "app_secret": APP.app_secret}, 10003),
        ({"app_id": APP.app_id, "app_secret": "wrong"}, 10014),
    ],
)
def test_a_wrong_pair_gets_no_token_but_http_200(town: Town, asked: Json, code: int) -> None:
    answer = town.raw("POST", PATH, json=asked)
    assert (answer.status_code, answer.json()["code"]) == (200, code)
    assert "tenant_access_token" not in answer.json()


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, 99991661),
        ({"Authorization": "t-without-bearer"}, 99991661),
        ({"Authorization": "Bearer "}, 99991661),
        ({"Authorization": "Bearer t-made-up"}, 99991663),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/open-apis/bot/v3/info"),
        ("POST", "/open-apis/im/v1/messages"),
        ("POST", "/open-apis/im/v1/messages/om_1/reply"),
        ("PATCH", "/open-apis/im/v1/messages/om_1"),
        ("DELETE", "/open-apis/im/v1/messages/om_1"),
        ("GET", "/open-apis/im/v1/messages/om_1/resources/file_1"),
        ("POST", "/open-apis/im/v1/images"),
        ("GET", "/open-apis/im/v1/images/img_1"),
        ("POST", "/open-apis/im/v1/files"),
        ("GET", "/open-apis/im/v1/files/file_1"),
        ("POST", "/open-apis/contact/v3/users/batch_get_id"),
        ("GET", "/open-apis/contact/v3/users/ou_lin"),
    ],
)
def test_every_path_asks_for_the_token(
    town: Town, method: str, path: str, headers: dict[str, str], code: int
) -> None:
    answer = town.raw(method, path, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_good_token_under_another_scheme_is_no_token(town: Town) -> None:
    headers = {"Authorization": f"Basic {town.token}"}
    assert town.raw("GET", "/open-apis/bot/v3/info", headers=headers).json()["code"] == 99991661


def test_the_bot_tells_its_own_open_id(town: Town) -> None:
    bot = _info(town, town.token)["bot"]
    assert bot["open_id"].startswith("ou_")
    assert bot["app_name"] == "清廉助手"


def _info(town: Town, token: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    return dict(town.raw("GET", "/open-apis/bot/v3/info", headers=headers).json())
