"""Complaints, sealed and without a name, and the keys and doors of those who receive them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "complaint_case",
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("reporter_key", sa.LargeBinary(), nullable=True),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("emptied", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_complaint_case")),
        sa.UniqueConstraint("reporter_key", name=op.f("uq_complaint_case_reporter_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "complaint_day",
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("on_day", name=op.f("pk_complaint_day")),
    )
    op.create_table(
        "complaint_gone",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_complaint_gone")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("complaint_gone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_complaint_gone_on_day"), ["on_day"], unique=False)

    op.create_table(
        "complaint_salt",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_complaint_salt")),
    )
    op.create_table(
        "receiver",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("outside", sa.Boolean(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("link", sa.String(length=64), nullable=True),
        sa.Column("invited_on", sa.Date(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("slips", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receiver")),
        sa.UniqueConstraint("link", name=op.f("uq_receiver_link")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("receiver", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_receiver_holder"), ["holder"], unique=False)

    op.create_table(
        "complaint_box",
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["complaint_case.number"], name=op.f("fk_complaint_box_number")),
        sa.PrimaryKeyConstraint("number", "place", name=op.f("pk_complaint_box")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "complaint_file",
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["complaint_case.number"], name=op.f("fk_complaint_file_number")),
        sa.PrimaryKeyConstraint("number", "place", name=op.f("pk_complaint_file")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "complaint_part",
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("lasting", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("back", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["complaint_case.number"], name=op.f("fk_complaint_part_number")),
        sa.PrimaryKeyConstraint("number", "place", name=op.f("pk_complaint_part")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("complaint_part", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_complaint_part_on_day"), ["on_day"], unique=False)

    op.create_table(
        "desk_link",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("receiver_id", number, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["receiver_id"], ["receiver.id"], name=op.f("fk_desk_link_receiver_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_desk_link")),
    )
    with op.batch_alter_table("desk_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_link_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "desk_sitting",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("receiver_id", number, nullable=False),
        sa.Column("locked", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["receiver_id"], ["receiver.id"], name=op.f("fk_desk_sitting_receiver_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_desk_sitting")),
    )
    with op.batch_alter_table("desk_sitting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_sitting_expires_at"), ["expires_at"], unique=False)
    heads = sa.table("journal_head", sa.column("stream"), sa.column("seq"), sa.column("hash"))
    op.bulk_insert(heads, [{"stream": "complaint", "seq": 0, "hash": "0" * 64}])
