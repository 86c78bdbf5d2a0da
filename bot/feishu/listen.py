"""Reading the long connection: each event to the router, its answer back, an end when nothing comes."""

from __future__ import annotations

import json
import logging
from base64 import b64encode
from collections.abc import Callable
from queue import SimpleQueue
from threading import Event, Lock, Thread
from time import monotonic
from typing import Protocol

from bot.aside import Unreachable
from bot.feishu.inbound import FeishuInbound
from bot.logs import traced
from bot.platform import Incoming, Refused
from handlers.contract.reply import Reply

log = logging.getLogger(__name__)

EVENT_SECONDS = 60.0
CHECK_SECONDS = 1.0
FINISH_SECONDS = 10.0

Send = Callable[[bytes], None]
Offer = Callable[[bytes, Send], None]
"""Called with an event's payload and what sends its answer; returns at once."""


class Lost(Exception):
    """The connection cannot be mended inside this process. `refused`: the platform does not want us, and
    asking again soon will not help. The words hold codes, never content or secrets."""

    def __init__(self, why: str, *, refused: bool = False) -> None:
        super().__init__(why)
        self.refused = refused


class Handles(Protocol):
    """What is wanted of the router."""

    def handle(self, incoming: Incoming) -> Reply | None:
        """Do what was asked, once."""


class Connection(Protocol):
    """What brings the events."""

    def run(self) -> None:
        """Read until the process ends; whatever makes it return or raise is the end of the connection."""


class Watch:
    """What must happen by when. The other threads write it, the watchdog reads it; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._due: dict[str, float] = {}
        self._lost: Lost | None = None

    def expect(self, what: str, seconds: float) -> None:
        """From now on `what` is due within so many seconds; saying it again begins anew."""
        with self._lock:
            self._due[what] = self._clock() + seconds

    def done(self, what: str) -> None:
        """It happened, and nothing more is due."""
        with self._lock:
            self._due.pop(what, None)

    def give_up(self, lost: Lost) -> None:
        """The connection is gone, as somebody found out who is not the watchdog."""
        with self._lock:
            self._lost = self._lost or lost

    def check(self) -> None:
        """Raise Lost when something is overdue or was given up."""
        with self._lock:
            if self._lost:
                raise self._lost
            now = self._clock()
            late = [what for what, due in self._due.items() if now > due]
        if late:
            raise Lost(f"overdue: {', '.join(late)}")


class Listener:
    """Reads events and card clicks over `connect`'s connection, in the order in which they come.

    The SDK calls us on its event loop, where a slow transaction would hold up pings and all other frames.
    So one worker does the work, and the loop is only told of the answer: one, because two messages of the
    same person must not overtake each other.
    """

    def __init__(
        self,
        inbound: FeishuInbound,
        router: Handles,
        connect: Callable[[Offer, Watch], Connection],
        watch: Watch | None = None,
    ) -> None:
        self._inbound, self._router = inbound, router
        self._watch = watch or Watch()
        self._queue: SimpleQueue[tuple[bytes, Send] | None] = SimpleQueue()
        self._connection = connect(self._offer, self._watch)

    def run(self, stop: Event) -> None:
        """Work until told to stop, and finish what is begun.

        Raises Lost, and then the process had better end: the SDK can neither be stopped nor begun again.
        """
        worker = Thread(target=self._work, name="events", daemon=True)
        worker.start()
        Thread(target=self._read, name="connection", daemon=True).start()
        while not stop.wait(CHECK_SECONDS):
            self._watch.check()
        self._queue.put(None)
        worker.join(FINISH_SECONDS)

    def answer(self, payload: bytes) -> bytes:
        """Do what an event asks and return its acknowledgement.

        What was refused or failed is acknowledged with 500, so that the platform pushes it again: 15 s,
        5 min, 1 h and 6 h later, time enough to mend a token or a database.
        """
        try:
            incoming = self._inbound.read_plain(payload)
            return taken(self._inbound.answer(incoming, self._router.handle(incoming)).body)
        except Refused as refused:
            log.warning("event refused: feishu %s %s", refused.status, refused.why)
        except Unreachable:
            pass  # no line: it would tell when somebody spoke in confidence
        except Exception as error:  # a defect in one event must not end the reading of the others
            log.error("an event failed: %s", traced(error))
        return b'{"code":500}'

    def _offer(self, payload: bytes, send: Send) -> None:
        self._queue.put((payload, send))

    def _work(self) -> None:
        while item := self._queue.get():
            payload, send = item
            self._watch.expect("the end of an event", EVENT_SECONDS)
            send(self.answer(payload))
            self._watch.done("the end of an event")

    def _read(self) -> None:
        try:
            self._connection.run()
            lost = Lost("the client ended")
        except Lost as itself:
            lost = itself
        except Exception as error:  # the SDK's client may fail in any way; the watchdog must hear of it
            lost = Lost(traced(error))
        self._watch.give_up(lost)


def taken(content: bytes) -> bytes:
    """Return the acknowledgement of an event: 200, and in base64 what a card's answer holds, if anything."""
    ack: dict[str, object] = {"code": 200}
    if content != b"{}":
        ack["data"] = b64encode(content).decode()
    return json.dumps(ack, separators=(",", ":")).encode()
