"""Who stands in a report. The ledger decides, not the clock: what was accepted and not yet reported.

So each version of an entry is in exactly one report, whenever the daemon was started or stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailflow.model.campaign import Campaign, Category
from mailflow.model.entry import REPORTABLE, EntryStatus, KnownEntry
from mailflow.model.facts import Value
from mailflow.model.occurrence import Occurrence
from mailflow.reports.ranking import rank
from mailflow.reports.rows import Attention, RosterRow, Section, Standing
from mailflow.reports.words import why

__all__ = ["Attention", "Roster", "RosterRow", "Section", "Standing", "build_roster", "is_due"]

NEEDS_ATTENTION = (EntryStatus.HELD, EntryStatus.LATE, EntryStatus.INELIGIBLE, EntryStatus.INCOMPLETE)
GONE = frozenset({EntryStatus.WITHDRAWN, EntryStatus.RETURNED})


@dataclass(frozen=True, slots=True)
class Roster:
    """A report's content. `series` is the 第N期 number, 0 for none; `since` is None in a first report.

    `is_selection`: all reportable entries in reference order (recommendations, closing lists for organisers),
    whether reported or not; a roster of that kind reports nothing in the sense of the ledger. `attention`: what is not
    accepted, `questioned`: what is, and has something in it that a reviewer should compare.
    """

    occurrence: Occurrence
    title: str
    series: int
    since: datetime | None
    until: datetime
    is_selection: bool
    is_recommendation: bool
    sections: tuple[Section, ...]
    attention: tuple[Attention, ...] = ()
    questioned: tuple[Attention, ...] = ()

    @property
    def rows(self) -> tuple[RosterRow, ...]:
        """All rows, by category in the campaign's order."""
        return tuple(row for section in self.sections for row in section.rows)

    @property
    def categories(self) -> tuple[Category, ...]:
        """The categories it covers, in the campaign's order."""
        return tuple(section.category for section in self.sections)

    @property
    def new(self) -> int:
        """How many stand in a report for the first time."""
        return sum(section.new for section in self.sections)

    @property
    def corrections(self) -> int:
        """How many were reported before and have changed."""
        return sum(section.corrections for section in self.sections)

    @property
    def total(self) -> int:
        """How many were reported so far and still stand."""
        return sum(section.total for section in self.sections)

    @property
    def gone(self) -> int:
        """How many of those reported were withdrawn or returned."""
        return sum(section.gone for section in self.sections)

    @property
    def is_empty(self) -> bool:
        """Whether there is nobody to report."""
        return not self.rows


def build_roster(
    *,
    occurrence: Occurrence,
    campaign: Campaign,
    entries: Sequence[KnownEntry],
    next_number: int,
    series: int,
    since: datetime | None,
    until: datetime,
    earlier: Mapping[str, Mapping[str, Value]],
) -> Roster:
    """The roster of `occurrence` from all `entries` of the campaign (those of other categories are left out).

    `series` is the number of the next issue (selections bear none), `next_number` the first free permanent number,
    `earlier` the fields as last reported, by ref. `since` and `until` only describe. Rows are in the order of their
    numbers, in a selection in reference order.
    """
    kinds = {plan.kind for plan in campaign.reports if plan.id in occurrence.plans}
    is_selection = "recommendation" in kinds or ("closing" in kinds and occurrence.audience == "organiser")
    categories = tuple(one for one in campaign.categories if one.id in occurrence.categories)
    numbers = _Numbers(entries, next_number)
    sections = []
    for category in categories:
        own = sorted((one for one in entries if one.category == category.id), key=_first_registered)
        if is_selection:
            rows = _selection(campaign, category, own, numbers)
        else:
            chosen = [one for one in own if is_due(one, category, occurrence.cut)]
            rows = _numbered(campaign, category, chosen, numbers, earlier)
        sections.append(Section(category, rows, _cumulative(rows, own, numbers, earlier)))
    return Roster(
        occurrence=occurrence,
        title=occurrence.title,
        series=0 if is_selection else series,
        since=since,
        until=until,
        is_selection=is_selection,
        is_recommendation="recommendation" in kinds,
        sections=tuple(sections),
        attention=_attention(categories, entries, lambda one: one.status in NEEDS_ATTENTION),
        questioned=_attention(
            categories, entries, lambda one: one.status is EntryStatus.ACCEPTED and bool(one.questions)
        ),
    )


