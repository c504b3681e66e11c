"""The book of what was reported: which version of which entry went out in which report, and under which number."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func
from sqlmodel import col, select

from mailflow.model.facts import Value
from mailflow.store.book import Book
from mailflow.store.codec import from_plain, to_plain
from mailflow.store.entries import EntryBook
from mailflow.store.holding import Content
from mailflow.store.tables import EntryRow, ReportedRow


class ReportedBook(Book):
    """All that was reported, inside one transaction."""

    def next_number(self, campaign: str) -> int:
        """The next permanent number of a person in the reports of this campaign."""
        last = self._session.exec(select(func.max(EntryRow.number)).where(EntryRow.campaign == campaign)).one()
        return (last or 0) + 1

    def give_number(self, ref: str, number: int) -> None:
        """Gives the entry its permanent number in the reports."""
        row = EntryBook(self._session).by_ref(ref)
        assert row is not None
        row.number = number
        self._session.add(row)

    def add(self, ref: str, occurrence_id: str, *, number: int, is_correction: bool) -> None:
        """Notes that the current version goes out in this report. The database refuses a second time."""
        row = EntryBook(self._session).by_ref(ref)
        assert row is not None
        assert row.id is not None
        row.number = number
        row.reported_version = row.version
        self._session.add(row)
        self._session.add(
            ReportedRow(
                occurrence_id=occurrence_id,
                entry_id=row.id,
                version=row.version,
                number=number,
                is_correction=is_correction,
                content={"fields": to_plain(EntryBook(self._session).content(row).fields)},
            )
        )

    def last_fields(self, campaign: str) -> dict[str, Mapping[str, Value]]:
        """The fields as they were last reported, by receipt number."""
        found = select(EntryRow.ref, ReportedRow).join(EntryRow, col(EntryRow.id) == col(ReportedRow.entry_id))
        found = found.where(EntryRow.campaign == campaign).order_by(col(ReportedRow.version))
        return {ref: from_plain(Content, row.content).fields for ref, row in self._session.exec(found)}
