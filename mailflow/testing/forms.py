"""Filled registration forms, in the shapes that people send them, for tests and the demo."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mailflow.documents.blank import blank_form, write_form
from mailflow.documents.labels import place
from mailflow.model.campaign import Campaign
from mailflow.model.form import Cell, Combine, Form
from mailflow.testing.ole import Merge, workbook

Values = Mapping[str, str] | Mapping[str, str | Sequence[str]]
"""Texts by field id. Several texts fill the cells of one field in order (spot-check days, titles)."""

_ROOM = re.compile(r"[（(][\s_]*(?:月\s*日)?[\s_]*[）)]")


def filled_form(campaign: Campaign, category_id: str, values: Values) -> bytes:
    """The category's blank form with `values` typed into the cells of their fields, as docx."""
    category = campaign.category(category_id)
    return write_form(campaign, category, text_of_cells(campaign.form(category.form), values))


def filled_controls(campaign: Campaign, category_id: str, values: Values) -> bytes:
    """The blank form as `mailflow forms` writes it, with `values` typed into its content controls."""
    from docx import Document
    from docx.oxml.ns import qn

    category = campaign.category(category_id)
    document = Document(io.BytesIO(blank_form(campaign, category)))
    form, used = campaign.form(category.form), set[str]()
    for control in document.element.body.iter(qn("w:sdt")):
        properties = control.find(qn("w:sdtPr"))
        tag = properties.find(qn("w:tag")).get(qn("w:val"))
        field = form.field(tag)
        if tag not in values or (field is not None and field.combine is Combine.COUNT and tag in used):
            continue
        used.add(tag)
        properties.remove(properties.find(qn("w:showingPlcHdr")))
        next(control.iter(qn("w:t"))).text = _first(values, tag)
    return _saved(document)


def with_pictures(docx: bytes, *contents: bytes, names: Sequence[str] = ()) -> bytes:
    """`docx` with pictures pasted in, as a word processor keeps them: word/media/image1.png and so on."""
    written = io.BytesIO(docx)
    with zipfile.ZipFile(written, "a", zipfile.ZIP_DEFLATED) as package:
        for number, content in enumerate(contents):
            name = names[number] if names else f"image{number + 1}.png"
            entry = zipfile.ZipInfo(f"word/media/{name}", (1980, 1, 1, 0, 0, 0))
            package.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def value_in_label_cell(campaign: Campaign, category_id: str, values: Values) -> bytes:
    """A docx whose table says "label：value" in one cell each, two to a row."""
    form = campaign.form(campaign.category(category_id).form)
    told = [f"{one.label}：{text}" for one in form.fields if (text := _first(values, one.id))]
    rows = [told[number : number + 2] for number in range(0, len(told), 2)]
    return _table(campaign, category_id, rows)


def value_under_label(campaign: Campaign, category_id: str, values: Values) -> bytes:
    """A docx whose table has a row of labels above a row of values."""
    form = campaign.form(campaign.category(category_id).form)
    told = [(one.label, _first(values, one.id)) for one in form.fields if one.beside is None]
    return _table(campaign, category_id, [[label for label, _ in told], [text for _, text in told]])


def value_in_lines(campaign: Campaign, category_id: str, values: Values) -> bytes:
    """A docx without any table: lines "label：value"."""
    from docx import Document

    category = campaign.category(category_id)
    document = Document()
    document.add_paragraph(campaign.form_title(category))
    for one in campaign.form(category.form).fields:
        if text := _first(values, one.id):
            document.add_paragraph(f"{one.label}：{text}")
    return _saved(document)


def in_content_controls(campaign: Campaign, category_id: str, values: Values) -> bytes:
    """The filled form with each value inside a content control (w:sdt), and prompts in the empty cells."""
    return _rewritten(campaign, category_id, values, _wrap_in_control, prompt="单击此处输入文字")


def as_tracked_changes(campaign: Campaign, category_id: str, values: Values) -> bytes:
    """The filled form with each value as a tracked insertion after a deleted "99999"."""
    return _rewritten(campaign, category_id, values, _track)


def as_workbook(campaign: Campaign, category_id: str, values: Values) -> bytes:
    """The filled form as xlsx, with the same merged cells."""
    import xlsxwriter

    category = campaign.category(category_id)
    form = campaign.form(category.form)
    text_of = text_of_cells(form, values)
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("Sheet1")
        width = max(column + cell.across for _, column, cell in place(form.rows))
        sheet.merge_range(0, 0, 0, width - 1, campaign.form_title(category))
        for row, column, cell in place(form.rows):
            text = text_of(cell)
            if cell.across > 1 or cell.down > 1:
                sheet.merge_range(row + 1, column, row + cell.down, column + cell.across - 1, text)
            else:
                sheet.write_string(row + 1, column, text)
    return written.getvalue()


