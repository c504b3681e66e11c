"""One view of all the books inside a transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from mailflow.errors import StoreError
from mailflow.store.book import Book
from mailflow.store.codec import to_plain
from mailflow.store.entries import EntryBook
from mailflow.store.letters import LetterBook
from mailflow.store.messages import MessageBook
from mailflow.store.occurrences import OccurrenceBook
from mailflow.store.places import PlaceBook
from mailflow.store.reported import ReportedBook
from mailflow.store.sights import SightBook
from mailflow.store.statements import FACT, RECORD
from mailflow.store.tables import EventRow, MetaRow


class Books(Book):
    """The books: `messages` and their `places`, `entries` and what was `reported` of them, `letters`, `occurrences`,
    `sights`, and the events of all of them.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.session = session
        self.messages = MessageBook(session)
        self.entries = EntryBook(session)
        self.letters = LetterBook(session)
        self.occurrences = OccurrenceBook(session)
        self.sights = SightBook(session)
        self.places = PlaceBook(session)
        self.reported = ReportedBook(session)
        self._recorded: list[dict[str, Any]] = []
        self._facts: dict[str, str | None] = {}

    def record(self, about: str, name: str, at: datetime, **detail: Any) -> None:
        """Appends an event about "message:<sha256>", "entry:<ref>", "letter:<key>" or "occurrence:<id>"."""
        self._recorded.append({"at": at, "about": about, "name": name, "detail": to_plain(detail)})

    def write_events(self) -> None:
        """Writes what was recorded; many at once, for they are half of all rows."""
        if self._recorded:
            self._connection.execute(RECORD, self._recorded)
            self._recorded = []

    def events(self, *about: str) -> list[EventRow]:
        """The events about these things, the oldest first."""
        self.write_events()
        found = select(EventRow).where(col(EventRow.about).in_(about)).order_by(col(EventRow.id))
        return list(self.session.exec(found))

    def count_events(self, names: tuple[str, ...], *, since: datetime) -> int:
        """How many events of these names there were from `since` on, not counting those before the last "closed"."""
        self.write_events()
        closed = select(func.max(EventRow.id)).where(EventRow.about == "outbox:breaker", EventRow.name == "closed")
        last = self.session.exec(closed).one() or 0
        found = select(func.count()).select_from(EventRow)
        found = found.where(col(EventRow.name).in_(names), EventRow.at >= since, col(EventRow.id) > last)
        return self.session.exec(found).one()

    def fact(self, key: str) -> str | None:
        """A single fact about this data folder, None where it was never noted."""
        if key not in self._facts:
            self._facts[key] = self._connection.execute(FACT, {"name": key}).scalar()
        return self._facts[key]

    def note(self, key: str, value: str) -> None:
        """Notes a single fact, over what was there."""
        self.session.merge(MetaRow(key=key, value=value))
        self._facts[key] = value

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A context in which an exception undoes only what was done inside it. Raises StoreError for a full disk."""
        recorded = list(self._recorded)
        try:
            with self.session.begin_nested():
                yield
        except BaseException as error:
            self._recorded, self._facts = recorded, {}  # what of it was written is undone with the rest
            if isinstance(error, OperationalError):
                raise StoreError(str(error.orig)) from error
            raise
