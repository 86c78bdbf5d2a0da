"""The HTTP edge: what is not ours is turned away without a trace in the records; a repeat changes nothing."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import waitress.server
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from werkzeug.test import TestResponse

from bot.feishu.inbound import FeishuInbound
from bot.platform import Answer, Incoming, Refused
from bot.web.server import BODY_LIMIT, create_app
from handlers.contract.reply import Reply
from storage import outbox
from tests.bot.feishu.sealing import APP, KEY, NOW, TOKEN, Webhook, envelope, sealed, signed_body
from tests.bot.rooms import rows, state
from tests.house import House

PATH = "/callbacks/feishu"
SECRET_WORDS = "给王芳的八千元"
CHUNKED = {"Transfer-Encoding": "chunked"}


class Router:
    """Stands in for the router: breaks as it is told."""

    def handle(self, incoming: Incoming) -> Reply | None:
        raise RuntimeError(SECRET_WORDS)


class Verifier:
    """A platform that checks our address by GET."""

    def read(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes, now: object) -> Answer:
        return Answer(b"read")

    def answer(self, incoming: Incoming, reply: Reply | None) -> Answer:
        return Answer(b"answer")

    def verify(self, query: Mapping[str, str], now: object) -> Answer:
        if query.get("echo") != "right":
            raise Refused(401, "wrong signature")
        return Answer(b"echo", content_type="text/plain")


@pytest.fixture
def client(house: House) -> FlaskClient:
    """The edge of a house."""
    return edge(house)


def edge(house: House, router: Any = None) -> FlaskClient:
    """Return a client of a house's edge, with another router if one is given."""

    def waiting() -> Mapping[str, int]:
        with house.database.read() as tx:
            return outbox.counts(tx)

    inbounds = {"feishu": FeishuInbound(APP, KEY, TOKEN)}
    verifiers = {"other": Verifier()}
    return create_app(inbounds, verifiers, router or house.router, lambda: NOW, waiting).test_client()


def post(client: FlaskClient, webhook: Webhook, path: str = PATH) -> TestResponse:
    return client.post(path, data=webhook.body, headers=webhook.headers)


def said(words: str, message_id: str = "om_1", person: str = "lin", **header: object) -> Webhook:
    """A text typed to the assistant."""
    event = {
        "sender": {"sender_type": "user", "sender_id": {"open_id": f"ou_{person}"}},
        "message": {
            "message_id": message_id,
            "chat_type": "p2p",
            "message_type": "text",
            "content": json.dumps({"text": words}),
        },
    }
    return sealed(envelope("im.message.receive_v1", event, **header))


def approval(house: House, event_id: str = "e-approve") -> Webhook:
    """The click of 李青 on 同意, on a claim that was just handed in."""
    house.submit("lin")
    button = house.button("li", "同意")
    event = {
        "operator": {"open_id": "ou_li"},
        "action": {"value": {"act": button.act, "args": dict(button.args)}, "tag": "button"},
        "context": {"open_message_id": "om_card"},
    }
    return sealed(envelope("card.action.trigger", event, event_id=event_id))


GOOD = said("待办")
REFUSED = {
    "signed with another key": (sealed(envelope("x", {}), key="another key"), 401),
    "with another body": (replace(GOOD, body=GOOD.body.replace(b"=", b"A")), 401),
    "without a signature": (sealed(envelope("x", {}), signed=False), 401),
    "with an empty signature": (GOOD.with_header("x-lark-signature", ""), 401),
    "with a signature of no letters": (GOOD.with_header("x-lark-signature", "\xe9" * 64), 401),
    "with a timestamp that is no number": (GOOD.with_header("x-lark-request-timestamp", "now"), 401),
    "nine hours old": (sealed(envelope("x", {}), at=NOW - timedelta(hours=9)), 401),
    "from nine hours ahead": (sealed(envelope("x", {}), at=NOW + timedelta(hours=9)), 401),
    "without a body": (signed_body(b""), 400),
    "not JSON": (signed_body(b"hello"), 400),
    "not an object": (signed_body(b"[]"), 400),
    "nested too deep": (signed_body(b"[" * 100_000), 400),
    "not encrypted": (signed_body(b'{"schema":"2.0"}'), 400),
    "not base64": (signed_body(b'{"encrypt":"?"}'), 400),
    "encrypted nonsense": (sealed(b"nonsense"), 400),
    "of the first version": (sealed({"uuid": "1", "event": {}}), 400),
    "with another token": (sealed(envelope("x", {}, token="other")), 401),
    "of another app": (sealed(envelope("x", {}, app_id="cli_other")), 403),
    "without a message id": (said("待办", message_id=""), 400),
}


