"""Reading files: encodings, headers, row numbers as in Excel, and what each cell may say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from handlers.contract.roles import Role
from handlers.mechanisms.sheet.forms import Sheet
from handlers.people import forms
from handlers.people.forms import Authority, PersonRow, Project
from tests.handlers.people.office import DEPUTIES, PEOPLE, PROJECTS, file

LIN = "lin,林晓,项目部,经办人,ou_lin,lin"
WITH_PHONE = f"{PEOPLE},phone"
WITH_LEFT = f"{PEOPLE},left"


def person(raw: bytes) -> PersonRow:
    sheet = forms.people(raw)
    assert [str(each) for each in sheet.problems] == []
    assert len(sheet.rows) == 1
    return sheet.rows[0].said


def problems(raw: bytes, understand: Callable[[bytes], Sheet[Any]] = forms.people) -> list[str]:
    return [str(each) for each in understand(raw).problems]


# The file as a whole.


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_file_is_read_in_every_encoding_and_with_every_line_end_that_offices_write(
    encoding: str, line_end: str
) -> None:
    raw = line_end.join((PEOPLE, "lin,林晓,项目部,经办人；会计,ou_lin,lin", "")).encode(encoding)

    assert person(raw) == PersonRow(
        "lin",
        "林晓",
        "项目部",
        frozenset({"经办人", "会计"}),
        {"feishu": "ou_lin", "wecom": "lin"},
        phone="",
        left=None,
    )


def test_a_rare_character_survives_the_encoding_of_excel_in_china() -> None:
    raw = file(PEOPLE, "lin,𠮷晓,项目部,,,").decode().encode("gb18030")

    assert person(raw).name == "𠮷晓"


def test_columns_stand_in_any_order() -> None:
    raw = file("wecom_userid,roles,name,key,feishu_open_id,department", "lin,经办人,林晓,lin,ou_lin,项目部")

    assert person(raw) == person(file(PEOPLE, LIN))


def test_full_width_and_invisible_blanks_around_a_cell_do_not_count() -> None:
    raw = file(
        "\ufeffkey , name,department,roles,feishu_open_id,wecom_userid",
        "\u3000lin ,\u200b林晓\u3000,\u00a0项目部,,,",
    )

    assert (person(raw).key, person(raw).name, person(raw).department) == ("lin", "林晓", "项目部")


def test_rows_are_numbered_as_a_person_sees_them_in_excel() -> None:
    raw = file("", PEOPLE, "", LIN, ",,,,,", '"zhou","周\u3000明","第一\n项目部",,,', "li,李青,项目部,会长,,")

    sheet = forms.people(raw)

    assert [(row.number, row.said.key) for row in sheet.rows] == [(4, "lin"), (6, "zhou"), (7, "li")]
    assert [each.row for each in sheet.problems] == [6, 7]


def test_empty_columns_that_excel_leaves_at_the_right_are_no_matter() -> None:
    assert person(file(f"{PEOPLE},,", f"{LIN},,")).key == "lin"


HEADER = "表头应为 key,name,department,roles,feishu_open_id,wecom_userid"
SAVE_AS = "请在 Excel 里用「另存为」，选「CSV UTF-8（逗号分隔）」"
WHOLE_FILES = {
    "nothing": (b"", ["文件是空的"]),
    "blank lines": (b"\r\n,,,\r\n", ["文件是空的"]),
    "a header alone": (file(PEOPLE), ["文件里只有表头，没有内容"]),
    "a workbook": (b"PK\x03\x04\x14\x00", [f"这是 Excel 工作簿，不是 CSV。{SAVE_AS}"]),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1", [f"这是 Excel 工作簿，不是 CSV。{SAVE_AS}"]),
    "UTF-16": (PEOPLE.encode("utf-16"), [f"文件的编码既不是 UTF-8 也不是 GB18030。{SAVE_AS}"]),
    "no text at all": (b"\xff\xff\x00\x81", [f"文件的编码既不是 UTF-8 也不是 GB18030。{SAVE_AS}"]),
    "tabs": (
        file(PEOPLE.replace(",", "\t")),
        [f"第 1 行：各列要用英文逗号隔开，现在用的是制表符。{SAVE_AS}"],
    ),
    "semicolons": (
        file(PEOPLE.replace(",", ";")),
        [f"第 1 行：各列要用英文逗号隔开，现在用的是分号。{SAVE_AS}"],
    ),
    "Chinese commas": (
        file(PEOPLE.replace(",", "，")),
        [f"第 1 行：各列要用英文逗号隔开，现在用的是中文逗号。{SAVE_AS}"],
    ),
    "a missing column": (
        file("key,name,department,roles,feishu_open_id"),
        [f"第 1 行：表头少了 wecom_userid。{HEADER}"],
    ),
    "unknown columns": (
        file(f"{PEOPLE},Phone,微信"),
        [
            "第 1 行：不认识的列「Phone」「微信」，可用的列是 "
            "key、name、department、roles、feishu_open_id、wecom_userid、phone、left"
        ],
    ),
    "a column twice": (file(f"{PEOPLE},key"), ["第 1 行：列「key」出现了 2 次"]),
    "a column without a name": (
        file("key,,name,department,roles,feishu_open_id,wecom_userid"),
        ["第 1 行：第 2 列没有列名"],
    ),
    "a row too short": (file(PEOPLE, "lin,林晓"), ["第 2 行：只有 2 格，表头有 6 列：是不是少了逗号"]),
    "a row too long": (
        file(PEOPLE, "lin,林晓,项目部,经办人,ou_lin,lin,又一格"),
        ["第 2 行：有 7 格，表头只有 6 列：内容里有逗号的，要用英文双引号括起来"],
    ),
    "a quotation mark too few": (
        file(PEOPLE, LIN, 'zhou,"周明,项目部,经办人,,', "li,李青,,,,"),
        ["第 3 行：双引号不成对，这一行往后都读不了。请补上或删掉多余的双引号"],
    ),
}


@pytest.mark.parametrize(("raw", "expected"), WHOLE_FILES.values(), ids=WHOLE_FILES)
def test_a_file_that_cannot_be_read_says_why_and_what_to_do(raw: bytes, expected: list[str]) -> None:
    assert problems(raw) == expected


# Cells of people.csv.

ROLE_NAMES = "、".join(Role)
BAD_KEY = "key「{}」不能用，例如 lin：只写英文字母、数字和 . _ -，以字母或数字开头，最多 64 个字符"
BAD_ROLE = f"roles 里有不认识的职务「{{}}」，可用的是 {ROLE_NAMES}，几个职务用 ; 隔开"
BAD_PEOPLE = {
    ",林晓,项目部,经办人,ou_lin,lin": "key 空着。每个人要有一个不变的短名，例如 lin",
    "林晓,林晓,项目部,,,": BAD_KEY.format("林晓"),
    "_lin,林晓,项目部,,,": BAD_KEY.format("_lin"),
    "lin,,项目部,,,": "name 空着，请写姓名",
    f"lin,{'林' * 65},项目部,,,": "name 太长了，最多 64 个字，现在是 65 个",
    "lin,林\u200b晓,项目部,,,": "name 里有换行或看不见的字符，请删掉这一格重新打一遍",
    '"lin",林晓,"项目\n部",,,': "department 里有换行或看不见的字符，请删掉这一格重新打一遍",
    f"lin,林晓,{'部' * 65},,,": "department 太长了，最多 50 个字，现在是 65 个",
    "lin,林晓,项目部,经办人;会长,,": BAD_ROLE.format("会长"),
    "lin,林晓,项目部,经办人，会计,,": BAD_ROLE.format("经办人，会计"),
    "lin,林晓,项目部,,13800000000,": "feishu_open_id「13800000000」不是飞书的 open_id，"
    "它以 ou_ 开头；没有飞书账号就空着",
    "lin,林晓,项目部,,,林晓": "wecom_userid「林晓」不是企业微信的账号："
    "只有英文字母、数字和 _ - @ .，最多 64 个字符；没有就空着",
}


@pytest.mark.parametrize(("row", "expected"), BAD_PEOPLE.items())
def test_a_bad_cell_of_a_person_is_told_with_its_row_and_the_way_out(row: str, expected: str) -> None:
    assert problems(file(PEOPLE, row)) == [f"第 2 行：{expected}"]


def test_all_bad_cells_are_told_at_once() -> None:
    raw = file(PEOPLE, "林,,项目部,会长,13800000000,林晓", LIN, ",林,,,,")

    told = forms.people(raw).problems

    assert [each.row for each in told] == [2, 2, 2, 2, 2, 4]


@pytest.mark.parametrize(
    "roles", ["会计;出纳", "会计；出纳", "会计、出纳", " 会计 ; 出纳 ;", "出纳;会计;出纳"]
)
def test_roles_are_separated_in_every_way_that_people_type(roles: str) -> None:
    assert person(file(PEOPLE, f"lin,林晓,项目部,{roles},,")).roles == {"会计", "出纳"}


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("王　芳", "王芳"),
        ("王 芳", "王芳"),
        ("Ｔｏｍ  Li", "Tom Li"),
        ("买买提·艾力", "买买提·艾力"),
        ("金﨑", "金﨑"),
    ],
)
def test_a_name_has_one_spelling(typed: str, name: str) -> None:
    assert person(file(PEOPLE, f"lin,{typed},,,,")).name == name


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("13800001234", "+8613800001234"),
        ("138 0000 1234", "+8613800001234"),
        ("138-0000-1234", "+8613800001234"),
        ("+86 138 0000 1234", "+8613800001234"),
        ("8613800001234", "+8613800001234"),
        ("００８６１３８００００１２３４", "+8613800001234"),
        ("+852 5123 4567", "+85251234567"),
        ("", ""),
    ],
)
def test_one_phone_number_is_one_number_however_it_is_typed(typed: str, phone: str) -> None:
    assert person(file(WITH_PHONE, f"{LIN},{typed}")).phone == phone


@pytest.mark.parametrize("typed", ["1380000123", "138000012345", "057188880000", "+8612345678901", "无"])
def test_what_is_no_mobile_number_is_refused_without_being_repeated(typed: str) -> None:
    told = problems(file(WITH_PHONE, f"{LIN},{typed}"))

    assert told == ["第 2 行：phone 不是手机号：大陆号码写 11 位数字，其他地区以 + 和区号开头，例如 +852…"]


def test_a_number_that_excel_has_spoilt_says_so() -> None:
    told = problems(file(WITH_PHONE, f"{LIN},1.38E+10"))

    assert told == ["第 2 行：phone 被 Excel 写成了科学计数法。请把这一列的格式设为「文本」，重新填号码"]


def test_a_phone_number_does_not_show_when_a_row_is_printed() -> None:
    assert "13800001234" not in repr(forms.people(file(WITH_PHONE, f"{LIN},13800001234")))


@pytest.mark.parametrize(("typed", "left"), [("", None), ("是", True), ("否", False)])
def test_leaving_is_said_in_so_many_words(typed: str, left: bool | None) -> None:
    assert person(file(WITH_LEFT, f"{LIN},{typed}")).left is left


def test_anything_else_in_the_column_of_leaving_is_refused() -> None:
    told = problems(file(WITH_LEFT, f"{LIN},离职"))

    assert told == ["第 2 行：left「离职」看不懂：离开的写「是」，回来的写「否」，其他人空着"]


# Cells of projects.csv.


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("0", 0),
        ("0.00", 0),
        ("120000", 12_000_000),
        ('"120,000.50"', 12_000_050),
        ("１２００００．５", 12_000_050),
        ("１２０，０００", 12_000_000),
        ("￥1280.50", 128_050),
        ("1280元", 128_000),
        ("10000000000", 10**12),
    ],
)
def test_a_budget_is_understood_as_people_type_it(typed: str, fen: int) -> None:
    sheet = forms.projects(file(PROJECTS, f"P01,社区助老,li,专项资金,{typed}"))

    assert [str(each) for each in sheet.problems] == []
    assert sheet.rows[0].said == Project("P01", "社区助老", "li", "专项资金", fen)


NO_AMOUNT = "budget「{}」不是金额。请写成元，不带负号，例如 120000 或 120,000.50"
BAD_PROJECTS = {
    ",社区助老,li,,0": "code 空着，请写项目编号，例如 P01",
    f"{'P' * 33},社区助老,li,,0": "code 太长了，最多 32 个字，现在是 33 个",
    "P01,,li,,0": "name 空着，请写项目名称",
    "P01,社区助老,,,0": "lead 空着，请写那个人的 key",
    "P01,社区助老,li,,": "budget 空着，没有预算请写 0",
    "P01,社区助老,li,,-1": NO_AMOUNT.format("-1"),
    "P01,社区助老,li,,12万": NO_AMOUNT.format("12万"),
    'P01,社区助老,li,,"1,2000"': NO_AMOUNT.format("1,2000"),
    "P01,社区助老,li,,1e3": NO_AMOUNT.format("1e3"),
    "P01,社区助老,li,,NaN": NO_AMOUNT.format("NaN"),
    "P01,社区助老,li,,1.005": "budget「1.005」的小数多于两位，最多到分",
    "P01,社区助老,li,,10000000000.01": "budget「10000000000.01」太大了，请检查有没有多打几位",
}


@pytest.mark.parametrize(("row", "expected"), BAD_PROJECTS.items())
def test_a_bad_cell_of_a_project_is_told_with_its_row_and_the_way_out(row: str, expected: str) -> None:
    assert problems(file(PROJECTS, row), forms.projects) == [f"第 2 行：{expected}"]


# Cells of deputies.csv.


@pytest.mark.parametrize("typed", ["2026-03-01", "2026/3/1", "2026.3.1", "2026年3月1日", "２０２６／３／１"])
def test_a_day_is_understood_as_people_type_it(typed: str) -> None:
    sheet = forms.deputies(file(DEPUTIES, f"li,lin,{typed},2026-12-31,fang"))

    assert [str(each) for each in sheet.problems] == []
    assert sheet.rows[0].said == Authority("li", "lin", date(2026, 3, 1), date(2026, 12, 31), "fang")


BAD_DEPUTIES = {
    ",lin,2026-03-01,2026-12-31,fang": "holder 空着，请写那个人的 key",
    "li,,2026-03-01,2026-12-31,fang": "deputy 空着，请写那个人的 key",
    "li,lin,,2026-12-31,fang": "from 空着，请写日期，例如 2026-03-01",
    "li,lin,3月1日,2026-12-31,fang": "from「3月1日」不是日期，请写成 2026-03-01",
    "li,lin,2026-03/01,2026-12-31,fang": "from「2026-03/01」不是日期，请写成 2026-03-01",
    "li,lin,2026-02-29,2026-12-31,fang": "from「2026-02-29」：日历上没有这一天",
    "li,lin,2026-03-01,0001-01-01,fang": "to「0001-01-01」的年份不对，要在 2000 到 2099 之间",
    "li,lin,2026-03-01,2026-12-31,": "named_by 空着，请写那个人的 key",
}


@pytest.mark.parametrize(("row", "expected"), BAD_DEPUTIES.items())
def test_a_bad_cell_of_a_signing_authority_is_told_with_its_row_and_the_way_out(
    row: str, expected: str
) -> None:
    assert problems(file(DEPUTIES, row), forms.deputies) == [f"第 2 行：{expected}"]
