"""The page of a form on a phone: filled in, kept over a lost connection, files sent with it, handed in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from bot.simulator.driver import shown
from tests.browser.window import Window
from tests.house import PDF
from tests.world import World

AMOUNT, PURPOSE, PAYEE = "金额（元）", "事由", "收款人"


@pytest.fixture
def form(one_world: World, phone: Window) -> Window:
    """The page that 林晓 is offered in WeCom, open on a phone."""
    one_world.begin("wecom")
    one_world.says("lin", "报销")
    offered = one_world.reads("lin", "在网页上填")
    links = [each["url"] for each in offered["buttons"] if each["url"]]
    return phone.opens((links or re.findall(r"http://\S+/form/[a-z2-7]{26}", shown(offered)))[0])


def fill(form: Window, amount: str = "128.50") -> None:
    """Answer every question."""
    form.page.get_by_label("项目").select_option(label="社区助老")
    form.page.get_by_label(AMOUNT).fill(amount)
    form.page.get_by_label(PURPOSE).fill("打车去看望老人")
    form.page.get_by_label(PAYEE).fill("某某餐厅")


def test_a_claim_with_a_file_is_handed_in_from_a_phone(
    form: Window, one_world: World, tmp_path: Path
) -> None:
    invoice = tmp_path / "发票.pdf"
    invoice.write_bytes(PDF)
    form.has_no_barriers()
    fill(form)
    form.page.get_by_label("选择文件").set_input_files(invoice)
    form.sees("已上传 发票.pdf")
    form.has_no_barriers()
    assert not form.scrolls_sideways()
    form.page.get_by_role("button", name="提交", exact=True).last.click()
    form.sees("可以关掉这个页面了")
    form.has_no_barriers()
    number = str(one_world.rows("select number from claim")[0][0])
    assert "发票.pdf" in shown(one_world.finds_button("li", "同意", number))


def test_what_is_wrong_is_said_where_it_is_and_nothing_typed_is_lost(form: Window, one_world: World) -> None:
    fill(form, amount="一百")
    form.page.get_by_role("button", name="提交", exact=True).last.click()
    form.sees("看不懂金额「一百」")
    expect(form.page.get_by_label(AMOUNT)).to_be_focused()
    expect(form.page.get_by_label(PURPOSE)).to_have_value("打车去看望老人")
    form.has_no_barriers()
    form.page.get_by_label(AMOUNT).fill("100")
    form.page.get_by_role("button", name="提交", exact=True).last.click()
    form.sees("可以关掉这个页面了")
    assert one_world.rows("select state from claim") == [("signing",)]


def test_what_is_typed_without_a_connection_is_kept_and_saved_when_it_is_back(form: Window) -> None:
    form.page.context.set_offline(True)
    form.page.get_by_label(PURPOSE).fill("在地铁里写的")
    form.sees("网络断了，内容留在这台手机上")
    form.page.context.set_offline(False)
    form.sees("已保存")
    form.page.reload()
    expect(form.page.get_by_label(PURPOSE)).to_have_value("在地铁里写的")
    form.forgives("ERR_INTERNET_DISCONNECTED")


def test_a_page_that_was_closed_without_a_connection_comes_back_with_what_was_typed(form: Window) -> None:
    address, context = form.page.url, form.page.context
    context.set_offline(True)
    form.page.get_by_label(PURPOSE).fill("没来得及保存")
    form.sees("网络断了，内容留在这台手机上")
    form.page.close()
    context.set_offline(False)
    again = Window(context.new_page(), form.address).opens(address)
    expect(again.page.get_by_label(PURPOSE)).to_have_value("没来得及保存")
    form.forgives("ERR_INTERNET_DISCONNECTED")
    assert again.troubles == []


def test_a_file_that_is_not_accepted_says_why_and_can_be_let_go(form: Window, tmp_path: Path) -> None:
    song = tmp_path / "录音.mp3"
    song.write_bytes(b"ID3 not a document")
    form.page.get_by_label("选择文件").set_input_files(song)
    form.sees("只收图片、PDF、OFD、Word 和 Excel 文件")
    form.has_no_barriers()
    form.page.get_by_role("button", name="不要了 录音.mp3").click()
    expect(form.page.get_by_text("只收图片")).to_have_count(0)
    form.expects("status of 4")


def test_the_page_works_by_keyboard_alone(form: Window, one_world: World) -> None:
    keyboard = form.page.keyboard
    form.page.get_by_label("项目").focus()
    keyboard.press("ArrowDown")
    for words in ("128.50", "打车去看望老人", "某某餐厅"):
        keyboard.press("Tab")
        keyboard.press("Control+A")
        keyboard.type(words)
    keyboard.press("Enter")
    form.sees("可以关掉这个页面了")
    assert one_world.rows("select state from claim") == [("signing",)]


def test_what_is_too_long_is_counted_said_and_not_lost(form: Window) -> None:
    form.sees("0/200")
    form.page.get_by_label(PURPOSE).fill("长" * 200)
    form.sees("200/200")
    form.sees("已保存")
    form.page.get_by_label(PURPOSE).fill("长" * 201 + "🎉")
    form.sees("202/200，多了 2 字，请删短")
    form.sees("事由请控制在 200 字以内，现在是 202 字，还没有保存")
    form.has_no_barriers()
    form.page.reload()
    expect(form.page.get_by_label(PURPOSE)).to_have_value("长" * 201 + "🎉")
    form.sees("还没有保存")
    form.expects("status of 4")


@pytest.mark.parametrize("mended_first", [False, True])
def test_back_and_loading_again_after_handing_in_break_nothing(
    form: Window, one_world: World, mended_first: bool
) -> None:
    fill(form, amount="一百" if mended_first else "100")
    form.page.get_by_role("button", name="提交", exact=True).last.click()
    if mended_first:
        form.sees("看不懂金额「一百」")
        form.page.get_by_label(AMOUNT).fill("100")
        form.page.get_by_role("button", name="提交", exact=True).last.click()
    form.sees("可以关掉这个页面了")
    form.page.reload()
    form.sees("可以关掉这个页面了")
    form.page.go_back()
    form.page.go_forward()
    form.sees("可以关掉这个页面了")
    assert one_world.rows("select count(*) from claim") == [(1,)]


def test_without_script_the_page_works_too(one_world: World, form: Window, tmp_path: Path) -> None:
    invoice = tmp_path / "发票.pdf"
    invoice.write_bytes(PDF)
    browser = form.page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 640})
    plain = Window(context.new_page(), form.address).opens(form.page.url)
    plain.page.get_by_label("选择文件").set_input_files(invoice)
    plain.page.get_by_role("button", name="上传所选文件").click()
    plain.sees("发票.pdf")
    fill(plain)
    plain.page.get_by_role("button", name="提交", exact=True).last.click()
    plain.sees("可以关掉这个页面了")
    context.close()
    assert one_world.rows("select state from claim") == [("signing",)]
