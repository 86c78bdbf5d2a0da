"""Reading the long connection, without one: what is acknowledged how, and when reading is given up."""

from __future__ import annotations

import json
import logging
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any, cast

import pytest

from bot import roles
from bot.app import App
from bot.feishu.inbound import FeishuInbound
from bot.feishu.listen import Listener, Lost, Offer, Watch
from bot.platform import Clicked, Incoming, Refused, Said
from handlers.contract.card import Card
from handlers.contract.reply import Reply
from storage.people import Address
from tests.bot.feishu.sealing import APP, TOKEN, envelope

EVENTS = json.loads((Path(__file__).parent / "events.json").read_text(encoding="utf-8"))
TEXT = next(each["event"] for each in EVENTS if each["name"] == "a text")
CLICK = {
    "operator": {"open_id": "ou_1"},
    "action": {"value": {"act": "expense.approve", "args": {"claim": 1}}},
    "context": {"open_message_id": "om_1"},
}

edge = FeishuInbound(APP, "", TOKEN)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A watchdog that looks up often."""
    monkeypatch.setattr("bot.feishu.listen.CHECK_SECONDS", 0.01)


def packed(event_type: str, event: object, **header: object) -> bytes:
    return json.dumps(envelope(event_type, event, **header)).encode()


MESSAGE = packed("im.message.receive_v1", TEXT)
PRESSED = packed("card.action.trigger", CLICK)

# Who may speak.


@pytest.mark.parametrize("configured", [FeishuInbound(APP, "", ""), edge, FeishuInbound(APP, "key", TOKEN)])
def test_an_event_is_plain_whatever_is_configured_for_webhooks(configured: FeishuInbound) -> None:
    assert configured.read_plain(MESSAGE) == Incoming(
        "feishu:m:om_5ce6",
        Address("feishu", "ou_84aad35d084aa403a838cf73ee18467"),
        Said("报销 出租车 128.50"),
    )


@pytest.mark.parametrize("token", [None, ""])
def test_an_event_without_a_token_is_taken_since_the_connection_vouches(token: object) -> None:
    assert edge.read_plain(packed("im.message.receive_v1", TEXT, token=token)).body == Said(
        "报销 出租车 128.50"
    )


@pytest.mark.parametrize(
    ("payload", "status"),
    [
        (packed("im.message.receive_v1", TEXT, token="other"), 401),
        (packed("im.message.receive_v1", TEXT, app_id="cli_other"), 403),
        (json.dumps({"uuid": "1", "event": {"type": "message"}, "token": TOKEN}).encode(), 400),
        (json.dumps({"type": "url_verification", "challenge": "x", "token": TOKEN}).encode(), 400),
        (b'{"encrypt": "P37w"}', 400),
        (b'{"schema": "2.0"}', 400),
        (b"[]", 400),
        (b"\xff", 400),
    ],
    ids=[
        "wrong token",
        "foreign app",
        "old envelope",
        "address check",
        "sealed",
        "no header",
        "list",
        "bytes",
    ],
)
def test_anything_else_is_refused(payload: bytes, status: int) -> None:
    with pytest.raises(Refused) as refused:
        edge.read_plain(payload)
    assert refused.value.status == status


# What is acknowledged how.


class FakeRouter:
    """Answers as told, or raises it."""

    def __init__(self, reply: Reply | Exception | None = None) -> None:
        self.handled: list[Incoming] = []
        self._reply = reply

    def handle(self, incoming: Incoming) -> Reply | None:
        self.handled.append(incoming)
        if isinstance(self._reply, Exception):
            raise self._reply
        return self._reply


class Silence:
    """A connection on which nothing comes; it ends when told to."""

    def __init__(self, ends: Callable[[], object] | None = None) -> None:
        self._ends = ends or Event().wait

    def run(self) -> None:
        self._ends()


def listener(router: FakeRouter, connection: Silence | None = None, watch: Watch | None = None) -> Listener:
    return Listener(edge, router, lambda offer, watch: connection or Silence(), watch)


def acknowledged(payload: bytes, reply: Reply | Exception | None = None) -> dict[str, Any]:
    return dict(json.loads(listener(FakeRouter(reply)).answer(payload)))


def test_a_message_is_acknowledged_and_nothing_more() -> None:
    assert acknowledged(MESSAGE, Reply(text="好的")) == {"code": 200}


def test_a_click_is_acknowledged_with_its_toast_and_its_card() -> None:
    ack = acknowledged(PRESSED, Reply(toast="已同意", card=Card(title="报销", subject="expense:1")))
    shown = json.loads(b64decode(ack["data"]))
    assert ack["code"] == 200
    assert shown["toast"] == {"type": "success", "content": "已同意"}
    assert shown["card"]["data"]["schema"] == "2.0"


def test_a_refusal_is_an_answer_like_others() -> None:
    ack = acknowledged(PRESSED, Reply(toast="您不在这一级", refused=True))
    assert json.loads(b64decode(ack["data"]))["toast"]["type"] == "error"


def test_an_event_without_use_is_acknowledged() -> None:
    assert acknowledged(packed("im.chat.disbanded_v1", {})) == {"code": 200}


def test_what_failed_is_to_be_pushed_again_and_the_log_does_not_tell_what_it_was(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert acknowledged(MESSAGE, ValueError("出租车 128.50")) == {"code": 500}
    assert "ValueError at" in caplog.text
    assert "出租车" not in caplog.text


def test_what_was_refused_is_to_be_pushed_again_and_the_log_says_why(
    caplog: pytest.LogCaptureFixture,
) -> None:
    router = FakeRouter()
    payload = packed("im.message.receive_v1", TEXT, token="other")
    assert json.loads(listener(router).answer(payload)) == {"code": 500}
    assert router.handled == []
    assert "401 wrong token" in caplog.text


# In which order.


class Burst:
    """Three events at once; the process is told to stop when the last answer is out."""

    def __init__(self, offer: Offer, stop: Event) -> None:
        self.acks: list[bytes] = []
        self._offer, self._stop = offer, stop

    def run(self) -> None:
        for number in range(3):
            self._offer(packed("card.action.trigger", CLICK, event_id=f"e-{number}"), self._take)
        Event().wait()

    def _take(self, ack: bytes) -> None:
        self.acks.append(ack)
        if len(self.acks) == 3:
            self._stop.set()


def test_events_are_handled_one_after_the_other_as_they_came() -> None:
    router, stop = FakeRouter(Reply(toast="好")), Event()
    bursts: list[Burst] = []

    def connect(offer: Offer, watch: Watch) -> Burst:
        bursts.append(Burst(offer, stop))
        return bursts[0]

    Listener(edge, router, connect).run(stop)
    assert [each.key for each in router.handled] == ["feishu:e:e-0", "feishu:e:e-1", "feishu:e:e-2"]
    assert all(isinstance(each.body, Clicked) for each in router.handled)
    assert len(bursts[0].acks) == 3


# When it is given up.


class Seconds:
    """Seconds that a test counts."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_does_not_happen_in_time_is_the_end() -> None:
    seconds = Seconds()
    watch = Watch(seconds)
    watch.expect("a pong", 30)
    seconds.now = 30
    watch.check()
    watch.expect("a pong", 30)
    seconds.now = 60
    watch.check()
    seconds.now = 60.1
    with pytest.raises(Lost, match="overdue: a pong"):
        watch.check()


