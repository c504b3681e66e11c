"""Slow looks at files, and the mails that wait for them"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sight",
        sa.Column("sha256", AutoString(length=64), nullable=False),
        sa.Column("look", AutoString(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=True),
        sa.CheckConstraint("look IN ('picture', 'scan', 'document')", name="look_known"),
        sa.CheckConstraint("state IN ('waiting', 'seen')", name="state_known"),
        sa.PrimaryKeyConstraint("sha256"),
    )
    with op.batch_alter_table("sight", schema=None) as batch_op:
        batch_op.create_index("sight_by_state", ["state", "asked_at"], unique=False)

    op.create_table(
        "message_sight",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("sight_sha256", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"]),
        sa.ForeignKeyConstraint(["sight_sha256"], ["sight.sha256"]),
        sa.PrimaryKeyConstraint("message_id", "sight_sha256"),
    )
    with op.batch_alter_table("message_sight", schema=None) as batch_op:
        batch_op.create_index("message_sight_by_sight", ["sight_sha256"], unique=False)

    op.add_column("message", sa.Column("look_until", UTCDateTime(), nullable=True))
    op.add_column("message", sa.Column("supplement", sa.JSON(), nullable=True))
    op.add_column("message", sa.Column("partly_seen", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_partly_seen"), ["partly_seen"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_partly_seen"))
        batch_op.drop_column("partly_seen")
        batch_op.drop_column("supplement")
        batch_op.drop_column("look_until")
    with op.batch_alter_table("message_sight", schema=None) as batch_op:
        batch_op.drop_index("message_sight_by_sight")

    op.drop_table("message_sight")
    with op.batch_alter_table("sight", schema=None) as batch_op:
        batch_op.drop_index("sight_by_state")

    op.drop_table("sight")
