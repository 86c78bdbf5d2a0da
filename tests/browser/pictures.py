"""Takes the pictures of the docs from the running demo: `make pictures`.

The sample organisation is played on a fixed morning, so that a picture changes only when what it shows does.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pypdfium2
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from bot.poster import poster
from bot.simulator.driver import Json
from bot.simulator.launch import Options, Stage
from bot.simulator.players import Players
from bot.simulator.workbench.pages import PASSPHRASE
from tests.browser.chromium import LEFT_OUT, QUIET, find

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
SHARP = 2
HOMES = {"lin": "feishu", "li": "wecom", "wang": "feishu", "chen": "wecom", "zhou": "wecom"}
CLAIM = {
    "project": "社区助老探访",
    "amount": "128.50",
    "purpose": "3 月 2 日探访独居老人，往返打车",
    "payee": "顺风出租车公司",
}
RECEIPT = """<body style="margin:0;padding:16px;font:15px/1.8 sans-serif;color:#222;background:#fbf7ec">
<h1 style="font-size:18px;margin:0;text-align:center;color:#9c2b1f">出租汽车专用发票</h1><hr>
<div>日期：2026-03-02　上车 09:12</div><div>里程：18.6 公里</div>
<div style="font-size:20px;margin-top:6px">金额：<b>¥128.50</b></div></body>"""
MORNING = "2026-03-03T09:00:00+08:00"
NEXT_MONTH, LATE = "2026-04-01T09:00:00+08:00", "2026-04-27T09:00:00+08:00"
MAY = "2026-05-13T09:20:00+08:00"
NOTICE = {
    "unit": "社区助老探访",
    "owner": "李青",
    "what": "三月两笔小额采购没有留痕",
    "clause": "方案二（三）业务部门自查自纠",
    "asked": "补齐采购记录，附照片",
    "source": "监督检查",
    "days": "15",
    "reason": "跳过",
}


class Camera:
    """A browser on the demo, and the people who are played in it."""

    def __init__(self, stage: Stage, browser: Browser, say: Callable[[str], None]) -> None:
        self.stage, self._browser, self._say = stage, browser, say
        self.people = Players(stage.simulator.base_url, dict(HOMES))

    def begin(self) -> None:
        """Set the clock, and let those who are at home in WeCom write once from there."""
        self.people.sim.post("clock", now=MORNING)
        for person in ("chen", "zhou"):
            self.people.says(person, "待办")
            self.people.reads(person, "待办")

    def opens(self, address: str, size: dict[str, int]) -> Page:
        """Open a page of the workbench (by its panes) or of the assistant (by its path)."""
        page = self._browser.new_page(
            viewport={"width": size["width"], "height": size["height"]}, device_scale_factor=SHARP
        )
        base = self.stage.url if address.startswith("/") else f"{self.stage.simulator.base_url}/?panes="
        page.goto(address if address.startswith("http") else base + address)
        page.wait_for_load_state("networkidle") if address.startswith("/") else page.wait_for_timeout(1500)
        return page

    def takes(self, name: str, of: Page | Locator) -> None:
        """Take one picture."""
        of.screenshot(path=FOLDER / f"{name}.png", animations="disabled")
        self._say(name)

    def receipt(self) -> bytes:
        """Return a picture of a receipt."""
        page = self._browser.new_page(viewport={"width": 300, "height": 190})
        page.set_content(RECEIPT)
        content = page.screenshot()
        page.close()
        return content

    def takes_card(self, name: str, who: str, about: str, label: str = "") -> None:
        """Take the newest card with some words, and a button, in somebody's chat."""
        page = self.opens(who, {"width": 430, "height": 1500})
        cards = page.locator(f'[data-pane="{who}"] article', has_text=about)
        if label:
            cards = cards.filter(has=page.locator(f'[data-press="{label}"]'))
        self.takes(name, cards.last.locator(".card, .bubble"))
        page.close()


