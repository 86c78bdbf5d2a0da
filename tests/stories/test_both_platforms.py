"""One organisation on two platforms: one claim, one ledger."""

from __future__ import annotations

from bot.simulator.driver import shown
from tests.world import World


def test_four_signers_on_either_platform_sign_one_claim(one_world: World) -> None:
    world = one_world.begin("feishu", {"li": "wecom", "chen": "wecom"})
    number = world.files_claim("lin")
    world.signs_all(number, "li", "wang", "chen")
    world.reads("lin", f"{number} 已通过")
    assert len(world.rows("select * from journal where act = 'signoff.signed'")) == 4


def test_a_requester_in_wecom_is_answered_there_by_signers_in_feishu(one_world: World) -> None:
    world = one_world.begin("feishu", {"lin": "wecom"})
    number = world.files_claim("lin")
    world.clicks("li", "退回修改", number, reason="请写明日期")
    world.reads("lin", "退回修改：请写明日期")
    world.clicks("lin", "修改", number)
    assert world.fills_in("lin", purpose="3 月 2 日打车") == number
    world.signs_all("第 2 版", "li", "wang", "chen")
    world.reads("lin", f"{number} 已通过")


def test_a_person_on_both_gets_cards_where_they_last_wrote_and_may_act_on_either(one_world: World) -> None:
    world = one_world.begin("feishu")
    world.gives_account("li", "wecom")
    first = world.files_claim("lin")
    world.finds_button("li", "同意", first)
    world.homes["li"] = "wecom"
    world.says("li", "待办")
    world.clicks("li", "处理 1")
    world.clicks("li", "同意", first)
    world.homes["li"] = "feishu"
    assert not world.has_button("li", "同意")
    second = world.files_claim("lin")
    world.homes["li"] = "wecom"
    world.finds_button("li", "同意", second)
    world.homes["li"] = "feishu"
    assert world.has_read("li", second) == 0


def test_whoever_asks_for_words_gets_words_and_can_sign_by_typing(world: World) -> None:
    world.says("li", "文字版")
    world.reads("li", "以后用文字代替卡片")
    number = world.files_claim("lin")
    assert f"「同意 {number}」" in shown(world.reads("li", "报销待您签字"))
    assert not world.has_button("li", "同意")
    world.says("li", f"同意 {number}")
    world.finds_button("wang", "同意", number)
    world.says("li", "卡片版")
    world.reads("li", "以后发卡片")
    again = world.files_claim("lin")
    world.finds_button("li", "同意", again)
