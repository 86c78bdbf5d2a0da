"""Unfinished matters: one for a person and a capability, and numbers that are never given twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from storage import dialogue
from storage.database import Database
from tests.house import House

NOW = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)


def test_a_number_that_was_given_back_is_not_given_out_again(house: House) -> None:
    lin = house.person("lin").id
    with house.database.write() as tx:
        first = dialogue.begin(tx, lin, "expense", "{}", NOW + timedelta(hours=1))
        dialogue.end(tx, first.id)
        second = dialogue.begin(tx, lin, "expense", "{}", NOW + timedelta(hours=1))
    assert second.id > first.id


def test_an_expired_matter_is_not_found_and_is_listed_for_the_clock(house: House) -> None:
    lin = house.person("lin").id
    with house.database.write() as tx:
        begun = dialogue.begin(tx, lin, "expense", "{}", NOW)
        assert dialogue.find(tx, lin, "expense", NOW - timedelta(seconds=1)) == begun
        assert dialogue.find(tx, lin, "expense", NOW) is None
        assert dialogue.expired(tx, "expense", NOW) == [begun]


def test_an_old_draft_of_one_person_never_shows_the_draft_of_another(house: House) -> None:
    house.say("lin", "报销")
    house.say("lin", "取消")
    house.say("zhou", "报销 打车 30")
    house.send_file("zhou", "发票.pdf")
    assert not any("打车" in str(each) for each in house.cards("lin"))


def test_an_empty_database_has_no_matters(database: Database) -> None:
    with database.read() as tx:
        assert dialogue.expired(tx, "expense", NOW) == []
