"""Something happens in the organisation, and an authority sends its notice: on either platform."""

from __future__ import annotations

from tests.world import World


def test_a_handover_opens_what_has_to_be_done_and_one_item_is_handed_in_and_confirmed(world: World) -> None:
    world.at("2026-03-03 09:00")
    world.says("chen", "任务 发生 财务交接 2026-03-03 会计换人")
    world.reads("chen", "财务交接，要办 6 件")
    world.reads("wang", "财务交接（3月3日），要办这几件")
    (number,) = {row[0] for row in world.rows("select number from duty where code = 'CW3'")}
    world.says("wang", f"任务 {number} 交材料 网银盾两个、印鉴一枚已移交，口令已换")
    world.reads("jian", "网银盾两个、印鉴一枚已移交")
    world.clicks("jian", "确认完成", number)
    world.reads("wang", f"{number} 移交网银盾、口令和印鉴，换新口令 已确认完成")


def test_the_notice_of_an_authority_is_told_to_who_has_to_act(world: World) -> None:
    world.at("2026-03-03 09:00")
    world.says("chen", "任务 通知 NJ1 2026-05-15 民发1号")
    world.reads("chen", "「年度检查材料报业务主管单位」2026年定在 2026-05-15，依据 民发1号。")
    world.says("fang", "任务 发生 换届 2029-01-01")
    world.reads("fang", "离今天太远了")
