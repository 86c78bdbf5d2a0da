"""A server that answers as a test tells it to, where the simulator is too well behaved."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

TOKEN_PATH = "/open-apis/auth/v3/tenant_access_token/internal"
TOKEN_ANSWER = {"code": 0, "msg": "ok", "tenant_access_token": "t-stub", "expire": 7200}


@dataclass(frozen=True)
class Told:
    """One answer; `body` is sent as it is, or as JSON."""

    body: bytes | object
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Heard:
    """One request."""

    path: str
    authorization: str
    body: bytes


class Stub:
    """Answers the path of the token with a token, everything else with `told`. Use as a context manager."""

    def __init__(self, told: Told, token: Told | None = None) -> None:
        self.heard: list[Heard] = []
        answers = {TOKEN_PATH: token or Told(TOKEN_ANSWER)}
        heard = self.heard

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                authorization = self.headers.get("Authorization", "")
                heard.append(Heard(self.path, authorization, self.rfile.read(length)))
                answer = answers.get(self.path, told)
                body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
                self.send_response(answer.status)
                for name, value in {"Content-Type": answer.content_type, **answer.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_PATCH = do_POST

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: `heard` is the log."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def asked(self, path: str) -> list[Heard]:
        """The requests whose path ends so, the query aside."""
        return [each for each in self.heard if each.path.partition("?")[0].endswith(path)]

    def __enter__(self) -> Stub:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
