"""A claim on an office PC without a public address: everything comes over the long connection."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from bot.simulator.driver import shown
from bot.simulator.feishu.app import LONG_CONNECTION
from bot.simulator.launch import Options, Stage
from tests.world import World, everybody


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The cast at home on Feishu, the assistant with all its roles, and no webhook anywhere."""
    folder = tmp_path_factory.mktemp("long_connection")
    options = Options(folder, poll_seconds=0.02, limits=None, people=everybody(), feishu_mode=LONG_CONNECTION)
    with Stage(options) as stage:
        world = World(stage, f"sqlite:///{folder / 'qinglian.db'}")
        yield world.begin("feishu")
        world.database.close()


def signatures(world: World) -> int:
    ((count,),) = world.rows("select count(*) from journal where act = 'signoff.signed'")
    return int(count)


def test_a_broken_connection_loses_no_signature_and_a_repeat_makes_no_second_one(world: World) -> None:
    number = world.files_claim("lin")
    before = signatures(world)
    world.finds_button("li", "同意", number)

    world.fault("kicked", person="li")
    assert world.clicks("li", "同意", number)["error"] == "200341"
    world.sim.wait_for("the connection to be back", lambda: world.stage.simulator.connected)
    (again,) = world.sim.post("redeliver")["results"]
    assert (again["event"], again["status"]) == ("card.action.trigger", 200)

    assert "李青" in shown(world.finds_button("wang", "同意", number))
    world.reads("lin", "李青已同意")
    assert not world.has_button("li", "同意")
    assert signatures(world) == before + 1
    assert world.has_read("lin", "李青已同意，现在等") == 1


def test_a_click_that_comes_in_pieces_and_twice_is_one_signature(world: World) -> None:
    number = world.files_claim("lin", purpose="第二张单子")
    world.finds_button("li", "同意", number)
    before = signatures(world)
    world.fault("fragmented", person="li")
    world.fault("duplicate_callback", person="li")
    assert "已同意" in world.clicks("li", "同意", number)["toast"]["content"]
    world.finds_button("wang", "同意", number)
    assert signatures(world) == before + 1
    clicks = [each for each in world.sim.log() if each.get("event") == "card.action.trigger"]
    assert [each["status"] for each in clicks[-2:]] == [200, 200]
    assert clicks[-1]["event_id"] == clicks[-2]["event_id"]


def test_whoever_listens_needs_no_address_for_callbacks(world: World) -> None:
    statuses = [
        requests.post(f"{world.stage.url}/callbacks/{name}", data=b"{}", timeout=10).status_code
        for name in ("feishu", "wecom")
    ]
    assert statuses[0] == 404
    assert statuses[1] in (400, 401)


def test_the_log_tells_who_runs_and_no_address_with_its_ticket(world: World) -> None:
    world.fault("kicked")
    world.says("lin", "帮助")
    world.sim.wait_for("the connection to be back", lambda: world.stage.simulator.connected)
    world.reads("lin", "我能帮您做这些")

    said = world.stage.log.read_text(encoding="utf-8")
    assert "web、relay、scheduler、listen" in said
    assert "the connection is back" in said
    assert [each for each in ("ticket=", "access_key=", world.stage.feishu.app_secret) if each in said] == []
