"""The outbox: everything that leaves, with its bytes, its state and its tries."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Update, func
from sqlmodel import col, select

from mailflow.model.letter import PRIORITY, Letter, LetterKind
from mailflow.model.states import LetterEvent, LetterState, letter_after
from mailflow.store.book import Book
from mailflow.store.statements import ACCEPTED, BEGUN, KEYS_BETWEEN, NEXT_DUE, POST, POST_BYTES, RAW, REACHED
from mailflow.store.tables import AddressRow, LetterRow


@dataclass(frozen=True, slots=True)
class Leaving:
    """A letter that is due: what is needed to send it."""

    id: int
    key: str
    kind: str
    recipient: str
    raw: bytes


class LetterBook(Book):
    """All letters, inside one transaction."""

    def by_key(self, key: str) -> LetterRow | None:
        """The letter of that key."""
        return self._session.exec(select(LetterRow).where(LetterRow.key == key)).first()

    def current(self, letter: Leaving) -> LetterRow:
        """The same letter as it stands in this transaction."""
        self._session.flush()
        found = self._session.get(LetterRow, letter.id, populate_existing=True)
        assert found is not None
        return found

    def all(self, state: str | None = None) -> list[LetterRow]:
        """Every letter, in the order of posting."""
        found = select(LetterRow).order_by(col(LetterRow.id))
        if state:
            found = found.where(LetterRow.state == state)
        return list(self._session.exec(found))

    def post(
        self, letter: Letter, *, message_id: str, raw: bytes, now: datetime, hold: bool, occurrence: str | None = None
    ) -> LetterState:
        """Puts a letter and its bytes in the outbox. The database refuses a second letter of the same key."""
        state = LetterState.HELD if hold or letter.held else LetterState.POSTED
        values = {
            "key": letter.key,
            "kind": letter.kind.value,
            "recipient": letter.to,
            "subject": letter.subject,
            "message_id": message_id,
            "in_reply_to": list(letter.in_reply_to),
            "ref": letter.ref,
            "state": state.value,
            "priority": PRIORITY[letter.kind],
            "attempts": 0,
            "posted_at": now,
            "next_attempt_at": now,
            "occurrence_id": occurrence,
        }
        number = self._connection.execute(POST, values).lastrowid
        self._connection.execute(POST_BYTES, {"letter_id": number, "raw": raw})
        return state

    def raw(self, row: LetterRow) -> bytes:
        """The bytes of the letter."""
        return self._session.exec(RAW, params={"letter_id": row.id}).one()

    def next_due(self, now: datetime, *, kinds: Iterable[LetterKind]) -> Leaving | None:
        """The letter to send next: of what is due, the most urgent, then the one posted first."""
        self._session.flush()
        wanted = {"now": now, "kinds": [kind.value for kind in kinds]}
        found = self._connection.execute(NEXT_DUE, wanted).first()
        return Leaving(*found) if found else None

    def begin(self, letter: Leaving) -> None:
        """The letter is about to leave; the try is counted before it is made. Raises ValueError as `move` does."""
        self._move(BEGUN, letter)

    def sent(self, letter: Leaving, now: datetime) -> None:
        """The server has taken the letter over: what failed before at its address counts no more.

        Raises ValueError as `move` does.
        """
        self._move(ACCEPTED, letter, now=now)
        self._connection.execute(REACHED, {"name": letter.recipient})

    def _move(self, moved: Update, letter: Leaving, **values: datetime) -> None:
        if self._connection.execute(moved, {"number": letter.id, **values}).rowcount != 1:
            raise ValueError(f"the letter is {self.current(letter).state}: somebody else has moved it")

    def deferred(self, row: LetterRow, error: str, next_attempt_at: datetime) -> None:
        """Not sent, for certain; tried again at `next_attempt_at`."""
        row.last_error = error
        row.next_attempt_at = next_attempt_at
        self.move(row, LetterEvent.DEFERRED)

    def refused(self, row: LetterRow, error: str) -> None:
        """Not sent, and trying again changes nothing."""
        row.last_error = error
        self.move(row, LetterEvent.REFUSED)

    def lost(self, row: LetterRow, error: str) -> None:
        """The connection was lost after DATA began."""
        row.last_error = error
        self.move(row, LetterEvent.LOST)

    def move(self, row: LetterRow, event: LetterEvent) -> None:
        """Changes the state as the table allows. Raises ValueError for what it does not."""
        row.state = letter_after(LetterState(row.state), event).value
        self._session.add(row)

    def sent_since(self, instant: datetime, kinds: Iterable[LetterKind]) -> int:
        """How many letters of these kinds left since then."""
        names = [kind.value for kind in kinds]
        found = (
            select(func.count())
            .select_from(LetterRow)
            .where(col(LetterRow.sent_at) >= instant, col(LetterRow.kind).in_(names))
        )
        return self._session.exec(found).one()

    def receipts_since(self, instant: datetime) -> int:
        """How many receipts were posted since then."""
        found = (
            select(func.count())
            .select_from(LetterRow)
            .where(LetterRow.kind == LetterKind.RECEIPT.value, LetterRow.posted_at > instant)
        )
        return self._session.exec(found).one()

    def receipts_by_address(self, instant: datetime) -> dict[str, int]:
        """How many receipts were posted since then to each address that got one."""
        found = (
            select(LetterRow.recipient, func.count())
            .where(LetterRow.kind == LetterKind.RECEIPT.value, LetterRow.posted_at > instant)
            .group_by(LetterRow.recipient)
        )
        return {address: number for address, number in self._session.exec(found)}

    def count_by_state(self) -> dict[str, int]:
        """How many letters there are in each state."""
        rows = self._session.exec(select(LetterRow.state, func.count()).group_by(LetterRow.state))
        return {state: number for state, number in rows}

    def of_occurrence(self, occurrence_id: str) -> list[LetterRow]:
        """The letters that an occurrence posted."""
        found = select(LetterRow).where(LetterRow.occurrence_id == occurrence_id).order_by(col(LetterRow.id))
        return list(self._session.exec(found))

    def by_message_ids(self, message_ids: Iterable[str]) -> list[LetterRow]:
        """Those letters of ours that bear one of these Message-IDs."""
        found = select(LetterRow).where(col(LetterRow.message_id).in_(tuple(message_ids)))
        return list(self._session.exec(found.order_by(col(LetterRow.id))))

    def refs_of(self, message_ids: Iterable[str]) -> tuple[str, ...]:
        """The receipt numbers of those letters of ours that bear one of these Message-IDs."""
        ids = tuple(message_ids)
        if not ids:
            return ()
        found = select(LetterRow.ref).where(col(LetterRow.message_id).in_(ids), col(LetterRow.ref).is_not(None))
        return tuple(ref for ref in self._session.exec(found) if ref)

    def keys_like(self, prefix: str) -> int:
        """How many letters have a key that begins with `prefix`."""
        # a range, because LIKE does not use the index
        bounds = {"least": prefix, "beyond": prefix + chr(sys.maxunicode)}
        return self._connection.execute(KEYS_BETWEEN, bounds).scalar_one()

    def heard_since(self, instant: datetime) -> set[str]:
        """Addresses that a receipt or a reminder was posted to since then."""
        kinds = (LetterKind.RECEIPT.value, LetterKind.REMINDER.value)
        found = select(LetterRow.recipient).where(col(LetterRow.kind).in_(kinds), LetterRow.posted_at >= instant)
        return set(self._session.exec(found))

    def address(self, address: str) -> AddressRow:
        """What this address has had from us; a new row where it is nothing yet."""
        row = self._session.get(AddressRow, address)
        if row is None:
            row = AddressRow(address=address)
            self._session.add(row)
        return row

    def addresses_of(self, names: Iterable[str]) -> dict[str, AddressRow]:
        """`address` for each of these, with one question to the database."""
        wanted = set(names)
        found = select(AddressRow).where(col(AddressRow.address).in_(wanted))
        rows = {row.address: row for row in self._session.exec(found)}
        new = {name: AddressRow(address=name) for name in wanted - rows.keys()}
        self._session.add_all(new.values())
        return rows | new

    def addresses(self) -> dict[str, AddressRow]:
        """What each address has had from us."""
        return {row.address: row for row in self._session.exec(select(AddressRow))}

    def reminded(self, address: str, on: date) -> None:
        """Counts a reminder to the address."""
        row = self.address(address)
        row.reminders += 1
        row.last_reminder_on = on
        self._session.add(row)
