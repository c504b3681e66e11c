"""What was read from the attachments: fields of forms, and which file is what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from mailflow.model.sight import Look, Seal

Value = int | float | str | date
"""A field's value: counts and points are int, percentages float, days date, all else str."""


class Role(StrEnum):
    """What a file is for. The names are the contract's."""

    FORM = "form"
    FORM_SCAN = "form-scan"
    PROFILE = "profile-screenshot"
    ANSWERS = "answers-screenshot"
    SHARE = "share-screenshot"
    PHOTO = "photo"
    EVIDENCE = "evidence"
    ARCHIVE = "archive"
    MESSAGE = "message"
    UNKNOWN = "unknown"


SCREENSHOTS = frozenset({Role.PROFILE, Role.ANSWERS, Role.SHARE})
"""Pages of an app: something can be read in each."""


@dataclass(frozen=True, slots=True)
class FormReading:
    """What a registration form says.

    `form` is the id of the form in the campaign file that fits best, `categories` the ids of the
    categories its title names (none where it has no title). `fields` are values read, by field id;
    `invalid` the texts of cells that are filled but are no value of their kind. Neither holds a field
    whose cell is empty. `lengths` are those of free texts: 字数 of a Chinese
    text, characters without blanks of any other.
    """

    form: str
    categories: tuple[str, ...] = ()
    fields: Mapping[str, Value] = field(default_factory=dict)
    invalid: Mapping[str, str] = field(default_factory=dict)
    lengths: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listed:
    """One applicant in a unit's list (an xlsx or docx table): the name, and the 学号 and category ids beside it."""

    name: str
    study_id: str | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """What a picture shows: the role that its words tell (UNKNOWN: none), and the values that stand at labels in it.

    `values` are by field id; a form need not have the field. `blurred`: what is missing here may stand there all the
    same, and the sender can be asked for the original.
    """

    role: Role
    values: Mapping[str, Value] = field(default_factory=dict)
    blurred: bool = False


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of one attachment: `role`, told by "content", "name" or "nothing" (`told_by`).

    `problem` is a finding code where the file could not be read as what it is, `detail` says why (English,
    for the log and `show`). `form` is set where a form was read in it, `more_forms` where further filled forms
    (of other applicants) stand in the same file; `listed` are the applicants of a list that is no form.

    `look`: a slow look would tell more of this file, and none was taken so far. What such a look showed: `shown` in a
    picture, `scan` the values read in a picture of a form (alone they prove nothing), `seal` whether it bears one,
    `pixels` the hash of a picture's pixels.
    """

    sha256: str
    filename: str | None
    role: Role
    told_by: str = "nothing"
    form: FormReading | None = None
    problem: str | None = None
    detail: str = ""
    more_forms: tuple[FormReading, ...] = ()
    listed: tuple[Listed, ...] = ()
    look: Look | None = None
    shown: Shown | None = None
    scan: FormReading | None = None
    seal: Seal | None = None
    pixels: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of all attachments of a mail, in the order of the mail."""

    files: tuple[FileFacts, ...] = ()
