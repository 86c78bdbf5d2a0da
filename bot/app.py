"""The composition root: from a configuration to a database, platforms, router, relay, runner and web."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.aside import Aside
from bot.confidant import Confidant
from bot.config import Config, ConfigError, Feishu
from bot.context import JobContext
from bot.feishu.inbound import FeishuInbound
from bot.feishu.inbound import left_over as feishu_left_over
from bot.housekeeping import JOBS as HOUSE_JOBS
from bot.pages import Pages
from bot.platform import Abilities, Inbound, Outbound, Verifies
from bot.router import Router, Times
from bot.wecom.inbound import WecomInbound
from bot.wecom.inbound import left_over as wecom_left_over
from handlers.catalogue import CAPABILITIES, JOBS
from handlers.contract.capability import OnView
from scheduler.clock import Clock, ShiftedClock, SystemClock
from storage import outbox
from storage.database import Database
from storage.files import FileStore

if TYPE_CHECKING:
    from flask import Flask

    from bot.feishu.listen import Listener
    from bot.relay import Relay
    from bot.side_door import SideDoor
    from bot.web.login import Login
    from scheduler.job import Job
    from scheduler.runner import Runner

ABILITIES = {
    "feishu": Abilities(inputs=True, left_over=feishu_left_over),
    "wecom": Abilities(inputs=False, left_over=wecom_left_over, repeats_clicks=True),
}
"""What each platform's client can do; the order is the order of preference for a person who has both."""

MOST_LATE_S = 180
"""Seconds over which installations spread what the clock has them say at the same minute."""


def machine_time() -> datetime:
    """Return the machine's time, for signatures, leases and limits: never shifted."""
    return datetime.now(UTC)


