"""The first tables"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "address",
        sa.Column("address", AutoString(), nullable=False),
        sa.Column("first_letter_at", UTCDateTime(), nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("last_reminder_on", sa.Date(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("address"),
    )
    op.create_table(
        "entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", AutoString(), nullable=False),
        sa.Column("campaign", AutoString(), nullable=False),
        sa.Column("category", AutoString(), nullable=False),
        sa.Column("period", AutoString(), nullable=False),
        sa.Column("applicant", AutoString(), nullable=False),
        sa.Column("name_key", AutoString(), nullable=False),
        sa.Column("study_id", AutoString(), nullable=False),
        sa.Column("unit", AutoString(), nullable=True),
        sa.Column("sender", AutoString(), nullable=False),
        sa.Column("status", AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("arrived_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.Column("complete_at", UTCDateTime(), nullable=True),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("reported_version", sa.Integer(), nullable=True),
        sa.Column("filed_version", sa.Integer(), nullable=True),
        sa.Column("filed_as", AutoString(), nullable=True),
        sa.CheckConstraint(
            "status IN ('accepted', 'incomplete', 'ineligible', 'late', 'held', 'approved', 'returned', 'withdrawn')",
            name="status_known",
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("campaign", "category", "period", "name_key", "study_id", "sender"),
        sa.UniqueConstraint("campaign", "number"),
        sa.UniqueConstraint("ref"),
    )
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_category"), ["category"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_name_key"), ["name_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_sender"), ["sender"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_study_id"), ["study_id"], unique=False)

    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("about", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_about"), ["about"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", AutoString(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("defect", AutoString(), nullable=False),
        sa.Column("arrived_at", UTCDateTime(), nullable=False),
        sa.Column("spooled_at", UTCDateTime(), nullable=False),
        sa.Column("message_id", AutoString(), nullable=True),
        sa.Column("sender", AutoString(), nullable=False),
        sa.Column("sender_name", AutoString(), nullable=False),
        sa.Column("subject", AutoString(), nullable=False),
        sa.Column("references", sa.JSON(), nullable=False),
        sa.Column("content_key", AutoString(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=True),
        sa.Column("silence", AutoString(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", AutoString(), nullable=True),
        sa.Column("judged_at", UTCDateTime(), nullable=True),
        sa.Column("judgement", sa.JSON(), nullable=True),
        sa.Column("answer_due", sa.Boolean(), nullable=False),
        sa.Column("answer_key", AutoString(), nullable=True),
        sa.Column("ref", AutoString(), nullable=True),
        sa.Column("assigned_name", AutoString(), nullable=True),
        sa.Column("assigned_category", AutoString(), nullable=True),
        sa.CheckConstraint(
            "state IN ('spooled', 'judged', 'answered', 'held', 'ignored', 'shunted')", name="state_known"
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ref"),
        sa.UniqueConstraint("sha256"),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_answer_due"), ["answer_due"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_message_id"), ["message_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_sender"), ["sender"], unique=False)
        batch_op.create_index("message_by_state", ["state", "id"], unique=False)

    op.create_table(
        "meta",
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("value", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "occurrence",
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("due", UTCDateTime(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("series", sa.Integer(), nullable=True),
        sa.Column("taken_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('report', 'deadline', 'reminder', 'digest', 'alarm')", name="kind_known"),
        sa.CheckConstraint("state IN ('waiting', 'posted', 'passed', 'missed')", name="state_known"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("occurrence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_occurrence_due"), ["due"], unique=False)

    op.create_table(
        "entry_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("arrived_at", UTCDateTime(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("entry_id", "number"),
    )
    with op.batch_alter_table("entry_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_version_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_version_message_id"), ["message_id"], unique=False)

    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("recipient", AutoString(), nullable=False),
        sa.Column("subject", AutoString(), nullable=False),
        sa.Column("message_id", AutoString(), nullable=False),
        sa.Column("in_reply_to", sa.JSON(), nullable=False),
        sa.Column("ref", AutoString(), nullable=True),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("posted_at", UTCDateTime(), nullable=False),
        sa.Column("next_attempt_at", UTCDateTime(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("last_error", AutoString(), nullable=True),
        sa.Column("occurrence_id", AutoString(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('receipt', 'report', 'digest', 'reminder', 'decision', 'alarm')", name="kind_known"
        ),
        sa.CheckConstraint(
            "state IN ('posted', 'sending', 'unknown', 'sent', 'failed', 'held', 'dropped')", name="state_known"
        ),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrence.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
        sa.UniqueConstraint("message_id"),
    )
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letter_occurrence_id"), ["occurrence_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_letter_recipient"), ["recipient"], unique=False)
        batch_op.create_index(batch_op.f("ix_letter_sent_at"), ["sent_at"], unique=False)
        batch_op.create_index("letter_by_state", ["state", "priority", "id"], unique=False)

    op.create_table(
        "location",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("folder", AutoString(), nullable=False),
        sa.Column("uidvalidity", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("folder", "uidvalidity", "uid"),
    )
    with op.batch_alter_table("location", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_location_finished"), ["finished"], unique=False)
        batch_op.create_index(batch_op.f("ix_location_message_id"), ["message_id"], unique=False)

    op.create_table(
        "mention",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("relation", AutoString(), nullable=False),
        sa.CheckConstraint("relation IN ('new', 'version', 'linked', 'conflict', 'kept-aside')", name="relation_known"),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("entry_id", "message_id"),
    )
    with op.batch_alter_table("mention", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mention_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mention_message_id"), ["message_id"], unique=False)

    op.create_table(
        "reported",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", AutoString(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_correction", sa.Boolean(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
        ),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrence.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("entry_id", "version"),
    )
    with op.batch_alter_table("reported", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reported_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reported_occurrence_id"), ["occurrence_id"], unique=False)

    op.create_table(
        "letter_bytes",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["letter.id"],
        ),
        sa.PrimaryKeyConstraint("letter_id"),
    )


def downgrade() -> None:
    op.drop_table("letter_bytes")
    with op.batch_alter_table("reported", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reported_occurrence_id"))
        batch_op.drop_index(batch_op.f("ix_reported_entry_id"))

    op.drop_table("reported")
    with op.batch_alter_table("mention", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mention_message_id"))
        batch_op.drop_index(batch_op.f("ix_mention_entry_id"))

    op.drop_table("mention")
    with op.batch_alter_table("location", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_location_message_id"))
        batch_op.drop_index(batch_op.f("ix_location_finished"))

    op.drop_table("location")
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.drop_index("letter_by_state")
        batch_op.drop_index(batch_op.f("ix_letter_sent_at"))
        batch_op.drop_index(batch_op.f("ix_letter_recipient"))
        batch_op.drop_index(batch_op.f("ix_letter_occurrence_id"))

    op.drop_table("letter")
    with op.batch_alter_table("entry_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_version_message_id"))
        batch_op.drop_index(batch_op.f("ix_entry_version_entry_id"))

    op.drop_table("entry_version")
    with op.batch_alter_table("occurrence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_occurrence_due"))

    op.drop_table("occurrence")
    op.drop_table("meta")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("message_by_state")
        batch_op.drop_index(batch_op.f("ix_message_sender"))
        batch_op.drop_index(batch_op.f("ix_message_message_id"))
        batch_op.drop_index(batch_op.f("ix_message_answer_due"))

    op.drop_table("message")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_about"))

    op.drop_table("event")
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_study_id"))
        batch_op.drop_index(batch_op.f("ix_entry_sender"))
        batch_op.drop_index(batch_op.f("ix_entry_name_key"))
        batch_op.drop_index(batch_op.f("ix_entry_category"))

    op.drop_table("entry")
    op.drop_table("address")
