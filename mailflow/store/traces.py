"""The traces that entries bear: asked for each mail, so found by an index and written many at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from sqlalchemy import Table, bindparam, delete, insert, select
from sqlmodel import Session, col

from mailflow.model.entry import EntryStatus
from mailflow.model.trace import Trace, TraceKind, Use
from mailflow.store.tables import EntryRow, TraceRow

MOST_USES = 50
"""More entries than so many with one picture say no more."""

TABLE = cast(Table, TraceRow.__table__)  # type: ignore[attr-defined]
KEEP = insert(TABLE).prefix_with("OR IGNORE")
FORGET_STUDY_ID = delete(TraceRow).where(
    col(TraceRow.entry_id) == bindparam("entry_id"), col(TraceRow.kind) == TraceKind.STUDY_ID.value
)
USES = (
    select(TraceRow.kind, TraceRow.key, EntryRow.ref, EntryRow.applicant, EntryRow.category)  # type: ignore[call-overload]
    .join(EntryRow, col(EntryRow.id) == col(TraceRow.entry_id))
    .where(
        col(TraceRow.key).in_(bindparam("keys", expanding=True)),
        col(EntryRow.campaign).op("||")("")
        == bindparam("campaign"),  # else all entries of the campaign are gone through
        EntryRow.status != EntryStatus.WITHDRAWN.value,
    )
    .limit(MOST_USES)
)


def keep_traces(session: Session, entry_id: int, traces: Iterable[Trace], *, is_new: bool) -> None:
    """Notes by what an entry's material is known again. A picture once held stays its own; a 学号 may be corrected."""
    rows = [{"entry_id": entry_id, "kind": one.kind.value, "key": one.key} for one in traces]
    connection = session.connection()
    if not is_new:
        connection.execute(FORGET_STUDY_ID, {"entry_id": entry_id})
    if rows:
        connection.execute(KEEP, rows)


def uses_of(session: Session, campaign: str, traces: frozenset[Trace]) -> tuple[Use, ...]:
    """The entries of the campaign that bear one of these traces; none that is withdrawn."""
    if not traces:
        return ()
    keys = sorted({one.key for one in traces})
    found = session.connection().execute(USES, {"keys": keys, "campaign": campaign})
    uses = (Use(Trace(TraceKind(kind), key), *entry) for kind, key, *entry in found)
    return tuple(use for use in uses if use.trace in traces)
