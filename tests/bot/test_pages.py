"""A form on a web page: the way there, what is kept, what is refused, and that nothing is handed in twice."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from msgspec import structs

from bot.as_text import as_text
from bot.context import JobContext
from bot.feishu import cards as feishu
from bot.wecom import cards as wecom
from handlers.contract.card import Button, Card
from storage.database import Database
from storage.files import LIMIT
from storage.pages import LIFE
from tests.bot.paging import (
    ANSWERS,
    PUBLIC,
    SCRIPT,
    Phone,
    answers_on,
    multipart,
    phone_of,
    problems_on,
    way,
    words,
)
from tests.bot.rooms import rows, words_of
from tests.house import PDF, ZONE, House, buttons_of, read

FORGOTTEN = "a" * 26
FLOOD = "一次提交的内容太多了。请回到上一页，写短一些。"
BACK = {403: "不能打开", 404: "没有这个页面", 410: "这个页面已经结束"}


@pytest.fixture
def house(database: Database) -> House:
    """A house on each kind of database."""
    return House(database).furnish()


@pytest.fixture
def phone(house: House, tmp_path: Path) -> Phone:
    """A phone on its pages."""
    return phone_of(house, tmp_path)


def claims(house: House) -> list[str]:
    """Return the numbers of all claims."""
    return [str(each) for (each,) in rows(house.database, "select number from claim order by number")]


def spent(house: House) -> int:
    """Return how many links were spent."""
    return int(rows(house.database, "select count(*) from page_link where spent_at is not null")[0][0])


# The way there.


def test_the_first_question_leads_to_the_page_by_a_button_or_by_a_line(phone: Phone) -> None:
    asked = phone.house.say("lin", "报销")
    assert "也可以在网页上填（能传 PDF 等文件）" in words_of(asked)
    assert asked.card is not None
    assert asked.card.link is not None
    assert asked.card.link.label == "在网页上填"
    assert f"在网页上填：{asked.card.link.url}" in as_text(asked.card)
    drawn = wecom.render(asked.card, "task")
    assert drawn is not None
    assert drawn["button_list"][-1]["type"] == 1
    assert drawn["button_list"][-1]["url"] == asked.card.link.url
    assert f'"default_url":"{asked.card.link.url}"' in feishu.to_json(asked.card)
    assert "在网页上填" not in words_of(phone.house.say("lin", "2"))


def test_where_the_first_question_is_text_the_way_is_a_line_of_it(phone: Phone) -> None:
    for button in buttons_of(phone.house.say("lin", "报销").card)[:1]:
        phone.house.press("lin", button)
    phone.house.say("lin", "一百块")
    mend = [phone.house.say("lin", each) for each in ("看望老人", "某某餐厅", "好")][-1]
    assert "看不懂金额" in mend.text
    assert way(mend)
    assert "请发截图，或在网页上传" in words_of(phone.house.say("lin", "帮助"))


@pytest.mark.parametrize("choices", [5, 6])
def test_the_way_stands_beside_as_many_choices_as_a_card_takes(phone: Phone, choices: int) -> None:
    card = phone.house.say("lin", "报销").card
    assert card is not None
    more = tuple(Button(f"项目{n}", "asking.choose", {"choice": n}, say=str(n)) for n in range(choices))
    drawn = wecom.render(structs.replace(card, buttons=more), "task")
    assert drawn is not None
    assert len(drawn["button_list"]) == 6
    assert [each.get("type", 0) for each in drawn["button_list"]] == [0, 0, 0, 0, 0, 1]


def test_without_a_public_address_and_for_a_reason_no_page_is_offered(house: House, tmp_path: Path) -> None:
    nowhere = phone_of(house, tmp_path, public_url="")
    asked = house.say("lin", "报销")
    assert asked.card is not None
    assert asked.card.link is None
    assert "网页" not in words_of(asked)
    phone = phone_of(house, tmp_path)
    phone.hands_in(phone.offered())
    assert "网页" not in words_of(house.press("li", house.button("li", "驳回")))
    assert nowhere.opens(f"/form/{FORGOTTEN}").status_code == 404


# Filling in.


def test_the_page_asks_what_the_chat_asks_with_the_drafts_answers(phone: Phone) -> None:
    page = phone.opens(phone.offered(words="报销 社区助老 出租车 56.5"))
    assert page.status_code == 200
    assert "填写报销单" in words(page)
    assert "以 林晓 的名义填写" in words(page)
    assert answers_on(page) == {"project": "P01", "amount": "56.5", "purpose": "出租车", "payee": "林晓"}
    assert 'inputmode="decimal"' in page.text


def test_looking_spends_nothing_and_changes_nothing(phone: Phone) -> None:
    path = phone.offered()
    before = rows(phone.house.database, "select id, data from dialogue order by id")
    for _ in range(3):
        assert phone.opens(path).status_code == 200
        assert phone.client.head(path).status_code == 200
    assert rows(phone.house.database, "select id, data from dialogue order by id") == before
    assert spent(phone.house) == 0


def test_a_claim_handed_in_on_the_page_is_shown_there_and_in_the_chat(phone: Phone) -> None:
    done = phone.hands_in(phone.offered())
    assert done.status_code == 200
    for shown in ("BX-2026-0001 已提交", "可以关掉这个页面了", "¥128.50", "第 2 级 项目负责人 李青（待签）"):
        assert shown in words(done)
    mine = phone.house.cards("lin", "expense:")[-1]
    assert "[撤回]" in read(mine)
    assert phone.house.button("li", "同意").say == "同意 BX-2026-0001"
    assert phone.house.texts("lin") == ["您已经在别处填好交了，聊天里的填写就停在这里。"]
    assert "没看懂" in phone.house.say("lin", "128").text
    assert phone.house.journal("expense:1")[0].act == "expense.submitted"


def test_handing_in_leads_back_to_the_link_so_that_loading_again_sends_nothing_twice(phone: Phone) -> None:
    path = phone.offered()
    sent = phone.client.post(path, data=ANSWERS)
    assert (sent.status_code, sent.headers["Location"]) == (303, path)
    for _ in range(2):
        assert "BX-2026-0001 已提交" in words(phone.opens(path))
    assert claims(phone.house) == ["BX-2026-0001"]


def test_handing_in_again_shows_the_first_result_and_changes_nothing(phone: Phone) -> None:
    path = phone.offered()
    first = phone.hands_in(path)
    cards = len(phone.house.cards("lin"))
    again = phone.hands_in(path, amount="9999")
    assert (again.status_code, again.text) == (200, first.text)
    assert claims(phone.house) == ["BX-2026-0001"]
    assert len(phone.house.cards("lin")) == cards


def test_the_result_is_shown_as_long_as_the_link_would_have_been_good(phone: Phone) -> None:
    path = phone.offered()
    phone.hands_in(path)
    phone.house.clock.forward(LIFE - timedelta(seconds=1))
    assert phone.opens(path).status_code == 200
    phone.house.clock.forward(timedelta(seconds=1))
    assert phone.hands_in(path).status_code == 410
    ended = phone.opens(path)
    assert ended.status_code == 410
    assert "已经提交过了" in words(ended)
    assert "发「报销」" in words(ended)


def test_what_is_to_be_mended_stands_at_its_question_and_everything_typed_is_kept(phone: Phone) -> None:
    path = phone.offered()
    typed = {"project": "", "amount": "一百", "purpose": "<b>看望</b>\r\n老人\x00", "payee": '"某"店'}
    page = phone.hands_in(path, **typed)
    assert page.status_code == 200
    assert "还有 2 处要改" in words(page)
    assert problems_on(page) == {
        "project": "请选择项目",
        "amount": "看不懂金额「一百」，请写成元，例如 1280.50",
    }
    assert answers_on(page) == typed | {"purpose": "<b>看望</b>\n老人"}
    assert "<b>" not in page.text
    assert page.text.count(" autofocus") == 1
    assert page.text.index("autofocus") < page.text.index('name="amount"')
    assert (claims(phone.house), spent(phone.house)) == ([], 0)
    assert answers_on(phone.opens(path)) == answers_on(page)
    assert phone.house.attempts() == []
    assert "BX-2026-0001" in words(phone.hands_in(path))


def test_an_answer_longer_than_its_question_allows_is_to_be_mended(phone: Phone) -> None:
    page = phone.hands_in(phone.offered(), amount="1" * 21, purpose="长" * 201)
    assert problems_on(page) == {
        "amount": "金额（元）请控制在 20 字以内，现在是 21 字",
        "purpose": "事由请控制在 200 字以内，现在是 201 字",
    }
    assert claims(phone.house) == []


def test_what_is_too_long_is_said_while_it_is_typed_and_the_rest_is_kept(phone: Phone) -> None:
    path = phone.offered()
    assert "最多 200 字" in words(phone.opens(path))
    kept = phone.keeps(path, purpose="长" * 201, amount="9.90")
    assert kept.status_code == 422
    assert kept.get_json()["error"] == "事由请控制在 200 字以内，现在是 201 字，还没有保存"
    assert answers_on(phone.opens(path)) == ANSWERS | {"purpose": "", "amount": "9.90"}
    assert phone.keeps(path, purpose="长" * 200).status_code == 204


def test_without_script_what_is_too_long_comes_back_whole_when_a_file_is_added(phone: Phone) -> None:
    path, typed = phone.offered(), ANSWERS | {"purpose": "长" * 201}
    page = phone.client.post(f"{path}/files", **multipart(("一.pdf", PDF), **typed))
    assert page.status_code == 200
    assert answers_on(page) == typed
    assert problems_on(page) == {"purpose": "事由请控制在 200 字以内，现在是 201 字，还没有保存"}
    assert "一.pdf" in words(page)
    wrong = phone.client.post(f"{path}/files", **multipart(("笔记.txt", b"hello"), **typed))
    assert answers_on(wrong) == typed
    assert problems_on(wrong).keys() == {"purpose", "attachments"}


def test_a_refusal_keeps_what_was_typed_and_leaves_its_trace_as_in_the_chat(phone: Phone) -> None:
    path = phone.offered()
    phone.house.give_roles("lin", "监事")
    page = phone.hands_in(path)
    assert "监事" in words(page)
    assert answers_on(page) == ANSWERS
    (attempt,) = phone.house.attempts()
    assert (attempt.act, attempt.about) == ("expense.submit", "draft=1")
    assert [each.act for each in phone.house.journal("draft=1")] == ["refused"]
    phone.house.give_roles("lin", "经办人")
    assert "可以关掉这个页面了" in words(phone.hands_in(path))


def test_a_claim_that_came_back_is_mended_on_the_page(phone: Phone) -> None:
    phone.hands_in(phone.offered())
    house = phone.house
    house.press("li", house.button("li", "退回修改"))
    house.say("li", "缺发票")
    path = way(house.press("lin", house.button("lin", "修改")))
    page = phone.opens(path)
    assert "修改报销单" in words(page)
    assert answers_on(page) == ANSWERS
    assert "第 2 级" in words(phone.hands_in(path, amount="99"))
    assert house.claim().current.version == 2
    assert house.claim().current.amount_fen == 9900


# Whichever door is first.


def test_whoever_finishes_in_the_chat_is_told_so_by_the_page(phone: Phone) -> None:
    path = phone.offered()
    for each in ("2", "128.50", "看望老人", "某某餐厅", "好"):
        phone.house.say("lin", each)
    assert claims(phone.house) == ["BX-2026-0001"]
    for page in (phone.opens(path), phone.hands_in(path), phone.keeps(path), phone.uploads(path)):
        assert page.status_code == 410
        assert "已经提交或过期了" in page.text
        assert "报销" in page.text
    assert claims(phone.house) == ["BX-2026-0001"]


def test_a_draft_dropped_in_the_chat_is_gone_from_the_page(phone: Phone) -> None:
    path = phone.offered()
    phone.house.say("lin", "取消")
    assert phone.opens(path).status_code == 410
    assert phone.hands_in(path).status_code == 410
    assert claims(phone.house) == []


def test_two_links_to_one_draft_hand_it_in_once(phone: Phone) -> None:
    first, second = phone.offered(), phone.offered()
    assert first != second
    assert phone.hands_in(second).status_code == 200
    assert phone.hands_in(first).status_code == 410
    assert claims(phone.house) == ["BX-2026-0001"]


def test_a_link_opens_only_the_draft_that_it_was_made_for(phone: Phone) -> None:
    old = phone.offered()
    phone.hands_in(old)
    new = phone.offered()
    assert phone.hands_in(old, amount="7").status_code == 200
    assert phone.keeps(old, amount="7").status_code == 410
    assert answers_on(phone.opens(new))["amount"] == ""
    assert claims(phone.house) == ["BX-2026-0001"]


def test_of_many_who_press_at_the_same_moment_one_hands_in_and_all_see_it(phone: Phone) -> None:
    path, barrier = phone.offered(), Barrier(4)

    def press(amount: str) -> str:
        barrier.wait()
        another = phone.client.application.test_client()
        return another.post(path, data=ANSWERS | {"amount": amount}, follow_redirects=True).text

    with ThreadPoolExecutor(4) as pool:
        seen = set(pool.map(press, ("1", "2", "3", "4")))
    assert len(seen) == 1
    assert "BX-2026-0001 已提交" in seen.pop()
    assert claims(phone.house) == ["BX-2026-0001"]


def test_the_page_and_the_chat_at_the_same_moment_hand_in_once(phone: Phone) -> None:
    path, barrier = phone.offered(), Barrier(2)
    for each in ("2", "128.50", "看望老人", "某某餐厅"):
        phone.house.say("lin", each)

    def in_the_chat() -> None:
        barrier.wait()
        phone.house.say("lin", "好")

    def on_the_page() -> None:
        barrier.wait()
        phone.hands_in(path)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(in_the_chat), pool.submit(on_the_page)]:
            done.result()
    assert claims(phone.house) == ["BX-2026-0001"]


# Keeping.


def test_what_is_typed_is_kept_and_shown_by_this_and_by_a_new_link(phone: Phone) -> None:
    path = phone.offered()
    assert phone.keeps(path, amount="1", purpose="写到一半").status_code == 204
    assert answers_on(phone.opens(path))["purpose"] == "写到一半"
    phone.house.clock.forward(LIFE)
    ended = phone.keeps(path, purpose="太晚了")
    assert ended.status_code == 410
    assert "填过的内容还在" in ended.get_json()["error"]
    assert answers_on(phone.opens(phone.offered()))["purpose"] == "写到一半"


def test_only_answers_to_the_forms_questions_are_kept(phone: Phone) -> None:
    path = phone.offered()
    phone.client.post(f"{path}/draft", data={"purpose": "看望", "attachments": "x", "other": "y"})
    ((data,),) = rows(phone.house.database, "select data from dialogue where capability = 'expense'")
    assert '"看望"' in data
    assert '"林晓"' in data
    assert "other" not in data
    phone.keeps(path, purpose="长" * 201, payee="某店")
    assert answers_on(phone.opens(path)) == ANSWERS | {"purpose": "看望", "payee": "某店"}
    assert '"attachments"' not in data


# Files.


def test_a_file_is_added_shown_and_taken_out_again(phone: Phone) -> None:
    path = phone.offered()
    added = phone.uploads(path, "票/\u202e发票.pdf").get_json()
    assert [each["name"] for each in added["files"]] == ["发票.pdf"]
    assert added["files"][0]["size"] == len(PDF)
    assert "发票.pdf 1 KB 删除" in words(phone.opens(path))
    more = phone.uploads(path, "行程单.pdf", PDF + b"2").get_json()
    assert [each["name"] for each in more["files"]] == ["发票.pdf", "行程单.pdf"]
    left = phone.takes_out(path, added["files"][0]["key"]).get_json()
    assert [each["name"] for each in left["files"]] == ["行程单.pdf"]
    assert "1 个：行程单.pdf" in words(phone.hands_in(path))
    assert [each.name for each in phone.house.claim().current.attachments] == ["行程单.pdf"]


def test_the_same_content_is_one_attachment(phone: Phone) -> None:
    path = phone.offered()
    phone.uploads(path, "一.pdf")
    assert [each["name"] for each in phone.uploads(path, "二.pdf").get_json()["files"]] == ["二.pdf"]


def test_a_file_of_the_page_stands_on_the_drafts_card_in_the_chat(phone: Phone) -> None:
    path = phone.offered()
    now = phone.house.clock.now()
    with phone.house.database.write() as tx:
        ctx = JobContext(tx, now, now, ZONE)
        ctx.send_card(phone.house.person("lin"), Card(title="草稿", subject="expense-draft:1"))
    phone.uploads(path)
    assert "附件=发票.pdf" in read(phone.house.cards("lin", "expense-draft:1")[-1])


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("笔记.txt", b"hello", "只收图片、PDF、OFD、Word 和 Excel 文件"),
        ("假的.pdf", b"MZ not a pdf", "只收图片、PDF、OFD、Word 和 Excel 文件"),
        ("空.pdf", b"", "文件是空的"),
        ("大.pdf", PDF + b"0" * LIMIT, "文件超过 20 MB"),
        ("更大.pdf", PDF + b"0" * (LIMIT + 1024 * 1024), "文件超过 20 MB"),
    ],
)
def test_a_file_that_is_not_kept_is_refused_where_it_was_given(
    phone: Phone, name: str, content: bytes, why: str
) -> None:
    path = phone.offered()
    answer = phone.uploads(path, name, content)
    assert answer.status_code == 422
    assert answer.get_json() == {"error": why, "files": []}


def test_only_files_may_be_large(phone: Phone) -> None:
    path = phone.offered()
    for where in (path, f"{path}/draft"):
        assert phone.client.post(where, data=b"x" * (1024 * 1024 + 1)).status_code == 413
    phone.uploads(path, "大.pdf", PDF + b"0" * (2 * 1024 * 1024))
    assert "大.pdf 2.0 MB" in words(phone.opens(path))


@pytest.mark.parametrize("where", ["", "/draft", "/files"])
def test_more_answers_than_any_form_asks_are_refused_unread(
    phone: Phone, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = phone.offered()
    monkeypatch.setattr("bot.web.pages._typed", lambda: pytest.fail("the answers were read"))
    flood = phone.client.post(
        path + where, data="a=&" * 1000, content_type="application/x-www-form-urlencoded", headers=SCRIPT
    )
    assert (flood.status_code, flood.get_json()["error"]) == (413, FLOOD)


@pytest.mark.parametrize("where", ["", "/draft", "/files"])
def test_more_parts_than_any_form_has_are_refused_too(phone: Phone, where: str) -> None:
    many = multipart(**{f"a{each}": "" for each in range(1000)})
    flood = phone.client.post(phone.offered() + where, headers=SCRIPT, **many)
    assert (flood.status_code, flood.get_json()["error"]) == (413, FLOOD)


def test_for_a_link_that_nobody_was_given_no_body_is_read(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("werkzeug.wrappers.Request._load_form_data", lambda _: pytest.fail("it was read"))
    for where in ("", "/draft", "/files"):
        for sent in ({"data": ANSWERS}, multipart(("一.pdf", PDF), **ANSWERS)):
            assert phone.client.post(f"/form/{FORGOTTEN}{where}", **sent).status_code == 404


def test_without_script_one_press_keeps_the_answers_and_adds_the_files(phone: Phone) -> None:
    path = phone.offered()
    files = multipart(("一.pdf", PDF + b"1"), ("二.pdf", PDF + b"2"), **ANSWERS)
    done = phone.client.post(f"{path}/files", **files)
    assert (done.status_code, done.headers["Location"]) == (303, path)
    page = phone.client.get(done.headers["Location"])
    assert answers_on(page) == ANSWERS
    assert "一.pdf" in words(page)
    assert "二.pdf" in words(page)
    wrong = phone.client.post(f"{path}/files", **multipart(("笔记.txt", b"hello"), **ANSWERS))
    assert problems_on(wrong) == {"attachments": "没有加进来：只收图片、PDF、OFD、Word 和 Excel 文件"}
    assert phone.opens(f"{path}/files").headers["Location"] == path


def test_without_script_a_file_that_was_chosen_but_not_sent_is_not_forgotten(phone: Phone) -> None:
    path = phone.offered()
    page = phone.hands_in(path, _files="发票.pdf")
    assert "「发票.pdf」还没有传上来" in problems_on(page)["attachments"]
    assert answers_on(page) == ANSWERS
    assert claims(phone.house) == []


# Who may, and for how long.


@pytest.mark.parametrize("ask", ["opens", "hands_in", "keeps", "uploads"])
@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda house: house.clock.forward(LIFE), 410),
        (lambda house: house.give_roles("lin", "经办人", active=False), 403),
    ],
)
def test_a_link_that_ended_and_a_person_who_left_are_turned_away(
    phone: Phone, ask: str, change: Callable[[House], None], status: int
) -> None:
    path = phone.offered()
    change(phone.house)
    page = getattr(phone, ask)(path)
    assert page.status_code == status
    assert claims(phone.house) == []
    assert phone.house.attempts() == []
    assert rows(phone.house.database, "select count(*) from file") == [(0,)]


def test_who_left_after_handing_in_is_not_shown_the_result_again(phone: Phone) -> None:
    path = phone.offered()
    phone.hands_in(path)
    phone.house.give_roles("lin", "经办人", active=False)
    assert phone.hands_in(path).status_code == 403
    assert phone.opens(path).status_code == 403


@pytest.mark.parametrize("token", [FORGOTTEN, "short", "A" * 26, "a" * 27, "%00", "a" * 25 + "é"])
def test_a_link_that_nobody_was_given_opens_nothing(phone: Phone, token: str) -> None:
    for page in (phone.opens(f"/form/{token}"), phone.hands_in(f"/form/{token}")):
        assert page.status_code == 404
        assert "请看看链接是不是复制完整了" in words(page)
    assert phone.uploads(f"/form/{token}").get_json()["error"].startswith("没有这个页面")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "null"}, 200),
        ({"Origin": PUBLIC, "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Origin": f"{PUBLIC}.evil.example"}, 403),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_what_another_site_sends_is_turned_away_as_far_as_the_browser_tells(
    phone: Phone, headers: dict[str, str], status: int
) -> None:
    path = phone.offered()
    sent = phone.client.post(path, data=ANSWERS, headers=headers, follow_redirects=True)
    assert sent.status_code == status
    assert len(claims(phone.house)) == (status == 200)


# Protection.


def test_no_page_may_be_cached_framed_indexed_or_scripted_from_elsewhere(phone: Phone) -> None:
    path = phone.offered()
    pages = [phone.opens(path), phone.hands_in(path, amount=""), phone.hands_in(path), phone.opens(path)]
    for page in [*pages, phone.opens(f"/form/{FORGOTTEN}"), phone.keeps(path)]:
        headers = page.headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "noindex" in headers["X-Robots-Tag"]
        assert "Set-Cookie" not in headers
        assert "<style" not in page.text
        assert " style=" not in page.text
        assert re.search(r"<[^>]*\son\w+=", page.text) is None
        assert "http" not in page.text.replace("https://bot.example.org", "")


def test_the_page_is_drawn_with_what_is_served_here(phone: Phone) -> None:
    for name, kind in (("pages.css", "text/css"), ("form.js", "text/javascript")):
        served = phone.client.get(f"/pages/{name}")
        assert served.status_code == 200
        assert served.content_type.startswith(kind)
        assert served.headers["X-Content-Type-Options"] == "nosniff"
        served.close()


def test_the_script_speaks_the_language_of_old_browsers() -> None:
    script = (Path(__file__).parents[2] / "bot/web/static/form.js").read_text(encoding="utf-8")
    for newer in ("=>", "`", "let ", "const ", "async ", "fetch(", "class ", "...", ".includes(", "?."):
        assert newer not in script


def test_a_links_secret_is_neither_logged_nor_kept_by_the_phone(
    phone: Phone, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    path = phone.offered()
    secret = path.removeprefix("/form/")
    page = phone.opens(path)
    assert f'data-key="{secret}' not in page.text
    phone.client.post(path, data=ANSWERS, headers={"Origin": "https://evil.example"})

    def breaks(*_: object) -> None:
        raise RuntimeError(f"cannot serve {path}")

    monkeypatch.setattr("bot.pages.Pages.show", breaks)
    broken = phone.opens(path)
    assert broken.status_code == 500
    assert "请过一会儿再打开" in words(broken)
    assert "a page failed: RuntimeError" in caplog.text
    assert secret not in caplog.text


def test_a_link_that_was_spent_meanwhile_undoes_what_would_be_second(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = phone.offered()
    monkeypatch.setattr("storage.pages.spend", lambda *_: False)
    assert phone.hands_in(path).status_code == 500
    assert claims(phone.house) == []
