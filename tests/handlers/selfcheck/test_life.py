"""A month's self-check as the people see it: opened by the clock, handed in, locked, corrected, missed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.context import JobContext
from handlers.catalogue import CAPABILITIES
from handlers.contract.card import Card
from handlers.contract.refusal import Refusal
from handlers.contract.reply import Reply
from handlers.mechanisms.deadline import jobs as mornings
from handlers.selfcheck import checks, views
from storage import people, pushes, selfcheck
from storage.people import NewPerson
from tests.bot.paging import phone_of, way, words
from tests.house import ZONE, House, button_in, buttons_of, read

LADDERS = {kind: ladder for each in CAPABILITIES for kind, ladder in each.ladders.items()}
ROUND = next(job for each in CAPABILITIES for job in each.jobs if job.name == "selfcheck.round")
ZERO = {"verdict": "zero", "issues": "", "doubt": ""}
UNITS = (
    ("tang", "办公室"),
    ("tang", "机构运行"),
    ("li", "社区助老"),
    ("zhou", "助残就业"),
    ("wang", "财务部"),
)


def moment(day: str, hour: int) -> datetime:
    """An hour of a day in Shanghai, in UTC."""
    here = datetime.combine(date.fromisoformat(day), time(hour), ZoneInfo(ZONE))
    return here.astimezone(UTC)


class Office:
    """A house with a finance department, whose days a test lets pass."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.department("wang", "财务部")
        self.department("hou", "财务部")
        self.department("fang", "理事会")
        self.department("he", "理事会")
        self.department("jian", "监事")

    def department(self, key: str, name: str) -> None:
        who = self.house.person(key)
        with self.house.database.write() as tx:
            people.save(tx, NewPerson(key, who.name, name, who.roles))

    def day(self, day: str, hour: int = 9) -> None:
        """Let a morning come."""
        self.house.clock.moment = moment(day, hour)
        now = self.house.clock.moment
        with self.house.database.write() as tx:
            ctx = JobContext(tx, now, now, ZONE)
            if ROUND.period(now):
                ROUND.run(ctx)
            mornings.climb(ctx, LADDERS)
            mornings.tell(ctx)

    def sheets(self, month: str = "2026-09") -> dict[str, str]:
        """The units of a round and how their sheets stand."""
        with self.house.database.read() as tx:
            return {each.unit_name: each.state for each in selfcheck.of_month(tx, month)}

    def form(self, key: str, unit: str = "财务部") -> Card:
        """The sheet of a unit as its lead gets it to fill in."""
        card = self.house.say(key, "自查").card
        assert card is not None
        if card.form:
            return card
        lines = read(card).splitlines()
        place = next(line.partition(".")[0] for line in lines if f". {unit}（" in line)
        filled = self.house.press(key, button_in(card, f"填写 {place}")).card
        assert filled is not None
        return filled

    def hand_in(self, key: str, unit: str = "财务部", **answers: str) -> Reply:
        """Fill in a sheet and hand it in."""
        form = self.form(key, unit)
        return self.house.press(key, button_in(form, "提交"), ZERO | answers)


@pytest.fixture
def office(house: House) -> Office:
    return Office(house)


def test_october_opens_on_the_eighth_and_is_due_on_the_fifth_working_day(office: Office) -> None:
    for day in range(1, 8):
        office.day(f"2026-10-{day:02}")
    assert office.sheets() == {}
    office.day("2026-10-08", hour=8)
    assert office.sheets() == {}
    office.day("2026-10-08")
    assert set(office.sheets()) == {"办公室", "财务部", "社区助老", "助残就业", "机构运行"}
    assert "10月13日到期" in read(office.house.cards("wang", "selfcheck-mine")[-1])


def test_one_card_comes_to_each_lead_however_many_teams_they_lead(office: Office) -> None:
    office.day("2026-10-08")
    (card,) = office.house.cards("tang", "selfcheck-mine")
    assert "1. 办公室（2026年9月）10月13日到期\n2. 机构运行（2026年9月）10月13日到期" in read(card)
    assert office.house.cards("lin") == []


def test_a_round_opens_once_and_after_days_without_us_all_the_same(office: Office) -> None:
    office.day("2026-09-01")
    office.day("2026-10-15")
    office.day("2026-10-16")
    assert len(office.house.cards("wang", "selfcheck-mine")) == 2
    assert len(office.sheets()) == 5


