"""Imports as they look on the command line: what is printed, what is written, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot import importing
from bot.importing import Installation
from storage import people
from tests.handlers.people.office import DEPUTIES, NOW, PEOPLE, PHONE_KEY, PROJECTS, Office, file

Capture = pytest.CaptureFixture[str]

TEAM = (
    "lin,林晓,项目部,经办人,ou_lin,lin",
    "li,李青,项目部,项目负责人,ou_li,",
    "wang,王芳,财务部,财务负责人,ou_wang,",
    "chen,陈立,办公室,秘书长,ou_chen,",
    "fang,方正,理事会,理事长,ou_fang,",
    "jian,简成,监事,监事,ou_jian,",
)


@pytest.fixture
def to(office: Office) -> Installation:
    return Installation(office.database, NOW)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(name: str, raw: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(raw)
        return path

    return write


def test_an_import_ends_with_a_count(to: Installation, write: Callable[..., Path], capsys: Capture) -> None:
    more = "ma,马兰,项目部,经办人,,"
    assert importing.import_people(to, write("people.csv", file(PEOPLE, *TEAM)))
    assert importing.import_people(
        to, write("more.csv", file(PEOPLE, "lin,林晓,办公室,经办人,,lin", TEAM[1], more))
    )
    assert importing.import_projects(to, write("projects.csv", file(PROJECTS, "YX,机构运行,lin,,0")))
    assert importing.import_deputies(
        to, write("deputies.csv", file(DEPUTIES, "li,lin,2026-01-01,2026-12-31,fang"))
    )

    assert capsys.readouterr() == (
        "新增 6 人，更新 0 人，未变 0 人\n"
        "新增 1 人，更新 1 人，未变 1 人\n"
        "新增 1 个项目，更新 0 个项目，未变 0 个项目\n"
        "新增 1 项授权，更新 0 项授权，未变 0 项授权\n",
        "",
    )


def test_a_dry_run_says_what_would_come_and_writes_nothing(
    office: Office, to: Installation, write: Callable[..., Path], capsys: Capture
) -> None:
    importing.import_people(to, write("people.csv", file(PEOPLE, *TEAM)))
    before = office.everything()
    capsys.readouterr()

    assert importing.import_people(
        to, write("more.csv", file(PEOPLE, "ma,马兰,项目部,经办人,,", TEAM[0])), dry_run=True
    )
    assert importing.import_projects(
        to, write("projects.csv", file(PROJECTS, "YX,机构运行,lin,,0")), dry_run=True
    )
    assert importing.import_deputies(
        to, write("deputies.csv", file(DEPUTIES, "li,lin,2026-01-01,2026-12-31,fang")), dry_run=True
    )

    assert capsys.readouterr().out == (
        "只检查，没有写入。将会新增 1 人，更新 0 人，未变 1 人\n"
        "只检查，没有写入。将会新增 1 个项目，更新 0 个项目，未变 0 个项目\n"
        "只检查，没有写入。将会新增 1 项授权，更新 0 项授权，未变 0 项授权\n"
    )
    assert office.everything() == before


@pytest.mark.parametrize("dry_run", [False, True])
def test_every_problem_is_printed_with_its_row_and_nothing_is_written(
    office: Office, to: Installation, write: Callable[..., Path], capsys: Capture, *, dry_run: bool
) -> None:
    before = office.everything()
    raw = file(PEOPLE, *TEAM, "ma,,项目部,会长,,", "林,林一,,,,")

    assert not importing.import_people(to, write("people.csv", raw), dry_run=dry_run)

    told = capsys.readouterr()
    assert told.out == ""
    assert [each.split("：")[0] for each in told.err.splitlines()] == [
        "people.csv 有 3 处要改，什么都没有写入",
        "第 8 行",
        "第 8 行",
        "第 9 行",
    ]
    assert office.everything() == before


def test_warnings_are_printed_and_the_import_goes_through(
    to: Installation, write: Callable[..., Path], capsys: Capture
) -> None:
    assert importing.import_people(to, write("people.csv", file(PEOPLE, *TEAM[:5])))

    assert capsys.readouterr() == (
        "新增 5 人，更新 0 人，未变 0 人\n",
        "提醒：还没有人担任监事：四级联签要有项目负责人、财务负责人和秘书长，监督要有监事\n",
    )


def test_a_file_from_excel_in_china_is_imported_as_it_is(
    office: Office, to: Installation, write: Callable[..., Path]
) -> None:
    raw = file(PEOPLE, *TEAM).decode().replace("\n", "\r\n").encode("gbk")

    assert importing.import_people(to, write("人员.csv", raw))
    assert office.person("wang").name == "王芳"


def test_a_long_file_tells_how_far_it_is(
    office: Office, to: Installation, write: Callable[..., Path], capsys: Capture
) -> None:
    many = [f"p{n},同事{n},项目部,经办人,ou_{n},w{n}" for n in range(500 - len(TEAM))]

    assert importing.import_people(to, write("people.csv", file(PEOPLE, *TEAM, *many)))

    assert capsys.readouterr() == (
        "新增 500 人，更新 0 人，未变 0 人\n",
        "".join(f"已写入 {done}/500 行……\n" for done in (100, 200, 300, 400)),
    )
    with office.database.read() as tx:
        assert len(people.everybody(tx)) == 500


def test_phones_and_namesakes_are_passed_on(
    office: Office, to: Installation, write: Callable[..., Path], capsys: Capture
) -> None:
    raw = file(f"{PEOPLE},phone", *(f"{each}," for each in TEAM), "wang2,王芳,,,,,13800001234")
    path = write("people.csv", raw)

    assert not importing.import_people(to, path)
    assert "phone_key" in capsys.readouterr().err
    assert importing.import_people(to, path, phone_key=PHONE_KEY, confirmed_by=("lin", "chen"))

    with office.database.read() as tx:
        assert list(people.phone_hashes(tx).values()) == ["wang2"]
    assert "13800001234" not in "".join(capsys.readouterr())


def test_a_file_that_is_not_there_or_is_none_is_said_plainly(
    to: Installation, tmp_path: Path, write: Callable[..., Path], capsys: Capture
) -> None:
    missing, huge = tmp_path / "missing.csv", write("huge.csv", b"," * (importing.MOST_BYTES + 1))

    assert not importing.import_people(to, missing)
    assert not importing.import_projects(to, tmp_path)
    assert not importing.import_deputies(to, huge)

    first, second, third = capsys.readouterr().err.splitlines()
    assert first == f"找不到文件 {missing}"
    assert second.startswith(f"打不开文件 {tmp_path}：")
    assert third == f"文件 {huge} 太大了，超过 5 MB，请检查是不是选错了文件"
