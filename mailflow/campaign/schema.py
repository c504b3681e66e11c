"""What a campaign file may hold, table by table, in the order of the file. Each docstring is shown by editors.

`python -m mailflow.campaign.schema > schedules/campaign.schema.json` writes the JSON Schema for editors.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, StrictInt, StringConstraints

from mailflow.campaign.category_tables import CategoryTable
from mailflow.campaign.form_tables import FieldTable, FormTable, RequirementTable, RoleTable
from mailflow.campaign.moments import Clock, Day, Moment
from mailflow.campaign.picture_tables import PictureTable
from mailflow.campaign.table import Count, FieldId, Id, Table, Text
from mailflow.model.facts import Role

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


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
    noise: list[Text] = Field(default_factory=list)
    """Words that mean nothing in a subject."""


class UnitTable(Table):
    """Applicants without a unit."""

    none_words: list[Text] = Field(default_factory=list)
    """What stands in the form where an applicant has no unit."""


class GroupTable(Table):
    """Categories that belong together."""

    name: Text
    one_each: StrictBool = False
    """Warn the reviewer where one applicant has two of them."""


class ReportTable(Table):
    """A report: exactly one of weekdays (with at), on, after_cuts says when."""

    title: Text
    kind: Literal["roster", "closing", "recommendation"]
    """roster: what is new. closing: the same after a last poll. recommendation: held until a person releases it."""
    categories: Annotated[list[Id], Field(min_length=1)]
    audience: Literal["platform", "organiser"] = "platform"
    weekdays: list[Weekday] = Field(default_factory=list)
    at: Clock | None = None
    on: list[Moment] = Field(default_factory=list)
    after_cuts: StrictBool = False
    """At each monthly cut of its categories; one with the day's ordinary report where that covers them."""
    alarms: list[Moment] = Field(default_factory=list)
    """When to ring while it waits for a person."""
    when_empty: Literal["say-so", "silent"] = "say-so"


class RemindersTable(Table):
    """When those who are not complete hear of a deadline."""

    at: Clock
    working_days_before: list[Count] = Field(default_factory=list)
    on_last_working_day: StrictBool = True
    most_per_address: Count = 3


class WorkdaysTable(Table):
    """Working days."""

    calendar: Literal["china", "weekdays"] = "china"
    """china: the State Council's table with 调休. weekdays: Monday to Friday."""
    work: list[Day] = Field(default_factory=list)
    """Days on which work is done although the calendar says otherwise."""
    free: list[Day] = Field(default_factory=list)
    """Days off although the calendar says otherwise."""


class MilestoneTable(Table):
    """A day worth knowing that closes nothing by itself."""

    at: Moment
    text: Text
    categories: list[Id] = Field(default_factory=list)


class CampaignFile(Table):
    """A campaign of mailflow. How to write one: schedules/README.md."""

    campaign: CampaignTable
    subject: SubjectTable
    unit: UnitTable = UnitTable()
    group: Annotated[dict[Id, GroupTable], Field(min_length=1)]
    field: Annotated[dict[FieldId, FieldTable], Field(min_length=1)]
    form: Annotated[dict[Id, FormTable], Field(min_length=1)]
    role: dict[Role, RoleTable] = Field(default_factory=dict)
    picture: dict[Role, PictureTable] = Field(default_factory=dict)
    requirement: dict[Id, RequirementTable] = Field(default_factory=dict)
    category: Annotated[dict[Id, CategoryTable], Field(min_length=1)]
    report: dict[Id, ReportTable] = Field(default_factory=dict)
    reminders: RemindersTable | None = None
    workdays: WorkdaysTable = WorkdaysTable()
    milestone: dict[Id, MilestoneTable] = Field(default_factory=dict)
    texts: dict[Id, str] = Field(default_factory=dict)
    phrases: dict[str, Any] = Field(default_factory=dict)


def json_schema() -> str:
    """The JSON Schema of campaign files, as text that ends with a line break."""
    return json.dumps(CampaignFile.model_json_schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    print(json_schema(), end="")