def story(camera: Camera) -> None:
    """Play one claim and take every kind of card on its way."""
    people = camera.people
    camera.begin()
    camera.takes_card("wecom-help", "li@wecom", "我能帮您做这些")
    people.says("zhou", "报销")
    offered = people.finds_button("zhou", "社区助老探访")
    camera.takes_card("wecom-question", "zhou@wecom", "社区助老探访")
    _page_form(camera, next(each["url"] for each in offered["buttons"] if each["url"]))
    people.says("lin", "报销")
    camera.takes_card("feishu-form", "lin@feishu", "金额", "提交")
    people.sim.upload("lin", "打车发票.png", camera.receipt(), "image", platform="feishu")
    people.reads("lin", "已加入草稿")
    number = people.fills_in("lin", **CLAIM)
    people.finds_button("li", "同意", number)
    camera.takes("workbench", camera.opens("lin@feishu,li@wecom,wang@feishu", DESK))
    camera.takes("workbench-phone", camera.opens("li@wecom,lin@feishu", PHONE))
    camera.takes_card("feishu-claim", "lin@feishu", number, "撤回")
    camera.takes_card("wecom-to-sign", "li@wecom", number, "同意")
    people.clicks("li", "同意", number)
    people.finds_button("wang", "同意", number)
    camera.takes_card("wecom-signed", "li@wecom", number, "已同意")
    camera.takes_card("feishu-to-sign", "wang@feishu", number, "同意")
    people.clicks("wang", "退回修改", number, reason="请写明接送的是哪一段路")
    people.finds_button("lin", "修改", number)
    camera.takes_card("feishu-returned", "lin@feishu", number, "修改")
    people.clicks("lin", "修改", number)
    people.fills_in("lin", **CLAIM | {"purpose": "3 月 2 日探访独居老人，机构到朝阳里往返打车"})
    for signer in ("li", "wang", "chen"):
        people.clicks(signer, "同意", number)
    people.reads("lin", f"{number} 已通过")
    camera.takes_card("feishu-approved", "lin@feishu", f"报销 {number}")
    camera.takes("trail", camera.opens(f"/views/expense.trail/{number}", DESK))
    camera.takes("trail-phone", camera.opens(f"/views/expense.trail/{number}", PHONE))


def clockwork(camera: Camera) -> None:
    """Let a month pass and take what the clock brings: self-checks, a notice, the one screen."""
    people = camera.people
    people.homes |= {"song": "feishu", "jian": "feishu", "li": "wecom"}
    people.sim.post("clock", now=NEXT_MONTH)
    people.clicks("song", "填写 1", "2026年3月")
    people.finds_button("song", "提交", "项目部")
    camera.takes_card("feishu-self-check", "song@feishu", "廉洁风险自查 项目部", "提交")
    people.finds_button("li", "填写 1", "2026年3月")
    camera.takes_card("wecom-self-check", "li@wecom", "2026年3月", "填写 1")
    people.says("jian", "整改 下发")
    people.answers("jian", "下发", **NOTICE)
    people.finds_button("li", "我已收到", "ZG-2026-0001")
    camera.takes_card("wecom-notice", "li@wecom", "整改通知书", "我已收到")
    people.sim.post("clock", now=LATE)
    people.reads("li", "整改已逾期")
    people.says("jian", "总览")
    people.reads("jian", "逾期未销号")
    camera.takes_card("feishu-overview", "jian@feishu", "逾期未销号")
    people.says("jian", "还差什么")
    found = people.reads("jian", "我们还差什么")
    camera.takes_card("feishu-coverage", "jian@feishu", "我们还差什么")
    _board(camera, "coverage", found)


def month(camera: Camera) -> None:
    """Let the sixth working day of May come: the month on both platforms, its board, a handover."""
    people = camera.people
    people.sim.post("clock", now=MAY)
    people.finds_button("jian", "打开看板", "2026年4月月报")
    camera.takes_card("feishu-month", "jian@feishu", "2026年4月月报", "打开看板")
    people.clicks("jian", "打开看板", "2026年4月月报")
    _board(camera, "board", people.reads("jian", "2026年4月月报"))
    people.says("jian", "任务 发生 财务交接 2026-05-13 会计换人")
    people.reads("jian", "财务交接，要办")
    camera.takes_card("feishu-handover", "jian@feishu", "财务交接，要办")
    people.homes["jian"] = "wecom"
    people.says("jian", "月报")
    people.finds_button("jian", "打开看板", "2026年4月月报")
    page = camera.opens("jian@wecom", {"width": 430, "height": 1300})
    page.locator('[data-pane="jian@wecom"] img').first.wait_for()
    camera.takes("wecom-month", page)


