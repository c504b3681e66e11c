"""Reads xlsx and xls by python-calamine.

calamine lays a sheet out densely: one cell at XFD1048576 would take all memory there is. So where the cells stand is
looked up first.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from mailflow.documents.grid import MOST_CELLS, MOST_CHARS, MOST_COLUMNS, MOST_ROWS, Grid, GridCell, Sheet
from mailflow.documents.kinds import open_package, read_head, read_part
from mailflow.errors import ReadRefused

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

MOST_SHEETS = 20
TALLEST_MERGE = 100
MOST_COVERED = 200_000
MOST_RECORDS = 1_000_000
MOST_SHEET_XML = 16 * 2**20
FARTHEST_ROW = 10_000
FARTHEST_COLUMN = 256
_CELL_RECORDS = frozenset({0x0006, 0x00BD, 0x00BE, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E})
_CELL_NAME = re.compile(r"([A-Za-z]{1,4})(\d{1,8})")


def read_xlsx(content: bytes) -> Sheet:
    """The visible sheets of a workbook as tables, each after its name as a line. Raises ReadRefused."""
    with open_package(content) as package:
        for entry in package.infolist():
            _check_sheet_xml(package, entry)
    return _read(content)


def read_xls(content: bytes) -> Sheet:
    """As `read_xlsx`, for the older format (MS-XLS). Raises ReadRefused."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            name = "Workbook" if ole.exists("Workbook") else "Book"
            records = ole.openstream(name).read()
    except Exception as error:  # olefile lets struct, index and recursion errors of damaged files through
        raise ReadRefused(f"the workbook is damaged: {type(error).__name__}") from error
    for number, (kind, row) in enumerate(_cell_rows(records)):
        if number > MOST_RECORDS:
            raise ReadRefused(f"the workbook has more than {MOST_RECORDS} cells")
        if row >= FARTHEST_ROW:
            raise ReadRefused(f"a cell stands in row {row + 1} (record {kind:#x}), no form is that long")
    return _read(content)


def _cell_rows(records: bytes) -> Iterator[tuple[int, int]]:
    """Kind and row of each cell record (MS-XLS §2.4: type, length, then row)."""
    place = 0
    while place + 6 <= len(records):
        kind, length, row = struct.unpack_from("<HHH", records, place)
        if kind in _CELL_RECORDS:
            yield kind, row
        place += 4 + length


def _check_sheet_xml(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Refuses a worksheet with a filled cell far out. Any part may be one: relationships name them freely."""
    from lxml import etree

    if b"worksheet" not in read_head(package, entry).replace(b"\0", b""):  # nor in UTF-16
        return
    xml = read_part(package, entry.filename, MOST_SHEET_XML)
    try:
        rows = etree.iterparse(
            io.BytesIO(xml), tag="{*}row", resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False
        )
        number = 0
        for _, row in rows:
            number = _row_number(row, number)
            _check_row(row, number)
            row.clear()
    except etree.XMLSyntaxError as error:
        raise ReadRefused(f"a sheet is damaged at line {error.lineno}") from error


def _row_number(row: Any, before: int) -> int:
    text = row.get("r", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else before + 1


def _check_row(row: Any, number: int) -> None:
    column = 0
    for cell in row:
        column += 1
        if len(cell) == 0:
            continue
        name = _CELL_NAME.fullmatch(cell.get("r", ""))
        at_row = max(number, int(name[2]) if name else 0)
        column = _column(name[1]) if name else column
        if at_row > FARTHEST_ROW or column > FARTHEST_COLUMN:
            raise ReadRefused(f"a cell stands at row {at_row}, column {column}: no form is that large")


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _read(content: bytes) -> Sheet:
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    blocks: list[str | Grid] = []
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        visible = [one.name for one in workbook.sheets_metadata if one.visible == SheetVisibleEnum.Visible]
        for name in visible[:MOST_SHEETS]:
            grid = _grid(workbook.get_sheet_by_name(name))
            if grid.cells:
                blocks += [name, grid]
    except BaseException as error:  # a panic of calamine's Rust arrives as a BaseException of pyo3's own
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise ReadRefused(f"the workbook cannot be read: {type(error).__name__}") from error
    return Sheet(tuple(blocks))


def _grid(sheet: CalamineSheet) -> Grid:
    """The cells of a sheet; a merged range is one cell at its first corner."""
    top, left = sheet.start or (0, 0)
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    covered: set[tuple[int, int]] = set()
    for (row, column), (end_row, end_column) in sheet.merged_cell_ranges or ():
        if len(covered) > MOST_COVERED:
            break
        if row > MOST_ROWS or column > MOST_COLUMNS:
            continue
        last_row, last_column = min(end_row, row + TALLEST_MERGE), min(end_column, column + MOST_COLUMNS)
        spans[row, column] = (last_column - column + 1, last_row - row + 1)
        covered.update((r, c) for r in range(row, last_row + 1) for c in range(column, last_column + 1))
        covered.discard((row, column))
    cells: list[GridCell] = []
    chars = 0
    for row, values in enumerate(sheet.iter_rows(), start=top):
        if row >= MOST_ROWS or len(cells) >= MOST_CELLS or chars > MOST_CHARS:
            break
        for column, value in enumerate(values[:MOST_COLUMNS], start=left):
            if (row, column) not in covered:
                text = _text(value)
                chars += len(text)
                across, down = spans.get((row, column), (1, 1))
                cells.append(GridCell(text, row, column, across, down))
    return Grid(tuple(cells))


def _text(value: object) -> str:
    """A cell's value as a person sees it: 28345.0 as 28345, a date without its midnight."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()
