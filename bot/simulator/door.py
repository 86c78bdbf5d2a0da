"""The HTTP door of a simulated platform: faults, tokens and limits, then the call itself, then the log."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator

from flask import Response, request

from bot.simulator.chats import Json
from bot.simulator.faults import API_FAULTS, Fault
from bot.simulator.refusal import ApiRefused
from bot.simulator.stage import Stage

HANG_SECONDS = 60.0
# Faults that strike before the call is looked at; the others act inside it or after it.
INSIDE = ("refuse_recipient", "message_gone", "drop_after_delivery", "token_revoked")
AT_THE_DOOR = tuple(kind for kind in API_FAULTS if kind not in INSIDE)

Work = Callable[[], Json | Response]


class Door(ABC):
    """What every call goes through. A platform says how it checks, limits, refuses and answers."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    @abstractmethod
    def _authorise(self) -> None:
        """Raise when the call carries no valid token."""

    @abstractmethod
    def _limit(self) -> None:
        """Raise when such calls come too often."""

    @abstractmethod
    def _struck(self, fault: Fault) -> ApiRefused:
        """The refusal that a `rate_limit` or `api_error` asks for."""

    @abstractmethod
    def _success(self, done: Json) -> Response:
        """The answer to a call that was carried out."""

    def _answer(self, work: Work, authorised: bool = True) -> Response:
        """Run one call as the platform would, note it in the log, and answer or drop the connection."""
        code: int | None = 0
        try:
            response = self._admitted(work, authorised)
        except ApiRefused as refused:
            code, response = refused.code, refused.response()
        except _Dropped:
            code, response = None, Response(_dropping())
        if response.status_code >= 500:
            code = None
        with self._stage.lock:
            if code == 0 and self._stage.faults.take("drop_after_delivery", api=request.path):
                code, response = None, Response(_dropping())
            status = None if response.is_streamed else response.status_code
            self._stage.traffic.api(self._stage.now(), request.method, request.path, status, code)
        return response

    def _admitted(self, work: Work, authorised: bool) -> Response:
        # Read before the lock is taken, so that a slow caller holds nobody up.
        request.get_data()
        with self._stage.lock:
            fault = self._stage.faults.take(*AT_THE_DOOR, api=request.path)
        failed = None if fault is None else self._strike(fault)
        if failed is not None:
            return failed
        with self._stage.lock:
            if authorised:
                self._authorise()
            self._limit()
            done = work()
        return done if isinstance(done, Response) else self._success(done)

    def _strike(self, fault: Fault) -> Response | None:
        """What a fault at the door does. A Response or an exception ends the call; None lets it go on."""
        if fault.kind in ("rate_limit", "api_error"):
            raise self._struck(fault)
        if fault.kind == "server_error":
            return Response("Internal Server Error", status=500, content_type="text/plain")
        if fault.kind == "timeout":
            self._stage.stopping.wait(HANG_SECONDS if fault.seconds is None else fault.seconds)
            raise _Dropped
        self._stage.stopping.wait(1.0 if fault.seconds is None else fault.seconds)
        return None


class _Dropped(Exception):
    """The connection is to break without an answer."""


def _dropping() -> Iterator[bytes]:
    """An answer that breaks before its first byte; the server then closes the connection."""
    raise ConnectionResetError
    yield b""
