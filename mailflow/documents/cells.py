"""Puts the lines that were seen on a page into the ruled cells of its table."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from mailflow.documents.grid import Grid, GridCell
from mailflow.documents.pieces import Piece, overlap, rows
from mailflow.model.sight import Box, Line, Page

MOST_BOXES = 600
"""More cells than any form has."""
_FULL = 1.5
"""A line that ends so many of its heights before its cell's edge did not wrap for want of room."""
_SHARE = 0.25
"""A line belongs to each cell that holds so much of it."""


def boxed(page: Page) -> tuple[list[str], Grid, list[str]]:
    """The lines above the table, the table, and the lines below it. Lines beside it stand above or below."""
    boxes = page.boxes[:MOST_BOXES]
    inside: dict[int, list[Piece]] = {}
    outside: list[Line] = []
    for line in page.lines:
        parts = _parts(line, boxes)
        if not parts:
            outside.append(line)
        for number, piece in parts:
            inside.setdefault(number, []).append(piece)
    cells = tuple(
        GridCell(_joined(inside.get(number, []), box), box.row, box.column, box.across, box.down)
        for number, box in enumerate(boxes)
    )
    middle = sum(box.top + box.bottom for box in boxes) / len(boxes)
    above = [line for line in outside if line.top + line.bottom < middle]
    below = [line for line in outside if line.top + line.bottom >= middle]
    return _texts(above), Grid(cells), _texts(below)


def _texts(lines: Sequence[Line]) -> list[str]:
    return [" ".join(line.text for line in row) for row in rows(lines)]


def _parts(line: Line, boxes: Sequence[Box]) -> list[tuple[int, Piece]]:
    """The line, or what of it stands in each cell that it runs through, by the number of the cell."""
    centre = (line.top + line.bottom) / 2
    mine = [
        (number, box)
        for number, box in enumerate(boxes)
        if box.top <= centre < box.bottom and (overlap(line.left, line.right, box.left, box.right) >= _SHARE)
    ]
    mine.sort(key=lambda one: one[1].left)
    if not mine:
        return []
    cuts = [_place(line, right.left) for _, right in mine[1:]]
    edges = [0, *cuts, len(line.text)]
    found = []
    for (number, box), (start, end) in zip(mine, pairwise(edges), strict=True):
        if text := line.text[start:end].strip():
            left, right = max(line.left, box.left), min(line.right, box.right)
            found.append((number, Piece(text, left, line.top, right, line.bottom)))
    return found


def _place(line: Line, x: int) -> int:
    """Before which letter of a line the edge at `x` stands: at the blank next to it, where there is one."""
    widths = [2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line.text]
    scale = (line.right - line.left) / max(1, sum(widths))
    starts = [line.left + scale * sum(widths[:place]) for place in range(len(widths) + 1)]
    blanks = [place for place, char in enumerate(line.text) if char.isspace() and abs(starts[place] - x) < 4 * scale]
    return min(blanks or range(len(starts)), key=lambda place: abs(starts[place] - x))


def _joined(parts: Sequence[Piece], box: Box) -> str:
    """The text of a cell. A line that fills the cell goes on in the next one, any other ends."""
    lines = [Line(one.text, int(one.left), one.top, int(one.right), one.bottom) for one in parts]
    text, between = "", ""
    for row in rows(lines):
        text += between + " ".join(line.text for line in row)
        last = row[-1]
        if box.right - last.right >= _FULL * (last.bottom - last.top):
            between = "\n"
        else:
            between = " " if text[-1].isascii() and text[-1].isalpha() else ""
    return text