class App:
    """One installation, put together. Each role takes from it what it needs, and nothing more is loaded."""

    def __init__(self, config: Config) -> None:
        self.config = config
        _make_folders(config)
        self.database = Database(config.storage.url)
        self.clock = _clock(config)
        self.times = Times(self.clock, machine_time, config.org.timezone)
        public_url = config.server.public_url
        self.router = Router(self.database, CAPABILITIES, ABILITIES, self.times, public_url)
        aside = Aside(Path(config.storage.files))
        self.confidant = Confidant(
            self.router, self.database, CAPABILITIES, ABILITIES, self.times, aside, public_url
        )

    def web(self) -> Flask:
        """Return the web application: callbacks, pages, health, counters."""
        from bot.gate import Gate
        from bot.web.desk import desk_pages
        from bot.web.pages import form_pages  # only the web role pays for Flask
        from bot.web.report import report_pages
        from bot.web.server import create_app
        from bot.web.views import view_pages

        inbounds: dict[str, Inbound] = {}
        verifiers: dict[str, Verifies] = {}
        if self.config.feishu and not self.config.listens:
            inbounds["feishu"] = _feishu_inbound(self.config.feishu)
        if wecom := self.config.wecom:
            window = timedelta(hours=wecom.window_hours)
            edge = WecomInbound(wecom.corp_id, wecom.agent_id, wecom.token, wecom.encoding_aes_key, window)
            inbounds["wecom"] = verifiers["wecom"] = edge
        web = create_app(inbounds, verifiers, self.confidant, machine_time, self._waiting)
        pages = Pages(self.database, self.router, FileStore(Path(self.config.storage.files)))
        web.register_blueprint(form_pages(pages, self.config.server.public_url, self._login()))
        gate, org = Gate(), self.config.org.name
        url, is_demo = self.config.server.public_url, self.config.is_demo
        web.register_blueprint(report_pages(org, url, self.looking, self._working, gate, demo=is_demo))
        web.register_blueprint(desk_pages(org, url, self.looking, self._working))
        if self.config.is_demo:
            web.register_blueprint(view_pages(self._views(), self.looking))
        return web

    def listener(self) -> Listener:
        """Return what reads Feishu's long connection; this imports its SDK. Raises ConfigError."""
        feishu = self.config.feishu
        if feishu is None or not self.config.listens:
            raise ConfigError('[feishu] 的 mode 不是 "long_connection"，没有长连接可听：消息由网页进程接收')
        from bot.feishu.connection import LongConnection
        from bot.feishu.listen import Listener

        connect = partial(LongConnection, feishu.app_id, feishu.app_secret, feishu.base_url)
        return Listener(_feishu_inbound(feishu), self.confidant, connect)

    def relay(self) -> Relay:
        """Return the relay; this is what imports the platforms' SDKs and the makers of papers."""
        from bot.relay import Relay

        store = FileStore(Path(self.config.storage.files))
        lease = timedelta(seconds=self.config.demo.lease_seconds)
        org = self.config.org.name
        return Relay(self.database, self.router, self._outbounds(), store, machine_time, lease, org)

    def side_door(self, relay: Relay) -> SideDoor:
        """Return the door by which answers that are kept nowhere reach the relay."""
        from bot.side_door import SideDoor  # only the relay has one

        return SideDoor(relay.platforms, Path(self.config.storage.files))

    def runner(self) -> Runner[JobContext]:
        """Return the runner with every capability's jobs."""
        from scheduler.runner import Runner

        return Runner(self.jobs(), self.context, self.database.leads, self._late())

    def _late(self) -> timedelta:
        """How much later than its time this house does what the clock says: its own few minutes, none in a
        demo, whose clock somebody moves."""
        if self.config.demo.clock_file:
            return timedelta(0)
        digest = hashlib.sha256(self.config.org.name.encode()).digest()
        return timedelta(seconds=int.from_bytes(digest[:2]) % MOST_LATE_S)

    def jobs(self) -> list[Job[JobContext]]:
        """Return everything that the clock has anybody do."""
        return [*HOUSE_JOBS, *JOBS]

    @contextmanager
    def context(self, now: datetime) -> Iterator[JobContext]:
        """Open a transaction with its context, for a job or for the command line."""
        with self.database.write() as tx:
            yield JobContext(tx, now, machine_time(), self.config.org.timezone)

    def _working(self) -> AbstractContextManager[JobContext]:
        return self.context(self.clock.now())

    @contextmanager
    def looking(self) -> Iterator[JobContext]:
        """Open a transaction that only reads, with its context."""
        with self.database.read() as tx:
            yield JobContext(tx, self.clock.now(), machine_time(), self.config.org.timezone)

    def _views(self) -> Mapping[str, OnView]:
        return {f"{each.name}.{name}": view for each in CAPABILITIES for name, view in each.views.items()}

    def _outbounds(self) -> Mapping[str, Outbound]:
        outbounds: dict[str, Outbound] = {}
        if feishu := self.config.feishu:
            from bot.feishu.platform import FeishuOutbound  # costs seconds: the SDK

            outbounds["feishu"] = FeishuOutbound(feishu.app_id, feishu.app_secret, feishu.base_url)
        if wecom := self.config.wecom:
            from bot.wecom.pace import Pace
            from bot.wecom.platform import WecomOutbound

            outbounds["wecom"] = WecomOutbound(
                wecom.corp_id,
                wecom.agent_id,
                wecom.secret,
                wecom.base_url,
                self.config.server.public_url,
                Pace(per_minute=wecom.per_minute),
            )
        return outbounds

    def _login(self) -> Login | None:
        wecom = self.config.wecom
        if wecom is None or not wecom.page_login:
            return None
        from bot.web.login import Login
        from bot.wecom.login import WecomLogin  # costs a quarter of a second: the SDK

        platform = WecomLogin(wecom.corp_id, wecom.agent_id, wecom.secret, wecom.base_url, wecom.login_url)
        return Login(platform, self.config.server.public_url, wecom.secret, machine_time)

    def _waiting(self) -> Mapping[str, int]:
        with self.database.read() as tx:
            return outbox.counts(tx)


def _feishu_inbound(feishu: Feishu) -> FeishuInbound:
    window = timedelta(hours=feishu.window_hours)
    return FeishuInbound(feishu.app_id, feishu.encrypt_key, feishu.verification_token, window)


def _clock(config: Config) -> Clock:
    return ShiftedClock(Path(config.demo.clock_file)) if config.demo.clock_file else SystemClock()


def _make_folders(config: Config) -> None:
    Path(config.storage.files).mkdir(parents=True, exist_ok=True)
    prefix = "sqlite:///"
    if config.storage.url.startswith(prefix):
        Path(config.storage.url.removeprefix(prefix)).parent.mkdir(parents=True, exist_ok=True)
