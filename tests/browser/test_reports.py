"""The public pages and the desk in a real browser: without script, on a phone, for everybody."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from bot.gate import FREE
from storage import people, receivers
from storage.people import NewPerson
from tests.browser.conftest import DESK, PHONE, OpenWindow
from tests.browser.window import PATIENCE_MS, Window
from tests.world import World

PASSPHRASE = "一句只有我知道的话"
PHOTO = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
WHAT = "仓库的油每周少两桶，登记本改过三次"
RECEIVERS = (("bai", "白露", "举报受理人"), ("luo", "罗维", "外部受理人"))


@pytest.fixture
def town(one_world: World) -> World:
    """The world with two receivers who have keys."""
    one_world.begin("feishu")
    with one_world.database.write() as tx:
        for key, name, role in RECEIVERS:
            people.save(tx, NewPerson(key, name, f"{name}的组", frozenset({role}), {}))
    for key, _, _ in RECEIVERS:
        one_world.stage.command("receivers", "make", key, typed=f"{PASSPHRASE}\n{PASSPHRASE}\n")
    return one_world


@pytest.fixture
def bare(browser: Browser) -> Iterator[BrowserContext]:
    """A phone's browser that runs no script."""
    context = browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, java_script_enabled=False, locale="zh-CN"
    )
    yield context
    assert context.cookies() == []
    context.close()


def hands_in(page: Page | FrameLocator) -> None:
    """Press 提交; where many did before, wait for the browser's work and press it again."""
    page.get_by_role("button", name="提交").click()
    expect(page.locator(".number, form[data-challenge]").first).to_be_visible()
    if page.locator("form[data-challenge]").count():
        expect(page.get_by_text("准备好了")).to_be_visible(timeout=PATIENCE_MS)
        page.get_by_role("button", name="提交").click()
        expect(page.locator(".number")).to_be_visible()


def number_on(page: Page) -> str:
    """Return the receipt that a page shows."""
    return page.locator(".number").inner_text()


def test_somebody_reports_and_comes_back_with_script_off_and_no_cookie(
    town: World, bare: BrowserContext, tmp_path: Path
) -> None:
    asked: list[str] = []
    page = bare.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{town.stage.url}/report")
    expect(page.get_by_text("什么事", exact=True)).to_have_count(0)
    page.get_by_label("罗维").check()
    page.get_by_label("还有谁不能看到").fill("李青")
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("虚报冒领").check()
    page.get_by_label("什么事").fill(WHAT)
    letter = tmp_path / "登记本.pdf"
    letter.write_bytes(b"%PDF-1.4 a page of the book")
    page.get_by_label("附件").set_input_files(letter)
    page.get_by_role("button", name="提交").click()
    number = number_on(page)
    assert re.fullmatch(r"(\d{4} ){6}\d{4}", number)
    assert page.locator("svg.qr").is_visible()
    page.get_by_role("link", name="查询页").click()
    page.get_by_label("查询号").fill(number)
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_text(WHAT)).to_be_visible()
    page.get_by_label("补充内容").fill("又少了一桶")
    page.get_by_role("button", name="提交补充").click()
    expect(page.get_by_text("又少了一桶")).to_be_visible()
    assert all(each.startswith((town.stage.url, "data:")) for each in asked)


