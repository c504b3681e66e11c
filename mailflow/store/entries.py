"""The book of entries: who applied for what, every version of it, and what was reported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, update
from sqlmodel import col, select

from mailflow.model.entry import EntryStatus, KnownEntry, Relation, Submission, Unit
from mailflow.model.trace import Trace, Use
from mailflow.store.book import Book
from mailflow.store.codec import from_plain, to_plain
from mailflow.store.holding import BESIDE, COMPLETE, DECIDED, Content, content_of, is_changed, known_entry
from mailflow.store.statements import (
    ADD_MENTION,
    ADD_VERSION,
    BY_REF,
    CURRENT,
    IS_ANY_MEANT,
    MEANT,
    OPEN,
    STANDING,
    in_parts,
)
from mailflow.store.tables import EntryRow, MentionRow, MessageRow, VersionRow
from mailflow.store.traces import keep_traces, uses_of


@dataclass(frozen=True, slots=True)
class Standing:
    """When an entry was first registered, when its current version arrived, and with the mail of which hash."""

    arrived_at: datetime
    updated_at: datetime
    message_sha256: str


class EntryBook(Book):
    """All entries, inside one transaction."""

    def by_ref(self, ref: str) -> EntryRow | None:
        """The entry of that receipt number."""
        return self._session.exec(BY_REF, params={"ref": ref}).first()

    def known(self, rows: Sequence[EntryRow]) -> tuple[KnownEntry, ...]:
        """The entries as values, in the order of `rows`."""
        versions = {
            version.entry_id: (version, sha)
            for ids in in_parts([row.id for row in rows])
            for version, sha in self._session.exec(CURRENT, params={"ids": ids})
        }
        return tuple(known_entry(row, *versions[row.id]) for row in rows if row.id in versions)

    def meant(
        self, campaign: str, *, name_keys: Iterable[str], study_ids: Iterable[str], refs: Iterable[str]
    ) -> tuple[KnownEntry, ...]:
        """Every entry that a mail about these applicants or receipt numbers could mean."""
        names, numbers = list(name_keys), [one for one in study_ids if one]
        wanted = {"campaign": campaign, "names": names, "study_ids": numbers, "refs": list(refs)}
        self._session.flush()
        if self._connection.execute(IS_ANY_MEANT, wanted).first() is None:  # of most mails nothing is known
            return ()
        return self.known(list(self._session.exec(MEANT, params=wanted)))

    def uses(self, campaign: str, traces: frozenset[Trace]) -> tuple[Use, ...]:
        """Which entries bear one of these traces."""
        return uses_of(self._session, campaign, traces)

    def standing(self, refs: Iterable[str]) -> dict[str, Standing]:
        """How the entries with these receipt numbers stand in time, by receipt number."""
        found = self._connection.execute(STANDING, {"refs": list(refs)})
        return {ref: Standing(*rest) for ref, *rest in found}

    def spoken_for(self, campaign: str, sender: str, units: Sequence[Unit]) -> tuple[KnownEntry, ...]:
        """The entries that the address, or the unit that owns it, has to do with."""
        unit = next((one for one in units if sender in one.addresses), None)
        senders = (sender, *unit.addresses) if unit else (sender,)
        names = (unit.name,) if unit else ()
        whose = or_(col(EntryRow.sender).in_(senders), col(EntryRow.unit).in_(names))
        found = select(EntryRow).where(EntryRow.campaign == campaign, whose)
        return self.known(list(self._session.exec(found.order_by(col(EntryRow.arrived_at), col(EntryRow.id)))))

    def all(
        self, campaign: str, *, category: str | None = None, status: str | None = None, sender: str | None = None
    ) -> tuple[KnownEntry, ...]:
        """The entries of a campaign in the order of their first arrival."""
        found = select(EntryRow).where(EntryRow.campaign == campaign)
        if category:
            found = found.where(EntryRow.category == category)
        if status:
            found = found.where(EntryRow.status == status)
        if sender:
            found = found.where(EntryRow.sender == sender)
        return self.known(list(self._session.exec(found.order_by(col(EntryRow.arrived_at), col(EntryRow.id)))))

    def keys(self, campaign: str, statuses: Iterable[EntryStatus]) -> list[tuple[str, str, str]]:
        """Receipt number, name key and 学号 of the entries of these statuses, the oldest first."""
        found = select(EntryRow.ref, EntryRow.name_key, EntryRow.study_id).where(EntryRow.campaign == campaign)
        found = found.where(col(EntryRow.status).in_([one.value for one in statuses]))
        return [(ref, name, number) for ref, name, number in self._session.exec(found.order_by(col(EntryRow.id)))]

    def open(self, campaign: str, ref: str, submission: Submission, message: MessageRow, *, name_key: str) -> None:
        """Opens an entry with its first version."""
        status = EntryStatus(submission.verdict.value)
        values = {
            "ref": ref,
            "campaign": campaign,
            "category": submission.category,
            "period": submission.period or "",
            "applicant": submission.applicant,
            "name_key": name_key,
            "study_id": submission.study_id or "",
            "unit": submission.unit,
            "sender": message.sender,
            "status": status.value,
            "version": 1,
            "arrived_at": message.arrived_at,
            "updated_at": message.arrived_at,
            "complete_at": message.arrived_at if status in COMPLETE else None,
            "settled": False,
        }
        number = self._connection.execute(OPEN, values).lastrowid
        self._add_version(number, 1, submission, message)
        self._add_mention(number, message, submission.relation)
        keep_traces(self._session, number, submission.traces, is_new=True)

    def advance(self, row: EntryRow, submission: Submission, message: MessageRow) -> bool:
        """Adds a version where the mail changed anything; says whether it did."""
        held = self.content(row)
        changed = is_changed(held, submission)
        row.filed_version = row.filed_version if held == content_of(submission) else None
        if changed:
            row.version += 1
            row.updated_at = message.arrived_at
            self._add_version(row.id, row.version, submission, message)
        else:
            self._restate(row, submission)
        status = EntryStatus(submission.verdict.value)
        if not changed and EntryStatus(row.status) in DECIDED:
            status = EntryStatus(row.status)  # thanks, or the same once more, undo no person's decision
        row.status = status.value
        row.study_id = submission.study_id or row.study_id
        row.unit = submission.unit or row.unit
        row.period = submission.period or ""
        if status in COMPLETE and row.complete_at is None:
            row.complete_at = message.arrived_at
        self._session.add(row)
        self.mention(row, message, submission.relation)
        keep_traces(self._session, row.id or 0, submission.traces, is_new=False)
        return changed

    def rejudged(self, row: EntryRow, submission: Submission) -> None:
        """Notes what judging the same version again came to; the version stays the same."""
        row.status = EntryStatus(submission.verdict.value).value
        if EntryStatus(row.status) in COMPLETE and row.complete_at is None:
            row.complete_at = row.updated_at
        row.filed_version = None  # its page in the filed folder tells the status
        self._session.add(row)
        self._restate(row, submission)

    def decide(self, row: EntryRow, status: EntryStatus) -> None:
        """Notes what a person decided."""
        row.status = status.value
        row.settled = True
        row.filed_version = None
        self._session.add(row)

    def content(self, row: EntryRow) -> Content:
        """What the current version holds."""
        return from_plain(Content, self._current(row).content)

    def versions(self, row: EntryRow) -> list[tuple[VersionRow, Content]]:
        """All versions, the first one first."""
        found = select(VersionRow).where(VersionRow.entry_id == row.id).order_by(col(VersionRow.number))
        return [(one, from_plain(Content, one.content)) for one in self._session.exec(found)]

    def mention(self, row: EntryRow, message: MessageRow, relation: Relation) -> None:
        """Notes that the mail had to do with the entry; a later word about the same pair stands."""
        pair = (MentionRow.entry_id == row.id, MentionRow.message_id == message.id)
        known = self._session.exec(select(MentionRow).where(*pair)).first()
        if known is None:
            self._add_mention(row.id, message, relation)
        elif relation is not Relation.VERSION:
            known.relation = relation.value
            self._session.add(known)
        if relation in BESIDE:
            row.filed_version = None  # its folder has to show what came
            self._session.add(row)

    def came_beside(self, rows: Sequence[EntryRow]) -> list[tuple[EntryRow, MessageRow]]:
        """The mails that brought files for these entries without changing them, in the order of arrival."""
        found = (
            select(EntryRow, MessageRow)
            .join(MentionRow, col(MentionRow.entry_id) == col(EntryRow.id))
            .join(MessageRow, col(MessageRow.id) == col(MentionRow.message_id))
            .where(col(MentionRow.relation).in_([relation.value for relation in BESIDE]))
            .order_by(col(MessageRow.arrived_at), col(MessageRow.id))
        )
        pairs: list[tuple[EntryRow, MessageRow]] = []
        for ids in in_parts([row.id for row in rows]):
            pairs += self._session.exec(found.where(col(EntryRow.id).in_(ids)))
        return pairs

    def refs_by_message(self, message_ids: Iterable[int]) -> dict[int, list[str]]:
        """The receipt numbers that each of these mails had to do with."""
        found = select(MentionRow.message_id, EntryRow.ref).join(EntryRow, col(EntryRow.id) == col(MentionRow.entry_id))
        found = found.order_by(col(MentionRow.id))
        refs: dict[int, list[str]] = {}
        for ids in in_parts(list(message_ids)):
            for message_id, ref in self._session.exec(found.where(col(MentionRow.message_id).in_(ids))):
                refs.setdefault(message_id, []).append(ref)
        return refs

    def mails_of(self, row: EntryRow) -> list[MessageRow]:
        """The mails that had to do with the entry, in the order they came."""
        found = (
            select(MessageRow)
            .join(MentionRow, col(MentionRow.message_id) == col(MessageRow.id))
            .where(MentionRow.entry_id == row.id)
            .order_by(col(MessageRow.arrived_at), col(MessageRow.id))
        )
        return list(self._session.exec(found))

    def unfiled(self, limit: int) -> list[EntryRow]:
        """Entries whose folder lags behind their version."""
        lags = or_(col(EntryRow.filed_version).is_(None), col(EntryRow.filed_version) != col(EntryRow.version))
        return list(self._session.exec(select(EntryRow).where(lags).order_by(col(EntryRow.id)).limit(limit)))

    def filed(self, shown: Mapping[str, tuple[int, str]]) -> None:
        """Notes, by receipt number, which version of the entry its folder shows, and the folder."""
        for refs in in_parts(list(shown)):
            for row in self._session.exec(select(EntryRow).where(col(EntryRow.ref).in_(refs))):
                row.filed_version, row.filed_as = shown[row.ref]
                self._session.add(row)

    def refile(self, folders: Iterable[str]) -> None:
        """Notes that these folders have to be written again."""
        for names in in_parts(list(folders)):
            lost = update(EntryRow).where(col(EntryRow.filed_as).in_(names)).values(filed_version=None)
            self._session.execute(lost)

    def folders(self) -> set[str]:
        """Every folder that an entry is filed as."""
        return {name for name in self._session.exec(select(EntryRow.filed_as)) if name}

    def _current(self, row: EntryRow) -> VersionRow:
        found = select(VersionRow).where(VersionRow.entry_id == row.id, VersionRow.number == row.version)
        return self._session.exec(found).one()

    def _add_version(self, entry: int | None, number: int, submission: Submission, message: MessageRow) -> None:
        content = to_plain(content_of(submission))
        arrived = {"message_id": message.id, "arrived_at": message.arrived_at}
        values = {"entry_id": entry, "number": number, "content": content, **arrived}
        self._connection.execute(ADD_VERSION, values)

    def _add_mention(self, entry: int | None, message: MessageRow, relation: Relation) -> None:
        values = {"entry_id": entry, "message_id": message.id, "relation": relation.value}
        self._connection.execute(ADD_MENTION, values)

    def _restate(self, row: EntryRow, submission: Submission) -> None:
        version = self._current(row)
        version.content = to_plain(content_of(submission))
        self._session.add(version)