def test_what_happened_is_no_longer_waited_for() -> None:
    seconds = Seconds()
    watch = Watch(seconds)
    watch.expect("an address", 30)
    watch.done("an address")
    watch.done("something that was never due")
    seconds.now = 1000
    watch.check()


def test_the_first_reason_is_the_one_that_is_told() -> None:
    watch = Watch()
    watch.give_up(Lost("refused, code 514", refused=True))
    watch.give_up(Lost("the client ended"))
    with pytest.raises(Lost, match="code 514") as lost:
        watch.check()
    assert lost.value.refused


def fails_with(error: Exception) -> Callable[[], object]:
    def fail() -> object:
        raise error

    return fail


@pytest.mark.parametrize(
    ("ends", "why"),
    [
        (lambda: None, "the client ended"),
        (fails_with(Lost("code 514")), "code 514"),
        (fails_with(RuntimeError("wss://host/?ticket=s3cret")), "RuntimeError at"),
    ],
    ids=["returns", "refused", "fails"],
)
def test_a_connection_that_ends_ends_the_listener_and_tells_no_secret(
    ends: Callable[[], object], why: str
) -> None:
    with pytest.raises(Lost, match=why) as lost:
        listener(FakeRouter(), Silence(ends)).run(Event())
    assert "s3cret" not in str(lost.value)


def test_an_event_that_never_ends_is_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.feishu.listen.EVENT_SECONDS", 0.0)
    hangs = Event()

    class Hanging(FakeRouter):
        def handle(self, incoming: Incoming) -> Reply | None:
            hangs.wait()
            return None

    with pytest.raises(Lost, match="overdue: the end of an event"):
        Listener(edge, Hanging(), lambda offer, watch: Burst(offer, Event())).run(Event())
    hangs.set()


@pytest.mark.parametrize("refused", [True, False])
def test_the_process_of_a_lost_connection_ends_with_1_so_that_it_is_started_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, refused: bool
) -> None:
    monkeypatch.setattr(roles, "_on_stop", lambda stop: None)
    monkeypatch.setattr(roles, "REFUSED_WAIT_SECONDS", 0.0)
    lost = listener(FakeRouter(), Silence(fails_with(Lost("code 514", refused=refused))))

    class FakeApp:
        def listener(self) -> Listener:
            return lost

    with pytest.raises(SystemExit) as ended:
        roles.listen(cast(App, FakeApp()))
    assert ended.value.code == 1
    assert "the long connection is lost: code 514" in caplog.text


def test_told_to_stop_it_stops(caplog: pytest.LogCaptureFixture) -> None:
    stop = Event()
    stop.set()
    with caplog.at_level(logging.WARNING):
        listener(FakeRouter()).run(stop)
    assert caplog.text == ""
