"""The long connection from outside: who is let in, how events travel, and what goes wrong on request."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from bot.simulator import FeishuApp, Simulator
from bot.simulator.feishu import connections
from bot.simulator.feishu.app import LONG_CONNECTION
from bot.simulator.feishu.frame import CONTROL, DATA, Frame, decode, encode
from tests.bot.simulator.town import APP, PEOPLE, Json, Town, button, card

LISTENING = replace(APP, encrypt_key="", mode=LONG_CONNECTION, ping_seconds=7)
ENDPOINT = "/callback/ws/endpoint"
PING = Frame(CONTROL, {"type": "ping"}, service=connections.SERVICE_ID)


@contextmanager
def built(running: Town, app: FeishuApp = LISTENING, deadline: float = 5) -> Iterator[Town]:
    """A platform of its own; there is no webhook in it."""
    simulator = Simulator(PEOPLE, app, deadline=deadline)
    simulator.start()
    yield replace(running, simulator=simulator)
    simulator.stop()


@pytest.fixture
def town(running: Town) -> Iterator[Town]:
    with built(running) as town:
        yield town


@pytest.fixture
def hasty(running: Town) -> Iterator[Town]:
    """A platform that waits next to no time for an answer."""
    with built(running, deadline=0.05) as town:
        yield town


def invited(town: Town, **asked: str) -> requests.Response:
    body = {"AppID": LISTENING.app_id, "AppSecret": LISTENING.app_secret} | asked
    return town.raw("POST", ENDPOINT, json=body)


def address(town: Town) -> str:
    return str(invited(town).json()["data"]["URL"])


class Bot:
    """A client that keeps the frames of events and answers each as told; None: not at all."""

    def __init__(self, town: Town, answers: Callable[[Frame], Json | None] | None = None) -> None:
        self.heard: list[Frame] = []
        self.answers = answers or (lambda frame: {"code": 200})
        known = town.simulator.connected
        self.connection: ClientConnection = connect(address(town))
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()
        while town.simulator.connected == known:
            time.sleep(0.005)

    def _listen(self) -> None:
        try:
            while True:
                frame = decode(bytes(self.connection.recv(decode=False)))
                self.heard.append(frame)
                answer = self.answers(frame)
                if answer is not None:
                    reply = replace(frame, payload=json.dumps(answer).encode())
                    self.connection.send(encode(reply))
        except ConnectionClosed:
            return

    @property
    def plain(self) -> Json:
        """The event heard last."""
        return dict(json.loads(self.heard[-1].payload))

    def __enter__(self) -> Bot:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
        self._thread.join()


# Frames.


@given(
    st.dictionaries(st.text(), st.text()),
    st.binary(max_size=300),
    st.integers(0, 2**31 - 1),
    st.sampled_from([CONTROL, DATA]),
)
def test_a_frame_comes_back_as_it_went(
    headers: dict[str, str], payload: bytes, service: int, method: int
) -> None:
    frame = Frame(method, headers, payload, service)

    assert decode(encode(frame)) == frame


@given(st.binary(max_size=60))
def test_bytes_that_are_no_frame_are_refused_and_nothing_worse(data: bytes) -> None:
    with suppress(ValueError):
        assert isinstance(decode(data), Frame)


@pytest.mark.parametrize("kept", range(1, len(encode(Frame(DATA, {"type": "event"}, b"{}", 1)))))
def test_half_a_frame_is_not_taken_for_a_whole_one(kept: int) -> None:
    whole = Frame(DATA, {"type": "event"}, b"{}", 1)
    with suppress(ValueError):
        assert decode(encode(whole)[:kept]) != whole


# Who is let in.


def test_an_address_is_given_for_the_right_secret_with_the_rules_for_clients(town: Town) -> None:
    answer = invited(town).json()
    assert answer["code"] == 0
    assert answer["data"]["ClientConfig"] == {
        "ReconnectCount": -1,
        "ReconnectInterval": 1,
        "ReconnectNonce": 0,
        "PingInterval": 7,
    }


@pytest.mark.parametrize(("asked", "code"), [("AppID", 1000040346), ("AppSecret", 1000040345)])
def test_an_address_is_refused_for_a_wrong_id_or_secret(town: Town, asked: str, code: int) -> None:
    answer = invited(town, **{asked: "wrong"})
    assert (answer.status_code, answer.json()["code"]) == (200, code)
    assert "data" not in answer.json()


def test_an_app_that_receives_by_webhook_has_no_such_address(running: Town) -> None:
    with built(running, APP) as town:
        assert invited(town).status_code == 404
        assert town.simulator.connected == 0


def refusal(url: str, origin: str | None = None) -> tuple[int, str | None]:
    with pytest.raises(InvalidStatus) as refused, connect(url, origin=Origin(origin) if origin else None):
        raise AssertionError("let in")
    response = refused.value.response
    return response.status_code, response.headers.get("handshake-autherrcode")


def test_a_ticket_opens_one_connection_and_no_other_door_does(town: Town) -> None:
    url = address(town)
    with connect(url):
        pass
    for wrong in (url, url + "x", address(town).replace("/ws/v2", "/ws/v1"), url.partition("?")[0]):
        assert refusal(wrong) == (403, str(connections.BAD_TICKET))


def test_a_web_page_is_not_let_in_even_with_a_ticket(town: Town) -> None:
    assert refusal(address(town), "http://localhost")[0] == 403


def test_one_connection_too_many_is_refused(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 1)
    with Bot(town):
        assert refusal(address(town)) == (403, str(connections.TOO_MANY))


def test_a_ping_is_answered_with_the_rules_for_clients(town: Town) -> None:
    with connect(address(town)) as connection:
        connection.send(encode(PING))
        pong = decode(bytes(connection.recv(decode=False)))
    assert (pong.method, pong.headers) == (CONTROL, {"type": "pong"})
    assert json.loads(pong.payload)["PingInterval"] == 7


def test_who_sends_no_frames_is_hung_up_on(town: Town) -> None:
    with connect(address(town)) as connection:
        connection.send(b"\xff")
        with pytest.raises(ConnectionClosed):
            connection.recv()


# Events.


def test_a_message_arrives_in_plain_text_and_its_answer_counts_like_one_over_http(town: Town) -> None:
    with Bot(town) as bot:
        assert town.say("lin", "报销")["status"] == 200
    (frame,) = bot.heard
    assert bot.plain["event"]["message"]["content"] == '{"text": "报销"}'
    assert bot.plain["header"]["app_id"] == LISTENING.app_id
    assert (frame.method, frame.headers["type"], frame.headers["sum"]) == (DATA, "event", "1")
    callback = next(each for each in town.log() if each["direction"] == "callback")
    assert (callback["method"], callback["path"], callback["status"]) == ("WS", "/ws/v2", 200)


def test_a_click_is_answered_with_a_toast_and_a_card(town: Town) -> None:
    town.sent("lin", "interactive", card(button("同意")))
    answer = {
        "toast": {"type": "success", "content": "已同意"},
        "card": {"type": "raw", "data": card(button("撤回"))},
    }
    data = base64.b64encode(json.dumps(answer).encode()).decode()
    with Bot(town, lambda frame: {"code": 200, "data": data}):
        clicked = town.click("lin", "同意")
    assert (clicked["status"], clicked["toast"]["content"]) == (200, "已同意")
    assert [each["label"] for each in clicked["message"]["buttons"]] == ["撤回"]


def test_a_click_that_is_only_taken_keeps_the_card(town: Town) -> None:
    town.sent("lin", "interactive", card(button("同意")))
    with Bot(town):
        clicked = town.click("lin", "同意")
    assert (clicked["status"], clicked["error"], clicked["toast"]) == (200, None, None)


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        ({"code": 500}, 500, None),
        ({"code": "200"}, None, "unreadable"),
        ({}, None, "unreadable"),
        ({"code": 200, "data": "%"}, None, "unreadable"),
    ],
)
def test_any_other_answer_is_a_failure(
    town: Town, answer: Json, status: int | None, error: str | None
) -> None:
    with Bot(town, lambda frame: answer):
        said = town.say("lin", "报销")
    assert (said["status"], said["error"]) == (status, error)


def test_who_is_not_connected_hears_of_it_when_it_is_delivered_again(town: Town) -> None:
    said = town.say("lin", "报销")
    assert (said["status"], said["error"]) == (None, "unreachable")
    with Bot(town) as bot:
        assert town.do("redeliver")["results"][0]["status"] == 200
    assert bot.plain["header"]["event_id"] == said["event_id"]


def test_who_does_not_answer_in_time_has_not_answered(hasty: Town) -> None:
    with Bot(hasty, lambda frame: None) as bot:
        said = hasty.say("lin", "报销")
        hasty.do("redeliver")
    first, again = bot.heard
    assert (said["status"], said["error"]) == (None, "timeout")
    assert first.payload == again.payload
    assert first.headers["message_id"] != again.headers["message_id"]


def test_who_hangs_up_instead_of_answering_is_not_waited_for(town: Town) -> None:
    with Bot(town) as bot:
        bot.answers = lambda frame: bot.connection.close()
        assert town.say("lin", "报销")["error"] == "unreachable"


def test_each_event_goes_to_one_of_several_connections(town: Town) -> None:
    with Bot(town) as first, Bot(town) as second:
        for _ in range(40):
            town.say("lin", "报销")
        assert len(first.heard) + len(second.heard) == 40
        assert first.heard
        assert second.heard


def test_no_request_address_is_checked_where_there_is_none(town: Town) -> None:
    assert "长连接" in town.do("event", {"person": "lin", "type": "url_verification"}, 409)["error"]


# On request.


def test_kicked_the_bot_has_heard_but_its_answer_is_lost(town: Town) -> None:
    with Bot(town) as bot:
        town.fault("kicked", person="lin")
        said = town.say("lin", "报销")
        assert (said["status"], said["error"]) == (None, "lost")
        assert town.simulator.connected == 0
    assert len(bot.heard) == 1


def test_an_event_in_pieces_is_whole_when_put_together(town: Town) -> None:
    pieces: list[Frame] = []

    def last_one(frame: Frame) -> Json | None:
        pieces.append(frame)
        return {"code": 200} if len(pieces) == int(frame.headers["sum"]) else None

    with Bot(town, last_one):
        town.fault("fragmented")
        assert town.say("lin", "报销")["status"] == 200
    assert [each.headers["seq"] for each in pieces] == ["0", "1", "2"]
    assert len({each.headers["message_id"] for each in pieces}) == 1
    whole = json.loads(b"".join(each.payload for each in pieces))
    assert whole["event"]["message"]["content"] == '{"text": "报销"}'


def test_a_ping_can_stay_without_its_pong(town: Town) -> None:
    town.fault("unanswered_ping")
    with connect(address(town)) as connection:
        for _ in range(2):
            connection.send(encode(PING))
        connection.recv()
        with pytest.raises(TimeoutError):
            connection.recv(timeout=0.05)


def test_the_faults_of_webhooks_strike_here_too(town: Town) -> None:
    with Bot(town) as bot:
        town.fault("duplicate_callback")
        town.say("lin", "报销")
        town.fault("lost_callback")
        assert town.say("lin", "报销")["error"] == "lost"
    assert len(bot.heard) == 2
    assert bot.heard[0].payload == bot.heard[1].payload
