"""The tables of a campaign file that say what is asked for: fields, forms, files."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from mailflow.campaign.table import Count, FieldId, Table, Text
from mailflow.model.campaign import Severity
from mailflow.model.facts import Role
from mailflow.model.form import Combine, FieldKind


class FieldTable(Table):
    """One thing a form asks."""

    labels: Annotated[list[Text], Field(min_length=1)]
    """All spellings of its label; the first one is shown in letters."""
    kind: FieldKind = FieldKind.TEXT
    """What it must hold."""
    beside: FieldId | None = None
    """Where the label stands more than once: the field in whose row this one stands."""
    pattern: Text | None = None
    """Regular expression with one group, for a value inside running text."""
    combine: Combine = Combine.FIRST
    """What becomes of several cells under one label."""
    max_chars: Count | None = None
    """Longest text, blanks not counted."""


class FieldChange(Table):
    """What is different about a field in one form; what is not named stays as in [field.…]."""

    labels: Annotated[list[Text], Field(min_length=1)] | None = None
    kind: FieldKind | None = None
    beside: FieldId | None = None
    pattern: Text | None = None
    combine: Combine | None = None
    max_chars: Count | None = None


class CellTable(Table):
    """One cell of the blank form, where a plain text is not enough."""

    text: str = ""
    """Printed in the cell."""
    field: FieldId | None = None
    """The cell is room for this field."""
    across: Count = 1
    """Columns it covers."""
    down: Count = 1
    """Rows it covers."""


def read_cell(value: object) -> object:
    """A cell that is plain text: "{field}" is room for a field, any other text is printed."""
    if not isinstance(value, str):
        return value
    return {"field": value[1:-1]} if value.startswith("{") and value.endswith("}") else {"text": value}


BlankCell = Annotated[
    CellTable,
    BeforeValidator(read_cell),
    WithJsonSchema({"anyOf": [{"type": "string"}, CellTable.model_json_schema()]}),
]


class FormTable(Table):
    """A registration form."""

    title: Text
    """Stands above the form; {category} becomes the category's name."""
    fields: Annotated[list[FieldId], Field(min_length=1)]
    """What it asks, in the order of the form (and of the report's columns)."""
    required: list[FieldId] = Field(default_factory=list)
    """Which of them must be filled."""
    field: dict[FieldId, FieldChange] = Field(default_factory=dict)
    """What is different about a field in this form."""
    rows: list[list[BlankCell]] = Field(default_factory=list)
    """The blank form, row by row: "text", "{field}" for an empty cell, or { text, field, across, down }."""


class RequirementTable(Table):
    """A file that can be asked for; categories name it in must_attach."""

    role: Role | None = None
    """What the file is for; the table's own name where left out."""
    label: Text
    """Its line in the checklist."""
    ask: Text
    """What to do where it is missing."""
    without_unit: Severity = Severity.ERROR
    """How its absence weighs where the applicant belongs to no unit and can get no stamp."""


class RoleTable(Table):
    """What tells a file's role and how the role is called."""

    label: Text
    words: list[Text] = Field(default_factory=list)
    """Words in a file's name that tell this role; the first role that fits is taken."""
