"""The demo: the sample organisation on the simulated platform; `--story` plays the sign-off and prints it."""

from __future__ import annotations

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

from bot.roles import port_is_free, sets
from bot.simulator.driver import Json, Stuck, shown
from bot.simulator.launch import SAMPLE, Options, Stage
from bot.simulator.players import WITH_INPUTS, Players

PLATFORM_NAMES = {"feishu": "飞书", "wecom": "企业微信"}


def serve(port: int) -> int:
    """Start simulator and assistant and keep them up until Ctrl-C; return the exit code."""
    if port and not port_is_free("127.0.0.1", port):
        click.echo(
            f"{port} 端口已被占用，可能已有一个 demo 在运行；换一个：qinglian demo --port {port + 1}",
            err=True,
        )
        return 1
    click.echo("正在启动模拟平台和助手，约十秒……")
    with _folder() as folder, Stage(Options(folder, simulator_port=port, crossing=True)) as stage:
        click.echo(f"工作台已就绪，请用浏览器打开：{stage.simulator.base_url}")
        click.echo(f"单子的留痕：{stage.url}/views/expense.claims，助手的日志：{stage.log}")
        click.echo(f"本次的数据在 {folder}，停下时清除。按 Ctrl-C 停止。")
        _until_stopped()
    click.echo("已停止，本次数据已清除。")
    return 0


def play() -> int:
    """Play the story and print what everybody sees; return 0 when all came as it should."""
    with _folder() as folder, Stage(Options(folder, limits=None)) as stage:
        try:
            _tell(stage, Cast.of_sample())
        except Stuck as stuck:
            click.echo(f"演到一半停住了：{stuck}", err=True)
            return 1
    return 0


def _tell(stage: Stage, cast: Cast) -> None:
    """Play all chapters. Raises Stuck when something does not come."""
    for platform, name in PLATFORM_NAMES.items():
        story = Story(stage, cast, dict.fromkeys(cast.names, platform))
        story.move_in()
        _chapter(f"{name}：四级联签")
        story.through_four_levels()
        _chapter(f"{name}：退回修改，再提交，签字全部重来")
        story.returned_and_resubmitted()
        _chapter(f"{name}：凑不齐四个不同的人")
        story.blocked_for_want_of_a_fourth()
    _chapter("两个平台混在一起：一张单子，四个人各在各的平台上签")
    mixed = dict.fromkeys(cast.names, "feishu") | {cast.lead: "wecom", cast.secretary: "wecom"}
    story = Story(stage, cast, mixed)
    story.move_in()
    story.through_four_levels()
    _chapter("流水账")
    click.echo(stage.command("journal", "verify"))


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
    def of_sample(cls) -> Cast:
        """Read the sample organisation."""
        return cls(_rows(SAMPLE / "people.csv"), _rows(SAMPLE / "projects.csv"))

    def with_role(self, role: str, other_than: str = "") -> str:
        """Return the key of the first person who holds a role."""
        holders = [each["key"] for each in self._people if role in each["roles"].split(";")]
        return next(each for each in holders if each != other_than)


class Story(Players):
    """Three claims on one platform: one goes through, one comes back first, one finds no fourth person; or,
    with the people mixed over both platforms, one claim that goes through."""

    def __init__(self, stage: Stage, cast: Cast, homes: dict[str, str]) -> None:
        super().__init__(stage.simulator.base_url, homes)
        self._cast = cast

    def move_in(self) -> None:
        """Let everybody write once: cards go to the platform that a person last wrote from."""
        for person in (self._cast.handler, self._cast.lead, self._cast.finance, self._cast.secretary):
            self.says(person, "待办")
            self.reads(person, "待办")

    def through_four_levels(self) -> None:
        """Play a claim with a picture that four people sign."""
        cast = self._cast
        self._ask(cast.handler)
        self.sends_picture(cast.handler, "打车发票.png")
        self._show(cast.handler, self.reads(cast.handler, "已加入草稿"))
        number = self._hand_in(cast.handler, "128.50", "探访独居老人往返打车")
        for signer in (cast.lead, cast.finance, cast.secretary):
            self._sign(signer, "同意", number)
        self._finish(cast.handler, number)

    def returned_and_resubmitted(self) -> None:
        """Play a claim that is sent back and signed anew."""
        cast = self._cast
        self._ask(cast.handler)
        number = self._hand_in(cast.handler, "１，２８０．５０元", "志愿者午餐")
        self._sign(cast.lead, "同意", number)
        self._sign(cast.finance, "退回修改", number, reason="请写明人数和日期")
        self._show(cast.handler, self.reads(cast.handler, f"{number} 被"))
        self._press(cast.handler, "修改", number)
        self._hand_in(cast.handler, "1280.50", "11 月 20 日志愿者午餐，36 人")
        for signer in (cast.lead, cast.finance, cast.secretary):
            self._sign(signer, "同意", number, about="第 2 版")
        self._finish(cast.handler, number)

    def blocked_for_want_of_a_fourth(self) -> None:
        """Play a claim of the only finance head, for whom nobody may sign."""
        self._ask(self._cast.finance)
        self._hand_in(self._cast.finance, "56", "快递费")

    def _ask(self, person: str) -> None:
        click.echo(f"\n{self._who(person)} 说：报销")
        self.says(person, "报销")

    def _hand_in(self, person: str, amount: str, purpose: str) -> str:
        answers = {
            "project": self._cast.project["name"],
            "amount": amount,
            "purpose": purpose,
            "payee": self._cast.names[person],
        }
        how = "填好表单，点「提交」" if self.homes[person] in WITH_INPUTS else "一问一答地填好"
        click.echo(f"\n{self._who(person)} {how}：{'，'.join(answers.values())}")
        if self.homes[person] in WITH_INPUTS:
            self._show(person, self.finds_button(person, "提交"))
        number = self.fills_in(person, **answers)
        self._show(person, self.reads(person, number))
        return number

    def _sign(self, person: str, label: str, number: str, about: str = "", **answers: str) -> None:
        self._show(person, self.finds_button(person, label, about or number))
        words = f"，写明：{answers['reason']}" if answers else ""
        click.echo(f"\n{self._who(person)} 点「{label}」{words}")
        self._press(person, label, about or number, **answers)

    def _press(self, person: str, label: str, about: str, **answers: str) -> None:
        done = self.clicks(person, label, about, **answers)
        if done["error"]:
            raise Stuck(f"{label} 没有成功：{done['error']}")
        if done["toast"]:
            click.echo(f"  提示：{done['toast']['content']}")
        self._show(person, done["message"])

    def _finish(self, person: str, number: str) -> None:
        self._show(person, self.reads(person, f"{number} 已通过"))

    def _show(self, person: str, message: Json) -> None:
        click.echo(f"\n── {self._who(person)} 看到 ──")
        click.echo(shown(message))

    def _who(self, person: str) -> str:
        return f"{self._cast.names[person]}（{PLATFORM_NAMES[self.homes[person]]}）"


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

    set_it = sets(stop)

    def handle(_number: int, _frame: FrameType | None) -> None:
        set_it()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)
    stop.wait()
