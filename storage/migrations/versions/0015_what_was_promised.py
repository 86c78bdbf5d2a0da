"""The day that was promised first, and who answered for a finding before."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.add_column(sa.Column("promised_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("former", sa.String(length=200), nullable=False, server_default=""))
        batch_op.drop_index("ix_finding_due")
    op.execute(sa.text("UPDATE finding SET promised_on = due_on"))
    zero = sa.text("zero_month != ''")
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.alter_column("promised_on", existing_type=sa.Date(), nullable=False)
        batch_op.alter_column("former", server_default=None)
        batch_op.create_index("ix_finding_promised", ["promised_on"], unique=False)
        batch_op.create_index(
            "ix_finding_zero", ["id"], unique=False, sqlite_where=zero, postgresql_where=zero
        )
