"""Blank registration forms as docx, drawn from the rows of the campaign file.

The same campaign gives the same bytes. The document ends with an empty paragraph: LibreOffice loses a table that
ends a document on its way through .doc.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import UTC
from typing import Any

from mailflow.documents.labels import place
from mailflow.model.campaign import Campaign, Category
from mailflow.model.form import Cell, FieldKind, Form

FONT = "宋体"
LATIN_FONT = "Times New Roman"
TEXT_WIDTH = 16.4
"""Centimetres between the margins of an A4 page."""
TITLE_POINTS = 18
TEXT_POINTS = 11
TEXT_HEIGHT = 24.0
"""Centimetres left for the table on a page below its title."""
LONGEST_LABEL = 6
"""Chinese characters of a label in one line; longer ones are broken in the middle."""
LABEL_WIDTH = 2.9
LATIN_LABEL_WIDTH = 3.9
PHOTO_WIDTH = 3.2
STAMP_HEIGHT = 3.4
_SIGNED_DATE = re.compile(r"年\s*月\s*日|date:?[\s_]*", re.I)

_drawn: tuple[Campaign, dict[str, bytes]] | None = None

TextOf = Callable[[Cell], str]
"""Gives the text that a cell shows."""


def blank_form(campaign: Campaign, category: Category) -> bytes:
    """The form of `category` as a docx file, with its title, labels and printed notes.

    Drawn once for the campaign that was asked for last: many letters bring the same form.
    """
    global _drawn  # noqa: PLW0603  one campaign a process: a cache of its forms
    if _drawn is None or _drawn[0] is not campaign:
        _drawn = (campaign, {})
    forms = _drawn[1]
    if category.id not in forms:
        forms[category.id] = write_form(campaign, category, _printed)
    return forms[category.id]


def _printed(cell: Cell) -> str:
    return cell.text


def write_form(campaign: Campaign, category: Category, text_of: TextOf) -> bytes:
    """As `blank_form`; `text_of` is asked once for each cell, row by row."""
    from docx import Document
    from docx.shared import Cm

    form = campaign.form(category.form)
    title = campaign.form_title(category)
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm((21 - TEXT_WIDTH) / 2)
    section.top_margin = section.bottom_margin = Cm(2)
    _set_fonts(document)
    _add_title(document, title)
    _add_table(document, form, text_of)
    document.add_paragraph().paragraph_format.space_after = 0
    properties = document.core_properties
    properties.title, properties.author, properties.comments = title, campaign.name, ""
    properties.created = properties.modified = campaign.opens.astimezone(UTC).replace(tzinfo=None)
    properties.last_modified_by = campaign.name
    written = io.BytesIO()
    document.save(written)
    return _without_times(written.getvalue())


def _set_fonts(document: Any) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    style = document.styles["Normal"]
    style.font.name = LATIN_FONT
    style.font.size = Pt(TEXT_POINTS)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)


def _add_title(document: Any, title: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = Pt(10)
    run = paragraph.add_run(title)
    run.bold = True
    run.font.size = Pt(TITLE_POINTS)


def _add_table(document: Any, form: Form, text_of: TextOf) -> None:
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.shared import Cm

    widths = column_widths(form)
    table = document.add_table(rows=len(form.rows), cols=len(widths))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for one, height in zip(table.rows, row_heights(form), strict=True):
        one.height = Cm(height)
    grid = [row.cells for row in table.rows]  # read once: python-docx counts through the table for each cell
    for row, column, cell in place(form.rows):
        target = grid[row][column]
        if cell.down > 1 or cell.across > 1:
            target = target.merge(grid[row + cell.down - 1][column + cell.across - 1])
        target.width = Cm(sum(widths[column : column + cell.across]))
        text = text_of(cell)
        _fill(
            target,
            cell,
            _broken(cell) if text == cell.text else text,
            wide=cell.across == len(widths),
            stamp=_is_stamp(form, cell),
        )


def _fill(target: Any, cell: Cell, text: str, *, wide: bool, stamp: bool) -> None:
    """Writes a cell: labels centred, long texts from the top left, the date of a stamp at the lower right."""
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT as VERTICAL
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN

    stamp = stamp and text == cell.text
    target.vertical_alignment = VERTICAL.BOTTOM if stamp else VERTICAL.TOP if wide and cell.field else VERTICAL.CENTER
    for number, line in enumerate(text.split("\n")):
        paragraph = target.paragraphs[0] if number == 0 else target.add_paragraph()
        paragraph.paragraph_format.space_after = 0
        paragraph.paragraph_format.line_spacing = 1.0
        paragraph.add_run(line)
        if stamp:
            paragraph.alignment = ALIGN.RIGHT
        elif cell.across <= 3 and not wide and len(line) <= 30:
            paragraph.alignment = ALIGN.CENTER


def _is_stamp(form: Form, cell: Cell) -> bool:
    """Whether the cell is for a stamp: a text's room in which only the date is printed."""
    field = form.field(cell.field) if cell.field is not None else None
    return field is not None and field.kind is FieldKind.TEXT and bool(_SIGNED_DATE.fullmatch(cell.text.strip()))


