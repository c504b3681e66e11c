"""A unit's list of applicants: a table with a name in each row, which is no form of anybody."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailflow.documents.grid import Grid, Sheet
from mailflow.documents.labels import Vocabulary, keys_of, vocabulary
from mailflow.documents.titles import categories_in_title, named_categories
from mailflow.documents.values import one_line, squeeze
from mailflow.intake.charset import HAN
from mailflow.intake.names import is_likely_name
from mailflow.model.campaign import Campaign
from mailflow.model.facts import Listed

MOST_LISTED = 500
NAME, STUDY_ID = "name", "study_id"
_HEADING_ROWS = 6
_SHORTEST_ID = 6
_MAY_BE_NAME = re.compile(f"[{HAN}]{{2,4}}")


def read_listing(sheet: Sheet, campaign: Campaign) -> tuple[Listed, ...]:
    """Who stands in the lists of `sheet`: rows under a heading of the name, of two likely names at least.

    The category is that of the row where a cell names one, else that of the list's title.
    """
    words = vocabulary(campaign)
    found: list[Listed] = []
    lines: list[str] = []
    for block in sheet.blocks:
        if isinstance(block, str):
            lines.append(block)
            continue
        rows = list(_rows(block, words, categories_in_title([*lines, *_top(block)], words)))
        if len(rows) > 1:
            found += rows
    return tuple(dict.fromkeys(found))[:MOST_LISTED]


def _top(grid: Grid) -> list[str]:
    """The texts above the headings that may be the list's title."""
    return [one.text for one in grid.cells if one.row < 2 and grid.at(one.row, one.column + one.across) is None]


def _rows(grid: Grid, words: Vocabulary, titled: tuple[str, ...]) -> Iterator[Listed]:
    names = _heading(grid, words, NAME)
    if names is None:
        return
    row, column = names
    study_ids = _heading(grid, words, STUDY_ID)
    for below in range(row + 1, grid.height):
        cell = grid.at(below, column)
        name = "".join(one_line(cell.text).split()) if cell is not None else ""
        study_id = grid.at(below, study_ids[1]) if study_ids is not None else None
        digits = squeeze(study_id.text) if study_id is not None else ""
        rare = not words.is_fixed(name) and _MAY_BE_NAME.fullmatch(name) is not None
        if not is_likely_name(name) and not (rare and (_is_numbered(digits) or _is_counted(grid, below, column))):
            continue
        yield Listed(name, digits if digits.isdigit() else None, _categories(grid, below, words) or titled)


def _is_numbered(study_id: str) -> bool:
    """Whether a 学号 makes a name of what does not read like one, as with a rare surname; 合计 12 is none."""
    return study_id.isdigit() and len(study_id) >= _SHORTEST_ID


def _is_counted(grid: Grid, row: int, column: int) -> bool:
    """Whether the row begins with its number (序号), as those of applicants do."""
    first = grid.at(row, 0) if column > 0 else None
    return first is not None and squeeze(first.text).isdigit()


def _heading(grid: Grid, words: Vocabulary, field: str) -> tuple[int, int] | None:
    """Row and column of the heading of `field`, where it is one of the first rows."""
    wanted = {key for form in words.forms for key in form.keys.get(field, ())}
    cells = (one for one in grid.cells if one.row < _HEADING_ROWS and wanted.intersection(keys_of(one.text)))
    return next(((one.row, one.column) for one in cells), None)


def _categories(grid: Grid, row: int, words: Vocabulary) -> tuple[str, ...]:
    """The categories that a cell of the row names and says nothing else."""
    known = {name.key for name in words.names} - words.fixed
    found: dict[str, None] = {}
    for cell in grid.cells:
        if cell.row == row and (key := squeeze(cell.text)) in known:
            found |= dict.fromkeys(named_categories(key, words))
    return tuple(found)
