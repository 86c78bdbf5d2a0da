"""The processes: one role each, and the parent that keeps all of them running."""

from __future__ import annotations

import logging
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event, Thread
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.app import App
    from bot.config import Config

log = logging.getLogger(__name__)

CONNECTIONS = 50
"""As many requests may be under way at once: each may hold an upload in memory."""

ROLES = ("web", "relay", "scheduler")
LISTEN = "listen"
STOP_WITHIN_SECONDS = 15.0
# What makes the platform refuse a connection is mended by people: a secret, a release, a connection too many.
REFUSED_WAIT_SECONDS = 60.0


def web(app: App) -> None:
    """Serve callbacks until told to stop."""
    import waitress

    from bot.web.pages import UPLOAD_LIMIT

    server = app.config.server
    log.info("web listens on %s:%s", server.host, server.port)
    _on_stop(lambda: sys.exit(0))
    waitress.serve(
        app.web(),
        host=server.host,
        port=server.port,
        threads=server.threads,
        max_request_body_size=UPLOAD_LIMIT,
        # What comes and goes stays in memory: above these the server would write it to temporary files.
        inbuf_overflow=2 * UPLOAD_LIMIT,
        outbuf_overflow=2 * UPLOAD_LIMIT,
        outbuf_high_watermark=2 * UPLOAD_LIMIT,
        connection_limit=CONNECTIONS,
        # Somebody who hangs up is no trouble of ours, and a line would tell when they were here.
        log_socket_errors=False,
        # A proxy on this machine may say whom it speaks for; limits are counted by it, and nothing keeps it.
        trusted_proxy="127.0.0.1",
        trusted_proxy_headers={"x-forwarded-for"},
        ident=None,
        _quiet=True,
    )


def relay(app: App) -> None:
    """Send and fetch until told to stop."""
    stop = Event()
    _on_stop(sets(stop))
    worker = app.relay()
    door = app.side_door(worker)
    door.open()
    log.info("relay is ready")
    worker.run(stop, app.config.demo.poll_seconds)
    door.close()


def scheduler(app: App) -> None:
    """Keep the heartbeat until told to stop."""
    stop = Event()
    _on_stop(sets(stop))
    runner = app.runner()
    runner.start(app.clock, app.config.demo.heartbeat_seconds)
    log.info("scheduler is ready")
    stop.wait()
    runner.stop()


def listen(app: App) -> None:
    """Read Feishu's long connection until told to stop; end with 1 when it is lost, to be started afresh."""
    from bot.feishu.listen import Lost

    stop = Event()
    _on_stop(sets(stop))
    listener = app.listener()
    log.info("listen is ready")
    try:
        listener.run(stop)
    except Lost as lost:
        log.error("the long connection is lost: %s", lost)
        if lost.refused:
            stop.wait(REFUSED_WAIT_SECONDS)
        sys.exit(1)


def port_is_free(host: str, port: int) -> bool:
    """Tell whether nobody listens there yet."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def roles_of(config: Config) -> Sequence[str]:
    """Return the roles that an installation needs."""
    return (*ROLES, LISTEN) if config.listens else ROLES


def run_all(config: Path, roles: Sequence[str], say: Callable[[str], None], restart_after: float) -> int:
    """Run every role as a child, start what ends again after so many seconds, end all when told to stop;
    return the exit code."""
    stop = Event()
    _on_stop(sets(stop))
    children = {role: _start(role, config) for role in roles}
    say("清廉助手已启动：" + "、".join(roles))
    while not stop.wait(0.5):
        for role, child in children.items():
            if child.poll() is not None:
                log.error("%s ended with %s, starting it again", role, child.returncode)
                if not stop.wait(restart_after):
                    children[role] = _start(role, config)
    for child in children.values():
        child.terminate()
    for child in children.values():
        _wait(child)
    return 0


def _start(role: str, config: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "bot", role, "--config", str(config)])  # noqa: S603 - ourselves


def _wait(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(STOP_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def sets(event: Event) -> Callable[[], None]:
    """Return what a signal's handler may call to set an event.

    A handler runs between two steps of whatever it interrupts, which may be holding the event's own lock: set
    at once it would wait for itself for ever. A thread of its own can wait."""
    return lambda: Thread(target=event.set).start()


def _on_stop(stop: Callable[[], None]) -> None:
    def handle(_number: int, _frame: FrameType | None) -> None:
        stop()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)
