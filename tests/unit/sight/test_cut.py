"""Lines are cut at cells and between stacked characters, and in the order of reading."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mailflow.model.sight import Box, Line
from mailflow.sight.cut import at_cells, unseen
from mailflow.sight.order import in_reading_order

CELLS = (
    Box(row=0, column=0, across=1, down=1, left=10, top=10, right=110, bottom=60),
    Box(row=0, column=1, across=1, down=1, left=114, top=10, right=300, bottom=60),
    Box(row=1, column=0, across=2, down=1, left=10, top=64, right=300, bottom=110),
)


def frame(left: int, top: int, right: int, bottom: int) -> NDArray[np.float32]:
    return np.array([[[left, top], [right, top], [right, bottom], [left, bottom]]], np.float32)


def edges(quads: NDArray[np.float32]) -> list[list[float]]:
    return [[*quad.min(axis=0).tolist(), *quad.max(axis=0).tolist()] for quad in quads]


def test_a_line_over_two_cells_is_two_lines_without_the_rule_between() -> None:
    assert edges(at_cells(frame(20, 15, 200, 55), CELLS)) == [[20, 15, 110, 55], [114, 15, 200, 55]]


def test_a_line_that_only_touches_the_next_cell_stays_in_its_own() -> None:
    assert edges(at_cells(frame(20, 15, 120, 55), CELLS)) == [[20, 15, 110, 55]]


def test_a_line_outside_the_table_is_left_as_it_is() -> None:
    assert edges(at_cells(frame(20, 150, 400, 190), CELLS)) == [[20, 150, 400, 190]]


def test_what_is_printed_in_a_cell_without_a_line_is_found_and_a_portrait_is_not() -> None:
    inked = np.zeros((120, 320), np.uint8)
    inked[25:45, 50:56] = 255  # a lone digit in the first cell
    inked[12:58, 120:290] = 255  # a portrait fills the second
    (found,) = edges(unseen(inked, CELLS, frame(20, 70, 200, 100), 28.0))
    assert found == [47, 22, 59, 48]
    assert len(unseen(inked, CELLS, frame(40, 20, 70, 50), 28.0)) == 0


def test_what_stands_side_by_side_is_read_from_the_left() -> None:
    def line(text: str, left: int, top: int) -> Line:
        return Line(text, left, top, left + 50, top + 30)

    told = in_reading_order(
        [line("c", 10, 60), line("b", 200, 4), line("d", 200, 66), line("a", 10, 8), line("e", 5, 100)]
    )
    assert [one.text for one in told] == list("abcde")
