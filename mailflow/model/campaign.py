"""A campaign: everything an organiser would change, read from one file and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from mailflow.model.facts import Role
from mailflow.model.form import Form
from mailflow.model.picture import Picture


class Severity(StrEnum):
    """How much a finding weighs: an error stands in the way, a warning is for the reviewer, a note informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


FORM_NOTE = "{form_note}"
"""Stands in a form's cell for what each category's own form says there."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """A file that must be attached. `ask` says what to do where it is missing.

    `without_unit` weighs its absence where the applicant belongs to no unit (no stamp can be had).
    """

    role: Role
    label: str
    ask: str
    without_unit: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Rule:
    """An eligibility rule. `expression` is rule-engine's language over field ids; `text` is its sentence.

    `reads` are the field ids in it. `as_of`: not failed before that day (campaign zone) is over.
    A value that is missing asks the sender where the form has a place for it, else it is a note.
    """

    id: str
    expression: str
    text: str
    severity: Severity
    reads: tuple[str, ...]
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class RankKey:
    """One step of a ranking: a field id or "arrived_at", and its direction."""

    field: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Quota:
    """How many can be chosen, in all or a period, and by whom (shown, never enforced)."""

    number: int
    whose: str
    per_period: bool = False


@dataclass(frozen=True, slots=True)
class MonthlyCut:
    """The cut of a category each month: `day` at `at`; `first` is one more, earlier cut of the first month."""

    day: int
    at: time
    first: datetime | None = None


@dataclass(frozen=True, slots=True)
class Probation:
    """What follows acceptance: `days` of probation with `task`, then an appointment with a monthly `duty`."""

    days: int
    task: str
    term_months: int
    duty: str


@dataclass(frozen=True, slots=True)
class Category:
    """What an applicant can apply for. Datetimes are aware; `closes` itself is already late.

    `update_until`: entries begun in time may still be updated until then, with a note.
    `group` ties categories together (see Group); `notes` are lines for the receipt.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    applicant: str  # "person" or "organisation"
    group: str
    form: str
    requirements: tuple[Requirement, ...] = ()
    rules: tuple[Rule, ...] = ()
    ranking: tuple[RankKey, ...] = ()
    quota: Quota | None = None
    opens: datetime | None = None
    closes: datetime | None = None
    closes_text: str = ""
    update_until: datetime | None = None
    cut: MonthlyCut | None = None
    probation: Probation | None = None
    notes: tuple[str, ...] = ()
    reviewer_notes: tuple[str, ...] = ()
    form_note: str = ""

    @property
    def is_person(self) -> bool:
        """Whether the applicant is a person and not an organisation."""
        return self.applicant == "person"


@dataclass(frozen=True, slots=True)
class Group:
    """Categories that belong together; `one_each` warns of a second one for the same applicant."""

    id: str
    name: str
    one_each: bool = False


@dataclass(frozen=True, slots=True)
class Milestone:
    """A day worth knowing that closes nothing by itself (a data cut-off)."""

    id: str
    at: datetime
    text: str
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportPlan:
    """A report and when it goes out.

    Exactly one of: `weekdays` ("mon".."sun") with `at`; `on` (set instants); `after_cuts` (at each monthly cut of its
    categories, merged with a weekly report of that day that covers them). `kind`: "roster" (what is new), "closing"
    (roster after a last poll), "recommendation" (held, released by a person; `alarms` ring while it waits).
    `audience`: "platform" or "organiser". `when_empty`: "say-so" or "silent".
    """

    id: str
    title: str
    kind: str
    categories: tuple[str, ...]
    audience: str = "platform"
    weekdays: tuple[str, ...] = ()
    at: time | None = None
    on: tuple[datetime, ...] = ()
    after_cuts: bool = False
    alarms: tuple[datetime, ...] = ()
    when_empty: str = "say-so"

    @property
    def is_held(self) -> bool:
        """Whether a person releases it."""
        return self.kind == "recommendation"


@dataclass(frozen=True, slots=True)
class ReminderPlan:
    """When those who are not complete hear of a deadline: so many working days before, and on the last one."""

    at: time
    working_days_before: tuple[int, ...]
    on_last_working_day: bool
    most_per_address: int


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign, checked: every id it mentions exists, every rule compiles.

    `phrases` are the sentences of the campaign's language (`templates/<language>/phrases.toml`), overlaid with the
    file's own `[phrases]`; `texts` its longer texts (privacy notice, group, paper way). `role_hints` are words in
    file names that tell a role, `pictures` the pages that are known by their words. `workdays` says who makes the
    working days: "china" (the State Council's table, 调休 included) or "weekdays"; `holidays` overrides it: a date and
    whether work is done on it.
    """

    id: str
    name: str
    language: str
    zone: ZoneInfo
    ref_prefix: str
    opens: datetime
    ends: datetime
    categories: tuple[Category, ...]
    forms: tuple[Form, ...]
    groups: tuple[Group, ...]
    reports: tuple[ReportPlan, ...]
    reminders: ReminderPlan | None
    digest_at: time
    milestones: tuple[Milestone, ...] = ()
    catch_up_hours: int = 12
    report_max_mb: int = 20
    subject_example: str = ""
    subject_noise: tuple[str, ...] = ()
    no_unit_words: tuple[str, ...] = ()
    home_region: str | None = None
    role_hints: Mapping[Role, tuple[str, ...]] = field(default_factory=dict)
    role_labels: Mapping[Role, str] = field(default_factory=dict)
    pictures: tuple[Picture, ...] = ()
    phrases: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    holidays: Mapping[date, bool] = field(default_factory=dict)
    workdays: str = "china"

    def category(self, category_id: str) -> Category:
        """The category of that id. Raises KeyError for an id that is not in the file."""
        for one in self.categories:
            if one.id == category_id:
                return one
        raise KeyError(category_id)

    def form(self, form_id: str) -> Form:
        """The form of that id. Raises KeyError for an id that is not in the file."""
        for one in self.forms:
            if one.id == form_id:
                return one
        raise KeyError(form_id)

    def form_of(self, category: Category) -> Form:
        """The category's form with what it says to this category alone in its place."""
        form = self.form(category.form)
        rows = tuple(
            tuple(replace(cell, text=cell.text.replace(FORM_NOTE, category.form_note)) for cell in row)
            for row in form.rows
        )
        return replace(form, rows=rows)

    def form_title(self, category: Category) -> str:
        """The title that stands on the category's form."""
        return self.form(category.form).title.replace("{category}", category.name)