def test_a_round_that_is_caught_up_with_waits_for_a_working_day(office: Office) -> None:
    office.day("2026-03-02")
    office.day("2026-04-04")
    assert office.sheets("2026-03") == {}
    office.day("2026-04-07")
    assert len(office.sheets("2026-03")) == 5


def test_a_new_installation_does_not_begin_with_a_round_that_is_late(office: Office) -> None:
    office.day("2026-10-15")
    assert office.sheets() == {}


def test_months_that_were_missed_are_opened_in_their_order_with_one_card(office: Office) -> None:
    office.day("2026-07-01")
    for key, unit in UNITS:
        office.hand_in(key, unit)
    office.day("2026-10-09")
    assert {each: len(office.sheets(each)) for each in ("2026-06", "2026-07", "2026-08", "2026-09")} == {
        "2026-06": 5,
        "2026-07": 5,
        "2026-08": 5,
        "2026-09": 5,
    }
    assert len(office.house.cards("wang", "selfcheck-mine")) == 2
    late = "共 5 个工作日，10月15日到期"
    assert read(office.house.cards("wang", "selfcheck-mine")[-1]).splitlines()[1:4] == [
        f"1. 财务部（2026年7月）{late}",
        f"2. 财务部（2026年8月）{late}",
        "3. 财务部（2026年9月）10月13日到期",
    ]


def test_a_lead_who_has_had_enough_this_week_hears_of_the_sheet_when_there_is_room(office: Office) -> None:
    wang = office.house.person("wang").id
    with office.house.database.write() as tx:
        for _ in range(3):
            pushes.note(tx, wang, date(2026, 10, 8), "morning")
    office.day("2026-10-08")
    assert office.house.cards("wang") == []
    assert "自查表 · 财务部" in read(office.house.say("wang", "待办").card)
    office.day("2026-10-12")
    assert "财务部的自查表" in read(office.house.cards("wang", "morning:")[-1])


def test_nobody_gets_a_sheet_on_a_free_day(office: Office) -> None:
    office.day("2026-07-01")
    office.day("2026-08-08")
    assert office.sheets("2026-07") == {}
    office.day("2026-08-10")
    assert len(office.sheets("2026-07")) == 5


def test_a_zero_report_is_handed_in_under_ones_name_and_locked(office: Office) -> None:
    office.day("2026-10-08")
    form = office.form("wang")
    reply = office.house.press("wang", button_in(form, "提交"), ZERO)
    assert reply.toast == "已提交，零报告"
    assert "第 1 版 · 王芳" in read(reply.card)
    assert "零报告：以上我逐项看过，没有发现别的问题" in read(reply.card)
    again = office.house.press("wang", button_in(form, "提交"), ZERO)
    assert "已经交过了" in again.text
    assert office.sheets()["财务部"] == "submitted"


def test_a_correction_is_a_new_version_with_its_reason_and_the_old_one_stays(office: Office) -> None:
    office.day("2026-10-08")
    office.hand_in("wang")
    shown = office.house.say("wang", "自查").card
    form = office.house.press("wang", button_in(shown, "更正")).card
    values = {"verdict": "found", "issues": "有两笔没附发票", "doubt": ""}
    refused = office.house.press("wang", button_in(form, "提交"), values)
    assert "请写明为什么更正" in read(refused.card)
    done = office.house.press("wang", button_in(form, "提交"), values | {"reason": "漏看了两笔"})
    words = read(done.card)
    assert words.index("第 2 版") < words.index("第 1 版")
    assert "更正原因：漏看了两笔" in words


def test_what_a_team_found_itself_is_mended_in_three_days_by_its_lead(office: Office) -> None:
    office.day("2026-10-08")
    reply = office.hand_in("wang", verdict="found", issues="小额采购没留痕\n受益人登记不全")
    assert reply.toast == "已提交，2 件问题开始整改"
    notices = [read(each) for each in office.house.cards("wang", "finding:")]
    assert len(notices) == 2
    assert "来源：自查" in notices[0]
    assert "10月12日到期" in notices[0]
    assert "小额采购没留痕" in read(office.house.say("jian", "整改").card)


def test_a_doubt_is_a_question_to_the_supervisors_and_no_finding(office: Office) -> None:
    office.day("2026-10-08")
    office.hand_in("wang", doubt="供应商送的样品要不要登记")
    asked = office.house.cards("jian", "selfcheck-advice")[-1]
    assert "供应商送的样品要不要登记" in read(asked)
    office.house.press("jian", button_in(asked, "回复意见"), {"text": "要，记到物资台账"})
    assert "回复您拿不准的那件事（财务部自查）：要，记到物资台账" in office.house.texts("wang")[-1]
    assert "没有没销号的问题" in read(office.house.say("jian", "整改").card)


