"""The simulator itself: one loopback HTTP server that plays the platforms and obeys the control API."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from flask import Flask, Response, abort, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from bot.simulator.clock import MachineTime
from bot.simulator.control import Control, Platform
from bot.simulator.directory import SimPerson
from bot.simulator.feishu.app import FeishuApp
from bot.simulator.feishu.connections import LongConnections
from bot.simulator.feishu.platform import Feishu
from bot.simulator.loopback import host_of, is_loopback, loopback_host
from bot.simulator.restart import Restart, Say
from bot.simulator.stage import Stage
from bot.simulator.wecom.app import WecomApp
from bot.simulator.wecom.platform import WeCom
from bot.simulator.workbench.pages import Workbench

# How soon stop() is heard.
POLL_SECONDS = 0.05
MAX_REQUEST = 40 * 1024 * 1024


class Simulator:
    """A local stand-in for the open platforms.

    `callback_url` is the bot's base address and may be set later (empty: nothing is delivered).
    `clock_file` receives the shift of the simulated clock in seconds. `limits` scales the platforms'
    rate limits, None switches them off. `deadline` (seconds) replaces the platforms' own for answers to
    callbacks. `repush` lists after how many seconds a failed callback is sent again; empty: never by
    itself. `audit` False accepts phone numbers and mail addresses in messages. `machine` is real time.
    """

    def __init__(
        self,
        people: Sequence[SimPerson],
        feishu: FeishuApp | None,
        callback_url: str = "",
        clock_file: Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        limits: float | None = 1.0,
        deadline: float | None = None,
        repush: Sequence[float] = (),
        audit: bool = True,
        machine: MachineTime = time.time,
        wecom: WecomApp | None = None,
    ) -> None:
        self._host = loopback_host(host)
        self._port = port
        self._stage = Stage(people, callback_url, clock_file, machine, limits, deadline, repush, audit)
        self._platforms: dict[str, Platform] = {}
        self._connections: LongConnections | None = None
        if feishu is not None:
            self._platforms[Feishu.name] = played = Feishu(self._stage, feishu)
            self._connections = played.connections
        if wecom is not None:
            self._platforms[WeCom.name] = WeCom(self._stage, wecom)
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def base_url(self) -> str:
        """Scheme, host and port, once started."""
        if self._server is None:
            raise RuntimeError("the simulator is not started")
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._server.port}"

    @property
    def callback_url(self) -> str:
        """The bot's base address."""
        return self._stage.delivery.url

    @callback_url.setter
    def callback_url(self, url: str) -> None:
        self._stage.delivery.url = url

    @property
    def connected(self) -> int:
        """How many bots hold a long connection."""
        return self._connections.count if self._connections else 0

    def start(self) -> None:
        """Listen, in a thread."""
        self._stage.stopping.clear()
        if self._connections:
            self._connections.start(self._host)
        self._stage.clock.publish()
        self._server = make_server(self._host, self._port, self._app(), threaded=True, request_handler=_Line)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL_SECONDS,), name="simulator", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop listening, and let go of calls that a fault keeps waiting."""
        self._stage.stopping.set()
        self._stage.delivery.forget()
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
        if self._connections:
            self._connections.stop()
        self._server = self._thread = None

    def reset(self, people: Sequence[SimPerson] | None = None) -> None:
        """Empty chats, no faults, no tokens, real time; other people when given."""
        self._stage.clear(people)
        for platform in self._platforms.values():
            platform.clear()

    def offer_restart(self, work: Callable[[Say], None]) -> None:
        """Let whoever plays start over: `work` is to empty the assistant too, saying what it does."""
        self._stage.restart = Restart(work)

    def _app(self) -> Flask:
        app = Flask("simulator", static_folder=None)
        app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST
        app.before_request(_loopback_only)
        control = Control(self._stage, self._platforms, self.reset)
        app.register_blueprint(control.blueprint())
        app.register_blueprint(Workbench(self._stage, control).blueprint())
        for platform in self._platforms.values():
            app.register_blueprint(platform.blueprint())
        return app


class _Line(WSGIRequestHandler):
    """One connection: closed at once when a fault drops it, and without an access log of its own."""

    def connection_dropped(self, error: BaseException, environ: Mapping[str, object] | None = None) -> None:
        """Hang up, so that the caller notices."""
        self.close_connection = True

    def log(self, type: str, message: str, *args: object) -> None:
        """Nothing: the simulator's log has no queries."""


def _loopback_only() -> Response | None:
    """Nobody from outside; no foreign web page, not even under a name that resolves to this machine."""
    asked_as = host_of(f"//{request.host}")
    asked_by = host_of(request.headers.get("Origin", "//localhost"))
    if not all(is_loopback(name or "") for name in (request.remote_addr, asked_as, asked_by)):
        abort(403)
    return None
