"""Which capability asked for a file that is being fetched."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("fetch", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("taker", sa.String(length=32), nullable=False, server_default="expense")
        )
    with op.batch_alter_table("fetch", schema=None) as batch_op:
        batch_op.alter_column("taker", server_default=None)
