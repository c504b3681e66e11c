"""Entries and what is said of them: findings, verdicts, statuses, the files an entry holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mailflow.model.campaign import Severity
from mailflow.model.facts import FormReading, Role, Shown, Value
from mailflow.model.sight import Seal
from mailflow.model.trace import Trace, Use, traces_of


class Verdict(StrEnum):
    """What judging one submission comes to. Where several hold, the first in this order: see `WEIGHT`."""

    ACCEPTED = "accepted"
    INCOMPLETE = "incomplete"
    INELIGIBLE = "ineligible"
    LATE = "late"
    HELD = "held"


WEIGHT = (Verdict.HELD, Verdict.LATE, Verdict.INCOMPLETE, Verdict.INELIGIBLE, Verdict.ACCEPTED)
"""Which verdict stands where several hold, the strongest first."""


class EntryStatus(StrEnum):
    """How an entry stands: a verdict, or what a person decided."""

    ACCEPTED = "accepted"
    INCOMPLETE = "incomplete"
    INELIGIBLE = "ineligible"
    LATE = "late"
    HELD = "held"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


WAITS_FOR_A_PERSON = frozenset({EntryStatus.HELD, EntryStatus.LATE, EntryStatus.INELIGIBLE})
QUESTIONS = "evidence."
"""What the codes of findings begin with that ask a reviewer to compare."""
REPORTABLE = frozenset({EntryStatus.ACCEPTED, EntryStatus.APPROVED})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: its code (see docs/findings.md), weight, sentence, and where (a field or role id).

    `for_reviewer` findings never stand in a letter to the sender.
    """

    code: str
    severity: Severity
    text: str
    where: str | None = None
    for_reviewer: bool = False


class Mark(StrEnum):
    """How one requirement stands; shown as ✓ ! ✗ and a word."""

    MET = "met"
    UNSURE = "unsure"
    MISSING = "missing"


class Seen(StrEnum):
    """What looking into the files of a requirement came to, where it is worth a word."""

    AGREES = "agrees"  # a figure or a day in it is the form's
    DIFFERS = "differs"  # something in it is not what the form says
    UNREAD = "unread"  # nothing could be read in it
    NO_SEAL = "no-seal"  # no red seal was seen on it


@dataclass(frozen=True, slots=True)
class Compared:
    """One field as the form and a picture have it, both as people write it; "" where one of them has it not.

    `agrees` is None where there is nothing to compare: what stands in a picture alone is shown and never used.
    """

    field: str
    label: str
    form: str
    picture: str
    agrees: bool | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a receipt's checklist: the requirement, how it stands, and the value read or what to do.

    `where` is a role, a field or "rule.<id>". `detail` may have several lines. `seen` and `compared` tell of a
    requirement whose files were looked into.
    """

    where: str
    label: str
    mark: Mark
    detail: str
    seen: Seen | None = None
    compared: tuple[Compared, ...] = ()


@dataclass(frozen=True, slots=True)
class FiledFile:
    """A file an entry holds, by content; `filename` is the sender's, cleaned.

    What a look at it showed is kept with it, as in FileFacts: a later mail may bring the form alone.
    """

    sha256: str
    filename: str | None
    role: Role
    media_type: str
    size: int
    shown: Shown | None = None
    scan: FormReading | None = None
    seal: Seal | None = None
    pixels: str | None = None

    @property
    def identity(self) -> tuple[str, str | None]:
        """What makes it another file: content and name. What is known of it may grow."""
        return self.sha256, self.filename


class Relation(StrEnum):
    """What a submission is to the entries that are already held."""

    NEW = "new"  # opens an entry
    VERSION = "version"  # adds a version to the sender's own entry
    LINKED = "linked"  # another sender, same applicant, no contradiction: changes nothing
    CONFLICT = "conflict"  # another sender, not certain or contradictory: a held entry of its own
    KEPT_ASIDE = "kept-aside"  # too late to change an entry that is complete: stored beside it


@dataclass(frozen=True, slots=True)
class Submission:
    """What one mail says for one applicant in one category, judged.

    `fields` and `files` are what the entry holds once this is carried out: the mail's own over what was
    there before (for LINKED: only the mail's own). `ref` is the entry it belongs to, None for a new one.
    `carries_period` is set where an incomplete entry of a passed period moves to this `period`.
    """

    applicant: str
    category: str
    period: str | None
    study_id: str | None
    unit: str | None
    verdict: Verdict
    relation: Relation
    ref: str | None = None
    fields: Mapping[str, Value] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    checks: tuple[Check, ...] = ()
    files: tuple[FiledFile, ...] = ()
    carries_period: bool = False

    @property
    def traces(self) -> frozenset[Trace]:
        """By what its material is known again."""
        return traces_of(self.files, (self.study_id,))


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """An entry as the books hold it now. `status` is an EntryStatus; `version` is the current one's number.

    `arrived_at`: first registered; `complete_at`: first complete; `updated_at`: arrival of the current version.
    `settled`: a person has decided that it is no conflict; judging it again does not hold it again.
    """

    ref: str
    applicant: str
    category: str
    period: str | None
    study_id: str | None
    unit: str | None
    sender: str
    status: EntryStatus
    version: int
    arrived_at: datetime
    updated_at: datetime
    complete_at: datetime | None = None
    fields: Mapping[str, Value] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    checks: tuple[Check, ...] = ()
    files: tuple[FiledFile, ...] = ()
    message_sha256: str = ""
    settled: bool = False
    number: int | None = None
    reported_version: int | None = None

    @property
    def questions(self) -> tuple[Finding, ...]:
        """What a reviewer should look at though it changes no status: form and picture differ, material of another."""
        return tuple(
            one for one in self.findings if one.code.startswith(QUESTIONS) and one.severity is Severity.WARNING
        )

    @property
    def differing(self) -> tuple[Compared, ...]:
        """Each field that a picture or scan has otherwise than the form, once."""
        return tuple(dict.fromkeys(pair for check in self.checks for pair in check.compared if pair.agrees is False))


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that reports applicants (units.csv): its name and its addresses in lower case."""

    name: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What judging may know besides the mail: entries that could be meant, and the registered units.

    `uses`: which entries bear a trace of what the mail brings, or of what an entry holds that it could mean.
    """

    entries: tuple[KnownEntry, ...] = ()
    units: tuple[Unit, ...] = ()
    uses: tuple[Use, ...] = ()

    def unit_of(self, address: str) -> Unit | None:
        """The unit that owns `address` (lower case)."""
        return next((unit for unit in self.units if address in unit.addresses), None)
