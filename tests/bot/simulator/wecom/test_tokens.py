"""The access token: who gets one, how long it lives, and what happens without one."""

from __future__ import annotations

import pytest

from tests.bot.simulator.wecom.town import APP, Json, Town

RIGHT = {"corpid": APP.corp_id, "corpsecret": APP.secret}


def _gettoken(town: Town, **asked: str) -> Json:
    return dict(town.raw("GET", "/cgi-bin/gettoken", params=asked).json())


def test_the_same_token_is_given_out_while_it_is_valid(town: Town) -> None:
    first = _gettoken(town, **RIGHT)
    town.hands.forward(7199)
    second = _gettoken(town, **RIGHT)
    assert second["access_token"] == first["access_token"]
    assert (first["errcode"], first["errmsg"]) == (0, "ok")
    assert (first["expires_in"], second["expires_in"]) == (7200, 1)


def test_an_expired_token_is_told_from_an_unknown_one(town: Town) -> None:
    old = town.token
    town.hands.forward(7200)
    assert _user(town, access_token=old)["errcode"] == 42001
    assert town.token != old
    assert _user(town, access_token="made-up")["errcode"] == 40014


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"corpsecret": APP.secret}, 41002),
        ({"corpid": APP.corp_id}, 41004),
        ({"corpid": "ww-other", "corpsecret": APP.secret}, 40013),
        ({"corpid": APP.corp_id, "corpsecret": "wrong"}, 40001),
    ],
)
def test_a_wrong_pair_gets_no_token_but_http_200(town: Town, asked: Json, code: int) -> None:
    answer = town.raw("GET", "/cgi-bin/gettoken", params=asked)
    assert (answer.status_code, answer.json()["errcode"]) == (200, code)
    assert "access_token" not in answer.json()


@pytest.mark.parametrize("asked", [{}, {"access_token": ""}])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "message/send"),
        ("POST", "message/update_template_card"),
        ("POST", "message/recall"),
        ("POST", "media/upload"),
        ("GET", "media/get"),
        ("GET", "user/get"),
        ("GET", "getcallbackip"),
    ],
)
def test_every_path_asks_for_the_token(town: Town, method: str, path: str, asked: Json) -> None:
    answer = town.raw(method, f"/cgi-bin/{path}", params=asked)
    assert (answer.status_code, answer.json()["errcode"]) == (200, 41001)


def test_a_token_revoked_early_is_invalid_and_the_next_one_is_another(town: Town) -> None:
    old = town.token
    town.fault("token_revoked")
    assert _user(town, access_token=old)["errcode"] == 40014
    assert town.token != old
    assert town.api("GET", "user/get", userid="wangfang")["errcode"] == 0


def test_the_fault_can_also_let_the_token_run_out(town: Town) -> None:
    old = town.token
    town.fault("token_revoked", code=42001)
    assert [_user(town, access_token=old)["errcode"] for _ in range(2)] == [42001, 42001]
    assert town.token != old


def test_reset_takes_the_token_back(town: Town) -> None:
    old = town.token
    town.do("reset")
    assert _user(town, access_token=old)["errcode"] == 40014


def test_the_apps_secrets_are_not_in_its_repr() -> None:
    for secret in (APP.secret, APP.token, APP.encoding_aes_key):
        assert secret not in repr(APP)


def _user(town: Town, **asked: str) -> Json:
    return dict(town.raw("GET", "/cgi-bin/user/get", params={"userid": "wangfang"} | asked).json())
