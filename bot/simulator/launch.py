"""Both sides at once, through the wire: the simulator here, the assistant as processes beside it."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from csv import DictReader
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import requests

from bot import logs
from bot.config import Demo
from bot.simulator import FeishuApp, SimPerson, Simulator, WecomApp
from bot.simulator.driver import Driver
from bot.simulator.feishu.app import WEBHOOK
from bot.simulator.workbench.pages import PASSPHRASE

SAMPLE = Path(__file__).parent / "sample"
OUTSIDE = {
    "complaint.authority": "春晖市残疾人联合会（示例）0000-8800 0001",
    "complaint.civil_affairs": "春晖市民政局（示例）0000-8800 0002",
}
"""Where else the sample's people can go, as the council wrote it down."""

READY_WITHIN_SECONDS = 60.0

CONFIG = """\
[org]
name = "春晖社会服务中心（示例）"

[server]
port = {port}
public_url = "http://127.0.0.1:{port}"

[storage]
url = "{storage_url}"
files = "files"

[feishu]
app_id = "{feishu.app_id}"
app_secret = "{feishu.app_secret}"
encrypt_key = "{feishu.encrypt_key}"
verification_token = "{feishu.verification_token}"
mode = "{feishu.mode}"
base_url = "{base_url}"

[wecom]
corp_id = "{wecom.corp_id}"
agent_id = {wecom.agent_id}
secret = "{wecom.secret}"
token = "{wecom.token}"
encoding_aes_key = "{wecom.encoding_aes_key}"
base_url = "{base_url}"
per_minute = {per_minute}

[demo]
clock_file = "clock"
poll_seconds = {poll}
lease_seconds = {lease}
restart_seconds = {restart}
heartbeat_seconds = {heartbeat}
"""


@dataclass(frozen=True)
class Options:
    """`folder` holds the data of the run; port 0 is chosen; `limits` scales the platforms' rate limits.

    `people` are whom the platforms know; without them it is the sample organisation, which is then imported.
    `crossing`: the sample's first project lead has written from WeCom, so that a claim crosses over.
    `feishu_mode` is how Feishu's events arrive: WEBHOOK or LONG_CONNECTION. `repush` lists after how many
    seconds a callback that failed is sent again. `lease_seconds`, `restart_seconds` and
    `heartbeat_seconds` are as in [demo].
    `log`: how much the assistant logs.
    Without `starts` the caller starts the assistant, or the roles that are wanted.
    """

    folder: Path
    simulator_port: int = 0
    poll_seconds: float = 0.1
    limits: float | None = 1.0
    people: Sequence[SimPerson] | None = None
    storage_url: str = "sqlite:///qinglian.db"
    feishu_mode: str = WEBHOOK
    repush: Sequence[float] = ()
    lease_seconds: float = Demo.lease_seconds
    restart_seconds: float = Demo.restart_seconds
    heartbeat_seconds: float = 1.0
    starts: bool = True
    crossing: bool = False
    log: str = "INFO"


