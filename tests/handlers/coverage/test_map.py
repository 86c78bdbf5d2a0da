"""还差什么 as people see it: out of what the house has done, refused to others, and telling no secret."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import update

from bot.context import JobContext
from handlers.catalogue import CAPABILITIES
from handlers.contract.view import Table
from handlers.duty import service as duties_of
from handlers.selfcheck import service as checks
from storage import settings, signoff
from tests.house import ZONE, House, button_in, read


def morning(house: House, when: date) -> None:
    """Let a morning come."""
    here = datetime(when.year, when.month, when.day, 9, tzinfo=ZoneInfo(ZONE))
    house.clock.moment = here.astimezone(UTC)
    with house.database.write() as tx:
        ctx = JobContext(tx, house.clock.moment, house.clock.moment, ZONE)
        duties_of.open_coming(ctx)
        checks.open_rounds(ctx, checks.Sources((), ()))


def turn_on(house: House, code: str) -> None:
    """Let the council turn a duty on."""
    with house.database.write() as tx:
        settings.fix(tx, f"duty.{code}", True, "2026-01", date(2026, 1, 5), house.clock.now())


def on_paper(house: House, key: str = "jian") -> dict[str, tuple[str, str]]:
    """Ask for the PDF; return the light and the evidence of each clause."""
    reply = house.say(key, "还差什么 PDF")
    assert not reply.refused, reply.text
    tables = [each for each in house.documents(key)[-1].parts if isinstance(each, Table)]
    rows = [[cell.text for cell in row.cells] for table in tables for row in table.rows]
    return {clause.split()[0]: (light, evidence) for clause, light, evidence, _ in rows}


# What the map says.


def test_an_approved_claim_is_evidence_of_the_four_signatures(house: House) -> None:
    assert on_paper(house)["P31"] == ("◐ 进行中", "还没有走完四级签字的单子")
    house.submit("lin")
    house.approve_all("li", "wang", "chen")
    assert on_paper(house)["P31"] == ("● 有证据", "最近批准的 1 张单子，1 张四个人签齐")
    house.give_roles("wang", "经办人")
    house.submit("lin")
    assert on_paper(house)["P31"] == (
        "○ 还缺",
        "最近批准的 1 张单子，1 张四个人签齐；BX-2026-0002 凑不齐四个签字人",
    )


def test_an_approved_claim_that_fewer_than_four_people_signed_would_be_named(house: House) -> None:
    house.submit("lin")
    house.approve_all("li", "wang", "chen")
    with house.database.write() as tx:
        tx.run(
            update(signoff.step).where(signoff.step.c.level == 4).values(assignee_id=house.person("li").id)
        )
    assert on_paper(house)["P31"] == (
        "○ 还缺",
        "最近批准的 1 张单子，0 张四个人签齐，没签齐的有 BX-2026-0001",
    )


def test_the_posts_of_the_plan_are_named_when_somebody_holds_them(house: House) -> None:
    house.give_roles("he", "党支部书记")
    assert on_paper(house, "he")["P12"] == (
        "◐ 进行中",
        "岗位有人：理事长方正，党支部书记何平；助手里没有文件和工作记录",
    )


def test_a_duty_goes_from_off_to_on_its_way_to_overdue_to_done(house: House) -> None:
    off = on_paper(house)["P45"]
    assert off == ("○ 还缺", "还没有开启，可发「任务 开启 P45 决议 编号 日期」")
    house.say("chen", "任务 开启 P45 决议 2026-05 2026-03-01")
    assert on_paper(house)["P45"] == ("◐ 进行中", "已开启，下一次 2026年4月22日到期（2026年第1季度）")
    morning(house, date(2026, 4, 9))
    number = house.say("jian", "任务").card
    assert number is not None
    assert on_paper(house)["P45"][0] == "◐ 进行中"
    assert on_paper(house)["P45"][1].endswith("（2026年第1季度，2026年4月22日到期）待办：简成")
    morning(house, date(2026, 4, 23))
    light, said = on_paper(house)["P45"]
    assert (light, said[-5:]) == ("○ 还缺", "逾期：简成")
    name = said.split("（")[0]
    house.say("jian", f"任务 {name} 交材料 开过了，纪要见附件")
    assert on_paper(house)["P45"][1].endswith("等确认")
    house.say("fang", f"任务 {name} 确认完成")
    assert on_paper(house)["P45"] == ("● 有证据", f"2026年第1季度已完成：{name}，2026年4月23日确认")
    house.say("chen", "任务 关闭 P45 决议 2026-06 2026-04-23")
    assert on_paper(house)["P45"][1] == "按决议 2026-06 关闭了，可发「任务 开启 P45 决议 编号 日期」"


def test_a_period_that_came_and_went_without_us_is_missing_and_not_green(house: House) -> None:
    morning(house, date(2026, 3, 12))
    name = on_paper(house)["P32"][1].split("（")[0]
    house.say("wang", f"任务 {name} 交材料 公开了")
    house.say("jian", f"任务 {name} 确认完成")
    assert on_paper(house)["P32"][0] == "● 有证据"
    house.clock.forward(timedelta(days=70))
    assert on_paper(house)["P32"] == ("○ 还缺", "2026年4月没有记录")


def test_the_newest_round_of_self_checks_names_who_is_missing(house: House) -> None:
    assert on_paper(house)["P48"] == ("◐ 进行中", "还没有开过自查，每月第 1 个工作日自动打开")
    morning(house, date(2026, 10, 8))
    light, said = on_paper(house)["P48"]
    assert light == "◐ 进行中"
    assert said.startswith("2026年9月：")
    assert "还没交的有" in said
    morning(house, date(2026, 10, 15))
    light, said = on_paper(house)["P48"]
    assert light == "○ 还缺"
    assert "，缺" in said
    assert "社区助老" in said
    house.clock.forward(timedelta(days=60))
    assert on_paper(house)["P48"] == ("○ 还缺", "2026年11月的自查没有打开，最近一次是2026年9月")


def notice(house: House, owner: str = "李青") -> None:
    """Let the supervisor serve a notice."""
    form = house.say("jian", "整改 下发").card
    assert form is not None
    reply = house.press(
        "jian",
        button_in(form, "下发"),
        {
            "unit": "社区助老",
            "owner": owner,
            "what": "没有留痕",
            "clause": "方案二（三）",
            "asked": "补齐",
            "source": "监督检查",
            "days": "15",
        },
    )
    assert not reply.refused, reply.toast


def test_a_finding_is_on_its_way_then_overdue_by_name_then_closed_and_counted(house: House) -> None:
    before = on_paper(house)
    assert before["P47"] == ("◐ 进行中", "近一年没有整改通知")
    assert before["P44b"] == ("○ 还缺", "近一年没有一件问题入账")
    notice(house)
    shown = on_paper(house)
    assert shown["P47"] == ("◐ 进行中", "近一年整改通知 1 件，销号 0 件，没有逾期")
    assert shown["P44b"] == ("◐ 进行中", "近一年的问题来自：监事 1 件，自查 0 件，会员 0 件，社会 0 件")
    assert shown["P8"] == ("◐ 进行中", "近一年没有到期的问题，整改率无从算起")
    house.clock.forward(timedelta(days=30))
    late = on_paper(house)
    assert late["P47"] == (
        "○ 还缺",
        "近一年整改通知 1 件，销号 0 件，逾期 1 件：李青 ZG-2026-0001（3月24日到期）",
    )
    assert late["P8"] == ("○ 还缺", "近一年到期 1 件，销号 0 件（0%），按期交报告 0 件，待复核 0 件")
    house.say("li", "整改 ZG-2026-0001 交整改报告 补齐了")
    assert on_paper(house)["P8"][0] == "◐ 进行中"
    house.say("jian", "整改 ZG-2026-0001 通过销号")
    closed = on_paper(house)
    assert closed["P47"] == ("● 有证据", "近一年整改通知 1 件，销号 1 件，没有逾期")
    assert closed["P8"] == ("● 有证据", "近一年到期 1 件，销号 1 件（100%），按期交报告 0 件")
    house.clock.forward(timedelta(days=400))
    assert on_paper(house)["P8"][1] == "近一年没有到期的问题，整改率无从算起"


# What the council settles.


def test_the_council_declares_that_a_clause_does_not_apply_and_takes_it_back(house: House) -> None:
    said = house.say("chen", "覆盖 不适用 P60 我们 没有会员 决议 2026-05 2026-03-01")
    assert said.text == (
        "「会员、会员大会等用语的对应」标为不适用，依据决议 2026-05（2026-03-01）。监事会收到一句话。"
    )
    assert on_paper(house)["P60"] == ("－ 不适用", "不适用：我们 没有会员（决议 2026-05，2026-03-01）")
    assert "标为不适用：我们 没有会员，依据决议 2026-05（陈立登记）" in " ".join(house.texts("jian"))
    assert "－ 不适用：1 条" in read(house.say("jian", "还差什么").card)
    assert (
        house.say("fang", "覆盖 适用 P60").text == "「会员、会员大会等用语的对应」的登记撤掉了，又按记录算。"
    )
    assert on_paper(house)["P60"] == ("○ 还缺", "助手里没有记录")
    assert [each.act for each in house.journal("setting:coverage.grey.P60")] == ["coverage.settled"] * 2


def test_what_was_done_outside_is_written_down_with_its_resolution(house: House) -> None:
    house.say("fang", "覆盖 已做 P13 写入章程第八条 决议2026-02 2026-02-10")
    assert on_paper(house)["P13"] == ("● 有证据", "线下已做：写入章程第八条（决议 2026-02，2026-02-10）")
    assert "登记为线下已做" in " ".join(house.texts("jian"))
    house.say("chen", "覆盖 适用 P13")
    assert on_paper(house)["P13"] == ("○ 还缺", "助手里没有记录")


@pytest.mark.parametrize(
    ("key", "typed", "words"),
    [
        ("lin", "还差什么", "给监事、秘书长、理事长和党支部书记看"),
        ("lin", "还差什么 PDF", "给监事、秘书长、理事长和党支部书记看"),
        ("jian", "覆盖 不适用 P60 没有会员 决议 2026-05 2026-03-01", "由秘书长或理事长"),
        ("lin", "覆盖 适用 P60", "由秘书长或理事长"),
        ("chen", "覆盖", "请写成"),
        ("chen", "覆盖 不适用 P60 决议 2026-05 2026-03-01", "请写明原因"),
        ("chen", "覆盖 不适用 P99 没有 决议 2026-05 2026-03-01", "方案里没有 P99"),
        ("chen", "覆盖 不适用 P60 没有会员 决议 2026-05 2026-02-30", "不是一个日期"),
        ("chen", "覆盖 不适用 P60 没有会员 决议 2026-05 2026-03-04", "还没到"),
        ("chen", f"覆盖 不适用 P60 {'长' * 201} 决议 2026-05 2026-03-01", "最多 200 个字"),
        ("chen", f"覆盖 不适用 P60 没有会员 决议 {'5' * 61} 2026-03-01", "请写成"),
        ("chen", "覆盖 已做 P31 签了 决议 2026-05 2026-03-01", "按助手里的记录算"),
        ("chen", "覆盖 适用 P60", "没有登记过"),
    ],
)
def test_what_cannot_be_done_is_said(house: House, key: str, typed: str, words: str) -> None:
    said = house.say(key, typed)
    assert said.refused
    assert words in said.text


def test_a_button_pressed_by_somebody_else_sends_no_paper(house: House) -> None:
    button = button_in(house.say("jian", "还差什么").card, "下载 PDF")
    assert "给监事" in house.press("lin", button).toast
    assert not house.documents("lin")
    house.press("jian", button)
    assert house.documents("jian")[-1].file_name == "FADZ-20260303 我们还差什么.pdf"


# What is secret.


def everything(house: House, key: str) -> str:
    """Return all that somebody can read of the map: card, page and paper, to the last letter."""
    reply = house.say(key, "还差什么")
    board = next(each.boards["map"] for each in CAPABILITIES if each.name == "coverage")
    with house.database.write() as tx:
        ctx = house.router.context(tx, house.person(key), takes_input=True)
        page = msgspec.json.encode(board(ctx, ""))
    house.say(key, "还差什么 PDF")
    paper = msgspec.json.encode(house.documents(key)[-1])
    return "\n".join((read(reply.card), page.decode(), paper.decode()))


def test_nobody_learns_from_the_map_whether_a_flying_inspection_is_planned_open_or_even_done_already(
    house: House, another_house: House
) -> None:
    """Two houses, day by day alike, but that one has the duty turned on, opened, and done in its quarter."""
    turn_on(house, "P46")
    turn_on(house, "P43")
    turn_on(another_house, "P43")
    for when in (date(2026, 2, 26), date(2026, 3, 12), date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 9)):
        for each in (house, another_house):
            morning(each, when)
        if when == date(2026, 3, 12):
            number = "RWJ-2026-0001"
            assert "飞行检查" in read(house.say("jian", f"任务 {number}").card)
            house.say("jian", f"任务 {number} 交材料 去过了")
        for key in ("jian", "chen", "fang"):
            assert everything(house, key) == everything(another_house, key)


def test_after_the_quarter_the_map_says_whether_it_was_done(house: House, another_house: House) -> None:
    for each in (house, another_house):
        turn_on(each, "P46")
        morning(each, date(2026, 3, 12))
    house.say("jian", "任务 RWJ-2026-0001 交材料 去过了")
    house.say("fang", "任务 RWJ-2026-0001 确认完成")
    assert on_paper(house)["P46"] == on_paper(another_house)["P46"]
    for each in (house, another_house):
        morning(each, date(2026, 4, 1))
    assert on_paper(another_house)["P46"] == ("◐ 进行中", "2026年第1季度刚结束，2026年4月8日前归档")
    for each in (house, another_house):
        morning(each, date(2026, 4, 9))
    assert on_paper(another_house)["P46"] == ("○ 还缺", "2026年第1季度没有做过的记录")
