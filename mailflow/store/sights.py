"""The book of sights: which files are to be looked at, what was seen in them, and which mails wait for that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, exists, func
from sqlalchemy.sql import ColumnElement
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from mailflow.model.sight import Look, Sight
from mailflow.model.states import MessageState
from mailflow.store.book import Book
from mailflow.store.codec import from_plain, to_plain
from mailflow.store.sight_tables import MessageSightRow, SightRow
from mailflow.store.tables import MessageRow

WAITING, SEEN = "waiting", "seen"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that waits to be looked at, and how often that was tried."""

    sha256: str
    look: Look
    attempts: int


class SightBook(Book):
    """All sights, inside one transaction."""

    def asked(self, message: MessageRow) -> set[str]:
        """The files of a mail that were to be looked at so far."""
        linked = select(MessageSightRow.sight_sha256).where(MessageSightRow.message_id == message.id)
        return set(self._session.exec(linked))

    def ask(self, message: MessageRow, wanted: Mapping[str, Look], now: datetime) -> int:
        """Notes that these files of a mail are to be looked at, by SHA-256; says how many of them wait.

        A file that was seen before, whoever brought it, is not looked at again.
        """
        assert message.id is not None
        rows = {row.sha256: row for row in self._session.exec(self._of_files(wanted))}
        for sha256, look in wanted.items():
            if sha256 not in rows:
                rows[sha256] = SightRow(sha256=sha256, look=look.value, asked_at=now)
        self._session.add_all(rows.values())
        self._session.flush()
        for sha256 in wanted.keys() - self.asked(message):
            self._session.add(MessageSightRow(message_id=message.id, sight_sha256=sha256))
        self._session.flush()
        return sum(row.state == WAITING for row in rows.values())

    def of_messages(self, ids: Iterable[int]) -> dict[int, tuple[Sight, ...]]:
        """What was seen in the files of each of these mails."""
        found = (
            select(MessageSightRow.message_id, SightRow.content)
            .join(SightRow, col(SightRow.sha256) == col(MessageSightRow.sight_sha256))
            .where(col(MessageSightRow.message_id).in_(tuple(ids)), SightRow.state == SEEN)
            .order_by(col(SightRow.sha256))
        )
        sights: dict[int, tuple[Sight, ...]] = {}
        for number, content in self._session.exec(found):
            sights[number] = (*sights.get(number, ()), from_plain(Sight, content))
        return sights

    def waiting(self, looks: Iterable[Look], limit: int) -> list[Wanted]:
        """The files that wait for one of these looks, those that were tried least and asked for first in front."""
        found = (
            select(SightRow)
            .where(SightRow.state == WAITING, col(SightRow.look).in_([one.value for one in looks]))
            .order_by(col(SightRow.attempts), col(SightRow.asked_at), col(SightRow.sha256))
            .limit(limit)
        )
        return [Wanted(row.sha256, Look(row.look), row.attempts) for row in self._session.exec(found)]

    def begin_attempt(self, hashes: Iterable[str]) -> None:
        """Counts a look at each of these files, before it is taken."""
        for row in self._session.exec(self._of_files(hashes)):
            row.attempts += 1
            self._session.add(row)

    def excuse_attempt(self, hashes: Iterable[str]) -> None:
        """Takes back the counted look at each of these files: something else was at fault."""
        for row in self._session.exec(self._of_files(hashes)):
            row.attempts = max(0, row.attempts - 1)
            self._session.add(row)

    def saw(self, sight: Sight, now: datetime) -> None:
        """Notes what was seen in a file."""
        row = self._session.get(SightRow, sight.sha256)
        assert row is not None
        row.state, row.seen_at, row.content = SEEN, now, to_plain(sight)
        self._session.add(row)

    def judged_too_early(self) -> list[MessageRow]:
        """The mails that were judged before all their files were looked at, and now are."""
        judged = col(MessageRow.state) != MessageState.SPOOLED.value
        found = select(MessageRow).where(col(MessageRow.partly_seen).is_(True), judged, ~waits_for_looks())
        return list(self._session.exec(found.order_by(col(MessageRow.id))))

    def progress(self) -> dict[int, tuple[int, int]]:
        """Of each mail that has files to be looked at: how many were, and how many there are; only where one waits."""
        seen = func.sum(case((col(SightRow.state) == SEEN, 1), else_=0))
        found = (
            select(MessageSightRow.message_id, seen, func.count())
            .join(SightRow, col(SightRow.sha256) == col(MessageSightRow.sight_sha256))
            .group_by(col(MessageSightRow.message_id))
            .having(seen < func.count())
        )
        return {number: (int(done), int(of)) for number, done, of in self._session.exec(found)}

    def backlog(self) -> tuple[int, int]:
        """How many files of mails in hand were looked at, and how many there are: of all mails of which one waits."""
        told = self.progress().values()
        return sum(done for done, _ in told), sum(of for _, of in told)

    @staticmethod
    def _of_files(hashes: Iterable[str]) -> SelectOfScalar[SightRow]:
        return select(SightRow).where(col(SightRow.sha256).in_(tuple(hashes)))


def waits_for_looks() -> ColumnElement[bool]:
    """Whether a file of the mail of this row is still to be looked at."""
    return exists(
        select(MessageSightRow.message_id)
        .join(SightRow, col(SightRow.sha256) == col(MessageSightRow.sight_sha256))
        .where(MessageSightRow.message_id == MessageRow.id, SightRow.state == WAITING)
    )


def may_be_judged(now: datetime | None) -> ColumnElement[bool]:
    """Whether a spooled mail waits for no slow look, or not any longer; `now` None: it waits however long it takes."""
    waits = and_(col(MessageRow.look_until).is_not(None), waits_for_looks())
    if now is not None:
        waits = and_(col(MessageRow.look_until) > now, waits)
    return and_(col(MessageRow.state) == MessageState.SPOOLED.value, ~waits)
