"""The tables of a campaign file that say what can be applied for, and on what conditions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt

from mailflow.campaign.moments import Clock, Day, Moment
from mailflow.campaign.table import Count, FieldId, Id, Table, Text
from mailflow.model.campaign import Severity


class RuleTable(Table):
    """An eligibility rule."""

    must: Text
    """The condition, over field ids: and, or, not, >=, <=, ==."""
    text: Text
    """The condition in a sentence, for people."""
    severity: Severity
    """error: stands in the way. warning: for the reviewer. note: only said."""
    as_of: Day | None = None
    """The day whose figures count: not failed before it is over."""


class QuotaTable(Table):
    """How many can be chosen; shown, never enforced."""

    number: Count
    whose: Text
    """Who chooses."""
    per_period: StrictBool = False
    """Each month anew."""


class RankTable(Table):
    """One step of the reference order."""

    by: FieldId
    """A field, or arrived_at for the first mail's arrival."""
    first: Literal["highest", "lowest", "latest", "earliest"]


class CutTable(Table):
    """The monthly cut: what comes later belongs to the next month."""

    day: Annotated[StrictInt, Field(ge=1, le=31)]
    """Of the month; in shorter months the last day."""
    at: Clock
    first: Moment | None = None
    """One more, earlier cut in the first month."""


class ProbationTable(Table):
    """What follows acceptance."""

    days: Count
    task: Text
    term_months: Count
    duty: Text


class CategoryTable(Table):
    """What an applicant can apply for."""

    name: Text
    aliases: list[Text] = Field(default_factory=list)
    """Other names in subjects and titles."""
    applicant: Literal["person", "organisation"]
    group: Id
    form: Id
    must_attach: list[Id] = Field(default_factory=list)
    """Names of [requirement.…] tables, in the order of the checklist."""
    quota: QuotaTable | None = None
    ranking: list[RankTable] = Field(default_factory=list)
    """The reference order, step by step; none: people choose."""
    opens: Moment | None = None
    closes: Moment | None = None
    """The deadline; what arrives at that very instant is late. None: open to the campaign's end."""
    closes_text: Text | None = None
    """The deadline in words, where the date alone will not do."""
    update_until: Moment | None = None
    """Entries begun in time may still be updated until then."""
    cut: CutTable | None = None
    rule: dict[Id, RuleTable] = Field(default_factory=dict)
    probation: ProbationTable | None = None
    notes: list[Text] = Field(default_factory=list)
    """Lines for the receipt."""
    reviewer_notes: list[Text] = Field(default_factory=list)
    """Lines for the reviewer: what no field can hold."""
    form_note: str = ""
    """Stands on its form in the cell whose text is {form_note}, where categories share one."""
