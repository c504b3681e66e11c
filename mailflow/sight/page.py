"""What stands on one page: it is held upright, its table is told by its rules, and its lines are read in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mailflow.model.sight import Box, Line, Page
from mailflow.sight.cut import at_cells, cut_out, one_by_one, unseen
from mailflow.sight.frame import frame_of, ink, is_straight, pulled_straight
from mailflow.sight.ocr import READ_HEIGHT, Ocr, Quads
from mailflow.sight.order import in_reading_order
from mailflow.sight.picture import Pixels
from mailflow.sight.seal import look_for_seal
from mailflow.sight.sharpness import is_blurred
from mailflow.sight.table import boxes_of
from mailflow.sight.upright import lies_on_its_side, sides, skew, stands_on_its_head, straightened, turned_left

LONG_SIDE, SHORT_SIDE = 736, 340
"""Text is looked for in a copy of the picture this large: more takes longer, and finds no more on a screen."""
FINE_PRINT, PRINT = 22, 26
"""Frames of text lower than FINE_PRINT in that copy are looked for again in one where they are PRINT high."""
LONGEST_SIDE, LONGEST_FINE = 2560, 1600
LEAST_SKEW, MOST_SKEW = 0.15, 25.0
"""Degrees between which a page is straightened: below it makes no difference, above it the lines are no lines."""
MOST_LINES, MOST_READ = 400, 200_000
"""So many lines of a page are read, and so many pixels of them at the height of reading: twice a full page."""
SEVERAL = 4
"""Where of so many lines or more not half can be read, the others stand there all the same."""
LEAST_SCORE, LEAST_UNSEEN_SCORE = 0.5, 0.8
"""Lines of which the reader itself is less sure are no lines; more is asked of what was not found as a line."""


@dataclass(frozen=True, slots=True)
class _Upright:
    """A picture held upright, and the frames of the lines in it."""

    picture: Pixels
    quads: Quads

    @property
    def print_height(self) -> float:
        return float(np.median(sides(self.quads)[1])) if len(self.quads) else 0.0


def read_page(ocr: Ocr, picture: Pixels) -> Page:
    """All that is told of one picture."""
    seal, picture = look_for_seal(picture)
    held = _held_upright(ocr, picture)
    boxes = boxes_of(held.picture, held.print_height) if len(held.quads) else ()
    lines = in_reading_order(_lines(ocr, held, boxes))
    height, width = held.picture.shape[:2]
    unread = len(held.quads) >= SEVERAL and 2 * len(lines) < len(held.quads)
    blurred = unread or is_blurred(held.picture, held.quads)
    return Page(width, height, lines=lines, boxes=boxes, seal=seal, blurred=blurred)


def _held_upright(ocr: Ocr, picture: Pixels) -> _Upright:
    quads = _find(ocr, picture)
    if not len(quads):
        return _Upright(picture, quads)
    if lies_on_its_side(quads):
        picture = turned_left(picture, 1)
        quads = _find(ocr, picture)
    changed = False
    if stands_on_its_head(ocr, picture, quads):
        picture, changed = turned_left(picture, 2), True
    degrees = skew(quads)
    if LEAST_SKEW <= abs(degrees) <= MOST_SKEW:
        picture, changed = straightened(picture, degrees), True
    corners = frame_of(picture)
    if corners is not None and not is_straight(corners):
        picture, changed = pulled_straight(picture, corners), True
    return _Upright(picture, _find(ocr, picture) if changed else quads)


def _find(ocr: Ocr, picture: Pixels) -> Quads:
    """The lines of text; small print is looked for once more, larger."""
    long, short = max(picture.shape[:2]), min(picture.shape[:2])
    scale = min(1.0, max(LONG_SIDE / long, SHORT_SIDE / short), LONGEST_SIDE / long)
    quads = ocr.find(picture, scale)
    if not len(quads):
        return quads
    height = float(np.median(sides(quads)[1])) * scale
    larger = min(1.0, scale * PRINT / height, LONGEST_FINE / long)
    return ocr.find(picture, larger) if height < FINE_PRINT and larger > scale * 1.1 else quads


def _lines(ocr: Ocr, held: _Upright, boxes: Sequence[Box]) -> list[Line]:
    inked = ink(held.picture)
    quads = _within_bounds(one_by_one(inked, at_cells(held.quads, boxes), held.print_height))
    missed = _within_bounds(unseen(inked, boxes, quads, held.print_height))
    lines = [_line(ocr, held.picture, quad, LEAST_SCORE) for quad in quads]
    lines += [_line(ocr, held.picture, quad, LEAST_UNSEEN_SCORE) for quad in missed]
    return [line for line in lines if line is not None]


def _within_bounds(quads: Quads) -> Quads:
    widths, heights = sides(quads)
    return quads[:MOST_LINES][np.cumsum(READ_HEIGHT * widths / np.maximum(heights, 1))[:MOST_LINES] <= MOST_READ]


def _line(ocr: Ocr, picture: Pixels, quad: NDArray[np.float32], least_score: float) -> Line | None:
    text, score = ocr.read(cut_out(picture, quad))
    if not text.strip() or score < least_score:
        return None
    (left, top), (right, bottom) = quad.min(axis=0), quad.max(axis=0)
    return Line(text.strip(), int(left), int(top), int(right), int(bottom), round(score, 3))
