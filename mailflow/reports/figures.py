"""What a report's letter says in figures: totals, a line a category with its bar, what was corrected, what waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailflow.letters.masking import shown
from mailflow.model.campaign import Campaign
from mailflow.reports.columns import changes
from mailflow.reports.roster import NEEDS_ATTENTION, Roster
from mailflow.reports.rows import Section, Standing
from mailflow.reports.words import Words

MOST_NAMES = 12


@dataclass(frozen=True, slots=True)
class Line:
    """A category's line in the letter's table; bars are percents of the table's widest one."""

    name: str
    applicant: str
    new: int
    corrections: int
    total: int
    ready: int
    waiting: int
    quota: int | None
    bar_new: int
    bar_old: int

    @property
    def bar_rest(self) -> int:
        """What is left of the bar's room."""
        return 100 - self.bar_new - self.bar_old

    @property
    def beyond(self) -> int:
        """How many more are ready than the quota has places."""
        return max(0, self.ready - self.quota) if self.quota is not None else 0


def summary_values(roster: Roster, campaign: Campaign, words: Words, *, for_organiser: bool) -> Mapping[str, object]:
    """What the summary says, whoever reads it."""
    corrected = [
        {
            "number": f"{row.number:03d}",
            "applicant": shown(row.entry.applicant, 40),
            "category": section.category.name,
            "changes": [shown(one, 80) for one in changes(row, section.category, campaign, words)],
        }
        for section in roster.sections
        for row in section.rows
        if row.standing is Standing.CORRECTION
    ]
    return {
        "series": words.say("letter.series", series=roster.series) if roster.series else "",
        "issue": words.say("letter.issue", series=roster.series) if roster.series else "",
        "title": roster.title,
        "span": words.span(roster.since, roster.until),
        "until": words.moment(roster.until),
        "lines": _lines(roster, show_waiting=for_organiser),
        "new": words.counted(roster.new, roster.categories),
        "new_number": roster.new,
        "corrections": words.counted(roster.corrections, roster.categories),
        "corrections_number": roster.corrections,
        "total": words.counted(roster.total, roster.categories),
        "total_number": f"{roster.total:,}",
        "gone": words.counted(roster.gone, roster.categories) if roster.gone else "",
        "ready": words.counted(len(roster.rows), roster.categories),
        "ready_number": len(roster.rows),
        "corrected": corrected[:MOST_NAMES],
        "more_corrected": max(0, len(corrected) - MOST_NAMES),
        "waiting": _waiting(roster, words),
        "waiting_number": len(roster.attention),
    }


def _lines(roster: Roster, *, show_waiting: bool) -> list[Line]:
    waiting = {
        one.category.id: sum(two.entry.category == one.category.id for two in roster.attention)
        for one in roster.sections
    }
    pale = {one.category.id: _second(roster, one, waiting[one.category.id] * show_waiting) for one in roster.sections}
    widest = max([1, *(_first(roster, one) + pale[one.category.id] for one in roster.sections)])
    return [
        Line(
            name=one.category.name,
            applicant=one.category.applicant,
            new=one.new,
            corrections=one.corrections,
            total=one.total,
            ready=len(one.rows),
            waiting=waiting[one.category.id],
            quota=one.category.quota.number if one.category.quota else None,
            bar_new=_percent(_first(roster, one), widest),
            bar_old=_percent(pale[one.category.id], widest),
        )
        for one in roster.sections
    ]


def _first(roster: Roster, section: Section) -> int:
    """The dark part of a bar: what is new, or ready."""
    return len(section.rows) if roster.is_selection else section.new


def _second(roster: Roster, section: Section, waiting: int) -> int:
    """The pale part: what was reported before, or waits."""
    return waiting if roster.is_selection else max(0, section.total - section.new)


def _percent(number: int, widest: int) -> int:
    return number * 100 // widest if number * 100 >= widest else min(number, 1)


def _waiting(roster: Roster, words: Words) -> list[str]:
    found = []
    for status in NEEDS_ATTENTION:
        number = sum(one.entry.status is status for one in roster.attention)
        if number:
            found.append(words.say("letter.waiting", status=words.say(f"status.{status}"), number=number))
    if roster.questioned:
        found.append(words.say("letter.questioned", number=len(roster.questioned)))
    return found
