"""Processes that answer over HTTP: an installation of ours, any server, and clients that press on it."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from tests.bot.feishu import sealing
from tests.bot.feishu.sealing import Webhook

READY_WITHIN_SECONDS = 60.0
CONFIG = f"""\
[org]
name = "压测机构（示例）"
[server]
port = {{port}}
threads = {{threads}}
[storage]
url = "sqlite:///qinglian.db"
files = "files"
[feishu]
app_id = "{sealing.APP}"
app_secret = "not-used"
encrypt_key = "{sealing.KEY}"
verification_token = "{sealing.TOKEN}"
base_url = "http://127.0.0.1:9"
"""


@dataclass(frozen=True)
class Burst:
    """What so many clients saw: seconds from first to last, and how long each answer took."""

    seconds: float
    answers: list[float]

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.answers) / self.seconds

    def percentile(self, part: float) -> float:
        """Return the time within which that part of the answers came, in seconds."""
        return sorted(self.answers)[min(len(self.answers) - 1, int(part * len(self.answers)))]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def our_web(folder: Path, port: int, threads: int = 8) -> Sequence[str]:
    """Write the configuration of an installation in `folder`; return the command that starts its web role."""
    config = folder / "config.toml"
    config.write_text(CONFIG.format(port=port, threads=threads), encoding="utf-8")
    return [sys.executable, "-m", "bot", "web", "--config", str(config)]


@contextmanager
def serving(
    command: Sequence[str], port: int, log: Path, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server for the length of the body, which begins with its first answer."""
    with log.open("wb") as lines:
        server = subprocess.Popen(command, stdout=lines, stderr=lines, env=env)
    try:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while not answers(port):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start: {log.read_text(encoding='utf-8')}")
            time.sleep(0.005)
        yield server
    finally:
        server.terminate()
        server.wait(30)


def answers(port: int) -> bool:
    """Tell whether a server on this machine is well."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def press(port: int, webhooks: Sequence[Webhook], clients: int) -> Burst:
    """Push callbacks from so many clients, each one after the other. Raises when one is not answered well."""
    shares = [webhooks[n::clients] for n in range(clients)]
    times: list[list[float] | None] = [None] * clients
    gate = threading.Barrier(clients + 1)

    def push(n: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        connection.connect()
        gate.wait()
        times[n] = [_answer(connection, each) for each in shares[n]]
        connection.close()

    threads = [threading.Thread(target=push, args=(n,)) for n in range(clients)]
    for each in threads:
        each.start()
    gate.wait()
    start = time.perf_counter()
    for each in threads:
        each.join()
    seconds = time.perf_counter() - start
    found = [answer for each in times if each is not None for answer in each]
    if len(found) != len(webhooks):
        raise RuntimeError("some callbacks were not answered well")
    return Burst(seconds, found)


def _answer(connection: HTTPConnection, webhook: Webhook) -> float:
    start = time.perf_counter()
    headers = webhook.headers | {"content-type": "application/json"}
    connection.request("POST", "/callbacks/feishu", webhook.body, headers)
    response = connection.getresponse()
    body = response.read()
    if response.status != 200 or b'"success"' not in body:
        raise RuntimeError(f"{response.status} {body[:200]!r}")
    return time.perf_counter() - start
