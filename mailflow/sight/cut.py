"""Cuts lines of text out of a picture, and lines that run over several cells of a table at the cells."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from mailflow.model.sight import Box
from mailflow.sight.ocr import Quads
from mailflow.sight.picture import Pixels

INTO = 0.35
"""So far a line must reach into a cell, by its own height, for a part of it to stand there."""
RULE = 3
"""Pixels along a cell's edges in which the ruled line may still be seen."""
LOWEST, HIGHEST = 0.2, 1.5
"""What is no lower and no higher than this, by the height of a line's frame, may be a line."""
TALL, THIN, SQUARE = 1.5, 0.3, 1.15
"""So much higher than wide, a frame may hold characters on top of each other, unless it is thinner than a character (by
the height of a line's frame); a Chinese character is about as high as it is wide."""
SPECK = 12
"""Fewer dark pixels than this are dirt."""


def cut_out(picture: Pixels, quad: NDArray[np.float32]) -> Pixels:
    """The picture of one line, its four corners made a rectangle."""
    width = max(1, int(max(np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[2] - quad[3]))))
    height = max(1, int(max(np.linalg.norm(quad[3] - quad[0]), np.linalg.norm(quad[2] - quad[1]))))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(np.ascontiguousarray(quad, np.float32), corners)
    return cv2.warpPerspective(picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def at_cells(quads: Quads, boxes: Sequence[Box]) -> Quads:
    """The lines, those in a table cut where they leave a cell; so that no ruled line is read as a character."""
    pieces: list[NDArray[np.float32]] = []
    for quad in quads:
        (left, top), (right, bottom) = quad.min(axis=0), quad.max(axis=0)
        inside = [
            (max(left, box.left), max(top, box.top), min(right, box.right), min(bottom, box.bottom))
            for box in boxes
            if box.top <= (top + bottom) / 2 <= box.bottom
            and min(right, box.right) - max(left, box.left) > INTO * (bottom - top)
        ]
        pieces += [_rectangle(*one) for one in inside] or [quad]
    return np.array(pieces, np.float32).reshape(-1, 4, 2)


def one_by_one(inked: Pixels, quads: Quads, print_height: float) -> Quads:
    """The lines, those whose characters stand on top of each other cut between them: narrow labels are set so."""
    pieces: list[NDArray[np.float32]] = []
    for quad in quads:
        (left, top), (right, bottom) = np.maximum(quad.min(axis=0), 0), quad.max(axis=0)
        pieces += (bottom - top > TALL * (right - left) and _stacked(inked, quad, print_height)) or [quad]
    return np.array(pieces, np.float32).reshape(-1, 4, 2)


def _stacked(inked: Pixels, quad: NDArray[np.float32], print_height: float) -> list[NDArray[np.float32]]:
    """The characters in a tall frame; none where it holds but one, as high and thin as it is."""
    (left, top), (right, bottom) = np.maximum(quad.min(axis=0), 0).astype(int), quad.max(axis=0).astype(int)
    within = inked[top:bottom, left:right]
    across, _, width, _ = cv2.boundingRect(within)
    if width < THIN * print_height:
        return []
    rows = np.flatnonzero(within.any(axis=1))
    characters: list[list[int]] = []
    for row in rows.tolist():
        if characters and row - characters[-1][0] <= SQUARE * width:
            characters[-1][1] = row
        else:
            characters.append([row, row])
    edge = width // 8
    left, right = left + across - edge, left + across + width + edge
    return [_rectangle(left, top + first - edge, right, top + last + 1 + edge) for first, last in characters]


def unseen(inked: Pixels, boxes: Sequence[Box], quads: Quads, print_height: float) -> Quads:
    """What is printed in cells in which no line was found: single digits are easily missed."""
    middles = quads.mean(axis=1)
    missed: list[NDArray[np.float32]] = []
    for box in boxes:
        at = (middles >= (box.left, box.top)) & (middles <= (box.right, box.bottom))
        cell = inked[box.top + RULE : box.bottom - RULE, box.left + RULE : box.right - RULE]
        if at.all(axis=1).any() or cv2.countNonZero(cell) < SPECK:
            continue
        left, top, width, height = cv2.boundingRect(cell)
        if LOWEST * print_height <= height <= HIGHEST * print_height:
            edge = max(2, round(print_height * 0.1))
            left, top = left + box.left + RULE, top + box.top + RULE
            missed.append(_rectangle(left - edge, top - edge, left + width + edge, top + height + edge))
    return np.array(missed, np.float32).reshape(-1, 4, 2)


def _rectangle(left: float, top: float, right: float, bottom: float) -> NDArray[np.float32]:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
