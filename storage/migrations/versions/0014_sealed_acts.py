"""Acts on secret duties wait here for the end of their quarter before the journal has them."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "duty_sealed",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("duty_id", number, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name=op.f("fk_duty_sealed_duty_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_sealed")),
    )
    with op.batch_alter_table("duty_sealed", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_duty_sealed_duty_id"), ["duty_id"], unique=False)
        batch_op.create_index(
            "ix_duty_sealed",
            ["id"],
            unique=False,
            sqlite_where=sa.text("opened = 0"),
            postgresql_where=sa.text("NOT opened"),
        )
