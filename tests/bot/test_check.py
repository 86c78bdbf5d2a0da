"""The doctor: every check in both outcomes, no secret in what it says, nothing changed by looking."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from bot import check
from bot.__main__ import main
from bot.check import Mark, findings
from bot.simulator.launch import Options, Stage
from storage import files, outbox, people, receivers
from storage.database import Database
from storage.files import FileStore
from storage.outbox import Kind, Recipient
from storage.people import NewPerson
from tests.house import PDF


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The running demo: simulator, assistant and the sample organisation."""
    with Stage(Options(tmp_path_factory.mktemp("check") / "demo", limits=None)) as running:
        yield running


@pytest.fixture
def place(stage: Stage, tmp_path: Path) -> Path:
    """A copy of its ledger and configuration, to be spoilt; the assistant that answers is the demo's."""
    folder = stage.config.parent
    ledgers = (sqlite3.connect(each / "qinglian.db") for each in (folder, tmp_path))
    with closing(next(ledgers)) as source, closing(next(ledgers)) as copy:
        source.backup(copy)
    shutil.copy(stage.config, tmp_path / "config.toml")
    (tmp_path / "config.toml").chmod(0o600)
    return tmp_path


def lines(place: Path, mark: Mark | None = None, deep: bool = False) -> list[str]:
    """What the doctor says, or what of it has a mark."""
    return [str(each) for each in findings(place / "config.toml", deep) if mark in (None, each.mark)]


def wrong(place: Path) -> str:
    """All that is wrong, in one text."""
    return "\n".join(lines(place, Mark.WRONG))


def rewrite(place: Path, old: str, new: str) -> None:
    """Change the configuration."""
    text = (place / "config.toml").read_text(encoding="utf-8")
    assert old in text
    (place / "config.toml").write_text(text.replace(old, new), encoding="utf-8")


def ledger(place: Path) -> Database:
    """Open the copy."""
    return Database(f"sqlite:///{place / 'qinglian.db'}")


def test_where_all_is_well_it_says_so_and_ends_with_0(place: Path) -> None:
    before = (place / "qinglian.db").read_bytes()
    assert wrong(place) == ""
    told = "\n".join(lines(place, Mark.FINE))
    for words in (
        "结构是最新的",
        "条条相连",
        "飞书的应用凭证有效",
        "企业微信的应用凭证有效",
        "飞书的回调地址验证通过",
        "企业微信的回调地址验证通过",
        "时钟一致",
        "没有发不出去的消息",
    ):
        assert words in told
    result = CliRunner().invoke(main, ["check", "--config", str(place / "config.toml")])
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "可以放心运行。")
    assert (place / "qinglian.db").read_bytes() == before


def test_the_sample_itself_is_told_of_the_one_who_cannot_be_replaced(place: Path) -> None:
    (note,) = [each for each in lines(place, Mark.NOTE) if "聊天" not in each]
    assert "王芳提交时凑不齐四个不同的人" in note
    assert "等 4 个项目" in note


def test_a_missing_configuration_is_one_sentence_and_1(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["check", "--config", str(tmp_path / "none.toml")])
    assert result.exit_code == 1
    assert "找不到配置文件" in result.output
    assert "其余没有查" in result.output


def test_every_fault_of_the_configuration_is_told_and_that_the_rest_was_not_looked_at(place: Path) -> None:
    rewrite(place, "[server]", '[server]\nthreads = "many"')
    rewrite(place, "[storage]", '[storage]\nfolder = "x"')
    told = lines(place)
    assert [each[0] for each in told] == ["✗", "✗", "!"]
    assert "[server] 的 threads 要写成整数" in told[0]
    assert "[storage] 里有不认识的 folder" in told[1]
    assert "其余没有查" in told[2]
    result = CliRunner().invoke(main, ["check", "--config", str(place / "config.toml")])
    assert (result.exit_code, result.output.splitlines()[-1]) == (1, "有 2 处要处理。")


def test_nothing_is_created_where_there_is_no_database_yet(place: Path) -> None:
    (place / "qinglian.db").unlink()
    assert "还没有数据库。请先运行 qinglian migrate" in wrong(place)
    assert [each.name for each in place.iterdir()] == ["config.toml"]


