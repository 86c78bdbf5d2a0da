"""Carrying imports out: all or nothing, on record, and the same file twice changes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.context import JobContext
from handlers.people import forms, rules, service
from handlers.people.forms import Authority, Project
from handlers.people.rules import Member, Plan
from storage import journal, people
from storage.people import Address
from tests.handlers.people.office import (
    DEPUTIES,
    NOW,
    PEOPLE,
    PHONE_KEY,
    PROJECTS,
    TODAY,
    ZONE,
    Office,
    file,
    new_office,
    rows,
    told,
)

calm = settings(deadline=None)

PHONE = "13800001234"
STAFF = file(
    f"{PEOPLE},phone",
    f"lin,林晓,项目部,经办人,ou_lin,lin,{PHONE}",
    "li,李青,项目部,项目负责人,ou_li,,",
    "wang,王芳,财务部,财务负责人,,WangFang,",
    "chen,陈立,办公室,秘书长,ou_chen,chen,",
    "fang,方正,理事会,理事长;法定代表人,ou_fang,,",
    "jian,简成,监事,监事,ou_jian,,",
    "guan,管宁,办公室,部门负责人,ou_guan,,",
)
WORK = file(PROJECTS, "P01,社区助老,li,专项资金,10000", "YX,机构运行,guan,,0")
STAND_INS = file(DEPUTIES, "li,lin,2026-01-01,2026-12-31,fang")


def take(office: Office, raw: bytes, **more: Any) -> Plan[Member]:
    with office.context() as ctx:
        return service.import_people(ctx, raw, PHONE_KEY, **more)


@pytest.fixture
def furnished(office: Office) -> Office:
    with office.context() as ctx:
        assert told(service.import_people(ctx, STAFF, PHONE_KEY)) == []
        assert told(service.import_projects(ctx, WORK)) == []
        assert told(service.import_deputies(ctx, STAND_INS)) == []
    return office


def test_what_was_imported_is_what_is_known(furnished: Office) -> None:
    with furnished.context() as ctx:
        known = service.roster(ctx)

    assert known.today == TODAY
    assert list(known.members) == ["chen", "fang", "guan", "jian", "li", "lin", "wang"]
    assert replace(known.members["lin"], phone_hash=None) == Member(
        "lin", "林晓", "项目部", frozenset({"经办人"}), {"feishu": "ou_lin", "wecom": "lin"}
    )
    assert known.members["wang"].accounts == {"wecom": "WangFang"}
    assert known.projects == {
        "P01": Project("P01", "社区助老", "li", "专项资金", 1_000_000),
        "YX": Project("YX", "机构运行", "guan", "", 0),
    }
    assert list(known.authorities) == [Authority("li", "lin", date(2026, 1, 1), date(2026, 12, 31), "fang")]


def test_the_same_files_again_change_nothing_and_are_not_journalled(furnished: Office) -> None:
    before = furnished.everything()

    with furnished.context() as ctx:
        plans: list[Plan[Any]] = [
            service.import_people(ctx, STAFF, PHONE_KEY),
            service.import_projects(ctx, WORK),
            service.import_deputies(ctx, STAND_INS),
        ]

    assert [(len(plan.changes), plan.unchanged) for plan in plans] == [(0, 7), (0, 2), (0, 1)]
    assert furnished.everything() == before


def test_a_plan_writes_nothing(office: Office) -> None:
    before = office.everything()

    with office.context() as ctx:
        assert len(service.plan_people(ctx, STAFF, PHONE_KEY).added) == 7

    assert office.everything() == before


def test_one_bad_row_keeps_all_others_out(furnished: Office) -> None:
    before = furnished.everything()

    plan = take(furnished, file(PEOPLE, "ma,马兰,项目部,经办人,,", "mei,梅竹,项目部,会长,,"))

    assert len(told(plan)) == 1
    assert furnished.everything() == before


def test_an_import_stands_in_the_journal_once_with_old_and_new(furnished: Office) -> None:
    raw = file(PEOPLE, "ma,马兰,项目部,经办人,,ma", "lin,林晓,办公室,出纳;会计,ou_new,lin")
    take(furnished, raw)

    first, second = furnished.entries("roster:people")
    facts = json.loads(second.facts)

    assert (second.actor, second.act) == ("命令行", "people.imported")
    assert facts["file"] == hashlib.sha256(raw).hexdigest()
    assert list(json.loads(first.facts)["added"]) == ["chen", "fang", "guan", "jian", "li", "lin", "wang"]
    assert list(facts["added"]) == ["ma"]
    assert facts["updated"] == {
        "lin": {
            "accounts": [{"feishu": "ou_lin", "wecom": "lin"}, {"feishu": "ou_new", "wecom": "lin"}],
            "department": ["项目部", "办公室"],
            "roles": [["经办人"], ["会计", "出纳"]],
        }
    }
    assert facts["unchanged"] == 0


def test_projects_and_authorities_stand_in_the_journal_too(furnished: Office) -> None:
    (work,), (stand_ins,) = furnished.entries("roster:projects"), furnished.entries("roster:deputies")

    assert list(json.loads(work.facts)["added"]) == ["P01", "YX"]
    assert json.loads(stand_ins.facts)["added"] == {
        "li>lin 2026-01-01..2026-12-31": {
            "holder": "li",
            "deputy": "lin",
            "first_day": "2026-01-01",
            "last_day": "2026-12-31",
            "named_by": "fang",
        }
    }


def test_the_journal_holds(furnished: Office) -> None:
    with furnished.context() as ctx:
        assert journal.verify(ctx.tx) is None
        assert journal.heads(ctx.tx)["main"][0] == 3


def test_a_phone_number_is_nowhere_in_the_database_and_its_hash_not_in_the_journal(
    furnished: Office,
) -> None:
    take(furnished, file(f"{PEOPLE},phone", "lin,林晓,项目部,经办人,ou_lin,lin,13900005678"))

    everything = repr(furnished.everything())
    written = " ".join(each.facts for each in furnished.entries("roster:people"))
    with furnished.context() as ctx:
        (phone_hash,) = people.phone_hashes(ctx.tx)

    assert PHONE not in everything
    assert "13900005678" not in everything
    assert phone_hash not in written
    assert '"phone_hash":["withheld","withheld"]' in written


def test_who_vouched_for_namesakes_stands_in_the_journal(furnished: Office) -> None:
    plan = take(furnished, file(PEOPLE, "wang2,王芳,项目部,经办人,,"), confirmed_by=("chen", "fang"))

    assert told(plan) == []
    assert json.loads(furnished.entries("roster:people")[-1].facts)["confirmed_by"] == ["chen", "fang"]


def test_accounts_and_phones_change_hands_within_one_file(furnished: Office) -> None:
    swapped = file(
        f"{PEOPLE},phone",
        "lin,林晓,项目部,经办人,ou_li,lin,13900005678",
        f"li,李青,项目部,项目负责人,ou_lin,,{PHONE}",
    )

    assert told(take(furnished, swapped)) == []

    with furnished.context() as ctx:
        owners = people.accounts(ctx.tx)
        assert owners[Address("feishu", "ou_lin")] == "li"
        assert owners[Address("feishu", "ou_li")] == "lin"
        assert service.import_people(ctx, swapped, PHONE_KEY).unchanged == 2


def test_an_account_changes_hands_in_whatever_case_it_is_spelled(furnished: Office) -> None:
    moved = file(PEOPLE, "ma,马兰,项目部,经办人,,wangfang", "wang,王芳,财务部,财务负责人,ou_wang,")

    assert told(take(furnished, moved)) == []
    with furnished.context() as ctx:
        assert people.accounts(ctx.tx)[Address("wecom", "wangfang")] == "ma"


def test_an_account_that_a_row_no_longer_names_is_taken_away(furnished: Office) -> None:
    take(furnished, file(PEOPLE, "lin,林晓,项目部,经办人,ou_lin,"))

    with furnished.context() as ctx:
        assert people.by_account(ctx.tx, Address("wecom", "lin")) is None
        assert people.by_account(ctx.tx, Address("feishu", "ou_lin")) is not None


def test_somebody_who_leaves_stays_in_the_books_and_holds_no_post(furnished: Office) -> None:
    take(furnished, file(f"{PEOPLE},left", "lin,林晓,项目部,经办人,ou_lin,lin,是"))

    assert not furnished.person("lin").active
    with furnished.context() as ctx:
        assert people.holders(ctx.tx, ["经办人"]) == []


def test_a_new_lead_sets_the_old_one_free(furnished: Office) -> None:
    leaving = file(f"{PEOPLE},left", "li,李青,项目部,项目负责人,ou_li,,是")
    assert len(told(take(furnished, leaving))) == 1

    with furnished.context() as ctx:
        assert told(service.import_projects(ctx, file(PROJECTS, "P01,社区助老,lin,专项资金,10000"))) == []

    assert told(take(furnished, leaving)) == []


def test_progress_is_told_after_every_change(office: Office) -> None:
    steps: list[tuple[int, int]] = []

    with office.context() as ctx:
        service.import_people(ctx, STAFF, PHONE_KEY, progress=lambda done, all_: steps.append((done, all_)))

    assert steps == [(done, 7) for done in range(1, 8)]


# Whatever a file says: with a problem nothing is written; without one all of it, and again nothing.


@pytest.fixture(scope="module")
def playground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    office = new_office(tmp_path_factory.mktemp("playground"))
    with office.context() as ctx:
        service.import_people(ctx, STAFF, PHONE_KEY)
        service.import_projects(ctx, WORK)
        service.import_deputies(ctx, STAND_INS)
    yield office
    office.database.close()


class _UndoneError(Exception):
    pass


@contextmanager
def undone(office: Office) -> Iterator[JobContext]:
    """A transaction of which nothing stays."""
    with suppress(_UndoneError), office.database.write() as tx:
        yield JobContext(tx, NOW, NOW, ZONE)
        raise _UndoneError


def one_of(*values: str) -> st.SearchStrategy[str]:
    return st.sampled_from(values)


def with_slips(
    rows_: st.SearchStrategy[tuple[str, ...]], width: int, *slips: str
) -> st.SearchStrategy[list[str]]:
    """Rows that are mostly right, no two of which begin alike, some with a wrong cell or two."""
    slip = st.tuples(st.integers(0, 5), st.integers(0, width - 1), one_of(*slips))

    def spoil(good: list[tuple[str, ...]], wrong: list[tuple[int, int, str]]) -> list[str]:
        table = [list(row) for row in good]
        for row, column, value in wrong:
            table[row % len(table)][column] = value
        return [",".join(row) for row in table]

    good = st.lists(rows_, min_size=1, max_size=6, unique_by=lambda row: row[0])
    return st.builds(spoil, good, st.just([]) | st.lists(slip, max_size=2))


NAMES = {
    "lin": "林晓",
    "li": "李青",
    "wang": "王芳",
    "chen": "陈立",
    "fang": "方正",
    "jian": "简成",
    "ma": "马兰",
    "mei": "梅竹",
}
KEYS = one_of(*NAMES)


def person_line(key: str, roles: str, account: str, left: str) -> tuple[str, ...]:
    return key, NAMES[key], "项目部", roles, f"ou_{key}{account}", "", "", left


PEOPLE_LINES = with_slips(
    st.builds(
        person_line,
        KEYS,
        one_of("经办人", "项目负责人;理事", "出纳", "秘书长", "", "监事"),
        one_of("", "_new"),
        one_of("", "是"),
    ),
    8,
    *(
        "",
        "lin",
        "Lin",
        "王芳",
        "监事;会计",
        "财务负责人",
        "会长",
        "ou_li",
        "WANGFANG",
        PHONE,
        "1",
        "是",
        "否",
    ),
)
PROJECT_LINES = with_slips(
    st.tuples(
        one_of("P01", "P02", "YX"),
        one_of("lin", "li", "chen", "guan"),
        one_of("", "专项资金"),
        one_of("0", "1.5"),
    ).map(lambda row: (row[0], f"项目{row[0]}", *row[1:])),
    5,
    *("", "P01", "社区助老", "机构运行", "wang", "jian", "nobody", "-1"),
)
DEPUTY_LINES = with_slips(
    st.tuples(
        one_of("li", "chen", "wang", "guan"),
        one_of("lin", "lin", "jian", "wang"),
        one_of("2026-01-01", "2026/2/1"),
        one_of("2026-03-31", "2026.12.31"),
        one_of("fang", "fang", "chen"),
    ),
    5,
    *("", "li", "jian", "chen", "nobody", "2026-02-30", "2027-01-01"),
)


def check(office: Office, take_in: Any) -> None:
    with undone(office) as ctx:
        before = rows(ctx.tx)
        plan = take_in(ctx)
        ctx.tx.finish()
        after = rows(ctx.tx)
        if plan.problems or not plan.changes:
            assert after == before
            return
        assert len(after["journal"]) == len(before["journal"]) + 1
        again = take_in(ctx)
        ctx.tx.finish()
        assert (told(again), list(again.changes)) == ([], [])
        assert rows(ctx.tx) == after


@calm
@given(PEOPLE_LINES, st.sampled_from([(), ("chen", "fang"), ("lin", "ma")]))
def test_people_are_taken_wholly_or_not_at_all(
    playground: Office, rows_: list[str], confirmed_by: tuple[str, ...]
) -> None:
    raw = file(f"{PEOPLE},phone,left", *rows_)

    check(playground, lambda ctx: service.import_people(ctx, raw, PHONE_KEY, confirmed_by))


@calm
@given(PROJECT_LINES)
def test_projects_are_taken_wholly_or_not_at_all(playground: Office, rows_: list[str]) -> None:
    check(playground, lambda ctx: service.import_projects(ctx, file(PROJECTS, *rows_)))


@calm
@given(DEPUTY_LINES)
def test_authorities_are_taken_wholly_or_not_at_all(playground: Office, rows_: list[str]) -> None:
    check(playground, lambda ctx: service.import_deputies(ctx, file(DEPUTIES, *rows_)))


@calm
@given(PEOPLE_LINES)
def test_no_import_leaves_a_roster_that_the_rules_forbid(playground: Office, rows_: list[str]) -> None:
    with undone(playground) as ctx:
        service.import_people(ctx, file(f"{PEOPLE},phone,left", *rows_), PHONE_KEY)
        known = service.roster(ctx)
        here = [each for each in known.members.values() if each.active]

        assert len({each.name for each in here}) == len(here)
        assert not [
            each for each in here if "监事" in each.roles and each.roles & set(rules.NOT_FOR_SUPERVISORS)
        ]
        for project in known.projects.values():
            lead = known.members[project.lead]
            assert lead.active
            assert not lead.roles & {"财务负责人", "监事"}


@calm
@given(st.binary(max_size=300))
def test_no_bytes_at_all_break_an_import(raw: bytes) -> None:
    for understand in (forms.people, forms.projects, forms.deputies):
        assert understand(raw).problems