class Stage:
    """A running simulator and assistant. Use as a context manager."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self.config = options.folder / "config.toml"
        self.log = options.folder / "assistant.log"
        self.port = _free_port()
        self.feishu = _feishu_app(options.feishu_mode)
        self.wecom = WecomApp("wwdemo", 1000002, secrets.token_hex(16), secrets.token_hex(8), _aes_key())
        self.simulator = Simulator(
            options.people or sample_people(),
            self.feishu,
            self.url,
            options.folder / "clock",
            port=options.simulator_port,
            limits=options.limits,
            repush=options.repush,
            wecom=self.wecom,
        )
        self._bot: subprocess.Popen[bytes] | None = None
        if options.people is None:
            self.simulator.offer_restart(self.start_over)

    @property
    def url(self) -> str:
        """Where the assistant's web role answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The assistant's parent process, where it was started."""
        return self._bot

    def __enter__(self) -> Stage:
        self._options.folder.mkdir(parents=True, exist_ok=True)
        self.simulator.start()
        self._write_config()
        try:
            self._furnish()
            if self._options.starts:
                self.start_bot()
            self._open()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_bot()
        self.simulator.stop()

    def start_over(self, say: Callable[[str], None]) -> None:
        """Empty the assistant and the chats and move the sample in again, saying what is being done."""
        self.stop_bot()
        say("正在清空记录…")
        for each in self._options.folder.glob("qinglian.db*"):
            each.unlink()
        shutil.rmtree(self._options.folder / "files", ignore_errors=True)
        self.simulator.reset()
        say("正在搬进示例机构…")
        self._furnish()
        say("正在启动助手…")
        self.start_bot()
        self._open()

    def _open(self) -> None:
        if self._options.crossing:
            with (SAMPLE / "projects.csv").open(encoding="utf-8-sig", newline="") as lines:
                lead = next(DictReader(lines))["lead"]
            Driver(self.simulator.base_url).say(lead, "帮助", platform="wecom")

    def _furnish(self) -> None:
        self.command("migrate")
        if self._options.people is None:
            for table in ("people", "projects", "deputies"):
                self.command(table, "import", str(SAMPLE / f"{table}.csv"))
            for key in _receivers():
                self.command("receivers", "make", key, typed=f"{PASSPHRASE}\n{PASSPHRASE}\n")
            resolved = ("--resolution", "示例 3", "--date", "2026-01-05")
            for name, text in OUTSIDE.items():
                self.command("settings", "confirm", name, "--text", text, *resolved)

    def start_bot(self) -> None:
        """Start all roles and wait until the platforms can reach them; what they log goes to `log`."""
        env = _clean() | {logs.LEVEL: self._options.log}
        with self.log.open("ab") as log:
            self._bot = subprocess.Popen(self._command("run"), stdout=log, stderr=log, env=env)  # noqa: S603 - ourselves
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while not (self._answers() and self._hears()):
            if self._bot.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"助手没有启动成功：\n{self.log.read_text(encoding='utf-8')}")
            time.sleep(0.1)

    def stop_bot(self) -> None:
        """Stop all roles."""
        if self._bot:
            self._bot.send_signal(signal.SIGTERM)
            self._bot.wait(30)
            self._bot = None

    def command(self, *words: str, typed: str = "") -> str:
        """Run one `qinglian` command on this installation, answer it, and return what it prints."""
        done = subprocess.run(  # noqa: S603 - ourselves
            self._command(*words), input=typed, capture_output=True, text=True, check=False, env=_clean()
        )
        if done.returncode:
            raise RuntimeError(f"qinglian {' '.join(words)}：{done.stdout}{done.stderr}")
        return done.stdout

    def _command(self, *words: str) -> Sequence[str]:
        return [sys.executable, "-m", "bot", *words, "--config", str(self.config)]

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=2).ok
        except requests.RequestException:
            return False

    def _hears(self) -> bool:
        return self.feishu.mode == WEBHOOK or self.simulator.connected > 0

    def _write_config(self) -> None:
        text = CONFIG.format(
            port=self.port,
            feishu=self.feishu,
            wecom=self.wecom,
            base_url=self.simulator.base_url,
            storage_url=self._options.storage_url,
            poll=self._options.poll_seconds,
            lease=self._options.lease_seconds,
            restart=self._options.restart_seconds,
            heartbeat=self._options.heartbeat_seconds,
            per_minute=25 if self._options.limits else 1000,
        )
        self.config.touch(mode=0o600)
        self.config.write_text(text, encoding="utf-8")


def sample_people() -> list[SimPerson]:
    """Return the people of the sample organisation as the platforms know them."""
    with (SAMPLE / "people.csv").open(encoding="utf-8-sig", newline="") as lines:
        return [
            SimPerson(
                row["key"],
                row["name"],
                row["department"],
                row["feishu_open_id"],
                row["wecom_userid"],
                roles=tuple(filter(None, row["roles"].split(";"))),
            )
            for row in DictReader(lines)
        ]


def _receivers() -> list[str]:
    """Return the keys of those of the sample who receive complaints, whoever is outside first."""
    with (SAMPLE / "people.csv").open(encoding="utf-8-sig", newline="") as lines:
        roles = {row["key"]: row["roles"].split(";") for row in DictReader(lines)}
    posts = ("外部受理人", "举报受理人")
    return [key for post in posts for key, held in roles.items() if post in held]


def _feishu_app(mode: str) -> FeishuApp:
    """Over a long connection the assistant has to know neither an encrypt key nor a token."""
    key, token = (secrets.token_hex(16), secrets.token_hex(16)) if mode == WEBHOOK else ("", "")
    return FeishuApp("cli_demo", secrets.token_hex(16), key, token, mode=mode)


def _clean() -> dict[str, str]:
    """The environment without the settings of a real installation, which would win over the stage's own, and
    without proxies, which must not come between us and this machine."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("QINGLIAN_")}
    return kept | {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}


def _aes_key() -> str:
    """43 letters and digits that base64 can read back: 32 bytes without the padding sign."""
    while not (key := base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")).isalnum():
        continue
    return key


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
