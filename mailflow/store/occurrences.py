"""The calendar's book: which due times were taken up, each once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select

from mailflow.model.occurrence import Occurrence, OccurrenceKind
from mailflow.store.book import Book
from mailflow.store.tables import OccurrenceRow

WAITING, POSTED, PASSED, MISSED = "waiting", "posted", "passed", "missed"


class OccurrenceBook(Book):
    """All occurrences that were taken up, inside one transaction."""

    def state_of(self, occurrence_id: str) -> str | None:
        """WAITING, POSTED, PASSED or MISSED; None where it was never taken up."""
        row = self._session.get(OccurrenceRow, occurrence_id)
        return row.state if row else None

    def waiting_since(self, occurrence_id: str) -> datetime | None:
        """When it was first taken up, where it waits; else None."""
        row = self._session.get(OccurrenceRow, occurrence_id)
        return row.taken_at if row and row.state == WAITING else None

    def states(self) -> dict[str, str]:
        """The state of each occurrence that was taken up."""
        return {row.id: row.state for row in self._session.exec(select(OccurrenceRow))}

    def take(self, occurrence: Occurrence, state: str, now: datetime) -> OccurrenceRow:
        """Notes what became of a due time. The key keeps it single; POSTED, PASSED and MISSED are final.

        `taken_at` of one that goes on waiting stays. Raises ValueError where it is final already.
        """
        row = self._session.get(OccurrenceRow, occurrence.id)
        if row is None:
            row = OccurrenceRow(
                id=occurrence.id, kind=occurrence.kind.value, due=occurrence.due, state=state, taken_at=now
            )
        elif row.state != WAITING:
            raise ValueError(f"occurrence {occurrence.id} is {row.state} already")
        elif state != WAITING:
            row.taken_at = now
        row.state = state
        self._session.add(row)
        self._session.flush()
        return row

    def settle(self, occurrence_id: str, state: str) -> None:
        """Notes the state that taking it up came to, inside the same transaction."""
        row = self._session.get(OccurrenceRow, occurrence_id)
        assert row is not None
        row.state = state
        self._session.add(row)

    def number(self, occurrence_id: str, series: int) -> None:
        """Notes the number that the report bears (第N期)."""
        row = self._session.get(OccurrenceRow, occurrence_id)
        assert row is not None
        row.series = series
        self._session.add(row)

    def next_series(self) -> int:
        """The number of the next report."""
        return (self._session.exec(select(func.max(OccurrenceRow.series))).one() or 0) + 1

    def last_report_before(self, due: datetime) -> datetime | None:
        """Due time of the numbered report before `due`."""
        found = select(func.max(OccurrenceRow.due)).where(
            OccurrenceRow.kind == OccurrenceKind.REPORT.value,
            col(OccurrenceRow.series).is_not(None),
            OccurrenceRow.due < due,
        )
        return self._session.exec(found).one()