def test_an_old_schema_and_a_spoilt_file_are_told_apart(place: Path) -> None:
    with closing(sqlite3.connect(place / "qinglian.db")) as connection, connection:
        connection.execute("update alembic_version set version_num = '0000'")
    assert "请运行 qinglian migrate" in wrong(place)
    (place / "qinglian.db").write_bytes(b"no database at all" * 500)
    assert "连不上数据库" in wrong(place)


def test_a_database_that_does_not_answer_is_told_without_its_password(place: Path) -> None:
    url = 'url = "sqlite:///qinglian.db"'
    rewrite(place, url, 'url = "postgresql+psycopg://bot:hunter2@127.0.0.1:1/none"')
    assert "连不上数据库（OperationalError）" in wrong(place)
    assert "hunter2" not in "\n".join(lines(place))


def test_a_broken_journal_is_named_by_its_entry(place: Path) -> None:
    with closing(sqlite3.connect(place / "qinglian.db")) as connection, connection:
        connection.execute("update journal set actor = 'x' where seq = 2")
    assert "流水账「main」在第 2 条断开" in wrong(place)


def test_a_file_that_is_gone_or_was_changed_is_missed(place: Path) -> None:
    store, database = FileStore(place / "files"), ledger(place)
    blob = store.put(PDF)
    with database.write() as tx:
        files.remember(tx, blob, datetime.now(UTC))
    database.close()
    assert wrong(place) == ""
    path = place / "files" / blob.sha256[:2] / blob.sha256[2:]
    path.write_bytes(PDF[:-1] + b"x")
    assert wrong(place) == ""
    assert any("不见了或被改过" in each for each in lines(place, Mark.WRONG, deep=True))
    path.unlink()
    assert "不见了或被改过" in wrong(place)


def test_messages_that_wait_or_were_given_up_are_noted(place: Path) -> None:
    database, then = ledger(place), datetime.now(UTC) - timedelta(hours=3)
    with database.write() as tx:
        lin = Recipient(people.by_keys(tx, ["lin"])["lin"].id)
        for subject in ("given up", "waits"):
            outbox.post(tx, lin, Kind.TEXT, subject, "x", then)
        (given_up, _) = outbox.claim(tx, then, 9)
        outbox.bury(tx, given_up.id, "no")
    database.close()
    noted = "\n".join(lines(place, Mark.NOTE))
    assert "有 1 条消息放弃了发送" in noted
    assert "有消息等了 3 小时还没发出去" in noted


def test_a_post_that_nobody_holds_and_a_lead_who_left_are_named(place: Path) -> None:
    database = ledger(place)
    with database.write() as tx:
        for key, name in (("chen", "陈立"), ("li", "李青")):
            people.save(
                tx, NewPerson(key, name, "", frozenset(), {"feishu": "", "wecom": ""}, None, key == "chen")
            )
    database.close()
    told = wrong(place)
    assert "没有人担任秘书长：第 4 级没有人签" in told
    assert "的负责人李青已不在岗" in told
    assert "谁提交都凑不齐四个不同的人" in told
    assert "陈立没有绑定飞书或企业微信账号" in "\n".join(lines(place, Mark.NOTE))


def test_wrong_credentials_are_told_in_the_platforms_sense_and_never_shown(stage: Stage, place: Path) -> None:
    rewrite(place, stage.feishu.app_secret, "a-wrong-secret")
    rewrite(place, stage.wecom.secret, "another-wrong-one")
    told = wrong(place)
    assert "飞书不给访问凭证" in told
    assert "企业微信不给访问凭证" in told
    assert "wrong" not in told


def test_keys_that_the_running_assistant_does_not_have_fail_at_the_callback(
    stage: Stage, place: Path
) -> None:
    rewrite(place, stage.feishu.encrypt_key, "0" * 32)
    assert "飞书的回调地址没有通过验证（HTTP 401）" in wrong(place) or "飞书的回调地址没有通过验证" in wrong(
        place
    )
    assert "企业微信的回调地址验证通过" in "\n".join(lines(place))


