"""The command line: what it does, and that whatever goes wrong ends in one Chinese sentence."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import main
from bot.context import JobContext
from handlers.expense.rules import CHAIN_SETTING
from storage import journal, outbox
from storage.database import Database
from storage.outbox import Kind, Recipient
from storage.people import Address, by_keys
from tests.bot.rooms import ZONE, rows

ROOT = Path(__file__).parents[2]
SECRET = "s3cret-password"


class Installation:
    """A folder with a configuration and a database, and the command line on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "config.toml"
        self.file = folder / "house.db"
        self.configure('[storage]\nurl = "sqlite:///house.db"\nfiles = "files"\n')

    def configure(self, text: str) -> None:
        """Write the configuration."""
        self.config.write_text(f'[org]\nname = "春晖"\n{text}', encoding="utf-8")

    def __call__(self, *words: str) -> Result:
        """Type a command. It answers, whatever it is: nothing unexpected comes out of it."""
        result = CliRunner().invoke(main, [*words, "--config", str(self.config)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    def done(self, *words: str) -> str:
        """Type a command that goes well; return what it prints."""
        result = self(*words)
        assert (result.exit_code, result.stderr) == (0, "")
        return result.stdout

    def refused(self, *words: str, code: int = 1) -> str:
        """Type a command that cannot be done; return the one sentence that it says."""
        return sentence(self(*words), code)

    def database(self) -> Database:
        return Database(f"sqlite:///{self.file}", synchronous="OFF")


def sentence(result: Result, code: int) -> str:
    """Return the one Chinese line on which a command ended."""
    assert (result.exit_code, result.stdout) == (code, "")
    (line,) = result.stderr.splitlines()
    assert re.search("[\u4e00-\u9fff]", line)
    assert not re.search("Traceback|Error:|Usage:", line)
    assert SECRET not in line
    return line


@pytest.fixture
def bare(tmp_path: Path) -> Installation:
    """An installation whose database was not made yet."""
    return Installation(tmp_path)


@pytest.fixture
def installation(tmp_path: Path, furnished: Path) -> Installation:
    """An installation that the cast works with."""
    shutil.copy(furnished, tmp_path / "house.db")
    return Installation(tmp_path)


NEED_A_DATABASE = [
    ("web",),
    ("relay",),
    ("scheduler",),
    ("listen",),
    ("people", "import", "x.csv"),
    ("projects", "import", "x.csv"),
    ("deputies", "import", "x.csv"),
    ("calendar", "import", "x.csv"),
    ("duties", "import", "x.csv"),
    ("duties", "export"),
    ("calendar", "list"),
    ("calendar", "export", "2026"),
    ("workdays", "add", "2026-02-10", "15"),
    ("workdays", "nth", "2026-10", "5"),
    ("workdays", "last", "2026-10"),
    ("workdays", "between", "2026-02-10", "2026-03-09"),
    ("workdays", "roll", "2026-10-03"),
    ("journal", "verify"),
    ("outbox", "list"),
    ("outbox", "retry"),
    ("settings", "list"),
    ("settings", "confirm", CHAIN_SETTING, "--resolution", "1", "--date", "2026-03-03"),
]
NEED_A_CONFIGURATION = [("migrate",), ("run",), *NEED_A_DATABASE]


# What is typed.


@pytest.mark.parametrize("words", [["-h"], ["--help"], ["settings", "-h"], ["journal", "verify", "--help"]])
def test_every_command_explains_itself(words: list[str]) -> None:
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0
    assert re.search("[\u4e00-\u9fff]", result.stdout)


def test_all_commands_are_listed_each_with_a_line() -> None:
    listed = CliRunner().invoke(main, ["-h"]).stdout
    for name in main.commands:
        assert re.search(rf"^  {name} +[\u4e00-\u9fff]", listed, re.MULTILINE), name


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["pigeon"], "没有这样的命令或参数。用法见 main -h"),
        (["--pigeon"], "没有选项 --pigeon。用法见 main -h"),
        (["journal", "pigeon"], "没有这样的命令或参数。用法见 main journal -h"),
        (["journal", "verify", "more"], "没有这样的命令或参数。用法见 main journal verify -h"),
        (["journal", "verify", "--all"], "没有选项 --all。用法见 main journal verify -h"),
        (["workdays", "add", "2026-03-03"], "缺少 N。用法见 main workdays add -h"),
        (["people", "import"], "缺少 FILE。用法见 main people import -h"),
        (
            ["settings", "confirm", "x", "--date", "2026-03-03"],
            "缺少 --resolution。用法见 main settings confirm -h",
        ),
        (
            ["settings", "confirm", "x", "--resolution", "1", "--date", "3 月 3 日"],
            "--date 的值不对。用法见 main settings confirm -h",
        ),
        (["demo", "--port", "70000"], "--port 的值不对。用法见 main demo -h"),
        (["demo", "--port", "http"], "--port 的值不对。用法见 main demo -h"),
    ],
)
def test_what_is_typed_wrongly_is_said_with_where_to_look(words: list[str], expected: str) -> None:
    assert sentence(CliRunner().invoke(main, words), 2) == expected


