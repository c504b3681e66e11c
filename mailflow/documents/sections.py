"""Cuts a document into the forms that may stand in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from mailflow.documents.grid import Grid, Sheet, stack
from mailflow.documents.labels import Vocabulary, keys_of
from mailflow.documents.titles import categories_in_title

FEWEST_LABELS = 3
"""So many labels make a table a form."""


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a document that may be one form: the lines before its table, the table, the lines after."""

    before: tuple[str, ...]
    grid: Grid
    after: tuple[str, ...] = ()

    def top(self) -> Iterator[str]:
        """The texts that may be a title within the table: alone in one of its first rows."""
        for row in range(2):
            cells = [cell for cell in self.grid.cells if cell.row == row and cell.text.strip()]
            if len(cells) == 1:
                yield from cells[0].text.splitlines()


def sections(sheet: Sheet, words: Vocabulary) -> Iterator[Section]:
    """A table begins a new form where its labels were seen already; else it goes on with the form above it."""
    before: list[str] = []
    lines: list[str] = []
    grids: list[Grid] = []
    seen: set[str] = set()
    repeated = frozenset(_repeated(words))
    for block in sheet.blocks:
        if isinstance(block, str):
            lines.append(block)
            continue
        labels = {key for cell in block.cells for key in keys_of(cell.text) if key in words.fixed} - repeated
        if grids and (seen & labels or categories_in_title(lines, words)):
            yield Section(tuple(before), stack(grids))
            before, grids, seen = [], [], set()
        before += lines
        lines = []
        grids.append(block)
        seen |= labels if len(labels) >= FEWEST_LABELS else set()
    if grids:
        yield Section(tuple(before), stack(grids), tuple(lines))
    elif lines:
        yield Section(tuple(lines), Grid(()))


def _repeated(words: Vocabulary) -> Iterator[str]:
    """What stands more than once on one form (two ranks, several days): seeing it again begins no other form."""
    for form in words.forms:
        counts = Counter(key for row in form.form.rows for cell in row for key in set(keys_of(cell.text)))
        yield from (key for key, count in counts.items() if count > 1)
        yield from (key for one in form.form.fields if one.beside is not None for key in form.keys[one.id])
