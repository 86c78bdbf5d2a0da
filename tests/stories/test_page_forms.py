"""A claim filled in on its web page, which a card without inputs leads to, and then signed as usual."""

from __future__ import annotations

import re

import requests

from bot.simulator.driver import Json, shown
from tests.house import PDF
from tests.world import World

ANSWERS = {"project": "P01", "amount": "128.50", "purpose": "打车去看望老人", "payee": "某某餐厅"}


def the_page(world: World, person: str) -> str:
    """Ask for the form where cards take no input; return the address of the page that is offered."""
    if world.homes[person] == "feishu":
        world.says(person, "文字版")
        world.reads(person, "以后用文字代替卡片")
    world.says(person, "报销")
    return address_in(world.reads(person, "也可以在网页上填（能传 PDF 等文件）"))


def address_in(message: Json) -> str:
    """Return the address in a message, or behind its button."""
    links = [each["url"] for each in message["buttons"] if each["url"]]
    return links[0] if links else str(re.findall(r"http://\S+/form/[a-z2-7]{26}", shown(message))[0])


def test_a_claim_with_a_pdf_is_handed_in_on_the_page_and_signed_in_the_chats(world: World) -> None:
    page = the_page(world, "lin")
    assert "填写报销单" in requests.get(page, timeout=10).text
    sent = requests.post(f"{page}/files", files={"_files": ("发票.pdf", PDF)}, timeout=10)
    assert "发票.pdf" in sent.text
    wrong = requests.post(page, ANSWERS | {"amount": "一百"}, timeout=10)
    assert "看不懂金额「一百」" in wrong.text
    done = requests.post(page, ANSWERS, timeout=10)
    number = re.findall(r"BX-\d{4}-\d{4}", done.text)[0]
    assert "可以关掉这个页面了" in done.text
    world.reads("lin", "聊天里的填写就停在这里")
    world.signs_all(number, "li", "wang", "chen")
    assert "发票.pdf" in shown(world.reads("chen", number))
    world.reads("lin", f"{number} 已通过")
    again = requests.post(page, ANSWERS, timeout=10)
    assert (again.status_code, again.text) == (200, done.text)
    assert requests.get(page, timeout=10).text == done.text
    assert len(world.rows("select id from claim")) == 1


def test_what_is_handed_in_on_the_page_is_taken_back_in_the_chat(world: World) -> None:
    done = requests.post(the_page(world, "lin"), ANSWERS, timeout=10)
    number = re.findall(r"BX-\d{4}-\d{4}", done.text)[0]
    world.reads("lin", number)
    world.says("lin", f"撤回 {number}")
    world.reads("lin", "已撤回")
    assert world.rows("select state from claim") == [("withdrawn",)]


def test_a_claim_that_came_back_is_mended_on_its_page(world: World) -> None:
    done = requests.post(the_page(world, "lin"), ANSWERS, timeout=10)
    number = re.findall(r"BX-\d{4}-\d{4}", done.text)[0]
    world.clicks("li", "退回修改", number, reason="缺发票")
    world.reads("lin", "缺发票")
    if world.has_button("lin", "修改"):
        world.clicks("lin", "修改", number)
    else:
        world.says("lin", f"修改 {number}")
    world.settle()
    page = address_in(world.reads("lin", "也可以在网页上填"))
    assert "修改报销单" in requests.get(page, timeout=10).text
    assert "第 2 版" in requests.post(page, ANSWERS | {"amount": "99"}, timeout=10).text
    world.signs_all(number, "li", "wang", "chen")
    world.reads("lin", f"{number} 已通过")


def test_what_is_finished_in_the_chat_closes_the_page(world: World) -> None:
    page = the_page(world, "lin")
    for words in ("社区助老", "128.50", "打车去看望老人", "某某餐厅", "好"):
        world.says("lin", words)
    world.reads("lin", "BX-")
    late = requests.post(page, ANSWERS, timeout=10)
    assert late.status_code == 410
    assert "已经提交或过期了" in late.text
    assert len(world.rows("select id from claim")) == 1


def test_a_page_ends_half_an_hour_after_it_was_offered(world: World) -> None:
    world.at("2026-03-03 09:00")
    page = the_page(world, "lin")
    world.at("2026-03-03 09:29")
    assert requests.get(page, timeout=10).status_code == 200
    world.at("2026-03-03 09:31")
    ended = requests.post(page, ANSWERS, timeout=10)
    assert ended.status_code == 410
    assert "请回到聊天发「报销」" in ended.text
    assert world.rows("select id from claim") == []