@pytest.mark.parametrize(("webhook", "status"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_an_authentic_callback_is_refused_and_leaves_one_line_and_no_trace(
    house: House, client: FlaskClient, caplog: pytest.LogCaptureFixture, webhook: Webhook, status: int
) -> None:
    before = state(house.database)
    answer = post(client, webhook)
    assert (answer.status_code, answer.get_json()) == (status, {"error": "refused"})
    assert [each.levelname for each in caplog.records] == ["WARNING"]
    assert caplog.records[0].getMessage().startswith(f"callback refused: feishu {status} ")
    assert state(house.database) == before
    assert counted(client, f'qinglian_refused_total{{platform="feishu",status="{status}"}}') == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/callbacks/pigeon", 404),
        ("GET", "/callbacks/pigeon", 404),
        ("GET", PATH, 404),
        ("PUT", PATH, 405),
        ("DELETE", PATH, 405),
        ("POST", "/callbacks/", 404),
        ("POST", f"{PATH}/more", 404),
        ("POST", "/callbacks/%00%ff", 404),
        ("POST", "/healthz", 405),
        ("POST", "/", 405),
        ("GET", "/nothing", 404),
        ("GET", "/" + "x" * 5000, 404),
    ],
)
def test_an_address_that_is_not_ours_is_refused_and_leaves_one_line(
    house: House, client: FlaskClient, caplog: pytest.LogCaptureFixture, method: str, path: str, status: int
) -> None:
    before = state(house.database)
    answer = client.open(path, method=method, data=GOOD.body, headers=GOOD.headers)
    assert answer.status_code == status
    assert len(caplog.records) == 1
    assert "pigeon" not in caplog.text
    assert "xxxxx" not in caplog.text
    assert state(house.database) == before


def test_an_unknown_address_cannot_fill_the_counters(client: FlaskClient) -> None:
    for number in range(3):
        client.post(f"/callbacks/pigeon{number}")
    assert "pigeon" not in client.get("/metrics").text


def test_a_check_of_our_address_is_answered_or_refused(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    right = client.get("/callbacks/other?echo=right")
    assert (right.status_code, right.text, right.mimetype) == (200, "echo", "text/plain")
    wrong = client.get("/callbacks/other?echo=wrong")
    assert (wrong.status_code, wrong.get_json()) == (401, {"error": "refused"})
    assert [each.getMessage() for each in caplog.records] == ["callback refused: other 401 wrong signature"]


def test_the_platforms_handshake_is_answered(house: House, client: FlaskClient) -> None:
    before = state(house.database)
    answer = post(client, sealed({"challenge": "abc", "token": TOKEN, "type": "url_verification"}))
    assert (answer.status_code, answer.get_json()) == (200, {"challenge": "abc"})
    assert state(house.database) == before


def test_a_body_that_says_it_is_too_large_is_refused(
    house: House, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = post(client, signed_body(b"x" * (BODY_LIMIT + 1)))
    assert answer.status_code == 413
    assert [each.getMessage() for each in caplog.records] == ["callback refused: feishu 413 too large"]


def test_a_body_that_ends_too_early_is_refused(
    house: House, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    before = state(house.database)
    length = {"CONTENT_LENGTH": str(len(GOOD.body) + 1)}
    answer = client.post(PATH, data=GOOD.body, headers=GOOD.headers, environ_overrides=length)
    assert answer.status_code == 400
    assert [each.getMessage() for each in caplog.records] == ["callback refused: feishu 400 truncated"]
    assert state(house.database) == before


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200), signed=st.booleans())
def test_no_bytes_whatever_break_the_edge(client: FlaskClient, body: bytes, signed: bool) -> None:
    assert 400 <= post(client, signed_body(body, signed=signed)).status_code < 500


ENVELOPE = ("message", "sender", "sender_id", "open_id", "message_id", "message_type", "content", "event_key")
CARD = (
    "operator",
    "operator_id",
    "action",
    "value",
    "act",
    "args",
    "form_value",
    "context",
    "open_message_id",
)
names = st.sampled_from(ENVELOPE + CARD)
plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=20)
    | st.sampled_from(["user", "text", "ou_lin"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=6),
    max_leaves=12,
)
events = st.sampled_from(["im.message.receive_v1", "card.action.trigger", "application.bot.menu_v6"])


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(event_type=events, event=plain)
def test_no_authentic_event_whatever_breaks_the_edge(
    client: FlaskClient, event_type: str, event: object
) -> None:
    assert post(client, sealed(envelope(event_type, event))).status_code < 500


