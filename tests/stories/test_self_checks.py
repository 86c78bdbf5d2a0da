"""A month's self-check over the wire: opened by the clock, a zero report, and one that found something."""

from __future__ import annotations

import pytest

from tests.world import World

OPENS = {"feishu": "2026-10-08 09:00", "wecom": "2026-10-09 09:00"}
"""A morning of its own on each platform: the scheduler that runs on remembers which mornings it has had."""


@pytest.fixture
def october(world: World, platform: str) -> World:
    world.at(OPENS[platform])
    return world


def test_a_lead_hands_in_a_zero_report_and_another_finds_something_to_mend(october: World) -> None:
    world = october
    world.clicks("li", "填写 1", "社区助老")
    world.answers(
        "li",
        "提交",
        verdict="零报告：以上我逐项看过，没有发现别的问题",
        issues="跳过",
        doubt="跳过",
        files="跳过",
    )
    world.reads("li", "第 1 版 · 李青")
    world.clicks("zhou", "填写 1", "助残就业")
    world.answers(
        "zhou",
        "提交",
        verdict="发现了问题，写在下面",
        issues="小额采购没留痕",
        doubt="样品要不要登记",
        files="跳过",
    )
    world.reads("zhou", "整改通知书 ZG-2026-0001")
    world.clicks("jian", "回复意见", "样品要不要登记", text="要登记")
    world.reads("zhou", "回复您拿不准的那件事")
    world.says("jian", "自查 名单")
    world.reads("jian", "唐果 · 办公室 · 2026年9月")
