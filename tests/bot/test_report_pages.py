"""The public pages and the desk, in process: what they keep, what they refuse, what their headers say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import sha256
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug import formparser
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from bot.gate import BITS, FLOOD, FREE, FULL, SLIPS, Gate
from bot.pages import Pages
from bot.web.desk import COOKIE, desk_pages
from bot.web.pages import form_pages
from bot.web.report import LIMIT, report_pages
from bot.web.server import create_app
from handlers.complaint import doors, filing, receipts, reporter, sealing
from handlers.complaint.rules import Act, Outcome
from storage import complaint, people, receivers
from storage.files import FileStore
from tests.handlers.complaint.office import PASSPHRASE, Office
from tests.house import House

WHAT = "仓库的油每周少两桶，登记本改过三次"
PUBLIC = "https://bot.example.org"


@dataclass
class Web:
    """A browser on the pages of an office, and a clock for the limits."""

    office: Office
    client: FlaskClient
    gate: Gate
    seconds: list[float] = field(default_factory=lambda: [0.0])

    def reports(self, what: str = WHAT, **more: Any) -> TestResponse:
        """Send the second page of a report."""
        files = more.pop("files", [])
        given = [FileStorage(*each) for each in (files if isinstance(files, list) else [files])]
        boundary, body = encode_multipart({"step": "file", "what": what, "files": given, **more})
        kind = f"multipart/form-data; boundary={boundary}"
        return self.client.post("/report", data=body, content_type=kind)

    def receipt(self, answer: TestResponse) -> str:
        """Return the receipt that a page shows."""
        found = re.search(r'class="number">([\d ]+)<', answer.text)
        assert found, answer.text
        return found[1].replace(" ", "")

    def asks(self, receipt: str, **more: Any) -> TestResponse:
        """Ask for a thread, or add to it."""
        return self.client.post("/report/status", data={"receipt": receipt, **more})

    def sits_down(self, key: str = "bai") -> TestResponse:
        """Open the desk."""
        with self.office.ctx() as ctx:
            person = people.by_keys(ctx.tx, [key])[key]
            token = doors.invite(ctx, person) if key == "luo" else doors.own_link(ctx, person)
        return self.client.post(f"/desk/{token}", data={"passphrase": PASSPHRASE})


@pytest.fixture
def web(house: House, tmp_path: Path) -> Web:
    """An office with its pages."""
    office, seconds = Office(house), [0.0]
    gate = Gate(lambda: seconds[0])
    app = create_app({}, {}, house.router, lambda: house.clock.now(), dict)
    app.register_blueprint(form_pages(Pages(house.database, house.router, FileStore(tmp_path)), PUBLIC))
    app.register_blueprint(report_pages("某中心", PUBLIC, office.ctx, office.ctx, gate))
    app.register_blueprint(desk_pages("某中心", PUBLIC, office.ctx, office.ctx))
    return Web(office, app.test_client(), gate, seconds)


def words(answer: TestResponse) -> str:
    """Return what a page says, without its tags."""
    return unescape(re.sub(r"<[^>]+>", "", answer.text))


@pytest.mark.parametrize(
    ("path", "method"), [("/report", "GET"), ("/report/status", "GET"), ("/report", "POST")]
)
def test_the_public_pages_leave_nothing_with_the_browser_and_take_nothing_from_it(
    web: Web, path: str, method: str
) -> None:
    answer = web.client.open(path, method=method, data={"step": "whom"} if method == "POST" else None)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "<script" not in answer.text
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', answer.text)


def test_the_page_is_the_same_for_everybody_but_for_a_number_that_nobody_keeps(web: Web) -> None:
    def page(agent: str) -> str:
        text = web.client.get("/report", headers={"User-Agent": agent, "Cookie": "a=b"}).text
        return re.sub(r'name="once" value="[^"]+"', "", text)

    assert page("one") == page("another")


def test_what_is_never_promised_stands_nowhere(web: Web) -> None:
    pages = [web.client.get("/report"), web.client.get("/report/status"), web.reports()]
    for never in ("完全匿名", "绝对保密", "无法追踪"):
        assert all(never not in each.text for each in pages)
    assert all("不保存您的账号、网络地址和设备信息" in each.text for each in pages)
    assert all("12345" in each.text for each in pages)


def test_whom_it_involves_is_asked_before_any_word_of_what_it_is_about(web: Web) -> None:
    first = words(web.client.get("/report"))
    assert "白露" in first
    assert "罗维" in first
    assert "什么事" not in first
    second = web.client.post("/report", data={"step": "whom", "whom": ["bai"], "others": "秦川"})
    assert 'name="whom" value="bai"' in second.text
    done = web.reports(whom=["bai"], others="秦川")
    assert web.office.readers(web.receipt(done)) == {"luo"}


def test_who_ticks_everybody_is_told_before_writing_a_word(web: Web) -> None:
    told = web.client.post(
        "/report", data={"step": "whom", "whom": ["bai", "luo", "qin"], "others": "沈言", "unsure": "yes"}
    )
    assert "没有人可以受理了" in words(told)
    assert told.text.count(" checked") == 4
    assert 'value="沈言"' in told.text
    assert "第 1 步" in told.text


def test_who_goes_back_to_the_first_page_keeps_what_they_wrote(web: Web) -> None:
    back = web.reports(whom=["bai"], who="保管员", back="yes")
    assert "第 1 步" in back.text
    assert 'value="bai" checked' in back.text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', back.text))
    assert (hidden["what"], hidden["who"], hidden["step"]) == (WHAT, "保管员", "whom")
    second = web.client.post("/report", data={**hidden, "whom": ["qin"]})
    assert WHAT in second.text
    assert 'name="whom" value="qin"' in second.text
    with web.office.ctx() as ctx:
        assert complaint.everything(ctx.tx) == []


def test_the_receipt_says_where_and_when_to_come_back(web: Web) -> None:
    done = words(web.reports())
    assert f"{PUBLIC}/report/status" in done
    assert "3 个工作日内有人看过并答复" in done
    assert "不要用微信、飞书、企业微信去扫" in done


def test_what_was_added_is_confirmed_and_what_is_closed_says_so(web: Web) -> None:
    receipt = web.receipt(web.reports())
    assert "补充收到了" in words(web.asks(receipt, step="add", what="又少了一桶"))
    assert "已办结" not in words(web.asks(receipt))
    number = web.office.number(receipt)
    web.office.works("bai", number, Outcome.NOTHING)
    web.office.does("bai", number, Act.FEEDBACK, text="查过了，没有发现问题")
    closed = words(web.asks(receipt))
    assert "2026-03-03 已办结" in closed
    assert "2027-03-03 以后内容清除" in closed
    assert "最晚" not in closed


def test_a_made_up_tick_excludes_nobody_and_lets_nobody_in(web: Web) -> None:
    done = web.reports(whom=["fang", "nobody", "1 or 1=1"], readers="fang", flood="")
    assert web.office.readers(web.receipt(done)) == {"bai", "qin"}


def test_without_an_outside_receiver_the_page_names_the_other_ways_and_takes_nothing(web: Web) -> None:
    with web.office.ctx() as ctx:
        doors.revoke(ctx, "luo")
    first = words(web.client.get("/report"))
    assert "暂时不能受理" in first
    assert "业务主管单位" in first


def test_where_nobody_may_read_it_the_words_stay_in_the_form_and_nowhere_else(web: Web) -> None:
    answer = web.reports(whom=["bai", "qin", "luo"])
    assert "一个字也没有收下" in words(answer)
    assert WHAT in answer.text
    with web.office.ctx() as ctx:
        assert complaint.everything(ctx.tx) == []


def test_pressing_twice_reports_once(web: Web) -> None:
    receipts_shown = {web.receipt(web.reports(once="the same page")) for _ in range(2)}
    assert len(receipts_shown) == 1
    assert len(web.office.cases("bai")) == 1


def test_who_goes_back_and_changes_a_word_reports_again_and_loses_nothing(web: Web) -> None:
    first = web.receipt(web.reports(once="the same page"))
    second = web.receipt(web.reports("还有：签到表是假的", once="the same page"))
    third = web.receipt(web.reports("还有：签到表是假的", once="the same page", whom=["bai"]))
    assert len({first, second, third}) == 3
    assert "签到表是假的" in web.asks(second).text
    assert "bai" not in web.office.readers(third)


def test_other_files_behind_the_same_words_are_taken_too(web: Web) -> None:
    for content in (b"%PDF-1.4 one", b"%PDF-1.4 two"):
        receipt = web.receipt(web.reports(once="the same page", files=(BytesIO(content), "a.pdf")))
        web.sits_down()
        shown = web.client.get(f"/desk/case/{web.office.number(receipt)}/file/0")
        assert shown.data == content


def test_words_added_twice_from_one_page_stand_once_and_other_words_beside_them(web: Web) -> None:
    receipt = web.receipt(web.reports())
    for what in ("又少了一桶", "又少了一桶", "登记本不见了"):
        shown = web.asks(receipt, step="add", once="the same page", what=what)
    assert shown.text.count("又少了一桶") == 1
    assert "登记本不见了" in shown.text


def test_the_thread_is_shown_for_the_receipt_however_it_was_typed(web: Web) -> None:
    receipt = web.receipt(web.reports())
    wide = receipt.translate({ord("0") + each: ord("０") + each for each in range(10)})
    for typed in (receipt, receipts.written(receipt), "-".join(receipt), wide):
        assert WHAT in web.asks(typed).text


def test_a_slip_of_the_pen_is_told_and_a_wrong_number_and_a_purged_one_look_alike(web: Web) -> None:
    receipt = web.receipt(web.reports())
    slip = receipt[:-1] + str((int(receipt[-1]) + 1) % 10)
    assert "抄错或漏了一位" in words(web.asks(slip))
    wrong, number = web.asks(receipts.new()), web.office.number(receipt)
    with web.office.ctx() as ctx:
        complaint.empty(ctx.tx, number)
    purged = web.asks(receipt)
    assert (wrong.status_code, wrong.text, wrong.headers) == (purged.status_code, purged.text, purged.headers)
    assert reporter.UNKNOWN in words(wrong)


def test_a_wrong_number_costs_as_much_work_as_a_right_one(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    receipt = web.receipt(web.reports())
    done: list[str] = []
    slow = sealing.key_of_receipt

    def counted(typed: str, salt: bytes) -> bytes:
        done.append(typed)
        return slow(typed, salt)

    monkeypatch.setattr(sealing, "key_of_receipt", counted)
    for typed in (receipt, receipts.new()):
        web.asks(typed)
    assert len(done) == 2


def test_guessing_is_stopped_after_some_tries_and_goes_on_an_hour_later(web: Web) -> None:
    receipt = web.receipt(web.reports())
    for _ in range(SLIPS):
        assert reporter.UNKNOWN in words(web.asks(receipts.new()))
    assert "试错的次数太多" in words(web.asks(receipt))
    assert (
        WHAT
        in web.client.post(
            "/report/status", data={"receipt": receipt}, environ_base={"REMOTE_ADDR": "198.51.100.9"}
        ).text
    )
    web.seconds[0] += 3601
    assert WHAT in web.asks(receipt).text


def test_after_some_reports_work_is_wanted_and_a_browser_that_did_it_goes_on(web: Web) -> None:
    for _ in range(FREE):
        web.receipt(web.reports())
    asked = web.reports("第六件：签到表是假的")
    assert "第六件" in asked.text
    found = re.search(r'name="_challenge" value="([^"]+)"', asked.text)
    assert found
    answer = next(str(n) for n in range(10_000_000) if _solves(found[1], str(n)))
    done = web.reports("第六件：签到表是假的", _challenge=found[1], _answer=answer)
    assert len(web.receipt(done)) == receipts.LENGTH
    again = web.reports("第七件：也是假的", _challenge=found[1], _answer=answer)
    assert "第七件" in again.text


def _solves(challenge: str, answer: str) -> bool:
    return int.from_bytes(sha256(f"{challenge}:{answer}".encode()).digest()) >> (256 - BITS) == 0


def test_a_flood_reaches_the_outside_receiver_alone_and_brings_no_files(web: Web) -> None:
    for place in range(FLOOD):
        web.gate.filing(f"address {place}", worked=False)
    refused = web.reports(files=(BytesIO(b"%PDF-1.4"), "a.pdf"))
    assert "只收文字" in words(refused)
    assert web.office.readers(web.receipt(web.reports())) == {"luo"}
    for place in range(FULL):
        web.gate.filing(f"more {place}", worked=False)
    assert "过一小时再交" in words(web.reports())


def test_no_picture_is_drawn_for_whom_the_gate_keeps_out(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(FREE):
        web.reports()
    monkeypatch.setattr(filing, "handed", lambda *_, **__: pytest.fail("drawn"))
    assert "_challenge" in web.reports(files=(BytesIO(picture()), "本子.jpg")).text


def test_words_that_begin_new_cases_behind_one_receipt_are_a_flood_too(web: Web) -> None:
    receipt = web.receipt(web.reports())
    for place in range(FLOOD):
        web.gate.filing(f"address {place}", worked=False)
    begun = web.receipt(web.asks(receipt, step="add", what="白露也拿了两桶"))
    assert web.office.readers(begun) == {"luo"}
    for place in range(FULL):
        web.gate.filing(f"more {place}", worked=False)
    assert "过一小时再交" in words(web.asks(receipt, step="add", what="白露又拿了两桶"))


def picture() -> bytes:
    """Return a photo with a place and a device in it."""
    made, exif = BytesIO(), Image.Exif()
    exif[0x0110] = "CanaryPhone 7"
    Image.new("RGB", (8, 8), "red").save(made, "JPEG", exif=exif)
    return made.getvalue()


def test_what_the_camera_wrote_is_taken_out_unless_it_is_wanted(web: Web) -> None:
    for more, kept in (({}, False), ({"as_it_is": "yes"}, True)):
        receipt = web.receipt(web.reports(files=(BytesIO(picture()), "本子.jpg"), **more))
        number = web.office.number(receipt)
        web.sits_down()
        shown = web.client.get(f"/desk/case/{number}/file/0")
        assert shown.content_type == "image/jpeg"
        assert (b"CanaryPhone" in shown.data) is kept
        assert Image.open(BytesIO(shown.data)).size == (8, 8)


def test_files_that_no_case_wants_are_named_and_nothing_is_kept(web: Web) -> None:
    answer = web.reports(files=(BytesIO(b"MZ\x90\x00 program"), "setup.exe"))
    assert "「setup.exe」不能收" in words(answer)
    many = [(BytesIO(b"%PDF-1.4"), f"{n}.pdf") for n in range(11)]
    assert "最多 10 个附件" in words(web.reports(files=many))
    large = web.reports(files=(BytesIO(b"%PDF-1.4" + b"x" * LIMIT), "大.pdf"))
    assert "不能超过 20 MB" in words(large)
    with web.office.ctx() as ctx:
        assert complaint.everything(ctx.tx) == []


def test_no_upload_ever_becomes_a_file(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file")

    monkeypatch.setattr(formparser, "SpooledTemporaryFile", never)
    content = b"%PDF-1.4" + b"x" * 3_000_000
    receipt = web.receipt(web.reports(files=(BytesIO(content), "大.pdf")))
    web.sits_down()
    assert web.client.get(f"/desk/case/{web.office.number(receipt)}/file/0").data == content


def test_a_defect_says_nothing_in_the_log(
    web: Web, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("仓库的油")

    monkeypatch.setattr(filing, "receive", broken)
    answer = web.reports()
    assert answer.status_code == 500
    assert "什么也没有收下" in words(answer)
    assert caplog.text == ""


def test_without_a_database_the_page_still_answers_and_no_line_is_written(
    web: Web, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def gone(*_: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(filing, "seated", gone)
    for answer in (web.client.get("/report"), web.reports()):
        assert answer.status_code == 500
        assert "12345" in answer.text
        assert "Set-Cookie" not in answer.headers
    assert caplog.text == ""


@pytest.mark.parametrize("typed", ["", "x" * 10_000, "1" * 27, "1" * 29, "\x00\ufeff", "<script>"])
def test_odd_receipts_are_answered_politely(web: Web, typed: str) -> None:
    assert "查询号是 28 个数字" in words(web.asks(typed))


def test_words_never_become_markup(web: Web) -> None:
    evil = "<script>alert(1)</script> <b>油</b>"
    receipt = web.receipt(web.reports(evil, who='"><img src=x>'))
    web.sits_down()
    shown = web.client.get(f"/desk/case/{web.office.number(receipt)}")
    for page in (web.asks(receipt), shown):
        assert "<script>" not in page.text
        assert "<img" not in page.text
        assert "alert(1)" in page.text


# The desk.


def test_the_desk_opens_with_link_and_passphrase_and_closes_again(web: Web) -> None:
    number = web.office.number(web.receipt(web.reports()))
    seated = web.sits_down()
    cookie = seated.headers["Set-Cookie"]
    for guard in ("HttpOnly", "SameSite=Strict", "Path=/desk", "Secure"):
        assert guard in cookie
    client = web.client
    assert number in client.get("/desk").text
    client.post("/desk/leave")
    assert client.get("/desk").status_code == 403


def test_a_wrong_passphrase_opens_nothing(web: Web) -> None:
    with web.office.ctx() as ctx:
        token = doors.own_link(ctx, people.by_keys(ctx.tx, ["bai"])["bai"])
    answer = web.client.post(f"/desk/{token}", data={"passphrase": "猜一个口令看看"})
    assert "口令不对" in words(answer)
    assert "Set-Cookie" not in answer.headers
    with web.office.ctx() as ctx:
        mine = receivers.of(ctx.tx, "bai")
    assert mine
    assert mine.slips == 1


@pytest.mark.parametrize("token", ["abc", "a" * 26, "../../etc"])
def test_a_made_up_link_opens_nothing(web: Web, token: str) -> None:
    assert web.client.get(f"/desk/{token}").status_code in (403, 404)


def test_another_site_cannot_act_at_the_desk(web: Web) -> None:
    number = web.office.number(web.receipt(web.reports()))
    web.sits_down()
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = web.client.post(
            f"/desk/case/{number}/note", data={"text": "x", "version": "1"}, headers=headers
        )
        assert answer.status_code == 403
    assert [each.act for each in web.office.reads("bai", number).entries] == [Act.FILED]


def test_who_was_kept_out_gets_the_same_page_as_for_a_case_that_never_was(web: Web) -> None:
    number = web.office.number(web.receipt(web.reports(whom=["bai"])))
    web.sits_down("bai")
    answers = [
        web.client.get(f"/desk/case/{each}{more}")
        for each in (number, "FY-XXXXXX")
        for more in ("", "/note", "/file/0", "/paper")
    ]
    assert len({(each.status_code, each.text) for each in answers}) == 1


def test_an_act_is_done_from_its_form_and_what_is_missing_is_said_with_all_that_was_typed(web: Web) -> None:
    number = web.office.number(web.receipt(web.reports()))
    web.sits_down()

    def does(act: str, **answers: str) -> TestResponse:
        path = f"/desk/case/{number}/{act}"
        version = re.search(r'name="version" value="(\d+)"', web.client.get(path).text)
        assert version
        return web.client.post(path, data={"version": version[1], **answers})

    assert "已记下：登记" in words(does("register", text="急"))
    missing = does("judge", text="管得着", nature="")
    assert "还差：判断" in words(missing)
    assert "管得着" in missing.text
    assert "判断请从列出的里面选" in words(does("judge", text="管得着", nature="随便"))


def test_what_a_stage_does_not_allow_is_refused_whatever_the_address_says(web: Web) -> None:
    number = web.office.number(web.receipt(web.reports()))
    web.sits_down()
    for act in ("feedback", "study", "dispose", "filed", "opened", "conclusion", "nonsense"):
        answer = web.client.post(f"/desk/case/{number}/{act}", data={"version": "1", "text": "x"})
        assert answer.status_code == 403
    assert {each.act for each in web.office.reads("bai", number).entries} <= {Act.FILED, Act.OPENED}


def test_an_officer_writes_a_call_down_and_reads_the_receipt_out(web: Web) -> None:
    web.sits_down("bai")
    blank = words(web.client.get("/desk/new"))
    assert "不追问姓名，不回拨" in blank
    written = web.client.post(
        "/desk/new",
        data={"way": "专线电话", "what": "秦川报了两次同一张票", "whom": [], "others": ""},
        content_type="multipart/form-data",
    )
    receipt = web.receipt(written)
    assert web.office.readers(receipt) == {"bai"}
    assert web.office.reads("bai", web.office.number(receipt)).filed.facts["way"] == "专线电话"


def test_an_officer_who_presses_twice_writes_one_call_down(web: Web) -> None:
    web.sits_down()
    once = re.search(r'name="once" value="([^"]+)"', web.client.get("/desk/new").text)
    assert once
    typed = {"once": once[1], "way": "专线电话", "what": "领了没发的补贴"}
    answers = [web.client.post("/desk/new", data=typed) for _ in range(2)]
    assert len({web.receipt(each) for each in answers}) == 1
    other = web.client.post("/desk/new", data={**typed, "what": "还有一件：签到表是假的"})
    assert web.receipt(other) != web.receipt(answers[0])


def test_who_opens_a_file_alone_has_opened_the_case(web: Web) -> None:
    receipt = web.receipt(web.reports(files=(BytesIO(b"%PDF-1.4 x"), "a.pdf")))
    number = web.office.number(receipt)
    web.sits_down("qin")
    assert web.client.get(f"/desk/case/{number}/file/0").status_code == 200
    opened = [each.by for each in web.office.reads("bai", number).entries if each.act is Act.OPENED]
    assert opened == ["秦川"]


def test_a_new_receiver_makes_a_key_behind_the_link(web: Web) -> None:
    with web.office.ctx() as ctx:
        new = people.NewPerson("wei", "魏然", "财会组", frozenset({"举报受理人"}), {"feishu": "ou_wei"})
        people.save(ctx.tx, new)
        token = doors.own_link(ctx, people.by_keys(ctx.tx, ["wei"])["wei"])
    short = web.client.post(f"/desk/{token}", data={"passphrase": "短", "again": "短"})
    assert "口令至少" in words(short)
    other = web.client.post(f"/desk/{token}", data={"passphrase": PASSPHRASE, "again": PASSPHRASE + "x"})
    assert "不一样" in words(other)
    made = web.client.post(f"/desk/{token}", data={"passphrase": PASSPHRASE, "again": PASSPHRASE})
    assert made.status_code == 303
    assert COOKIE in made.headers["Set-Cookie"]
    with web.office.ctx() as ctx:
        mine = receivers.of(ctx.tx, "wei")
    assert mine
    assert mine.ready


def test_a_passphrase_is_changed_and_the_old_one_opens_nothing(web: Web) -> None:
    web.sits_down()
    wrong = web.client.post(
        "/desk/passphrase",
        data={"old": "不是这一句话", "passphrase": "换一句新的口令", "again": "换一句新的口令"},
    )
    assert "原来的口令不对" in words(wrong)
    done = web.client.post(
        "/desk/passphrase",
        data={"old": PASSPHRASE, "passphrase": "换一句新的口令", "again": "换一句新的口令"},
    )
    assert "口令换好了" in words(done)
    assert web.client.get("/desk").status_code == 200
    assert "口令不对" in words(web.sits_down())


def test_a_sitting_elsewhere_ends_with_the_old_passphrase_and_with_the_old_link(web: Web) -> None:
    web.sits_down("luo")
    elsewhere = web.client.get_cookie(COOKIE, path="/desk")
    assert elsewhere
    with web.office.ctx() as ctx:
        seat = web.office.seat(ctx, "luo")
        doors.rewrap(ctx, seat, seat.receiver.wrapped or b"", "the secret of another browser")
    assert web.client.get("/desk").status_code == 403
    web.sits_down("luo")
    assert web.client.get("/desk").status_code == 200
    with web.office.ctx() as ctx:
        doors.invite(ctx, people.by_keys(ctx.tx, ["luo"])["luo"])
    assert web.client.get("/desk").status_code == 403