def test_as_a_process_it_answers_the_same(tmp_path: Path) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bot", *words]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    well = run("workdays", "add", "2026-02-10", "1")
    assert (well.returncode, well.stdout, well.stderr) == (0, "2026-02-11\n", "")
    badly = run("migrate", "--config", str(tmp_path / "config.toml"))
    assert (badly.returncode, badly.stdout) == (1, "")
    assert badly.stderr.startswith("找不到配置文件")
    assert len(badly.stderr.splitlines()) == 1


def test_the_configuration_can_be_named_by_the_environment(installation: Installation) -> None:
    env = {"QINGLIAN_CONFIG": str(installation.config)}
    result = CliRunner().invoke(main, ["outbox", "list"], env=env)
    assert (result.exit_code, result.stderr) == (0, "")


# Installations that are not right.


@pytest.mark.parametrize("words", NEED_A_CONFIGURATION, ids=" ".join)
def test_without_a_usable_configuration_nothing_begins(bare: Installation, words: tuple[str, ...]) -> None:
    bare.configure("[server]\nport = 99999\n")
    assert bare.refused(*words) == "[server] 的 port 要在 1 到 65535 之间，现在是 99999"
    assert [each.name for each in bare.folder.iterdir()] == ["config.toml"]


@pytest.mark.parametrize("words", NEED_A_DATABASE, ids=" ".join)
def test_without_the_newest_schema_nothing_begins(bare: Installation, words: tuple[str, ...]) -> None:
    assert bare.refused(*words) == "数据库还不是最新的结构，请先运行 qinglian migrate"


@pytest.mark.parametrize("words", [("migrate",), ("journal", "verify"), ("web",)], ids=" ".join)
def test_a_file_that_is_no_database_is_said(bare: Installation, words: tuple[str, ...]) -> None:
    bare.file.write_bytes(b"not a database at all" * 100)
    said = bare.refused(*words)
    assert said == (
        "没有做成：数据库用不了（file is not a database）。请核对 [storage] 的 url，以及数据库是否在运行"
    )


def test_a_database_that_cannot_be_reached_is_said_without_its_password(bare: Installation) -> None:
    url = f"postgresql+psycopg://qinglian:{SECRET}@127.0.0.1:1/qinglian"
    bare.configure(f'[storage]\nurl = "{url}"\n')
    assert bare.refused("migrate").startswith("没有做成：数据库用不了（connection failed")


def test_a_folder_that_cannot_be_made_is_said(bare: Installation) -> None:
    bare.configure('[storage]\nurl = "sqlite:///config.toml/x/house.db"\n')
    place = bare.config.resolve() / "x"
    assert bare.refused("migrate") == f"没有做成：读写 {place} 时系统报错（Not a directory）"


