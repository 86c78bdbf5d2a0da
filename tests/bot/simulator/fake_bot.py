"""A bot that only listens: it keeps every callback, opens it by its own code, and answers as told."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

Answer = tuple[int, bytes]


@dataclass(frozen=True)
class Received:
    """One callback as it arrived, and what was inside."""

    path: str
    headers: dict[str, str]
    body: bytes
    plain: dict[str, Any]

    @property
    def event_type(self) -> str:
        return str(self.plain["header"]["event_type"])


def opened(key: str, body: bytes) -> bytes:
    """The plaintext of an encrypted body."""
    sealed = base64.b64decode(json.loads(body)["encrypt"])
    cipher = Cipher(algorithms.AES(hashlib.sha256(key.encode()).digest()), modes.CBC(sealed[:16]))
    decryptor = cipher.decryptor()
    padded = decryptor.update(sealed[16:]) + decryptor.finalize()
    return padded[: -padded[-1]]


class FakeBot:
    """Answers {} with 200 unless `answer` is replaced; `hold` makes it wait until `release` is set.

    With `location` set, every answer names it as the place to go on to.
    """

    def __init__(self, encrypt_key: str) -> None:
        self.received: list[Received] = []
        self.answer: Callable[[Received], Answer] = lambda received: (200, b"{}")
        self.hold = False
        self.location = ""
        self.release = threading.Event()
        self._key = encrypt_key
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def last(self) -> Received:
        return self.received[-1]

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.release.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def forget(self) -> None:
        self.received.clear()
        self.location = ""
        self.answer = lambda received: (200, b"{}")

    def says(self, answer: object, status: int = 200) -> None:
        """Answer every callback with this JSON from now on."""
        body = json.dumps(answer).encode()
        self.answer = lambda received: (status, body)

    def plain(self, body: bytes) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(body)
        return json.loads(opened(self._key, body)) if "encrypt" in parsed else parsed

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        bot = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                received = Received(self.path, dict(self.headers.items()), body, bot.plain(body))
                bot.received.append(received)
                if bot.hold:
                    bot.release.wait(30)
                status, answer = bot.answer(received)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                if bot.location:
                    self.send_header("Location", bot.location)
                self.end_headers()
                try:
                    self.wfile.write(answer)
                except ConnectionError:
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                """Nothing."""

        return Handler
