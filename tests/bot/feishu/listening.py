"""The listener over the real SDK, in a process of its own, since importing the SDK costs seconds and 170 MB.

Run as a module it reads one JSON line for each listener to play and plays it in a fork, as the SDK's client
can be neither stopped nor begun again. It writes what happens as JSON lines; `Listening` is the other end.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from queue import Queue
from threading import Event, Thread
from typing import IO, Any

from bot import logs
from bot.feishu.inbound import FeishuInbound
from bot.feishu.listen import Listener, Lost
from bot.platform import Clicked, Incoming, Said
from handlers.contract.reply import Reply

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 40

Json = dict[str, Any]


class Listening:
    """A process that plays one listener at a time; `busy` until that has told how it ended."""

    def __init__(self, output: IO[bytes]) -> None:
        self.busy = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=ROOT,
            env={**os.environ, "NO_PROXY": "127.0.0.1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            start_new_session=True,
        )
        self._said: Queue[bytes] = Queue()
        self._reader = Thread(target=self._read)
        self._reader.start()

    def begin(self, **what: object) -> None:
        """Begin a listener (`base_url`, `app_id`, `secret`, …)."""
        self.busy = True
        self.tell(**what)

    def tell(self, **what: object) -> None:
        """Have a `frame` read and written by the SDK, or the listener that runs `do` something."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what).encode() + b"\n")
        self._process.stdin.flush()

    def hears(self) -> Json:
        """Wait for the next thing that happens there."""
        said: Json = json.loads(self._said.get(timeout=PATIENCE_SECONDS))
        self.busy = self.busy and not said.keys() & {"stopped", "lost"}
        return said

    def stop(self) -> None:
        """End it, and a listener that a failed test has left behind."""
        if self.busy:
            os.killpg(self._process.pid, signal.SIGKILL)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE_SECONDS)
        self._reader.join()
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._said.put(line)


class Handler:
    """Tells what it hears. 「坏」 fails, 「慢」 takes until it is told to go on."""

    def __init__(self) -> None:
        self.go_on = Event()

    def handle(self, incoming: Incoming) -> Reply | None:
        _tell({"heard": incoming.key, "said": getattr(incoming.body, "text", "")})
        match incoming.body:
            case Said(text="坏"):
                raise ValueError("坏")
            case Said(text="慢"):
                self.go_on.wait()
            case Clicked(act=act):
                return Reply(toast=f"{act} 好")
        return Reply()


def main() -> None:
    # Here and not above: the process of the tests must not load the SDK.
    from bot.feishu import connection

    logs.set_up()
    while line := _line():
        asked = json.loads(line)
        if "frame" in asked:
            _tell(_read_by_sdk(bytes.fromhex(asked["frame"])) | {"back": _written_by_sdk(asked).hex()})
        elif (child := os.fork()) == 0:
            _play(connection, asked)
        else:
            os.waitpid(child, 0)


def _play(connection: Any, asked: Json) -> None:
    connection.client.loop = asyncio.new_event_loop()
    connection.ADDRESS_SECONDS = asked.get("address_seconds", 30.0)
    handler, stop = Handler(), Event()
    connect = partial(connection.LongConnection, asked["app_id"], asked["secret"], asked["base_url"])
    listener = Listener(FeishuInbound(asked["app_id"], "", ""), handler, connect)
    Thread(target=_obey, args=(handler, stop), daemon=True).start()
    try:
        listener.run(stop)
        _tell({"stopped": True})
    except Lost as lost:
        _tell({"lost": str(lost), "refused": lost.refused})
    finally:
        os._exit(0)


def _obey(handler: Handler, stop: Event) -> None:
    while not stop.is_set():
        if json.loads(_line())["do"] == "go on":
            handler.go_on.set()
        else:
            stop.set()


def _read_by_sdk(data: bytes) -> Json:
    from lark_oapi.ws.pb.pbbp2_pb2 import Frame

    read = Frame()
    read.ParseFromString(data)
    headers = {each.key: each.value for each in read.headers}
    return {"method": read.method, "service": read.service, "headers": headers, "payload": read.payload.hex()}


def _written_by_sdk(asked: Json) -> bytes:
    """The same frame with all that the platform may add."""
    from lark_oapi.ws.pb.pbbp2_pb2 import Frame

    frame = Frame()
    frame.ParseFromString(bytes.fromhex(asked["frame"]))
    frame.SeqID, frame.LogID = 2**63, 7
    frame.payload_encoding, frame.payload_type, frame.LogIDNew = "gzip", "json", "log"
    written: bytes = frame.SerializeToString()
    return written


def _line() -> bytes:
    """One line, and not a byte more, so that a fork finds the next one where it stands."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            break
        line += byte
    return line


def _tell(what: Json) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


if __name__ == "__main__":
    main()