# Repeats.


def test_an_exact_repeat_gets_the_first_answer_and_changes_nothing(house: House, client: FlaskClient) -> None:
    click = approval(house)
    first = post(client, click)
    assert "已同意" in first.get_json()["toast"]["content"]
    after = state(house.database)
    house.clock.forward(timedelta(hours=7))
    again = [post(client, click) for _ in range(3)]
    assert [(each.status_code, each.data) for each in again] == [(200, first.data)] * 3
    assert state(house.database) == after


def test_a_refused_click_is_repeated_with_the_same_refusal(house: House, client: FlaskClient) -> None:
    post(client, approval(house))
    late = sealed(
        envelope(
            "card.action.trigger",
            {
                "operator": {"open_id": "ou_li"},
                "action": {"value": {"act": "expense.approve", "args": {"claim": 1}}},
                "context": {"open_message_id": "om_card"},
            },
            event_id="e-late",
        )
    )
    first, after = post(client, late), state(house.database)
    assert first.get_json()["toast"]["type"] == "error"
    assert post(client, late).data == first.data
    assert state(house.database) == after


def test_repeats_that_arrive_at_the_same_time_are_carried_out_once(house: House) -> None:
    click = approval(house)
    start = threading.Barrier(4)

    def press(_number: int) -> bytes:
        own = edge(house)
        start.wait()
        return bytes(post(own, click).data)

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(press, range(4)))
    assert len(answers) == 1
    assert rows(house.database, "select count(*) from journal where act = 'signoff.signed'") == [(2,)]
    assert rows(house.database, "select count(*) from inbox where key = 'feishu:e:e-approve'") == [(1,)]


def test_a_message_told_under_two_event_ids_is_one_message(house: House, client: FlaskClient) -> None:
    post(client, said("待办", "om_7", event_id="e-1"))
    after = state(house.database)
    post(client, said("待办", "om_7", event_id="e-2"))
    assert state(house.database) == after


# What is counted.


def test_an_event_that_nobody_needs_is_taken_and_counted(house: House, client: FlaskClient) -> None:
    before = state(house.database)
    answer = post(client, sealed(envelope("im.message.reaction.created_v1", {"x": 1})))
    assert (answer.status_code, answer.data) == (200, b"{}")
    odd = post(client, sealed(envelope("王芳 <script>", {})))
    assert odd.status_code == 200
    assert state(house.database) == before
    kind = 'kind="im.message.reaction.created_v1"'
    assert counted(client, f'qinglian_unused_events_total{{{kind},platform="feishu"}}') == 1
    assert counted(client, 'qinglian_unused_events_total{kind="odd",platform="feishu"}') == 1


def test_the_counters_show_what_was_taken_and_what_waits_but_no_words(
    house: House, client: FlaskClient
) -> None:
    post(client, said(SECRET_WORDS))
    assert counted(client, 'qinglian_callbacks_total{kind="said",platform="feishu"}') == 1
    assert counted(client, 'qinglian_outbox{state="waiting"}') == 1
    assert counted(client, 'qinglian_outbox{state="dead"}') == 0
    shown = client.get("/metrics").text
    assert [word for word in (SECRET_WORDS, "王芳", "ou_lin", TOKEN, KEY) if word in shown] == []


def counted(client: FlaskClient, name: str) -> float:
    """Return one counter's value."""
    lines = client.get("/metrics").text.splitlines()
    found = [line.removeprefix(name) for line in lines if line.startswith(name)]
    assert len(found) == 1, lines
    return float(found[0])


# Health, and what breaks inside.


def test_the_front_door_says_where_the_assistant_lives(client: FlaskClient) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert "清廉助手在运行" in answer.text


