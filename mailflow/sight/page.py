"""What stands on one page: its lines in reading order, and what else a look at it tells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mailflow.model.sight import Line, Page
from mailflow.sight.cut import line_of
from mailflow.sight.ocr import Ocr, Quads
from mailflow.sight.picture import Pixels
from mailflow.sight.seal import look_for_seal
from mailflow.sight.upright import LEAST_SKEW, MOST_SKEW, quarter_turns, sides, skew, straightened

LONG_SIDE = 736
SHORT_SIDE = 340
"""Text is looked for in a copy of the picture this large: more takes longer, and finds no more on a screen."""
LONGEST_SIDE = 2560
FINE_PRINT = 22
PRINT = 26
"""Frames of text lower than FINE_PRINT in that copy are looked for again where they are PRINT high."""
LARGEST_SCALE_SIDE = 1600
MOST_LINES = 400
LEAST_SCORE = 0.5
"""Lines of which the reader itself is less sure are no lines."""


def read_page(ocr: Ocr, picture: Pixels) -> Page:
    """All that is told of one picture."""
    picture, quads = _upright(ocr, picture)
    lines = [line for quad in quads[:MOST_LINES] if (line := _line(ocr, picture, quad)) is not None]
    height, width = picture.shape[:2]
    return Page(
        width, height, lines=in_reading_order(lines), seal=look_for_seal(picture), blurred=min(width, height) < 500
    )


def _upright(ocr: Ocr, picture: Pixels) -> tuple[Pixels, Quads]:
    quads = _find(ocr, picture)
    if not len(quads):
        return picture, quads
    turns = quarter_turns(ocr, picture, quads)
    if turns:
        picture = np.ascontiguousarray(np.rot90(picture, turns))
        quads = _find(ocr, picture)
    degrees = skew(quads)
    if LEAST_SKEW <= abs(degrees) <= MOST_SKEW:
        picture, quads = straightened(picture, quads, degrees)
    return picture, quads


def _find(ocr: Ocr, picture: Pixels) -> Quads:
    """The lines of text; small print is looked for once more, larger."""
    long, short = max(picture.shape[:2]), min(picture.shape[:2])
    scale = min(1.0, max(LONG_SIDE / long, SHORT_SIDE / short), LONGEST_SIDE / long)
    quads = ocr.find(picture, scale)
    if not len(quads):
        return quads
    height = float(np.median(sides(quads)[1])) * scale
    larger = min(1.0, scale * PRINT / height, LARGEST_SCALE_SIDE / long)
    return ocr.find(picture, larger) if height < FINE_PRINT and larger > scale * 1.1 else quads


def _line(ocr: Ocr, picture: Pixels, quad: NDArray[np.float32]) -> Line | None:
    text, score = ocr.read(line_of(picture, quad))
    if not text.strip() or score < LEAST_SCORE:
        return None
    (left, top), (right, bottom) = quad.min(axis=0), quad.max(axis=0)
    return Line(text.strip(), int(left), int(top), int(right), int(bottom), round(score, 3))


@dataclass
class _Row:
    top: int
    bottom: int
    lines: list[Line]


def in_reading_order(lines: list[Line]) -> tuple[Line, ...]:
    """From top to bottom, and from left to right what stands side by side."""
    rows: list[_Row] = []
    for line in sorted(lines, key=lambda one: one.top + one.bottom):
        middle = (line.top + line.bottom) / 2
        row = rows[-1] if rows else None
        if row is not None and row.top <= middle <= row.bottom and _middle(row) >= line.top:
            row.lines.append(line)
        else:
            rows.append(_Row(line.top, line.bottom, [line]))
    return tuple(line for row in rows for line in sorted(row.lines, key=lambda one: one.left))


def _middle(row: _Row) -> float:
    return (row.top + row.bottom) / 2
