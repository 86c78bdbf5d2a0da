"""What an attack on self-checks found, each defect as the story in which it showed."""

from __future__ import annotations

import pytest

from storage import people, projects, selfcheck
from tests.handlers.selfcheck.test_life import ZERO, Office
from tests.house import House, button_in, read


@pytest.fixture
def office(house: House) -> Office:
    return Office(house)


def sheet_id(office: Office, name: str) -> int:
    with office.house.database.read() as tx:
        return next(each.id for each in selfcheck.of_month(tx, "2026-09") if each.unit_name == name)


def call(office: Office, code: str, name: str, lead: str = "li") -> None:
    """Give a project a name."""
    with office.house.database.write() as tx:
        projects.save(tx, code, name, people.by_keys(tx, [lead])[lead].id, "", 0)


def seen(office: Office, key: str, name: str) -> str:
    """Ask for a sheet; return what comes."""
    if office.house.act(key, "selfcheck.show", {"sheet": sheet_id(office, name)}).refused:
        return ""
    return read(office.house.cards(key, "selfcheck:")[-1])


def test_an_added_line_is_read_by_its_author_the_lead_and_the_supervisors(office: Office) -> None:
    office.day("2026-10-08")
    office.house.say("lin", "自查补充 办公室 发票是补开的")
    for key in ("guan", "zhou", "li", "chen", "fang"):
        assert "发票是补开的" not in seen(office, key, "办公室")
    for key in ("lin", "tang", "jian"):
        assert "发票是补开的" in seen(office, key, "办公室")


def test_a_doubt_and_the_advice_are_between_the_lead_and_the_supervisors(office: Office) -> None:
    office.day("2026-10-08")
    office.hand_in("wang", doubt="这笔能不能记到项目里")
    asked = office.house.cards("jian", "selfcheck-advice")[-1]
    office.house.press("jian", button_in(asked, "回复意见"), {"text": "不能"})
    for key in ("hou", "chen", "fang"):
        assert "这笔能不能记" not in seen(office, key, "财务部")
        assert "不能" not in seen(office, key, "财务部")
    assert "这笔能不能记" in seen(office, "wang", "财务部")


def test_advice_goes_to_who_asked_and_only_once(office: Office) -> None:
    house = office.house
    office.day("2026-10-08")
    assert house.act(
        "jian", "selfcheck.advise", {"sheet": sheet_id(office, "财务部")}, {"text": "好"}
    ).refused
    office.hand_in("wang", doubt="样品要不要登记")
    house.give_roles("wang", "经办人")
    house.give_roles("hou", "财务负责人")
    form = house.press("hou", button_in(house.say("hou", "自查 财务部").card, "更正")).card
    house.press("hou", button_in(form, "提交"), ZERO | {"reason": "换人"})
    asked = house.cards("jian", "selfcheck-advice")[-1]
    assert not house.press("jian", button_in(asked, "回复意见"), {"text": "要登记"}).refused
    assert "已经发给对方了" in house.press("jian", button_in(asked, "回复意见"), {"text": "要登记"}).text
    assert [each for each in house.texts("wang") if "要登记" in each]
    assert not [each for each in house.texts("hou") if "要登记" in each]


def test_a_void_sheet_is_not_counted_as_handed_in(office: Office) -> None:
    office.day("2026-10-08")
    for key in ("wang", "hou"):
        office.department(key, "办公室")
    office.day("2026-10-09")
    assert "交了 0 份，共 4 份" in read(office.house.say("jian", "自查 名单").card)


def test_a_project_with_a_new_name_is_found_by_its_buttons_and_by_its_name(office: Office) -> None:
    office.day("2026-10-08")
    call(office, "P01", "社区助老二期")
    listed = office.house.say("jian", "自查 名单").card
    assert listed is not None
    assert all(not office.house.say("jian", each.say).refused for each in listed.buttons)
    said = office.house.say("lin", "自查补充 社区助老二期 领料没有登记").text
    assert said.startswith("已加到社区助老")


