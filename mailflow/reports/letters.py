"""The letters of a report: the first with summary and workbook, one more for each further zip of forms.

The organisers' copy is one letter with its own workbook; the forms themselves lie in their data folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from mailflow.letters.frame import frame
from mailflow.letters.masking import shown
from mailflow.letters.render import render
from mailflow.model.campaign import Campaign
from mailflow.model.letter import Correspondent, Letter, LetterKind, Part
from mailflow.reports.bundle import BundlePlan, manifest, paths, plan_bundles, stem, write_bundle
from mailflow.reports.figures import MOST_NAMES, summary_values
from mailflow.reports.roster import Roster
from mailflow.reports.words import Words, words_of
from mailflow.reports.workbook import write_workbook

MEGABYTE = 1_000_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def compose_report(
    roster: Roster,
    campaign: Campaign,
    *,
    correspondent: Correspondent,
    to: str,
    for_organiser: bool,
    content_of: Callable[[str], bytes],
    now: datetime,
    held: bool,
) -> tuple[Letter, ...]:
    """All letters of `roster` to the address `to`; `content_of` gives a filed file's bytes by SHA-256.

    With nobody to report it is one short letter that says so (whether it is sent is the plan's business). Memory:
    all zips at once; `report_letters` makes them one at a time.
    """
    return tuple(
        report_letters(
            roster,
            campaign,
            correspondent=correspondent,
            to=to,
            for_organiser=for_organiser,
            content_of=content_of,
            now=now,
            held=held,
        )
    )


def report_letters(
    roster: Roster,
    campaign: Campaign,
    *,
    correspondent: Correspondent,
    to: str,
    for_organiser: bool,
    content_of: Callable[[str], bytes],
    now: datetime,
    held: bool,
) -> Iterator[Letter]:
    """As `compose_report`, one letter after the other, each with its zip built when it is asked for."""
    words = words_of(campaign)
    book = _workbook(roster, campaign, words, for_organiser=for_organiser)
    plans = () if for_organiser else _plans(roster, campaign, book)
    of = max(1, len(plans))
    values: dict[str, object] = {
        **frame(correspondent, campaign, now),
        **summary_values(roster, campaign, words, for_organiser=for_organiser),
        "for_organiser": for_organiser,
        "workbook": book.filename if book else "",
        "bundles": [_Bundle.of(one, roster, words) for one in plans if one.files],
        "without_files": _without_files(roster, campaign),
        "of": of,
    }
    for number, plan in enumerate(plans or (None,), start=1):
        parts = [*([book] if book and number == 1 else []), *_bundle_parts(plan, words, content_of)]
        name = _template(roster, number)
        values |= {"k": number, "bundle": plan and _Bundle.of(plan, roster, words)}
        letter = render(name, campaign.language, values)
        yield Letter(
            key=f"report:{roster.occurrence.id}:{to}:{number}of{of}",
            kind=LetterKind.REPORT,
            to=to,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            parts=tuple(parts),
            held=held,
        )


@dataclass(frozen=True, slots=True)
class _Bundle:
    """A zip as the letter speaks of it."""

    filename: str
    applicants: str
    megabytes: str
    too_large: tuple[str, ...]

    @classmethod
    def of(cls, plan: BundlePlan, roster: Roster, words: Words) -> _Bundle:
        size = sum(one.size for one in plan.files) / MEGABYTE
        too_large = tuple(one.path for one in plan.files if one.is_too_large)
        applicants = words.counted(plan.applicants, roster.categories)
        return cls(plan.filename, applicants, f"{size:.1f}" if size >= 0.1 else "0.1", too_large)


def _template(roster: Roster, number: int) -> str:
    if number > 1:
        return "report-more"
    if roster.is_recommendation:
        return "recommendation"
    return "closing" if roster.is_selection else "report"


def _workbook(roster: Roster, campaign: Campaign, words: Words, *, for_organiser: bool) -> Part | None:
    """The workbook; none where there is nobody in it."""
    if roster.is_empty and not (for_organiser and (roster.attention or roster.questioned)):
        return None
    key = "bundle.workbook-organiser" if for_organiser else "bundle.workbook"
    content = write_workbook(roster, campaign, for_organiser=for_organiser)
    return Part(words.say(key, name=stem(roster, words, "list")), XLSX, content)


def _plans(roster: Roster, campaign: Campaign, book: Part | None) -> tuple[BundlePlan, ...]:
    extra = len(book.content) if book else 0
    return plan_bundles(roster, campaign, max_bytes=campaign.report_max_mb * MEGABYTE, first_extra=extra)


def _bundle_parts(plan: BundlePlan | None, words: Words, content_of: Callable[[str], bytes]) -> list[Part]:
    if plan is None or not plan.files:
        return []
    return [Part(plan.filename, "application/zip", write_bundle(plan, content_of)), manifest(plan, words)]


def _without_files(roster: Roster, campaign: Campaign) -> list[str]:
    bundled = paths(roster, campaign)
    return [shown(row.entry.applicant, 40) for row in roster.rows if row.entry.ref not in bundled][:MOST_NAMES]
