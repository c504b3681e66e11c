"""From the checked tables of a file to the frozen nouns of `mailflow.model.campaign`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from mailflow.campaign import category_tables, form_tables, picture_tables, schema
from mailflow.campaign.rules import reads
from mailflow.campaign.words import moment_words
from mailflow.model.campaign import (
    Campaign,
    Category,
    Group,
    Milestone,
    MonthlyCut,
    Probation,
    Quota,
    RankKey,
    ReminderPlan,
    ReportPlan,
    Requirement,
    Rule,
)
from mailflow.model.facts import Role
from mailflow.model.form import Cell, Field, Form
from mailflow.model.picture import Picture


def build(file: schema.CampaignFile, phrases: Mapping[str, Mapping[str, str]]) -> Campaign:
    """The campaign of a file that `check` has found right.

    `phrases` maps a language to its sentences by code; the file's own [phrases] stand over them.
    """
    about = file.campaign
    zone = ZoneInfo(about.zone)
    return Campaign(
        id=about.id,
        name=about.name,
        language=about.language,
        zone=zone,
        ref_prefix=about.ref_prefix,
        opens=instant(about.opens, zone),
        ends=instant(about.ends, zone),
        categories=tuple(_category(key, file, zone) for key in file.category),
        forms=tuple(_form(key, form, file) for key, form in file.form.items()),
        groups=tuple(Group(key, one.name, one.one_each) for key, one in file.group.items()),
        reports=tuple(_report(key, plan, zone) for key, plan in file.report.items()),
        reminders=_reminders(file.reminders),
        digest_at=about.digest_at,
        milestones=tuple(
            Milestone(key, instant(one.at, zone), one.text, tuple(one.categories))
            for key, one in file.milestone.items()
        ),
        catch_up_hours=about.catch_up_hours,
        report_max_mb=about.report_max_mb,
        subject_example=file.subject.example,
        subject_noise=tuple(file.subject.noise),
        no_unit_words=tuple(file.unit.none_words),
        home_region=about.home_region,
        role_hints={role: tuple(one.words) for role, one in file.role.items()},
        role_labels={role: one.label for role, one in file.role.items()},
        pictures=tuple(_picture(role, one, file) for role, one in file.picture.items()),
        phrases={
            **phrases.get(about.language, {}),
            **{f"label.{key}": one.labels[0] for key, one in file.field.items() if one.labels},
            **dict(flat(file.phrases)),
        },
        texts={key: text.strip() for key, text in file.texts.items()},
        holidays=_holidays(file.workdays),
        workdays=file.workdays.calendar,
    )


def instant(moment: datetime, zone: ZoneInfo) -> datetime:
    """`moment` as an aware datetime in `zone`."""
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


def flat(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    """The texts of nested tables under keys joined with dots: [field] missing = "…" is "field.missing"."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, str(value)


def form_fields(form: form_tables.FormTable, file: schema.CampaignFile) -> tuple[Field, ...]:
    """The form's fields, each as in [field.…] with what the form changes. Ids without a table are left out."""
    found = []
    for key in form.fields:
        if key not in file.field:
            continue
        change = form.field.get(key, form_tables.FieldChange()).model_dump(exclude_unset=True)
        one = file.field[key].model_copy(update=change)
        found.append(Field(key, tuple(one.labels), one.kind, one.beside, one.pattern, one.combine, one.max_chars))
    return tuple(found)


def _form(key: str, form: form_tables.FormTable, file: schema.CampaignFile) -> Form:
    rows = tuple(tuple(Cell(cell.text, cell.field, cell.across, cell.down) for cell in row) for row in form.rows)
    return Form(key, form.title, form_fields(form, file), tuple(form.required), rows)


def picture_fields(page: picture_tables.PictureTable, file: schema.CampaignFile) -> tuple[Field, ...]:
    """The fields of a page: label, kind and neighbour as in [field.…] but for what the page changes; patterns its own.

    Ids without a table are left out.
    """
    found = []
    for key in page.fields:
        if key not in file.field:
            continue
        known, change = file.field[key], page.field.get(key, picture_tables.PictureFieldTable())
        labels = known.labels if change.labels is None else change.labels
        found.append(
            Field(key, tuple(labels), change.kind or known.kind, change.beside or known.beside, change.pattern)
        )
    return tuple(found)


def _picture(role: Role, page: picture_tables.PictureTable, file: schema.CampaignFile) -> Picture:
    return Picture(role, tuple(page.marks), page.fewest, picture_fields(page, file))


def _category(key: str, file: schema.CampaignFile, zone: ZoneInfo) -> Category:
    one = file.category[key]
    closes = one.closes and instant(one.closes, zone)
    text = one.closes_text or (moment_words(closes, file.campaign.language, zone) if closes else "")
    return Category(
        id=key,
        name=one.name,
        aliases=tuple(one.aliases),
        applicant=one.applicant,
        group=one.group,
        form=one.form,
        requirements=tuple(_requirement(name, file.requirement[name]) for name in one.must_attach),
        rules=tuple(_rule(name, rule) for name, rule in one.rule.items()),
        ranking=tuple(RankKey(step.by, step.first in ("highest", "latest")) for step in one.ranking),
        quota=_quota(one.quota),
        opens=one.opens and instant(one.opens, zone),
        closes=closes,
        closes_text=text,
        update_until=one.update_until and instant(one.update_until, zone),
        cut=_cut(one.cut, zone),
        probation=_probation(one.probation),
        notes=tuple(one.notes),
        reviewer_notes=tuple(one.reviewer_notes),
        form_note=one.form_note,
    )


def _requirement(key: str, one: form_tables.RequirementTable) -> Requirement:
    return Requirement(one.role or Role(key), one.label, one.ask, one.without_unit)


def _rule(key: str, one: category_tables.RuleTable) -> Rule:
    return Rule(key, one.must, one.text, one.severity, reads(one.must), one.as_of)


def _quota(one: category_tables.QuotaTable | None) -> Quota | None:
    return None if one is None else Quota(one.number, one.whose, one.per_period)


def _cut(one: category_tables.CutTable | None, zone: ZoneInfo) -> MonthlyCut | None:
    return None if one is None else MonthlyCut(one.day, one.at, one.first and instant(one.first, zone))


def _probation(one: category_tables.ProbationTable | None) -> Probation | None:
    return None if one is None else Probation(one.days, one.task, one.term_months, one.duty)


def _report(key: str, plan: schema.ReportTable, zone: ZoneInfo) -> ReportPlan:
    return ReportPlan(
        id=key,
        title=plan.title,
        kind=plan.kind,
        categories=tuple(plan.categories),
        audience=plan.audience,
        weekdays=tuple(plan.weekdays),
        at=plan.at,
        on=tuple(sorted(instant(moment, zone) for moment in plan.on)),
        after_cuts=plan.after_cuts,
        alarms=tuple(sorted(instant(moment, zone) for moment in plan.alarms)),
        when_empty=plan.when_empty,
    )


def _reminders(one: schema.RemindersTable | None) -> ReminderPlan | None:
    if one is None:
        return None
    return ReminderPlan(one.at, tuple(one.working_days_before), one.on_last_working_day, one.most_per_address)


def _holidays(workdays: schema.WorkdaysTable) -> dict[date, bool]:
    return dict.fromkeys(workdays.work, True) | dict.fromkeys(workdays.free, False)
