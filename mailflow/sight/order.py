"""Puts lines of text in the order in which a page is read."""

from __future__ import annotations

from collections.abc import Iterable

from mailflow.model.sight import Line


def in_reading_order(lines: Iterable[Line]) -> tuple[Line, ...]:
    """From top to bottom, and from left to right what stands side by side."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=_middle):
        if rows and _are_side_by_side(rows[-1][0], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return tuple(line for row in rows for line in sorted(row, key=lambda one: one.left))


def _are_side_by_side(one: Line, other: Line) -> bool:
    """Whether the middle of each is at the height of the other."""
    return one.top <= _middle(other) <= one.bottom and other.top <= _middle(one) <= other.bottom


def _middle(line: Line) -> float:
    return (line.top + line.bottom) / 2