def test_what_the_browser_is_told_about_the_page(town: World, bare: BrowserContext) -> None:
    page = bare.new_page()
    for path in ("/report", "/report/status"):
        answer = page.goto(town.stage.url + path)
        assert answer
        told = answer.all_headers()
        assert told["cache-control"] == "no-store"
        assert told["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in told["content-security-policy"]
        assert told["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in told
        assert "server" not in told


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_nothing_on_the_public_pages_is_in_anybodys_way(
    town: World, open_window: OpenWindow, size: tuple[int, int]
) -> None:
    window = open_window(size)
    window.opens(f"{town.stage.url}/report")
    fine(window)
    window.page.get_by_role("button", name="下一步").click()
    fine(window)
    window.page.get_by_label("什么事").fill(WHAT)
    hands_in(window.page)
    fine(window)
    number = number_on(window.page)
    window.page.get_by_role("link", name="查询页").click()
    fine(window)
    window.page.get_by_label("查询号").fill(number)
    window.page.get_by_role("button", name="查看").click()
    window.sees(WHAT)
    fine(window)


def fine(window: Window) -> None:
    """See that a page has no barriers and fits."""
    window.has_no_barriers()
    assert not window.scrolls_sideways()


def sits_down(town: World, window: Window) -> None:
    """Let 白露 open the desk by a link and her passphrase."""
    with town.database.write() as tx:
        mine = receivers.of(tx, "bai")
        assert mine
        token = receivers.open_link(tx, mine.id, datetime(2100, 1, 1, tzinfo=UTC))
    window.opens(f"{town.stage.url}/desk/{token}")
    fine(window)
    window.page.get_by_label("口令").fill(PASSPHRASE)
    window.page.get_by_role("button", name="打开").click()


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_a_receiver_works_at_the_desk(town: World, open_window: OpenWindow, size: tuple[int, int]) -> None:
    window = open_window(size)
    window.opens(f"{town.stage.url}/report")
    window.page.get_by_role("button", name="下一步").click()
    window.page.get_by_label("什么事").fill(WHAT)
    hands_in(window.page)
    number_on(window.page)
    sits_down(town, window)
    window.sees("有新内容")
    fine(window)
    window.page.get_by_role("link", name=re.compile("FY-")).first.click()
    window.sees(WHAT)
    fine(window)
    window.page.get_by_role("link", name="登记", exact=True).click()
    fine(window)
    window.page.get_by_label("登记说明").fill("和物资有关")
    window.page.get_by_role("button", name="登记").click()
    window.sees("已记下：登记")
    window.page.get_by_role("link", name="登记来信来电").click()
    fine(window)
    window.page.get_by_role("button", name="锁上").click()
    window.sees("受理台已锁上")


HANDBOOK = (Path(__file__).parents[2] / "docs" / "officer.md").read_text(encoding="utf-8")

STEPS: tuple[tuple[str, dict[str, str]], ...] = (
    ("登记", {"登记说明": "和物资有关，不急"}),
    ("答复或询问", {"写给反映人": "看到了，会先看登记本。哪一周开始的？"}),
    ("初步判断", {"判断": "本机构可以办理", "理由": "是本机构的物资"}),
    ("初核方案", {"初核方案": "抽查三个月的油料登记，两个人，月底前"}),
    ("调阅", {"调阅了什么": "油料登记本三册，从仓库调来"}),
    ("谈话笔录", {"和谁谈": "保管员", "谈话要点": "说是记错了", "谈话笔录的照片": "照片"}),
    ("听取陈述申辩", {"怎样听取的": "听取了陈述和申辩", "陈述和申辩": "承认改过，说油给了邻居"}),
    ("初核报告", {"初核报告": "三个月少六桶，建议退回并调岗"}),
    ("集体研究", {"参加研究的人": "罗维、沈言", "结论": "查证属实", "理由和依据": "登记本和本人都承认"}),
    ("处置", {"处置": "退回六桶，调离岗位，由办公会决定"}),
    (
        "起草通报",
        {
            "写哪一种": "情况通报",
            "正文": "经查，物资管理有疏漏，当事人已调岗。",
            "被反映人同意公开澄清吗": "不涉及",
        },
    ),
    ("反馈", {"给反映人的反馈": "查实少了六桶，已经退回，当事人调岗。谢谢您"}),
)
"""What the handbook's sections tell an officer to press and to fill in, in their order."""


BUTTONS = {"答复或询问": "发给反映人", "反馈": "反馈并办结"}
"""Where the handbook calls a button by what it does."""


def test_a_case_is_worked_from_receipt_to_feedback_by_the_handbook_alone(
    town: World, open_window: OpenWindow
) -> None:
    window = open_window(PHONE).opens(f"{town.stage.url}/report")
    window.page.get_by_role("button", name="下一步").click()
    window.page.get_by_label("什么事").fill("仓库的油每周少两桶，登记本改过")
    hands_in(window.page)
    receipt = number_on(window.page)
    sits_down(town, window)
    window.page.get_by_role("link", name=re.compile("FY-")).first.click()
    for step, answers in STEPS:
        assert f"「{step}」" in HANDBOOK
        window.page.get_by_role("link", name=step, exact=True).click()
        for label, answer in answers.items():
            answers_one(window.page, label, answer)
        button = BUTTONS.get(step, step)
        assert f"「{button}」" in HANDBOOK
        window.page.get_by_role("button", name=button, exact=True).click()
        expect(window.page.locator(".done")).to_be_visible()
    expect(window.page.locator("h1")).to_contain_text("已办结")
    window.opens(f"{town.stage.url}/report/status")
    window.page.get_by_label("查询号").fill(receipt)
    window.page.get_by_role("button", name="查看").click()
    window.sees("查实少了六桶，已经退回，当事人调岗")
    fine(window)


def answers_one(page: Page, label: str, answer: str) -> None:
    """Answer the question with a label, however it is answered."""
    field = page.get_by_label(label)
    kind = field.evaluate("each => each.type || each.tagName")
    if kind == "file":
        field.set_input_files({"name": "笔录.png", "mimeType": "image/png", "buffer": PHOTO})
    elif kind == "select-one":
        field.select_option(label=answer)
    else:
        field.fill(answer)


def test_under_a_flood_the_browser_works_for_its_place(town: World, open_window: OpenWindow) -> None:
    window = open_window(PHONE)
    for place in range(FREE + 1):
        window.opens(f"{town.stage.url}/report")
        window.page.get_by_role("button", name="下一步").click()
        window.page.get_by_label("什么事").fill(f"第 {place} 件：{WHAT}")
        hands_in(window.page)
        assert number_on(window.page)


def test_the_workbench_shows_a_passer_bys_phone_and_what_lies_on_the_disk(town: World, desk: Window) -> None:
    desk.opens("/")
    desk.page.get_by_text("反映", exact=True).click()
    desk.page.get_by_role("button", name="路人的手机").click()
    frame = desk.page.frame_locator(".passer iframe")
    frame.get_by_role("button", name="下一步").click()
    frame.get_by_label("什么事").fill(WHAT)
    hands_in(frame)
    desk.has_no_barriers()
    desk.forgives("postMessage")  # axe asks the frame, which is another origin's
    desk.page.get_by_role("button", name="关上路人的手机").click()
    desk.opens(f"{town.stage.url}/views/complaint.disk")
    desk.sees("磁盘上有什么")
    assert WHAT not in desk.page.content()
    desk.has_no_barriers()