def as_old_workbook(campaign: Campaign, category_id: str, values: Values) -> bytes:
    """The filled form as .xls, which WPS calls .et, with the same merged cells."""
    category = campaign.category(category_id)
    form = campaign.form(category.form)
    text_of = text_of_cells(form, values)
    rows = [[campaign.form_title(category)], *([""] * 20 for _ in form.rows)]
    merges: list[Merge] = []
    for row, column, cell in place(form.rows):
        rows[row + 1][column] = text_of(cell)
        if cell.across > 1 or cell.down > 1:
            merges.append((row + 1, row + cell.down, column, column + cell.across - 1))
    return workbook(rows, merges)


def bare_docx(body: str, *, parts: Mapping[str, bytes] | None = None) -> bytes:
    """The least docx with `body` as the inner XML of w:body; `parts` adds or replaces parts of the container."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    document = (
        f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
    )
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in {"word/document.xml": document.encode(), **(parts or {})}.items():
            container.writestr(name, content)
    return written.getvalue()


def text_of_cells(form: Form, values: Values) -> Callable[[Cell], str]:
    """Gives each cell the next text of its field; one text fills all days, but only the first title."""
    used: dict[str, int] = {}

    def text_of(cell: Cell) -> str:
        given = values.get(cell.field) if cell.field is not None else None
        if given is None or cell.field is None:
            return cell.text
        number = used.get(cell.field, 0)
        used[cell.field] = number + 1
        field = form.field(cell.field)
        if isinstance(given, str):
            repeated = field is not None and field.combine in (Combine.LOWEST, Combine.HIGHEST)
            given = [given] if number == 0 or not repeated else [*[""] * number, given]
        text = given[number] if number < len(given) else cell.text
        return _into_sentence(cell.text, text) if field is not None and field.pattern else text

    return text_of


def _into_sentence(sentence: str, text: str) -> str:
    """`text` put into the brackets of a printed sentence: 这是本年度第（ 2 ）次填报通关。"""
    if not _ROOM.search(sentence):
        return f"{text}\n{sentence}" if sentence and "日" not in text else text
    return _ROOM.sub(lambda room: f"{room[0][0]} {text} {room[0][-1]}", sentence, count=1)


def _first(values: Values, field_id: str) -> str:
    given = values.get(field_id, "")
    return given if isinstance(given, str) else next(iter(given), "")


def _table(campaign: Campaign, category_id: str, rows: Sequence[Sequence[str]]) -> bytes:
    from docx import Document

    document = Document()
    document.add_paragraph(campaign.form_title(campaign.category(category_id)))
    table = document.add_table(rows=len(rows), cols=max(map(len, rows)))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=False):
            cell.text = text
    document.add_paragraph()
    return _saved(document)


def _rewritten(
    campaign: Campaign, category_id: str, values: Values, change: Callable[[Any], None], *, prompt: str = ""
) -> bytes:
    """The filled form with the run of each filled cell passed through `change`."""
    from docx import Document

    form = campaign.form(campaign.category(category_id).form)
    document = Document(io.BytesIO(filled_form(campaign, category_id, values)))
    table = document.tables[0]
    for row, column, cell in place(form.rows):
        if cell.field is None:
            continue
        paragraph = table.cell(row, column).paragraphs[0]
        if cell.field in values:
            for run in list(paragraph.runs):
                change(run._r)
        elif prompt and not cell.text:
            _show_prompt(paragraph.add_run(prompt)._r)
    return _saved(document)


def _wrap_in_control(run: Any) -> Any:
    from docx.oxml import OxmlElement

    control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
    run.addprevious(control)
    control.append(OxmlElement("w:sdtPr"))
    control.append(content)
    content.append(run)
    return control


def _show_prompt(run: Any) -> None:
    from docx.oxml import OxmlElement

    _wrap_in_control(run)[0].append(OxmlElement("w:showingPlcHdr"))


def _track(run: Any) -> None:
    from docx.oxml import OxmlElement

    inserted, deleted, old, old_text = (OxmlElement(name) for name in ("w:ins", "w:del", "w:r", "w:delText"))
    run.addprevious(deleted)
    run.addprevious(inserted)
    old_text.text = "99999"
    old.append(old_text)
    deleted.append(old)
    inserted.append(run)


def _saved(document: Any) -> bytes:
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()
