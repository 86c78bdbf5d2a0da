"""The sample organisation of the demo: it imports cleanly, holds every post, and its claims find signers."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import bot.simulator
from handlers.contract.roles import Role
from handlers.mechanisms.signoff import rules as chains
from handlers.mechanisms.signoff import service as signoff
from handlers.mechanisms.signoff.rules import Gap, Matter
from handlers.people import service
from handlers.people.rules import Plan
from storage import people, projects
from tests.handlers.people.office import Office, new_office, told

SAMPLE = Path(bot.simulator.__file__).parent / "sample"


def content(name: str) -> bytes:
    return (SAMPLE / name).read_bytes()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    office = new_office(tmp_path_factory.mktemp("sample"))
    with office.context() as ctx:
        plans: list[Plan[Any]] = [
            service.import_people(ctx, content("people.csv")),
            service.import_projects(ctx, content("projects.csv")),
            service.import_deputies(ctx, content("deputies.csv")),
        ]
    assert [told(plan) for plan in plans] == [[], [], []]
    assert [plan.warnings for plan in plans] == [[], [], []]
    yield office
    office.database.close()


def test_the_sample_imported_again_changes_nothing(sample: Office) -> None:
    before = sample.everything()

    with sample.context() as ctx:
        assert service.import_people(ctx, content("people.csv")).changes == []
        assert service.import_projects(ctx, content("projects.csv")).changes == []
        assert service.import_deputies(ctx, content("deputies.csv")).changes == []

    assert sample.everything() == before


def test_somebody_holds_every_post(sample: Office) -> None:
    with sample.context() as ctx:
        assert [role for role in Role if not people.holders(ctx.tx, [role])] == []


def test_some_people_are_on_one_platform_only_and_nobody_on_none() -> None:
    with (SAMPLE / "people.csv").open(encoding="utf-8", newline="") as lines:
        accounts = [(bool(row["feishu_open_id"]), bool(row["wecom_userid"])) for row in csv.DictReader(lines)]

    assert {(True, True), (True, False), (False, True)} == set(accounts)


def chain(office: Office, requester: str, payee: str, project: str) -> chains.Chain | Gap:
    with office.context() as ctx:
        ids = {each.key: each.id for each in people.everybody(ctx.tx)}
        lead = next(each.lead for each in projects.active(ctx.tx) if each.code == project)
        matter = Matter(ids[requester], ids.get(payee), lead)
        return chains.form(matter, signoff.roster(ctx, matter))


PROJECTS = ("P01", "P02", "P03", "YX")
REQUESTERS = ("lin", "zhou", "li", "song", "hou", "tang", "chen", "guan", "fang", "he", "gu", "luo")


@pytest.mark.parametrize("project", PROJECTS)
@pytest.mark.parametrize("requester", REQUESTERS)
def test_whoever_asks_for_money_of_their_own_finds_four_different_people(
    sample: Office, requester: str, project: str
) -> None:
    found = chain(sample, requester, requester, project)

    assert not isinstance(found, Gap), found
    assert len({each.person for each in found.values()}) == 4


@pytest.mark.parametrize("project", PROJECTS)
@pytest.mark.parametrize(("requester", "payee"), [("wang", "wang"), ("lin", "wang"), ("wang", "nobody")])
def test_the_only_head_of_finance_as_requester_or_payee_finds_nobody_for_level_three(
    sample: Office, requester: str, payee: str, project: str
) -> None:
    found = chain(sample, requester, payee, project)

    assert isinstance(found, Gap)
    assert found.level == chains.FINANCE
    assert "王芳" in found.why
