"""The key ceremony on the command line: made, invited, ended, kept in a safe; the poster and its words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pypdf import PdfReader

from bot.__main__ import main
from bot.context import JobContext
from handlers.complaint import filing, sealing
from handlers.complaint.filing import Report
from handlers.complaint.sealing import Cost
from storage import complaint, people, receivers
from storage.database import Database
from storage.migrations import upgrade
from storage.people import NewPerson
from tests.house import ZONE, MovableClock

WORDS, OTHER = "一句只有我知道的话", "理事会两个人各输一半"
URL = "https://bot.example.org"
CONFIG = f"""[org]
name = "春晖"
[server]
public_url = "{URL}"
[storage]
url = "sqlite:///house.db"
files = "files"
"""


class Installation:
    """A folder with a roster, and the command line on it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.config = folder, folder / "config.toml"
        self.config.write_text(CONFIG, encoding="utf-8")
        self.database = Database(f"sqlite:///{folder / 'house.db'}", synchronous="OFF")
        upgrade(self.database)
        for key, name, role in (
            ("bai", "白露", "举报受理人"),
            ("qin", "秦川", "举报受理人"),
            ("luo", "罗维", "外部受理人"),
            ("lin", "林晓", "经办人"),
        ):
            with self.database.write() as tx:
                unit, roles = f"{name}的组", frozenset({role})
                people.save(tx, NewPerson(key, name, unit, roles, {"feishu": f"ou_{key}"}))

    def __call__(self, *words: str, typed: str = "") -> Result:
        """Type a command and what it asks for."""
        result = CliRunner().invoke(main, [*words, "--config", str(self.config)], input=typed)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    def done(self, *words: str, typed: str = "") -> str:
        """Type a command that goes well; return what it prints."""
        result = self(*words, typed=typed)
        assert result.exit_code == 0, result.output
        return result.stdout

    def refused(self, *words: str, typed: str = "") -> str:
        """Type a command that cannot be done; return what it says."""
        result = self(*words, typed=typed)
        assert result.exit_code == 1
        return result.stderr.strip().splitlines()[-1]

    def reports(self, what: str, *ticked: str) -> str:
        """Report something; return the case's number."""
        with self.database.write() as tx:
            now = MovableClock().now()
            ids = frozenset(each.id for each in people.by_keys(tx, ticked).values())
            known = {each.number for each in complaint.everything(tx)}
            filing.receive(JobContext(tx, now, now, ZONE), Report(what, ids))
            return next(each.number for each in complaint.everything(tx) if each.number not in known)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """An installation; passphrases cost little here."""
    monkeypatch.setattr("handlers.complaint.doors.new_wrapped", _cheap)
    return Installation(tmp_path)


def _cheap(passphrase: str) -> tuple[bytes, bytes]:
    private = sealing.new_key()
    return private, sealing.wrap(private, passphrase, Cost(1, 8192))


def twice(words: str) -> str:
    """Type something, and again."""
    return f"{words}\n{words}\n"


def test_a_receiver_makes_a_key_at_this_machine_and_it_is_listed(place: Installation) -> None:
    said = place.done("receivers", "make", "bai", typed=twice(WORDS))
    mark = re.search(r"(?:[0-9A-F]{4} ?){4}", said)
    assert mark
    assert WORDS not in said
    (line,) = place.done("receivers", "list").splitlines()
    assert line.startswith("bai\t白露\t举报受理人\t钥匙指纹 ")
    assert mark[0].strip() in line


@pytest.mark.parametrize(
    ("key", "typed", "why"),
    [
        ("lin", twice(WORDS), "不是受理人"),
        ("nobody", twice(WORDS), "名单里没有编号 nobody"),
        ("bai", twice("短"), "口令至少"),
        ("bai", f"{WORDS}\n{OTHER}\n", "不一样"),
        ("bai", twice("aaaaaaaaaaaaaaa"), "太容易猜"),
        ("bai", twice("password1234"), "太容易猜"),
        ("bai", twice("199003071234"), "太容易猜"),
        ("bai", twice("qwertyuiop12"), "太容易猜"),
    ],
)
def test_what_is_wrong_with_a_key_is_said_and_none_is_made(
    place: Installation, key: str, typed: str, why: str
) -> None:
    assert why in place.refused("receivers", "make", key, typed=typed)
    assert place.done("receivers", "list") == ""


def test_nobody_has_two_keys(place: Installation) -> None:
    place.done("receivers", "make", "bai", typed=twice(WORDS))
    assert "已经有钥匙了" in place.refused("receivers", "make", "bai", typed=twice(OTHER))


def test_an_invitation_is_shown_once_and_a_new_one_ends_it(place: Installation) -> None:
    links = [
        re.search(rf"{URL}/desk/([a-z2-7]{{26}})", place.done("receivers", "invite", "luo")) for _ in range(2)
    ]
    first, second = (each[1] for each in links if each)
    now = MovableClock().now()
    with place.database.read() as tx:
        assert receivers.behind(tx, first, now) is None
        assert receivers.behind(tx, second, now)
    assert "已邀请，还没设口令" in place.done("receivers", "list")
    assert first not in (place.folder / "house.db").read_bytes().decode(errors="ignore")
    assert "不是外部受理人" in place.refused("receivers", "invite", "bai")


