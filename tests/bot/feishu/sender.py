"""The sending side in a process of its own, since importing the SDK costs seconds and 170 MB.

Run as a module it reads one JSON request a line and writes one JSON answer a line; `Sender` is the other
end of that pipe.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

import msgspec

from bot.platform import SendFailed, Sent
from handlers.contract.card import Card

ROOT = Path(__file__).parents[3]
PERSON = "ou_lin"

Json = dict[str, Any]


class Sender:
    """A process that sends. Each `client` (a name, app id, secret and base_url) has a token of its own."""

    def __init__(self, output: IO[bytes]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=ROOT,
            env={**os.environ, "NO_PROXY": "127.0.0.1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
        )

    def ask(self, do: str, **wanted: object) -> Any:
        """What came of it. Raises SendFailed as it was raised there."""
        (outcome,) = self.ask_at_once(1, do, **wanted)
        if isinstance(outcome, SendFailed):
            raise outcome
        return outcome

    def ask_at_once(self, times: int, do: str, **wanted: object) -> list[Any]:
        """What came of the same call in so many threads: values or SendFailed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(msgspec.json.encode({"do": do, "times": times, **wanted}) + b"\n")
        self._process.stdin.flush()
        outcomes: list[Json] = json.loads(self._process.stdout.readline())
        return [SendFailed(**each["failed"]) if "failed" in each else each["value"] for each in outcomes]

    def stop(self) -> None:
        self._process.communicate(timeout=30)


def main() -> None:
    # Here and not above: the process of the tests must not load the SDK.
    from bot.feishu import client, platform

    clients: dict[str, platform.FeishuOutbound] = {}
    for request in map(json.loads, sys.stdin):
        client.READ_SECONDS = request.pop("read_seconds", 10.0)
        times, do, name = request.pop("times"), request.pop("do"), json.dumps(request.pop("client"))
        if name not in clients:
            clients[name] = platform.FeishuOutbound(*json.loads(name)[1:])
        with ThreadPoolExecutor(times) as pool:
            outcomes = list(
                pool.map(lambda _, n=name, d=do, r=request: _outcome(clients[n], d, r), range(times))
            )
        sys.stdout.write(json.dumps(outcomes) + "\n")
        sys.stdout.flush()


def _outcome(outbound: Any, do: str, wanted: Json) -> Json:
    try:
        return {"value": _done(outbound, do, wanted)}
    except SendFailed as failure:
        return {"failed": vars(failure)}


def _done(outbound: Any, do: str, wanted: Json) -> object:
    token = wanted.get("token", "token-1")
    match do:
        case "text":
            return outbound.send_text(wanted.get("person", PERSON), wanted.get("text", "您好"), token)
        case "card":
            landed = outbound.send_card(PERSON, msgspec.convert(wanted["card"], Card), token)
            return [landed.message_id, landed.handle]
        case "file":
            content = base64.b64decode(wanted["content"])
            return outbound.send_file(PERSON, content, wanted["name"], wanted["mime"], token)
        case "replace":
            card = msgspec.convert(wanted["card"], Card)
            return outbound.replace(PERSON, wanted["message_id"], wanted["message_id"], card)
        case "fetch":
            content = outbound.fetch(Sent(**wanted["sent"]), wanted.get("limit", 1000))
            return base64.b64encode(content).decode()
        case "log":
            log = logging.getLogger("Lark")
            return [len(log.handlers), log.getEffectiveLevel(), log.propagate]
        case _:
            raise ValueError(do)


if __name__ == "__main__":
    main()
