"""By what material is known again: pictures and 学号 of each entry"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FILES = """
    INSERT OR IGNORE INTO trace (entry_id, kind, "key")
    SELECT version.entry_id, 'file', json_extract(file.value, '$.sha256')
    FROM entry_version AS version, json_each(version.content, '$.files') AS file
    WHERE json_extract(file.value, '$.role')
          IN ('profile-screenshot', 'answers-screenshot', 'share-screenshot', 'photo', 'form-scan')
"""
STUDY_IDS = """
    INSERT INTO trace (entry_id, kind, "key") SELECT id, 'study-id', study_id FROM entry WHERE study_id != ''
"""


def upgrade() -> None:
    op.create_table(
        "trace",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.CheckConstraint("kind IN ('file', 'pixels', 'study-id')", name="kind_known"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"]),
        sa.PrimaryKeyConstraint("entry_id", "kind", "key"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("trace", schema=None) as batch_op:
        batch_op.create_index("trace_by_key", ["key"], unique=False)
    op.execute(FILES)
    op.execute(STUDY_IDS)
