"""What supervisors find is called as what came of a complaint is: neither tells of the other."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.execute("UPDATE finding SET source = '监督检查' WHERE source = '监事检查'")


def downgrade() -> None:
    """Undo nothing: which was which must not be known."""