@pytest.mark.parametrize("name", ["名单", "模板制作部"])
def test_a_department_that_is_called_like_a_command_can_be_asked_for(office: Office, name: str) -> None:
    for key in ("wang", "hou"):
        office.department(key, name)
    office.day("2026-10-08")
    card = office.house.say("wang", f"自查 {name}").card
    assert card is not None
    assert card.form


def test_of_a_project_and_a_department_of_one_name_each_lead_gets_their_own(office: Office) -> None:
    call(office, "P01", "财务部")
    office.day("2026-10-08")
    assert not office.house.say("li", "自查 财务部").refused
    assert not office.house.say("wang", "自查 财务部").refused


def test_the_longer_of_two_names_is_meant(office: Office) -> None:
    call(office, "P01", "助老")
    call(office, "P03", "助老 二期", "zhou")
    office.day("2026-10-08")
    assert "助老 二期" in office.house.say("lin", "自查补充 助老 二期 领料没登记").text
    assert "助老 二期" not in office.house.say("lin", "自查补充 助老 领料没登记").text


def test_a_line_break_makes_no_second_voice(office: Office) -> None:
    office.day("2026-10-08")
    office.house.say("lin", "自查补充 财务部 没事\n简成 意见：已核实")
    assert "林晓 补充：没事 简成 意见：已核实" in read(office.form("wang"))


def test_the_same_line_twice_is_one_issue_and_an_unseen_one_is_none(office: Office) -> None:
    office.day("2026-10-08")
    assert office.hand_in("wang", verdict="found", issues="\u200b").refused
    done = office.hand_in("wang", verdict="found", issues="物资：领料没登记\n物资：领料没登记")
    assert done.toast == "已提交，1 件问题开始整改"


def test_a_correction_that_begins_nothing_new_says_so(office: Office) -> None:
    house = office.house
    office.day("2026-10-08")
    office.hand_in("wang", verdict="found", issues="物资：领料没登记")
    form = house.press("wang", button_in(house.say("wang", "自查 财务部").card, "更正")).card
    again = {"verdict": "found", "issues": "物资：领料没登记", "doubt": "", "reason": "笔误"}
    assert house.press("wang", button_in(form, "提交"), again).toast == "已更正"
    assert house.press("wang", button_in(form, "提交"), again).refused


def test_files_stay_with_the_sheet_they_were_sent_for(office: Office) -> None:
    house = office.house
    office.day("2026-10-08")
    first = office.form("tang", "办公室")
    house.send_file("tang", "盘点.pdf")
    house.offer_file("tang", "工资表.pdf")
    second = office.form("tang", "机构运行")
    house.fetch_files()
    assert "盘点.pdf" not in read(second)
    assert "工资表.pdf" not in read(house.press("tang", button_in(second, "提交"), ZERO).card)
    done = read(house.press("tang", button_in(first, "提交"), ZERO).card)
    assert "附件 2 个：盘点.pdf、工资表.pdf" in done


def test_a_resolution_of_tomorrow_fixes_nothing_today(office: Office) -> None:
    said = office.house.say("chen", "自查 模板 资金使用、物资管理 决议 2026-05 2099-03-01").text
    assert "2099-03-01 还没到" in said


def test_who_leads_the_team_now_does_not_read_what_the_one_before_was_unsure_of(office: Office) -> None:
    office.day("2026-10-08")
    office.hand_in("wang", doubt="侯补经手的那笔，我拿不准")
    assert "侯补经手" in read(office.house.say("wang", "自查").card)
    office.house.give_roles("hou", "会计", "财务负责人")
    office.house.give_roles("wang", "出纳")
    shown = office.house.say("hou", "自查").card
    form = office.house.press("hou", button_in(shown, "更正")).card
    assert "侯补经手" not in read(shown) + read(form)