def test_a_defect_is_said_with_its_place_and_without_its_message(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_tx: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(journal, "verify", broken)
    said = installation.refused("journal", "verify")
    assert said.startswith("没有做成：出了意外（RuntimeError at ")
    assert "test_command_line.py" in said


def test_to_listen_where_there_is_nothing_to_listen_to_is_refused(installation: Installation) -> None:
    assert installation.refused("listen").startswith('[feishu] 的 mode 不是 "long_connection"')


# migrate


def test_migrate_makes_the_database_and_may_be_repeated(bare: Installation) -> None:
    for _ in range(2):
        assert bare.done("migrate") == "数据库已是最新结构。\n"
    assert bare.done("outbox", "list").startswith("共 0 条")
    assert bare.done("journal", "verify").startswith("流水账「main」0 条，条条相连。")


# imports


def test_the_sample_can_be_imported_and_imported_again(bare: Installation) -> None:
    sample = ROOT / "bot" / "simulator" / "sample"
    bare.done("migrate")
    for table in ("people", "projects", "deputies"):
        result = bare(table, "import", str(sample / f"{table}.csv"), "--dry-run")
        assert result.exit_code == 0
        assert result.stdout.startswith("只检查，没有写入。将会新增")
        assert bare(table, "import", str(sample / f"{table}.csv")).stdout.startswith("新增")
        assert "新增 0" in bare(table, "import", str(sample / f"{table}.csv")).stdout


@pytest.mark.parametrize("table", ["people", "projects", "deputies"])
def test_a_table_that_is_not_there_or_not_right_is_refused(installation: Installation, table: str) -> None:
    assert installation.refused(table, "import", "nowhere.csv") == "找不到文件 nowhere.csv"
    wrong = installation.folder / "wrong.csv"
    wrong.write_text("a,b\n1,2\n", encoding="utf-8")
    before = rows_of_the_roster(installation)
    result = installation(table, "import", str(wrong))
    assert result.exit_code == 1
    assert "什么都没有写入" in result.stderr
    assert "Traceback" not in result.output
    assert rows_of_the_roster(installation) == before


def rows_of_the_roster(installation: Installation) -> list[tuple[object, ...]]:
    database = installation.database()
    found = rows(database, "select key, name from person union all select code, name from project order by 1")
    database.close()
    return found


# journal verify


@pytest.fixture
def written(installation: Installation) -> Installation:
    """An installation whose journal has three entries."""
    database = installation.database()
    for number in (1, 2, 3):
        with database.write() as tx:
            now = datetime(2026, 3, 3, 1, number, tzinfo=UTC)
            JobContext(tx, now, now, ZONE).record("lin", "did", f"thing:{number}", 1, {"n": number})
    database.close()
    return installation


def test_a_journal_that_holds_shows_its_last_hash(written: Installation) -> None:
    ((digest,),) = ask(written, "select hash from journal where seq = 3")
    said = written.done("journal", "verify")
    assert f"流水账「main」3 条，条条相连。末条校验值 {digest}" in said
    assert "末尾被整段截掉时" in said


TAMPERED = {
    "a changed byte": (
        "update journal set facts = '{\"n\":9}' where seq = 2",
        "第 2 条对不上：内容与校验值不符",
    ),
    "a changed actor": ("update journal set actor = 'li' where seq = 1", "第 1 条对不上：内容与校验值不符"),
    "a changed time": (
        "update journal set at = replace(at, '01:03', '01:04') where seq = 3",
        "第 3 条对不上：内容与校验值不符",
    ),
    "a missing entry": ("delete from journal where seq = 2", "第 2 条对不上：缺少第 2 条"),
    "a missing end": ("delete from journal where seq = 3", "末尾应为第 3 条，实际到第 2 条"),
    "unreadable bytes": ("update journal set facts = cast(x'ff' as text) where seq = 2", "第 2 条对不上"),
}


@pytest.mark.parametrize(("statement", "said"), TAMPERED.values(), ids=TAMPERED)
def test_whatever_was_changed_in_the_journal_is_found_and_named(
    written: Installation, statement: str, said: str
) -> None:
    ask(written, statement)
    answer = written.refused("journal", "verify")
    assert answer.startswith("流水账「main」")
    assert said in answer


def ask(installation: Installation, statement: str) -> list[tuple[object, ...]]:
    """Run a statement past the house, as somebody with the file in hand would."""
    with closing(sqlite3.connect(installation.file)) as connection, connection:
        return connection.execute(statement).fetchall()


# outbox


def test_messages_that_did_not_leave_are_listed_without_their_words_and_sent_again(
    installation: Installation,
) -> None:
    database = installation.database()
    posted = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
    with database.write() as tx:
        lin = by_keys(tx, ["lin"])["lin"]
        outbox.post(tx, Recipient(lin.id), Kind.TEXT, "chat", SECRET, posted)
        outbox.post(tx, Recipient(address=Address("feishu", "ou_x")), Kind.TEXT, "chat", SECRET, posted)
        outbox.post(tx, Recipient(lin.id), Kind.TEXT, "waits its turn", SECRET, posted)
        given_up, tried, _ = outbox.claim(tx, posted, 10)
        outbox.bury(tx, given_up.id, "对方收不到应用的消息（230013）")
        later = posted + timedelta(days=3650)
        outbox.retry(tx, tried.id, later, "服务器的 IP 不在企业可信 IP 里（60020）")
    database.close()
    listed = installation.done("outbox", "list").splitlines()
    assert listed[0] == "1\t2026-03-03 09:00\t林晓\tchat\t已放弃\t对方收不到应用的消息（230013）"
    assert listed[1].split("\t")[2:5] == ["未登记的账号", "chat", "09:00 再试"]
    assert listed[2].startswith("共 2 条。")
    assert SECRET not in "".join(listed)
    assert installation.done("outbox", "retry") == "2 条消息重新排队。\n"
    assert installation.done("outbox", "list").startswith("共 0 条。")
    assert installation.done("outbox", "retry") == "0 条消息重新排队。\n"


# settings


def test_a_setting_is_a_default_until_the_council_has_confirmed_it(installation: Installation) -> None:
    assert "默认规则，待理事会确认" in installation.done("settings", "list")
    confirm = (
        "settings",
        "confirm",
        CHAIN_SETTING,
        "--resolution",
        "理字〔2026〕3 号",
        "--date",
        "2026-03-01",
    )
    assert "由决议 理字〔2026〕3 号 确认（第 1 版）" in installation.done(*confirm)
    assert "决议 理字〔2026〕3 号（2026-03-01）" in installation.done("settings", "list")
    assert "第 2 版" in installation.done(*confirm)
    assert ask(installation, "select actor, act from journal") == [("命令行", "settings.confirmed")] * 2
    installation.done("journal", "verify")


@pytest.mark.parametrize(
    ("name", "resolution", "said"),
    [
        ("pigeon", "1", "没有参数「pigeon」，可用的是："),
        (CHAIN_SETTING, "", "决议编号请写 1 到"),
        (CHAIN_SETTING, "  ", "决议编号请写 1 到"),
        (CHAIN_SETTING, "长" * 500, "决议编号请写 1 到"),
    ],
)
def test_a_resolution_that_cannot_be_recorded_is_refused(
    installation: Installation, name: str, resolution: str, said: str
) -> None:
    words = ("settings", "confirm", name, "--resolution", resolution, "--date", "2026-03-01")
    assert installation.refused(*words).startswith(said)
    assert ask(installation, "select count(*) from journal") == [(0,)]


# workdays


def test_workdays_are_counted_over_holidays_and_weekends() -> None:
    result = CliRunner().invoke(main, ["workdays", "add", "2026-02-10", "5"])
    assert (result.exit_code, result.stdout, result.stderr) == (0, "2026-02-24\n", "")
    assert "暂定" in CliRunner().invoke(main, ["workdays", "add", "2099-02-10", "5"]).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("add", "2026-02-10", "15", "--on", "2026-03-01"),
            "第 9/15 个工作日，3月9日到期（春节顺延）",
        ),
        (("nth", "2026-10", "5"), "2026-10-13"),
        (("nth", "2099-10", "5"), "2099-10-07 暂定（2099 年放假安排尚未公布，按周一至周五计算）"),
        (("last", "2026-09"), "2026-09-30"),
        (("between", "2026-02-10", "2026-03-09"), "15"),
        (("roll", "2026-10-03"), "2026-10-08（2026-10-03 休息，顺延）"),
        (("roll", "2026-10-09"), "2026-10-09"),
    ],
)
def test_other_questions_about_working_days_are_answered_in_a_line(words: tuple[str, ...], said: str) -> None:
    result = CliRunner().invoke(main, ["workdays", *words])
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{said}\n", "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "2026-02-10", "-1"), "没有选项 -1。用法见 main workdays add -h"),
        (("add", "2026-02-10", "15", "--on", "2026-02-09"), "2026-02-09 早于 2026-02-10，请把先后换过来"),
        (("add", "2026-02-10", "0", "--on", "2026-02-10"), "工作日的天数至少是 1：0"),
        (("nth", "2026-10", "30"), "2026 年 10 月有 18 个工作日，没有第 30 个"),
        (("nth", "2026-13", "1"), "月份请写成 2026-10 这样，“2026-13”不是一个月份"),
        (("last", "0000-10"), "月份请写成 2026-10 这样，“0000-10”不是一个月份"),
        (("between", "2026-03-09", "2026-02-10"), "2026-02-10 早于 2026-03-09，请把先后换过来"),
        (("roll", "9999-12-32"), "日期请写成 2026-02-10 这样，“9999-12-32”不是一个日期"),
    ],
)
def test_a_question_about_working_days_that_has_no_answer_is_refused(
    words: tuple[str, ...], said: str
) -> None:
    result = CliRunner().invoke(main, ["workdays", *words])
    assert sentence(result, result.exit_code) == said
    assert result.exit_code


