"""What a scanned or photographed form says: its pages laid out as a document again, and read by its labels.

What is read so comes from a picture: it is told as `FileFacts.scan` and proves nothing alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from mailflow.documents.cells import boxed
from mailflow.documents.grid import Grid, GridCell, Sheet
from mailflow.documents.labels import Vocabulary, vocabulary
from mailflow.documents.layout import fullest, read_forms
from mailflow.documents.pieces import Row, label_pattern, pieces, rows
from mailflow.documents.values import squeeze
from mailflow.model.campaign import Campaign
from mailflow.model.facts import FormReading
from mailflow.model.sight import Line, Page, Seal

FEWEST_OF_ITS_OWN = 4
FEWEST_UNDER_A_TITLE = 2
"""So many labels that stand on no other known page tell a form, without and with its title."""


def read_scan(pages: Sequence[Page], campaign: Campaign) -> FormReading | None:
    """The form that stands on these pages, None where there is none. Of several, the one with most values.

    A page of labels is a form where its title says so or labels are on it that no picture of another page has.
    """
    words = vocabulary(campaign)
    sheet = Sheet(tuple(block for page in pages for block in _blocks(page, words)))
    reading = fullest(read_forms(sheet, campaign))
    if reading is None:
        return None
    fewest = FEWEST_UNDER_A_TITLE if reading.categories else FEWEST_OF_ITS_OWN
    return reading if _own_labels(sheet, campaign, words) >= fewest else None


def seal_on(pages: Iterable[Page]) -> Seal:
    """Whether any of the pages bears a seal; absent only where that can be told of each of them."""
    seals = {page.seal for page in pages}
    if Seal.PRESENT in seals:
        return Seal.PRESENT
    return Seal.ABSENT if seals == {Seal.ABSENT} else Seal.UNKNOWN


def _own_labels(sheet: Sheet, campaign: Campaign, words: Vocabulary) -> int:
    """How many different labels of forms stand in the sheet that are not on a known page."""
    elsewhere = {
        squeeze(text)
        for picture in campaign.pictures
        for text in (*picture.marks, *(label for one in picture.fields for label in one.labels))
    }
    texts = [*sheet.lines, *(cell.text for grid in sheet.grids for cell in grid.cells)]
    found = {squeeze(text) for text in texts if words.is_fixed(text)}
    found |= {key for text in texts for key, _ in words.inline_values(text)}
    return len(found - elsewhere)


def _blocks(page: Page, words: Vocabulary) -> Iterator[str | Grid]:
    """A page as lines above its table, the table, and lines below it."""
    if page.boxes:
        above, grid, below = boxed(page)
        yield from above
        yield grid
        yield from below
        return
    yield from _unboxed(page.lines, words)


def _unboxed(lines: Iterable[Line], words: Vocabulary) -> Iterator[str | Grid]:
    """Without ruled cells: a table of the rows from the first label on, with each label in a cell of its own."""
    labels = {label for form in words.forms for one in form.form.fields for label in one.labels}
    pattern = label_pattern(labels, within=True)
    cut = [_cells(row, pattern) for row in rows(lines)]
    first = next((number for number, texts in enumerate(cut) if any(is_label for _, is_label in texts)), len(cut))
    yield from (" ".join(text for text, _ in texts) for texts in cut[:first])
    if first < len(cut):
        yield Grid(
            tuple(
                GridCell(text, row, column)
                for row, texts in enumerate(cut[first:])
                for column, (text, _) in enumerate(texts)
            )
        )


def _cells(row: Row, pattern: re.Pattern[str]) -> list[tuple[str, bool]]:
    return [(piece.text, piece.label is not None) for piece in pieces([row], pattern)]
