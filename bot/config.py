"""What the installation is: a TOML file, with any value from the environment; every error names its key."""

from __future__ import annotations

import ipaddress
import math
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

DEFAULT_PATH = "config.toml"
WEBHOOK, LONG_CONNECTION = "webhook", "long_connection"


class ConfigError(Exception):
    """The configuration cannot be used: for each fault one Chinese sentence that names the key and the way
    out; as text they stand in lines."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Org:
    """`name` stands on documents; `timezone` is where people read times; `phone_key` is the secret under
    which phone numbers are hashed; empty: one is made and kept beside the files."""

    name: str
    timezone: str = "Asia/Shanghai"
    phone_key: str = field(default="", repr=False)


@dataclass(frozen=True)
class Server:
    """Where the web role listens, and the address under which the platforms reach it."""

    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    threads: int = 8


@dataclass(frozen=True)
class Storage:
    """The database by URL, which may hold a password, and the folder of files; relative paths count from the
    configuration file."""

    url: str = field(default="sqlite:///data/qinglian.db", repr=False)
    files: str = "data/files"


@dataclass(frozen=True)
class Feishu:
    """A self-built Feishu app: 开发者后台 › 凭证与基础信息, and 事件与回调 › 加密策略.

    `mode` is WEBHOOK, which needs `encrypt_key` and `verification_token`, or LONG_CONNECTION."""

    app_id: str
    app_secret: str = field(repr=False)
    encrypt_key: str = field(default="", repr=False)
    verification_token: str = field(default="", repr=False)
    mode: str = WEBHOOK
    base_url: str = "https://open.feishu.cn"
    window_hours: int = 8


@dataclass(frozen=True)
class Wecom:
    """A self-built WeCom app: 管理后台 › 应用管理 › 自建, and there 接收消息 › API 接收.

    `per_minute`: messages to one member; above 30 the platform drops them without a word. `page_login`: pages
    ask WeCom who opens them, by way of `login_url`; that needs the app's 可信域名."""

    corp_id: str
    agent_id: int
    secret: str = field(repr=False)
    token: str = field(repr=False)
    encoding_aes_key: str = field(repr=False)
    base_url: str = "https://qyapi.weixin.qq.com"
    window_hours: int = 8
    per_minute: int = 25
    page_login: bool = False
    login_url: str = "https://open.weixin.qq.com"


@dataclass(frozen=True)
class Demo:
    """Only for demo and tests: a file that moves business time, how often the relay looks for work, how long
    it has for what it took, how soon a role that died is started again, and how often the clock strikes (all
    in seconds). All but the second are fixed where there is no `clock_file`: with a short lease two relays
    might send the same."""

    clock_file: str = ""
    poll_seconds: float = 0.15
    lease_seconds: float = 120.0
    restart_seconds: float = 2.0
    heartbeat_seconds: float = 20.0


@dataclass(frozen=True)
class Config:
    """All of it. A platform without its table is off."""

    org: Org
    server: Server
    storage: Storage
    demo: Demo
    feishu: Feishu | None
    wecom: Wecom | None

    @property
    def is_demo(self) -> bool:
        """Whether all this is the demo's: a clock to move, simulated platforms, served to this machine."""
        return bool(self.demo.clock_file) and is_this_machine(self.server.host)

    @property
    def listens(self) -> bool:
        """Whether Feishu's events come over the long connection."""
        return self.feishu is not None and self.feishu.mode == LONG_CONNECTION


_TABLES: Mapping[str, type[Any]] = {
    "org": Org,
    "server": Server,
    "storage": Storage,
    "demo": Demo,
    "feishu": Feishu,
    "wecom": Wecom,
}
_OPTIONAL = ("feishu", "wecom")
_AES_KEY = re.compile("[A-Za-z0-9]{43}")
_DATABASE = re.compile(r"sqlite:///(?!:)[^?]+|postgresql\+psycopg://.+")
_HOST_AND_PORT = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:\d+)?")

_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
_SYNTAX = (
    (("Cannot overwrite",), "这一项前面已经写过，只留一个"),
    (("Cannot declare",), "这一段前面已经写过，合成一段"),
    (("Unescaped", "Invalid hex"), "双引号里的反斜杠要写两个，或者整段改用单引号"),
    (("Unterminated string", r"Illegal character '\n'", """Expected "'\""""), "引号没有配对"),
    (("Invalid value",), "这里的值看不懂。文字要放在英文引号里"),
)
"""How the reader of TOML begins what it says in English, and what that means."""

_EMPTY: Mapping[str, Any] = {"str": "", "bool": False, "int": 0, "float": 0.0}
"""What stands in, by type, for a value that was refused, so that the others can still be looked at."""


