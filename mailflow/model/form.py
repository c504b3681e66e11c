"""Registration forms: the fields they ask for, and how a blank one is laid out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FieldKind(StrEnum):
    """What a form's cell must hold: decides how its text becomes a value."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    PERCENT = "percent"
    DATE = "date"
    DIGITS = "digits"
    MOBILE = "mobile"


class Combine(StrEnum):
    """What becomes of several cells under one label."""

    FIRST = "first"
    LOWEST = "lowest"
    HIGHEST = "highest"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a form asks. `labels` are all spellings of its label, the first one is shown.

    `beside` is the id of the field in whose row the label stands, where a label occurs more than once.
    `pattern` is a regular expression with one group, for a value inside running text ("第（ ）次").
    `max_chars` limits a free text: 字数 of a Chinese one, as word processors count it, characters of any other.
    """

    id: str
    labels: tuple[str, ...]
    kind: FieldKind = FieldKind.TEXT
    beside: str | None = None
    pattern: str | None = None
    combine: Combine = Combine.FIRST
    max_chars: int | None = None

    @property
    def label(self) -> str:
        """The label as shown to people."""
        return self.labels[0]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a blank form: printed text, or room for `field`; `across` columns wide and `down` rows high."""

    text: str = ""
    field: str | None = None
    across: int = 1
    down: int = 1


@dataclass(frozen=True, slots=True)
class Form:
    """A registration form. `title` may hold "{category}"; `required` are field ids."""

    id: str
    title: str
    fields: tuple[Field, ...]
    required: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...] = ()

    def field(self, field_id: str) -> Field | None:
        """The field of that id, None where the form has no place for it."""
        return next((one for one in self.fields if one.id == field_id), None)
