"""A finding over the wire, on either platform: served, overdue when the clock moves, reported, verified."""

from __future__ import annotations

from tests.world import World

NOTICE = {
    "unit": "社区助老",
    "owner": "李青",
    "what": "三月的小额采购没有留痕",
    "clause": "业务部门自查自纠",
    "asked": "补齐采购记录，附照片",
    "source": "监督检查",
    "days": "15",
    "reason": "跳过",
}


LATE = {"feishu": "2026-03-25 09:00", "wecom": "2026-03-26 09:00"}
"""A morning of its own on each platform: the scheduler that runs on remembers which mornings it has had."""


def test_a_finding_goes_overdue_is_reported_with_a_photo_and_verified(world: World, platform: str) -> None:
    world.at("2026-03-03 09:00")
    world.says("jian", "整改 下发")
    world.answers("jian", "下发", **NOTICE)
    world.clicks("li", "我已收到", "ZG-2026-0001")
    world.at(LATE[platform])
    world.reads("li", "ZG-2026-0001 整改已逾期（3月24日到期）")
    world.reads("chen", "ZG-2026-0001 李青的整改已逾期（3月24日到期）")
    world.says("li", "整改 ZG-2026-0001")
    world.settle()
    world.clicks("li", "交整改报告", "ZG-2026-0001")
    world.sends_picture("li", "采购记录.png")
    world.reads("li", "证据已收到")
    world.answers("li", "提交", text="已补齐采购记录", files="跳过")
    world.clicks("jian", "通过销号", "ZG-2026-0001")
    world.reads("li", "ZG-2026-0001 复核验收通过，已销号")
    assert world.rows("select count(*) from finding_file") == [(1,)]


def test_what_is_sent_back_says_why_and_the_owner_tries_again(world: World) -> None:
    world.at("2026-03-03 09:00")
    world.says("jian", "整改 下发")
    world.answers("jian", "下发", **NOTICE)
    world.clicks("li", "交整改报告", "ZG-2026-0001")
    world.answers("li", "提交", text="改好了", files="跳过")
    world.clicks("jian", "退回重改", "ZG-2026-0001")
    world.answers("jian", "提交", text="照片看不清")
    world.reads("li", "ZG-2026-0001 退回重改：照片看不清。3月24日前再交一次")
    world.says("li", "整改 ZG-2026-0001 交整改报告 重新拍了")
    world.clicks("jian", "通过销号", "ZG-2026-0001")
    world.reads("li", "已销号")
