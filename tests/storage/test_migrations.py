"""The steps lead to the very tables that the code knows, on both databases."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import storage.tables  # noqa: F401 - brings every table into the metadata
from storage.base import metadata
from storage.database import Database
from storage.migrations import is_current, upgrade


def test_the_upgraded_schema_is_that_of_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        found = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(found, metadata) == []


def test_upgrading_again_changes_nothing(database: Database) -> None:
    upgrade(database)
    assert is_current(database)
