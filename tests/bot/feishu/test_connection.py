"""The long connection through the real SDK against the simulator: what is heard, and every way to lose it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from bot.simulator.directory import SimPerson
from bot.simulator.driver import Driver
from bot.simulator.feishu import connections
from bot.simulator.feishu.app import LONG_CONNECTION, FeishuApp
from bot.simulator.feishu.frame import DATA, Frame, decode, encode
from bot.simulator.server import Simulator
from tests.bot.feishu.listening import Listening

SECRET = "app-secret-01"
APP = FeishuApp("cli_1", SECRET, mode=LONG_CONNECTION, ping_seconds=1)
CARD = {
    "schema": "2.0",
    "body": {
        "elements": [
            {
                "tag": "button",
                "text": {"tag": "plain_text", "content": "同意"},
                "behaviors": [
                    {"type": "callback", "value": {"act": "expense.approve", "args": {"claim": 1}}}
                ],
            }
        ]
    },
}

Json = dict[str, Any]


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the listening process logs, and whatever else it prints."""
    return tmp_path_factory.mktemp("listening") / "output"


@pytest.fixture(scope="module")
def processes(output: Path) -> Iterator[list[Listening]]:
    """The process that listens, last in the list; a story that failed leaves it unfit for the next."""
    with output.open("wb") as file:
        processes = [Listening(file)]
        yield processes
        processes[-1].stop()


@pytest.fixture
def process(processes: list[Listening], output: Path) -> Listening:
    if processes[-1].busy:
        processes[-1].stop()
        with output.open("ab") as file:
            processes.append(Listening(file))
    return processes[-1]