def test_a_member_adds_a_line_that_the_lead_and_the_supervisor_see(office: Office) -> None:
    office.day("2026-10-08")
    said = office.house.say("hou", "自查补充 4 日领料没有登记")
    assert "已加到财务部2026年9月的自查表里" in said.text
    assert "侯补 补充：4 日领料没有登记" in read(office.form("wang"))


def test_the_ledger_tells_what_it_holds_and_draws_one_claim_to_look_up(office: Office) -> None:
    house = office.house
    house.clock.moment = moment("2026-09-10", 9)
    house.submit("lin")
    house.approve_all("li", "wang", "chen")
    house.submit("lin", amount="66")
    office.day("2026-10-08")
    form = read(office.form("li"))
    assert "BX-2026-0001、BX-2026-0002没有附件" in form
    assert "BX-2026-0002还没签完" in form
    assert "请翻出来对一遍\nBX-2026-0001，¥128.50，某某餐厅，无附件，和实物对得上吗？" in form
    wrong = office.hand_in("li", fact0="已处理", fact1="属实，正在处理", sample="没有单据")
    assert "抽到的单子对不上" in read(wrong.card)
    done = office.hand_in("li", fact0="已处理", fact1="属实，正在处理", sample="一致")
    assert "翻看 BX-2026-0001：一致" in read(done.card)


def test_who_has_not_handed_in_is_named_and_those_above_hear_of_it(office: Office) -> None:
    office.day("2026-10-08")
    for key, unit in UNITS[:-1]:
        office.hand_in(key, unit)
    for day in (12, 13, 14, 15, 16, 19):
        office.day(f"2026-10-{day}")
    told = [read(each).splitlines()[1] for each in office.house.cards("wang", "morning:")]
    assert told == [
        "1. 财务部的自查表10月13日到期",
        "1. 财务部的自查表今天到期",
        "1. 财务部的自查表逾期了（10月13日到期）",
        "1. 财务部的自查表逾期了（10月13日到期）",
    ]
    assert "王芳没交财务部的自查表" in read(office.house.cards("chen", "morning:")[-1])
    assert "王芳没交财务部的自查表" in read(office.house.cards("jian", "morning:")[-1])
    shown = read(office.house.say("jian", "自查 名单").card)
    assert "王芳 · 财务部 · 2026年9月" in shown
    assert "2026年9月：交了 4 份，共 5 份" in shown
    assert "没交自查\n1. 王芳 · 财务部 · 2026年9月" in read(office.house.say("fang", "总览").card)


def test_files_sent_while_filling_in_are_handed_in_and_can_be_opened(office: Office) -> None:
    office.day("2026-10-08")
    form = office.form("wang")
    office.house.send_file("wang", "盘点表.pdf")
    assert "证据已收到：盘点表.pdf（共 1 个），提交时一并交上。" in office.house.texts("wang")
    office.house.offer_file("wang", "还在路上.pdf")
    waits = office.house.press("wang", button_in(form, "提交"), ZERO)
    assert waits.text == "还有证据文件正在取，请等几秒再交"
    office.house.fetch_files(None)
    done = office.house.press("wang", button_in(form, "提交"), ZERO)
    assert "附件 1 个：盘点表.pdf" in read(done.card)
    look = button_in(office.house.say("jian", "自查 财务部").card, "看附件")
    assert office.house.press("jian", look).toast == "1 个附件马上发给您"
    assert office.house.press("lin", look).refused


def test_files_can_come_by_the_page_of_the_sheet(office: Office, tmp_path: Path) -> None:
    phone = phone_of(office.house, tmp_path)
    office.day("2026-10-08")
    path = way(office.house.say("wang", "自查"))
    assert phone.uploads(path, "盘点表.pdf").status_code == 200
    phone.client.post(path, data=ZERO, follow_redirects=True)
    assert "附件 1 个：盘点表.pdf" in read(office.house.say("wang", "自查 财务部").card)


def test_giving_up_on_a_sheet_forgets_its_files(office: Office) -> None:
    office.day("2026-10-08")
    office.form("wang")
    office.house.send_file("wang", "盘点表.pdf")
    assert "发来的附件已清掉" in office.house.say("wang", "取消").text
    assert "附件" not in read(office.hand_in("wang").card)


