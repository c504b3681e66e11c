"""The cells of tables that are ruled on an upright page, with what each covers."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

import cv2
import numpy as np

from mailflow.model.sight import Box
from mailflow.sight.frame import ink
from mailflow.sight.picture import Pixels

LEAST_CELLS = 4
LEAST_SHARE = 0.3
"""A table takes at least so much of the page's width."""
MOST_BOXES = 1_000
FILLED = 0.8
"""A cell fills its frame: what fills less of it is several cells that run together, or no cell."""


@dataclass(frozen=True, slots=True)
class _Frame:
    left: int
    top: int
    right: int
    bottom: int


def boxes_of(picture: Pixels, print_height: float) -> tuple[Box, ...]:
    """The cells of the page's tables, top to bottom; where several stand under each other, their rows are counted on.

    `print_height` is that of a line of text in pixels: a ruled line is longer.
    """
    rules = _rules(ink(picture), max(20, round(print_height)))
    boxes: list[Box] = []
    for cells in _tables(rules, print_height, picture.shape[1]):
        boxes += _placed(cells, print_height * 0.4, max((box.row + box.down for box in boxes), default=0))
        if len(boxes) > MOST_BOXES:
            return ()
    return tuple(boxes)


def _rules(inked: Pixels, length: int) -> Pixels:
    """255 where a line is ruled across or down, small gaps closed."""
    across = cv2.morphologyEx(
        cv2.dilate(inked, np.ones((3, 1), np.uint8)), cv2.MORPH_OPEN, np.ones((1, 2 * length), np.uint8)
    )
    down = cv2.morphologyEx(
        cv2.dilate(inked, np.ones((1, 3), np.uint8)), cv2.MORPH_OPEN, np.ones((length, 1), np.uint8)
    )
    across = cv2.morphologyEx(across, cv2.MORPH_CLOSE, np.ones((1, length), np.uint8))
    down = cv2.morphologyEx(down, cv2.MORPH_CLOSE, np.ones((length, 1), np.uint8))
    return cv2.dilate(cv2.bitwise_or(across, down), np.ones((3, 3), np.uint8))


def _tables(rules: Pixels, print_height: float, page_width: int) -> list[list[_Frame]]:
    """The cells of each table: the holes in what is ruled."""
    outlines, nested = cv2.findContours(rules, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    tables: dict[int, list[_Frame]] = {}
    for number, outline in enumerate(outlines):
        around = int(nested[0][number][3])
        if around < 0:
            continue
        left, top, width, height = cv2.boundingRect(outline)
        if min(width, height) < 0.5 * print_height or cv2.contourArea(outline) < FILLED * (width - 1) * (height - 1):
            continue
        tables.setdefault(around, []).append(_Frame(left, top, left + width, top + height))
    whole = [
        cells
        for cells in tables.values()
        if len(cells) >= LEAST_CELLS
        and max(cell.right for cell in cells) - min(cell.left for cell in cells) >= LEAST_SHARE * page_width
        and len({cell.top // max(1, int(print_height)) for cell in cells}) > 1
    ]
    return sorted(whole, key=lambda cells: min(cell.top for cell in cells))


def _placed(cells: list[_Frame], near: float, first_row: int) -> list[Box]:
    """The cells with their places: each covers the rows and columns between its own edges."""
    columns = _edges([edge for cell in cells for edge in (cell.left, cell.right)], near)
    rows = _edges([edge for cell in cells for edge in (cell.top, cell.bottom)], near)
    placed = [
        Box(
            row=first_row + (row := _place(rows, cell.top)),
            column=(column := _place(columns, cell.left)),
            across=max(1, _place(columns, cell.right) - column),
            down=max(1, _place(rows, cell.bottom) - row),
            left=cell.left,
            top=cell.top,
            right=cell.right,
            bottom=cell.bottom,
        )
        for cell in cells
    ]
    return sorted(placed, key=lambda box: (box.row, box.column))


def _edges(values: list[int], near: float) -> list[int]:
    """The last place of each group of edges that are one ruled line."""
    groups: list[int] = []
    for value in sorted(values):
        if groups and value - groups[-1] <= near:
            groups[-1] = value
        else:
            groups.append(value)
    return groups


def _place(edges: list[int], value: int) -> int:
    """The number of the group that `value` belongs to."""
    return bisect_left(edges, value)