def test_health_is_well_while_the_database_answers(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/healthz", "/metrics"])
def test_a_broken_database_is_an_error_without_details(
    house: House, client: FlaskClient, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    break_outbox(house)
    answer = client.get(path)
    assert (answer.status_code, answer.data) == (500, b'{"error":"internal"}')
    assert [each.levelname for each in caplog.records] == ["ERROR"]


def test_what_breaks_while_handling_is_an_error_and_the_log_names_the_place_but_no_words(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    answer = post(edge(house, Router()), GOOD)
    assert (answer.status_code, answer.data) == (500, b'{"error":"internal"}')
    assert "RuntimeError" in caplog.text
    assert "test_web.py" in caplog.text
    assert SECRET_WORDS not in caplog.text


def test_a_failing_statement_does_not_bring_its_parameters_into_the_log(
    house: House, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    break_outbox(house)
    assert post(client, said(SECRET_WORDS)).status_code == 500
    assert "OperationalError" in caplog.text
    assert SECRET_WORDS not in caplog.text


def test_after_an_error_the_same_callback_is_carried_out_when_it_comes_again(
    house: House, client: FlaskClient
) -> None:
    click = approval(house)
    broken = post(edge(house, Router()), click)
    assert broken.status_code == 500
    assert "已同意" in post(client, click).get_json()["toast"]["content"]


def break_outbox(house: House) -> None:
    with house.database.write() as tx:
        tx.run(text("alter table outbox rename to gone"))


# The same on a real socket.


@contextmanager
def served(client: FlaskClient) -> Iterator[Callable[..., bytes]]:
    """Serve the edge as the web role does; yield a function that sends raw bytes and returns the answer."""
    server = waitress.server.create_server(
        client.application, host="127.0.0.1", port=0, threads=2, max_request_body_size=BODY_LIMIT, ident=None
    )
    thread = threading.Thread(target=server.run)
    thread.start()

    def send(*parts: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", server.effective_port), timeout=30) as connection:
            for part in parts:
                connection.sendall(part)
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            while more := connection.recv(65536):
                answer += more
        return answer

    try:
        yield send
    finally:
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(30)


def head(webhook: Webhook, **more: str) -> bytes:
    lines = {"Host": "x", "Connection": "close"} | webhook.headers | more
    return "\r\n".join([f"POST {PATH} HTTP/1.1", *(f"{k}: {v}" for k, v in lines.items()), "", ""]).encode()


def test_on_a_real_socket_only_whole_callbacks_of_a_bearable_size_come_in(
    house: House, client: FlaskClient
) -> None:
    before = state(house.database)
    body, length = GOOD.body, len(GOOD.body)
    with served(client) as send:
        cut_off = send(head(GOOD, **{"Content-Length": str(length + 50)}), body)
        assert not cut_off.startswith((b"HTTP/1.1 2", b"HTTP/1.1 5"))
        cut_short = send(head(GOOD, **{"Content-Length": str(length - 1)}), body)
        assert cut_short.startswith(b"HTTP/1.1 401")
        declared = send(head(GOOD, **{"Content-Length": str(BODY_LIMIT + 1)}))
        assert declared.startswith(b"HTTP/1.1 413")
        to_the_limit = (b"fffffff\r\n" + b"x" * BODY_LIMIT)[:BODY_LIMIT]
        assert send(head(GOOD, **CHUNKED), to_the_limit).startswith(b"HTTP/1.1 413")
        odd_length = send(head(GOOD, **{"Content-Length": "-1"}))
        assert odd_length.startswith(b"HTTP/1.1 400")
        assert state(house.database) == before
        whole = send(head(GOOD, **{"Content-Length": str(length)}), body)
        assert whole.startswith(b"HTTP/1.1 200")
        in_parts = chunked(send, [body[:10], body[10:]])
        assert in_parts.partition(b"\r\n\r\n")[2] == whole.partition(b"\r\n\r\n")[2]
    assert rows(house.database, "select count(*) from inbox") == [(1,)]


def chunked(send: Callable[..., bytes], parts: list[bytes]) -> bytes:
    chunks = [f"{len(each):x}\r\n".encode() + each + b"\r\n" for each in parts]
    return send(head(GOOD, **CHUNKED), *chunks, b"0\r\n\r\n")