def test_a_sheet_is_asked_for_by_the_name_of_its_unit(office: Office) -> None:
    office.day("2026-10-08")
    card = office.house.say("wang", "自查 财务部").card
    assert card is not None
    assert card.form
    assert "还没交" in read(office.house.say("hou", "自查 财务部").card)
    assert "没有找到您能看的自查表" in office.house.say("lin", "自查 财务部").text
    assert "没有「后勤部」的自查表" in office.house.say("jian", "自查 后勤部").text


def test_somebody_of_a_project_team_adds_a_line_by_the_projects_name(office: Office) -> None:
    office.day("2026-10-08")
    assert "已加到社区助老" in office.house.say("lin", "自查补充 社区助老 领料没有登记").text
    assert "林晓 补充：领料没有登记" in read(office.form("li", "社区助老"))
    assert "请写成「自查补充 项目名 内容」" in office.house.say("jian", "自查补充 社区 领料").text


def test_an_issue_names_what_it_is_about(office: Office) -> None:
    office.day("2026-10-08")
    office.hand_in("wang", verdict="found", issues="物资：领料没有登记")
    assert "依据：物资管理。方案二（三）" in read(office.house.cards("wang", "finding:")[-1])


def test_the_council_says_what_a_sheet_is_about_and_open_sheets_keep_theirs(office: Office) -> None:
    office.day("2026-10-08")
    assert (
        "资金使用、物资管理、合作方对接（默认，待理事会确认）" in office.house.say("wang", "自查 模板").text
    )
    fix = "自查 模板 资金使用、数据安全 决议 2026-05 2026-10-08"
    assert "由秘书长或理事长" in office.house.say("wang", fix).text
    assert "请写成「自查 模板" in office.house.say("chen", "自查 模板 数据安全").text
    assert "不重复" in office.house.say("chen", "自查 模板 数据、数据 决议 2026-05 2026-10-08").text
    assert "2026-13-40 不是一个日期" in office.house.say("chen", "自查 模板 数据 决议 1 2026-13-40").text
    assert "下一轮自查起看：资金使用、数据安全" in office.house.say("chen", fix).text
    assert "（资金使用、物资管理、合作方对接）" in read(office.form("wang"))
    office.hand_in("wang")
    office.day("2026-11-02")
    assert "（资金使用、数据安全）" in read(office.form("wang"))


def test_what_the_rules_stopped_and_what_lies_still_for_long_stand_on_the_sheet(office: Office) -> None:
    house = office.house
    house.clock.moment = moment("2026-08-10", 9)
    house.submit("lin")
    house.clock.moment = moment("2026-09-10", 9)
    assert house.act("lin", "expense.approve", {"claim": 1, "step": 1, "version": 1}).refused
    office.day("2026-10-08")
    assert "BX-2026-0001还没签完" in read(office.form("li", "社区助老"))
    facts = read(office.form("tang", "办公室"))
    assert "BX-2026-0001还没签完" in facts


def test_months_and_sheets_are_pages_for_those_who_supervise(office: Office, tmp_path: Path) -> None:
    office.day("2026-10-08")
    office.hand_in("wang")
    phone = phone_of(office.house, tmp_path)
    page = words(phone.opens(way(office.house.say("jian", "自查 名单"))))
    assert "2026年9月 5 1 4" in page
    assert "财务部 已交 王芳 零报告" in page
    with office.house.database.read() as tx:
        now = office.house.clock.now()
        ctx = JobContext(tx, now, now, ZONE)
        assert views.sheet(ctx, "1").title.startswith("廉洁风险自查")
        assert views.month(ctx, "2026-09").back == ("selfcheck.months", "廉洁风险自查")
        with pytest.raises(Refusal):
            views.sheet(ctx, "x")
        with pytest.raises(Refusal):
            views.month(ctx, "2020-01")


def test_the_one_screen_names_a_unit_once_with_all_the_months_it_owes(office: Office) -> None:
    office.day("2026-09-01")
    office.day("2026-10-08")
    office.day("2026-10-20")
    shown = read(office.house.say("jian", "总览").card)
    assert "王芳 · 财务部 · 2026年8月、2026年9月" in shown
    assert shown.count("财务部") == 1


