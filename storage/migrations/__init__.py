"""How the schema came to be, step by step, and how to bring a database up to date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect

from storage.database import Database

if TYPE_CHECKING:
    from alembic.config import Config


_VERSIONS = Path(__file__).parent / "versions"


def upgrade(database: Database) -> None:
    """Bring a database to the newest schema; nothing happens when it is there."""
    from alembic import command  # only those who migrate pay for Alembic

    with database.migrating() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(database: Database) -> bool:
    """Tell whether the database has the newest schema; looks by itself, as Alembic is slow to load."""
    return revision(database) == newest_revision()


def newest_revision() -> str:
    """Return the number of the newest schema: `0002`."""
    return max(each.name.partition("_")[0] for each in _VERSIONS.glob("[0-9]*.py"))


def revision(database: Database) -> str:
    """Return the number of a database's schema, empty where it has none."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() or "")


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
