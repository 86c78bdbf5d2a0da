"""Views as pages: one template for all of them, for the demo and for this machine only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.app import App
from bot.config import Config, Demo, Feishu, Org, Server, Storage
from bot.context import JobContext
from bot.web.views import view_pages
from handlers.contract.card import Field, Section, Tone
from handlers.contract.chart import Chart, Series
from handlers.contract.context import Context
from handlers.contract.refusal import Refusal
from handlers.contract.view import Cell, Table, View, row
from storage.migrations import upgrade
from tests.house import House

EVIL = "<script>alert(1)</script>"
CHART = Chart(title="自查", labels=("一月",), series=(Series(EVIL, (0.25,)),), unit="%")


def everything(_ctx: Context, argument: str) -> View:
    """A view with a part of each kind."""
    if argument == "none":
        raise Refusal("没有编号是「none」的单子")
    table = Table("签字", ("级", "谁"), (row(Cell("1", whole="一级"), EVIL, tone=Tone.GOOD),))
    return View(
        title=f"看 {argument}",
        tone=Tone.GOOD,
        tag="已通过",
        fields=(Field("经办人", "林晓"),),
        parts=(Section(("第一行",), title="一段"), table, Table("空的", ("一",), (), "没有"), CHART),
        back=("demo.all", "全部"),
    )


@pytest.fixture
def client(house: House) -> FlaskClient:
    """A browser on this machine."""

    @contextmanager
    def looking() -> Iterator[JobContext]:
        with house.database.read() as tx:
            yield JobContext(tx, datetime.now(UTC), datetime.now(UTC), "Asia/Shanghai")

    app = Flask("views")
    app.register_blueprint(view_pages({"demo.one": everything, "demo.all": everything}, looking))
    return app.test_client()


def test_every_part_of_a_view_is_drawn_and_nothing_in_it_runs(client: FlaskClient) -> None:
    page = client.get("/views/demo.one/abc").text
    for words in ("看 abc", "已通过", "经办人", "林晓", "一段", "第一行", "签字", "没有", 'title="一级"'):
        assert words in page
    assert EVIL not in page
    assert '<a href="/views/demo.all">← 全部</a>' in page
    assert '<th scope="col">级</th>' in page


def test_what_does_not_exist_is_told_in_a_sentence(client: FlaskClient) -> None:
    missing = client.get("/views/demo.one/none")
    assert missing.status_code == 404
    assert "没有编号是「none」的单子" in missing.text
    assert client.get("/views/demo.other").status_code == 404


def test_a_chart_is_drawn_and_stands_beside_it_as_a_table(client: FlaskClient) -> None:
    page = client.get("/views/demo.all/x").text

    assert '<svg class="chart"' in page
    assert "0.25%</td>" in page
    assert EVIL not in page


def test_a_view_is_only_for_this_machine_and_may_stand_in_the_workbench_alone(client: FlaskClient) -> None:
    policy = client.get("/views/demo.all").headers["Content-Security-Policy"]
    assert "frame-ancestors http://127.0.0.1:* http://localhost:*" in policy
    assert client.get("/views/demo.all", headers={"Host": "evil.example"}).status_code == 403
    away = {"REMOTE_ADDR": "192.0.2.1"}
    assert client.get("/views/demo.all", environ_base=away).status_code == 403


@pytest.mark.parametrize(
    ("clock", "host", "status"),
    [("clock", "127.0.0.1", 200), ("", "127.0.0.1", 404), ("clock", "0.0.0.0", 404)],  # noqa: S104 - what is refused
)
def test_views_are_there_in_the_demo_only(tmp_path: Path, clock: str, host: str, status: int) -> None:
    feishu = Feishu("cli_1", "s", "e" * 32, "v", base_url="http://127.0.0.1:1")
    storage = Storage(f"sqlite:///{tmp_path / 'ledger.db'}", str(tmp_path / "files"))
    demo = Demo(clock_file=str(tmp_path / clock) if clock else "")
    app = App(Config(Org("春晖"), Server(host=host), storage, demo, feishu, None))
    upgrade(app.database)
    assert app.web().test_client().get("/views/expense.claims").status_code == status
    app.database.close()
