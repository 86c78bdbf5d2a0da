"""What an attack on findings found, each defect as the story in which it showed."""

from __future__ import annotations

import json
import threading
from datetime import date, timedelta

import pytest

from bot.feishu.cards import render
from handlers.contract.card import Args
from storage import findings
from storage.findings import Finding
from tests.databases import on_sqlite
from tests.handlers.finding.test_life import NOTICE, NUMBER, heard, look, march, on, press, serve
from tests.handlers.selfcheck.test_life import Office
from tests.house import House, button_in, read

CALLS = tuple[str, str, str]
"""Who does which act with which words."""


def one(house: House, number: int = 1) -> Finding:
    with house.database.read() as tx:
        found = findings.by_number(tx, f"ZG-2026-{number:04}")
    assert found is not None
    return found


def args(house: House, act: str) -> Args:
    found = one(house)
    return {"finding": found.id, "version": found.version, "act": act}


# Two at once.


def at_once(house: House, *calls: CALLS) -> None:
    """Let people act on the finding at the same moment: one is done, the other refused, nobody crashes."""
    done: list[bool] = []
    together = threading.Barrier(len(calls))
    found = one(house)

    def act(key: str, what: str, words: str) -> None:
        carried: Args = {"finding": found.id, "version": found.version, "act": what}
        together.wait()
        if words:
            done.append(not house.act(key, "finding.say", carried, {"text": words}).refused)
        else:
            done.append(not house.act(key, "finding.do", carried).refused)

    threads = [threading.Thread(target=act, args=each) for each in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, True]


@pytest.mark.parametrize(
    "calls",
    [
        (("shen", "verified", ""), ("he", "verified", "")),
        (("shen", "verified", ""), ("he", "returned", "还差照片")),
        (("shen", "returned", "还差照片"), ("he", "returned", "看不清")),
    ],
    ids=["both close it", "one closes, one returns", "both return it"],
)
def test_of_two_verifiers_at_once_one_is_done_and_one_refused(house: House, calls: tuple[CALLS, ...]) -> None:
    house.give_roles("shen", "监事")
    house.give_roles("he", "副理事长", "监事")
    serve(house)
    press(house, "li", "交整改报告", "改好了")
    at_once(house, *calls)


def test_an_owner_who_reports_while_it_passes_to_another_is_one_of_the_two(house: House) -> None:
    serve(house)
    at_once(house, ("li", "reported", "改好了"), ("jian", "reassigned", "周明"))


# Serving.


def test_a_notice_that_is_handed_in_twice_is_served_once(house: House) -> None:
    serve(house)
    again = serve(house)
    assert again.refused
    assert again.toast == f"{NUMBER} 刚刚已经下发过了"
    with house.database.read() as tx:
        assert findings.by_number(tx, "ZG-2026-0002") is None


@on_sqlite
@pytest.mark.parametrize("words", ["\u200b", "\u3000", "\ufeff", "\u2060\u200b"])
def test_words_that_nobody_sees_are_no_words(house: House, words: str) -> None:
    serve(house)
    assert house.act("li", "finding.say", args(house, "reported"), {"text": words}).refused


@on_sqlite
@pytest.mark.parametrize("act", ["received", "served", "verified", "opened"])
@pytest.mark.parametrize("click", ["finding.ask", "finding.say"])
def test_an_act_without_words_cannot_be_asked_with_words(house: House, act: str, click: str) -> None:
    serve(house)
    for key in ("li", "jian"):
        assert house.act(key, click, args(house, act)).refused


# Mending.


def test_an_extension_of_what_is_overdue_lies_ahead(house: House) -> None:
    serve(house)
    on(house, date(2026, 4, 20))
    press(house, "jian", "延期", "病了")
    assert one(house).due_on == date(2026, 4, 27)


def test_progress_shows_that_the_notice_was_taken(house: House) -> None:
    serve(house)
    press(house, "li", "写进展", "在做了")
    for day in (4, 5, 6):
        on(house, march(day))
    assert not [each for each in heard(house, "jian") if "没签收" in each]


def test_evidence_stays_with_the_report_it_was_sent_for(house: House) -> None:
    serve(house)
    serve(house, what="第二件")
    first = house.press("li", button_in(house.say("li", f"整改 {NUMBER}").card, "交整改报告")).card
    house.send_file("li", "第一件.pdf")
    house.offer_file("li", "第一件续.pdf")
    second = house.press("li", button_in(house.say("li", "整改 ZG-2026-0002").card, "交整改报告")).card
    assert "第一件.pdf" not in read(second)
    house.fetch_files()
    assert "个）" not in read(house.press("li", button_in(second, "提交"), {"text": "不用看别的"}).card)
    done = house.press("li", button_in(first, "提交"), {"text": "见附件"}).card
    assert "交整改报告：见附件（附件 2 个）" in read(done)


