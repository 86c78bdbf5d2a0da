"""The configuration: what is taken, what is refused, and that every refusal names the key and the way out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.config import Config, ConfigError, load

ORG = """\
[org]
name = "春晖"
"""
FEISHU = """\
[feishu]
app_id = "cli_1"
app_secret = "s3cret-app"
encrypt_key = "s3cret-key"
verification_token = "s3cret-token"
base_url = "http://127.0.0.1:9000"
"""
WECOM = f"""\
[wecom]
corp_id = "ww1"
agent_id = 1000002
secret = "s3cret-wecom"
token = "s3cret-callback"
encoding_aes_key = "{"s3cretAES".ljust(43, "x")}"
base_url = "http://127.0.0.1:9001"
"""
SECRETS = (
    "s3cret-app",
    "s3cret-key",
    "s3cret-token",
    "s3cret-phone",
    "s3cret-database",
    "s3cret-wecom",
    "s3cret-callback",
    "s3cretAES",
)
EVERY_SECRET = {
    "QINGLIAN_FEISHU_APP_SECRET": SECRETS[0],
    "QINGLIAN_FEISHU_ENCRYPT_KEY": SECRETS[1],
    "QINGLIAN_FEISHU_VERIFICATION_TOKEN": SECRETS[2],
    "QINGLIAN_ORG_PHONE_KEY": SECRETS[3],
    "QINGLIAN_WECOM_SECRET": SECRETS[5],
    "QINGLIAN_WECOM_TOKEN": SECRETS[6],
    "QINGLIAN_WECOM_ENCODING_AES_KEY": SECRETS[7].ljust(43, "x"),
    "QINGLIAN_STORAGE_URL": f"postgresql+psycopg://qinglian:{SECRETS[4]}@127.0.0.1/qinglian",
}
EVERYTHING = EVERY_SECRET | {
    "QINGLIAN_ORG_NAME": "春晖",
    "QINGLIAN_FEISHU_APP_ID": "cli_1",
    "QINGLIAN_WECOM_CORP_ID": "ww1",
    "QINGLIAN_WECOM_AGENT_ID": "1000002",
}


def loaded(folder: Path, text: str = ORG, environ: dict[str, str] | None = None) -> Config:
    """Read a configuration file that says `text`."""
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, environ or {})


def refusal(folder: Path, text: str, environ: dict[str, str] | None = None) -> str:
    """Return with what a configuration is refused: in Chinese, without secrets, each fault in its line."""
    with pytest.raises(ConfigError) as refused:
        loaded(folder, text, environ)
    said = str(refused.value)
    assert re.search("[\u4e00-\u9fff]", said)
    assert [each for each in SECRETS if each in said] == []
    return said


# What is taken.


def test_a_name_is_all_that_a_configuration_needs_and_no_platform_is_on(tmp_path: Path) -> None:
    config = loaded(tmp_path)
    assert (config.org.name, config.org.timezone) == ("春晖", "Asia/Shanghai")
    assert (config.server.host, config.server.port) == ("127.0.0.1", 8080)
    assert config.feishu is None
    assert config.wecom is None


def test_a_platform_with_its_table_is_on(tmp_path: Path) -> None:
    config = loaded(tmp_path, ORG + FEISHU + WECOM)
    assert config.feishu is not None
    assert config.wecom is not None
    assert (config.feishu.app_id, config.feishu.app_secret, config.feishu.mode) == (
        "cli_1",
        "s3cret-app",
        "webhook",
    )
    assert (config.wecom.corp_id, config.wecom.agent_id) == ("ww1", 1000002)
    assert loaded(tmp_path, ORG + WECOM).feishu is None


def test_the_example_with_its_secrets_from_the_environment_can_be_used(tmp_path: Path) -> None:
    example = (Path(__file__).parents[2] / "config.example.toml").read_text(encoding="utf-8")
    environ = dict(EVERY_SECRET)
    del environ["QINGLIAN_STORAGE_URL"]
    config = loaded(tmp_path, example, environ)
    assert config.feishu is not None
    assert config.feishu.base_url == "https://open.feishu.cn"
    assert config.wecom is not None
    assert config.wecom.base_url == "https://qyapi.weixin.qq.com"


def test_a_file_that_an_editor_began_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    assert loaded(tmp_path, "\ufeff" + ORG).org.name == "春晖"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    environ = {
        "QINGLIAN_ORG_NAME": "另一家",
        "QINGLIAN_SERVER_PORT": "9001",
        "QINGLIAN_DEMO_POLL_SECONDS": "0.5",
        "QINGLIAN_FEISHU_APP_ID": "cli_2",
    }
    config = loaded(tmp_path, ORG + "[server]\nport = 80\n" + FEISHU, environ)
    assert (config.org.name, config.server.port, config.demo.poll_seconds) == ("另一家", 9001, 0.5)
    assert config.feishu is not None
    assert (config.feishu.app_id, config.feishu.app_secret) == ("cli_2", "s3cret-app")


def test_the_environment_alone_can_make_a_whole_table(tmp_path: Path) -> None:
    config = loaded(tmp_path, "", EVERYTHING)
    assert config.org.name == "春晖"
    assert config.feishu is not None
    assert config.feishu.app_id == "cli_1"
    assert config.wecom is not None
    assert config.wecom.agent_id == 1000002


def test_one_value_from_the_environment_asks_for_the_rest_of_its_table(tmp_path: Path) -> None:
    said = refusal(tmp_path, ORG, {"QINGLIAN_FEISHU_APP_ID": "cli_1"})
    assert said.split("\n") == [
        f"[feishu] 缺少 {key}。请写在配置文件里，或用环境变量 QINGLIAN_FEISHU_{key.upper()}；"
        "不用这个平台就删掉 [feishu] 整段"
        for key in ("app_secret", "encrypt_key", "verification_token")
    ]


def test_other_variables_of_the_environment_do_not_matter(tmp_path: Path) -> None:
    assert loaded(tmp_path, ORG, {"QINGLIAN_CONFIG": "x", "ORG_NAME": "x"}).org.name == "春晖"


def test_relative_paths_count_from_the_configuration_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    text = ORG + FEISHU + '[storage]\nurl = "sqlite:///a/b.db"\nfiles = "c"\n[demo]\nclock_file = "clock"\n'
    config = loaded(home, text)
    assert config.storage.url == f"sqlite:///{home.resolve()}/a/b.db"
    assert config.storage.files == str(home.resolve() / "c")
    assert config.demo.clock_file == str(home.resolve() / "clock")
    assert list(elsewhere.iterdir()) == []


def test_absolute_paths_and_other_databases_stay_as_they_are(tmp_path: Path) -> None:
    text = ORG + f'[storage]\nurl = "sqlite:///{tmp_path}/x.db"\nfiles = "{tmp_path}/f"\n'
    storage = loaded(tmp_path, text).storage
    assert (storage.url, storage.files) == (f"sqlite:///{tmp_path.resolve()}/x.db", str(tmp_path / "f"))
    url = EVERY_SECRET["QINGLIAN_STORAGE_URL"]
    assert loaded(tmp_path, ORG, {"QINGLIAN_STORAGE_URL": url}).storage.url == url


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.8.8.8"])
def test_a_clock_may_be_moved_while_every_platform_is_on_this_machine(tmp_path: Path, host: str) -> None:
    platforms = (FEISHU + WECOM).replace("127.0.0.1", host)
    assert loaded(tmp_path, ORG + platforms + '[demo]\nclock_file = "c"\n').demo.clock_file


# What is refused.


def test_a_file_that_is_not_there_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"找不到配置文件 .*config\.toml。复制 config\.example\.toml"):
        load(tmp_path / "config.toml", {})


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="读不了配置文件"):
        load(tmp_path, {})


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"[org\n", "第 1 行第 5 个字：写法不对"),
        (b'[org]\nname = "a"\nname = "b"\n', "第 3 行第 11 个字：这一项前面已经写过"),
        (b'[org]\nname = "a"\n[org]\nname = "b"\n', "第 3 行第 5 个字：这一段前面已经写过"),
        ("[org]\nname = 春晖\n".encode(), "第 2 行第 8 个字：这里的值看不懂。文字要放在英文引号里"),
        ("[org]\nname = “春晖”\n".encode(), "第 2 行第 8 个字：这里的值看不懂。文字要放在英文引号里"),
        ('[org]\nname = "春晖\n'.encode(), "第 2 行第 11 个字：引号没有配对"),
        ('[org]\nname = "春晖'.encode(), "末尾：引号没有配对"),
        (b"[org]\nname", "末尾：写法不对"),
        (b'[org]\nname "x"\n', "第 2 行第 6 个字：写法不对"),
        (b'[storage]\nfiles = "D:\\qinglian"\n', "第 2 行第 14 个字：双引号里的反斜杠要写两个"),
        (b"\xff\xfe[org]", "第 1 行：不是 UTF-8 编码。请另存为 UTF-8"),
        ("[org]\nname = '春晖'\n".encode("gb18030"), "第 2 行：不是 UTF-8 编码。请另存为 UTF-8"),
        (b"\x00", "第 1 行第 1 个字：写法不对"),
    ],
)
def test_a_file_that_is_no_toml_is_refused_in_chinese_with_the_place(
    tmp_path: Path, content: bytes, why: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as refused:
        load(path, {})
    said = str(refused.value)
    assert said.startswith(f"配置文件 {path} 读不懂：{why}")
    assert re.search("[A-Za-z]{3}", said.removeprefix(f"配置文件 {path}").replace("UTF", "")) is None


REFUSED = {
    "no name": ("", "[org] 缺少 name。请写在配置文件里，或用环境变量 QINGLIAN_ORG_NAME"),
    "an empty name": (
        '[org]\nname = " "\n',
        "[org] 的 name 是空的。请写在配置文件里，或用环境变量 QINGLIAN_ORG_NAME",
    ),
    "a name that is a number": ("[org]\nname = 7\n", "[org] 的 name 要写成带引号的文字"),
    "a secret that is a number": (
        ORG + FEISHU.replace('"s3cret-app"', "7"),
        "[feishu] 的 app_secret 要写成带引号的文字",
    ),
    "an empty secret": (
        ORG + FEISHU.replace("s3cret-app", ""),
        "[feishu] 的 app_secret 是空的。请写在配置文件里，或用",
    ),
    "a missing secret": (
        ORG + FEISHU.replace('encrypt_key = "s3cret-key"', ""),
        "[feishu] 缺少 encrypt_key。请写在配置文件里，或用环境变量 QINGLIAN_FEISHU_ENCRYPT_KEY",
    ),
    "an agent in words": (ORG + WECOM.replace("1000002", '"assistant"'), "[wecom] 的 agent_id 要写成整数"),
    "a missing agent": (
        ORG + WECOM.replace("agent_id = 1000002", ""),
        "[wecom] 缺少 agent_id。请写在配置文件里，或用环境变量 QINGLIAN_WECOM_AGENT_ID",
    ),
    "an AES key that lost a letter": (
        ORG + WECOM.replace('x"', '"'),
        "[wecom] 的 encoding_aes_key 要是 43 个字母或数字",
    ),
    "an unknown key": (ORG + "colour = 1\n", "[org] 里有不认识的 colour，可用的是 name"),
    "an unknown table": (ORG + "[dingtalk]\n", "里有不认识的段 [dingtalk]，可用的是 [org]"),
    "a table that is a value": ("org = 1\n", "配置里的 org 要写成一段：[org]"),
    "a table that is a list": ("[[org]]\n", "配置里的 org 要写成一段：[org]"),
    "a port in words": (ORG + '[server]\nport = "http"\n', "[server] 的 port 要写成整数，现在是 'http'"),
    "a port that is true": (ORG + "[server]\nport = true\n", "[server] 的 port 要写成整数，现在是 True"),
    "a port with a fraction": (ORG + "[server]\nport = 80.5\n", "[server] 的 port 要写成整数，现在是 80.5"),
    "an endless port": (ORG + "[server]\nport = inf\n", "[server] 的 port 要写成整数，现在是 inf"),
    "a port that is a list": (ORG + "[server]\nport = [80]\n", "[server] 的 port 要写成整数"),
    "port 0": (ORG + "[server]\nport = 0\n", "[server] 的 port 要大于 0，现在是 0"),
    "port 65536": (ORG + "[server]\nport = 65536\n", "[server] 的 port 要在 1 到 65535 之间，现在是 65536"),
    "no threads": (ORG + "[server]\nthreads = 0\n", "[server] 的 threads 要大于 0"),
    "a pause that is true": (ORG + "[demo]\npoll_seconds = true\n", "[demo] 的 poll_seconds 要写成数字"),
    "a pause in words": (ORG + '[demo]\npoll_seconds = "soon"\n', "[demo] 的 poll_seconds 要写成数字"),
    "no pause": (ORG + "[demo]\npoll_seconds = 0\n", "[demo] 的 poll_seconds 要大于 0"),
    "a pause that is no number": (ORG + "[demo]\npoll_seconds = nan\n", "[demo] 的 poll_seconds 要大于 0"),
    "an endless pause": (ORG + "[demo]\npoll_seconds = inf\n", "[demo] 的 poll_seconds 要大于 0"),
    "no window": (ORG + FEISHU + "window_hours = 0\n", "[feishu] 的 window_hours 要大于 0"),
    "a zone of nowhere": (ORG + 'timezone = "Asia/Nowhere"\n', "[org] 的 timezone「Asia/Nowhere」不是时区"),
    "a zone outside the list": (ORG + 'timezone = "../../etc/passwd"\n', "不是时区，例如 Asia/Shanghai"),
    "an empty zone": (ORG + 'timezone = ""\n', "[org] 的 timezone 是空的"),
    "a continent": (ORG + 'timezone = "Asia"\n', "不是时区，例如 Asia/Shanghai"),
    "another mode": (ORG + FEISHU + 'mode = "carrier pigeon"\n', "[feishu] 的 mode"),
    "no database": (ORG + '[storage]\nurl = ""\n', "[storage] 的 url"),
    "a database in words": (ORG + '[storage]\nurl = "data/qinglian.db"\n', "[storage] 的 url"),
    "a database without a file": (ORG + '[storage]\nurl = "sqlite:///"\n', "[storage] 的 url"),
    "a database in memory": (ORG + '[storage]\nurl = "sqlite://"\n', "[storage] 的 url"),
    "another database": (
        ORG + '[storage]\nurl = "mysql://qinglian:s3cret-database@127.0.0.1/x"\n',
        "[storage] 的 url 要写成 sqlite:///文件 或 postgresql+psycopg://用户:密码@主机/库",
    ),
    "another driver": (ORG + '[storage]\nurl = "postgresql://127.0.0.1/x"\n', "[storage] 的 url 要写成"),
    "no place for files": (ORG + '[storage]\nfiles = ""\n', "[storage] 的 files 是空的"),
    "a clock to move without a platform": (
        ORG + '[demo]\nclock_file = "c"\n',
        "[demo] 的 clock_file 只能在每个 base_url 都指向本机时使用",
    ),
    "a clock to move with the real platform": (
        ORG
        + FEISHU.replace("http://127.0.0.1:9000", "https://open.feishu.cn")
        + '[demo]\nclock_file = "c"\n',
        "[demo] 的 clock_file 只能在每个 base_url 都指向本机时使用",
    ),
    "a clock to move with one real platform of two": (
        ORG
        + FEISHU
        + WECOM.replace("http://127.0.0.1:9001", "https://qyapi.weixin.qq.com")
        + '[demo]\nclock_file = "c"\n',
        "[demo] 的 clock_file 只能在每个 base_url 都指向本机时使用",
    ),
    "a shorter lease in earnest": (
        ORG + FEISHU + "[demo]\nlease_seconds = 1\n",
        "[demo] 的 lease_seconds 只能和 clock_file 一起使用，正式运行请删掉",
    ),
    "a quicker restart in earnest": (
        ORG + FEISHU + "[demo]\nrestart_seconds = 0.1\n",
        "[demo] 的 restart_seconds 只能和 clock_file 一起使用，正式运行请删掉",
    ),
    "a clock to move with a name that looks local": (
        ORG + FEISHU.replace("http://127.0.0.1", "https://127.0.0.1.nip.io") + '[demo]\nclock_file = "c"\n',
        "[demo] 的 clock_file 只能在每个 base_url 都指向本机时使用",
    ),
}


@pytest.mark.parametrize(("text", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_value_is_refused_with_its_key_and_the_way_out(
    tmp_path: Path, text: str, sentence: str
) -> None:
    assert sentence in refusal(tmp_path, text)


@pytest.mark.parametrize(
    "url",
    [
        "https://open.feishu.cn/",
        "https://open.feishu.cn/open-apis",
        "https://open.feishu.cn?x=1",
        "https://open.feishu.cn?",
        "https://open.feishu.cn#x",
        "https://user:s3cret-key@open.feishu.cn",
        "https://open.feishu.cn:port",
        "https://open.feishu.cn:99999",
        "https://open feishu.cn",
        "https://[::1",
        "https://",
        "open.feishu.cn",
        "ftp://open.feishu.cn",
    ],
)
def test_a_base_url_is_scheme_host_and_port_and_nothing_after(tmp_path: Path, url: str) -> None:
    feishu = refusal(tmp_path, ORG + FEISHU.replace("http://127.0.0.1:9000", url))
    assert feishu == "[feishu] 的 base_url 只写协议、主机和端口，例如 https://open.feishu.cn"
    wecom = refusal(tmp_path, ORG + WECOM.replace("http://127.0.0.1:9001", url))
    assert wecom.startswith("[wecom] 的 base_url 只写协议、主机和端口")


def test_the_public_address_is_one_that_a_path_can_follow(tmp_path: Path) -> None:
    for fine in ("https://bot.example.org", "https://bot.example.org/", "http://10.0.0.8:8080", ""):
        assert loaded(tmp_path, f'{ORG}[server]\npublic_url = "{fine}"\n').server.public_url == fine
    for wrong in ("bot.example.org", "https://bot.example.org/form", "https://bot.example.org?x"):
        said = refusal(tmp_path, f'{ORG}[server]\npublic_url = "{wrong}"\n')
        assert said.startswith("[server] 的 public_url 只写协议、主机和端口，例如 https://bot.example.org")


def test_pages_ask_wecom_who_opens_them_only_when_told_to(tmp_path: Path) -> None:
    public = f'{ORG}[server]\npublic_url = "https://bot.example.org"\n'
    yes = WECOM.replace("[wecom]", "[wecom]\npage_login = true")
    for text, environ, asks in (
        (WECOM, {}, False),
        (yes, {}, True),
        (yes, {"QINGLIAN_WECOM_PAGE_LOGIN": "False"}, False),
        (WECOM, {"QINGLIAN_WECOM_PAGE_LOGIN": "true"}, True),
    ):
        wecom = loaded(tmp_path, public + text, environ).wecom
        assert wecom is not None
        assert wecom.page_login is asks
    assert "要写 true 或 false" in refusal(tmp_path, public + yes.replace("true", '"yes"'))
    assert "要有 [server] 的 public_url" in refusal(tmp_path, ORG + yes)
    login = WECOM.replace("[wecom]", '[wecom]\nlogin_url = "open.weixin.qq.com"')
    assert refusal(tmp_path, ORG + login).startswith("[wecom] 的 login_url 只写协议、主机和端口")


@pytest.mark.parametrize("host", ["open.feishu.cn", "10.0.0.8", "localhost.example", "0.0.0.0"])  # noqa: S104 - an address that must be refused
def test_unencrypted_http_goes_no_further_than_this_machine(tmp_path: Path, host: str) -> None:
    said = refusal(tmp_path, ORG + FEISHU.replace("127.0.0.1", host))
    assert said == "[feishu] 的 base_url 指向外部时必须用 https"


def test_a_wrong_value_of_the_environment_is_refused_like_one_of_the_file(tmp_path: Path) -> None:
    assert "[server] 的 port 要写成整数" in refusal(tmp_path, ORG, {"QINGLIAN_SERVER_PORT": "eighty"})
    assert "[org] 的 name 是空的" in refusal(tmp_path, ORG, {"QINGLIAN_ORG_NAME": ""})


# How Feishu's events come.


def test_over_the_long_connection_neither_key_nor_token_is_needed(tmp_path: Path) -> None:
    feishu = '[feishu]\napp_id = "cli_1"\napp_secret = "s3cret-app"\n'
    config = loaded(tmp_path, ORG + feishu + 'mode = "long_connection"\n')
    assert config.listens
    assert not loaded(tmp_path, ORG + FEISHU).listens
    assert not loaded(tmp_path, ORG).listens
    assert "[feishu] 缺少 encrypt_key" in refusal(tmp_path, ORG + feishu + 'mode = "webhook"\n')
    assert "[feishu] 缺少 encrypt_key" in refusal(tmp_path, ORG + feishu)


@pytest.mark.parametrize("key", ["encrypt_key", "verification_token"])
def test_a_webhook_needs_both_key_and_token(tmp_path: Path, key: str) -> None:
    blank = re.sub(f'{key} = ".*"', f'{key} = " "', FEISHU)
    assert f"[feishu] 缺少 {key}" in refusal(tmp_path, ORG + blank)


# All of it at once.


def faults(folder: Path, text: str, environ: dict[str, str] | None = None) -> list[str]:
    """Return everything for which a configuration is refused."""
    return refusal(folder, text, environ).split("\n")


def test_every_fault_is_told_at_once_each_in_its_own_line(tmp_path: Path) -> None:
    text = (
        '[org]\nnmae = "春晖"\ntimezone = "Asia/Nowhere"\n[server]\nport = "http"\n[dingtalk]\n'
        + FEISHU.replace('app_secret = "s3cret-app"\n', "").replace("s3cret-key", "")
        + WECOM.replace('x"', '"').replace("http://127.0.0.1", "http://10.0.0.8")
    )
    told = faults(tmp_path, text)
    expected = [
        "不认识的段 [dingtalk]",
        "[org] 里有不认识的 nmae",
        "[org] 缺少 name",
        "[org] 的 timezone「Asia/Nowhere」不是时区",
        "[server] 的 port 要写成整数",
        "[feishu] 缺少 app_secret",
        "[feishu] 缺少 encrypt_key",
        "[wecom] 的 encoding_aes_key 要是 43 个",
        "[wecom] 的 base_url 指向外部时必须用 https",
    ]
    assert len(told) == len(expected)
    assert [each for each in expected if not any(each in line for line in told)] == []


def test_the_example_as_it_is_copied_names_every_secret_that_is_missing(tmp_path: Path) -> None:
    example = (Path(__file__).parents[2] / "config.example.toml").read_text(encoding="utf-8")
    told = "\n".join(faults(tmp_path, example))
    for key in ("app_secret", "encrypt_key", "verification_token", "secret", "token", "encoding_aes_key"):
        assert len(re.findall(rf"\] (?:的|缺少) {key}\b", told)) == 1


def test_a_value_that_cannot_be_read_leads_to_no_second_complaint(tmp_path: Path) -> None:
    assert len(faults(tmp_path, ORG + "timezone = 8\n")) == 1
    assert len(faults(tmp_path, ORG + FEISHU.replace("encrypt_key", "mode = 1\nencrypt_keys"))) == 2
    wecom = WECOM.replace("[wecom]", "[wecom]\npage_login = true")
    assert len(faults(tmp_path, ORG + "[server]\npublic_url = 1\n" + wecom)) == 1


# Secrets.


def test_a_configuration_that_is_printed_shows_no_secret(tmp_path: Path) -> None:
    config = loaded(tmp_path, "", EVERYTHING)
    assert "春晖" in repr(config)
    assert [each for each in SECRETS if each in repr(config)] == []
    assert [
        each for each in SECRETS if each in f"{config.org}{config.feishu}{config.wecom}{config.storage}"
    ] == []
