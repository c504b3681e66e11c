"""The columns of a workbook's sheets: heading, width, and what stands in each row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from mailflow.campaign.periods import period_label
from mailflow.model.campaign import Campaign, Category
from mailflow.model.entry import KnownEntry
from mailflow.model.facts import Value
from mailflow.model.form import Field, FieldKind
from mailflow.reports.bundle import BundleFile
from mailflow.reports.roster import Roster
from mailflow.reports.rows import Attention, RosterRow, Section, Standing
from mailflow.reports.words import Words, headings, is_number, shown_fields, why

Row = TypeVar("Row")
SENTENCE, PARAGRAPH = 30, 400  # characters from which a field's column is wider


class Look(StrEnum):
    """How a column's cells are set."""

    AMOUNT = "amount"
    SHARE = "share"
    COUNT = "count"
    CENTRE = "centre"
    TEXT = "text"
    LONG = "long"
    FILL_IN = "fill-in"


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column. `width` bounds its width in characters (Chinese ones count two).

    `field` is the id of the form's field it shows, `choices` what may be filled in, `is_name` the column up to which
    the sheet stands still, `link` where a cell leads (a path of our own making, relative to the workbook).
    """

    heading: str
    value: Callable[[Row], Value | None]
    look: Look = Look.TEXT
    width: tuple[int, int] = (8, 20)
    field: str | None = None
    choices: tuple[str, ...] = ()
    link: Callable[[Row], str | None] | None = None
    shows_standing: bool = False
    is_name: bool = False


def roster_columns(
    roster: Roster,
    section: Section,
    campaign: Campaign,
    words: Words,
    bundled: Mapping[str, tuple[BundleFile, ...]] | None,
) -> tuple[Column[RosterRow], ...]:
    """A category's sheet: number, what is new, the form's fields in its order, our notes, the reviewer's columns.

    `bundled` are the files that go along, by ref; None in the organisers' copy, which names what is held instead.
    """
    head = words.say
    return (
        Column(head("column.number"), lambda row: row.number, Look.COUNT, (6, 7)),
        *_order(roster, section.category, words),
        Column(
            head(f"column.{section.category.applicant}"), lambda row: row.entry.applicant, width=(9, 24), is_name=True
        ),
        *_period(section.category, campaign, words),
        *_fields(campaign, section),
        Column(head("column.unit"), lambda row: unit_of(row.entry), width=(9, 13)),
        Column(head("column.ref"), lambda row: row.entry.ref, Look.CENTRE, (11, 14)),
        Column(head("column.arrived"), lambda row: words.instant(row.entry.arrived_at), Look.CENTRE, (11, 11)),
        Column(head("column.complete"), lambda row: _complete(row, words), Look.CENTRE, (11, 11)),
        Column(head("column.findings"), lambda row: "\n".join(why(row.entry)), Look.LONG, (10, 24)),
        *_files(campaign, words, bundled),
        Column(
            head("column.review"),
            lambda _: None,
            Look.FILL_IN,
            (8, 8),
            choices=(head("review.pass"), head("review.return")),
        ),
        Column(head("column.reason"), lambda _: None, Look.FILL_IN, (12, 12)),
    )


def cumulative_columns(campaign: Campaign, words: Words) -> tuple[Column[tuple[Section, RosterRow]], ...]:
    """The cumulative sheet: everyone ever reported, and what changed with this report."""
    head = words.say
    return (
        Column(head("column.number"), lambda one: one[1].number, Look.COUNT, (6, 7)),
        Column(head("column.category"), lambda one: one[0].category.name, width=(10, 20)),
        Column(head("column.applicant"), lambda one: one[1].entry.applicant, width=(9, 24), is_name=True),
        Column(head("column.study-id"), lambda one: one[1].entry.study_id, width=(10, 16)),
        Column(head("column.unit"), lambda one: unit_of(one[1].entry), width=(9, 24)),
        Column(head("column.ref"), lambda one: one[1].entry.ref, Look.CENTRE, (11, 14)),
        Column(head("column.arrived"), lambda one: words.instant(one[1].entry.arrived_at), Look.CENTRE, (17, 17)),
        Column(
            head("column.standing"), lambda one: words.say(f"standing.{one[1].standing}"),
            Look.CENTRE, (8, 16), shows_standing=True,
        ),
        Column(
            head("column.changes"), lambda one: "\n".join(changes(one[1], one[0].category, campaign, words)),
            Look.LONG, (24, 50),
        ),
    )  # fmt: skip


def attention_columns(campaign: Campaign, words: Words) -> tuple[Column[Attention], ...]:
    """The organisers' second sheet: what waits for its sender or for a person, and why."""
    head = words.say
    return (
        Column(head("column.category"), lambda one: campaign.category(one.entry.category).name, width=(10, 20)),
        Column(head("column.applicant"), lambda one: one.entry.applicant, width=(9, 24), is_name=True),
        Column(head("column.unit"), lambda one: unit_of(one.entry), width=(9, 24)),
        Column(head("column.status"), lambda one: words.say(f"status.{one.entry.status}"), Look.CENTRE, (8, 20)),
        Column(head("column.why"), lambda one: "\n".join(one.why), Look.LONG, (24, 60)),
        Column(head("column.compared"), lambda one: "\n".join(_differing(one.entry, words)), Look.LONG, (14, 30)),
        Column(head("column.ref"), lambda one: one.entry.ref, Look.CENTRE, (11, 14)),
        Column(head("column.sender"), lambda one: one.entry.sender, width=(12, 26)),
        Column(head("column.arrived"), lambda one: words.instant(one.entry.arrived_at), Look.CENTRE, (17, 17)),
        Column(head("column.updated"), lambda one: words.instant(one.entry.updated_at), Look.CENTRE, (17, 17)),
    )


