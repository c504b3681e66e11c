"""How wide the columns and how high the rows of a blank form are, and where its labels break, on a page of A4."""

from __future__ import annotations

import re
import unicodedata

from mailflow.documents.labels import place
from mailflow.model.form import Cell, FieldKind, Form

TEXT_WIDTH = 16.4
"""Centimetres between the margins of an A4 page."""
TEXT_HEIGHT = 23.2
"""Centimetres left for the table on a page below its title."""
LONGEST_LABEL = 6
"""Chinese characters of a label in one line; longer ones are broken in the middle."""
LABEL_WIDTH = 2.9
LATIN_LABEL_WIDTH = 3.9
PHOTO_WIDTH = 3.2
STAMP_HEIGHT = 3.4
TALLEST_STAMP = 5.0
TWO_LINES = 1.05
TALLEST_ROW = 1.5
TALLEST_TEXT = 9.0
FEW_ROWS = 12
"""A form of so many rows has room for high ones."""
_SIGNED_DATE = re.compile(r"年\s*月\s*日|date:?[\s_]*", re.I)


def column_widths(form: Form) -> list[float]:
    """Centimetres for each column: as wide as its labels need, the rest shared by the columns with room to write."""
    placed = list(place(form.rows))
    count = max((column + cell.across for _, column, cell in placed), default=1)
    needs = [1.4] * count
    room = [0.0] * count
    for _, column, cell in placed:
        if cell.across == 1:
            longest = max(_columns_of(line) for line in broken(cell).split("\n"))
            photo = cell.down > 2 and cell.field is None and cell.text != ""
            most = LATIN_LABEL_WIDTH if cell.text.isascii() else LABEL_WIDTH
            needs[column] = max(needs[column], PHOTO_WIDTH if photo else min(most, 0.55 + 0.2 * longest))
        if cell.field is not None and cell.across == 1:
            room[column] = 1.0
    if not any(room):
        room = [1.0] * count
    spare = TEXT_WIDTH - sum(needs)
    if spare < 0:
        return [need * TEXT_WIDTH / sum(needs) for need in needs]
    return [need + spare * part / sum(room) for need, part in zip(needs, room, strict=True)]


def _columns_of(text: str) -> int:
    """How wide a text is in half-width characters."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def row_heights(form: Form) -> list[float]:
    """Least centimetres for each row: the page is shared out, first to stamps and long texts, then to all rows."""
    count = max((column + cell.across for _, column, cell in place(form.rows)), default=1)
    few = len(form.rows) <= FEW_ROWS
    heights = [1.15 if few else 0.8] * len(form.rows)
    stamps = [row for row, _, cell in place(form.rows) if is_stamp(form, cell)]
    long = [row for row, _, cell in place(form.rows) if cell.field and cell.across == count and not cell.text]
    for row, _, cell in place(form.rows):
        if "\n" in broken(cell) and cell.down == 1:
            heights[row] = max(heights[row], TWO_LINES)
    for row in stamps:
        heights[row] = STAMP_HEIGHT
    for row in long:
        heights[row] = 3.0
    _share_out(heights, long, TALLEST_TEXT)
    _share_out(heights, stamps, TALLEST_STAMP)
    if few:
        _share_out(heights, [row for row in range(len(heights)) if row not in (*stamps, *long)], TALLEST_ROW)
    return heights


def _share_out(heights: list[float], rows: list[int], most: float) -> None:
    """Gives what the page has left to `rows`, none to be higher than `most`."""
    left = TEXT_HEIGHT - sum(heights)
    for row in rows:
        heights[row] = max(heights[row], min(most, heights[row] + left / len(rows)))


def is_stamp(form: Form, cell: Cell) -> bool:
    """Whether the cell is for a stamp: a text's room in which only the date is printed."""
    field = form.field(cell.field) if cell.field is not None else None
    return field is not None and field.kind is FieldKind.TEXT and bool(_SIGNED_DATE.fullmatch(cell.text.strip()))


def broken(cell: Cell) -> str:
    """The cell's text; a long Chinese label in a narrow cell in two even lines (报送单位 / 核实意见)."""
    text = cell.text
    if cell.field is not None or cell.across > 1 or not LONGEST_LABEL < len(text) <= 2 * LONGEST_LABEL:
        return text
    if not all(unicodedata.east_asian_width(char) in "WF" or char.isdigit() for char in text):
        return text
    half = (len(text) + 1) // 2
    return f"{text[:half]}\n{text[half:]}"
