"""The platform stumbles; nothing is lost and nothing comes twice."""

from __future__ import annotations

import pytest

from tests.world import World


def test_a_token_revoked_in_the_middle_is_renewed_and_nobody_notices(world: World) -> None:
    number = world.files_claim("lin")
    world.clicks("li", "同意", number)
    world.fault("token_revoked")
    world.signs_all(number, "wang", "chen")
    world.reads("lin", f"{number} 已通过")
    assert world.has_read("lin", "已通过：") == 1


def test_a_message_that_was_delivered_though_its_answer_was_lost_is_shown_once(world: World) -> None:
    world.fault("drop_after_delivery", api=world.send_api())
    number = world.files_claim("lin")
    world.finds_button("li", "同意", number)
    assert world.has_read("li", number) == 1
    world.clicks("li", "同意", number)
    world.finds_button("wang", "同意", number)


def test_too_many_calls_are_waited_out_and_the_card_comes_once(world: World) -> None:
    number = world.files_claim("lin")
    world.finds_button("li", "同意", number)
    world.settle()
    world.fault("rate_limit", api=world.send_api())
    world.clicks("li", "同意", number)
    world.waits_for_failure()
    world.hurries()
    world.finds_button("wang", "同意", number)
    assert world.has_read("wang", number) == 1


def test_an_unreachable_signer_is_reported_to_the_administrator_once(world: World) -> None:
    world.fault("refuse_recipient", person="li", times=9)
    number = world.files_claim("lin")
    world.reads("guan", "有一条给李青的消息没能送到")
    world.settle()
    assert world.has_read("guan", "没能送到") == 1
    assert world.has_read("li", number) == 0
    world.sim.clear_faults()
    world.says("li", "待办")
    world.reads("li", number)


def test_a_server_error_is_tried_again_and_the_order_of_messages_is_kept(world: World) -> None:
    number = world.files_claim("lin")
    world.finds_button("li", "同意", number)
    world.fault("server_error", times=2, api=world.send_api())
    world.signs_all(number, "li", "wang", "chen")
    world.reads("lin", f"{number} 已通过")
    words = [each["text"] or "" for each in world.chat("lin") if each["from"] == "bot"]
    told = [each for each in words if "已同意，现在等" in each or "已通过" in each]
    assert len(told) == 3
    assert "已通过" in told[-1]


@pytest.mark.parametrize("platform", ["wecom"], indirect=True)
def test_an_address_that_is_not_trusted_yet_holds_messages_back_until_it_is(world: World) -> None:
    world.fault("api_error", code=60020, times=3, api="message/send")
    number = world.files_claim_quietly("lin")
    world.waits_for_failure()
    assert world.rows("select count(*) from outbox where state = 'dead'") == [(0,)]
    world.sim.clear_faults()
    world.hurries()
    world.finds_button("li", "同意", number)


@pytest.mark.parametrize("platform", ["wecom"], indirect=True)
def test_where_a_card_can_no_longer_be_replaced_a_new_one_is_sent_if_something_is_to_be_done(
    world: World,
) -> None:
    number = world.files_claim("lin")
    world.clicks("li", "同意", number)
    world.fault("message_gone", times=5)
    world.clicks("wang", "退回修改", number, reason="请写明日期")
    world.finds_button("lin", "修改", number)
    world.settle()
    assert world.rows("select count(*) from outbox where state = 'dead'") == [(0,)]


@pytest.mark.parametrize("platform", ["wecom"], indirect=True)
def test_a_click_on_a_card_whose_code_is_spent_is_answered_with_the_card_as_it_is_now(world: World) -> None:
    number = world.files_claim("lin")
    world.finds_button("li", "同意", number)
    world.fault("message_gone", times=5)
    world.clicks("lin", "撤回", number)
    world.settle()
    world.clicks("li", "同意", number)
    world.reads("li", f"{number} 已撤回，不能再同意了")


def test_the_same_callback_twice_gets_the_first_answer_and_changes_nothing(world: World) -> None:
    number = world.files_claim("lin")
    world.finds_button("li", "同意", number)
    world.fault("duplicate_callback", person="li")
    world.clicks("li", "同意", number)
    world.finds_button("wang", "同意", number)
    assert world.has_read("wang", number) == 1
    assert world.rows("select count(*) from attempt") == [(0,)]


def test_a_callback_that_comes_hours_late_still_counts_once(world: World) -> None:
    number = world.files_claim("lin")
    world.finds_button("li", "同意", number)
    world.fault("late_callback", person="li", seconds=7 * 3600)
    world.clicks("li", "同意", number)
    world.finds_button("wang", "同意", number)