def load(path: Path, environ: Mapping[str, str] = os.environ) -> Config:
    """Read a configuration. Raises ConfigError with all that is wrong, as far as it shows at once."""
    raw = _read(path)
    known = "、".join(f"[{each}]" for each in _TABLES)
    faults = [f"{path} 里有不认识的段 [{each}]，可用的是 {known}" for each in raw if each not in _TABLES]
    parts: dict[str, Any] = {}
    for name, kind in _TABLES.items():
        parts[name], wrong = _table(name, kind, raw.get(name), environ)
        faults += wrong
    if faults:
        raise ConfigError(*faults)
    config = Config(**parts)
    if faults := [*_disagreements(config)]:
        raise ConfigError(*faults)
    return _resolved(config, path.parent)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(f"找不到配置文件 {path}。复制 config.example.toml 为 config.toml 再填写") from None
    except OSError as error:
        raise ConfigError(f"读不了配置文件 {path}：{type(error).__name__}") from None
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        why = f"第 {line} 行：不是 UTF-8 编码。请另存为 UTF-8"
    except tomllib.TOMLDecodeError as error:
        why = _syntax(str(error))
    raise ConfigError(f"配置文件 {path} 读不懂：{why}")


def _syntax(said: str) -> str:
    """Return in Chinese where a file is no TOML, and why. What the reader cites is left out."""
    place = _PLACE.search(said)
    where = f"第 {place[1]} 行第 {place[2]} 个字" if place else "末尾"
    why = next((means for begins, means in _SYNTAX if said.startswith(begins)), "写法不对，请对照样例改")
    return f"{where}：{why}"


def _table(name: str, kind: type[Any], given: Any, environ: Mapping[str, str]) -> tuple[Any, list[str]]:
    """Return a table, None where it is off, and what is wrong with it: no key is complained of twice."""
    if given is not None and not isinstance(given, dict):
        return None, [f"配置里的 {name} 要写成一段：[{name}]"]
    values = dict(given or {})
    known = {each.name: each for each in fields(kind)}
    usable = "、".join(known)
    strange = [f"[{name}] 里有不认识的 {each}，可用的是 {usable}" for each in values if each not in known]
    for key in known:
        if (variable := _variable(name, key)) in environ:
            values[key] = environ[variable]
    if not values and name in _OPTIONAL:
        return None, []
    wrong: dict[str, str] = {}
    for key, each in known.items():
        try:
            values[key] = _value(name, each, values)
        except ConfigError as error:
            wrong[key], values[key] = str(error), _EMPTY[str(each.type)]
    part = kind(**{key: values[key] for key in known})
    for key, fault in _CHECKS[name](part):
        wrong.setdefault(key, fault)
    return part, [*strange, *wrong.values()]


def _variable(table: str, key: str) -> str:
    return f"QINGLIAN_{table.upper()}_{key.upper()}"


def _ways_to_give(table: str, key: str) -> str:
    without = f"；不用这个平台就删掉 [{table}] 整段" if table in _OPTIONAL else ""
    return f"请写在配置文件里，或用环境变量 {_variable(table, key)}{without}"


def _value(table: str, wanted: Any, values: Mapping[str, Any]) -> Any:
    where = f"[{table}] 的 {wanted.name}"
    if wanted.name not in values:
        if wanted.default is MISSING:
            raise ConfigError(f"[{table}] 缺少 {wanted.name}。{_ways_to_give(table, wanted.name)}")
        return wanted.default
    given = values[wanted.name]
    if wanted.type == "str":
        if not isinstance(given, str):
            raise ConfigError(f"{where} 要写成带引号的文字")
        if not given.strip() and wanted.default != "":
            raise ConfigError(f"{where} 是空的。{_ways_to_give(table, wanted.name)}")
        return given
    if wanted.type == "bool":
        return _yes_or_no(where, given)
    return _number(where, given, int if wanted.type == "int" else float)


def _yes_or_no(where: str, given: Any) -> bool:
    """The environment gives it as text."""
    known = {"true": True, "false": False}
    answer = given if isinstance(given, bool) else known.get(str(given).lower())
    if answer is None:
        raise ConfigError(f"{where} 要写 true 或 false，现在是 {given!r}")
    return answer


def _number(where: str, given: Any, kind: type[int] | type[float]) -> float:
    """Return a number above zero. The environment gives it as text."""
    try:
        if isinstance(given, bool) or not isinstance(given, str | int | kind):
            raise TypeError
        value = kind(given)
    except (TypeError, ValueError):
        raise ConfigError(f"{where} 要写成{'整数' if kind is int else '数字'}，现在是 {given!r}") from None
    if not 0 < value < math.inf:
        raise ConfigError(f"{where} 要大于 0，现在是 {given!r}")
    return value