def test_who_is_ended_gets_nothing_new(place: Installation) -> None:
    place.done("receivers", "make", "luo", typed=twice(WORDS))
    place.done("receivers", "make", "bai", typed=twice(WORDS))
    stopped = place.done("receivers", "revoke", "bai")
    assert "已停用" in stopped
    assert "不再受理" not in stopped
    assert "没有受理钥匙" in place.refused("receivers", "revoke", "bai")
    assert [line.split("\t")[0] for line in place.done("receivers", "list").splitlines()] == ["luo"]


def test_who_ends_the_last_one_from_outside_is_told_that_nothing_comes_in_any_more(
    place: Installation,
) -> None:
    place.done("receivers", "make", "luo", typed=twice(WORDS))
    place.done("receivers", "make", "bai", typed=twice(WORDS))
    assert "网页和聊天都不再受理" in place.done("receivers", "revoke", "luo")


def test_a_new_link_does_not_ask_for_another_passphrase(place: Installation) -> None:
    assert "第一次打开时设口令" in place.done("receivers", "invite", "luo")
    place.done("receivers", "make", "luo", typed=twice(WORDS))
    assert "口令不变" in place.done("receivers", "invite", "luo")


def test_an_emergency_key_opens_what_came_after_it_and_hands_it_to_whom_it_may(place: Installation) -> None:
    for key in ("luo", "bai", "qin"):
        place.done("receivers", "make", key, typed=twice(WORDS))
    before = place.reports("油少了两桶")
    safe = place.folder / "safe.key"
    place.done("receivers", "escrow", str(safe), typed=twice(OTHER))
    assert "已经有一把应急钥匙" in place.refused(
        "receivers", "escrow", str(place.folder / "b.key"), typed=twice(OTHER)
    )
    after = place.reports("油又少了两桶", "bai")
    rescue = ("receivers", "rescue", str(safe))
    assert "打不开这一件" in place.refused(*rescue, before, "luo", typed=f"{OTHER}\n")
    assert "口令不对" in place.refused(*rescue, after, "luo", typed=f"{WORDS}\n")
    assert "bai 不能看这一件" in place.refused(*rescue, after, "bai", typed=f"{OTHER}\n")
    assert f"{after} 已交给罗维" in place.done(*rescue, after, "luo", typed=f"{OTHER}\n")
    assert "应急钥匙" in place.done("receivers", "list")
    place.done("receivers", "revoke", "escrow")
    assert "应急钥匙" not in place.done("receivers", "list")


def test_the_poster_waits_for_an_outside_receiver_and_overwrites_nothing(place: Installation) -> None:
    paper = place.folder / "海报.pdf"
    assert "外部受理人" in place.refused("report", "poster", str(paper))
    assert "外部受理人" in place.refused("report", "text")
    assert not paper.exists()
    place.done("receivers", "make", "luo", typed=twice(WORDS))
    assert f"{URL}/report" in place.done("report", "poster", str(paper))
    assert len(PdfReader(paper).pages) == 1
    assert "已经在了" in place.refused("report", "poster", str(paper))
    assert "扫" not in place.done("report", "text").replace("不要用微信、飞书扫", "")


def test_a_poster_whose_address_nobody_else_can_open_says_so(place: Installation) -> None:
    place.done("receivers", "make", "luo", typed=twice(WORDS))
    assert "贴出去没有人能用" not in place.done("report", "poster", str(place.folder / "a.pdf"))
    place.config.write_text(CONFIG.replace(URL, "http://127.0.0.1:8765"), encoding="utf-8")
    assert "贴出去没有人能用" in place.done("report", "poster", str(place.folder / "b.pdf"))


def test_addresses_and_classes_are_written_down_with_their_resolution(place: Installation) -> None:
    place.done("receivers", "make", "luo", typed=twice(WORDS))
    by = ("--resolution", "2026-05", "--date", "2026-03-01")
    place.done("settings", "confirm", "complaint.authority", "--text", "某区民政局 0571-8800 0000", *by)
    place.done("settings", "confirm", "negative_list.1", "--text", "公车私用", *by)
    place.done("settings", "confirm", "complaint.content_days", "--value", "730", *by)
    assert "业务主管单位：某区民政局 0571-8800 0000" in place.done("report", "text")
    listed = place.done("settings", "list")
    assert "complaint.content_days\t730\t决议 2026-05" in listed
    with place.database.read() as tx:
        now = MovableClock().now()
        assert filing.classes(JobContext(tx, now, now, ZONE)) == [
            "谋取私利",
            "干预招标",
            "虚报冒领",
            "公车私用",
            "其他",
        ]
    assert "不能用 --text" in place.refused(
        "settings", "confirm", "complaint.content_days", "--text", "一年", *by
    )
    assert "不能用 --value" in place.refused("settings", "confirm", "negative_list.2", "--value", "3", *by)


def test_without_a_public_address_nobody_is_invited(place: Installation) -> None:
    place.config.write_text(CONFIG.replace(f'public_url = "{URL}"', ""), encoding="utf-8")
    for words in (("receivers", "invite", "luo"), ("report", "text")):
        assert "public_url" in place.refused(*words)