@pytest.mark.parametrize(
    ("day", "n"),
    [("2026-02-30", "1"), ("tomorrow", "1"), ("2026-02-10", "many"), ("2026-02-10", "1.5"), ("", "")],
)
def test_what_is_no_day_or_no_number_is_refused(day: str, n: str) -> None:
    sentence(CliRunner().invoke(main, ["workdays", "add", day, n]), 1)


def test_the_council_changes_a_number_and_nothing_but_a_number(installation: Installation) -> None:
    by = ("--resolution", "2026-05", "--date", "2026-03-01", "--value", "90")
    assert "第 1 版" in installation.done("settings", "confirm", "finding.recheck_days", *by)
    assert "finding.recheck_days\t90\t决议 2026-05（2026-03-01）" in installation.done("settings", "list")
    assert "不是一个数" in installation.refused("settings", "confirm", CHAIN_SETTING, *by)
    wrong = installation("settings", "confirm", "finding.recheck_days", *by[:-1], "0")
    assert wrong.exit_code == 2


# calendar


WHOLE_2099 = """date,kind,name
2098-12-31,休,元旦
2099-01-01,休,元旦
2099-01-21,休,春节
2099-04-03,休,清明
2099-05-01,休,劳动节
2099-06-22,休,端午
2099-09-29,休,中秋
2099-10-01,休,国庆节
2099-10-02,休,国庆节
2099-10-03,休,国庆节
"""
"""A made-up year."""


