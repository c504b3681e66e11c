"""Workbooks, PDF files and pictures."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import xlsxwriter
from PIL import Image

from mailflow.campaign.load import load_campaign
from mailflow.documents.excel import read_xls, read_xlsx
from mailflow.documents.pdf import as_meant, read_pdf
from mailflow.documents.pictures import check_picture
from mailflow.errors import ReadRefused
from mailflow.testing import pictures
from mailflow.testing.text_pdf import as_pdf


def workbook(fill: Callable[[Any], None]) -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        fill(book)
    return written.getvalue()


def test_numbers_and_days_of_a_workbook_are_read_as_a_person_sees_them() -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet("报名表")
        sheet.write_number(0, 0, 28345)
        sheet.write_number(0, 1, 0.45)
        sheet.write_datetime(0, 2, date(2020, 8, 20), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_number(0, 3, 13800000000)

    sheet = read_xlsx(workbook(fill))
    assert sheet.lines == ("报名表",)
    assert [cell.text for cell in sheet.grids[0].cells] == ["28345", "0.45", "2020-08-20", "13800000000"]


def test_a_hidden_sheet_is_not_read() -> None:
    def fill(book: Any) -> None:
        book.add_worksheet("看得见").write_string(0, 0, "姓名")
        hidden = book.add_worksheet("看不见")
        hidden.write_string(0, 0, "别人")
        hidden.hide()

    assert read_xlsx(workbook(fill)).lines == ("看得见",)


def test_a_merged_range_is_one_cell() -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 1, 1, 2, "照片")
        sheet.write_string(1, 0, "姓名")

    (grid,) = read_xlsx(workbook(fill)).grids
    photo = grid.at(1, 2)
    assert photo is not None
    assert (photo.text, photo.across, photo.down) == ("照片", 2, 2)


def test_a_cell_in_the_last_corner_of_a_sheet_is_refused_at_once() -> None:
    content = workbook(lambda book: book.add_worksheet().write_string(1_048_575, 16_383, "x"))
    with pytest.raises(ReadRefused, match="no form is that large"):
        read_xlsx(content)


@pytest.mark.parametrize(
    "cell", ['<row r="1048576"><c t="inlineStr"><is><t>x</t></is></c></row>', '<row><c r="XFD9"><v>1</v></c></row>']
)
def test_a_far_cell_is_found_in_whatever_part_it_is_hidden(cell: str) -> None:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{space}"><sheetData>{cell}</sheetData></worksheet>'.encode("utf-16")
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as container:
        container.writestr("xl/workbook.xml", b"<workbook/>")
        container.writestr("xl/elsewhere.bin", sheet)
    with pytest.raises(ReadRefused, match="no form is that large"):
        read_xlsx(written.getvalue())


@pytest.mark.parametrize("read", [read_xlsx, read_xls, read_pdf])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"garbage",
        b"PK\x03\x04",
        b"%PDF-1.4\n%%EOF",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        workbook(lambda book: book.add_worksheet().write_string(0, 0, "x"))[:-200],
    ],
)
def test_a_broken_file_is_refused(read: Callable[[bytes], object], content: bytes) -> None:
    with pytest.raises(ReadRefused):
        read(content)


def test_a_scan_as_pdf_is_blank_and_holds_a_picture() -> None:
    sheet = read_pdf(pictures.stamped_scan(["优秀学员报名表"], file_format="PDF"))
    assert sheet.is_blank
    assert sheet.pictures == 1


def test_what_a_copier_made_out_on_a_page_is_no_electronic_text() -> None:
    campaign = load_campaign("shanxi-2020")
    assert not read_pdf(as_pdf(campaign, "announcer", {"name": "王小明"})).is_blank
    copied = read_pdf(as_pdf(campaign, "announcer", {"name": "王小明"}, copied=True))
    assert (copied.is_blank, copied.pictures) == (True, 1)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP", "BMP", "GIF"])
def test_a_whole_picture_is_let_through(file_format: str) -> None:
    check_picture(pictures.drawn_picture(["我的信息"], file_format=file_format))


@pytest.mark.parametrize("file_format", ["PNG", "JPEG"])
def test_a_picture_that_is_cut_off_is_refused(file_format: str) -> None:
    whole = pictures.drawn_picture(["我的信息"], file_format=file_format)
    with pytest.raises(ReadRefused):
        check_picture(whole[: len(whole) * 2 // 3])


@pytest.mark.parametrize("content", [b"\xff\xd8\xff garbage", b"\x89PNG\r\n\x1a\n garbage", b"GIF89a", b"BM"])
def test_a_picture_without_a_readable_head_is_refused(content: bytes) -> None:
    with pytest.raises(ReadRefused):
        check_picture(content)


def test_a_picture_with_too_many_pixels_is_refused_by_its_head() -> None:
    written = io.BytesIO()
    Image.new("1", (8, 8)).save(written, "PNG")
    bomb = bytearray(written.getvalue())
    bomb[16:24] = struct.pack(">II", 13_000, 13_000)
    with pytest.raises(ReadRefused):
        check_picture(bytes(bomb))


def test_pictures_that_are_not_opened_here_are_let_through() -> None:
    check_picture(b"\0\0\0\x18ftypheic" + b"\0" * 50)


def test_drawn_pictures_are_the_same_each_time_and_as_large_as_asked() -> None:
    assert pictures.photo(seed=1) == pictures.photo(seed=1) != pictures.photo(seed=2)
    assert 100_000 < len(pictures.photo(kilobytes=150)) < 220_000


def test_compatibility_forms_that_fonts_of_a_pdf_give_are_the_characters_meant() -> None:
    assert as_meant("\uf98e度积分 \u2f24学 王小\ufa11") == "年度积分 大学 王小\ufa11"
