"""Blank registration forms as docx, drawn from the rows of the campaign file.

Room to write is a content control with the id of its field, so that a filled form reads back exactly. While it is
empty it shows what is printed there, or a blank: a prompt would be printed too, and other formats make text of it.
The same campaign gives the same bytes. The document ends with an empty paragraph: LibreOffice loses a table that
ends a document on its way through .doc.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from mailflow.documents.controls import add_control
from mailflow.documents.labels import place
from mailflow.documents.measures import TEXT_WIDTH, broken, column_widths, is_stamp, row_heights
from mailflow.model.campaign import Campaign, Category
from mailflow.model.form import Cell, Form

FONT = "宋体"
LATIN_FONT = "Times New Roman"
TITLE_POINTS = 20
TEXT_POINTS = 11

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
        forms[category.id] = write_form(campaign, category, _printed, controls=True)
    return forms[category.id]


def _printed(cell: Cell) -> str:
    return cell.text


def write_form(campaign: Campaign, category: Category, text_of: TextOf, *, controls: bool = False) -> bytes:
    """As `blank_form`; `text_of` is asked once for each cell, row by row. `controls`: room to write is marked."""
    from docx import Document
    from docx.shared import Cm

    form = campaign.form_of(category)
    title = campaign.form_title(category)
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm((21 - TEXT_WIDTH) / 2)
    section.top_margin = section.bottom_margin = Cm(2)
    _set_fonts(document)
    _add_title(document, title)
    _add_table(document, form, text_of, controls=controls)
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


def _add_table(document: Any, form: Form, text_of: TextOf, *, controls: bool) -> None:
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
        look = Look(wide=cell.across == len(widths), stamp=is_stamp(form, cell) and text == cell.text)
        field = form.field(cell.field) if controls and cell.field is not None else None
        _fill(target, cell, broken(cell) if text == cell.text else text, look)
        if field is not None:
            add_control(target, field, cell.text, number=row * 100 + column)


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell stands: `wide` over the whole table, or the room of a stamp."""

    wide: bool
    stamp: bool


def _fill(target: Any, cell: Cell, text: str, look: Look) -> None:
    """Writes a cell: labels centred, long texts from the top left, the date of a stamp at the lower right."""
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT as VERTICAL
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
    from docx.shared import Cm, Pt

    high = look.wide and cell.field
    target.vertical_alignment = VERTICAL.BOTTOM if look.stamp else VERTICAL.TOP if high else VERTICAL.CENTER
    for number, line in enumerate(text.split("\n")):
        paragraph = target.paragraphs[0] if number == 0 else target.add_paragraph()
        paragraph.paragraph_format.space_after = 0
        paragraph.paragraph_format.line_spacing = 1.0
        paragraph.add_run(line)
        if look.stamp:
            paragraph.alignment = ALIGN.RIGHT
            paragraph.paragraph_format.right_indent, paragraph.paragraph_format.space_after = Cm(0.6), Pt(6)
        elif (cell.across <= 3 and not look.wide and len(line) <= 30) or (look.wide and not cell.field):
            paragraph.alignment = ALIGN.CENTER


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
