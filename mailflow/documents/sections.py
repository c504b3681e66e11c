"""Cuts a document into the forms that may stand in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from mailflow.documents.grid import Grid, Sheet, grid_from_rows, stack
from mailflow.documents.labels import Vocabulary, keys_of
from mailflow.documents.titles import categories_in_title

FEWEST_LABELS = 3
"""So many labels make a table a form."""
_WIDE_BLANK = re.compile(r"[ \u3000]*\t[ \u3000\t]*|[ \u3000]{2,}")


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
    """A table begins a new form where its labels were seen already; else it goes on with the form above it.

    Within a table, and in a document without any, a new form begins where the first label comes again.
    """
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
            yield from _cut(Section(tuple(before), stack(grids)), words)
            before, grids, seen = [], [], set()
        before += lines
        lines = []
        grids.append(block)
        seen |= labels if len(labels) >= FEWEST_LABELS else set()
    if grids:
        yield from _cut(Section(tuple(before), stack(grids), tuple(lines)), words)
    elif lines:
        yield from _in_lines(lines, words)


def _cut(section: Section, words: Vocabulary) -> Iterator[Section]:
    """The forms that stand one under the other in one table, each from the row of its first label, or its title's."""
    starts = _starts(section.grid, words)
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else section.grid.height
        cells = (one for one in section.grid.cells if start <= one.row < end)
        part = Grid(tuple(replace(one, row=one.row - start) for one in cells)) if len(starts) > 1 else section.grid
        yield Section(section.before, part, section.after if number + 1 == len(starts) else ())


def _starts(grid: Grid, words: Vocabulary) -> list[int]:
    """The rows where a form begins: the first, and where the table's first label stands again in the same column."""
    labels = [(key, one) for one in grid.cells for key in keys_of(one.text)[:1] if key in words.fixed]
    if not labels:
        return [0]
    first, where = labels[0]
    again = [one.row for key, one in labels if key == first and one.column == where.column and one.row > where.row]
    return [0, *(row - 1 if _is_heading(grid, row - 1, words) else row for row in again)]


def _is_heading(grid: Grid, row: int, words: Vocabulary) -> bool:
    texts = [one.text for one in grid.cells if one.row == row and one.text.strip()]
    return len(texts) == 1 and bool(categories_in_title(texts, words))


def _in_lines(lines: Sequence[str], words: Vocabulary) -> Iterator[Section]:
    """The forms of a document without tables: cells parted by tabs or wide blanks, values below or behind labels."""
    starts = [0]
    first: str | None = None
    for number, line in enumerate(lines):
        key = _first_key(line, words)
        if first is None:
            first = key
        elif key == first:
            titled = number > 0 and bool(categories_in_title([lines[number - 1]], words))
            starts.append(number - 1 if titled else number)
    for start, end in pairwise([*starts, len(lines)]):
        rows = [_cells(line, words) for line in lines[start:end]]
        whole = tuple(line for line, cells in zip(lines[start:end], rows, strict=True) if len(cells) < 2)
        yield Section(whole, grid_from_rows(rows))


def _first_key(line: str, words: Vocabulary) -> str | None:
    """The label a line begins with, None where it begins with none."""
    own = next((key for key in keys_of(_pieces(line)[0]) if key in words.fixed), None)
    return own or next((key for key, _ in words.inline_values(line)[:1]), None)


def _cells(line: str, words: Vocabulary) -> list[str]:
    """The cells of a line that was a table's row; a line that is one cell; nothing for "label: value"."""
    pieces = _pieces(line)
    if len(pieces) > 1 and ("\t" in line or words.is_fixed(pieces[0])):
        return pieces
    return [line.strip()] if words.is_fixed(line) or not words.inline_values(line) else [""]


def _pieces(line: str) -> list[str]:
    return _WIDE_BLANK.split(line.strip())


def _repeated(words: Vocabulary) -> Iterator[str]:
    """What stands more than once on one form (two ranks, several days): seeing it again begins no other form."""
    for form in words.forms:
        counts = Counter(key for row in form.form.rows for cell in row for key in set(keys_of(cell.text)))
        yield from (key for key, count in counts.items() if count > 1)
        yield from (key for one in form.form.fields if one.beside is not None for key in form.keys[one.id])
