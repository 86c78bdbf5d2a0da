"""Importing a year of holidays: all or nothing, on record, and what is said about slips."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.context import JobContext
from handlers.calendar import forms, rules, service
from handlers.calendar.rules import Plan
from scheduler.calendar import current
from scheduler.workdays import LIBRARY, Calendar, Year, add
from storage import calendar, journal
from storage.database import Database
from tests.databases import on_sqlite

NOW = datetime(2098, 11, 5, 6, 3, tzinfo=UTC)
ZONE = "Asia/Shanghai"
NOTICE = "国办发明电〔2098〕1 号"

HEADER = "date,kind,name"
WHOLE_2099 = (
    "2098-12-31,休,元旦",
    "2099-01-01,休,元旦",
    "2099-01-21,休,春节",
    "2099-01-22,休,春节",
    "2099-02-07,班,春节",
    "2099-04-03,休,清明节",
    "2099-05-01,休,劳动节",
    "2099-06-22,休,端午节",
    "2099-09-29,休,中秋节",
    "2099-10-01,休,国庆节",
    "2099-10-02,休,国庆节",
    "2099-10-03,休,国庆节",
)
"""A year nobody has published: the last days of December before it are its own."""


def file(*rows: str) -> bytes:
    return "\n".join((HEADER, *rows, "")).encode()


def plan(raw: bytes, known: Calendar = LIBRARY, *, replace: bool = False) -> Plan:
    return rules.plan(forms.calendar(raw), known, LIBRARY, replace=replace)


def told(raw: bytes) -> list[str]:
    return [str(each) for each in plan(raw).problems]


def without(day: str, *rows: str) -> bytes:
    """The file without the row of a day, and with others."""
    return file(*(each for each in WHOLE_2099 if not each.startswith(day)), *rows)


def imported(database: Database, raw: bytes, *, replace: bool = False) -> Plan:
    with database.write() as tx:
        return service.import_calendar(JobContext(tx, NOW, NOW, ZONE), raw, NOTICE, replace=replace)


# What goes through.


def test_a_new_year_is_stored_with_where_it_came_from_and_makes_deadlines_firm(database: Database) -> None:
    raw = file(*WHOLE_2099)
    before = add(date(2098, 12, 29), 3, LIBRARY)

    done = imported(database, raw)

    assert ([each.number for each in done.added], done.updated, done.unchanged) == ([2099], [], 0)
    assert done.warnings == []
    with database.read() as tx:
        (kept,) = calendar.in_force(tx)
        after = add(date(2098, 12, 29), 3, current(tx))
        (entry,) = journal.entries(tx, "calendar:2099")
        assert journal.verify(tx) is None
    assert (kept.source.notice, kept.source.actor, kept.source.at) == (NOTICE, "命令行", NOW)
    assert (before.day, after.day) == (date(2099, 1, 1), date(2099, 1, 5))
    assert (before.missing, after.missing) == ((2098, 2099), (2098,))
    facts = json.loads(entry.facts)
    assert (entry.act, entry.version, facts["file"]) == ("calendar.imported", 1, kept.source.file)
    assert (facts["before"], facts["after"]) == ("", done.added[0].fingerprint)
    assert facts["worked"] == {"2099-02-07": "春节"}


def test_the_same_file_again_changes_nothing(database: Database) -> None:
    imported(database, file(*WHOLE_2099))
    again = imported(database, file(*WHOLE_2099))
    assert (again.added, again.updated, again.unchanged) == ([], [], 1)
    with database.read() as tx:
        assert len(calendar.history(tx)) == len(journal.entries(tx, "calendar:2099")) == 1


def test_a_corrected_year_is_a_new_version_and_the_journal_tells_both(database: Database) -> None:
    first = imported(database, file(*WHOLE_2099)).added[0]
    second = imported(database, without("2099-02-07")).updated[0]
    with database.read() as tx:
        assert [each.version for each in calendar.history(tx)] == [1, 2]
        facts = json.loads(journal.entries(tx, "calendar:2099")[1].facts)
    assert (facts["before"], facts["after"]) == (first.fingerprint, second.fingerprint)


def test_one_file_may_hold_several_years(database: Database) -> None:
    both = [each.replace("2099", "2100").replace("2098", "2099") for each in WHOLE_2099]
    assert told(file(*WHOLE_2099, *both)) != []  # 2100 is not read as a year
    earlier = [each.replace("2098", "2097").replace("2099", "2098") for each in WHOLE_2099]
    done = imported(database, file(*WHOLE_2099, *earlier))
    assert [each.number for each in done.added] == [2098, 2099]


def test_dates_may_be_written_as_excel_does() -> None:
    slashed = [each.replace("-0", "/").replace("-", "/") for each in WHOLE_2099]
    assert plan(file(*slashed)).added == plan(file(*WHOLE_2099)).added


# What the program has by itself.


@given(st.sets(st.sampled_from(sorted(LIBRARY.years)), min_size=1))
def test_published_years_written_out_and_imported_change_nothing(numbers: set[int]) -> None:
    rows = [row for each in sorted(numbers) for row in forms.written(LIBRARY.years[each]).splitlines()[1:]]
    found = plan(file(*rows))
    assert (found.problems, found.added, found.updated, found.unchanged) == ([], [], [], len(numbers))


def contradicting() -> bytes:
    year = LIBRARY.years[2026]
    return forms.written(Year(2026, {**year.free, date(2026, 10, 8): "国庆节"}, year.worked)).encode()


def test_a_year_that_contradicts_the_programs_own_must_be_meant(database: Database) -> None:
    refused = imported(database, contradicting())
    assert [str(each) for each in refused.problems] == [
        "2026 年和程序自带的放假安排有 1 天不同（2026-10-08）。"
        "请核对国务院办公厅的通知；确实要换，加上 --replace"
    ]
    with database.read() as tx:
        assert calendar.history(tx) == []

    assert [each.number for each in imported(database, contradicting(), replace=True).updated] == [2026]
    with database.read() as tx:
        assert add(date(2026, 9, 30), 1, current(tx)).day == date(2026, 10, 9)


def test_going_back_to_the_programs_own_needs_no_word(database: Database) -> None:
    imported(database, contradicting(), replace=True)
    assert imported(database, forms.written(LIBRARY.years[2026]).encode()).problems == []
    with database.read() as tx:
        assert current(tx) == LIBRARY
        assert [each.version for each in calendar.history(tx)] == [1, 2]


def test_a_year_once_replaced_and_imported_again_as_it_is_needs_no_word(database: Database) -> None:
    imported(database, contradicting(), replace=True)
    assert imported(database, contradicting()).unchanged == 1


# Slips.


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2099-07-07,放,小暑", "第 14 行：kind「放」看不懂：放假写「休」，调休上班写「班」"),
        ("2099-07-07,,小暑", "第 14 行：kind「」看不懂：放假写「休」，调休上班写「班」"),
        ("2099-07-07,休,", "第 14 行：name 空着，请写是哪个节，例如 春节"),
        ("2099-02-30,休,春节", "第 14 行：date「2099-02-30」：日历上没有这一天"),
        ("七月七日,休,春节", "第 14 行：date「七月七日」不是日期，请写成 2026-03-01"),
        ("2099-01-21,休,春节", "第 14 行：2099-01-21 在第 4 行已经写过，请留一行"),
        ("2099-01-21,班,春节", "第 14 行：2099-01-21 在第 4 行已经写过，请留一行"),
        ("2099-07-07,休", "第 14 行：只有 2 格，表头有 3 列：是不是少了逗号"),
    ],
)
def test_a_slip_is_told_with_its_row(row: str, said: str) -> None:
    assert told(file(*WHOLE_2099, row)) == [said]


@pytest.mark.parametrize("day", ["2099-01-01", "2099-05-01", "2099-10-02"])
def test_a_year_that_is_not_whole_is_refused(day: str) -> None:
    assert told(without(day)) == [f"2099 年没有写全，缺 {day} 的「休」。每次要写全一年的放假和调休"]


def test_the_end_of_december_alone_is_no_year() -> None:
    (said,) = told(file("2099-01-02,休,元旦"))
    assert said.startswith("2099 年没有写全，缺 2099-01-01、2099-05-01、")
    (said,) = told(file("2098-12-31,休,元旦"))
    assert said.startswith("2099 年没有写全")


def test_with_any_slip_nothing_at_all_is_written(database: Database) -> None:
    refused = imported(database, file(*WHOLE_2099, "2098-05-01,休,劳动节"))
    assert len(refused.problems) == 1
    with database.read() as tx:
        assert calendar.history(tx) == []
        assert journal.heads(tx)["main"][0] == 0


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (
            without("2099-02-07", "2099-02-09,班,春节"),
            "2099-02-09 本来就是工作日，不用写「班」，请核对日期",
        ),
        (
            file(*WHOLE_2099, "2099-07-11,休,春节"),
            "2099-07-11 是周末，前后也没有放假的工作日，请核对日期",
        ),
        (without("2099-04-03"), "2099 年没有写 清明 放假，请核对"),
    ],
)
def test_what_is_probably_a_slip_is_worth_a_word_and_goes_through(raw: bytes, said: str) -> None:
    found = plan(raw)
    assert (found.problems, len(found.added)) == ([], 1)
    assert found.warnings == [said]


def test_a_file_of_another_kind_is_refused() -> None:
    assert told(b"key,name\nlin,x\n")[0].startswith("第 1 行：不认识的列「key」")


# What the list says.


def lines(database: Database) -> list[str]:
    with database.read() as tx:
        return list(service.listed(tx, date(2098, 11, 6), ZONE))


@on_sqlite
def test_the_list_says_where_each_year_is_from_and_which_are_missing(database: Database) -> None:
    own = f"2004 至 {max(LIBRARY.years)} 年：程序自带"
    unknown = "年：放假安排尚未导入，按周一至周五计算，落在里面的期限是暂定的"
    assert lines(database) == [own, f"2098 {unknown}", f"2099 {unknown}"]
    imported(database, file(*WHOLE_2099))
    imported(database, contradicting(), replace=True)
    assert lines(database) == [
        own,
        f"2026 年：2098-11-05 14:03 导入的第 1 版，{NOTICE}，放假 34 天，调休上班 6 天"
        "；和程序自带的有 1 天不同，以导入的为准",
        f"2098 {unknown}",
        f"2099 年：2098-11-05 14:03 导入的第 1 版，{NOTICE}，放假 11 天，调休上班 1 天",
    ]
