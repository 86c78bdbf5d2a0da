"""A finding from the notice to 销号, as the people see it; and every way in which it can go wrong."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from bot.context import JobContext
from handlers.catalogue import CAPABILITIES
from handlers.contract.card import Args
from handlers.contract.reply import Reply
from handlers.contract.view import Table
from handlers.finding import checks, views
from handlers.mechanisms.deadline import jobs
from storage import people, selfcheck
from storage.people import NewPerson
from storage.selfcheck import Version
from tests.bot.paging import phone_of, way, words
from tests.house import PDF, ZONE, House, button_in, buttons_of, read

NUMBER = "ZG-2026-0001"
LADDERS = {kind: ladder for each in CAPABILITIES for kind, ladder in each.ladders.items()}
NOTICE = {
    "unit": "project:P01",
    "owner": "李青",
    "what": "三月的小额采购没有留痕",
    "clause": "方案二（三）：业务部门自查自纠",
    "asked": "补齐采购记录，附照片",
    "source": "监督检查",
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


def test_what_is_returned_late_gets_five_working_days_and_is_reported_again(house: House) -> None:
    serve(house)
    on(house, march(23))
    press(house, "li", "交整改报告", "改好了")
    press(house, "jian", "退回重改", "照片看不清")
    assert "ZG-2026-0001 退回重改：照片看不清。3月30日前再交一次" in house.texts("li")[-1]
    assert "共 5 个工作日，3月30日到期" in look(house, "li")
    press(house, "li", "交整改报告", "重新拍了")
    press(house, "jian", "通过销号")
    assert "已销号" in look(house, "li")


def test_what_is_returned_early_keeps_the_day_of_the_notice_and_the_days_of_waiting(house: House) -> None:
    serve(house)
    press(house, "li", "交整改报告", "改好了")
    on(house, march(5))
    press(house, "jian", "退回重改", "照片看不清")
    assert "3月26日前再交一次" in house.texts("li")[-1]


def test_who_should_verify_is_chased_and_then_the_head_hears(house: House) -> None:
    serve(house)
    press(house, "li", "交整改报告", "改好了")
    for day in range(4, 14):
        on(house, march(day))
    late = f"{NUMBER} 待复核，已逾期"
    assert heard(house, "jian") == [f"{NUMBER} 待复核，今天到期", late, late]
    assert heard(house, "fang") == [f"{NUMBER} 待复核已逾期，该简成来做"]
    press(house, "jian", "通过销号")
    on(house, march(31))
    assert len(heard(house, "jian")) == 3


def test_who_should_judge_an_objection_is_chased(house: House) -> None:
    serve(house)
    press(house, "li", "提异议", "不属实")
    on(house, march(10))
    assert heard(house, "he") == [f"{NUMBER} 待裁定，今天到期"]
    press(house, "he", "异议不成立", "属实")
    on(house, march(13))
    assert len(heard(house, "he")) == 1


def test_where_nobody_may_verify_the_chair_is_asked_to_see_to_it(house: House) -> None:
    serve(house)
    house.give_roles("jian", "监事", active=False)
    house.give_roles("shen", "经办人")
    press(house, "li", "交整改报告", "改好了")
    assert house.texts("fang")[-1].startswith(f"{NUMBER} 现在没有人能复核。请补一位监事")
    on(house, march(10))
    assert heard(house, "fang")[0].startswith(f"{NUMBER} 现在没有人能复核")
    house.give_roles("shen", "监事")
    assert "待复核" in read(house.say("shen", "待办").card)
    assert not press(house, "shen", "通过销号").refused


def test_where_nobody_may_judge_the_chair_is_told_at_once(house: House) -> None:
    house.act("jian", "finding.open", {}, NOTICE | {"owner": "方正"})
    house.give_roles("he", "经办人")
    assert not house.say("fang", f"整改 {NUMBER} 提异议 不属实").refused
    assert "现在没有人能裁定。请补一位监事或副理事长" in house.texts("chen")[-1]


def test_the_owner_asks_for_more_time_once_and_the_supervisor_decides(house: House) -> None:
    serve(house)
    assert "[申请延期]" not in look(house, "li")
    press(house, "li", "我已收到")
    press(house, "li", "申请延期", "供应商下周补票")
    assert "李青 申请延期：供应商下周补票" in read(house.cards("jian", "finding:")[-1])
    assert "只能申请一次" in house.say("li", f"整改 {NUMBER} 申请延期 再来").text
    press(house, "jian", "延期", "同意")
    assert "共 20 个工作日，3月31日到期" in look(house, "li")
    assert "[申请延期]" not in look(house, "li")


def test_more_than_fifteen_working_days_need_a_reason_that_stands_on_record(house: House) -> None:
    refused = serve(house, days="20")
    assert refused.refused
    assert "期限超过 15 个工作日要写明理由" in read(refused.card)
    serve(house, days="20", reason="要等区里批复")
    assert "下发整改通知：期限 20 个工作日，因为要等区里批复" in look(house, "li")


def test_a_finding_passes_to_a_new_owner_with_a_notice_and_enough_days(house: House) -> None:
    serve(house, owner="林晓", unit="department:办公室")
    press(house, "lin", "我已收到")
    house.give_roles("lin", "经办人", active=False)
    on(house, march(23))
    assert press(house, "jian", "换责任人", "唐果").toast == f"{NUMBER} 已换责任人"
    assert "整改通知书 ZG-2026-0001" in read(house.cards("tang", "finding:")[-1])
    shown = look(house, "tang")
    assert "简成 换责任人：由林晓改为唐果" in shown
    assert "共 5 个工作日，3月30日到期" in shown
    assert "[我已收到]" in shown
    on(house, march(26))
    assert heard(house, "jian")[-1] == f"{NUMBER} 唐果 2 个工作日没签收，请当面或书面送达"


@pytest.mark.parametrize(("name", "why"), [("无此人", "名单里没有这个人"), ("简成", "不能是新的责任人")])
def test_a_new_owner_must_be_somebody_else_whom_we_know(house: House, name: str, why: str) -> None:
    serve(house)
    assert why in house.say("jian", f"整改 {NUMBER} 换责任人 {name}").text


def moves(house: House, key: str, department: str) -> None:
    """Put somebody into another department."""
    who = house.person(key)
    with house.database.write() as tx:
        people.save(tx, NewPerson(key, who.name, department, who.roles))


def test_what_came_back_is_opened_anew_even_when_the_department_is_gone(house: House) -> None:
    moves(house, "tang", "后勤部")
    serve(house, owner="唐果", unit="department:后勤部")
    press(house, "tang", "交整改报告", "改好了")
    press(house, "jian", "通过销号")
    moves(house, "tang", "行政部")
    press(house, "jian", "回头看：复发", "又没有记录")
    assert "（后勤部）" in look(house, "tang", "ZG-2026-0002")


def test_what_came_back_after_its_owner_left_goes_to_who_leads_the_unit_now(house: House) -> None:
    serve(house, owner="林晓", unit="department:办公室")
    press(house, "lin", "交整改报告", "改好了")
    press(house, "jian", "通过销号")
    house.give_roles("lin", "经办人", active=False)
    press(house, "jian", "回头看：复发", "又没有记录")
    assert "唐果（办公室）" in look(house, "tang", "ZG-2026-0002")


def test_who_answered_for_it_before_does_not_verify_it(house: House) -> None:
    house.give_roles("shen", "监事")
    serve(house, owner="沈言", unit="department:办公室")
    press(house, "jian", "换责任人", "林晓")
    press(house, "lin", "交整改报告", "改好了")
    assert "要由复核人来做" in house.say("shen", f"整改 {NUMBER} 通过销号").text
    assert not press(house, "jian", "通过销号").refused


def test_a_report_that_came_late_stays_late_in_the_numbers_though_it_was_returned(house: House) -> None:
    serve(house, days="5")
    on(house, march(20))
    press(house, "li", "交整改报告", "改好了")
    press(house, "jian", "退回重改", "照片看不清")
    press(house, "li", "交整改报告", "重拍了")
    press(house, "jian", "通过销号")
    on(house, date(2026, 4, 9))
    shown = read(house.say("jian", "月报 2026-03").card)
    assert "到期的问题已销号：1/1 件（100%）" in shown
    assert "按期交了整改报告：0/1 件（0%）" in shown


def test_more_time_that_was_asked_for_waits_in_the_supervisors_list_until_it_is_answered(
    house: House,
) -> None:
    serve(house)
    press(house, "li", "我已收到")
    press(house, "li", "申请延期", "等批复")
    assert NUMBER in read(house.say("jian", "待办").card)
    press(house, "jian", "延期", "同意")
    assert NUMBER not in read(house.say("jian", "待办").card)


def test_a_zero_report_to_weigh_waits_in_the_supervisors_list(house: House) -> None:
    reported_zero(house)
    serve(house)
    assert NUMBER in read(house.say("jian", "待办").card)
    press(house, "jian", "不算隐瞒", "当时看不出来")
    assert NUMBER not in read(house.say("jian", "待办").card)


def test_what_a_team_found_itself_is_not_objected_to(house: House) -> None:
    serve(house)
    with house.database.write() as tx:
        tx.run(text("update finding set source = '自查'"))
    assert "[提异议]" not in look(house, "li")
    assert house.say("li", f"整改 {NUMBER} 提异议 不属实").refused


def test_evidence_can_be_given_and_taken_out_on_the_page_of_the_report(house: House, tmp_path: Path) -> None:
    phone = phone_of(house, tmp_path)
    serve(house)
    path = way(house.press("li", button_in(house.say("li", f"整改 {NUMBER}").card, "交整改报告")))
    for name in ("采购记录.pdf", "弄错了.pdf"):
        assert phone.uploads(path, name, PDF + name.encode()).status_code == 200
    (wrong,) = re.findall(r'name="_take" value="(\w+)"[^>]*>[^<]*</button>', phone.opens(path).text)[1:]
    phone.takes_out(path, wrong)
    assert "已交整改报告" in words(phone.client.post(path, data={"text": "见附件"}, follow_redirects=True))
    assert "李青 交整改报告：见附件（附件 1 个）" in look(house, "jian")


def reported_zero(house: House) -> None:
    """Let the team say that February was free of problems."""
    with house.database.write() as tx:
        sheet = selfcheck.create(tx, "2026-02", "project:P01", "社区助老", "{}", house.clock.now())
        found = selfcheck.get(tx, sheet)
        assert found is not None
        version = Version(1, {}, house.person("li").id, "李青", "", house.clock.now())
        selfcheck.hand_in(tx, found, version, zero=True)


def test_a_zero_report_that_others_prove_wrong_is_weighed_by_a_supervisor_and_by_nobody_else(
    house: House,
) -> None:
    reported_zero(house)
    serve(house)
    assert "2026年2月自查是零报告。是否隐瞒，请监事判断，不自动扣分" in look(house, "jian")
    for key in ("li", "chen", "fang"):
        assert "零报告" not in look(house, key)
    assert "要由监事来做" in house.say("chen", f"整改 {NUMBER} 算隐瞒不报 早就知道").text
    press(house, "jian", "不算隐瞒", "当时看不出来")
    assert "简成 认定不是隐瞒：当时看不出来" in look(house, "jian")
    for key in ("li", "chen", "fang"):
        assert "隐瞒" not in look(house, key)
    assert "零报告，" not in look(house, "jian")
    assert "已经判断过了" in house.say("jian", f"整改 {NUMBER} 算隐瞒不报 再想想").text


def test_a_verdict_of_concealment_is_on_record_for_everybody_who_reads_it(house: House) -> None:
    reported_zero(house)
    serve(house)
    press(house, "jian", "算隐瞒不报", "台账上早有记录")
    assert "简成 认定隐瞒不报：台账上早有记录" in look(house, "li")


def test_without_a_zero_report_there_is_nothing_to_weigh(house: House) -> None:
    serve(house)
    assert "隐瞒" not in look(house, "jian")
    assert "没有要判断的隐瞒" in house.say("jian", f"整改 {NUMBER} 算隐瞒不报 猜的").text


def test_all_findings_are_a_page_for_those_who_answer_for_the_whole(house: House, tmp_path: Path) -> None:
    phone = phone_of(house, tmp_path)
    serve(house)
    page = words(phone.opens(way(house.say("chen", "整改"))))
    assert "没销号的 1 件" in page
    assert "ZG-2026-0001 李青 社区助老 三月的小额采购没有留痕 2026-03-24 整改中 监督检查" in page
    reply = house.say("li", "整改")
    assert reply.card is not None
    assert reply.card.link is None


def test_the_trail_of_a_finding_is_a_view(house: House) -> None:
    serve(house)
    press(house, "li", "写进展", "在补")
    with house.database.read() as tx:
        now = house.clock.now()
        found = views.trail(JobContext(tx, now, now, ZONE), NUMBER)
    (course,) = found.parts
    assert isinstance(course, Table)
    assert [each.cells[2].text for each in course.rows] == ["下发整改通知", "进展"]


def test_a_report_that_waits_past_its_day_stays_on_the_screen_of_those_who_watch(house: House) -> None:
    serve(house)
    press(house, "li", "交整改报告", "改好了")
    on(house, march(30))
    assert "李青 · ZG-2026-0001 · 3月24日到期，待复核" in read(house.say("jian", "总览").card)


def test_a_recheck_that_is_due_stands_in_the_list_of_who_verifies(house: House) -> None:
    serve(house)
    press(house, "li", "交整改报告", "改好了")
    press(house, "jian", "通过销号")
    assert NUMBER not in read(house.say("jian", "待办").card)
    on(house, date(2026, 6, 30))
    assert f"{NUMBER} · 李青 · 已销号" in read(house.say("jian", "待办").card)
    assert f"{NUMBER} · 李青 · 已销号" in read(house.say("jian", "整改").card)
    press(house, "jian", "回头看：有效")
    assert NUMBER not in read(house.say("jian", "待办").card)


def test_the_list_says_how_many_more_there_are(house: House) -> None:
    for n in range(12):
        serve(house, what=f"第 {n} 件")
    assert "没销号的还有 2 件" in read(house.say("jian", "整改").card)


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