def test_a_line_break_makes_no_second_entry(house: House) -> None:
    serve(house)
    press(house, "li", "写进展", "快好了\n03-03 10:00 简成 约谈：同意销号")
    assert "快好了 03-03 10:00 简成 约谈" in look(house, "jian")


@on_sqlite
def test_many_notes_do_not_push_the_report_off_the_card(house: House) -> None:
    serve(house)
    for n in range(40):
        house.say("li", f"整改 {NUMBER} 写进展 第{n}次 " + "写" * 480)
    press(house, "li", "交整改报告", "最后的报告")
    card = house.say("jian", f"整改 {NUMBER}").card
    assert card is not None
    shown = json.dumps(render(card), ensure_ascii=False)
    assert "最后的报告" in shown
    assert "通过销号" in shown


# Another owner.


def test_a_new_owner_may_object_though_the_old_one_did(house: House) -> None:
    serve(house)
    press(house, "li", "提异议", "不是我")
    press(house, "fang", "异议不成立", "查过了")
    press(house, "jian", "换责任人", "周明")
    assert not press(house, "zhou", "提异议", "也不是我").refused


def test_the_old_owner_reads_that_it_is_no_longer_theirs_and_hears_no_more(house: House) -> None:
    serve(house, days="10")
    press(house, "li", "我已收到")
    press(house, "jian", "换责任人", "周明")
    assert "看下面的新卡片" not in read(house.cards("li", "finding:")[-1])
    for day in range(10, 18):
        on(house, march(day))
    assert heard(house, "li") == []
    assert heard(house, "zhou")


def test_when_the_owner_has_left_supervisors_hear_of_it_before_the_day(house: House) -> None:
    serve(house)
    press(house, "li", "我已收到")
    house.give_roles("li", "项目负责人", active=False)
    on(house, march(17))
    assert heard(house, "jian") == [f"{NUMBER} 的责任人李青已离开，请点「换责任人」"]


def test_what_is_returned_to_one_who_left_is_told_to_the_supervisors(house: House) -> None:
    serve(house)
    press(house, "li", "交整改报告", "改好了")
    house.give_roles("li", "项目负责人", active=False)
    press(house, "jian", "退回重改", "没改好")
    assert f"{NUMBER} 的责任人李青已离开，请点「换责任人」" in house.texts("jian")


# Who reads, who waits.


def test_who_lost_their_part_gets_no_more_news(house: House) -> None:
    house.give_roles("shen", "监事")
    serve(house)
    house.act("shen", "finding.show", {"finding": one(house).id})
    house.give_roles("shen", "理事", "经办人")
    press(house, "li", "写进展", "秘密的新进展")
    assert "秘密的新进展" not in "\n".join(map(read, house.cards("shen")))


def test_an_owner_who_becomes_a_supervisor_still_does_not_verify(house: House) -> None:
    serve(house)
    press(house, "li", "交整改报告", "好了")
    house.give_roles("li", "监事")
    assert house.say("li", f"整改 {NUMBER} 通过销号").refused


def test_the_one_screen_names_owners_only_to_those_who_may_read(house: House) -> None:
    house.give_roles("shen", "党支部书记")
    serve(house)
    on(house, march(30))
    assert NUMBER not in read(house.say("shen", "总览").card)
    assert NUMBER in read(house.say("jian", "总览").card)


@on_sqlite
def test_what_is_open_is_not_hidden_behind_what_is_reported(house: House) -> None:
    for n in range(11):
        serve(house, what=f"第{n}件")
    for n in range(1, 11):
        house.say("li", f"整改 ZG-2026-{n:04} 交整改报告 好了")
    assert "ZG-2026-0011" in read(house.say("li", "待办").card)


def test_looking_again_waits_for_its_day_but_a_relapse_does_not(house: House) -> None:
    serve(house)
    press(house, "li", "交整改报告", "改好了")
    press(house, "jian", "通过销号")
    assert "[回头看：有效]" not in look(house, "jian")
    assert "还没到回头看的日子" in house.say("jian", f"整改 {NUMBER} 回头看：有效").text
    assert not press(house, "jian", "回头看：复发", "又没有记录").refused


def test_what_was_found_again_was_not_found_by_the_team_itself(house: House) -> None:
    office = Office(house)
    office.day("2026-03-02")
    office.hand_in("wang", verdict="found", issues="物资：领料没有登记")
    press(house, "wang", "交整改报告", "改好了")
    press(house, "jian", "通过销号")
    house.clock.forward(timedelta(days=100))
    press(house, "jian", "回头看：复发", "又没有登记")
    assert (one(house).source, one(house, 2).source) == ("自查", "监督检查")


def test_a_supervisor_is_not_asked_to_serve_a_notice_to_themselves(house: House) -> None:
    house.give_roles("shen", "监事")
    house.act("jian", "finding.open", {}, NOTICE | {"owner": "沈言"})
    for day in (4, 5, 6):
        on(house, march(day))
    assert not [each for each in heard(house, "shen") if "没签收" in each]
    assert [each for each in heard(house, "jian") if "没签收" in each]