def is_due(entry: KnownEntry, category: Category, cut: datetime | None) -> bool:
    """Whether a report closing at `cut` (None: an ordinary one) has to bring the entry's current version.

    A cut concerns categories with monthly cuts only: a version that arrived at that instant or later belongs to
    the next report, and with it every entry of a period that began there.
    """
    if entry.status not in REPORTABLE:
        return False
    if entry.reported_version is not None and entry.reported_version >= entry.version:
        return False
    return cut is None or category.cut is None or entry.updated_at < cut


def _attention(
    categories: tuple[Category, ...], entries: Sequence[KnownEntry], wanted: Callable[[KnownEntry], bool]
) -> tuple[Attention, ...]:
    return tuple(
        Attention(one, why(one))
        for category in categories
        for one in sorted(entries, key=_first_registered)
        if one.category == category.id and wanted(one)
    )


class _Numbers:
    """Permanent numbers: what an entry has, or the next free one in the order of asking."""

    def __init__(self, entries: Sequence[KnownEntry], next_number: int) -> None:
        self._next = max([next_number, *(one.number + 1 for one in entries if one.number is not None)])
        self._given: dict[str, int] = {}

    def of(self, entry: KnownEntry) -> int:
        if entry.number is not None:
            return entry.number
        if entry.ref not in self._given:
            self._given[entry.ref] = self._next
            self._next += 1
        return self._given[entry.ref]


def _first_registered(entry: KnownEntry) -> tuple[datetime, str]:
    return entry.arrived_at, entry.ref


def _numbered(
    campaign: Campaign,
    category: Category,
    chosen: list[KnownEntry],
    numbers: _Numbers,
    earlier: Mapping[str, Mapping[str, Value]],
) -> tuple[RosterRow, ...]:
    order = [one.id for one in campaign.form(category.form).fields]
    rows = []
    for entry in chosen:
        number = numbers.of(entry)
        if entry.reported_version is None:
            rows.append(RosterRow(number, entry, is_correction=False))
            continue
        before = earlier.get(entry.ref, {})
        known = [*order, *sorted((set(before) | set(entry.fields)) - set(order))] if before else []
        changed = tuple(one for one in known if before.get(one) != entry.fields.get(one))
        rows.append(RosterRow(number, entry, True, changed, before, Standing.CORRECTION))
    return tuple(sorted(rows, key=lambda row: (row.number, row.entry.arrived_at)))


def _selection(
    campaign: Campaign, category: Category, own: list[KnownEntry], numbers: _Numbers
) -> tuple[RosterRow, ...]:
    given = {one.ref: numbers.of(one) for one in own if one.status in REPORTABLE}
    limit = category.quota.number if category.quota and category.ranking else None
    return tuple(
        RosterRow(
            given[place.entry.ref],
            place.entry,
            is_correction=False,
            place=place.place,
            reason=place.reason,
            within_quota=None if limit is None else place.place <= limit,
        )
        for place in rank(campaign, category, own)
    )


def _cumulative(
    rows: tuple[RosterRow, ...],
    own: list[KnownEntry],
    numbers: _Numbers,
    earlier: Mapping[str, Mapping[str, Value]],
) -> tuple[RosterRow, ...]:
    """`rows` and whatever was reported before, with the values that were reported, in the order of numbers."""
    here = {row.entry.ref for row in rows}
    found = list(rows)
    for entry in own:
        if entry.reported_version is None or entry.ref in here:
            continue
        if entry.status in GONE:
            standing = Standing.GONE
        else:
            standing = Standing.REPORTED if entry.version == entry.reported_version else Standing.UPDATING
        as_reported = replace(entry, fields=earlier.get(entry.ref, entry.fields))
        found.append(RosterRow(numbers.of(entry), as_reported, is_correction=False, standing=standing))
    return tuple(sorted(found, key=lambda row: (row.number, row.entry.arrived_at)))
