"""A finding from the notice to 销号, as the people see it; and every way in which it can go wrong."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.context import JobContext
from handlers.catalogue import CAPABILITIES
from handlers.contract.card import Args
from handlers.contract.reply import Reply
from handlers.finding import checks
from handlers.mechanisms.deadline import jobs
from tests.house import ZONE, House, button_in, buttons_of, read

NUMBER = "ZG-2026-0001"
LADDERS = {kind: ladder for each in CAPABILITIES for kind, ladder in each.ladders.items()}
NOTICE = {
    "unit": "project:P01",
    "owner": "李青",
    "what": "三月的小额采购没有留痕",
    "clause": "方案二（三）：业务部门自查自纠",
    "asked": "补齐采购记录，附照片",
    "source": "监事检查",
    "days": "15",
}


def serve(house: House, **answers: str) -> Reply:
    """The supervisor opens a finding about what 李青 answers for."""
    return house.act("jian", "finding.open", {}, NOTICE | answers)


def look(house: House, key: str, number: str = NUMBER) -> str:
    """The finding as somebody sees it."""
    reply = house.say(key, f"整改 {number}")
    return read(reply.card) if reply.card else reply.text


def press(house: House, key: str, label: str, text: str = "") -> Reply:
    """Press a button of the finding as it stands; with words, hand its question in."""
    reply = house.press(key, button_in(house.say(key, f"整改 {NUMBER}").card, label))
    if not text or reply.refused:
        return reply
    return house.press(key, button_in(reply.card, "提交"), {"text": text})


def on(house: House, day: date) -> None:
    """Let the clock stand at nine on a day, and let that morning come."""
    house.clock.moment = datetime(day.year, day.month, day.day, 9, tzinfo=ZoneInfo(ZONE))
    with house.database.write() as tx:
        ctx = JobContext(tx, house.clock.moment, house.clock.moment, ZONE)
        jobs.climb(ctx, LADDERS)
        jobs.tell(ctx)


def heard(house: House, key: str) -> list[str]:
    """What the mornings told somebody, each line once."""
    cards = [read(each).splitlines() for each in house.cards(key, "morning:")]
    return [line.partition(". ")[2] for lines in cards for line in lines if line[:2] == "1."]


def march(day: int) -> date:
    return date(2026, 3, day)


def test_a_notice_is_mended_reported_verified_and_closed(house: House) -> None:
    assert serve(house).toast == f"{NUMBER} 已下发给李青"
    notice = read(house.cards("li", "finding:")[-1])
    assert "整改通知书 ZG-2026-0001\n整改中\n共 15 个工作日，3月24日到期" in notice
    press(house, "li", "我已收到")
    press(house, "li", "写进展", "正在补记录")
    assert press(house, "li", "交整改报告", "已补齐并附照片").toast == f"{NUMBER} 已交整改报告"
    assert "[通过销号]" in read(house.cards("jian", "finding:")[-1])
    press(house, "jian", "通过销号")
    assert f"{NUMBER} 复核验收通过，已销号。" in house.texts("li")
    shown = look(house, "li")
    assert "已销号" in shown
    assert [each.act for each in house.journal("finding:1")] == [
        "finding.opened",
        "finding.received",
        "finding.progress",
        "finding.reported",
        "finding.verified",
    ]


def test_evidence_sent_in_the_chat_goes_in_with_the_report(house: House) -> None:
    serve(house)
    form = house.press("li", button_in(house.say("li", f"整改 {NUMBER}").card, "交整改报告")).card
    house.send_file("li", "采购记录.pdf")
    assert "证据已收到：采购记录.pdf（共 1 个），提交时一并交上。" in house.texts("li")
    house.press("li", button_in(form, "提交"), {"text": "见附件"})
    assert "李青 交整改报告：见附件（附件 1 个）" in look(house, "jian")
    house.send_file("li", "出租车票.pdf")
    assert "出租车票.pdf" in read(house.cards("li", "expense-draft")[-1])


def test_while_a_file_is_on_its_way_the_report_waits(house: House) -> None:
    serve(house)
    form = house.press("li", button_in(house.say("li", f"整改 {NUMBER}").card, "交整改报告")).card
    house.offer_file("li", "采购记录.pdf")
    refused = house.press("li", button_in(form, "提交"), {"text": "见附件"})
    assert refused.text == "还有证据文件正在取，请等几秒再交"


def test_evidence_that_is_left_alone_for_a_day_is_dropped_and_that_is_said(house: House) -> None:
    serve(house)
    house.press("li", button_in(house.say("li", f"整改 {NUMBER}").card, "交整改报告"))
    house.send_file("li", "采购记录.pdf")
    house.clock.forward(timedelta(hours=25))
    house.run_jobs()
    assert house.texts("li")[-1].startswith("先前发来的证据放了一天没有交上，已清掉。")
    assert house.say("li", f"整改 {NUMBER} 交整改报告 改好了").card is not None
    assert "附件" not in look(house, "jian").split("经过")[1]


def test_what_is_returned_gets_five_working_days_and_is_reported_again(house: House) -> None:
    serve(house)
    press(house, "li", "交整改报告", "改好了")
    press(house, "jian", "退回重改", "照片看不清")
    assert "ZG-2026-0001 退回重改：照片看不清。3月10日前再交一次" in house.texts("li")[-1]
    assert "共 5 个工作日，3月10日到期" in look(house, "li")
    press(house, "li", "交整改报告", "重新拍了")
    press(house, "jian", "通过销号")
    assert "已销号" in look(house, "li")


def test_an_objection_stops_the_clock_and_another_than_the_opener_decides(house: House) -> None:
    serve(house)
    press(house, "li", "我已收到")
    press(house, "li", "提异议", "那不是我们项目的采购")
    assert "异议中" in look(house, "li")
    assert house.say("jian", f"整改 {NUMBER} 异议成立 属实").refused
    press(house, "fang", "异议不成立", "发票上写明了项目")
    assert "ZG-2026-0001 异议不成立：发票上写明了项目。3月24日前请完成整改。" in house.texts("li")


def test_the_days_of_an_objection_are_given_back(house: House) -> None:
    serve(house)
    press(house, "li", "提异议", "不属实")
    house.clock.forward(timedelta(days=7))
    press(house, "fang", "异议不成立", "查过了")
    assert "第 5/20 个工作日，3月31日到期" in look(house, "li")


def test_an_objection_that_is_upheld_ends_the_matter(house: House) -> None:
    serve(house)
    press(house, "li", "提异议", "不属实")
    press(house, "he", "异议成立", "确实不是")
    assert "已撤销" in look(house, "li")
    for day in range(4, 31):
        on(house, march(day))
    assert heard(house, "li") == []


def test_after_three_working_days_an_objection_is_too_late(house: House) -> None:
    serve(house)
    press(house, "li", "我已收到")
    house.clock.forward(timedelta(days=4))
    refused = house.say("li", f"整改 {NUMBER} 提异议 不属实")
    assert "3 个工作日内提出" in refused.text
    assert "[提异议]" not in look(house, "li")


def test_one_extension_is_granted_and_no_second(house: House) -> None:
    serve(house)
    press(house, "jian", "延期", "等供应商补票")
    assert "共 20 个工作日，3月31日到期" in look(house, "li")
    assert "只能延期一次" in house.say("jian", f"整改 {NUMBER} 延期 再等等").text


def test_the_ladder_tells_the_owner_then_the_lead_then_those_above(house: House) -> None:
    serve(house, owner="林晓", unit="department:办公室")
    press(house, "lin", "我已收到")
    for day in range(4, 32):
        on(house, march(day))
    assert heard(house, "lin") == [
        f"{NUMBER} 整改3月24日到期",
        f"{NUMBER} 整改3月24日到期",
        f"{NUMBER} 整改3月24日到期",
        f"{NUMBER} 整改今天到期",
        f"{NUMBER} 整改已逾期（3月24日到期）",
        f"{NUMBER} 整改已逾期（3月24日到期）",
    ]
    assert heard(house, "jian") == [f"{NUMBER} 林晓的整改已逾期（3月24日到期），可以约谈"]
    assert f"{NUMBER} 林晓的整改已逾期（3月24日到期）" in heard(house, "chen")
    assert "林晓 · ZG-2026-0001 · 3月24日到期" in read(house.say("jian", "总览").card)
    assert "逾期未销号" in read(house.say("fang", "总览").card)


def test_a_notice_nobody_took_is_to_be_served_in_person(house: House) -> None:
    serve(house)
    for day in (4, 5, 6):
        on(house, march(day))
    assert heard(house, "jian") == [f"{NUMBER} 李青 2 个工作日没签收，请当面或书面送达"]
    press(house, "jian", "已当面送达")
    assert "简成 当面或书面送达" in look(house, "li")
    assert "[我已收到]" not in look(house, "li")


def test_sixty_working_days_later_somebody_looks_again(house: House) -> None:
    serve(house)
    press(house, "li", "交整改报告", "改好了")
    press(house, "jian", "通过销号")
    day = march(4)
    while not heard(house, "jian"):
        on(house, day)
        day += timedelta(days=1)
    assert heard(house, "jian") == [f"{NUMBER} 该回头看了：三月的小额采购没有留痕"]
    press(house, "jian", "回头看：复发", "六月又没有记录")
    again = look(house, "li", "ZG-2026-0002")
    assert "复发（原 ZG-2026-0001）：六月又没有记录" in again
    assert "已经回头看过了" in house.say("jian", f"整改 {NUMBER} 回头看：有效").text


def test_a_talk_is_on_record(house: House) -> None:
    serve(house)
    press(house, "jian", "记约谈", "3月20日与李青谈了采购留痕")
    assert "简成 约谈：3月20日与李青谈了采购留痕" in look(house, "li")


def test_the_notice_and_the_record_are_papers_for_those_who_may_read(house: House) -> None:
    serve(house)
    press(house, "li", "通知书")
    press(house, "li", "交整改报告", "改好了")
    press(house, "jian", "通过销号")
    assert house.say("jian", f"整改 {NUMBER} 销号单").text == f"{NUMBER} 的文件马上发给您"
    (notice,), (record,) = house.documents("li"), house.documents("jian")
    assert (notice.file_name, record.file_name) == (
        "ZG-2026-0001 整改通知书.pdf",
        "ZG-2026-0001 整改销号单.pdf",
    )
    assert [(each.role, each.name) for each in record.sign_lines] == [
        ("责任人报告", "李青"),
        ("复核验收", "简成"),
    ]
    assert house.say("lin", f"整改 {NUMBER} 通知书").refused


def test_who_verifies_can_open_the_evidence(house: House) -> None:
    serve(house)
    form = house.press("li", button_in(house.say("li", f"整改 {NUMBER}").card, "交整改报告")).card
    house.send_file("li", "采购记录.pdf")
    house.press("li", button_in(form, "提交"), {"text": "见附件"})
    assert press(house, "jian", "看附件").toast == f"{NUMBER} 的 1 个附件马上发给您"
    assert house.say("jian", f"整改 {NUMBER} 看附件").text == f"{NUMBER} 的 1 个附件马上发给您"
    assert house.say("lin", f"整改 {NUMBER} 看附件").refused


def test_an_owner_above_the_others_hears_of_it_as_the_owner(house: House) -> None:
    serve(house, owner="陈立")
    press(house, "chen", "我已收到")
    on(house, march(25))
    assert heard(house, "chen") == [f"{NUMBER} 整改已逾期（3月24日到期）"]


# Who may.


@pytest.mark.parametrize("key", ["lin", "wang", "chen", "guan", "fang"])
def test_only_a_supervisor_serves_notices(house: House, key: str) -> None:
    assert "由监事下发" in house.act(key, "finding.open", {}, NOTICE).text
    assert "[下发整改通知]" not in read(house.say(key, "整改").card)


def test_nobody_serves_a_notice_to_themselves(house: House) -> None:
    assert "另一位监事" in serve(house, owner="简成").text


def test_the_owner_cannot_verify_and_nobody_else_can_report(house: House) -> None:
    serve(house)
    assert "要由责任人来做" in house.say("jian", f"整改 {NUMBER} 交整改报告 改好了").text
    press(house, "li", "交整改报告", "改好了")
    assert "要由复核人来做" in house.say("li", f"整改 {NUMBER} 通过销号").text
    assert "要由复核人来做" in house.say("chen", f"整改 {NUMBER} 通过销号").text


def test_who_has_no_part_in_it_does_not_learn_that_it_exists(house: House) -> None:
    serve(house)
    for key in ("lin", "wang", "guan"):
        assert look(house, key) == look(house, key, "ZG-2026-0099")


def test_an_old_card_is_told_that_things_have_moved_on(house: House) -> None:
    serve(house)
    old = button_in(house.say("li", f"整改 {NUMBER}").card, "写进展")
    press(house, "li", "我已收到")
    form = house.press("li", old).card
    stale = button_in(form, "提交")
    press(house, "jian", "记约谈", "谈过了")
    assert "刚有了新进展" in house.press("li", stale, {"text": "在做"}).text


def test_a_button_that_is_made_up_does_nothing(house: House) -> None:
    serve(house)
    of_another: Args = {"finding": 1, "version": 1, "act": "verified"}
    of_nobody: Args = {"finding": 1, "version": 1, "act": "x"}
    assert house.act("li", "finding.do", of_another).refused
    assert house.act("li", "finding.do", of_nobody).refused
    assert house.act("li", "finding.say", of_another, {"text": "好"}).refused
    assert "整改中" in look(house, "li")


# Bad input.


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"unit": "x"}, "请选择部门或项目"),
        ({"owner": "无此人"}, "名单里没有这位责任人"),
        ({"what": " "}, "请写问题"),
        ({"what": "长" * 501}, "问题最多 500 个字，现在 501 个"),
        ({"days": "0"}, "1 到 60 之间"),
        ({"days": "半个月"}, "1 到 60 之间"),
        ({"source": "自查"}, "请选择来源"),
    ],
)
def test_what_is_wrong_with_a_notice_is_said_and_nothing_is_lost(
    house: House, answers: dict[str, str], words: str
) -> None:
    reply = serve(house, **answers)
    assert reply.refused
    assert words in read(reply.card)
    assert "补齐采购记录，附照片" in read(reply.card)
    assert "没有没销号的问题" in read(house.say("jian", "整改").card)


def test_an_act_without_its_words_is_asked_for_them(house: House) -> None:
    serve(house)
    assert house.say("li", f"整改 {NUMBER} 写进展").text == "请写进展"
    assert "没看懂「随便」" in house.say("li", f"整改 {NUMBER} 随便").text


def test_what_waits_for_each_stands_in_their_list(house: House) -> None:
    serve(house)
    assert f"{NUMBER} · 李青 · 整改中" in read(house.say("li", "待办").card)
    assert NUMBER not in read(house.say("jian", "待办").card)
    press(house, "li", "交整改报告", "改好了")
    assert f"{NUMBER} · 李青 · 待复核" in read(house.say("jian", "待办").card)
    opened = house.press("jian", buttons_of(house.say("jian", "待办").card)[0])
    assert opened.toast == f"{NUMBER} 已发给您"


def test_the_doctor_says_when_nobody_could_verify_what_the_only_supervisor_answers_for(house: House) -> None:
    def remarks() -> list[str]:
        with house.database.read() as tx:
            now = house.clock.now()
            return [each.words for each in checks.remarks(JobContext(tx, now, now, ZONE))]

    assert remarks() == []
    house.give_roles("shen", "经办人")
    assert "监事自己的问题没有人能复核" in remarks()[0]
