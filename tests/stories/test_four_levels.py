"""An expense travels its four levels."""

from __future__ import annotations

from bot.simulator.driver import shown
from tests.world import World


def test_a_claim_signed_by_four_people_is_approved_and_the_requester_follows_it(world: World) -> None:
    number = world.files_claim("lin")
    card = shown(world.finds_button("li", "同意", number))
    assert "林晓" in card
    assert "¥128.50" in card
    assert "无附件" in card
    world.clicks("li", "同意", number)
    world.reads("lin", "李青已同意，现在等财务负责人王芳签字")
    world.clicks("wang", "同意", number)
    world.clicks("chen", "同意", number)
    world.reads("lin", f"{number} 已通过")
    assert not world.has_button("lin", "撤回")


def test_the_next_signer_is_asked_only_after_the_one_before_has_signed(world: World) -> None:
    number = world.files_claim("lin")
    world.finds_button("li", "同意", number)
    assert not world.has_button("wang", "同意")
    assert not world.has_button("chen", "同意")


def test_after_a_decision_no_copy_of_the_card_can_be_pressed_any_more(world: World) -> None:
    number = world.files_claim("lin")
    world.finds_button("li", "同意", number)
    world.says("li", f"查询 {number}")
    world.settle()
    copies = [each for each in world.chat("li") if any(b["label"] == "同意" for b in each["buttons"])]
    assert len(copies) == 2
    world.clicks("li", "同意", number)
    assert not world.has_button("li", "同意")


def test_a_rejection_ends_the_claim_and_its_reason_reaches_the_requester(world: World) -> None:
    number = world.files_claim("lin")
    world.clicks("li", "驳回", number, reason="不在预算内")
    world.reads("lin", f"{number} 被李青驳回：不在预算内")
    assert not world.has_button("li", "同意")
    world.says("li", f"同意 {number}")
    world.reads("li", "您已于")


def test_a_returned_claim_comes_back_as_the_next_version_and_is_signed_anew(world: World) -> None:
    number = world.files_claim("lin")
    world.clicks("li", "同意", number)
    world.clicks("wang", "退回修改", number, reason="请写明日期")
    world.reads("lin", "退回修改：请写明日期")
    world.clicks("lin", "修改", number)
    assert world.fills_in("lin", purpose="3 月 2 日打车去看望老人") == number
    world.finds_button("li", "同意", "第 2 版")
    world.signs_all(number, "li", "wang", "chen")
    world.reads("lin", f"{number} 已通过")


def test_a_claim_is_withdrawn_only_before_the_next_signature(world: World) -> None:
    first = world.files_claim("lin")
    world.finds_button("li", "同意", first)
    world.clicks("lin", "撤回", first)
    assert not world.has_button("li", "同意")
    second = world.files_claim("lin")
    world.clicks("li", "同意", second)
    world.says("lin", f"撤回 {second}")
    world.reads("lin", "李青已经签过")


def test_without_four_people_a_claim_is_blocked_and_says_who_can_help(world: World) -> None:
    number = world.files_claim("wang")
    card = shown(world.reads("wang", "凑不齐签字人"))
    assert "王芳是本单经办人" in card
    assert "管宁" in card
    world.reads("guan", f"{number} 凑不齐四个签字人")
    world.clicks("wang", "重新检查", number)
    assert world.has_read("li", number) == 0


def test_pictures_sent_in_chat_before_the_form_are_attached_and_reach_the_signer(world: World) -> None:
    world.sends_picture("lin")
    world.reads("lin", "已加入草稿")
    number = world.files_claim("lin")
    card = world.finds_button("li", "看附件", number)
    assert "1 个：" in shown(card)
    world.clicks("li", "看附件", number)
    world.settle()
    assert any(each["type"] == "image" for each in world.chat("li"))


def test_a_second_click_says_when_the_first_was_and_changes_nothing(world: World) -> None:
    number = world.files_claim("lin")
    world.clicks("li", "同意", number)
    before = world.rows("select count(*) from journal where act = 'signoff.signed'")
    world.sim.post("redeliver", count=1)
    world.says("li", f"同意 {number}")
    world.reads("li", "您已于")
    assert world.rows("select count(*) from journal where act = 'signoff.signed'") == before


def test_a_stranger_is_told_how_to_get_in_and_can_do_nothing(world: World) -> None:
    world.homes["lu"] = world.homes["lin"]
    world.says("lu", "报销")
    world.reads("lu", "我还不认识您的账号")
    assert world.rows("select count(*) from claim") == [(0,)]
    assert world.rows("select count(*) from attempt") == [(0,)]


def test_text_with_markup_is_shown_as_text_and_pings_nobody(world: World) -> None:
    nasty = "<at id=all></at> **加粗** [点我](http://x.example) @all"
    number = world.files_claim("lin", purpose=nasty)
    card = world.finds_button("li", "同意", number)
    assert not card["pinged_all"]
    assert "<at id=all>" in shown(card)
