"""The book of messages: every mail ever seen, where it was seen, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, update
from sqlalchemy import select as sa_select
from sqlmodel import col, select

from mailflow.model.due import Due
from mailflow.model.judgement import Judgement
from mailflow.model.message import Message
from mailflow.model.states import MessageEvent, MessageState, message_after
from mailflow.store.book import Book
from mailflow.store.codec import from_plain, to_plain
from mailflow.store.places import Place, PlaceBook
from mailflow.store.sights import may_be_judged
from mailflow.store.statements import ANSWERS_TO_THE_SAME
from mailflow.store.tables import MessageRow

ANSWERABLE = (MessageState.JUDGED.value, MessageState.HELD.value)
PENDING = (MessageState.SPOOLED.value, MessageState.JUDGED.value)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail that was fetched and is in the spool. `defect`: why only its header was, "" for a whole mail."""

    sha256: str
    size: int
    arrived_at: datetime
    place: Place
    defect: str = ""


class MessageBook(Book):
    """All mails, inside one transaction."""

    def add(self, mails: Iterable[Arrival], now: datetime) -> list[tuple[MessageRow, bool]]:
        """The mail of each of these, and whether it is new: the same bytes in two places are one mail.

        Notes that it stands at its place on the server.
        """
        mails = list(mails)
        rows = self.with_shas(one.sha256 for one in mails)
        new = {
            one.sha256: MessageRow(
                sha256=one.sha256, size=one.size, arrived_at=one.arrived_at, spooled_at=now, defect=one.defect
            )
            for one in reversed(mails)  # of the same bytes in two places the first tells the time
            if one.sha256 not in rows
        }
        self._session.add_all(reversed(new.values()))
        self._session.flush()
        rows |= new
        PlaceBook(self._session).note({one.place: rows[one.sha256].id or 0 for one in mails})
        return [(rows[one.sha256], new.pop(one.sha256, None) is not None) for one in mails]

    def with_shas(self, hashes: Iterable[str]) -> dict[str, MessageRow]:
        """The mails with these hashes, as they stand in this transaction."""
        found = select(MessageRow).where(col(MessageRow.sha256).in_(tuple(hashes)))
        return {row.sha256: row for row in self._session.exec(found)}

    def by_sha(self, sha256: str) -> MessageRow | None:
        """The mail of these bytes."""
        return self._session.exec(select(MessageRow).where(MessageRow.sha256 == sha256)).first()

    def current(self, row: MessageRow) -> MessageRow:
        """The same mail as it stands in this transaction."""
        found = self._session.get(MessageRow, row.id)
        assert found is not None
        return found

    def with_ids(self, ids: Iterable[int]) -> dict[int, MessageRow]:
        """The mails with these ids, as they stand in this transaction."""
        found = select(MessageRow).where(col(MessageRow.id).in_(tuple(ids)))
        return {row.id: row for row in self._session.exec(found) if row.id is not None}

    def named(self, word: str) -> list[MessageRow]:
        """The mails whose SHA-256 begins with `word` (6 characters or more) or whose Message-ID it is."""
        by_id = select(MessageRow).where(col(MessageRow.message_id).in_((word, f"<{word}>")))
        found = list(self._session.exec(by_id))
        if found or len(word) < 6 or not word.isalnum():
            return found
        return list(self._session.exec(select(MessageRow).where(col(MessageRow.sha256).startswith(word.lower()))))

    def all(self, state: str | None = None) -> list[MessageRow]:
        """Every mail, in the order of arrival; with `state`, those that show it (judged shows as spooled)."""
        found = select(MessageRow).order_by(col(MessageRow.arrived_at), col(MessageRow.id))
        if state:
            wanted = PENDING if state == MessageState.SPOOLED else (state,)
            found = found.where(col(MessageRow.state).in_(wanted))
        return list(self._session.exec(found))

    def spooled(self, limit: int, now: datetime | None = None) -> list[MessageRow]:
        """The mails that may be judged, the longest waiting first; `now` as in `may_be_judged`."""
        order = (col(MessageRow.attempts), col(MessageRow.arrived_at), col(MessageRow.id))
        return list(self._session.exec(select(MessageRow).where(may_be_judged(now)).order_by(*order).limit(limit)))

    def count_spooled(self, *, before: datetime | None = None) -> int:
        """How many mails wait to be judged; with `before`, of those that arrived earlier than that."""
        found = select(func.count()).select_from(MessageRow).where(MessageRow.state == MessageState.SPOOLED.value)
        if before:
            found = found.where(col(MessageRow.arrived_at) < before)
        return self._session.exec(found).one()

    def count_by_state(self) -> dict[str, int]:
        """How many mails there are in each state."""
        rows = self._session.exec(select(MessageRow.state, func.count()).group_by(MessageRow.state))
        return {state: number for state, number in rows}

    def oldest_pending(self) -> datetime | None:
        """Arrival of the mail that has waited longest for its judgement or its answer."""
        found = select(func.min(MessageRow.arrived_at)).where(col(MessageRow.state).in_(PENDING))
        return self._session.exec(found).one()

    def begin_attempt(self, rows: Sequence[MessageRow]) -> None:
        """Counts a try of each, before it is made, so that a power cut counts too."""
        ids = [row.id for row in rows]
        self._session.execute(
            update(MessageRow).where(col(MessageRow.id).in_(ids)).values(attempts=MessageRow.attempts + 1)
        )

    def excuse_attempt(self, sha256s: Sequence[str]) -> None:
        """Takes back the counted try of those that are still spooled: something else was at fault."""
        self._session.execute(
            update(MessageRow)
            .where(
                col(MessageRow.sha256).in_(sha256s),
                col(MessageRow.state) == MessageState.SPOOLED.value,
                col(MessageRow.attempts) > 0,
            )
            .values(attempts=MessageRow.attempts - 1)
        )

    def describe(self, row: MessageRow, message: Message, content_key: str) -> None:
        """Notes what reading the mail showed; `content_key` is shared by mails that say the same."""
        row.content_key = content_key
        row.message_id = message.message_id
        row.sender = message.sender
        row.sender_name = message.sender_name
        row.subject = message.subject
        row.references = list(message.references)
        self._session.add(row)

    def answers_to_the_same(self, row: MessageRow, *, since: datetime) -> int:
        """How many letters answered mails of this sender that say the same as `row` and arrived after `since`."""
        wanted = {"sender": row.sender, "content_key": row.content_key, "since": since, "number": row.id}
        return self._connection.execute(ANSWERS_TO_THE_SAME, wanted).scalar_one()

    def conclude(
        self,
        row: MessageRow,
        judgement: Judgement,
        event: MessageEvent,
        now: datetime,
        *,
        supplement: Sequence[int] | None = None,
    ) -> None:
        """Notes the judgement; an answer is due unless silence is right, or it had one and is no `supplement`."""
        row.judgement = to_plain(judgement)
        row.reason = judgement.reason
        row.silence = judgement.silence
        row.judged_at = now
        row.error = None
        answerable = event is not MessageEvent.IGNORED and judgement.silence is None
        row.supplement = list(supplement) if supplement is not None else None
        row.answer_due = answerable and (supplement is not None or row.answer_key is None)
        self.move(row, event)
        if event is MessageEvent.JUDGED and not row.answer_due:
            self.move(row, MessageEvent.ANSWERED)

    def judgement(self, row: MessageRow) -> Judgement | None:
        """The last judgement of the mail."""
        return from_plain(Judgement, row.judgement) if row.judgement else None

    def answer_due(self) -> list[Due]:
        """The mails that are judged and whose answer is still to be written, by sender and arrival."""
        command = func.json_extract(MessageRow.judgement, "$.command").is_not(None)
        found = (
            sa_select(MessageRow.id, MessageRow.sender, MessageRow.arrived_at, MessageRow.judged_at, command)  # type: ignore[call-overload]
            .where(col(MessageRow.answer_due).is_(True), col(MessageRow.state).in_(ANSWERABLE))
            .order_by(MessageRow.sender, col(MessageRow.arrived_at), col(MessageRow.id))
        )
        return [Due(*row) for row in self._session.execute(found)]

    def waits_for_answer(self, row: MessageRow) -> bool:
        """Whether an answer to the mail is still to be written."""
        return row.answer_due and row.state in ANSWERABLE

    def waiting_for_a_person(self) -> list[MessageRow]:
        """The mails that are held or shunted, in the order of arrival."""
        states = (MessageState.HELD.value, MessageState.SHUNTED.value)
        found = select(MessageRow).where(col(MessageRow.state).in_(states))
        return list(self._session.exec(found.order_by(col(MessageRow.arrived_at), col(MessageRow.id))))

    def answerable_senders(self) -> set[str]:
        """Senders that may be written to: at least one mail of theirs was not a machine's."""
        may = col(MessageRow.silence).is_(None) & col(MessageRow.judged_at).is_not(None)
        return set(self._session.exec(select(MessageRow.sender).where(may).distinct()))

    def senders(self) -> set[str]:
        """Everybody who has written."""
        return set(self._session.exec(select(MessageRow.sender).distinct()))

    def names_of(self, senders: Iterable[str]) -> dict[str, str]:
        """The name that each of these wrote under last."""
        wanted = set(senders)
        found = select(MessageRow.sender, MessageRow.sender_name).order_by(col(MessageRow.arrived_at))
        return {sender: name for sender, name in self._session.exec(found) if sender in wanted and name}

    def senders_with_spooled(self) -> set[str]:
        """Senders of mails that wait to be judged, as far as they were read."""
        found = select(MessageRow.sender).where(MessageRow.state == MessageState.SPOOLED.value).distinct()
        return set(self._session.exec(found))

    def answered(self, row: MessageRow, key: str) -> None:
        """Notes that the letter `key` answers the mail."""
        row.answer_due = False
        row.answer_key = key
        self.move(row, MessageEvent.ANSWERED)

    def failed(self, row: MessageRow, error: str, *, shunt: bool) -> None:
        """Notes why judging failed; `shunt` puts the mail aside until a person replays it."""
        row.error = error
        if shunt:
            row.reason = "shunted after repeated failures; see mailflow show, then mailflow replay"
            row.answer_due = False
            self.move(row, MessageEvent.SHUNTED)
        self._session.add(row)

    def replay(self, row: MessageRow) -> None:
        """Puts the mail back to be judged again, with all its tries."""
        row.attempts = 0
        row.error = None
        row.answer_due = False
        self.move(row, MessageEvent.REPLAYED)

    def assign(self, row: MessageRow, name: str, category: str) -> None:
        """Notes who and what a person says the mail is about, and puts it back to be judged."""
        row.assigned_name = name
        row.assigned_category = category
        row.answer_key = None
        self.replay(row)

    def move(self, row: MessageRow, event: MessageEvent) -> None:
        """Changes the state as the table allows. Raises ValueError for what it does not."""
        row.state = message_after(MessageState(row.state), event).value
        self._session.add(row)
