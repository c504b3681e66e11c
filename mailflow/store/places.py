"""The book of places: where on the server each mail was seen, and which of them are done with there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlmodel import col, select

from mailflow.model.states import MessageState
from mailflow.store.book import Book
from mailflow.store.statements import NOTE, NOTED
from mailflow.store.tables import LocationRow, MessageRow

Place = tuple[str, int, int]
"""Folder, UIDVALIDITY and UID."""


class PlaceBook(Book):
    """All places, inside one transaction."""

    def note(self, places: Mapping[Place, int]) -> None:
        """Notes which mail (its row's id) stands at each place; a place that was noted before stays as it is."""
        noted = self._noted(places)
        values = [
            {"folder": folder, "uidvalidity": uidvalidity, "uid": uid, "message_id": number, "finished": False}
            for (folder, uidvalidity, uid), number in places.items()
            if (folder, uidvalidity, uid) not in noted
        ]
        if values:
            self._connection.execute(NOTE, values)

    def seen_uids(self, folder: str, uidvalidity: int) -> set[int]:
        """The UIDs of this folder (of this UIDVALIDITY) that are in the books."""
        found = select(LocationRow.uid).where(LocationRow.folder == folder, LocationRow.uidvalidity == uidvalidity)
        return set(self._session.exec(found))

    def unfinished(self, folder: str, uidvalidity: int) -> list[LocationRow]:
        """Places of mails that are done with but not yet marked or moved on the server."""
        done = (MessageState.ANSWERED, MessageState.IGNORED, MessageState.HELD)
        found = (
            select(LocationRow)
            .join(MessageRow, col(MessageRow.id) == col(LocationRow.message_id))
            .where(
                LocationRow.folder == folder,
                LocationRow.uidvalidity == uidvalidity,
                col(LocationRow.finished).is_(False),
                col(MessageRow.state).in_([state.value for state in done]),
            )
            .order_by(col(LocationRow.uid))
        )
        return list(self._session.exec(found))

    def finished(self, places: Sequence[LocationRow]) -> None:
        """Notes that these were marked or moved."""
        for place in places:
            place.finished = True
            self._session.add(place)

    def of(self, row: MessageRow) -> list[LocationRow]:
        """Where on the server the mail was seen."""
        return list(self._session.exec(select(LocationRow).where(LocationRow.message_id == row.id)))

    def _noted(self, places: Iterable[Place]) -> set[Place]:
        """Places that are in the books: all of these that are, and perhaps others."""
        places = list(places)
        wanted = {
            "folders": list({folder for folder, _, _ in places}),
            "validities": list({uidvalidity for _, uidvalidity, _ in places}),
            "uids": [uid for _, _, uid in places],
        }
        return {(folder, uidvalidity, uid) for folder, uidvalidity, uid in self._connection.execute(NOTED, wanted)}
