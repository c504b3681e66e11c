"""Sights made by hand, for tests that need no eye: words and where they stand."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from mailflow.model.sight import Box, Line, Look, Page, Sight

SCREEN = (1080, 2340)
LETTER = 40


def line(text: str, left: int, top: int, *, height: int = LETTER) -> Line:
    """A line of words as wide as its letters are."""
    widths = (height if unicodedata.east_asian_width(char) in "WF" else height // 2 for char in text)
    return Line(text, left, top, left + sum(widths), top + height, 0.99)


def screen(*lines: Line, **more: Any) -> Page:
    """A page of a telephone's size with these lines."""
    return Page(*SCREEN, tuple(lines), **more)


def list_page(*rows: tuple[str, str], title: str = "我的信息", **more: Any) -> Page:
    """A page with a title and rows: labels at the left, values at the right; an empty value stands nowhere."""
    lines = [line(title, 440, 100)]
    for number, (label, value) in enumerate(rows):
        top = 300 + 120 * number
        lines += [line(text, left, top) for text, left in ((label, 60), (value, 560)) if text]
    return screen(*lines, **more)


def ruled_page(rows: Sequence[Sequence[str]], *, above: Sequence[str] = (), width: int = 300, **more: Any) -> Page:
    """A page with a table of cells of one size; the lines of a cell stand under each other."""
    lines = [line(text, 300, 60 + 80 * number) for number, text in enumerate(above)]
    boxes = []
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            left, top = 100 + width * column, 300 + 200 * row
            boxes.append(Box(row, column, 1, 1, left, top, left + width, top + 200))
            lines += [line(part, left + 10, top + 20 + 50 * at) for at, part in enumerate(text.split("\n")) if part]
    return Page(2480, 3508, tuple(lines), tuple(boxes), **more)


def sight(content_sha256: str, *pages: Page, look: Look = Look.PICTURE, **more: Any) -> Sight:
    """What a look at the file of that hash showed."""
    return Sight(content_sha256, look, pages, **more)