@pytest.fixture
def whole(installation: Installation) -> str:
    """The name of the file with a year of holidays."""
    path = installation.folder / "2099.csv"
    path.write_text(WHOLE_2099, encoding="utf-8")
    return str(path)


def test_after_an_import_deadlines_are_counted_with_the_new_year(
    installation: Installation, whole: str
) -> None:
    ask_for = ("workdays", "add", "2099-01-20", "1")
    assert installation.done(*ask_for) == "2099-01-21 暂定（2099 年放假安排尚未公布，按周一至周五计算）\n"
    dry = installation.done("calendar", "import", whole, "--dry-run")
    assert dry == "只检查，没有写入。将会新增 1 年，更新 0 年，未变 0 年\n"
    assert "暂定" in installation.done(*ask_for)

    imported = installation.done("calendar", "import", whole, "--notice", "国办发明电〔2098〕1 号")

    assert imported == "新增 1 年，更新 0 年，未变 0 年\n"
    assert installation.done(*ask_for) == "2099-01-22\n"
    assert installation.done("calendar", "export", "2099") == f"\ufeff{WHOLE_2099}"
    (line,) = [each for each in installation.done("calendar", "list").splitlines() if "2099" in each]
    assert "国办发明电〔2098〕1 号，放假 10 天，调休上班 0 天" in line
    assert ask(installation, "select actor, act, subject from journal") == [
        ("命令行", "calendar.imported", "calendar:2099")
    ]


