"""Findings are found by their day, for the map of the plan."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index("ix_finding_due", ["due_on"], unique=False)
