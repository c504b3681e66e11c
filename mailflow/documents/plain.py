"""The least docx that holds given lines and tables, for the readers and for people; nothing of looks."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from xml.sax.saxutils import escape

from mailflow.documents.grid import Grid, GridCell, Sheet

_SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS = {
    "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>',
    "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
}
_BORDERS = "".join(f'<w:{side} w:val="single" w:sz="4"/>' for side in ("top", "left", "bottom", "right"))
_INNER = "".join(f'<w:{side} w:val="single" w:sz="4"/>' for side in ("insideH", "insideV"))
_WIDTH = 9_000
"""Of a table, in twentieths of a point."""


def write_docx(sheet: Sheet) -> bytes:
    """`sheet` as docx, the same bytes each time.."""
    body = "".join(_table(one) if isinstance(one, Grid) else _paragraph(one) for one in (*sheet.blocks, ""))
    document = f'{_HEAD}<w:document xmlns:w="{_SPACE}"><w:body>{body}</w:body></w:document>'
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in {**_PARTS, "word/document.xml": document}.items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, part)
    return written.getvalue()


def _paragraph(text: str) -> str:
    runs = "<w:br/>".join(f'<w:t xml:space="preserve">{_clean(line)}</w:t>' for line in text.split("\n"))
    return f"<w:p><w:r>{runs}</w:r></w:p>"


def _table(grid: Grid) -> str:
    width = grid.width or 1
    columns = f'<w:gridCol w:w="{_WIDTH // width}"/>' * width
    rows = "".join(f"<w:tr>{''.join(_row(grid, number))}</w:tr>" for number in range(grid.height))
    properties = f"<w:tblPr><w:tblBorders>{_BORDERS}{_INNER}</w:tblBorders></w:tblPr>"
    return f"<w:tbl>{properties}<w:tblGrid>{columns}</w:tblGrid>{rows}</w:tbl>"


def _row(grid: Grid, number: int) -> Iterator[str]:
    column = 0
    while column < grid.width:
        cell = grid.at(number, column) or GridCell("", number, column)
        text = cell.text if cell.row == number and cell.column == column else ""
        yield (
            f'<w:tc><w:tcPr><w:tcW w:w="{_WIDTH // grid.width * cell.across}" w:type="dxa"/>'
            f'<w:gridSpan w:val="{cell.across}"/>{_merge(cell, number)}</w:tcPr>{_paragraph(text)}</w:tc>'
        )
        column += cell.across


def _merge(cell: GridCell, number: int) -> str:
    if cell.down == 1:
        return ""
    return '<w:vMerge w:val="restart"/>' if cell.row == number else "<w:vMerge/>"


def _clean(text: str) -> str:
    """`text` for XML 1.0, which knows no control characters (§2.2)."""
    return escape("".join(char for char in text if char >= " " or char == "\t"))
