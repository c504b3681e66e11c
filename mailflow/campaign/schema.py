"""What a campaign file may hold, table by table, in the order of the file. Each docstring is shown by editors.

`python -m mailflow.campaign.schema > schedules/campaign.schema.json` writes the JSON Schema for editors.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StringConstraints

from mailflow.campaign.moments import Clock, Day, Moment
from mailflow.model.campaign import Combine, FieldKind, Severity
from mailflow.model.facts import Role

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
FieldId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Count = Annotated[StrictInt, Field(ge=1)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Table(BaseModel):
    """What all tables share: nothing unknown passes."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class CampaignTable(Table):
    """The campaign as a whole."""

    id: Id
    """Short name, also the file's name."""
    name: Text
    """Title, as people read it."""
    language: Id = "zh"
    """Language of all letters: a folder of templates/."""
    zone: Text
    """Time zone of every time in this file, such as "Asia/Shanghai"."""
    ref_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{0,7}$")]
    """Begins every receipt number: capital letters and digits."""
    opens: Moment
    """Nothing happens before."""
    ends: Moment
    """Nothing happens after."""
    digest_at: Clock
    """When the organisers' digest comes on working days on which something waits."""
    catch_up_hours: Annotated[StrictInt, Field(ge=0)] = 12
    """What fell due while the program stood still is caught up within so many hours."""
    report_max_mb: Count = 20
    """Largest mail of a report, as it travels; larger bundles are split."""
    home_region: Text | None = None
    """Where mobile numbers should come from; a note for the reviewer where they do not."""


class SubjectTable(Table):
    """How a mail's subject is read."""

    example: Text
    """Shown to people whose subject could not be read."""
    noise: list[Text] = []
    """Words that mean nothing in a subject."""


class UnitTable(Table):
    """Applicants without a unit."""

    none_words: list[Text] = []
    """What stands in the form where an applicant has no unit."""


class GroupTable(Table):
    """Categories that belong together."""

    name: Text
    one_each: StrictBool = False
    """Warn the reviewer where one applicant has two of them."""


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


class FormTable(Table):
    """A registration form."""

    title: Text
    """Stands above the form; {category} becomes the category's name."""
    fields: Annotated[list[FieldId], Field(min_length=1)]
    """What it asks, in the order of the form (and of the report's columns)."""
    required: list[FieldId] = []
    """Which of them must be filled."""
    field: dict[FieldId, FieldChange] = {}
    """What is different about a field in this form."""
    rows: list[list[str | CellTable]] = []
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
    words: list[Text] = []
    """Words in a file's name that tell this role; the first role that fits is taken."""


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
    aliases: list[Text] = []
    """Other names in subjects and titles."""
    applicant: Literal["person", "organisation"]
    group: Id
    form: Id
    must_attach: list[Id] = []
    """Names of [requirement.…] tables, in the order of the checklist."""
    quota: QuotaTable | None = None
    ranking: list[RankTable] = []
    """The reference order, step by step; none: people choose."""
    opens: Moment | None = None
    closes: Moment | None = None
    """The deadline; what arrives at that very instant is late. None: open to the campaign's end."""
    closes_text: Text | None = None
    """The deadline in words, where the date alone will not do."""
    update_until: Moment | None = None
    """Entries begun in time may still be updated until then."""
    cut: CutTable | None = None
    rule: dict[Id, RuleTable] = {}
    probation: ProbationTable | None = None
    notes: list[Text] = []
    """Lines for the receipt."""
    reviewer_notes: list[Text] = []
    """Lines for the reviewer: what no field can hold."""


class ReportTable(Table):
    """A report: exactly one of weekdays (with at), on, after_cuts says when."""

    title: Text
    kind: Literal["roster", "closing", "recommendation"]
    """roster: what is new. closing: the same after a last poll. recommendation: held until a person releases it."""
    categories: Annotated[list[Id], Field(min_length=1)]
    audience: Literal["platform", "organiser"] = "platform"
    weekdays: list[Weekday] = []
    at: Clock | None = None
    on: list[Moment] = []
    after_cuts: StrictBool = False
    """At each monthly cut of its categories; one with the day's ordinary report where that covers them."""
    alarms: list[Moment] = []
    """When to ring while it waits for a person."""
    when_empty: Literal["say-so", "silent"] = "say-so"


class RemindersTable(Table):
    """When those who are not complete hear of a deadline."""

    at: Clock
    working_days_before: list[Count] = []
    on_last_working_day: StrictBool = True
    most_per_address: Count = 3


class WorkdaysTable(Table):
    """Working days."""

    calendar: Literal["china", "weekdays"] = "china"
    """china: the State Council's table with 调休. weekdays: Monday to Friday."""
    work: list[Day] = []
    """Days on which work is done although the calendar says otherwise."""
    free: list[Day] = []
    """Days off although the calendar says otherwise."""


class MilestoneTable(Table):
    """A day worth knowing that closes nothing by itself."""

    at: Moment
    text: Text
    categories: list[Id] = []


class CampaignFile(Table):
    """A campaign of mailflow. How to write one: schedules/README.md."""

    campaign: CampaignTable
    subject: SubjectTable
    unit: UnitTable = UnitTable()
    group: Annotated[dict[Id, GroupTable], Field(min_length=1)]
    field: Annotated[dict[FieldId, FieldTable], Field(min_length=1)]
    form: Annotated[dict[Id, FormTable], Field(min_length=1)]
    role: dict[Role, RoleTable] = {}
    requirement: dict[Id, RequirementTable] = {}
    category: Annotated[dict[Id, CategoryTable], Field(min_length=1)]
    report: dict[Id, ReportTable] = {}
    reminders: RemindersTable | None = None
    workdays: WorkdaysTable = WorkdaysTable()
    milestone: dict[Id, MilestoneTable] = {}
    texts: dict[Id, str] = {}
    phrases: dict[str, Any] = {}


def json_schema() -> str:
    """The JSON Schema of campaign files, as text that ends with a line break."""
    return json.dumps(CampaignFile.model_json_schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    print(json_schema(), end="")