def _broken(cell: Cell) -> str:
    """The cell's text; a long Chinese label in a narrow cell in two even lines (报送单位 / 核实意见)."""
    text = cell.text
    if cell.field is not None or cell.across > 1 or not LONGEST_LABEL < len(text) <= 2 * LONGEST_LABEL:
        return text
    if not all(unicodedata.east_asian_width(char) in "WF" or char.isdigit() for char in text):
        return text
    half = (len(text) + 1) // 2
    return f"{text[:half]}\n{text[half:]}"


def column_widths(form: Form) -> list[float]:
    """Centimetres for each column: as wide as its labels need, the rest shared by the columns with room to write."""
    placed = list(place(form.rows))
    count = max((column + cell.across for _, column, cell in placed), default=1)
    needs = [1.4] * count
    room = [0.0] * count
    for _, column, cell in placed:
        if cell.across == 1:
            longest = max(_columns_of(line) for line in _broken(cell).split("\n"))
            photo = cell.down > 2 and cell.field is None and cell.text != ""
            most = LATIN_LABEL_WIDTH if cell.text.isascii() else LABEL_WIDTH
            needs[column] = max(needs[column], PHOTO_WIDTH if photo else min(most, 0.55 + 0.2 * longest))
        if cell.field is not None and cell.across == 1:
            room[column] = 1.0
    if not any(room):
        room = [1.0] * count
    spare = TEXT_WIDTH - sum(needs)
    if spare < 0:
        return [need * TEXT_WIDTH / sum(needs) for need in needs]
    return [need + spare * part / sum(room) for need, part in zip(needs, room, strict=True)]


def _columns_of(text: str) -> int:
    """How wide a text is in half-width characters."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def row_heights(form: Form) -> list[float]:
    """Least centimetres for each row: room for a stamp, and what the page has left for long texts."""
    count = max((column + cell.across for _, column, cell in place(form.rows)), default=1)
    usual = 1.15 if len(form.rows) <= 12 else 0.8
    heights = [usual] * len(form.rows)
    long_rows: list[int] = []
    for row, _, cell in place(form.rows):
        if _is_stamp(form, cell):
            heights[row] = STAMP_HEIGHT
        elif cell.field is not None and cell.across == count and not cell.text:
            long_rows.append(row)
    left = TEXT_HEIGHT - sum(heights)
    for row in long_rows:
        heights[row] = max(3.0, min(8.0, left / len(long_rows)))
    return heights


def _without_times(docx: bytes) -> bytes:
    """The same container with the time of each entry taken out."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as source, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            target.writestr(entry, source.read(name))
    return written.getvalue()