def test_only_todays_lead_hands_in(office: Office) -> None:
    office.day("2026-10-08")
    form = office.form("wang")
    assert "财务部的自查表由王芳交" in office.house.press("hou", button_in(form, "提交"), ZERO).text
    office.house.give_roles("wang", "经办人")
    office.house.give_roles("hou", "财务负责人")
    assert "由侯补交" in office.house.press("wang", button_in(form, "提交"), ZERO).text
    assert office.hand_in("hou").toast == "已提交，零报告"


def test_who_does_not_belong_to_a_unit_does_not_see_its_sheet(office: Office) -> None:
    office.day("2026-10-08")
    (fill,) = [each for each in buttons_of(office.form("wang")) if each.label == "提交"]
    seen = office.house.act("guan", "selfcheck.show", {"sheet": fill.args["sheet"]})
    assert "没有找到您能看的自查表" in seen.text
    assert "自查名单给监事" in office.house.say("lin", "自查 名单").text


def test_a_department_that_is_renamed_gets_its_sheet_under_its_new_name(office: Office) -> None:
    office.day("2026-10-08")
    old = button_in(office.form("wang"), "提交")
    office.department("wang", "财务中心")
    office.department("hou", "财务中心")
    office.day("2026-10-09")
    assert office.sheets()["财务部"] == "void"
    assert office.sheets()["财务中心"] == "open"
    assert "没有找到您能看的自查表" in office.house.press("wang", old, ZERO).text


def test_what_members_added_goes_with_their_department_to_its_new_name(office: Office) -> None:
    office.day("2026-10-08")
    office.house.say("hou", "自查补充 领料没有登记")
    for key in ("wang", "hou"):
        office.department(key, "财务中心")
    office.day("2026-10-09")
    assert "侯补 补充：领料没有登记" in read(office.form("wang", "财务中心"))


def test_a_department_that_gets_its_name_back_gets_its_sheet_back(office: Office) -> None:
    office.day("2026-10-08")
    old = button_in(office.form("wang"), "提交")
    for name in ("财务中心", "财务部"):
        for key in ("wang", "hou"):
            office.department(key, name)
        if name == "财务中心":
            office.day("2026-10-09")
    assert "这一张作废了" in office.house.press("wang", old, ZERO).text
    office.day("2026-10-12")
    assert (office.sheets()["财务部"], office.sheets()["财务中心"]) == ("open", "void")
    assert office.hand_in("wang").toast == "已提交，零报告"


def test_who_leads_several_teams_can_correct_each(office: Office) -> None:
    office.day("2026-10-08")
    office.hand_in("tang", "办公室")
    office.hand_in("tang", "机构运行")
    listed = office.house.say("tang", "自查").card
    assert "1. 办公室（2026年9月）已交\n2. 机构运行（2026年9月）已交" in read(listed)
    office.house.press("tang", button_in(listed, "看 2"))
    assert "[更正]" in read(office.house.cards("tang", "selfcheck:")[-1])


def test_a_correction_does_not_ask_the_same_question_twice(office: Office) -> None:
    office.day("2026-10-08")
    office.hand_in("wang", doubt="样品要不要登记")
    form = office.house.press("wang", button_in(office.house.say("wang", "自查").card, "更正")).card
    values = {"verdict": "zero", "issues": "", "doubt": "样品要不要登记", "reason": "笔误"}
    office.house.press("wang", button_in(form, "提交"), values)
    assert len(office.house.cards("jian", "selfcheck-advice")) == 1


def test_a_department_that_is_gone_has_nothing_to_hand_in_any_more(office: Office) -> None:
    office.day("2026-10-08")
    office.department("wang", "办公室")
    office.department("hou", "办公室")
    office.day("2026-10-09")
    assert office.sheets()["财务部"] == "void"


def test_a_unit_without_a_lead_is_told_to_the_secretary_general(office: Office) -> None:
    office.house.give_roles("wang", "经办人")
    office.day("2026-10-08")
    assert any("财务部没有负责人" in each for each in office.house.texts("chen"))


def test_a_sheet_waits_in_its_leads_list(office: Office) -> None:
    office.day("2026-10-08")
    assert "自查表 · 财务部 · 2026年9月" in read(office.house.say("wang", "待办").card)
    office.hand_in("wang")
    assert "没有等您办的事" in read(office.house.say("wang", "待办").card)


def test_the_doctor_names_teams_that_nobody_leads(office: Office) -> None:
    office.house.give_roles("wang", "经办人")
    with office.house.database.read() as tx:
        now = office.house.clock.now()
        (remark,) = checks.remarks(JobContext(tx, now, now, ZONE))
    assert remark.words.startswith("财务部没有负责人")
