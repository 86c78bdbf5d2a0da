"""What Alembic runs: it migrates over the connection that `upgrade` hands it."""

from typing import Any, Literal

from alembic import context

import storage.tables  # noqa: F401 - brings every table into the metadata
from storage.base import UtcTime, metadata


def plain_types(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Write our own column types as SQLAlchemy's, so that a migration never changes with our code."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcTime) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    render_item=plain_types,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
connection.commit()
