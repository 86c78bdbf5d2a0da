"""The address book as the app may see it."""

from __future__ import annotations

import pytest

from tests.bot.simulator.town import Town

LIN = {"mobiles": ["13800000001"], "emails": ["lin@example.org"]}


@pytest.mark.parametrize("id_type", ["open_id", "union_id", "user_id"])
def test_ids_are_found_by_phone_and_mail(town: Town, id_type: str) -> None:
    user = town.api("GET", "/contact/v3/users/ou_lin").json()["data"]["user"]
    answer = town.api("POST", f"/contact/v3/users/batch_get_id?user_id_type={id_type}", LIN).json()
    assert [entry["user_id"] for entry in answer["data"]["user_list"]] == [user[id_type]] * 2
    assert answer["data"]["user_list"][0]["mobile"] == "13800000001"
    assert answer["data"]["user_list"][1]["email"] == "lin@example.org"


def test_who_is_not_found_has_no_id(town: Town) -> None:
    asked = {"mobiles": ["13900000000"], "emails": ["nobody@example.org"]}
    answer = town.api("POST", "/contact/v3/users/batch_get_id", asked).json()
    assert answer["data"]["user_list"] == [{"mobile": "13900000000"}, {"email": "nobody@example.org"}]


def test_at_most_fifty_are_asked_for_at_once(town: Town) -> None:
    asked = {"mobiles": ["13900000000"] * 51}
    assert town.api("POST", "/contact/v3/users/batch_get_id", asked).json()["code"] == 99992402


def test_a_user_is_found_by_every_id(town: Town) -> None:
    user = town.api("GET", "/contact/v3/users/ou_lin").json()["data"]["user"]
    assert user["name"] == "林晓"
    assert user["status"]["is_activated"] is True
    for id_type in ("open_id", "union_id", "user_id"):
        same = town.api("GET", f"/contact/v3/users/{user[id_type]}?user_id_type={id_type}").json()
        assert same["data"]["user"] == user


@pytest.mark.parametrize(("path", "code"), [("ou_x", 41050), ("ou_lin?user_id_type=phone", 99992402)])
def test_a_user_whom_the_app_may_not_see(town: Town, path: str, code: int) -> None:
    assert town.api("GET", f"/contact/v3/users/{path}").json()["code"] == code


def test_who_has_left_is_not_visible_any_more(town: Town) -> None:
    town.do("event", {"person": "lin", "type": "deleted"})
    assert town.api("GET", "/contact/v3/users/ou_lin").json()["code"] == 41050
    answer = town.api("POST", "/contact/v3/users/batch_get_id", LIN).json()
    assert all("user_id" not in entry for entry in answer["data"]["user_list"])
