"""Complaints in the chat: the choice, one message, and what is kept of who said it: nothing."""

from __future__ import annotations

import json
import re

import pytest

from storage import people
from storage.people import NewPerson
from tests.world import World

PASSPHRASE = "一句只有我知道的话"
RECEIVERS = (("bai", "白露", "举报受理人"), ("luo", "罗维", "外部受理人"))
TABLES = ("inbox", "outbox", "sent_card", "attempt", "dialogue", "page_link", "journal")


@pytest.fixture
def town(world: World) -> World:
    """The world with two receivers who have keys, and nothing written of anybody yet."""
    with world.database.write() as tx:
        for key, name, role in RECEIVERS:
            people.save(tx, NewPerson(key, name, f"{name}的组", frozenset({role}), {}))
    for key, _, _ in RECEIVERS:
        world.stage.command("receivers", "make", key, typed=f"{PASSPHRASE}\n{PASSPHRASE}\n")
    with world.database.write() as tx:
        people.save(tx, NewPerson("tang", "唐果", "办公室", frozenset({"举报受理人"})))
    world.settle()
    return world


def kept(town: World) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of the tables that know who said something, and when."""
    known = {name for (name,) in town.rows("select name from sqlite_master where type = 'table'")}
    return {each: town.rows(f"select * from {each}") for each in TABLES if each in known}  # noqa: S608


def cases(town: World) -> int:
    """Return how many complaints there are."""
    return int(town.rows("select count(*) from complaint_case")[0][0])


def receipt_in(words: str) -> str:
    """Return the receipt that somebody was told."""
    found = re.search(r"(?:\d{4} ){6}\d{4}", words)
    assert found, words
    return found[0]


def test_the_word_brings_the_choice_and_leaves_no_trace(town: World) -> None:
    before = kept(town)
    town.says("lin", "举报")
    words = str(town.reads("lin", "反映廉洁问题"))
    for line in ("① 网页（建议）", "② 在这里发", "③ 防不住的", "④ 打听、追查、报复"):
        assert line in words
    assert f"{town.stage.url}/report" in json.dumps(town.chat("lin"), ensure_ascii=False)
    assert kept(town) == before


def test_a_complaint_in_one_message_is_taken_and_nothing_tells_from_whom(town: World) -> None:
    before = kept(town)
    town.says("lin", "举报：仓库的油每周少两桶")
    receipt = receipt_in(str(town.reads("lin", "收到了")))
    assert cases(town) == 1
    assert kept(town) == before
    town.says("lin", receipt)
    town.reads("lin", "查询号不要发在聊天里")
    assert kept(town) == before


def test_a_complaint_that_sounds_like_one_is_not_kept_and_answered_with_the_choice(town: World) -> None:
    before = kept(town)
    town.says("lin", "我看见有人虚报冒领，没有人管")
    town.reads("lin", "刚才那句没有收下，也没有保存")
    assert (cases(town), kept(town)) == (0, before)


def test_somebody_whom_nobody_knows_may_complain_too(town: World) -> None:
    before = kept(town)
    town.homes["lu"] = town.homes["lin"]
    town.says("lu", "举报：你们的志愿者签到是假的")
    town.reads("lu", "收到了")
    assert (cases(town), kept(town)) == (1, before)


def test_where_nobody_may_read_it_the_reporter_is_told_where_else_to_go(town: World) -> None:
    town.says("lin", "举报：白露、罗维和唐果把油分了")
    town.reads("lin", "一个字也没有收下")
    assert cases(town) == 0


def test_the_platforms_repeat_brings_the_same_receipt_and_no_second_case(town: World) -> None:
    town.fault("duplicate_callback")
    town.says("lin", "举报：仓库的油每周少两桶")
    town.reads("lin", "收到了")
    town.settle()
    said = [str(each["words"]) for each in town.chat("lin") if "收到了" in str(each["words"])]
    assert len({receipt_in(each) for each in said}) == 1
    assert cases(town) == 1


def test_a_receiver_gets_the_way_to_the_desk_and_nobody_else_does(town: World) -> None:
    town.says("tang", "受理")
    town.reads("tang", "链接 30 分钟内有效")
    assert f"{town.stage.url}/desk/" in json.dumps(town.chat("tang"), ensure_ascii=False)
    town.says("lin", "受理")
    town.reads("lin", "给举报受理人用")
