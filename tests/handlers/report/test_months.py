"""What those who supervise are told: a month in numbers, the news of a morning, and alarms at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from bot.context import JobContext
from handlers.catalogue import JOBS
from handlers.contract.card import Card
from storage import duties, pushes, settings
from storage.duties import Occurrence
from tests.bot.paging import phone_of, way, words
from tests.house import ZONE, House, button_in, read

NOTICE = {
    "unit": "project:P01",
    "owner": "李青",
    "what": "采购没有留痕",
    "clause": "方案二（三）",
    "asked": "补齐",
    "source": "监督检查",
    "days": "5",
}
ZERO = {"verdict": "zero", "issues": "", "doubt": ""}
READERS = ("jian", "chen", "fang")


def on(house: House, day: str, hour: int = 9, minute: int = 30) -> None:
    """Let a moment come with all that the clock does then."""
    here = datetime.combine(date.fromisoformat(day), time(hour, minute), ZoneInfo(ZONE))
    house.clock.moment = here.astimezone(UTC)
    with house.database.write() as tx:
        ctx = JobContext(tx, house.clock.moment, house.clock.moment, ZONE)
        for job in JOBS:
            if job.period(house.clock.moment):
                job.run(ctx)


def months(house: House, key: str) -> list[Card]:
    return [each for each in house.cards(key, "report:") if each.title.endswith("月报")]


def news(house: House, key: str) -> list[str]:
    return [read(each) for each in house.cards(key, "report-news:")]


def alarms(house: House, key: str) -> list[str]:
    return [read(each) for each in house.cards(key, "report-alarm:")]


@pytest.fixture
def september(house: House) -> House:
    """A house with a finding in September that is overdue, and self-checks of which one is handed in."""
    on(house, "2026-09-01")
    house.act("jian", "finding.open", {}, NOTICE)
    on(house, "2026-10-08")
    form = house.say("li", "自查 社区助老").card
    house.press("li", button_in(form, "提交"), ZERO)
    return house


def test_the_month_comes_once_on_the_sixth_working_day_to_those_who_answer_for_it(september: House) -> None:
    on(september, "2026-10-13")
    assert months(september, "jian") == []
    for day in ("2026-10-14", "2026-10-15", "2026-10-16"):
        on(september, day)
    for key in READERS:
        (card,) = months(september, key)
        assert "要跟进的\n· 李青 ZG-2026-0001 没销号" in read(card)
        assert "自己发现的问题：0/1 件（0%）\n到期的问题已销号：0/1 件（0%）" in read(card)
        assert "按时交了自查：1/4 份（25%）" in read(card)
        assert "大额支出签齐、有附件（只看报销）：没有" in read(card)
        assert card.chart is not None
    assert months(september, "li") == []


def test_only_the_supervisor_is_given_the_end_of_the_journal_to_keep(september: House) -> None:
    on(september, "2026-10-14")
    assert "末条校验值" in read(months(september, "jian")[0])
    assert "末条校验值" not in read(months(september, "chen")[0])


def test_after_months_without_us_one_month_comes_and_no_flood(september: House) -> None:
    on(september, "2027-02-22")
    assert [each.title for each in months(september, "jian")] == ["2027年1月月报"]


def test_who_has_had_enough_this_week_gets_the_month_when_there_is_room(september: House) -> None:
    chen = september.person("chen").id
    with september.database.write() as tx:
        for _ in range(3):
            pushes.note(tx, chen, date(2026, 10, 14), "morning")
    for day in ("2026-10-14", "2026-10-15"):
        on(september, day)
    assert (len(months(september, "chen")), len(months(september, "fang"))) == (0, 1)
    on(september, "2026-10-19")
    assert len(months(september, "chen")) == 1


def test_a_month_with_nothing_in_it_is_not_told(house: House) -> None:
    on(house, "2026-10-15")
    assert months(house, "jian") == []


def test_the_month_does_not_come_on_a_free_day(september: House) -> None:
    on(september, "2026-10-17")
    assert months(september, "jian") == []
    on(september, "2026-10-19")
    assert len(months(september, "jian")) == 1


def test_not_yet_due_is_in_no_rate(house: House) -> None:
    on(house, "2026-09-28")
    house.act("jian", "finding.open", {}, NOTICE)
    house.clock.moment += timedelta(days=3)
    assert "到期的问题已销号：没有" in read(house.say("jian", "月报 2026-09").card)


def test_the_button_leads_to_the_board_with_half_a_year_and_everybodys_week(
    september: House, tmp_path: Path
) -> None:
    on(september, "2026-10-14")
    phone = phone_of(september, tmp_path)
    reply = september.press("chen", button_in(months(september, "chen")[0], "打开看板"))
    page = words(phone.opens(way(reply)))
    assert page.startswith("2026年9月看板")
    assert "要跟进的 李青 ZG-2026-0001 没销号 唐果没交办公室的自查" in page
    assert "到期的问题已销号（P8） 没有 没有 没有 没有 没有 0/1 件（0%）" in page
    assert "1/3 条" in page
    assert september.press("lin", button_in(months(september, "chen")[0], "打开看板")).refused


def test_the_month_is_asked_for_by_word_and_refused_to_others(september: House) -> None:
    assert "2026年9月月报" in read(september.say("fang", "月报").card)
    assert "2026年7月月报\n还没有记录" in read(september.say("jian", "月报 2026-07").card)
    assert "「月报」给监事" in september.say("li", "月报").text


def test_a_planned_flying_inspection_is_in_no_number_and_on_no_board(september: House) -> None:
    before = read(september.say("jian", "月报").card)
    with september.database.write() as tx:
        settings.fix(tx, "duty.P46", True, "2026-01", date(2026, 1, 5), september.clock.now())
        row = Occurrence(0, "RWJ-2026-0001", "P46", "2026-Q3", date(2026, 9, 15), "open", 1)
        duties.create(tx, row)
    assert read(september.say("jian", "月报").card) == before


# News and alarms.


def test_an_attempt_against_a_rule_is_news_of_the_next_working_morning_and_said_once(house: House) -> None:
    house.submit("lin")
    assert house.say("lin", "同意 BX-2026-0001").refused
    on(house, "2026-03-03")
    (told,) = news(house, "jian")
    assert "林晓 3月3日有操作被拒（P31）" in told
    for day in ("2026-03-04", "2026-03-05"):
        on(house, day)
    assert len(news(house, "jian")) == 1
    assert news(house, "chen") == []


def test_without_news_there_is_no_brief(house: House) -> None:
    for day in ("2026-03-03", "2026-03-04"):
        on(house, day)
    assert news(house, "jian") == []


def test_a_full_week_makes_news_wait_for_the_next(house: House) -> None:
    for day in (3, 4, 5, 6):
        house.clock.moment = datetime(2026, 3, day, 1, tzinfo=UTC)
        house.submit("lin")
        assert house.say("lin", f"同意 BX-2026-000{day - 2}").refused
        on(house, f"2026-03-{day:02}")
    assert len(news(house, "jian")) == 3
    on(house, "2026-03-09")
    assert "3月6日有操作被拒" in news(house, "jian")[-1]


def test_what_a_team_found_itself_is_news(house: House) -> None:
    on(house, "2026-10-08")
    form = house.say("li", "自查 社区助老").card
    house.press("li", button_in(form, "提交"), {"verdict": "found", "issues": "领料没有登记", "doubt": ""})
    on(house, "2026-10-09")
    assert "李青自查发现：领料没有登记（ZG-2026-0001）" in news(house, "jian")[-1]


def test_books_that_were_changed_behind_a_signature_alarm_the_supervisor_at_once_and_once_a_day(
    house: House,
) -> None:
    house.submit("lin")
    with house.database.write() as tx:
        tx.run(text("update claim_line set amount_fen = amount_fen * 10"))
    for _ in range(2):
        assert house.press("li", house.button("li", "同意")).refused
    on(house, "2026-03-03", 10)
    on(house, "2026-03-03", 10, 20)
    (told,) = alarms(house, "jian")
    assert "李青 3月3日有操作被拒（P31）：账上的内容与打开签字时不一致" in told
    assert alarms(house, "chen") == []


def test_a_claim_that_stands_still_alarms_at_once_but_not_at_night(house: House) -> None:
    house.give_roles("wang", "经办人")
    house.submit("lin")
    on(house, "2026-03-03", 22)
    assert alarms(house, "jian") == []
    on(house, "2026-03-04", 8)
    assert "BX-2026-0001 凑不齐四个签字人，停下了" in alarms(house, "jian")[0]
    on(house, "2026-03-04", 12)
    assert len(alarms(house, "jian")) == 1