def _disagreements(config: Config) -> Iterator[str]:
    """What is wrong between tables that are right by themselves."""
    if config.wecom and config.wecom.page_login and not config.server.public_url:
        yield "[wecom] 的 page_login 要有 [server] 的 public_url：登录后要回到那里"
    urls = [each.base_url for each in (config.feishu, config.wecom) if each]
    if config.demo.clock_file and not (urls and all(_is_loopback(each) for each in urls)):
        yield "[demo] 的 clock_file 只能在每个 base_url 都指向本机时使用"
    for key in ("lease_seconds", "restart_seconds", "heartbeat_seconds"):
        if not config.demo.clock_file and getattr(config.demo, key) != getattr(Demo, key):
            yield f"[demo] 的 {key} 只能和 clock_file 一起使用，正式运行请删掉"


_Faults = Iterator[tuple[str, str]]
"""Keys of a table, and what is wrong with them."""


def _check_org(org: Org) -> _Faults:
    try:
        ZoneInfo(org.timezone)
    except (KeyError, ValueError, OSError):
        yield "timezone", f"[org] 的 timezone「{org.timezone}」不是时区，例如 Asia/Shanghai"


def _check_server(server: Server) -> _Faults:
    if server.port > 65535:
        yield "port", f"[server] 的 port 要在 1 到 65535 之间，现在是 {server.port}"
    if server.public_url and not _is_base_url(server.public_url.removesuffix("/")):
        yield (
            "public_url",
            "[server] 的 public_url 只写协议、主机和端口，例如 https://bot.example.org；没有公网地址就留空",
        )


def _check_storage(storage: Storage) -> _Faults:
    if not _DATABASE.fullmatch(storage.url):
        yield "url", "[storage] 的 url 要写成 sqlite:///文件 或 postgresql+psycopg://用户:密码@主机/库"


def _check_feishu(feishu: Feishu) -> _Faults:
    yield from _check_base_url("feishu", feishu.base_url)
    if feishu.mode not in (WEBHOOK, LONG_CONNECTION):
        yield (
            "mode",
            f'[feishu] 的 mode 要写 "{WEBHOOK}"（有公网地址）或 "{LONG_CONNECTION}"（没有公网地址），'
            f"现在是 {feishu.mode!r}",
        )
    for key in ("encrypt_key", "verification_token"):
        if feishu.mode == WEBHOOK and not getattr(feishu, key).strip():
            yield key, f"[feishu] 缺少 {key}。{_ways_to_give('feishu', key)}"


def _check_wecom(wecom: Wecom) -> _Faults:
    yield from _check_base_url("wecom", wecom.base_url)
    if not _AES_KEY.fullmatch(wecom.encoding_aes_key):
        yield (
            "encoding_aes_key",
            "[wecom] 的 encoding_aes_key 要是 43 个字母或数字，从「API 接收」页面整段复制",
        )
    if not _is_base_url(wecom.login_url):
        yield "login_url", "[wecom] 的 login_url 只写协议、主机和端口，例如 https://open.weixin.qq.com"


def _check_base_url(table: str, url: str) -> _Faults:
    if not _is_base_url(url):
        yield "base_url", f"[{table}] 的 base_url 只写协议、主机和端口，例如 https://open.feishu.cn"
    elif urlsplit(url).scheme == "http" and not _is_loopback(url):
        yield "base_url", f"[{table}] 的 base_url 指向外部时必须用 https"


_CHECKS: Mapping[str, Callable[[Any], _Faults]] = {
    "org": _check_org,
    "server": _check_server,
    "storage": _check_storage,
    "demo": lambda _: iter(()),
    "feishu": _check_feishu,
    "wecom": _check_wecom,
}
"""What a table's values must be beyond their types."""


def _is_base_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - looking at it is what checks it
    except ValueError:
        return False
    bare = url in (f"http://{parts.netloc}", f"https://{parts.netloc}")
    return bare and _HOST_AND_PORT.fullmatch(parts.netloc) is not None


def _is_loopback(url: str) -> bool:
    return is_this_machine(urlsplit(url).hostname or "")


def is_this_machine(host: str) -> bool:
    """Whether a host name or address can only mean the machine that we run on."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _resolved(config: Config, folder: Path) -> Config:
    """Let relative paths count from the folder of the configuration file."""
    url, prefix = config.storage.url, "sqlite:///"
    if url.startswith(prefix):
        url = prefix + str((folder / url.removeprefix(prefix)).resolve())
    storage = Storage(url, str((folder / config.storage.files).resolve()))
    clock = str((folder / config.demo.clock_file).resolve()) if config.demo.clock_file else ""
    return replace(config, storage=storage, demo=replace(config.demo, clock_file=clock))
