"""The tables. Constraints live here, in the database; `table=True` classes validate nothing by themselves."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy import false as sa_false
from sqlmodel import Field

from mailflow.model.entry import EntryStatus, Relation
from mailflow.model.letter import LetterKind
from mailflow.model.occurrence import OccurrenceKind
from mailflow.model.states import LetterState, MessageState
from mailflow.model.trace import TraceKind
from mailflow.store.row import Row


def _one_of(column: str, values: type[Any]) -> CheckConstraint:
    allowed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({allowed})", name=f"{column}_known")


class MessageRow(Row, table=True):
    """One mail, by the SHA-256 of its bytes. `attempts` counts tries to judge it, before each is made.

    `defect` is why only the header stands in the spool: "too-large", "unfetchable", or "" for a whole mail.
    `content_key` is shared by mails that say the same.
    `ref` is the receipt number of a mail that is held as a whole; the entry that it becomes takes it over.
    `look_until`: its files are to be looked at, and until then its judgement waits for that. `partly_seen`: it was
    judged before all of them were, and is judged again when they are. `supplement`: the places of the submissions that
    its second letter is about, where one is due.
    """

    __tablename__ = "message"
    __table_args__ = (_one_of("state", MessageState), Index("message_by_state", "state", "id"))

    id: int | None = Field(default=None, primary_key=True)
    sha256: str = Field(unique=True, min_length=64, max_length=64)
    size: int
    defect: str = ""
    arrived_at: datetime
    spooled_at: datetime
    message_id: str | None = Field(default=None, index=True)
    sender: str = Field(default="", index=True)
    sender_name: str = ""
    subject: str = ""
    references: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    content_key: str = ""
    state: str = MessageState.SPOOLED.value
    reason: str | None = None
    silence: str | None = None
    attempts: int = 0
    error: str | None = None
    judged_at: datetime | None = None
    judgement: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    answer_due: bool = Field(default=False, index=True)
    answer_key: str | None = None
    ref: str | None = Field(default=None, unique=True)
    assigned_name: str | None = None
    assigned_category: str | None = None
    look_until: datetime | None = None
    supplement: list[int] | None = Field(default=None, sa_column=Column(JSON))
    partly_seen: bool = Field(default=False, index=True, sa_column_kwargs={"server_default": sa_false()})


class LocationRow(Row, table=True):
    """Where on the server a mail was seen. The triple is its identity there (RFC 3501 section 2.3.1.1)."""

    __tablename__ = "location"
    __table_args__ = (UniqueConstraint("folder", "uidvalidity", "uid"),)

    id: int | None = Field(default=None, primary_key=True)
    folder: str
    uidvalidity: int
    uid: int
    message_id: int = Field(foreign_key="message.id", index=True)
    finished: bool = Field(default=False, index=True)


class EntryRow(Row, table=True):
    """One applicant in one category (and period), bound to the sender of its first mail.

    Unknown 学号 and no period are "", so that the unique key holds for them too.
    `name_key` is the applicant's name as names are compared (width, case and blanks aside).
    `filed_version` is the version that stands in the filed folder.
    """

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("campaign", "category", "period", "name_key", "study_id", "sender"),
        UniqueConstraint("campaign", "number"),
        _one_of("status", EntryStatus),
    )

    id: int | None = Field(default=None, primary_key=True)
    ref: str = Field(unique=True)
    campaign: str
    category: str = Field(index=True)
    period: str = ""
    applicant: str
    name_key: str = Field(index=True)
    study_id: str = Field(default="", index=True)
    unit: str | None = None
    sender: str = Field(index=True)
    status: str
    version: int = 1
    arrived_at: datetime
    updated_at: datetime
    complete_at: datetime | None = None
    settled: bool = False
    number: int | None = None
    reported_version: int | None = None
    filed_version: int | None = None
    filed_as: str | None = None


class VersionRow(Row, table=True):
    """What an entry held after one mail. Versions are kept for ever; `EntryRow.version` points at the current one."""

    __tablename__ = "entry_version"
    __table_args__ = (UniqueConstraint("entry_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="entry.id", index=True)
    number: int
    message_id: int = Field(foreign_key="message.id", index=True)
    arrived_at: datetime
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class TraceRow(Row, table=True):
    """By what an entry's material is known again under another name: hashes of its pictures, its 学号."""

    __tablename__ = "trace"
    __table_args__ = (_one_of("kind", TraceKind), Index("trace_by_key", "key"), {"sqlite_with_rowid": False})

    entry_id: int = Field(foreign_key="entry.id", primary_key=True)
    kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True)


class MentionRow(Row, table=True):
    """Which mail had to do with which entry, and how."""

    __tablename__ = "mention"
    __table_args__ = (UniqueConstraint("entry_id", "message_id"), _one_of("relation", Relation))

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="entry.id", index=True)
    message_id: int = Field(foreign_key="message.id", index=True)
    relation: str


class OccurrenceRow(Row, table=True):
    """One due time that was taken up, once: the key forbids a second time."""

    __tablename__ = "occurrence"
    __table_args__ = (
        _one_of("kind", OccurrenceKind),
        CheckConstraint("state IN ('waiting', 'posted', 'passed', 'missed')", name="state_known"),
    )

    id: str = Field(primary_key=True)
    kind: str
    due: datetime = Field(index=True)
    state: str
    series: int | None = None
    taken_at: datetime


class LetterRow(Row, table=True):
    """A letter of ours: the outbox. Its bytes are rendered once and stand in `letter_bytes`."""

    __tablename__ = "letter"
    __table_args__ = (
        _one_of("kind", LetterKind),
        _one_of("state", LetterState),
        Index("letter_by_state", "state", "priority", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    kind: str
    recipient: str = Field(index=True)
    subject: str
    message_id: str = Field(unique=True)
    in_reply_to: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    ref: str | None = None
    state: str
    priority: int
    attempts: int = 0
    posted_at: datetime
    next_attempt_at: datetime
    sent_at: datetime | None = Field(default=None, index=True)
    last_error: str | None = None
    occurrence_id: str | None = Field(default=None, foreign_key="occurrence.id", index=True)


class LetterBytesRow(Row, table=True):
    """The bytes of a letter, apart from its row so that listing the outbox reads none of them."""

    __tablename__ = "letter_bytes"

    letter_id: int | None = Field(default=None, sa_column=Column(ForeignKey("letter.id"), primary_key=True))
    raw: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ReportedRow(Row, table=True):
    """Which version of an entry went out in which report: each once."""

    __tablename__ = "reported"
    __table_args__ = (UniqueConstraint("entry_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    occurrence_id: str = Field(foreign_key="occurrence.id", index=True)
    entry_id: int = Field(foreign_key="entry.id", index=True)
    version: int
    number: int
    is_correction: bool
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class AddressRow(Row, table=True):
    """What an address has had from us."""

    __tablename__ = "address"

    address: str = Field(primary_key=True)
    first_letter_at: datetime | None = None
    reminders: int = 0
    last_reminder_on: date | None = None
    failures: int = 0


class EventRow(Row, table=True):
    """What happened, append-only, written in the transaction that made it happen. `about` is "kind:id"."""

    __tablename__ = "event"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    about: str = Field(index=True)
    name: str
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class MetaRow(Row, table=True):
    """Single facts about this data folder: first run, last good poll."""

    __tablename__ = "meta"

    key: str = Field(primary_key=True)
    value: str
