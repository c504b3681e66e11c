"""What an entry's version holds, as values of the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailflow.model.entry import Check, EntryStatus, FiledFile, Finding, KnownEntry, Relation, Submission
from mailflow.model.facts import Value
from mailflow.store.codec import from_plain
from mailflow.store.tables import EntryRow, VersionRow

COMPLETE = frozenset({EntryStatus.ACCEPTED, EntryStatus.APPROVED})
DECIDED = frozenset({EntryStatus.APPROVED, EntryStatus.RETURNED})
"""What staff decided: a mail that brings nothing new leaves it as it is."""
BESIDE = (Relation.KEPT_ASIDE, Relation.LINKED)
"""How a mail can be about an entry and change nothing; its files are kept beside."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a version holds, apart from its place in the books."""

    fields: Mapping[str, Value] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    checks: tuple[Check, ...] = ()
    files: tuple[FiledFile, ...] = ()


def content_of(submission: Submission) -> Content:
    """What the version that this submission makes will hold."""
    return Content(submission.fields, submission.findings, submission.checks, submission.files)


def is_changed(held: Content, submission: Submission) -> bool:
    """Whether fields or files are others than those held. That more is known of the same files is no change."""
    files = {one.identity for one in submission.files}
    return dict(held.fields) != dict(submission.fields) or {one.identity for one in held.files} != files


def known_entry(row: EntryRow, version: VersionRow, message_sha256: str) -> KnownEntry:
    """The entry as a value, with its current version, which came with the mail of that hash."""
    content = from_plain(Content, version.content)
    return KnownEntry(
        ref=row.ref,
        applicant=row.applicant,
        category=row.category,
        period=row.period or None,
        study_id=row.study_id or None,
        unit=row.unit,
        sender=row.sender,
        status=EntryStatus(row.status),
        version=row.version,
        arrived_at=row.arrived_at,
        updated_at=row.updated_at,
        complete_at=row.complete_at,
        fields=content.fields,
        findings=content.findings,
        checks=content.checks,
        files=content.files,
        message_sha256=message_sha256,
        settled=row.settled,
        number=row.number,
        reported_version=row.reported_version,
    )
