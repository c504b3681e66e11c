"""A blank form that is filled in reads back as it was filled, for every category of every shipped campaign."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.documents.blank import blank_form
from mailflow.documents.controls import BLANK
from mailflow.documents.excel import read_xls, read_xlsx
from mailflow.documents.grid import Sheet
from mailflow.documents.layout import read_form
from mailflow.documents.pdf import read_pdf
from mailflow.documents.values import squeeze
from mailflow.documents.word import read_docx
from mailflow.model.campaign import Campaign
from mailflow.model.facts import FormReading, Value
from mailflow.testing import forms
from mailflow.testing.filled import expected, written
from mailflow.testing.text_pdf import as_pdf

CAMPAIGNS = ("shanxi-2020", "village-grants")
Write = Callable[[Campaign, str, Mapping[str, str]], bytes]
SHAPES: dict[str, tuple[Write, Callable[[bytes], Sheet]]] = {
    "typed into the cells": (forms.filled_form, read_docx),
    "in the controls of our own form": (forms.filled_controls, read_docx),
    "in content controls": (forms.in_content_controls, read_docx),
    "as tracked changes": (forms.as_tracked_changes, read_docx),
    "as a workbook": (forms.as_workbook, read_xlsx),
    "as an old workbook, .xls or .et": (forms.as_old_workbook, read_xls),
    "as a PDF with text": (as_pdf, read_pdf),
}
LOOSE_SHAPES: dict[str, tuple[Write, Callable[[bytes], Sheet]]] = {
    "in the label's cell": (forms.value_in_label_cell, read_docx),
    "under the label": (forms.value_under_label, read_docx),
    "in lines without a table": (forms.value_in_lines, read_docx),
}


def as_dict(reading: FormReading) -> dict[str, Value]:
    return dict(reading.fields)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("campaign_id", CAMPAIGNS)
def test_a_filled_form_reads_back_exactly_in_every_category(campaign_id: str, shape: str) -> None:
    campaign = load_campaign(campaign_id)
    write, read = SHAPES[shape]
    for category in campaign.categories:
        reading = read_form(read(write(campaign, category.id, written(campaign, category))), campaign)
        assert reading is not None, category.id
        assert as_dict(reading) == expected(campaign, category), category.id
        assert (reading.form, reading.categories) == (category.form, (category.id,))
        assert not reading.invalid


@pytest.mark.parametrize("shape", LOOSE_SHAPES)
@pytest.mark.parametrize("campaign_id", CAMPAIGNS)
def test_a_form_that_people_made_themselves_reads_back_in_every_category(campaign_id: str, shape: str) -> None:
    campaign = load_campaign(campaign_id)
    write, read = LOOSE_SHAPES[shape]
    for category in campaign.categories:
        form = campaign.form(category.form)
        reading = read_form(read(write(campaign, category.id, written(campaign, category))), campaign)
        assert reading is not None, category.id
        wanted = {k: v for k, v in expected(campaign, category).items() if k in form.required}
        assert {k: reading.fields.get(k) for k in wanted} == wanted, category.id
        assert reading.categories == (category.id,)


@pytest.mark.parametrize("campaign_id", CAMPAIGNS)
def test_a_blank_form_says_nothing_in_any_category(campaign_id: str) -> None:
    campaign = load_campaign(campaign_id)
    for category in campaign.categories:
        reading = read_form(read_docx(blank_form(campaign, category)), campaign)
        assert reading == FormReading(category.form, (category.id,)), category.id


@pytest.mark.parametrize("campaign_id", CAMPAIGNS)
def test_a_blank_form_has_the_same_bytes_each_time(campaign_id: str) -> None:
    once, again = load_campaign(campaign_id), load_campaign(campaign_id)
    for first, second in zip(once.categories, again.categories, strict=True):
        assert blank_form(once, first) == blank_form(again, second)


@pytest.mark.parametrize("campaign_id", CAMPAIGNS)
def test_each_field_with_room_in_a_form_has_a_control_with_its_label_and_id(campaign_id: str) -> None:
    from docx import Document

    campaign = load_campaign(campaign_id)
    for category in campaign.categories:
        form = campaign.form(category.form)
        body = Document(io.BytesIO(blank_form(campaign, category))).element.body
        tags = [str(tag) for tag in body.xpath(".//w:sdtPr/w:tag/@w:val")]
        assert tags == [cell.field for row in form.rows for cell in row if cell.field]
        labels = {one.id: one.label for one in form.fields}
        assert body.xpath(".//w:sdtPr/w:alias/@w:val") == [labels[tag] for tag in tags]
        numbers = body.xpath(".//w:sdtPr/w:id/@w:val")
        assert len(set(numbers)) == len(numbers)


def test_a_value_in_a_control_counts_though_the_mark_of_the_empty_one_was_left() -> None:
    campaign = load_campaign("shanxi-2020")
    content = blank_form(campaign, campaign.category("announcer"))
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        xml = package.read("word/document.xml").decode()
    assert xml.count(BLANK) > 1
    filled = forms.bare_docx("", parts={"word/document.xml": xml.replace(BLANK, "王小明", 1).encode()})
    reading = read_form(read_docx(filled), campaign)
    assert reading is not None
    assert reading.fields == {"name": "王小明"}


def test_a_blank_form_shows_all_labels_and_ends_with_an_empty_paragraph() -> None:
    """Without the paragraph LibreOffice loses the table on its way through .doc."""
    campaign = load_campaign("shanxi-2020")
    for category in campaign.categories:
        sheet = read_docx(blank_form(campaign, category))
        shown = {squeeze(cell.text) for grid in sheet.grids for cell in grid.cells}
        printed = {squeeze(cell.text) for row in campaign.form_of(category).rows for cell in row}
        assert shown == printed
        assert sheet.blocks[0] == campaign.form_title(category)
        assert sheet.blocks[-1] == ""


def test_a_learners_table_under_the_title_of_the_challenge_is_a_form_of_the_challenge() -> None:
    campaign = load_campaign("shanxi-2020")
    grid = read_docx(forms.filled_form(campaign, "model-learner", {"name": "王小明"})).grids[0]
    reading = read_form(Sheet(("挑战达人报名表", grid)), campaign)
    assert reading is not None
    assert (reading.form, reading.categories) == ("challenge-master", ("challenge-master",))
