"""A duty from the morning on which it opens to its confirmation; what is secret stays secret."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.context import JobContext
from handlers.catalogue import CAPABILITIES
from handlers.contract.card import Args
from handlers.duty import service
from handlers.duty.plan import BY_CODE
from handlers.mechanisms.deadline import jobs as mornings
from storage import duties, journal, settings
from storage.duties import Occurrence
from storage.outbox import outbox
from tests.databases import on_sqlite
from tests.house import ZONE, House, button_in, read

LADDERS = {kind: ladder for each in CAPABILITIES for kind, ladder in each.ladders.items()}


def day(house: House, when: date) -> None:
    """Let a morning come: what is due opens, and everybody hears what they have to."""
    here = datetime(when.year, when.month, when.day, 9, tzinfo=ZoneInfo(ZONE))
    house.clock.moment = here.astimezone(UTC)
    with house.database.write() as tx:
        ctx = JobContext(tx, house.clock.moment, house.clock.moment, ZONE)
        service.open_coming(ctx)
        mornings.climb(ctx, LADDERS)
        mornings.tell(ctx)


def all_of(house: House) -> list[Occurrence]:
    with house.database.read() as tx:
        return duties.newest(tx, 1000)


def of(house: House, code: str) -> Occurrence:
    return next(each for each in all_of(house) if each.code == code)


def look(house: House, key: str, code: str) -> str:
    reply = house.say(key, f"任务 {of(house, code).number}")
    return read(reply.card) if reply.card else reply.text


def press(house: House, key: str, code: str, label: str, text: str = "") -> str:
    reply = house.press(key, button_in(house.say(key, f"任务 {of(house, code).number}").card, label))
    if text:
        reply = house.press(key, button_in(reply.card, "提交"), {"text": text})
    return reply.toast or reply.text


def test_a_report_is_opened_in_time_handed_in_and_confirmed_by_somebody_else(house: House) -> None:
    day(house, date(2026, 4, 9))
    assert "财务分析报告" in look(house, "wang", "P33")
    assert "王芳 · 向监事提交《财务分析报告》" in read(house.say("wang", "待办").card)
    assert press(house, "wang", "P33", "交材料", "一季度报告已交，见附件").endswith("已交材料")
    assert "[确认完成]" in read(house.cards("jian", "duty:")[-1])
    press(house, "jian", "P33", "确认完成")
    assert "已完成" in look(house, "wang", "P33")
    assert "简成 确认完成" in look(house, "wang", "P33")
    assert any("向监事提交《财务分析报告》 已确认完成" in each for each in house.texts("wang"))


def test_what_is_sent_back_is_handed_in_again_with_its_files(house: House) -> None:
    day(house, date(2026, 4, 9))
    press(house, "wang", "P33", "交材料", "交了")
    press(house, "jian", "P33", "退回补充", "缺附表")
    assert "退回补充：缺附表" in look(house, "wang", "P33")
    form = house.press("wang", button_in(house.say("wang", f"任务 {of(house, 'P33').number}").card, "交材料"))
    house.send_file("wang", "附表.pdf")
    house.press("wang", button_in(form.card, "提交"), {"text": "补上了"})
    assert "王芳 交材料：补上了（附表.pdf）" in look(house, "jian", "P33")


def test_nobody_confirms_what_they_handed_in_themselves(house: House) -> None:
    house.give_roles("jian", "监事", "财务负责人")
    house.give_roles("wang", "会计")
    day(house, date(2026, 4, 9))
    press(house, "jian", "P33", "交材料", "交了")
    assert "确认完成要由监事来做" in house.say("jian", f"任务 {of(house, 'P33').number} 确认完成").text


@on_sqlite
def test_over_a_year_every_occurrence_opens_once(house: House) -> None:
    when = date(2026, 1, 5)
    while when < date(2027, 1, 5):
        day(house, when)
        day(house, when)
        when += timedelta(days=1)
    opened = Counter((each.code, each.period) for each in all_of(house))
    assert set(opened.values()) == {1}
    codes = Counter(code for code, _ in opened)
    assert codes["P32"] == 12
    assert codes["P33"] == 4
    assert codes["P34"] == codes["P37"] == codes["NJ1"] == codes["NJ2"] == 1


def test_after_days_without_us_what_came_near_is_opened_all_the_same(house: House) -> None:
    day(house, date(2026, 3, 27))
    day(house, date(2026, 4, 14))
    assert of(house, "P33").due_on == date(2026, 4, 22)


def test_a_duty_stays_off_until_the_council_turns_it_on(house: House) -> None:
    day(house, date(2026, 6, 25))
    assert not [each for each in all_of(house) if each.code == "P54a"]
    assert "○ P54a 开放日（上半年）" in read(house.say("lin", "任务 清单").card)
    said = house.say("chen", "任务 开启 P54a 决议 2026-05 2026-03-01")
    assert said.text == "「开放日（上半年）」已开启，依据决议 2026-05（2026-03-01）。"
    day(house, date(2026, 6, 26))
    assert of(house, "P54a").due_on == date(2026, 6, 30)
    assert "● P54a" in read(house.say("lin", "任务 清单").card)


@pytest.mark.parametrize(
    ("key", "typed", "words"),
    [
        ("lin", "任务 开启 P54a 决议 2026-05 2026-03-01", "由秘书长或理事长"),
        ("chen", "任务 开启 P99 决议 2026-05 2026-03-01", "清单里没有 P99"),
        ("chen", "任务 开启 P54a", "请写成"),
        ("chen", "任务 开启 P54a 决议 2026-05 2026-02-30", "不是一个日期"),
        ("chen", "任务 RW-2026-0099", "没有找到您能看的任务"),
    ],
)
def test_what_cannot_be_done_is_said(house: House, key: str, typed: str, words: str) -> None:
    assert words in house.say(key, typed).text


def test_a_duty_that_nobody_owns_is_told_to_the_chair(house: House) -> None:
    house.give_roles("wang", "经办人")
    house.give_roles("hou", "经办人")
    day(house, date(2026, 4, 9))
    assert any("《财务分析报告》」没有人负责" in each for each in house.texts("fang"))


def test_a_duty_that_is_caught_up_with_opens_on_a_working_day(house: House) -> None:
    day(house, date(2026, 4, 3))
    day(house, date(2026, 4, 11))
    assert not [each for each in all_of(house) if each.code == "P33"]
    day(house, date(2026, 4, 13))
    assert of(house, "P33").due_on == date(2026, 4, 22)


def test_those_above_hear_when_it_is_late(house: House) -> None:
    day(house, date(2026, 4, 9))
    for when in (22, 23, 24, 27):
        day(house, date(2026, 4, when))
    assert "王芳的「向监事提交《财务分析报告》」逾期了（4月22日到期）" in read(
        house.cards("chen", "morning:")[-1]
    )
    assert "逾期了" in read(house.cards("fang", "morning:")[-1])


@pytest.mark.parametrize("act", ["confirmed", "handed", "returned", "intended", "x"])
@pytest.mark.parametrize("click", ["duty.ask", "duty.say", "duty.confirm"])
def test_a_button_that_is_made_up_does_nothing(house: House, click: str, act: str) -> None:
    day(house, date(2026, 4, 9))
    found = of(house, "P33")
    carried: Args = {"duty": found.id, "version": found.version, "act": act}
    assert house.act("jian", click, carried).refused
    assert of(house, "P33").state == "open"


def test_a_line_break_makes_no_second_voice_and_unseen_words_are_none(house: House) -> None:
    day(house, date(2026, 4, 9))
    number = of(house, "P33").number
    assert house.say("wang", f"任务 {number} 交材料 \u200b").refused
    press(house, "wang", "P33", "交材料", "交了\n04-09 09:00 简成 确认完成")
    assert "交材料：交了 04-09 09:00 简成 确认完成" in look(house, "jian", "P33")


# What is secret.


def test_nobody_but_the_supervisors_learns_of_a_flying_inspection(house: House) -> None:
    """A search over everything that anybody else is sent or can ask for, and over the journal."""
    with house.database.write() as tx:
        ctx = JobContext(tx, house.clock.now(), house.clock.now(), ZONE)
        settings.fix(tx, "duty.P46", True, "2026-01", date(2026, 1, 5), ctx.now)
    for when in range(1, 32):
        day(house, date(2026, 3, when))
    number = of(house, "P46").number
    assert "飞行检查" in read(house.say("jian", "任务").card)
    others = ("lin", "li", "wang", "chen", "fang", "he", "guan", "tang")
    for key in others:
        assert house.say(key, f"任务 {number}").text == service.UNKNOWN
        for words in ("任务", "任务 清单", "待办", "总览", "我的", "帮助"):
            reply = house.say(key, words)
            shown = read(reply.card) if reply.card else reply.text
            assert "飞行检查" not in shown
            assert number not in shown
    ids = {house.person(key).id for key in others}
    with house.database.read() as tx:
        sent = tx.run(select(outbox.c.body).where(outbox.c.person_id.in_(ids))).scalars().all()
        lines = [str(each) for each in journal.entries(tx, f"duty:{of(house, 'P46').id}")]
    assert not [each for each in sent if "飞行检查" in each or number in each]
    assert not [each for each in lines if "P46" in each or number in each]


def test_after_the_quarter_others_see_whether_it_was_done(house: House) -> None:
    with house.database.write() as tx:
        settings.fix(tx, "duty.P46", True, "2026-01", date(2026, 1, 5), house.clock.now())
    day(house, date(2026, 3, 31))
    assert "没有找到" in look(house, "chen", "P46")
    day(house, date(2026, 4, 1))
    assert BY_CODE["P46"].title in look(house, "chen", "P46")
