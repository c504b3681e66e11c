"""The tables of a campaign file that say what tells a picture, and what can be read in it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mailflow.campaign.table import Count, FieldId, Table, Text
from mailflow.model.form import FieldKind


class PictureFieldTable(Table):
    """What is different about a field on this page; what is not named stays as in [field.…], but for its pattern."""

    labels: list[Text] | None = None
    """Its labels as they stand on the page. An empty list: it has none there."""
    kind: FieldKind | None = None
    """What it must hold."""
    beside: FieldId | None = None
    """Where the label stands more than once: the field under or behind which this one stands."""
    pattern: Text | None = None
    """Regular expression with one group, for a value inside running text."""


class PictureTable(Table):
    """A page that applicants send a picture of, named after its role. The first that fits best is taken."""

    marks: Annotated[list[Text], Field(min_length=1)]
    """Words that stand on such a page."""
    fewest: Count = 2
    """So many of the marks must be there."""
    fields: list[FieldId] = Field(default_factory=list)
    """What is read in it, to be compared with the form."""
    field: dict[FieldId, PictureFieldTable] = Field(default_factory=dict)
    """What is different about a field on this page."""