def test_in_the_folder_of_an_installation_its_calendar_is_used_unasked(
    installation: Installation, whole: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.done("calendar", "import", whole)
    monkeypatch.chdir(installation.folder)
    monkeypatch.delenv("QINGLIAN_CONFIG", raising=False)
    result = CliRunner().invoke(main, ["workdays", "add", "2099-01-20", "1"])
    assert (result.exit_code, result.stdout) == (0, "2099-01-22\n")


def test_without_a_name_of_the_notice_the_files_name_is_kept(installation: Installation, whole: str) -> None:
    installation.done("calendar", "import", whole)
    assert ask(installation, "select notice from calendar_year") == [("2099.csv",)]


def test_a_notice_with_too_long_a_name_is_refused(installation: Installation, whole: str) -> None:
    said = installation.refused("calendar", "import", whole, "--notice", "长" * 129)
    assert said == "通知的名称最多 128 个字，现在是 129 个。请用 --notice 写短一些"


def test_the_programs_own_year_is_replaced_only_when_asked(installation: Installation) -> None:
    path = installation.folder / "2026.csv"
    own = installation.done("calendar", "export", "2026")
    path.write_text(own.replace("2026-10-07,休", "2026-10-08,休"), encoding="utf-8")

    refused = installation("calendar", "import", str(path))

    assert refused.exit_code == 1
    assert "2026.csv 有 1 处要改，什么都没有写入" in refused.stderr
    assert "确实要换，加上 --replace" in refused.stderr
    assert ask(installation, "select count(*) from calendar_year") == [(0,)]
    assert installation.done("calendar", "import", str(path), "--replace").startswith("新增 0 年，更新 1 年")
    assert installation.done("workdays", "add", "2026-09-30", "1") == "2026-10-07\n"


def test_a_year_that_is_not_known_cannot_be_written_out(installation: Installation) -> None:
    assert installation.refused("calendar", "export", "2099") == "还没有 2099 年的放假安排"


# The clock.


def test_the_timetable_says_what_comes_when_and_leaves_out_the_houses_own(installation: Installation) -> None:
    lines = installation.done("jobs").splitlines()
    assert lines == sorted(lines)
    assert {line.split()[2] for line in lines} == {
        "duty.open",
        "selfcheck.round",
        "deadline.morning",
        "report.news",
        "report.month",
        "complaint.remind",
    }
    assert all(re.match(r"\d{4}-\d\d-\d\d 0[89]:\d\d  ", line) for line in lines)
    assert all(line.endswith("还没有做过") for line in lines)


def test_a_job_is_run_by_hand_for_a_period_once(installation: Installation) -> None:
    day = f"{datetime.now(UTC) - timedelta(days=3):%Y-%m-%d}"
    run = ("jobs", "run", "deadline.morning", "--period", day)
    assert installation.done(*run) == f"deadline.morning 的 {day} 做好了。\n"
    assert installation.done(*run) == f"deadline.morning 的 {day} 已经做过了，没有再做。\n"
    assert f"（{day}）" in installation.done("jobs")


@pytest.mark.parametrize(
    ("name", "period", "words"),
    [
        ("no.such", "2026-10-08", "没有叫 no.such 的定时任务"),
        ("deadline.morning", "昨天", "没有 昨天 这一期"),
        ("deadline.morning", "2999-01-01", "没有 2999-01-01 这一期"),
        ("deadline.morning", "2026-10", "没有 2026-10 这一期"),
    ],
)
def test_what_cannot_be_run_is_said(installation: Installation, name: str, period: str, words: str) -> None:
    assert words in installation.refused("jobs", "run", name, "--period", period)


# duties


def test_the_list_of_duties_goes_out_as_a_file_and_comes_back_changed(installation: Installation) -> None:
    path = installation.folder / "duties.csv"
    listed = installation.done("duties", "export")
    path.write_text(listed, encoding="utf-8")
    assert installation.done("duties", "import", str(path)).startswith("新增 0 项任务，更新 0 项任务，未变 ")

    (line,) = [each for each in listed.splitlines() if each.startswith("P55,")]
    changed = line.replace("清廉讲堂", "清廉大讲堂")
    path.write_text(listed.replace(line, changed), encoding="utf-8")
    refused = installation("duties", "import", str(path))
    assert refused.exit_code == 1
    assert "P55 改动了，请在 resolution 和 date 里写上" in refused.stderr

    resolved = changed.rsplit(",", 2)[0] + ",2026-05,2026-03-01"
    path.write_text(listed.replace(line, resolved), encoding="utf-8")
    assert "更新 1 项任务" in installation.done("duties", "import", str(path), "--dry-run")
    assert "清廉大讲堂" not in installation.done("duties", "export")
    assert installation.done("duties", "import", str(path)).startswith("新增 0 项任务，更新 1 项任务")
    assert resolved in installation.done("duties", "export").splitlines()
    assert ask(installation, "select actor, act, subject from journal") == [
        ("命令行", "duty.imported", "setting:dutyplan.P55")
    ]
