"""待办 and 总览 as people see them."""

from __future__ import annotations

from datetime import timedelta

from tests.house import House, buttons_of, read


def overview(house: House, key: str) -> str:
    return read(house.say(key, "总览").card)


def test_a_quiet_house_shows_that_it_is_quiet(house: House) -> None:
    assert overview(house, "jian") == "总览\n3月3日\n今天没有要操心的事 🎉"


def test_who_does_not_supervise_is_told_where_their_own_matters_are(house: House) -> None:
    refused = house.say("lin", "总览")
    assert refused.refused
    assert "「待办」" in refused.text


def test_a_claim_that_lies_with_somebody_for_more_than_five_working_days_is_named(house: House) -> None:
    house.submit("lin")
    house.clock.forward(timedelta(days=7))
    assert "今天没有要操心的事" in overview(house, "jian")
    house.clock.forward(timedelta(days=1))
    assert "1. BX-2026-0001 在李青处停了 6 个工作日" in overview(house, "jian")


def test_a_blocked_claim_is_named_until_it_goes_on(house: House) -> None:
    house.give_roles("wang", "经办人")
    house.submit("lin")
    assert "BX-2026-0001 凑不齐四个签字人" in overview(house, "chen")
    house.give_roles("wang", "财务负责人")
    house.say("lin", "重新检查 BX-2026-0001")
    assert "凑不齐" not in overview(house, "chen")


def test_acts_against_a_rule_are_counted_by_name_and_slips_are_not(house: House) -> None:
    house.submit("lin")
    house.say("wang", "同意 BX-2026-0001")
    house.say("wang", "同意")
    assert "王芳 近 7 天有 1 次操作被拒（P31）" in overview(house, "jian")
    house.clock.forward(timedelta(days=8))
    assert "王芳 近" not in overview(house, "jian")


def test_large_amounts_of_this_month_stand_at_the_end_with_their_payee(house: House) -> None:
    house.submit("lin", amount="9999.99")
    house.submit("lin", amount="10000", payee="某某印刷厂")
    house.submit("lin", amount="20000", payee="某某餐厅")
    shown = overview(house, "jian").splitlines()
    start = shown.index("本月大额")
    assert shown[start + 1 : start + 3] == [
        "1. BX-2026-0003 · ¥20,000.00 · 某某餐厅",
        "2. BX-2026-0002 · ¥10,000.00 · 某某印刷厂",
    ]
    house.clock.forward(timedelta(days=29))
    assert "本月大额" not in overview(house, "jian")


def test_who_may_not_read_claims_sees_nothing_of_them(house: House) -> None:
    house.submit("lin", amount="20000")
    assert "BX-" not in overview(house, "fang")


def test_one_tap_on_a_line_opens_the_claim_for_a_supervisor(house: House) -> None:
    house.submit("lin", amount="20000")
    (look,) = buttons_of(house.say("jian", "总览").card)
    assert house.press("jian", look).toast == "BX-2026-0001 已发给您"


def test_the_secretary_general_finds_what_waits_for_her_signature_first(house: House) -> None:
    house.submit("lin", amount="20000")
    house.approve_all("li", "wang")
    shown = overview(house, "chen").splitlines()
    assert shown[2:4] == ["等我办的", "1. BX-2026-0001 · 林晓 · ¥20,000.00 · 第 4 级"]
