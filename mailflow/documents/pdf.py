"""Reads the text and tables of a PDF by pdfplumber. A scan has neither: it comes out blank."""

from __future__ import annotations

import io
import logging
import re
import unicodedata
from bisect import bisect_left
from typing import Any

from mailflow.documents.grid import MOST_CELLS, MOST_CHARS, Grid, GridCell, Sheet
from mailflow.errors import ReadRefused

MOST_PAGES = 10
_ALIKE = re.compile("[\u2e80-\u2fdf\uf900-\ufaff]")
_NEAR = 2.0
"""Edges nearer than this (points) are one."""
SCANNED = 0.8
"""A picture over so much of a page is the page."""

logging.getLogger("pdfminer").setLevel(logging.ERROR)


class Locked(ReadRefused):
    """The file asks for a password."""


def read_pdf(content: bytes) -> Sheet:
    """The lines and tables of the first pages, in order. Raises ReadRefused; Locked where a password is asked."""
    import pdfplumber

    blocks: list[str | Grid] = []
    pictures = 0
    try:
        with pdfplumber.open(io.BytesIO(content)) as document:
            for page in document.pages[:MOST_PAGES]:
                pictures += len(page.images)
                if page.chars and not _is_scan(page):
                    blocks += _page(page)
                page.close()
                if sum(len(block) for block in blocks if isinstance(block, str)) > MOST_CHARS:
                    break
    except Exception as error:  # pdfminer lets any error of a damaged file through
        if "PasswordIncorrect" in repr(error) or "Encryption" in repr(error):
            raise Locked("the PDF asks for a password") from error
        raise ReadRefused(f"the PDF is damaged: {type(error).__name__}") from error
    return Sheet(tuple(blocks), pictures)


def _is_scan(page: Any) -> bool:
    """Whether one picture covers the page: the text over it is what a copier made out, and no electronic text."""
    return any(abs(one["width"] * one["height"]) > SCANNED * page.width * page.height for one in page.images)


def _page(page: Any) -> list[str | Grid]:
    tables = page.find_tables()
    boxes = [table.bbox for table in tables]
    outside = page.filter(lambda thing: not any(_within(thing, box) for box in boxes)) if boxes else page
    placed: list[tuple[float, str | Grid]] = [
        (line["top"], as_meant(line["text"])) for line in outside.extract_text_lines()
    ]
    placed += [(table.bbox[1], _grid(table)) for table in tables]
    return [block for _, block in sorted(placed, key=lambda one: one[0])]


def as_meant(text: str) -> str:
    """The characters meant: fonts of PDFs give radicals and compatibility forms (U+F98E for 年) in their place."""
    return _ALIKE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)


def _within(thing: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    if thing.get("object_type") != "char":
        return False
    x, y = (thing["x0"] + thing["x1"]) / 2, (thing["top"] + thing["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def _grid(table: Any) -> Grid:
    """The table with its merged cells: each covers the columns and rows between its own edges."""
    lefts = _edges([cell[0] for cell in table.cells])
    tops = _edges([cell[1] for cell in table.cells])
    cells: list[GridCell] = []
    for row, texts in zip(table.rows, table.extract(), strict=True):
        for box, text in zip(row.cells, texts, strict=True):
            if box is None or len(cells) >= MOST_CELLS:
                continue
            left, top = _place(lefts, box[0]), _place(tops, box[1])
            across = max(1, _place(lefts, box[2]) - left)
            down = max(1, _place(tops, box[3]) - top)
            cells.append(GridCell(as_meant(text or "").strip(), top, left, across, down))
    return Grid(tuple(cells))


def _edges(values: list[float]) -> list[float]:
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > _NEAR:
            edges.append(value)
    return edges


def _place(edges: list[float], value: float) -> int:
    """The number of the edge at `value`; the far end of the table counts as one more."""
    return bisect_left(edges, value - _NEAR)
