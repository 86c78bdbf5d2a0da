"""Faults on request: each one does what its line in the table says, as often as asked, and then stops."""

from __future__ import annotations

import json

import pytest
import requests

from bot.simulator.faults import KINDS
from tests.bot.simulator.town import Town, button, card

TEXT = {"text": "你好"}


def test_rate_limit_names_the_wait_and_strikes_the_given_number_of_times(town: Town) -> None:
    town.fault("rate_limit", times=2, api="im/v1/messages", seconds=7)
    answers = [town.create("lin", "text", TEXT) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].json()["code"] == 99991400
    assert answers[0].headers["x-ogw-ratelimit-reset"] == "7"
    assert len(town.chat("lin")) == 1


def test_a_server_error_does_nothing_and_answers_500(town: Town) -> None:
    town.fault("server_error", api="im/v1/messages")
    assert town.create("lin", "text", TEXT).status_code == 500
    assert town.chat("lin") == []
    assert town.create("lin", "text", TEXT).status_code == 200


def test_a_timeout_does_nothing_and_drops_the_connection(town: Town) -> None:
    town.fault("timeout", api="im/v1/messages", seconds=0)
    with pytest.raises(requests.ConnectionError):
        town.create("lin", "text", TEXT)
    assert town.chat("lin") == []


def test_a_slow_answer_comes_all_the_same(town: Town) -> None:
    town.fault("slow", api="im/v1/messages", seconds=0)
    assert town.create("lin", "text", TEXT).json()["code"] == 0


def test_dropped_after_delivery_the_message_is_there_but_unanswered(town: Town) -> None:
    town.fault("drop_after_delivery", api="im/v1/messages")
    with pytest.raises(requests.ConnectionError):
        town.create("lin", "text", TEXT, uuid="u-1")
    again = town.create("lin", "text", TEXT, uuid="u-1").json()
    assert [message["message_id"] for message in town.chat("lin")] == [again["data"]["message_id"]]


def test_a_refused_call_is_not_taken_for_a_delivery(town: Town) -> None:
    town.fault("drop_after_delivery", api="im/v1/messages")
    assert town.create("lin", "text", {"text": ""}).json()["code"] == 230001


def test_a_revoked_token_stays_dead_and_a_new_one_lives(town: Town) -> None:
    old = {"Authorization": f"Bearer {town.token}"}
    town.fault("token_revoked")
    codes = [town.raw("GET", "/open-apis/bot/v3/info", headers=old).json()["code"] for _ in range(2)]
    assert codes == [99991663, 99991663]
    assert town.api("GET", "/bot/v3/info").json()["code"] == 0


def test_one_person_can_be_out_of_reach(town: Town) -> None:
    town.fault("refuse_recipient", person="lin")
    assert town.create("wang", "text", TEXT).json()["code"] == 0
    assert town.create("lin", "text", TEXT).json()["code"] == 230013
    assert town.create("lin", "text", TEXT).json()["code"] == 0


def test_a_message_can_be_gone(town: Town) -> None:
    message_id = town.sent("lin", "interactive", card())
    town.fault("message_gone")
    assert [town.patch(message_id, card()).json()["code"] for _ in range(2)] == [230011, 0]


@pytest.mark.parametrize(("code", "status"), [(230049, 400), (230035, 400), (99991672, 400), (777, 400)])
def test_any_refusal_can_be_asked_for(town: Town, code: int, status: int) -> None:
    town.fault("api_error", code=code, api="im/v1/messages")
    answer = town.create("lin", "text", TEXT)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


# On the way to the bot.


def test_the_same_callback_twice(town: Town) -> None:
    town.fault("duplicate_callback")
    town.say("lin", "报销")
    first, second = town.bot.received
    assert (first.body, first.headers) == (second.body, second.headers)
    assert len(town.chat("lin")) == 1


@pytest.mark.parametrize(("seconds", "back"), [(None, 3600), (28000, 28000)])
def test_a_late_callback_was_signed_long_ago(town: Town, seconds: int | None, back: int) -> None:
    town.fault("late_callback", seconds=seconds)
    town.say("lin", "报销")
    received = town.bot.last
    assert received.headers["X-Lark-Request-Timestamp"] == str(int(town.hands.seconds - back))
    assert received.plain["header"]["create_time"] == str(int((town.hands.seconds - back) * 1000))


def test_out_of_order_the_second_comes_first(town: Town) -> None:
    town.fault("out_of_order")
    first = town.say("lin", "第一")
    assert (first["status"], first["error"], town.bot.received) == (None, "held", [])
    second = town.say("lin", "第二")
    order = [received.plain["header"]["event_id"] for received in town.bot.received]
    assert order == [second["event_id"], first["event_id"]]


def test_a_lost_callback_comes_when_it_is_delivered_again(town: Town) -> None:
    town.fault("lost_callback", person="lin")
    town.say("wang", "报销")
    lost = town.say("lin", "报销")
    assert (lost["status"], lost["error"], len(town.bot.received)) == (None, "lost", 1)
    town.do("redeliver")
    assert town.bot.last.plain["header"]["event_id"] == lost["event_id"]


def test_a_lost_click_shows_an_error(town: Town) -> None:
    town.sent("lin", "interactive", card(button("同意")))
    town.fault("lost_callback")
    assert town.click("lin", "同意")["error"] == "200341"


# Asking for them.


def test_faults_can_be_listed_and_cleared(town: Town) -> None:
    town.fault("server_error", times=3, api="im/v1/files")
    (waiting,) = town.raw("GET", "/_sim/fault").json()["faults"]
    assert (waiting["kind"], waiting["times"], waiting["api"]) == ("server_error", 3, "im/v1/files")
    assert town.create("lin", "text", TEXT).status_code == 200
    assert town.raw("DELETE", "/_sim/fault").json() == {"faults": []}
    assert town.raw("GET", "/_sim/fault").json() == {"faults": []}


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "earthquake"},
        {"times": 2},
        {"kind": "timeout", "times": 0},
        {"kind": "timeout", "times": "many"},
        {"kind": "timeout", "seconds": "long"},
        {"kind": "timeout", "where": "everywhere"},
    ],
)
def test_a_fault_that_makes_no_sense(town: Town, asked: dict[str, object]) -> None:
    assert town.do("fault", asked, 400)["error"]


def test_a_fault_for_nobody(town: Town) -> None:
    town.do("fault", {"kind": "refuse_recipient", "person": "nobody"}, 404)


def test_every_kind_is_told_in_one_line() -> None:
    assert all(line and "\n" not in line for line in KINDS.values())


def test_a_fault_shows_in_the_log_as_what_it_did(town: Town) -> None:
    town.fault("drop_after_delivery", api="im/v1/messages")
    with pytest.raises(requests.ConnectionError):
        town.create("lin", "text", TEXT)
    entry = town.log()[-1]
    assert (entry["path"], entry["status"], entry["code"]) == ("/open-apis/im/v1/messages", None, None)
    assert json.dumps(TEXT["text"]) not in json.dumps(town.log())
