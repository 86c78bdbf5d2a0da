"""Complaints come in by page, Feishu and WeCom while things go wrong; then every byte is searched."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from PIL.ExifTags import Base

from bot.simulator.launch import Options, Stage
from tests.privacy.searching import traces
from tests.privacy.town import PASSPHRASE, STRANGER, Town, open_town, receipt_said
from tests.privacy.visitor import CANARY

BY_PAGE = "金丝雀甲：仓库的油每周少两桶"
BY_FEISHU = "金丝雀乙：采购价比市场贵一倍"
BY_WECOM = "金丝雀丙：签到表是一个人写的"
BY_FORM = "金丝雀丁：发票是假的"
ADDED = "金丝雀戊：又少了一桶"
ANSWER = "金丝雀己：哪一周开始的"
FILE = b"%PDF-1.4 canary file content 77"
OWNER = "CanaryCamera of a colleague"
NAMES = ("金丝雀", STRANGER.feishu_open_id, STRANGER.wecom_userid)


@dataclass
class Aftermath:
    """What a town left behind: its folder and a backup, and what people could read while it ran."""

    folder: Path
    backup: Path
    receipts: list[str]
    read: dict[str, str] = field(default_factory=dict)
    heard: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    threads: list[str] = field(default_factory=list)
    file: bytes = b""
    photo: bytes = b""

    def traces(self, words: list[str]) -> list[str]:
        """Search everything."""
        return traces([self.folder, self.backup], words)


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory: pytest.TempPathFactory) -> Aftermath:
    """A town in which much was reported, and which has stopped."""
    place = tmp_path_factory.mktemp("privacy")
    with open_town(place / "town") as town:
        left = Aftermath(town.folder, place / "backup", _reported(town))
        for key in ("bai", "qin", "luo"):
            desk = town.opens_desk(key)
            pages = {number: desk.reads(number) for number in desk.numbers()}
            left.read[key] = "".join(pages.values())
            if key == "qin":
                number = next(each for each in pages if BY_PAGE in pages[each])
                left.file, left.photo = (desk.downloads(number, place) for place in (0, 1))
        left.threads = [town.visitor.looks(each) for each in left.receipts]
        town.stage.command("backup", str(left.backup))
        for key in ("bai", "qin", "luo", "lin"):
            for platform in ("feishu", "wecom"):
                left.heard[key, platform] = town.heard(key, platform)
    return left


def _photo() -> bytes:
    """Return a photo that says whose camera took it."""
    made, beside = BytesIO(), Image.Exif()
    beside[Base.Artist] = OWNER
    Image.new("RGB", (40, 20), "red").save(made, "JPEG", exif=beside)
    return made.getvalue()


def _reported(town: Town) -> list[str]:
    """Report by every way, while page and relay are killed and a platform fails; return the receipts."""
    phone = "金丝雀的电话 13800000077"
    receipts = [
        town.visitor.reports(BY_PAGE, files=[("金丝雀.pdf", FILE), ("金丝雀.jpg", _photo())], contact=phone)
    ]
    town.kill("web")
    town.says("canary", "举报", "feishu")
    town.sim.post("fault", kind="server_error", times=4, api="im/v1/messages")
    town.sim.post("fault", kind="duplicate_callback")
    receipts.append(receipt_said(town.says("canary", f"举报：{BY_FEISHU}", "feishu")))
    town.kill("relay")
    receipts.append(receipt_said(town.says("canary", f"举报：{BY_WECOM}", "wecom")))
    town.sim.clear_faults()
    town.says("canary", "举报", "feishu")
    form = {"avoid": "bai", "others": "", "what": BY_FORM}
    town.sim.click("canary", "在这里提交", form, platform="feishu")
    receipts.append(receipt_said(town.heard("canary", "feishu")[-1:]))
    town.says("canary", "金丝雀想说有人拿回扣，但不知道怎么说", "feishu")
    town.says("canary", f"我的号码是 {receipts[0]}", "wecom")
    town.visitor.adds(receipts[0], ADDED)
    desk = town.opens_desk("qin")
    number = next(each for each in desk.numbers() if BY_PAGE in desk.reads(each))
    desk.does(number, "reply", text=ANSWER)
    return receipts


def test_every_way_in_led_to_its_readers_and_to_nobody_else(aftermath: Aftermath) -> None:
    for words in (BY_PAGE, BY_FEISHU, BY_WECOM, ADDED, ANSWER):
        assert words in aftermath.read["bai"]
        assert words in aftermath.read["qin"]
    assert BY_FORM in aftermath.read["qin"]
    assert BY_FORM not in aftermath.read["bai"]
    assert aftermath.read["luo"] == ""
    assert aftermath.file == FILE
    assert OWNER.encode() in _photo()
    assert aftermath.photo[:2] == b"\xff\xd8"
    assert OWNER.encode() not in aftermath.photo


def test_every_receipt_leads_back_to_what_was_said(aftermath: Aftermath) -> None:
    for page, words in zip(aftermath.threads, (BY_PAGE, BY_FEISHU, BY_WECOM, BY_FORM), strict=True):
        assert words in page
    assert ANSWER in aftermath.threads[0]


def test_no_byte_that_was_left_behind_tells_who_reported(aftermath: Aftermath) -> None:
    assert aftermath.traces([*NAMES, *CANARY.values(), OWNER]) == []


def test_nothing_that_was_said_can_be_read_in_what_was_left_behind(aftermath: Aftermath) -> None:
    said = [BY_PAGE, BY_FEISHU, BY_WECOM, BY_FORM, ADDED, ANSWER, FILE.decode(), "13800000077"]
    receipts = [*aftermath.receipts, *(each.replace(" ", "") for each in aftermath.receipts)]
    assert aftermath.traces([*said, *receipts, PASSPHRASE]) == []


def test_the_search_would_find_what_it_looks_for(aftermath: Aftermath, tmp_path: Path) -> None:
    word = "金丝雀"
    ways = (word.encode(), word.encode("utf-16-le"), b"\\u91d1\\u4e1d\\u96c0", word.encode().hex().encode())
    for place, each in enumerate((*ways, *(b64encode(b"x" * n + word.encode() + b"yz") for n in range(3)))):
        (tmp_path / f"{place}").write_bytes(b"before" + each + b"after")
    assert len(traces([tmp_path], [word])) == 7
    assert aftermath.traces(["林晓"])


def test_nobody_was_sent_a_word_of_it(aftermath: Aftermath) -> None:
    everything = "\n".join(words for each in aftermath.heard.values() for words in each)
    for secret in ("金丝雀", "FY-", BY_FORM, *aftermath.receipts):
        assert secret not in everything
    about_desk = [words for said in aftermath.heard.values() for words in said if "受理台" not in words]
    assert all("设好了口令" in words for words in about_desk)
    assert aftermath.heard["lin", "feishu"] == aftermath.heard["lin", "wecom"] == []


def test_a_restored_backup_keeps_every_promise(aftermath: Aftermath, tmp_path: Path) -> None:
    folder = tmp_path / "again"
    with Stage(Options(folder, limits=None, starts=False, people=[STRANGER])) as stage:
        for each in folder.glob("qinglian.db*"):
            each.unlink()
        stage.command("restore", str(aftermath.backup))
        stage.start_bot()
        page = Town(stage, folder).visitor.looks(aftermath.receipts[0])
    assert BY_PAGE in page
    assert ANSWER in page
    assert traces([folder], [*NAMES, *CANARY.values(), BY_PAGE, ANSWER]) == []
