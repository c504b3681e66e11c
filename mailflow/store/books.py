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
from mailflow.store.codec import to_plain
from mailflow.store.entries import EntryBook
from mailflow.store.letters import LetterBook
from mailflow.store.messages import MessageBook
from mailflow.store.occurrences import OccurrenceBook
from mailflow.store.tables import EventRow, MetaRow


class Books:
    """The books: `messages`, `entries`, `letters`, `occurrences`, and the events of all of them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.messages = MessageBook(session)
        self.entries = EntryBook(session)
        self.letters = LetterBook(session)
        self.occurrences = OccurrenceBook(session)

    def record(self, about: str, name: str, at: datetime, **detail: Any) -> None:
        """Appends an event about "message:<sha256>", "entry:<ref>", "letter:<key>" or "occurrence:<id>"."""
        self.session.add(EventRow(at=at, about=about, name=name, detail=to_plain(detail)))

    def events(self, *about: str) -> list[EventRow]:
        """The events about these things, the oldest first."""
        found = select(EventRow).where(col(EventRow.about).in_(about)).order_by(col(EventRow.id))
        return list(self.session.exec(found))

    def count_events(self, names: tuple[str, ...], *, since: datetime) -> int:
        """How many events of these names there were from `since` on, not counting those before the last "closed"."""
        closed = select(func.max(EventRow.id)).where(EventRow.about == "outbox:breaker", EventRow.name == "closed")
        last = self.session.exec(closed).one() or 0
        found = select(func.count()).select_from(EventRow)
        found = found.where(col(EventRow.name).in_(names), EventRow.at >= since, col(EventRow.id) > last)
        return self.session.exec(found).one()

    def fact(self, key: str) -> str | None:
        """A single fact about this data folder, None where it was never noted."""
        row = self.session.get(MetaRow, key)
        return row.value if row else None

    def note(self, key: str, value: str) -> None:
        """Notes a single fact, over what was there."""
        self.session.merge(MetaRow(key=key, value=value))

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A context in which an exception undoes only what was done inside it. Raises StoreError for a full disk."""
        try:
            with self.session.begin_nested():
                yield
        except OperationalError as error:
            raise StoreError(str(error.orig)) from error
