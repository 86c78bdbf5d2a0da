"""What a unit's self-check said before others found something there."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.add_column(sa.Column("zero_month", sa.String(length=7), nullable=False, server_default=""))
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.alter_column("zero_month", server_default=None)
