"""What is asked for each mail or each letter: built once, for building a statement costs more than its answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from sqlalchemy import Update, and_, bindparam, func, insert, or_, update
from sqlalchemy import select as sa_select
from sqlmodel import SQLModel, col, select

from mailflow.model.states import LetterEvent, LetterState, letter_after
from mailflow.store.tables import EntryRow, LetterBytesRow, MessageRow, VersionRow

TABLES = SQLModel.metadata.tables
ADDRESS, EVENT, META = TABLES["address"], TABLES["event"], TABLES["meta"]
LETTER, LETTER_BYTES = TABLES["letter"], TABLES["letter_bytes"]
LOCATION = TABLES["location"]
MESSAGE, ENTRY, VERSION, MENTION = (TABLES[name] for name in ("message", "entry", "entry_version", "mention"))
"""Asked through the connection, not the session: what it costs to make rows of them is more than the answer does."""

RECORD = insert(EVENT)
FACT = sa_select(META.c.value).where(META.c.key == bindparam("name"))

T = TypeVar("T")

MOST_VARIABLES = 500
"""SQLite bounds the variables of one statement."""

BY_REF = select(EntryRow).where(EntryRow.ref == bindparam("ref"))
_MEANT = and_(
    # no index on the campaign is of use here, and SQLite would go through all its entries by one
    func.ifnull(EntryRow.campaign, None) == bindparam("campaign"),
    or_(
        col(EntryRow.name_key).in_(bindparam("names", expanding=True)),
        col(EntryRow.study_id).in_(bindparam("study_ids", expanding=True)),
        col(EntryRow.ref).in_(bindparam("refs", expanding=True)),
    ),
)
MEANT = select(EntryRow).where(_MEANT).order_by(col(EntryRow.id))
IS_ANY_MEANT = sa_select(ENTRY.c.id).where(_MEANT).limit(1)
CURRENT = (
    select(VersionRow, MessageRow.sha256)
    .join(MessageRow, col(MessageRow.id) == col(VersionRow.message_id))
    .join(EntryRow, col(EntryRow.id) == col(VersionRow.entry_id))
    .where(VersionRow.number == EntryRow.version, col(VersionRow.entry_id).in_(bindparam("ids", expanding=True)))
)
STANDING = (
    sa_select(ENTRY.c.ref, ENTRY.c.arrived_at, ENTRY.c.updated_at, MESSAGE.c.sha256)
    .join(VERSION, (VERSION.c.entry_id == ENTRY.c.id) & (VERSION.c.number == ENTRY.c.version))
    .join(MESSAGE, MESSAGE.c.id == VERSION.c.message_id)
    .where(ENTRY.c.ref.in_(bindparam("refs", expanding=True)))
)
OPEN, ADD_VERSION, ADD_MENTION = insert(ENTRY), insert(VERSION), insert(MENTION)

# each column for itself: SQLite uses no index for a list of places
NOTED = sa_select(LOCATION.c.folder, LOCATION.c.uidvalidity, LOCATION.c.uid).where(
    LOCATION.c.folder.in_(bindparam("folders", expanding=True)),
    LOCATION.c.uidvalidity.in_(bindparam("validities", expanding=True)),
    LOCATION.c.uid.in_(bindparam("uids", expanding=True)),
)
NOTE = insert(LOCATION)

ANSWERS_TO_THE_SAME = sa_select(func.count(func.distinct(MESSAGE.c.answer_key))).where(
    MESSAGE.c.sender == bindparam("sender"),
    MESSAGE.c.content_key == bindparam("content_key"),
    MESSAGE.c.arrived_at > bindparam("since"),
    MESSAGE.c.id != bindparam("number"),
)

RAW = select(LetterBytesRow.raw).where(LetterBytesRow.letter_id == bindparam("letter_id"))
POST, POST_BYTES = insert(LETTER), insert(LETTER_BYTES)
NEXT_DUE = (
    sa_select(LETTER.c.id, LETTER.c.key, LETTER.c.kind, LETTER.c.recipient, LETTER_BYTES.c.raw)
    .join(LETTER_BYTES)
    .where(
        LETTER.c.state == LetterState.POSTED.value,
        LETTER.c.kind.in_(bindparam("kinds", expanding=True)),
        LETTER.c.next_attempt_at <= bindparam("now"),
    )
    .order_by(LETTER.c.priority, LETTER.c.id)
    .limit(1)
)


def _moved(state: LetterState, event: LetterEvent) -> Update:
    """A letter in `state`, and in no other, after `event`."""
    of_it = update(LETTER).where(LETTER.c.id == bindparam("number"), LETTER.c.state == state.value)
    return of_it.values(state=letter_after(state, event).value)


BEGUN = _moved(LetterState.POSTED, LetterEvent.BEGUN).values(attempts=LETTER.c.attempts + 1)
ACCEPTED = _moved(LetterState.SENDING, LetterEvent.ACCEPTED).values(sent_at=bindparam("now"), last_error=None)
REACHED = update(ADDRESS).where(ADDRESS.c.address == bindparam("name"), ADDRESS.c.failures != 0).values(failures=0)
KEYS_BETWEEN = sa_select(func.count()).select_from(LETTER)
KEYS_BETWEEN = KEYS_BETWEEN.where(LETTER.c.key >= bindparam("least"), LETTER.c.key < bindparam("beyond"))


def in_parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in runs that one statement takes."""
    for start in range(0, len(values), MOST_VARIABLES):
        yield values[start : start + MOST_VARIABLES]
