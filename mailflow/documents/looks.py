"""Facts of a file from the sight of it: what a picture shows, what a scan says, what a document became."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mailflow.documents.grid import Sheet
from mailflow.documents.scans import read_scan, seal_on
from mailflow.documents.screens import has_few_words, read_screen
from mailflow.documents.values import squeeze
from mailflow.model.campaign import Campaign
from mailflow.model.facts import FileFacts, Role, Shown
from mailflow.model.sight import Look, Sight

MOST_STAMPED_LETTERS = 40
"""A scanner's own line ("made with …") has fewer letters: a PDF with no other text is a scan."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What slow looks brought so far, by the SHA-256 of the file: sights, and documents converted to docx."""

    sights: Mapping[str, Sight] = field(default_factory=dict)
    converted: Mapping[str, bytes] = field(default_factory=dict)

    def sight(self, sha256: str, look: Look) -> Sight | None:
        """What a look of that kind showed of a file, None where none was taken."""
        sight = self.sights.get(sha256)
        return sight if sight is not None and sight.look is look else None


def is_scan(sheet: Sheet) -> bool:
    """Whether a PDF holds pictures of pages and hardly any text."""
    letters = sum(len(squeeze(line)) for line in sheet.lines)
    letters += sum(len(squeeze(cell.text)) for grid in sheet.grids for cell in grid.cells)
    return letters == 0 or (sheet.pictures > 0 and letters <= MOST_STAMPED_LETTERS)


def failed(facts: FileFacts, sight: Sight) -> FileFacts:
    """A file that could not be looked at: its problem. The form's own is that it cannot be read."""
    unread = sight.problem == "attachment.unreadable" and facts.role is Role.FORM
    return replace(facts, problem="form.unreadable" if unread else sight.problem, detail=sight.detail)


def looked_at(facts: FileFacts, sight: Sight, campaign: Campaign) -> FileFacts:
    """A picture or scan that was looked at. What is read in it tells its role; its name where that tells nothing."""
    facts = replace(facts, pixels=sight.pixels)
    if sight.problem is not None:
        return failed(facts, sight)
    blurred = any(page.blurred for page in sight.pages)
    scan = read_scan(sight.pages, campaign)
    if scan is not None:
        shown = Shown(Role.FORM_SCAN, blurred=blurred)
        return replace(facts, role=Role.FORM_SCAN, told_by="content", scan=scan, seal=seal_on(sight.pages), shown=shown)
    pages = [read_screen(page, campaign) for page in sight.pages]
    shown = next((one for one in pages if one.role is not Role.UNKNOWN), Shown(Role.UNKNOWN, blurred=blurred))
    facts = replace(facts, shown=shown)
    if shown.role is not Role.UNKNOWN:
        return replace(facts, role=shown.role, told_by="content")
    if facts.role is Role.FORM_SCAN:
        return replace(facts, seal=seal_on(sight.pages))
    return _photo(facts, sight, campaign)


def _photo(facts: FileFacts, sight: Sight, campaign: Campaign) -> FileFacts:
    """A sharp picture without words, of which its name tells nothing, is taken for a photograph where one is known.

    That nothing is read in it tells little: the role stays told by nothing.
    """
    is_bare = sight.look is Look.PICTURE and all(has_few_words(page) and not page.blurred for page in sight.pages)
    if is_bare and facts.told_by == "nothing" and Role.PHOTO in campaign.role_labels:
        return replace(facts, role=Role.PHOTO)
    return facts