def test_an_address_that_nobody_answers_at_and_none_at_all(stage: Stage, place: Path) -> None:
    rewrite(place, f'public_url = "{stage.url}"', 'public_url = "http://127.0.0.1:9"')
    assert "/healthz 没有应答" in wrong(place)
    rewrite(place, 'public_url = "http://127.0.0.1:9"', 'public_url = ""')
    assert "没有 public_url" in wrong(place)


def test_a_platform_that_cannot_be_reached_is_told_as_such(place: Path, stage: Stage) -> None:
    rewrite(place, f'base_url = "{stage.simulator.base_url}"', 'base_url = "http://127.0.0.1:9"')
    told = wrong(place)
    assert "连不上飞书" in told
    assert "连不上企业微信" in told


@pytest.mark.parametrize(("off", "mark"), [(30, Mark.FINE), (90, Mark.NOTE), (400, Mark.WRONG)])
def test_a_clock_that_is_off_is_weighed(
    place: Path, monkeypatch: pytest.MonkeyPatch, off: int, mark: Mark
) -> None:
    answer = requests.Response()
    answer.headers["Date"] = format_datetime(datetime.now(UTC) - timedelta(seconds=off), usegmt=True)
    monkeypatch.setattr(requests, "head", lambda *_given, **_more: answer)
    (found,) = check._clock("飞书", "https://open.feishu.cn")
    assert found.mark is mark


def test_a_configuration_that_others_can_read_is_noted(place: Path) -> None:
    (place / "config.toml").chmod(0o644)
    assert "别的用户也能读" in "\n".join(lines(place, Mark.NOTE))


def test_a_check_that_breaks_hides_no_other(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_given: object) -> Iterator[check.Finding]:
        raise RuntimeError("the secret is hunter2")

    monkeypatch.setattr(check, "_journal", breaks)
    told = lines(place)
    assert "✗ 有一项没有查成（RuntimeError），其余照常检查" in told
    assert "hunter2" not in "\n".join(told)
    assert any("企业微信的应用凭证有效" in each for each in told)


def test_no_secret_is_ever_said(stage: Stage, place: Path) -> None:
    told = "\n".join(lines(place))
    for secret in (
        stage.feishu.app_secret,
        stage.feishu.encrypt_key,
        stage.feishu.verification_token,
        stage.wecom.secret,
        stage.wecom.token,
        stage.wecom.encoding_aes_key,
    ):
        assert secret not in told


# The public page.


def test_the_public_page_is_knocked_at(place: Path) -> None:
    told = "\n".join(lines(place))
    assert "✓ 反映页打得开，没有 cookie，不缓存" in told
    assert "! 企业微信如果开了「会话内容存档」" in told


def test_without_an_outside_receiver_the_check_fails(place: Path) -> None:
    database = ledger(place)
    with database.write() as tx:
        tx.run(receivers.receiver.delete())
    database.close()
    assert "还没有一位外部受理人设好口令" in wrong(place)
    assert "! 还没有一位举报受理人设好口令" in "\n".join(lines(place))


def test_a_proxy_that_writes_down_who_came_is_found(
    stage: Stage, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = tmp_path / "log" / "nginx"
    logs.mkdir(parents=True)
    knock = requests.get

    def logged(url: str, **more: object) -> requests.Response:
        with (logs / "access.log").open("a") as log:
            log.write(f'203.0.113.7 "GET {url}"\n')
        return knock(url, **more)  # type: ignore[arg-type]

    search = check._written_down
    monkeypatch.setattr(requests, "get", logged)
    monkeypatch.setattr(check, "_written_down", lambda mark: search(mark, tmp_path / "log"))
    assert "access.log 记下了谁在什么时候打开反映页" in wrong(place)


def test_an_address_that_leads_elsewhere_is_no_public_page(place: Path, stage: Stage) -> None:
    rewrite(place, f'public_url = "{stage.url}"', f'public_url = "{stage.simulator.base_url}"')
    assert "打开的不是反映页" in wrong(place)