@dataclass
class Feishu:
    """The simulated platform, and one listener."""

    platform: Simulator
    driver: Driver
    process: Listening

    def listen(self, **more: object) -> None:
        """Begin to listen."""
        asked = {"base_url": self.platform.base_url, "app_id": APP.app_id, "secret": SECRET}
        self.process.begin(**(asked | more))

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Listen, and stop when the story is over."""
        self.listen()
        self.wait_for_connection()
        yield
        self.process.tell(do="stop")
        assert self.hears() == {"stopped": True}

    def wait_for_connection(self) -> None:
        self.driver.wait_for("a connection", lambda: self.platform.connected, 30)

    def hears(self) -> Json:
        return self.process.hears()

    def say(self, text: str) -> Json:
        return self.driver.say("lin", text)


@pytest.fixture
def feishu(process: Listening) -> Iterator[Feishu]:
    simulator = Simulator([SimPerson("lin", "林晓", feishu_open_id="ou_lin")], APP, limits=None)
    simulator.start()
    yield Feishu(simulator, Driver(simulator.base_url), process)
    simulator.stop()


# Frames.


@pytest.mark.parametrize(
    "frame",
    [
        Frame(DATA, {"type": "event", "message_id": "m", "sum": "1", "seq": "0"}, "报销".encode(), 33554678),
        Frame(0, {"type": "ping"}),
        Frame(DATA, {}, b"x" * 300, 2**31 - 1),
    ],
    ids=["event", "ping", "long"],
)
def test_our_frames_and_the_sdks_are_the_same(process: Listening, frame: Frame) -> None:
    process.tell(frame=encode(frame).hex())
    read = process.hears()
    assert decode(bytes.fromhex(read.pop("back"))) == frame
    assert read == {
        "method": frame.method,
        "service": frame.service,
        "headers": dict(frame.headers),
        "payload": frame.payload.hex(),
    }


# What is heard.


def test_messages_and_clicks_are_heard_and_answered(feishu: Feishu) -> None:
    with feishu.listening():
        assert feishu.say("报销")["status"] == 200
        assert feishu.hears()["said"] == "报销"
        sent_card(feishu)
        clicked = feishu.driver.click("lin", "同意")
        assert clicked["toast"] == {"type": "success", "content": "expense.approve 好"}
        assert feishu.hears()["heard"] == f"feishu:e:{clicked['event_id']}"


def test_what_fails_is_pushed_again_and_what_has_no_use_is_not(feishu: Feishu) -> None:
    with feishu.listening():
        assert feishu.say("坏")["status"] == 500
        assert feishu.hears()["said"] == "坏"
        assert feishu.driver.post("event", person="lin", type="im.chat.disbanded_v1")["status"] == 200
        assert feishu.hears()["said"] == ""


def test_an_event_in_pieces_is_heard_once_and_whole(feishu: Feishu) -> None:
    with feishu.listening():
        feishu.driver.post("fault", kind="fragmented")
        assert feishu.say("一句很长的话")["status"] == 200
        assert feishu.hears()["said"] == "一句很长的话"


def test_while_one_event_takes_its_time_pings_go_on(feishu: Feishu) -> None:
    with feishu.listening():
        feishu.driver.post("fault", kind="unanswered_ping")
        assert feishu.say("慢")["error"] == "timeout"
        assert feishu.hears()["said"] == "慢"
        feishu.driver.wait_for("a ping", lambda: not faults(feishu))
        feishu.process.tell(do="go on")
        assert feishu.say("报销")["status"] == 200
        assert feishu.hears()["said"] == "报销"


def test_a_broken_connection_is_taken_up_again_and_the_repeat_has_the_same_key(feishu: Feishu) -> None:
    with feishu.listening():
        feishu.driver.post("fault", kind="kicked")
        assert feishu.say("报销")["error"] == "lost"
        first = feishu.hears()
        feishu.wait_for_connection()
        assert feishu.driver.post("redeliver")["results"][0]["status"] == 200
        assert feishu.hears() == first


# Every way to lose it.


def test_who_has_the_wrong_secret_is_refused(feishu: Feishu) -> None:
    feishu.listen(secret="wrong")
    assert feishu.hears() == {"lost": "feishu refuses the connection, code 1000040345", "refused": True}


def test_one_connection_too_many_is_refused(feishu: Feishu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 0)
    feishu.listen()
    assert feishu.hears() == {"lost": "feishu refuses the connection, code 514", "refused": True}


def test_when_pings_stay_unanswered_the_connection_is_lost(feishu: Feishu) -> None:
    feishu.driver.post("fault", kind="unanswered_ping", times=1000)
    feishu.listen()
    assert feishu.hears() == {"lost": "overdue: a frame or a pong", "refused": False}


def test_when_the_address_does_not_come_the_connection_is_lost(feishu: Feishu) -> None:
    feishu.driver.post("fault", kind="timeout", api="ws/endpoint", seconds=60)
    feishu.listen(address_seconds=0.5)
    assert feishu.hears() == {"lost": "overdue: an address for the connection", "refused": False}


def test_a_refusal_when_it_comes_back_is_noticed_though_the_sdk_tells_nobody(feishu: Feishu) -> None:
    feishu.listen()
    feishu.wait_for_connection()
    feishu.driver.post("fault", kind="api_error", code=1000040345, api="ws/endpoint")
    feishu.driver.post("fault", kind="kicked")
    feishu.say("报销")
    assert feishu.hears()["said"] == "报销"
    assert feishu.hears() == {"lost": "feishu refuses the connection, code 1000040345", "refused": True}


def test_a_platform_that_is_busy_is_asked_until_it_is_not(feishu: Feishu) -> None:
    with feishu.listening():
        feishu.driver.post("fault", kind="server_error", api="ws/endpoint")
        feishu.driver.post("fault", kind="kicked")
        feishu.say("报销")
        assert feishu.hears()["said"] == "报销"
        feishu.wait_for_connection()
        assert feishu.say("待办")["status"] == 200
        assert feishu.hears()["said"] == "待办"


# What is logged.


def test_the_log_tells_of_trouble_and_holds_no_secret(feishu: Feishu, output: Path) -> None:
    with feishu.listening():
        feishu.driver.post("fault", kind="kicked")
        feishu.say("坏")
        assert feishu.hears()["said"] == "坏"
        feishu.wait_for_connection()
        assert feishu.say("报销")["status"] == 200
        assert feishu.hears()["said"] == "报销"
    feishu.listen(secret="wrong")
    assert feishu.hears()["refused"]

    said = output.read_text(encoding="utf-8")
    assert "the connection is back" in said
    assert "ValueError at" in said
    assert [each for each in ("ticket=", "access_key=", SECRET, "报销", "坏") if each in said] == []


def sent_card(feishu: Feishu) -> None:
    """Send the card with the button to lin."""
    base = f"{feishu.platform.base_url}/open-apis"
    body = {"app_id": APP.app_id, "app_secret": SECRET}
    with requests.Session() as http:
        token = http.post(f"{base}/auth/v3/tenant_access_token/internal", json=body, timeout=10).json()
        http.headers["Authorization"] = f"Bearer {token['tenant_access_token']}"
        message = {"receive_id": "ou_lin", "msg_type": "interactive", "content": json.dumps(CARD)}
        url = f"{base}/im/v1/messages?receive_id_type=open_id"
        assert http.post(url, json=message, timeout=10).json()["code"] == 0


def faults(feishu: Feishu) -> list[Json]:
    """What is still to go wrong."""
    waiting: list[Json] = requests.get(f"{feishu.platform.base_url}/_sim/fault", timeout=10).json()["faults"]
    return waiting