def changes(row: RosterRow, category: Category, campaign: Campaign, words: Words) -> tuple[str, ...]:
    """What a corrected row says now and said before, a sentence for each field; one sentence if only files are new."""
    if row.standing is not Standing.CORRECTION:
        return ()
    labels = headings(campaign.form(category.form).fields)
    told = tuple(
        words.say(
            "change.value",
            label=labels.get(one, one),
            before=words.value(row.before.get(one)) or words.say("change.nothing"),
            after=words.value(row.entry.fields.get(one)) or words.say("change.nothing"),
        )
        for one in row.changed
    )
    return told or (words.say("change.files"),)


def unit_of(entry: KnownEntry) -> str:
    """The unit that reports an applicant: known by its address, or as the form says."""
    return entry.unit or str(entry.fields.get("unit", ""))


def _differing(entry: KnownEntry, words: Words) -> tuple[str, ...]:
    """What form and picture have otherwise, both values side by side."""
    return tuple(
        words.say("mark.compared", label=one.label, form=one.form, picture=one.picture) for one in entry.differing
    )


def _order(roster: Roster, category: Category, words: Words) -> tuple[Column[RosterRow], ...]:
    """Whether a row is new or corrected; in a selection, its place in the reference order."""
    if not roster.is_selection:
        standing = words.say("column.standing")
        return (Column(standing, lambda row: words.say(f"standing.{row.standing}"), Look.CENTRE, (6, 12)),)
    place: Column[RosterRow] = Column(words.say("column.place"), lambda row: row.place, Look.COUNT, (6, 7))
    reason: Column[RosterRow] = Column(words.say("column.order"), lambda row: row.reason, Look.LONG, (14, 24))
    if category.quota is None or not category.ranking:
        return (place, reason)
    quota: Column[RosterRow] = Column(
        words.say("column.quota", number=category.quota.number),
        lambda row: words.say("quota.within" if row.within_quota else "quota.beyond"),
        Look.CENTRE,
        (8, 10),
    )
    return (place, quota, reason)


def _name(category: Category, words: Words) -> Column[RosterRow]:
    return Column(
        words.say(f"column.{category.applicant}"), lambda row: row.entry.applicant, width=(9, 24), is_name=True
    )


def _period(category: Category, campaign: Campaign, words: Words) -> tuple[Column[RosterRow], ...]:
    """Which month an entry belongs to, where the category has monthly cuts."""
    if category.cut is None:
        return ()
    heading = words.say("column.period")
    return (Column(heading, lambda row: period_label(category, row.entry.period, campaign.language), width=(9, 16)),)


def _fields(campaign: Campaign, section: Section) -> tuple[Column[RosterRow], ...]:
    """The form's fields; the unit has a column of its own."""
    named = headings(campaign.form(section.category.form).fields)
    return tuple(
        _field(one, named[one.id], max((len(str(row.entry.fields.get(one.id, ""))) for row in section.rows), default=0))
        for one in shown_fields(campaign, section.category)
        if one.id != "unit"
    )


def _field(field: Field, heading: str, longest: int) -> Column[RosterRow]:
    look, width = Look.TEXT, (8, 14)
    if is_number(field):
        look, width = Look.SHARE if field.kind is FieldKind.PERCENT else Look.AMOUNT, (7, 9)
    elif field.kind is FieldKind.DATE:
        look, width = Look.CENTRE, (11, 11)
    elif field.kind in (FieldKind.DIGITS, FieldKind.MOBILE):
        look, width = Look.TEXT, (12, 13)
    elif longest > SENTENCE or field.max_chars:
        look, width = Look.LONG, (20, 60 if longest > PARAGRAPH else 30)
    return Column(heading, lambda row: row.entry.fields.get(field.id), look, width, field=field.id)


def _files(
    campaign: Campaign, words: Words, bundled: Mapping[str, tuple[BundleFile, ...]] | None
) -> tuple[Column[RosterRow], ...]:
    """Where a row's files stand in the bundle, and a link there that shows none of a sender's text."""
    if bundled is None:
        return (Column(words.say("column.held-files"), lambda row: _held(row, campaign, words), Look.LONG, (14, 24)),)

    def listed(row: RosterRow) -> str:
        files = bundled.get(row.entry.ref, ())
        return "\n".join([f"{files[0].folder}/", *(one.name for one in files)]) if files else words.say("file.none")

    def link(row: RosterRow) -> str | None:
        files = bundled.get(row.entry.ref, ())
        return files[0].folder if files else None

    return (
        Column(words.say("column.files"), listed, Look.LONG, (18, 26)),
        Column(
            words.say("column.open"),
            lambda row: words.say("file.open") if link(row) else None,
            Look.CENTRE,
            (6, 6),
            link=link,
        ),
    )


def _held(row: RosterRow, campaign: Campaign, words: Words) -> str:
    labels = (campaign.role_labels.get(one.role) or words.say(f"role.{one.role}") for one in row.entry.files)
    return "\n".join(dict.fromkeys(labels))


def _complete(row: RosterRow, words: Words) -> str | None:
    return words.instant(row.entry.complete_at) if row.entry.complete_at else None
