"""Imported years are kept version by version, and the newest of each is in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from storage import calendar
from storage.calendar import Imported, Source
from storage.database import Database

NEW_YEAR = {date(2027, 1, 1): "元旦"}
MADE_UP_FOR = {date(2027, 1, 2): "元旦"}
FROM = Source("国办发明电〔2026〕1 号", "a" * 64, "命令行", datetime(2026, 11, 5, 6, 3, tzinfo=UTC))
LATER = replace(FROM, file="b" * 64, at=datetime(2026, 11, 6, 6, 3, tzinfo=UTC))


def test_without_an_import_there_is_nothing(database: Database) -> None:
    with database.read() as tx:
        assert calendar.in_force(tx) == calendar.history(tx) == []


def test_a_year_comes_back_as_it_was_stored(database: Database) -> None:
    with database.write() as tx:
        assert calendar.save(tx, 2027, NEW_YEAR, MADE_UP_FOR, FROM) == 1
    with database.read() as tx:
        assert calendar.in_force(tx) == [Imported(2027, 1, NEW_YEAR, MADE_UP_FOR, FROM)]


def test_a_year_imported_again_is_a_new_version_and_the_old_one_is_kept(database: Database) -> None:
    with database.write() as tx:
        calendar.save(tx, 2028, {}, {}, FROM)
        calendar.save(tx, 2027, NEW_YEAR, MADE_UP_FOR, FROM)
        assert calendar.save(tx, 2027, NEW_YEAR, {}, LATER) == 2
    with database.read() as tx:
        assert [(each.year, each.version) for each in calendar.in_force(tx)] == [(2027, 2), (2028, 1)]
        assert [(each.year, each.version, each.source) for each in calendar.history(tx)] == [
            (2027, 1, FROM),
            (2027, 2, LATER),
            (2028, 1, FROM),
        ]
