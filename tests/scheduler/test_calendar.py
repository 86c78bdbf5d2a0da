"""The calendar in force is the program's own, with the imported years over it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from scheduler.calendar import current
from scheduler.workdays import LIBRARY, add, is_workday
from storage import calendar
from storage.calendar import Source
from storage.database import Database

FROM = Source("通知", "a" * 64, "命令行", datetime(2026, 11, 5, 6, 3, tzinfo=UTC))


def test_without_imports_it_is_the_programs_own(database: Database) -> None:
    with database.read() as tx:
        assert current(tx) == LIBRARY


def test_an_imported_year_makes_deadlines_firm(database: Database) -> None:
    day = date(2098, 12, 25)
    with database.write() as tx:
        assert add(day, 10, current(tx)).missing == (2098, 2099)
        for year in (2098, 2099):
            free = {date(year - 1, 12, 31): "元旦", date(year, 1, 1): "元旦"}
            calendar.save(tx, year, free, {}, FROM)
    with database.read() as tx:
        due = add(day, 10, current(tx))
    assert (due.day, due.missing) == (date(2099, 1, 12), ())


def test_an_imported_year_takes_the_place_of_the_programs_own_and_the_newest_version_counts(
    database: Database,
) -> None:
    year, extra = LIBRARY.years[2026], date(2026, 3, 5)
    with database.write() as tx:
        calendar.save(tx, 2026, {**year.free, extra: "另放"}, year.worked, FROM)
        assert not is_workday(extra, current(tx))
        calendar.save(tx, 2026, year.free, year.worked, FROM)
        assert current(tx) == LIBRARY