def reports(camera: Camera) -> None:
    """Report something and work it: the poster, the choice, the public page, the desk."""
    people = camera.people
    people.says("lin", "举报")
    people.reads("lin", "反映廉洁问题")
    camera.takes_card("feishu-report", "lin@feishu", "反映廉洁问题", "在这里提交")
    people.sim.say("zhou", "举报", platform="wecom")
    people.sim.wait_for("the choice", lambda: "③ 防不住的" in str(people.sim.chat("zhou", "wecom")))
    camera.takes_card("wecom-report", "zhou@wecom", "反映廉洁问题")
    page = camera.opens("/report", PHONE)
    camera.takes("report-phone", page)
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("什么事").fill("仓库的油每周少两桶，登记本改过三次，改的地方没有签名")
    camera.takes("report-what-phone", page)
    page.get_by_role("button", name="提交").click()
    camera.takes("report-receipt-phone", page)
    page.close()
    _desk(camera)
    _poster(camera)


def _desk(camera: Camera) -> None:
    camera.people.homes["jian"] = "feishu"
    camera.people.says("jian", "受理")
    offered = camera.people.reads("jian", "链接 30 分钟内有效")
    page = camera.opens(next(each["url"] for each in offered["buttons"] if each["url"]), PHONE)
    page.get_by_label("口令").fill(PASSPHRASE)
    page.get_by_role("button", name="打开").click()
    page.get_by_role("link", name=re.compile("FY-")).first.click()
    page.get_by_role("link", name="登记", exact=True).click()
    page.get_by_label("登记说明").fill("和物资管理有关，先保全登记本")
    page.get_by_role("button", name="登记").click()
    page.get_by_role("link", name="答复或询问").click()
    page.get_by_label("写给反映人").fill("谢谢。从哪一周开始的？不用说您是谁")
    page.get_by_role("button", name="发给反映人").click()
    page.get_by_role("link", name="全部").click()
    camera.takes("desk-cases", page)
    page.get_by_role("link", name=re.compile("FY-")).first.click()
    page.set_viewport_size({"width": 390, "height": 1300})
    camera.takes("desk-case", page)
    page.close()


def _poster(camera: Camera) -> None:
    outside = ["业务主管单位：某区民政局", "登记管理机关（民政部门）", "12345 政务服务便民热线"]
    content = poster("春晖社会服务中心（示例）", "https://bot.example.org/report", outside)
    pypdfium2.PdfDocument(content)[0].render(scale=1.2).to_pil().save(FOLDER / "report-poster.png")


def _board(camera: Camera, name: str, card: Json) -> None:
    link = next(each["url"] for each in card["buttons"] if each["url"])
    for each, size in ((name, DESK), (f"{name}-phone", PHONE)):
        page = camera.opens(link, size)
        camera.takes(each, page)
        page.close()


def _page_form(camera: Camera, link: str) -> None:
    page = camera.opens(link, PHONE)
    page.get_by_label("项目").select_option(label=CLAIM["project"])
    for label, name in (("金额（元）", "amount"), ("事由", "purpose"), ("收款人", "payee")):
        page.get_by_label(label).fill(CLAIM[name])
    page.get_by_text("已保存").wait_for()
    camera.takes("page-form-phone", page)
    page.close()


def main() -> int:
    """Take all pictures anew; return 1 where there is no browser."""
    if find() is None:
        print(LEFT_OUT, file=sys.stderr)  # noqa: T201 - a command line
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as name,
        Stage(Options(Path(name) / "demo", limits=None, crossing=True)) as stage,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find(), args=list(QUIET))
        camera = Camera(stage, browser, print)
        story(camera)
        clockwork(camera)
        month(camera)
        reports(camera)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
