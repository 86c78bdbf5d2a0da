"""The list of duties changed by resolution, by an authority's notice, by a file; and opened by events."""

from __future__ import annotations

import csv
import io
import threading
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.context import JobContext
from handlers.contract.refusal import Refusal
from handlers.contract.view import Table
from handlers.duty import covering, listing, views
from storage import duties, settings
from storage.database import Tx
from tests.bot.paging import phone_of, way
from tests.handlers.duty.test_life import all_of, day, look, of, press
from tests.house import PDF, ZONE, House, button_in, read

Line = dict[str, str]


def context(house: House, tx: Tx) -> JobContext:
    now = house.clock.now()
    return JobContext(tx, now, now, ZONE)


# By resolution, and by an authority's notice.


def test_the_council_gives_a_duty_another_day_and_what_is_open_keeps_its_own(house: House) -> None:
    day(house, date(2026, 4, 20))
    assert of(house, "P34").due_on == date(2026, 4, 30)
    said = house.say("chen", "任务 改期 P34 每年6月20日 决议 2026-05 2026-04-20").text
    assert said == "「接受第三方审计」改为每年6月20日，依据决议 2026-05。已经打开的照原来的日子。"
    assert of(house, "P34").due_on == date(2026, 4, 30)
    assert "每年6月20日" in read(house.say("lin", "任务 清单").card)
    day(house, date(2027, 5, 10))
    assert of(house, "P34").due_on == date(2027, 6, 18)


@pytest.mark.parametrize(
    ("key", "words", "why"),
    [
        ("lin", "任务 改期 P34 每年6月20日 决议 2026-05 2026-03-01", "由秘书长或理事长"),
        ("chen", "任务 改期 P34 每年6月20日", "请写成「任务 改期"),
        ("chen", "任务 改期 P34 六月底 决议 2026-05 2026-03-01", "看不懂"),
        ("chen", "任务 改期 P99 每年6月20日 决议 2026-05 2026-03-01", "清单里没有 P99"),
        ("chen", "任务 改期 P46 每年6月20日 决议 2026-05 2026-03-01", "清单里没有 P46"),
        ("chen", "任务 改期 P34 换届后5个工作日 决议 2026-05 2026-03-01", "不能改成按事件"),
        ("chen", "任务 通知 P34 2026-05-15 民发1号", "不是由主管部门定的"),
        ("chen", "任务 通知 NJ1 2026-05-15", "请写成「任务 通知"),
        ("chen", "任务 通知 NJ1 五月 民发1号", "五月 不是一个日期"),
        ("chen", "任务 通知 NJ1 2062-05-15 民发1号", "不是今年或明年的日子"),
        ("lin", "任务 通知 NJ1 2026-05-15 民发1号", "由秘书长或理事长"),
        ("chen", "任务 发生 换届", "请写成「任务 发生"),
        ("chen", "任务 发生 搬家 2026-03-03", "没有「搬家」这类事。可以登记的有：换届、"),
        ("chen", "任务 发生 换届 2029-03-03", "离今天太远了"),
        ("chen", "任务 发生 换届 昨天", "昨天 不是一个日期"),
        ("lin", "任务 发生 换届 2026-03-03", "由秘书长、理事长或监事登记"),
    ],
)
def test_what_cannot_be_done_is_said_with_the_way_out(house: House, key: str, words: str, why: str) -> None:
    reply = house.say(key, words)
    assert reply.refused
    assert why in reply.text


def test_an_authoritys_notice_fixes_the_day_and_its_owner_hears_of_it_once(house: House) -> None:
    day(house, date(2026, 3, 2))
    assert "暂定，以当年通知为准" in look(house, "chen", "NJ1")
    said = house.say("fang", "任务 通知 NJ1 2026-05-15 民发〔2026〕3号").text
    assert said == "「年度检查材料报业务主管单位」2026年定在 2026-05-15，依据 民发〔2026〕3号。"
    assert [each for each in house.texts("chen") if "2026年定在5月15日（民发〔2026〕3号）" in each]
    shown = look(house, "chen", "NJ1")
    assert "5月15日到期" in shown
    assert "暂定" not in shown
    day(house, date(2026, 5, 15))
    assert "年度检查材料报业务主管单位今天到期" in read(house.cards("chen", "morning:")[-1])
    assert len([each for each in all_of(house) if each.code == "NJ1"]) == 1


