"""The workbench in a browser: a claim played by hand on both platforms, the clock, the tools, a phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from bot.simulator.players import PICTURE
from tests.browser.window import PATIENCE_MS, Window
from tests.browser.workbench import Workbench
from tests.house import PDF
from tests.world import World

CLAIM = {"project": "社区助老", "amount": "128.50", "purpose": "打车去看望老人", "payee": "某某餐厅"}
NUMBER = "BX-2026-0001"
LIN, LI, WANG, CHEN = "lin@feishu", "li@wecom", "wang@feishu", "chen@wecom"
HOMES = {"li": "wecom", "chen": "wecom"}


@pytest.fixture
def bench(one_world: World, desk: Window) -> Workbench:
    """The workbench on a desk: 林晓 and 王芳 in Feishu, 李青 and 陈立 in WeCom."""
    one_world.begin("feishu", HOMES)
    one_world.at("2026-03-03 09:00")
    return Workbench(desk)


def test_a_claim_travels_four_levels_over_both_platforms(bench: Workbench, one_world: World) -> None:
    bench.opens(LIN, LI, WANG)
    hint = bench.page.get_by_role("region", name="第一分钟")
    expect(hint).to_contain_text("林晓的聊天里发「报销」")
    bench.says(LIN, "报销")
    bench.card(LIN, "提交")
    expect(hint).to_contain_text("填好林晓的报销单")
    bench.presses(LIN, "提交", **CLAIM)
    bench.card(LI, "同意", NUMBER)
    expect(hint).to_contain_text(f"{NUMBER} 在等李青")
    bench.window.has_no_barriers()
    bench.presses(LI, "同意", NUMBER)
    expect(bench.pane(LI).locator('button[data-press="已同意"]')).to_be_disabled(timeout=PATIENCE_MS)
    bench.presses(WANG, "同意", NUMBER)
    expect(hint).to_contain_text("在等陈立", timeout=PATIENCE_MS)
    hint.get_by_role("button", name="带我去").click()
    bench.presses(CHEN, "同意", NUMBER)
    expect(hint).to_contain_text("看看它的留痕", timeout=PATIENCE_MS)
    bench.reads(LIN, f"{NUMBER} 已通过")
    bench.window.has_no_barriers()
    assert one_world.rows("select state from claim") == [("approved",)]


def test_the_trail_opens_from_the_list_of_claims(bench: Workbench, one_world: World) -> None:
    number = one_world.files_claim("lin")
    one_world.signs_all(number, "li")
    bench.opens(LIN)
    bench.page.get_by_text("留痕", exact=True).click()
    with bench.page.expect_popup() as opened:
        bench.page.get_by_role("link", name=number).click()
    trail = Window(opened.value, "")
    trail.sees("流水账完整")
    expect(trail.page.get_by_role("row", name="2 项目负责人 李青 已同意")).to_be_visible()
    trail.has_no_barriers()
    trail.page.get_by_role("link", name="全部单子").click()
    expect(trail.page.get_by_role("link", name=number)).to_be_visible()
    trail.has_no_barriers()
    assert trail.troubles == []


def test_findings_self_checks_and_duties_have_their_trails_too(bench: Workbench, one_world: World) -> None:
    one_world.says("chen", "任务 发生 换届 2026-03-18")
    one_world.reads("chen", "换届，要办 5 件")
    ((number,),) = one_world.rows("select number from duty where code = 'HJ5'")
    one_world.says("chen", f"任务 {number}")
    one_world.reads("chen", number)
    bench.opens(CHEN)
    bench.page.get_by_text("留痕", exact=True).click()
    for name, words in (
        (number, "在助手里改好职务"),
        ("问题与整改", "都销号了"),
        ("每月自查", "廉洁风险自查"),
        ("年度任务", "P54a"),
    ):
        with bench.page.expect_popup() as opened:
            bench.page.get_by_role("link", name=name).first.click()
        trail = Window(opened.value, "")
        trail.sees(words)
        trail.has_no_barriers()
        assert trail.troubles == []


def test_a_return_voids_the_signatures_and_the_next_version_goes_through_again(bench: Workbench) -> None:
    bench.opens(LIN, LI, WANG)
    bench.says(LIN, "报销")
    bench.presses(LIN, "提交", **CLAIM)
    bench.presses(LI, "同意", NUMBER)
    bench.presses(WANG, "退回修改", NUMBER, reason="请写明日期")
    bench.reads(LIN, "退回修改：请写明日期")
    bench.presses(LIN, "修改", NUMBER)
    bench.presses(LIN, "提交", purpose="3 月 2 日打车去看望老人")
    again = bench.card(LI, "同意", "第 2 版")
    expect(again).to_contain_text("3 月 2 日打车去看望老人")


def test_a_rejection_in_wecom_asks_for_the_reason_in_the_chat(bench: Workbench) -> None:
    bench.opens(LIN, LI)
    bench.says(LIN, "报销")
    bench.presses(LIN, "提交", **CLAIM)
    bench.presses(LI, "驳回", NUMBER)
    bench.reads(LI, f"驳回 {NUMBER}（¥128.50）的原因是？")
    bench.says(LI, "没有发票")
    bench.reads(LIN, f"{NUMBER} 被李青驳回：没有发票")


def test_without_a_reason_the_client_hands_nothing_in(bench: Workbench, one_world: World) -> None:
    one_world.begin("feishu")
    number = one_world.files_claim("lin")
    bench.opens("li@feishu")
    bench.presses("li@feishu", "驳回", number)
    reason = bench.pane("li@feishu").locator('[name="reason"]').last
    assert reason.evaluate("each => each.validity.valueMissing")
    assert one_world.rows("select state from claim") == [("signing",)]


def test_a_file_and_a_picture_go_into_the_draft(bench: Workbench, one_world: World, tmp_path: Path) -> None:
    invoice, photo = tmp_path / "发票.pdf", tmp_path / "小票.png"
    invoice.write_bytes(PDF)
    photo.write_bytes(PICTURE)
    bench.opens(LIN, LI)
    bench.uploads(LIN, invoice)
    bench.reads(LIN, "已加入草稿：发票.pdf")
    bench.presses(LIN, "提交", **CLAIM)
    expect(bench.card(LI, "同意", NUMBER)).to_contain_text("发票.pdf")
    bench.presses(LI, "看附件", NUMBER)
    expect(bench.pane(LI).locator(".bubble.file", has_text="发票.pdf")).to_be_visible(timeout=PATIENCE_MS)
    bench.uploads(LI, invoice)
    bench.is_told("不转文件")
    bench.uploads(LI, photo)
    expect(bench.pane(LI).get_by_role("img", name="图片 小票.png")).to_be_visible()
    bench.window.expects("409 (CONFLICT)")


def test_a_button_that_asks_once_more_does_nothing_when_the_answer_is_no(bench: Workbench) -> None:
    bench.opens(LIN)
    bench.says(LIN, "报销")
    bench.presses(LIN, "提交", **CLAIM)
    bench.card(LIN, "撤回", NUMBER).locator('button[data-press="撤回"]').click()
    dialog = bench.page.get_by_role("dialog")
    expect(dialog).to_contain_text("撤回这张单子？")
    bench.window.has_no_barriers()
    dialog.get_by_role("button", name="取消").click()
    bench.presses(LIN, "撤回", NUMBER)
    bench.reads(LIN, "已撤回")


def test_half_typed_words_stay_while_other_messages_come(bench: Workbench, one_world: World) -> None:
    bench.opens(LIN)
    bench.says(LIN, "报销")
    purpose = bench.card(LIN, "提交").locator('[name="purpose"]')
    purpose.fill("打车去")
    one_world.says("lin", "待办")
    bench.reads(LIN, "没有等您办的事")
    expect(purpose).to_have_value("打车去")
    expect(purpose).to_be_focused()


def test_the_clock_moves_to_the_next_working_day_and_a_draft_expires(bench: Workbench) -> None:
    bench.opens(LIN)
    clock = bench.page.get_by_role("timer")
    expect(clock).to_contain_text("2026年3月3日 周二 09:00")
    bench.says(LIN, "报销")
    bench.card(LIN, "提交")
    for label, then in (
        ("+1 小时", "3月3日 周二 10:0"),
        ("下一工作日", "3月4日 周三 09:0"),
        ("+1 天", "3月5日 周四 09:0"),
    ):
        bench.page.get_by_role("button", name=label).click()
        expect(clock).to_contain_text(then)
    bench.reads(LIN, "放了太久，已过期。发「报销」重新开始")
    bench.says(LIN, "报销")
    bench.card(LIN, "提交")
    bench.page.get_by_role("button", name="月底").click()
    expect(clock).to_contain_text("3月31日 周二 18:0")
    bench.presses(LIN, "提交", **CLAIM)
    bench.is_told("这张卡片已超过 14 天，不能再点了")
    bench.window.expects("409 (CONFLICT)")
    bench.page.get_by_role("button", name="回到现在").click()
    expect(bench.page.get_by_role("button", name="回到现在")).to_be_hidden()


def test_a_fault_is_switched_on_strikes_once_and_nothing_is_lost(bench: Workbench) -> None:
    bench.opens(LIN, LI)
    bench.says(LIN, "报销")
    bench.card(LIN, "提交")
    bench.page.get_by_text("故障", exact=True).click()
    switch = bench.page.get_by_role("button", name="同一条消息或点击送两次")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    bench.window.has_no_barriers()
    bench.presses(LIN, "提交", **CLAIM)
    bench.card(LI, "同意", NUMBER)
    expect(switch).to_have_attribute("aria-pressed", "false")
    expect(bench.pane(LI).locator("article.from-bot", has_text=NUMBER)).to_have_count(1)


def test_whoever_has_unread_messages_is_marked_until_their_chat_is_opened(
    bench: Workbench, one_world: World
) -> None:
    bench.opens(LIN)
    number = one_world.files_claim("lin")
    door = bench.page.get_by_role("button", name="李青的企业微信")
    expect(door).to_contain_text("条未读", timeout=PATIENCE_MS)
    door.click()
    bench.card(LI, "同意", number)
    expect(door).not_to_contain_text("条未读")
    assert "li@wecom" in bench.page.url


def test_by_keyboard_alone_a_claim_is_signed(bench: Workbench, one_world: World) -> None:
    number = one_world.files_claim("lin")
    bench.opens(LI)
    bench.card(LI, "同意", number)
    button = bench.pane(LI).locator('button[data-press="同意"]').element_handle()
    for _ in range(80):
        bench.page.keyboard.press("Tab")
        if bench.page.evaluate("each => each === document.activeElement", button):
            break
    bench.page.keyboard.press("Enter")
    one_world.finds_button("wang", "同意", number)


def test_on_a_phone_one_chat_is_shown_at_a_time_and_nothing_is_wider_than_the_screen(
    one_world: World, phone: Window
) -> None:
    one_world.begin("feishu", HOMES)
    bench = Workbench(phone).opens(LIN, LI)
    bench.says(LIN, "报销")
    bench.presses(LIN, "提交", **CLAIM)
    bench.reads(LIN, "审批中")
    expect(bench.pane(LI)).to_be_hidden()
    phone.has_no_barriers()
    assert not phone.scrolls_sideways()
    phone.page.get_by_role("button", name="李青").first.click()
    bench.presses(LI, "同意", NUMBER)
    phone.page.get_by_text("人员", exact=True).click()
    phone.has_no_barriers()
    phone.page.get_by_role("button", name="王芳的飞书").click()
    bench.presses(WANG, "同意", NUMBER)
    bench.reads(WANG, "已同意")
    phone.has_no_barriers()


@pytest.mark.parametrize("word", ["帮助", "待办", "我的", "报销"])
@pytest.mark.parametrize("platform", ["feishu", "wecom"])
def test_what_everybody_asks_for_first_has_no_barriers(
    bench: Workbench, one_world: World, platform: str, word: str
) -> None:
    one_world.begin(platform)
    one_world.files_claim("lin")
    who = f"lin@{platform}"
    bench.opens(who)
    bench.says(who, word)
    expect(bench.pane(who).locator("article").last).to_be_visible()
    bench.window.has_no_barriers()
