"""The map of the plan over the wire: the card, the page behind it, the PDF, on both platforms."""

from __future__ import annotations

import re
from io import BytesIO

import requests
from pypdf import PdfReader

from bot.simulator.driver import Json, shown
from tests.world import World


def address_in(message: Json) -> str:
    """Return the address in a message, or behind its button."""
    links = [each["url"] for each in message["buttons"] if each["url"]]
    return links[0] if links else str(re.findall(r"http://\S+/form/[a-z2-7]{26}", shown(message))[0])


def test_the_chair_sees_what_is_missing_settles_a_clause_and_takes_the_paper(world: World) -> None:
    number = world.files_claim("lin")
    world.signs_all(number, "li", "wang", "chen")
    world.reads("lin", f"{number} 已通过")
    world.says("fang", "覆盖 不适用 P60 我们没有会员 决议 2026-05 2026-03-01")
    world.reads("fang", "标为不适用，依据决议 2026-05")
    world.reads("jian", "标为不适用：我们没有会员，依据决议 2026-05（方正登记）")
    world.says("fang", "还差什么")
    card = world.reads("fang", "方案 71 条要做，1 条有证据")
    assert "还没有人担任党支部书记" in shown(card)
    page = requests.get(address_in(card), timeout=10).text
    assert "最近批准的 1 张单子，1 张四个人签齐" in page
    assert "不适用：我们没有会员（决议 2026-05，2026-03-01）" in page
    world.clicks("fang", "下载 PDF", "我们还差什么")
    world.settle()
    (file,) = [each for each in world.chat("fang") if each["type"] == "file"]
    pages = PdfReader(BytesIO(world.sim.download(file))).pages
    said = "".join("".join(each.extract_text().split()) for each in pages)
    assert [each for each in ("P3", "P31", "●有证据", "－不适用", "P83") if each not in said] == []


def test_who_does_not_supervise_is_told_where_their_own_matters_are(world: World) -> None:
    world.says("lin", "还差什么")
    world.reads("lin", "「还差什么」给监事、秘书长、理事长和党支部书记看")