def test_a_notice_before_the_duty_opens_moves_its_opening_too(house: House) -> None:
    house.say("chen", "任务 通知 NJ2 2026-06-20 民发4号")
    day(house, date(2026, 4, 30))
    assert not [each for each in all_of(house) if each.code == "NJ2"]
    day(house, date(2026, 5, 12))
    assert of(house, "NJ2").due_on == date(2026, 6, 20)


def test_of_two_resolutions_at_once_the_later_is_the_newer_version(house: House) -> None:
    together, refused = threading.Barrier(2), []

    def resolves(key: str, what: str) -> None:
        together.wait()
        refused.append(house.say(key, f"任务 {what} P54a 决议 2026-05 2026-03-01").refused)

    threads = [threading.Thread(target=resolves, args=each) for each in (("chen", "开启"), ("fang", "关闭"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == [False, False]
    with house.database.read() as tx:
        assert settings.current(tx, "duty.P54a", None).version == 2


# Events.


def test_what_happened_opens_all_that_has_to_be_done_and_each_owner_gets_theirs(house: House) -> None:
    day(house, date(2026, 5, 20))
    told = house.say("chen", "任务 发生 财务交接 2026-05-20 王芳离任")
    assert "财务交接，要办 6 件" in read(told.card)
    theirs = read(house.cards("wang", "duty-event:")[-1])
    assert "财务交接（5月20日），要办这几件" in theirs
    assert "移交网银盾、口令和印鉴，换新口令 · 5月25日" in theirs
    assert "在助手里改好职务" in read(house.cards("guan", "duty-event:")[-1])
    found = {each.code: each.due_on for each in all_of(house) if each.period == "2026-05-20"}
    assert found["CW3"] == date(2026, 5, 25)
    assert found["CW1"] == date(2026, 6, 3)
    assert press(house, "wang", "CW3", "交材料", "清单见附件").endswith("已交材料")
    press(house, "jian", "CW3", "确认完成")
    assert "2026年5月20日财务交接" in look(house, "jian", "CW3")
    assert "已完成" in look(house, "jian", "CW3")


def test_the_same_event_is_told_once_and_another_day_is_another_event(house: House) -> None:
    house.say("chen", "任务 发生 换届 2026-03-02")
    again = house.say("jian", "任务 发生 换届 2026-03-02")
    assert "2026-03-02 的「换届」已经登记过了" in again.text
    assert len(all_of(house)) == 5
    assert house.say("fang", "任务 发生 换届 2026-03-03").card
    assert len(all_of(house)) == 10


def test_of_two_who_tell_the_same_event_at_once_one_opens_it_and_one_is_told_so(house: House) -> None:
    together, refused = threading.Barrier(2), []

    def tells(key: str) -> None:
        together.wait()
        refused.append(house.say(key, "任务 发生 换届 2026-03-02").refused)

    threads = [threading.Thread(target=tells, args=[key]) for key in ("chen", "fang")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(refused) == [False, True]
    assert len(all_of(house)) == 5


def test_an_event_that_is_told_late_leaves_its_days_all_the_same(house: House) -> None:
    day(house, date(2026, 5, 20))
    house.say("chen", "任务 发生 换届 2026-03-02")
    assert of(house, "HJ5").due_on == date(2026, 5, 25)


def test_what_an_event_asks_of_nobody_alerts_the_chair(house: House) -> None:
    house.give_roles("guan", "经办人")
    house.give_roles("chen", "经办人")
    house.say("fang", "任务 发生 换届 2026-03-02")
    assert any("「在助手里改好职务」没有人负责" in each for each in house.texts("fang"))


def test_what_nobody_owns_any_more_is_told_to_the_chair_as_its_day_comes(house: House) -> None:
    day(house, date(2026, 4, 9))
    house.give_roles("wang", "经办人")
    house.give_roles("hou", "经办人")
    for when in range(10, 23):
        day(house, date(2026, 4, when))
    told = read(house.cards("fang", "morning:")[-1])
    assert "任务「向监事提交《财务分析报告》」没有人负责：还没有人担任财务负责人、会计，今天到期" in told


# One record for several.


def test_one_record_serves_several_duties_and_each_is_confirmed_by_itself(house: House) -> None:
    house.say("chen", "任务 发生 换届 2026-03-02")
    house.say("chen", "任务 发生 财务交接 2026-03-02")
    first, second = of(house, "HJ1").number, of(house, "CW5").number
    assert "还没有交材料" in house.say("wang", f"任务 {second} 同 {first}").text
    form = house.press("wang", button_in(house.say("wang", f"任务 {first}").card, "交材料")).card
    house.send_file("wang", "审计报告.pdf")
    house.press("wang", button_in(form, "提交"), {"text": "审计报告"})
    assert house.say("wang", f"任务 {second} 同 {first}").toast == f"{second} 已交材料"
    assert f"同 {first}：审计报告（审计报告.pdf）" in look(house, "jian", "CW5")
    press(house, "jian", "CW5", "确认完成")
    assert (of(house, "CW5").state, of(house, "HJ1").state) == ("done", "handed")
    assert house.say("lin", f"任务 {second} 同 {first}").refused


def test_what_is_handed_in_can_come_by_the_page(house: House, tmp_path: Path) -> None:
    day(house, date(2026, 4, 9))
    phone = phone_of(house, tmp_path)
    path = way(
        house.press("wang", button_in(house.say("wang", f"任务 {of(house, 'P33').number}").card, "交材料"))
    )
    assert phone.uploads(path, "报告.pdf", PDF).status_code == 200
    phone.client.post(path, data={"text": "见报告"}, follow_redirects=True)
    assert "王芳 交材料：见报告（报告.pdf）" in look(house, "jian", "P33")


# The list as a file.


def exported(house: House) -> list[Line]:
    with house.database.read() as tx:
        return list(csv.DictReader(io.StringIO(listing.written(context(house, tx)))))


def imported(house: House, lines: list[Line]) -> listing.Plan:
    out = io.StringIO()
    rows = csv.DictWriter(out, lines[0].keys())
    rows.writeheader()
    rows.writerows(lines)
    with house.database.write() as tx:
        return listing.import_duties(context(house, tx), out.getvalue().encode())


def changed(lines: list[Line], code: str, /, **cells: str) -> list[Line]:
    return [each | cells if each["code"] == code else each for each in lines]


BY = {"resolution": "2026-05", "date": "2026-03-01"}


def test_what_is_exported_changes_nothing_when_it_is_imported(house: House) -> None:
    plan = imported(house, exported(house))
    assert plan.problems == []
    assert (len(plan.added), len(plan.updated)) == (0, 0)
    assert plan.unchanged == len(exported(house)) > 40


def test_a_changed_line_and_a_new_one_are_taken_over_with_their_resolution(house: House) -> None:
    lines = changed(exported(house), "P54a", title="开放日（春）", due="每年5月10日", on="是", **BY)
    lines.append(lines[0] | {"code": "QT1", "title": "消防检查", "due": "每季第5个工作日", "on": "是", **BY})
    plan = imported(house, lines)
    assert plan.problems == []
    assert ([each.duty.code for each in plan.added], [each.duty.code for each in plan.updated]) == (
        ["QT1"],
        ["P54a"],
    )
    shown = read(house.say("lin", "任务 清单").card)
    assert "● P54a 开放日（春）（秘书长，每年5月10日）" in shown
    assert "● QT1 消防检查" in shown
    day(house, date(2026, 4, 1))
    assert of(house, "QT1").due_on == date(2026, 4, 8)
    assert imported(house, exported(house)).unchanged == len(exported(house))
    assert house.journal("setting:dutyplan.QT1")[0].act == "duty.imported"


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"title": "别的"}, "改动了，请在 resolution 和 date 里写上"),
        ({"due": "春天", **BY}, "due「春天」看不懂"),
        ({"owners": "厨师", **BY}, "不认识的职务「厨师」"),
        ({"owners": "", **BY}, "owners 空着"),
        ({"owners": "监事", "confirms": "监事", **BY}, "要由别的职务确认"),
        ({"group": "其他", **BY}, "group「其他」不认识"),
        ({"lead": "很久", **BY}, "1 到 60 之间的数"),
        ({"on": "开", **BY}, "请写「是」或「否」"),
        ({"due": "换届后5个工作日", **BY}, "不能在按日期和按事件之间改"),
        ({"code": "P46", **BY}, "由监事自己管"),
        ({"code": "p46", **BY}, "大写字母开头"),
        ({"title": "别的", "resolution": "1", "date": "2026-12-01"}, "还没到"),
        ({"title": "别的", "resolution": "1", "date": "春天"}, "不是日期"),
    ],
)
def test_one_wrong_line_writes_nothing_and_says_how_to_mend_it(house: House, cells: Line, why: str) -> None:
    lines = changed(exported(house), "P55", title="清廉讲堂（改）", **BY)
    plan = imported(house, changed(lines, "P54a", **cells))
    assert [each for each in plan.problems if why in each.text], plan.problems
    assert "清廉讲堂（改）" not in read(house.say("lin", "任务 清单").card)


