"""antiword reads Word's binary format without LibreOffice: the lines, and the rows of tables cell by cell.

It tells how wide each cell is, so that merged columns are found again; merged rows are not told. What it prints is
DocBook (its `-x db`), since its plain text breaks long cells into lines.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from mailflow.documents.grid import MOST_CELLS, Grid, GridCell, Sheet
from mailflow.sight.bounded import PRLIMIT, run

SECONDS = 5
MOST_XML = 16 * 2**20
_NEAR = 3.0
"""Edges of cells nearer than this (points) are one."""

Node = Any  # lxml has no types of its own
Rows = list[tuple[list[float], list[str]]]
"""Of each row the right edges of its cells, and their texts."""


def available() -> str | None:
    """None where antiword is here, else why not and what to do."""
    if shutil.which("antiword") is None:
        return "antiword is not on this machine: install it (Debian: apt-get install antiword)"
    return None if shutil.which(PRLIMIT) else f"{PRLIMIT} is not on this machine: install util-linux"


def read(content: bytes) -> Sheet | None:
    """The lines and tables of a .doc, None where antiword makes nothing of it."""
    xml = _docbook(content)
    if not xml:
        return None
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, recover=True)
    root = etree.fromstring(xml, parser)
    chapter = root.find("chapter") if root is not None else None
    if chapter is None:
        return None
    sheet = Sheet(tuple(_blocks(chapter)))
    return None if sheet.is_blank else sheet


def _docbook(content: bytes) -> bytes:
    with tempfile.TemporaryDirectory(prefix="mailflow-") as made:
        folder = Path(made).resolve()
        document, printed = folder / "document.doc", folder / "printed.xml"
        document.write_bytes(content)
        run(["antiword", "-x", "db", str(document)], folder, cpu_seconds=SECONDS, into=printed)
        with printed.open("rb") as read_back:
            return read_back.read(MOST_XML)


def _blocks(node: Node) -> Iterator[str | Grid]:
    for child in node:
        if child.tag == "informaltable":
            yield _grid(child)
        elif child.tag == "para" and child.find("informaltable") is None:
            yield from ("".join(child.itertext())).strip().split("\n")
        else:
            yield from _blocks(child)


def _grid(table: Node) -> Grid:
    rows = _rows(table)
    edges = _merged(edge for right, _ in rows for edge in right)
    cells: list[GridCell] = []
    for number, (right, texts) in enumerate(rows):
        column = 0
        for edge, text in zip(right, texts, strict=True):
            end = max(column + 1, 1 + next((at for at, one in enumerate(edges) if edge - one <= _NEAR), column))
            cells.append(GridCell(text, number, column, end - column))
            column = end
        if len(cells) >= MOST_CELLS:
            break
    return Grid(tuple(cells))


def _rows(table: Node) -> Rows:
    """The rows, over all groups of the table: antiword begins a new group where the widths change."""
    rows: Rows = []
    for group in table.iter("tgroup"):
        widths = [_points(one.get("colwidth", "")) for one in group.iter("colspec")]
        for row in group.iter("row"):
            texts = ["".join(entry.itertext()).strip() for entry in row.iter("entry")]
            rows.append((list(accumulate(_as_many(widths, len(texts)))), texts))
    return rows


def _as_many(widths: Sequence[float], count: int) -> list[float]:
    return [*widths[:count], *[50.0] * (count - len(widths))]


def _points(width: str) -> float:
    try:
        return min(max(float(width.removesuffix("pt")), 0.0), 10_000.0)
    except ValueError:
        return 50.0


def _merged(edges: Iterable[float]) -> list[float]:
    """The edges in order, those near each other as one."""
    found: list[float] = []
    for edge in sorted(edges):
        if not found or edge - found[-1] > _NEAR:
            found.append(edge)
    return found
