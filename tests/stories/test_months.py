"""The month's overview over the wire: a card with its chart, and the way to the board."""

from __future__ import annotations

from tests.world import World

MORNING = {"feishu": "2026-04-09 09:20", "wecom": "2026-04-10 09:20"}
"""A morning of its own on each platform: the scheduler that runs on remembers which mornings it has had."""


def test_the_month_comes_with_its_chart_and_leads_to_the_board(world: World, platform: str) -> None:
    world.at("2026-03-03 09:00")
    world.says("jian", "整改 下发")
    world.answers(
        "jian",
        "下发",
        unit="社区助老",
        owner="李青",
        what="采购没有留痕",
        clause="业务部门自查自纠",
        asked="补齐采购记录",
        source="监督检查",
        days="5",
        reason="跳过",
    )
    world.reads("li", "ZG-2026-0001")
    world.at(MORNING[platform])
    world.reads("chen", "2026年3月月报")
    world.reads("chen", "李青 ZG-2026-0001 没销号")
    world.says("jian", "月报")
    world.reads("jian", "自己发现的问题：0/1 件（0%）")
