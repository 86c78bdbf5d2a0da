"""The same over the wire with the ledger on PostgreSQL: one story for each capability."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases import Databases
from tests.world import World, open_world


@pytest.fixture(scope="module")
def far_world(postgresql: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Simulator and assistant, the assistant with its ledger on PostgreSQL."""
    url = postgresql.new()
    with open_world(tmp_path_factory.mktemp("far-world"), url) as world:
        yield world
    postgresql.drop(url)


def test_a_claim_with_a_picture_is_returned_once_and_signed_by_people_on_both_platforms(
    far_world: World,
) -> None:
    world = far_world.begin("wecom", {"wang": "feishu", "chen": "feishu"})
    world.sends_picture("lin")
    world.reads("lin", "已加入草稿")
    number = world.files_claim("lin")
    world.clicks("li", "同意", number)
    world.clicks("wang", "退回修改", number, reason="请写明日期")
    world.clicks("lin", "修改", number)
    assert world.fills_in("lin", purpose="3 月 2 日打车去看望老人") == number
    world.signs_all("第 2 版", "li", "wang", "chen")
    world.reads("lin", f"{number} 已通过")
    assert "条条相连" in world.stage.command("journal", "verify")
