"""What a mail comes to: decided as a value, carried out elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailflow.model.command import Order
from mailflow.model.entry import Finding, Submission


class Disposition(StrEnum):
    """What becomes of a mail as a whole."""

    ENTRY = "entry"
    COMMAND = "command"
    HELD = "held"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Draft:
    """Who and what one part of a mail is about, before it is judged.

    `files` are the SHA-256s of the attachments that belong to it, in the order of the mail.
    `unit` is a unit named in the subject, where one is.
    """

    applicant: str
    category: str
    study_id: str | None
    unit: str | None
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """Where a mail goes: applicants and categories, or the reason why it cannot be told.

    `silence` is the reason why etiquette forbids an answer (RFC 3834), None where one is due.
    `findings` concern the mail as a whole; `refs` are receipt numbers named in subject or text;
    `unplaced` are files (SHA-256) that could not be matched to an applicant.
    `guess_name` / `guess_category` are what is known of a held mail, for the person who assigns it.
    """

    disposition: Disposition
    reason: str | None = None
    drafts: tuple[Draft, ...] = ()
    findings: tuple[Finding, ...] = ()
    refs: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()
    silence: str | None = None
    guess_name: str | None = None
    guess_category: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The whole answer to one mail, as a value: `explain` prints it, `process` carries it out.

    `reason` is why it is held or ignored. `silence` as in Route. `unplaced` are shown file names.
    `command` is what a mail command comes to.
    """

    disposition: Disposition
    reason: str | None = None
    submissions: tuple[Submission, ...] = ()
    findings: tuple[Finding, ...] = ()
    unplaced: tuple[str, ...] = ()
    silence: str | None = None
    command: Order | None = None
