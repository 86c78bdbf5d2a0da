"""Boards on a phone and on a desk: nothing in the way of anybody, nothing wider than the window."""

from __future__ import annotations

import pytest

from tests.browser.conftest import DESK, PHONE, OpenWindow
from tests.world import World


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_the_map_of_the_plan_can_be_read_by_everybody(
    one_world: World, open_window: OpenWindow, size: tuple[int, int]
) -> None:
    one_world.begin("wecom")
    one_world.says("jian", "还差什么")
    offered = one_world.reads("jian", "我们还差什么")
    window = open_window(size).opens(next(each["url"] for each in offered["buttons"] if each["url"]))
    window.sees("二（三）监督协同")
    window.sees("○ 还缺")
    window.has_no_barriers()
    assert not window.scrolls_sideways()
