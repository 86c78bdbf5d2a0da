"""The long connection's far end: an address for who knows the secret, then frames to and from the bot."""

from __future__ import annotations

import base64
import json
import random
import secrets
import threading
from collections.abc import Sequence
from http import HTTPStatus
from queue import Empty, SimpleQueue
from urllib.parse import parse_qs, urlencode, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

from bot.simulator.chats import Json
from bot.simulator.delivery import Callback, Outcome
from bot.simulator.faults import Faults
from bot.simulator.feishu.frame import CONTROL, DATA, Frame, decode, encode

PATH = "/ws/v2"
SERVICE_ID = 33554678
# Source: event-subscription-guide, receive events through a long connection.
MAX_CONNECTIONS = 50
# What the official clients take for a refused handshake, and its reasons.
AUTH_FAILED, BAD_TICKET, TOO_MANY = 514, 1000040344, 1000040350

_PIECES = 3
_CLOSE_SECONDS = 1.0


class LongConnections:
    """All connections of one app. As on the platform, each event goes to one of them, nobody knows which.

    `lock` is the stage's, for the faults; it is never held while waiting for the network. `ping_seconds`
    is what clients are told. They are told to come back at once, where the platform lets them wait longer.
    """

    def __init__(self, faults: Faults, lock: threading.RLock, ping_seconds: int) -> None:
        self._faults, self._lock = faults, lock
        self._config = json.dumps(
            {
                "ReconnectCount": -1,
                "ReconnectInterval": 1,
                "ReconnectNonce": 0,
                "PingInterval": ping_seconds,
            }
        )
        self._tickets: set[str] = set()
        self._clients: list[_Client] = []
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def count(self) -> int:
        """How many clients are connected."""
        return len(self._clients)

    def start(self, host: str) -> None:
        """Listen on a free port, in a thread."""
        self._server = serve(
            self._attend,
            host,
            0,
            process_request=self._admit,
            origins=[None],  # no web page may connect
            compression=None,
            close_timeout=_CLOSE_SECONDS,
        )
        self._host = f"[{host}]" if ":" in host else host
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="long connections", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Hang up on everybody and stop listening."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
        for client in list(self._clients):
            client.hang_up()
        self._server = self._thread = None

    def invite(self) -> Json:
        """Return an address that is good for one connection, and how the client shall behave."""
        if self._server is None:
            raise RuntimeError("the long connection is not started")
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        query = urlencode(
            {
                "device_id": str(secrets.randbits(60)),
                "service_id": SERVICE_ID,
                "access_key": secrets.token_hex(16),
                "ticket": ticket,
            }
        )
        port = self._server.socket.getsockname()[1]
        return {
            "URL": f"ws://{self._host}:{port}{PATH}?{query}",
            "ClientConfig": json.loads(self._config),
        }

    def push(self, callback: Callback, deadline: float) -> Outcome:
        """Send an event to one client and wait for what it answers, at most `deadline` seconds."""
        with self._lock:
            kicked = self._faults.take("kicked", person=callback.person)
            pieces = _PIECES if self._faults.take("fragmented", person=callback.person) else 1
        try:
            client = random.choice(self._clients)  # noqa: S311 - guards nothing
        except IndexError:
            return Outcome(None, error="unreachable")
        if kicked is None:
            return client.ask(callback.body, pieces, deadline)
        self._forget(client)
        client.tell_and_hang_up(callback.body, pieces)
        return Outcome(None, error="lost")

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """Refuse a connection without a ticket of ours, or one too many, as the platform's gateway does."""
        asked = urlsplit(request.path)
        (ticket,) = parse_qs(asked.query).get("ticket", [""])
        if asked.path != PATH or ticket not in self._tickets:
            return _refused(connection, BAD_TICKET, "ticket is invalid")
        self._tickets.discard(ticket)
        if self.count >= MAX_CONNECTIONS:
            return _refused(connection, TOO_MANY, "the number of connections exceeded the limit")
        return None

    def _attend(self, connection: ServerConnection) -> None:
        client = _Client(connection)
        self._clients.append(client)
        try:
            while True:
                frame = decode(bytes(connection.recv(decode=False)))
                if frame.method == DATA:
                    client.hear(frame)
                elif frame.headers.get("type") == "ping":
                    self._pong(client)
        except (ConnectionClosed, ValueError):
            pass
        finally:
            self._forget(client)
            client.gone()

    def _pong(self, client: _Client) -> None:
        with self._lock:
            silent = self._faults.take("unanswered_ping")
        if silent is None:
            client.send(Frame(CONTROL, {"type": "pong"}, self._config.encode(), SERVICE_ID))

    def _forget(self, client: _Client) -> None:
        if client in self._clients:
            self._clients.remove(client)


class _Client:
    """One connection, and who waits for an answer on it."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection
        self._waiting: dict[str, SimpleQueue[Frame | None]] = {}

    def send(self, frame: Frame) -> None:
        self._connection.send(encode(frame))

    def ask(self, payload: bytes, pieces: int, deadline: float) -> Outcome:
        message_id = secrets.token_hex(16)
        answer: SimpleQueue[Frame | None] = SimpleQueue()
        self._waiting[message_id] = answer
        try:
            for frame in _frames(message_id, payload, pieces):
                self.send(frame)
            heard = answer.get(timeout=deadline)
        except ConnectionClosed:
            heard = None
        except Empty:
            return Outcome(None, error="timeout")
        finally:
            del self._waiting[message_id]
        return Outcome(None, error="unreachable") if heard is None else _outcome(heard.payload)

    def tell_and_hang_up(self, payload: bytes, pieces: int) -> None:
        """Send an event and close the connection behind it, so that no answer finds its way back."""
        try:
            for frame in _frames(secrets.token_hex(16), payload, pieces):
                self.send(frame)
        except ConnectionClosed:
            return
        self.hang_up()

    def hang_up(self) -> None:
        self._connection.close()

    def hear(self, frame: Frame) -> None:
        waiting = self._waiting.get(frame.headers.get("message_id", ""))
        if waiting is not None:
            waiting.put(frame)

    def gone(self) -> None:
        for waiting in list(self._waiting.values()):
            waiting.put(None)


def _frames(message_id: str, payload: bytes, pieces: int) -> Sequence[Frame]:
    """Return the frames of one event; a long payload comes in pieces, to be put together by their `seq`."""
    size = -(-len(payload) // pieces)
    shared = {"type": "event", "message_id": message_id, "trace_id": secrets.token_hex(8), "sum": str(pieces)}
    return [
        Frame(DATA, shared | {"seq": str(seq)}, payload[seq * size : (seq + 1) * size], SERVICE_ID)
        for seq in range(pieces)
    ]


def _outcome(payload: bytes) -> Outcome:
    """Read an answer: `{"code": 200}`, and `data` in base64 where a card was clicked."""
    try:
        answer = json.loads(payload)
        code, data = answer["code"], base64.b64decode(answer.get("data") or "", validate=True)
    except (ValueError, LookupError, TypeError, AttributeError):
        return Outcome(None, error="unreadable")
    return Outcome(code, data or b"{}") if isinstance(code, int) else Outcome(None, error="unreadable")


def _refused(connection: ServerConnection, reason: int, words: str) -> Response:
    response = connection.respond(HTTPStatus.FORBIDDEN, words)
    response.headers["Handshake-Status"] = str(AUTH_FAILED)
    response.headers["Handshake-Msg"] = words
    response.headers["Handshake-Autherrcode"] = str(reason)
    return response
