"""Blocked claims and the claims of a month are found without reading the others."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    blocked = sa.text("state = 'blocked'")
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.create_index(
            "ix_claim_blocked", ["id"], unique=False, sqlite_where=blocked, postgresql_where=blocked
        )
    with op.batch_alter_table("claim_version", schema=None) as batch_op:
        batch_op.create_index("ix_claim_version_submitted", ["submitted_at"], unique=False)
