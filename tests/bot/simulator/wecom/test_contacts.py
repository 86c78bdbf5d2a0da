"""What the app may know of its members, and where callbacks come from."""

from __future__ import annotations

import pytest

from tests.bot.simulator.wecom.town import Town


def test_a_member_has_name_and_department_and_nothing_private(town: Town) -> None:
    assert town.api("GET", "user/get", userid="linxiao") == {
        "errcode": 0,
        "errmsg": "ok",
        "userid": "LinXiao",
        "name": "林晓",
        "department": [2],
        "main_department": 2,
        "status": 1,
    }


@pytest.mark.parametrize("userid", ["nobody", "", "ou_lin"])
def test_an_unknown_member_is_not_found(town: Town, userid: str) -> None:
    assert town.api("GET", "user/get", userid=userid)["errcode"] == 60111


@pytest.mark.parametrize("how", ["unsubscribe", "deleted"])
def test_whoever_left_the_range_or_the_company_is_not_found(town: Town, how: str) -> None:
    town.event("wang", how)
    assert town.api("GET", "user/get", userid="wangfang")["errcode"] == 60111


def test_callbacks_come_from_this_machine(town: Town) -> None:
    assert town.api("GET", "getcallbackip")["ip_list"] == ["127.0.0.1"]
