"""The SDK's long-connection client made dependable: it never waits for us, and no hang goes unnoticed.

Importing this module costs about four seconds and 170 MB, so that only the listener does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from concurrent.futures import Future
from functools import partial
from time import monotonic
from typing import Any

from lark_oapi import LogLevel
from lark_oapi.ws import client
from lark_oapi.ws.exception import ClientException

from bot.feishu import sdk_log
from bot.feishu.listen import Lost, Offer, Watch
from bot.logs import traced

log = logging.getLogger(__name__)

SILENT_PINGS = 3
ADDRESS_SECONDS = 30.0

_FRAME, _ADDRESS = "a frame or a pong", "an address for the connection"


class LongConnection(client.Client):  # type: ignore[misc]  # the SDK ships no types
    """One connection for one app, taken up again by the SDK when it breaks.

    What is different from the SDK (whose version is pinned, since this overrides private methods):
    - an event is offered to another thread and the loop goes on; the SDK lets the loop wait for a handler;
    - its request for an address has no timeout: the watch expects the end of it;
    - an error that ends its reading is told to nobody: the watch hears of it;
    - frames of the type `card` it drops without an answer: here they are events like others.
    """

    def __init__(self, app_id: str, app_secret: str, base_url: str, offer: Offer, watch: Watch) -> None:
        super().__init__(app_id, app_secret, log_level=LogLevel.WARNING, domain=base_url)
        sdk_log.tame()
        self._offer, self._watch = offer, watch
        self.on_reconnected = lambda: log.info("the connection is back")

    def run(self) -> None:
        """Read for ever. Raises Lost when the platform refuses us."""
        client.loop.set_exception_handler(self._task_failed)
        self._expect_frame()
        try:
            self.start()
        except ClientException as refusal:
            raise _refusal(refusal) from None

    def _expect_frame(self) -> None:
        self._watch.expect(_FRAME, SILENT_PINGS * self._ping_interval)

    def _task_failed(self, _loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, ClientException):
            self._watch.give_up(_refusal(error))
        elif error:
            self._watch.give_up(Lost(traced(error)))

    def _get_conn_url(self) -> Any:
        self._watch.expect(_ADDRESS, ADDRESS_SECONDS)
        try:
            return super()._get_conn_url()
        finally:
            self._watch.done(_ADDRESS)

    def _configure(self, conf: Any) -> None:
        """Do as the platform says, when it says it all; the SDK would count with what is missing."""
        if None in vars(conf).values():
            return
        known = self._ping_interval
        super()._configure(conf)
        if self._ping_interval != known:
            self._expect_frame()

    def _handle_message(self, message: bytes) -> Any:
        self._expect_frame()
        return super()._handle_message(message)

    def _handle_data_frame(self, frame: Any) -> Awaitable[None]:
        headers = {each.key: each.value for each in frame.headers}
        payload = frame.payload
        if int(headers["sum"]) > 1:
            payload = self._combine(headers["message_id"], int(headers["sum"]), int(headers["seq"]), payload)
        if payload is not None:
            self._offer(payload, partial(self._acknowledge, frame, monotonic()))
        return asyncio.sleep(0)

    def _acknowledge(self, frame: Any, since: float, content: bytes) -> None:
        """Send a frame back with our answer in it, and how many ms it took, as the SDK's clients do."""
        took = frame.headers.add()
        took.key, took.value = "biz_rt", str(int((monotonic() - since) * 1000))
        frame.payload = content
        sending = self._write_message(frame.SerializeToString())
        asyncio.run_coroutine_threadsafe(sending, client.loop).add_done_callback(_note)


def _refusal(refusal: Any) -> Lost:
    return Lost(f"feishu refuses the connection, code {refusal.code}", refused=True)


def _note(sent: Future[None]) -> None:
    if sent.exception():
        log.warning("an answer found no connection; the platform will push the event again")
