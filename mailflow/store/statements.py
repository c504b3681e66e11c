"""What is asked for each mail or each letter: built once, for building a statement costs more than its answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from sqlalchemy import bindparam, func, or_, update
from sqlmodel import col, select

from mailflow.model.states import LetterState
from mailflow.store.tables import AddressRow, EntryRow, LetterBytesRow, LetterRow

T = TypeVar("T")

MOST_VARIABLES = 500
"""SQLite bounds the variables of one statement."""

BY_REF = select(EntryRow).where(EntryRow.ref == bindparam("ref"))
MEANT = (
    select(EntryRow)
    .where(
        EntryRow.campaign == bindparam("campaign"),
        or_(
            col(EntryRow.name_key).in_(bindparam("names", expanding=True)),
            col(EntryRow.study_id).in_(bindparam("study_ids", expanding=True)),
            col(EntryRow.ref).in_(bindparam("refs", expanding=True)),
        ),
    )
    .order_by(col(EntryRow.id))
)

RAW = select(LetterBytesRow.raw).where(LetterBytesRow.letter_id == bindparam("letter_id"))
NEXT_DUE = (
    select(LetterRow)
    .where(
        LetterRow.state == LetterState.POSTED.value,
        col(LetterRow.kind).in_(bindparam("kinds", expanding=True)),
        LetterRow.next_attempt_at <= bindparam("now"),
        col(LetterRow.id).not_in(bindparam("skip", expanding=True)),
    )
    .order_by(col(LetterRow.priority), col(LetterRow.id))
    .limit(1)
)
REACHED = update(AddressRow).where(col(AddressRow.address) == bindparam("name"), col(AddressRow.failures) != 0)
REACHED = REACHED.values(failures=0)
KEYS_BETWEEN = select(func.count()).select_from(LetterRow)
KEYS_BETWEEN = KEYS_BETWEEN.where(LetterRow.key >= bindparam("least"), LetterRow.key < bindparam("beyond"))


def in_parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in runs that one statement takes."""
    for start in range(0, len(values), MOST_VARIABLES):
        yield values[start : start + MOST_VARIABLES]
