"""Reads docx: lxml over word/document.xml, which also shows content controls and tracked changes (ISO/IEC 29500-1 §17).

What a person sees is read: insertions count, deletions and hidden text do not, nor does the prompt of an empty control.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from mailflow.documents.grid import MOST_CELLS, MOST_CHARS, MOST_COLUMNS, MOST_ROWS, Grid, GridCell, Sheet
from mailflow.documents.kinds import open_package, read_part
from mailflow.errors import ReadRefused

MOST_XML = 16 * 2**20

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_P, _TBL, _TR, _TC, _R, _T = _W + "p", _W + "tbl", _W + "tr", _W + "tc", _W + "r", _W + "t"
_VAL = _W + "val"
_UNSEEN = frozenset(
    {_FALLBACK, *(_W + name for name in ("del", "moveFrom", "pPr", "rt", "sectPr", "tblPr", "tblGrid", "tcPr", "trPr"))}
)
_BREAKS = {_W + "tab": "\t", _W + "br": "\n", _W + "cr": "\n", _W + "noBreakHyphen": "-"}
_PICTURES = frozenset({_W + "drawing", _W + "pict", _W + "object"})
_TEXT_BOX = _W + "txbxContent"
_CONTROL = _W + "sdt"

Node = Any  # lxml has no types of its own


def read_docx(content: bytes) -> Sheet:
    """The lines and tables of a docx; a table within a table follows it. Raises ReadRefused."""
    from lxml import etree

    with open_package(content) as package:
        try:
            xml = read_part(package, "word/document.xml", MOST_XML)
        except KeyError:
            raise ReadRefused("the container holds no document") from None
    if _STRICT in xml[:4096]:
        xml = xml.replace(_STRICT, _W[1:-1].encode())
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise ReadRefused(f"the document is damaged at line {error.lineno}") from error
    if root.getroottree().docinfo.doctype:
        raise ReadRefused("the document brings a DTD, which no word processor writes")
    body = root.find(_W + "body")
    if body is None:
        raise ReadRefused("the document has no body")
    return _Reader().read(body)


class _Reader:
    """Walks one document. Holds what was read so far."""

    def __init__(self) -> None:
        self.blocks: list[str | Grid] = []
        self.pictures = 0
        self.cells = 0
        self.chars = 0

    def read(self, body: Node) -> Sheet:
        for block in _blocks(body):
            if block.tag == _TBL:
                self._table(block)
            else:
                self.blocks += self._paragraph(block, self.blocks.extend).split("\n")
        return Sheet(tuple(self.blocks), self.pictures)

    def _table(self, table: Node) -> None:
        """Appends the table and, after it, what lies within its cells."""
        open_merges: dict[int, int] = {}
        cells: list[GridCell] = []
        inner: list[Node] = []
        for number, row in enumerate(_rows(table)):
            if number >= MOST_ROWS:
                break
            column = _number(row.find(f"{_W}trPr/{_W}gridBefore"), 0)
            for tc in _children(row, _TC):
                properties = tc.find(_W + "tcPr")
                if properties is not None and properties.find(_W + "cellDel") is not None:
                    continue
                across = 1 if properties is None else max(1, _number(properties.find(_W + "gridSpan"), 1))
                continues = properties is not None and _continues(properties.find(_W + "vMerge"))
                if continues and column in open_merges:
                    self._grow(cells, open_merges[column], number)
                elif _continues_left(cells, properties, number):
                    cells[-1] = replace(cells[-1], across=cells[-1].across + across)
                else:
                    open_merges[column] = len(cells)
                    cells.append(GridCell(self._cell(tc, inner), number, column, across))
                column += across
                if column >= MOST_COLUMNS or self.cells >= MOST_CELLS:
                    break
        self.blocks.append(Grid(tuple(cells)))
        for table_within in inner:
            self._table(table_within)

    @staticmethod
    def _grow(cells: list[GridCell], place: int, row: int) -> None:
        """The cell at `place` also covers `row`."""
        cell = cells[place]
        cells[place] = GridCell(cell.text, cell.row, cell.column, cell.across, row - cell.row + 1)

    def _cell(self, tc: Node, inner: list[Node]) -> str:
        self.cells += 1
        lines: list[str] = []
        for block in _blocks(tc):
            if block.tag == _TBL and (boxes := _as_text(block)) is not None:
                lines.append("".join(self._cell(tc, inner) for tc in boxes))
            elif block.tag == _TBL:
                inner.append(block)
            else:
                lines.append(self._paragraph(block, lines.extend))
        return "\n".join(lines).strip()

    def _paragraph(self, paragraph: Node, put: Any) -> str:
        """The text of a paragraph; lines of text boxes in it are handed to `put`."""
        pieces: list[str] = []
        self._gather(paragraph, pieces, put)
        text = "".join(pieces)
        self.chars += len(text)
        if self.chars > MOST_CHARS:
            return ""
        return text

    def _gather(self, node: Node, pieces: list[str], put: Any) -> None:
        for child in node:
            tag = child.tag
            if tag == _T:
                pieces.append(child.text or "")
            elif tag in _BREAKS:
                pieces.append(_BREAKS[tag])
            elif tag == _TEXT_BOX:
                self._text_box(child, put)
            elif tag in _UNSEEN or (tag == _R and _hidden(child)) or (tag == _CONTROL and _prompts(child)):
                continue
            else:
                self.pictures += tag in _PICTURES
                self._gather(child, pieces, put)

    def _text_box(self, box: Node, put: Any) -> None:
        for block in _blocks(box):
            if block.tag == _TBL:
                self._table(block)
            else:
                put([self._paragraph(block, put)])


def _blocks(node: Node) -> Iterator[Node]:
    """The paragraphs and tables directly within, through content controls and other wrappers."""
    for child in node:
        if child.tag in (_P, _TBL):
            yield child
        elif child.tag not in _UNSEEN and not (child.tag == _CONTROL and _prompts(child)):
            yield from _blocks(child)


def _as_text(table: Node) -> list[Node] | None:
    """The cells of a table within a cell that is no table to people: one cell, or boxes for one letter each."""
    rows = list(_rows(table))
    cells = list(_children(rows[0], _TC)) if len(rows) == 1 else []
    letters = ("".join(text.text or "" for text in one.findall(f"{_P}/{_R}/{_T}")).strip() for one in cells)
    return cells if len(cells) == 1 or (cells and all(len(text) <= 1 for text in letters)) else None


def _rows(table: Node) -> Iterator[Node]:
    """The rows that were not deleted by a tracked change."""
    return (row for row in _children(table, _TR) if row.find(f"{_W}trPr/{_W}del") is None)


def _children(node: Node, tag: str) -> Iterator[Node]:
    """The children of that tag, through wrappers (content controls may hold rows and cells)."""
    for child in node:
        if child.tag == tag:
            yield child
        elif child.tag not in _UNSEEN and child.tag not in (_P, _TBL, _TR, _TC):
            yield from _children(child, tag)


def _hidden(run: Node) -> bool:
    vanish = run.find(f"{_W}rPr/{_W}vanish")
    return vanish is not None and vanish.get(_VAL) not in ("0", "false", "off")


def _prompts(control: Node) -> bool:
    """Whether a content control shows only its prompt ("click here to enter text"): it is empty.

    One of our own blank forms has a tag, and shows what is printed there, in no style of its own: that is read as any
    printed text. So a value stays one, whoever forgot to take the mark away.
    """
    properties = control.find(_W + "sdtPr")
    shows = None if properties is None else properties.find(_W + "showingPlcHdr")
    if shows is None or shows.get(_VAL) in ("0", "false", "off"):
        return False
    return properties.find(_W + "tag") is None or control.find(f".//{_W}rStyle") is not None


def _continues(merge: Node) -> bool:
    return merge is not None and merge.get(_VAL, "continue") != "restart"


def _continues_left(cells: list[GridCell], properties: Node, row: int) -> bool:
    """Whether a cell belongs to the one on its left, as older programs merge columns."""
    begun = bool(cells) and cells[-1].row == row
    return begun and properties is not None and _continues(properties.find(_W + "hMerge"))


def _number(node: Node, default: int) -> int:
    text = "" if node is None else node.get(_VAL, "")
    return min(int(text), MOST_COLUMNS) if text.isascii() and text.isdigit() and len(text) < 6 else default
