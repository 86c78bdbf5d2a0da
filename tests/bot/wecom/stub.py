"""A server that answers as a test tells it to, where the simulator is too well behaved."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

ISSUED = {"errcode": 0, "errmsg": "ok", "access_token": "token-of-the-stub", "expires_in": 7200}


@dataclass(frozen=True)
class Told:
    """One answer; `body` is sent as it is, or as JSON."""

    body: bytes | object
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Heard:
    """One request: its path without `/cgi-bin/`, its query, its bytes."""

    api: str
    query: Mapping[str, list[str]]
    body: bytes


class Stub:
    """Gives each API its answers in turn, the last one for ever; `gettoken` has one of its own."""

    def __init__(self, **told: list[Told]) -> None:
        self.heard: list[Heard] = []
        heard, lock = self.heard, threading.Lock()
        answers = {"gettoken": [Told(ISSUED)]} | {
            name.replace("__", "/"): list(each) for name, each in told.items()
        }

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                parts = urlsplit(self.path)
                api = parts.path.removeprefix("/cgi-bin/")
                length = int(self.headers.get("Content-Length", 0))
                with lock:
                    heard.append(Heard(api, parse_qs(parts.query), self.rfile.read(length)))
                    waiting = answers[api]
                    answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
                body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: `heard` is the log."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def asked(self, api: str) -> list[Heard]:
        """The requests of one API."""
        return [each for each in self.heard if each.api == api]

    def __enter__(self) -> Stub:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
