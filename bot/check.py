"""`qinglian check`, the doctor: one plain sentence for each thing looked at; looks, and changes nothing."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

import requests

from bot.config import Config, ConfigError, Feishu, Wecom, is_this_machine, load
from bot.context import JobContext
from bot.platform import SendFailed
from bot.simulator.delivery import Callback
from scheduler.clock import ShiftedClock, SystemClock
from storage import files, journal, outbox
from storage.database import Database, Tx
from storage.migrations import is_current

PATIENCE_SECONDS = 5.0
SKEW_NOTED, SKEW_GRAVE = timedelta(seconds=60), timedelta(seconds=300)
LEAST_FREE = 500 * 1024 * 1024
WAITING_TOO_LONG = timedelta(hours=1)
SQLITE = "sqlite:///"


class Mark(StrEnum):
    """How a finding weighs: WRONG ends the check with exit code 1."""

    FINE = "✓"
    NOTE = "!"
    WRONG = "✗"


@dataclass(frozen=True)
class Finding:
    """One line of the check: no secret ever stands in it."""

    mark: Mark
    words: str

    def __str__(self) -> str:
        return f"{self.mark} {self.words}"


Check = Callable[[], Iterator[Finding]]


def _fine(words: str) -> Finding:
    return Finding(Mark.FINE, words)


def _note(words: str) -> Finding:
    return Finding(Mark.NOTE, words)


def _wrong(words: str) -> Finding:
    return Finding(Mark.WRONG, words)


def findings(path: Path, deep: bool = False) -> Iterator[Finding]:
    """Look at everything. `deep` reads every file anew. A check that breaks tells so and stops no other."""
    try:
        config = load(path)
    except ConfigError as error:
        yield from map(_wrong, error.faults)
        yield _note("其余没有查：请先改好配置，再查一遍")
        return
    database = Database(config.storage.url) if _exists(config) else None
    ledger = _ledger(config, database, deep) if database else []
    checks: Sequence[Check] = (
        lambda: _config(config, path),
        lambda: _database(config, database),
        *ledger,
        lambda: _disk(config),
        *_platforms(config),
        lambda: _callback(config),
        lambda: _reports(config),
    )
    for check in checks:
        yield from _safely(check)
    if database:
        database.close()


def _safely(check: Check) -> Iterator[Finding]:
    try:
        yield from check()
    except Exception as error:  # one that breaks must not hide the others; its message may hold a secret
        yield _wrong(f"有一项没有查成（{type(error).__name__}），其余照常检查")


# What lies on this machine.


def _config(config: Config, path: Path) -> Iterator[Finding]:
    yield _fine(f"配置文件 {path} 读得懂")
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        yield _note(f"别的用户也能读 {path}，里面有密钥。请执行 chmod 600 {path}")
    if not (config.feishu or config.wecom):
        yield _wrong("没有打开任何平台。请在配置里填 [feishu] 或 [wecom]")


def _exists(config: Config) -> bool:
    url = config.storage.url
    return not url.startswith(SQLITE) or Path(url.removeprefix(SQLITE)).is_file()


def _database(config: Config, database: Database | None) -> Iterator[Finding]:
    if database is None:
        yield _wrong("还没有数据库。请先运行 qinglian migrate")
        return
    try:
        current = is_current(database)
    except Exception as error:  # whatever the driver raises: the address may hold a password
        yield _wrong(
            f"连不上数据库（{type(error).__name__}）。请核对 [storage] 的 url 和数据库是否在运行",
        )
        return
    if not current:
        yield _wrong("数据库还不是最新的结构。请运行 qinglian migrate")
    elif database.is_sound():
        yield _fine("数据库能打开，结构是最新的，没有损坏")
    else:
        yield _wrong("数据库文件有损坏。请停下助手，用最近的备份恢复：qinglian restore 目录")


def _ledger(config: Config, database: Database, deep: bool) -> list[Check]:
    """The checks that read the ledger; they say nothing where it cannot be read, which is said already."""

    def reading(check: Callable[[Tx], Iterator[Finding]]) -> Check:
        def run() -> Iterator[Finding]:
            if _is_readable(database):
                with database.read() as tx:
                    yield from check(tx)

        return run

    return [
        reading(_journal),
        reading(lambda tx: _files(tx, Path(config.storage.files), deep)),
        reading(_messages),
        reading(lambda tx: _capabilities(tx, config)),
    ]


def _is_readable(database: Database) -> bool:
    try:
        return is_current(database)
    except Exception:  # said by _database
        return False


def _journal(tx: Tx) -> Iterator[Finding]:
    if fault := journal.verify(tx):
        yield _wrong(f"流水账「{fault.stream}」在第 {fault.seq} 条断开：{fault.why}。请保留现场，联系监事")
        return
    count = sum(length for length, _ in journal.heads(tx).values())
    yield _fine(f"流水账 {count} 条，条条相连")


def _files(tx: Tx, folder: Path, deep: bool) -> Iterator[Finding]:
    store, known = files.FileStore(folder), files.blobs(tx)
    bad = [each.sha256[:12] for each in known if not store.holds(each, deep)]
    if bad:
        more = f"等 {len(bad)} 个" if len(bad) > 1 else ""
        yield _wrong(f"附件 {bad[0]}…{more}不见了或被改过。请从备份里恢复 {folder}")
    else:
        how = "逐个核对过内容" if deep else "大小都对（--deep 逐个核对内容）"
        yield _fine(f"{len(known)} 个附件都在，{how}")


def _messages(tx: Tx) -> Iterator[Finding]:
    given_up = sum(each.next_at is None for each in outbox.failed(tx))
    since = outbox.waiting_since(tx)
    waited = datetime.now(UTC) - since if since else timedelta(0)
    if given_up:
        yield _note(
            f"有 {given_up} 条消息放弃了发送。原因见 qinglian outbox list，修好后 qinglian outbox retry"
        )
    if waited > WAITING_TOO_LONG:
        hours = int(waited.total_seconds() // 3600)
        yield _note(f"有消息等了 {hours} 小时还没发出去。收发进程（qinglian run）在运行吗？")
    if not given_up and waited <= WAITING_TOO_LONG:
        yield _fine("没有发不出去的消息")


def _capabilities(tx: Tx, config: Config) -> Iterator[Finding]:
    """What the capabilities know to stand in the way: posts, accounts, chains."""
    from handlers.catalogue import CAPABILITIES

    clock = ShiftedClock(Path(config.demo.clock_file)) if config.demo.clock_file else SystemClock()
    ctx = JobContext(tx, clock.now(), datetime.now(UTC), config.org.timezone)
    found = [remark for each in CAPABILITIES if each.check for remark in each.check(ctx)]
    for each in found:
        yield Finding(Mark.WRONG if each.grave else Mark.NOTE, each.words)
    if not found:
        yield _fine("要紧的职务都有人，每个项目都凑得齐四个不同的签字人")


def _disk(config: Config) -> Iterator[Finding]:
    folder = Path(config.storage.files)
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if not os.access(folder, os.W_OK):
        yield _wrong(f"{folder} 不能写。请让运行助手的用户拥有它")
    elif free < LEAST_FREE:
        yield _note(f"{folder} 所在的磁盘只剩 {free // 1024 // 1024} MB")
    else:
        yield _fine(f"{folder} 能写，磁盘还有 {free // 1024**3} GB")


# The platforms.


def _platforms(config: Config) -> list[Check]:
    checks: list[Check] = []
    if feishu := config.feishu:
        checks += [
            lambda: _clock("飞书", feishu.base_url),
            lambda: _token("飞书", lambda: _feishu_token(feishu)),
        ]
    if wecom := config.wecom:
        checks += [
            lambda: _clock("企业微信", wecom.base_url),
            lambda: _token("企业微信", lambda: _wecom_token(wecom)),
        ]
    return checks


def _clock(name: str, base_url: str) -> Iterator[Finding]:
    """Compare this machine's time with the platform's: signatures are only good for a while."""
    try:
        answer = requests.head(base_url, timeout=PATIENCE_SECONDS, allow_redirects=False)
        theirs = parsedate_to_datetime(answer.headers["Date"])
    except requests.RequestException:
        yield _wrong(f"连不上{name}（{base_url}）。请检查网络、防火墙和代理")
        return
    except (KeyError, ValueError):
        yield _note(f"{name}没有报出它的时间，本机时钟没有核对")
        return
    off = abs(datetime.now(UTC) - theirs)
    seconds = int(off.total_seconds())
    if off > SKEW_GRAVE:
        yield _wrong(f"本机时钟和{name}差 {seconds} 秒。请打开系统的自动对时")
    elif off > SKEW_NOTED:
        yield _note(f"本机时钟和{name}差 {seconds} 秒，最好打开自动对时")
    else:
        yield _fine(f"连得上{name}，时钟一致")


def _token(name: str, try_it: Callable[[], None]) -> Iterator[Finding]:
    try:
        try_it()
    except SendFailed as failure:
        yield _wrong(f"{name}不给访问凭证：{failure.why}")
    else:
        yield _fine(f"{name}的应用凭证有效")


def _feishu_token(feishu: Feishu) -> None:
    from bot.feishu.client import FeishuClient  # costs seconds: the SDK

    FeishuClient(feishu.app_id, feishu.app_secret, feishu.base_url).try_token()


def _wecom_token(wecom: Wecom) -> None:
    from bot.wecom.client import WecomClient

    WecomClient(wecom.corp_id, wecom.secret, wecom.base_url).try_token()


# The way back from the platforms.


def _callback(config: Config) -> Iterator[Finding]:
    url, needs_one = config.server.public_url.rstrip("/"), bool(config.wecom or not config.listens)
    if not url:
        if needs_one:
            yield _wrong("[server] 没有 public_url，平台的消息和点击送不到这里。填上平台能访问的地址")
        return
    host = urlsplit(url).hostname or ""
    if not url.startswith("https://") and not is_this_machine(host):
        yield _note("public_url 不是 https：平台要求用 https 的地址")
    try:
        answer = requests.get(f"{url}/healthz", timeout=PATIENCE_SECONDS, allow_redirects=False)
        ours = answer.ok and answer.json() == {"status": "ok"}
    except (requests.RequestException, ValueError):
        ours = False
    if not ours:
        yield _wrong(f"{url}/healthz 没有应答。助手在运行吗？反向代理转到 {config.server.port} 端口了吗？")
        return
    yield _fine(f"{url} 从本机打得开（平台能不能打开，以后台点「验证」为准）")
    yield from _verified(config, url)


def _reports(config: Config) -> Iterator[Finding]:
    """Knock at the public page under a name that nobody else uses, and look who wrote it down."""
    url = config.server.public_url.rstrip("/")
    if not url:
        yield _note("[server] 没有 public_url：廉洁问题反映的网页没有地址，只能在聊天里反映")
        return
    mark = f"qinglian-check-{secrets.token_hex(8)}"
    try:
        answer = requests.get(
            f"{url}/report?{mark}",
            timeout=PATIENCE_SECONDS,
            allow_redirects=False,
            headers={"User-Agent": mark},
        )
    except requests.RequestException:
        yield _wrong(f"{url}/report 打不开：反映页没有人能用")
        return
    wanted = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    if not answer.ok or any(answer.headers.get(name) != value for name, value in wanted.items()):
        yield _wrong(f"{url}/report 打开的不是反映页，或者被中间的代理改过")
    elif "Set-Cookie" in answer.headers:
        yield _wrong(f"{url}/report 的代理给访客种了 cookie。请关掉它")
    else:
        yield _fine("反映页打得开，没有 cookie，不缓存")
    yield from _written_down(mark)
    if (server := answer.headers.get("Server") or answer.headers.get("Via")) and not is_this_machine(
        urlsplit(url).hostname or ""
    ):
        yield _note(
            f"反映页前面有代理（{server[:40]}）。请照 deploy/ 里的样例关掉访问日志和磁盘缓冲；"
            "它的日志本机不一定看得到"
        )
    if config.wecom:
        yield _note("企业微信如果开了「会话内容存档」，聊天里的反映会被存档。请在海报和培训里先推荐网页")
    if config.feishu:
        yield _note("飞书的管理员可能查得到聊天记录和审计日志。请在海报和培训里先推荐网页")


PROXY_LOGS = ("nginx", "caddy", "apache2", "httpd", "traefik", "haproxy")
TAIL = 256 * 1024
"""Bytes at the end of a log in which a knock a moment ago must stand, if it stands there at all."""


def _written_down(mark: str, folder: Path = Path("/var/log")) -> Iterator[Finding]:
    """Search the logs of proxies on this machine, as far as we may read them."""
    found = [
        path
        for name in PROXY_LOGS
        for path in sorted((folder / name).glob("*.log"))
        if os.access(path, os.R_OK) and mark.encode() in _tail(path)
    ]
    for each in found:
        yield _wrong(f"{each} 记下了谁在什么时候打开反映页。请照 deploy/ 里的样例对整个站点关掉访问日志")


def _tail(path: Path) -> bytes:
    with path.open("rb") as log:
        log.seek(max(0, path.stat().st_size - TAIL))
        return log.read()


def _verified(config: Config, url: str) -> Iterator[Finding]:
    """Play the platforms' own check of the address to ourselves: keys and way are right together."""
    from bot.simulator.feishu import envelope as feishu_envelope
    from bot.simulator.feishu.app import FeishuApp
    from bot.simulator.wecom import envelope as wecom_envelope
    from bot.simulator.wecom.app import WecomApp

    if (feishu := config.feishu) and not config.listens:
        app = FeishuApp(feishu.app_id, feishu.app_secret, feishu.encrypt_key, feishu.verification_token)
        sent = feishu_envelope.challenge_callback(app, "qinglian-check", time.time())
        yield _echoed("飞书", url, sent, "qinglian-check")
    if wecom := config.wecom:
        mine = WecomApp(wecom.corp_id, wecom.agent_id, wecom.secret, wecom.token, wecom.encoding_aes_key)
        asked = wecom_envelope.verification(mine, "4711", time.time())
        yield _echoed("企业微信", url, asked, "4711")


def _echoed(name: str, url: str, asked: Callback, echo: str) -> Finding:
    try:
        answer = requests.request(
            asked.method,
            url + asked.path,
            data=asked.body,
            headers=dict(asked.headers),
            timeout=PATIENCE_SECONDS,
            allow_redirects=False,
        )
    except requests.RequestException:
        return _wrong(f"{name}的回调地址 {url}/callbacks 没有应答")
    if answer.ok and echo in answer.text:
        return _fine(f"{name}的回调地址验证通过")
    how = f"HTTP {answer.status_code}"
    return _wrong(f"{name}的回调地址没有通过验证（{how}）。正在运行的助手用的是不是这份配置？")
