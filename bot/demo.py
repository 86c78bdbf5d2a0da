"""The demo: the sample organisation on the simulated platform; `--story` plays the sign-off and prints it."""

from __future__ import annotations

import re
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from csv import DictReader
from pathlib import Path
from types import FrameType

import click

from bot.simulator.driver import Driver, Json, Stuck, shown
from bot.simulator.launch import SAMPLE, Options, Stage

INVOICE = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def serve(port: int) -> int:
    """Start simulator and assistant and keep them up until Ctrl-C; return the exit code."""
    click.echo("正在启动模拟平台和助手，约十秒……")
    with _folder() as folder, Stage(Options(folder, simulator_port=port)) as stage:
        click.echo(f"示例机构已就绪：{stage.simulator.base_url}")
        click.echo(f"助手的网页进程：{stage.url}/healthz，日志：{stage.log}")
        click.echo(f"本次的数据在 {folder}，停下时清除。按 Ctrl-C 停止。")
        _until_stopped()
    return 0


def play() -> int:
    """Play the story and print what everybody sees; return 0 when all came as it should."""
    with _folder() as folder, Stage(Options(folder, limits=None)) as stage:
        try:
            Story(stage, Driver(stage.simulator.base_url), Cast.of_sample(SAMPLE)).tell()
        except Stuck as stuck:
            click.echo(f"演到一半停住了：{stuck}", err=True)
            return 1
    return 0


class Cast:
    """Who plays which part, found in the sample by role, so that the sample can change."""

    def __init__(self, people: list[dict[str, str]], projects: list[dict[str, str]]) -> None:
        self._people = people
        self.names = {each["key"]: each["name"] for each in people}
        self.project = next(each for each in projects if each["fund"])
        self.lead = self.project["lead"]
        self.handler = self.with_role("经办人", other_than=self.lead)
        self.finance = self.with_role("财务负责人")
        self.secretary = self.with_role("秘书长")

    @classmethod
    def of_sample(cls, folder: Path) -> Cast:
        """Read the sample organisation."""
        return cls(_rows(folder / "people.csv"), _rows(folder / "projects.csv"))

    def with_role(self, role: str, other_than: str = "") -> str:
        """Return the key of the first person who holds a role."""
        holders = [each["key"] for each in self._people if role in each["roles"].split(";")]
        return next(each for each in holders if each != other_than)


class Story:
    """Three claims: one goes through, one comes back and goes through, one finds no fourth person."""

    def __init__(self, stage: Stage, driver: Driver, cast: Cast) -> None:
        self._stage, self._driver, self._cast = stage, driver, cast

    def tell(self) -> None:
        """Play all chapters. Raises Stuck when something does not come."""
        self._through_four_levels()
        self._returned_and_resubmitted()
        self._blocked_for_want_of_a_fourth()
        _chapter("流水账")
        click.echo(self._stage.command("journal", "verify"))

    def _through_four_levels(self) -> None:
        _chapter("第一张：四级联签")
        cast = self._cast
        self._ask(cast.handler)
        self._driver.upload(cast.handler, "打车发票.pdf", INVOICE)
        self._show(cast.handler, self._driver.wait_for_text(cast.handler, "已加入草稿"))
        number = self._hand_in(cast.handler, "128.50", "探访独居老人往返打车")
        for signer in (cast.lead, cast.finance, cast.secretary):
            self._sign(signer, "同意", number)
        self._finish(cast.handler, number)

    def _returned_and_resubmitted(self) -> None:
        _chapter("第二张：退回修改，再提交，签字全部重来")
        cast = self._cast
        self._ask(cast.handler)
        number = self._hand_in(cast.handler, "１，２８０．５０元", "志愿者午餐")
        self._sign(cast.lead, "同意", number)
        self._sign(cast.finance, "退回修改", number, {"reason": "请写明人数和日期"})
        self._show(cast.handler, self._driver.wait_for_text(cast.handler, f"{number} 被"))
        self._driver.wait_for_button(cast.handler, "修改", number)
        self._click(cast.handler, "修改")
        self._driver.wait_for_button(cast.handler, "提交", "修改报销单")
        self._hand_in(cast.handler, "1280.50", "11 月 20 日志愿者午餐，36 人", number)
        for signer in (cast.lead, cast.finance, cast.secretary):
            self._sign(signer, "同意", number, about="第 2 版")
        self._finish(cast.handler, number)

    def _blocked_for_want_of_a_fourth(self) -> None:
        _chapter("第三张：凑不齐四个不同的人")
        self._ask(self._cast.finance)
        self._hand_in(self._cast.finance, "56", "快递费")

    def _ask(self, person: str) -> None:
        click.echo(f"\n{self._cast.names[person]} 说：报销")
        self._driver.say(person, "报销")
        self._show(person, self._driver.wait_for_button(person, "提交", "填写报销单"))

    def _hand_in(self, person: str, amount: str, purpose: str, number: str = "") -> str:
        values = {
            "project": self._cast.project["name"],
            "amount": amount,
            "purpose": purpose,
            "payee": self._cast.names[person],
        }
        click.echo(f"\n{self._cast.names[person]} 填好表单，点「提交」：{'，'.join(values.values())}")
        answer = self._click(person, "提交", values)
        return number or re.findall(r"BX-\d{4}-\d{4,}", shown(answer["message"]))[0]

    def _sign(
        self, person: str, label: str, number: str, values: dict[str, str] | None = None, about: str = ""
    ) -> None:
        card = self._driver.wait_for_button(person, label, about or number)
        self._show(person, card)
        words = f"，写明：{values['reason']}" if values else ""
        click.echo(f"\n{self._cast.names[person]} 点「{label}」{words}")
        self._click(person, label, values)

    def _click(self, person: str, label: str, values: dict[str, str] | None = None) -> Json:
        answer = self._driver.click(person, label, values)
        if answer["error"]:
            raise Stuck(f"{label} 没有成功：{answer['error']}")
        toast = answer["toast"]
        if toast:
            click.echo(f"  提示：{toast['content']}")
        self._show(person, answer["message"])
        return answer

    def _finish(self, person: str, number: str) -> None:
        self._show(person, self._driver.wait_for_text(person, f"{number} 已通过"))

    def _show(self, person: str, message: Json) -> None:
        click.echo(f"\n── {self._cast.names[person]} 看到 ──")
        click.echo(shown(message))


def _chapter(title: str) -> None:
    click.echo(f"\n{'═' * 12} {title} {'═' * 12}")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(DictReader(lines))


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="qinglian-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _until_stopped() -> None:
    stop = threading.Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)
    stop.wait()
