"""Grave attempts are marked; a month's findings, duties and messages are found by their day."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("grave", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.alter_column("grave", server_default=None)
    for table, column in (("finding", "opened_at"), ("duty", "due_on"), ("push", "sent_on")):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_index(_NAMES[table], [column], unique=False)


_NAMES = {"finding": "ix_finding_opened", "duty": "ix_duty_due", "push": "ix_push_day"}
