"""How often the app may call and a member may be written to; and faults on request."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from bot.simulator import Simulator
from tests.bot.simulator.town import Hands
from tests.bot.simulator.wecom.town import APP, PEOPLE, FakeBot, Json, Town, buttons

HELLO = {"content": "你好"}


def _dropped(town: Town) -> list[str]:
    return [entry["person"] for entry in town.log() if entry.get("what") == "dropped"]


# Limits.


def test_the_31st_message_in_a_minute_vanishes_without_a_word(town: Town) -> None:
    for _ in range(31):
        town.sent("wangfang", "text", HELLO)
    assert len(town.chat("wang")) == 30
    assert _dropped(town) == ["wang"]
    town.sent("heping", "text", HELLO)
    assert len(town.chat("he")) == 1
    town.hands.forward(60)
    town.sent("wangfang", "text", HELLO)
    assert len(town.chat("wang")) == 31


def test_a_dropped_card_is_answered_like_any_other_but_nobody_has_it(town: Town) -> None:
    for _ in range(30):
        town.sent("wangfang", "text", HELLO)
    code = town.card("wangfang|heping", buttons())
    assert _dropped(town) == ["wang"]
    assert len(town.chat("he")) == 1
    assert town.update(code, atall=1, button={"replace_name": "好"})["errcode"] == 0


def test_more_than_a_thousand_in_an_hour_are_dropped(town: Town) -> None:
    simulator, here = _scaled(town.bot, 0.01)
    try:
        sent = 0
        for _ in range(12):
            here.hands.forward(61)
            here.sent("wangfang", "text", HELLO)
            sent += 1
        assert (sent, len(here.chat("wang"))) == (12, 10)
    finally:
        simulator.stop()


def test_too_many_calls_of_one_api_are_refused_until_the_minute_is_over(town: Town) -> None:
    simulator, here = _scaled(town.bot, 0.00035)
    try:
        token = here.token
        asked = {"access_token": token, "userid": "wangfang"}
        codes = [_code(here, asked) for _ in range(4)]
        assert codes == [0, 0, 0, 45009]
        here.hands.forward(60)
        assert _code(here, asked) == 0
    finally:
        simulator.stop()


def test_gettoken_is_counted_as_well(town: Town) -> None:
    simulator, here = _scaled(town.bot, 0.0001)
    try:
        asked = {"corpid": APP.corp_id, "corpsecret": APP.secret}
        codes = [here.raw("GET", "/cgi-bin/gettoken", params=asked).json()["errcode"] for _ in range(2)]
        assert codes == [0, 45009]
    finally:
        simulator.stop()


def test_limits_can_be_switched_off(town: Town) -> None:
    simulator, here = _scaled(town.bot, None)
    try:
        for _ in range(35):
            here.sent("wangfang", "text", HELLO)
        assert len(here.chat("wang")) == 35
    finally:
        simulator.stop()


def _scaled(bot: FakeBot, scale: float | None) -> tuple[Simulator, Town]:
    hands = Hands()
    simulator = Simulator(PEOPLE, None, bot.url, machine=hands, wecom=APP, limits=scale)
    simulator.start()
    return simulator, Town(simulator, bot, hands)


def _code(town: Town, asked: Json) -> int:
    return int(town.raw("GET", "/cgi-bin/user/get", params=asked).json()["errcode"])


# Faults.


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "rate_limit"}, 45009),
        ({"kind": "api_error"}, -1),
        ({"kind": "api_error", "code": 60020}, 60020),
        ({"kind": "api_error", "code": 45033}, 45033),
        ({"kind": "api_error", "code": 987654}, 987654),
    ],
)
def test_a_refusal_on_request_happens_once_and_does_nothing(town: Town, fault: Json, code: int) -> None:
    town.fault(**fault, api="message/send")
    assert town.send("wangfang", "text", HELLO)["errcode"] == code
    assert town.chat("wang") == []
    town.sent("wangfang", "text", HELLO)


def test_the_whole_installation_can_come_from_a_strange_address(town: Town) -> None:
    token = town.token
    town.fault("api_error", code=60020, times=2)
    for path in ("user/get", "getcallbackip"):
        answer = town.raw("GET", f"/cgi-bin/{path}", params={"access_token": token}).json()
        assert (answer["errcode"], answer["errmsg"]) == (60020, "not allow to access from your ip")


def test_a_server_error_is_an_http_500_and_nothing_is_done(town: Town) -> None:
    town.fault("server_error", api="message/send")
    answer = _post(town)
    assert answer.status_code == 500
    assert town.chat("wang") == []


@pytest.mark.parametrize(
    ("fault", "shown"),
    [({"kind": "timeout", "seconds": 0}, 0), ({"kind": "drop_after_delivery"}, 1)],
)
def test_the_connection_can_drop_before_or_after_the_work(town: Town, fault: Json, shown: int) -> None:
    town.fault(**fault, api="message/send")
    with pytest.raises(requests.ConnectionError):
        _post(town)
    assert len(town.chat("wang")) == shown


def test_after_a_drop_the_same_request_with_the_check_on_shows_nothing_twice(town: Town) -> None:
    town.fault("drop_after_delivery", api="message/send")
    with pytest.raises(requests.ConnectionError):
        _post(town, enable_duplicate_check=1)
    assert _post(town, enable_duplicate_check=1).json()["errcode"] == 0
    assert len(town.chat("wang")) == 1


def test_only_a_call_that_was_carried_out_loses_its_answer(town: Town) -> None:
    town.fault("drop_after_delivery", api="message/send")
    assert town.send("nobody", "text", HELLO)["errcode"] == 81013
    with pytest.raises(requests.ConnectionError):
        _post(town)


def test_a_slow_answer_comes_all_the_same(town: Town) -> None:
    town.fault("slow", api="message/send", seconds=0)
    assert _post(town).json()["errcode"] == 0


def test_one_person_can_be_made_unreachable(town: Town) -> None:
    town.fault("refuse_recipient", person="wang")
    assert town.sent("wangfang|heping", "text", HELLO)["invaliduser"] == "wangfang"
    assert town.chat("wang") == []
    town.sent("wangfang", "text", HELLO)


def _post(town: Town, **more: Any) -> requests.Response:
    body = {"touser": "wangfang", "msgtype": "text", "agentid": APP.agent_id, "text": HELLO} | more
    return town.raw("POST", "/cgi-bin/message/send", params={"access_token": town.token}, json=body)