def test_a_code_that_stands_twice_is_told(house: House) -> None:
    lines = exported(house)
    plan = imported(house, [*lines, lines[0]])
    assert "前面已经写过" in plan.problems[0].text


def test_the_exported_list_says_nothing_of_the_flying_inspection(house: House) -> None:
    assert "P46" not in {each["code"] for each in exported(house)}


# On the map of the plan.


def test_the_map_says_how_many_of_a_years_duties_were_done_and_which_were_not(house: House) -> None:
    def light(clause: str) -> str:
        with house.database.read() as tx:
            found = {each.clause: each for each in covering.covers(context(house, tx))}
        return f"{found[clause].light} {found[clause].evidence}"

    assert light("P7") == "yellow 近一年没有到期的任务，无从算起"
    day(house, date(2026, 3, 10))
    day(house, date(2026, 4, 1))
    assert light("P7").startswith("red 近一年到期的任务 2 项，完成 0 项（0%），没完成的：财务公开月报")
    press(house, "wang", "P32", "交材料", "官网已公开")
    press(house, "jian", "P32", "确认完成")
    assert light("P6") == "green 近一年到期该公开的 1 项，完成 1 项（100%）"


# To look at.


def test_the_year_is_a_view_with_the_list_and_what_was_opened(house: House) -> None:
    day(house, date(2026, 4, 9))
    with house.database.read() as tx:
        ctx = context(house, tx)
        opened, listed = views.everything(ctx, "").parts
        number = of(house, "P33").number
        assert isinstance(opened, Table)
        assert isinstance(listed, Table)
        assert number in [each.cells[0].text for each in opened.rows]
        assert "P46" not in [each.cells[0].text for each in listed.rows]
        assert views.one(ctx, number).tag == "待办"
        with pytest.raises(Refusal):
            views.one(ctx, "RW-2026-9999")


def test_a_new_calendar_moves_the_day_on_the_card_as_well(house: House) -> None:
    day(house, date(2026, 4, 9))
    found = of(house, "P33")
    with house.database.write() as tx:
        duties.set_due(tx, found.id, found.due_on + timedelta(days=1))
    assert "4月23日到期" in look(house, "wang", "P33")
