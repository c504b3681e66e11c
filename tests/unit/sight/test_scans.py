"""Scans of forms: turned upright, their table told cell by cell, their words in the cells, their seal seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw

from mailflow.documents.grid import Grid, GridCell
from mailflow.model.sight import Look, Page, Seal
from mailflow.sight.look import look_at
from mailflow.testing.drawn import encoded, font, screen
from mailflow.testing.scans import FORM, as_pdf, form_page, photographed, scanned, stamped


def table(page: Page) -> Grid:
    """What a reader makes of a page: each cell with the lines that stand in it."""
    return Grid(
        tuple(
            GridCell(
                "".join(
                    line.text
                    for line in page.lines
                    if box.left <= (line.left + line.right) / 2 <= box.right
                    and box.top <= (line.top + line.bottom) / 2 <= box.bottom
                ),
                box.row,
                box.column,
                box.across,
                box.down,
            )
            for box in page.boxes
        )
    )


def only_page(content: bytes, look: Look = Look.PICTURE) -> Page:
    sight = look_at(content, look)
    assert sight.problem is None, sight.detail
    (page,) = sight.pages
    return page


def test_a_crooked_scan_with_a_seal_gives_the_form_cell_by_cell() -> None:
    page = only_page(as_pdf([scanned(form_page(), degrees=3)]), Look.SCAN)
    assert table(page) == FORM
    assert page.seal is Seal.PRESENT
    assert not page.blurred


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(lambda page: scanned(page, degrees=-5), id="skewed by five degrees"),
        pytest.param(lambda page: scanned(page, degrees=91), id="on its side"),
        pytest.param(lambda page: photographed(page, tilt=0.2), id="held in the hand"),
        pytest.param(
            lambda page: scanned(page.convert("L").convert("RGB"), degrees=1.5, noise=40), id="grey and grainy"
        ),
    ],
)
def test_a_picture_of_a_form_gives_the_form_cell_by_cell(seen: Callable[[Image.Image], Image.Image]) -> None:
    assert table(only_page(encoded(seen(form_page(dpi=150)), quality=70))) == FORM


def test_lone_digits_and_narrow_cells_are_read() -> None:
    cells = (
        GridCell("序号", 0, 0),
        GridCell("人数", 0, 1),
        GridCell("7", 1, 0),
        GridCell("1", 1, 1),
        GridCell("8", 2, 0),
        GridCell("43", 2, 1),
    )
    drawn = form_page(Grid(cells), widths=(0.2, 0.3), heights=(0.8, 0.8, 0.8), seal=False)
    assert table(only_page(encoded(drawn))).cells == cells


def test_words_that_fill_their_cells_are_not_read_as_one() -> None:
    cells = tuple(
        GridCell(text, row, column)
        for row in range(3)
        for column, text in enumerate(("总积分", "31405", "10886", "927"))
    )
    drawn = form_page(Grid(cells), widths=(0.12, 0.126, 0.126, 0.2), heights=(0.5, 0.5, 0.5), seal=False)
    assert table(only_page(encoded(drawn))).cells == cells


def test_a_label_set_one_character_under_the_other_is_read() -> None:
    cells = (
        GridCell("姓名", 0, 0, across=2),
        GridCell("测试甲", 0, 2),
        GridCell("主要事迹", 1, 0),
        GridCell("坚持每天学习", 1, 1, across=2),
        GridCell("总积分", 2, 0, across=2),
        GridCell("31405", 2, 2),
    )
    drawn = form_page(Grid(cells), widths=(0.07, 0.13, 0.4), heights=(1, 3, 1), seal=False)
    assert table(only_page(encoded(drawn))).cells == cells


def test_words_under_a_seal_are_read_and_the_seal_s_own_are_not() -> None:
    drawn = stamped(form_page(seal=False), (700, 640), radius=160)
    page = only_page(encoded(drawn))
    assert page.seal is Seal.PRESENT
    assert table(page) == FORM


def _letterhead() -> Image.Image:
    drawn = form_page(seal=False)
    pen = ImageDraw.Draw(drawn)
    pen.text((830, 120), "示例市示例单位文件", fill="#d01818", font=font(90), anchor="mm")
    pen.line((150, 220, 1500, 220), fill="#d01818", width=8)
    return drawn


def _portrait() -> Image.Image:
    drawn = Image.new("RGB", (600, 800), "#c8102e")
    pen = ImageDraw.Draw(drawn)
    pen.ellipse((180, 120, 420, 420), fill="#e8c0a0")
    pen.ellipse((80, 430, 520, 1000), fill="#203050")
    return drawn


def _ball() -> Image.Image:
    drawn = Image.new("RGB", (600, 800), "#f0f4f8")
    ImageDraw.Draw(drawn).ellipse((200, 300, 400, 500), fill="#d01818")
    return drawn


def _window() -> Image.Image:
    drawn = Image.new("RGB", (600, 800), "#f0f4f8")
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((200, 300, 400, 500), outline="#d01818", width=12)
    pen.line((300, 300, 300, 500), fill="#d01818", width=12)
    return drawn


@pytest.mark.parametrize(
    "drawn",
    [
        pytest.param(_ball, id="a red ball"),
        pytest.param(_window, id="a red square"),
        pytest.param(_letterhead, id="a red letterhead"),
        pytest.param(_portrait, id="a portrait before red"),
        pytest.param(screen, id="a red screen"),
    ],
)
def test_not_everything_red_is_a_seal(drawn: Callable[[], Image.Image]) -> None:
    assert only_page(encoded(drawn())).seal is Seal.ABSENT


def test_nobody_can_tell_a_seal_in_a_grey_scan() -> None:
    assert only_page(encoded(form_page().convert("L"))).seal is Seal.UNKNOWN


def test_a_screen_has_no_table() -> None:
    assert only_page(encoded(screen())).boxes == ()


def test_of_a_long_scan_the_first_pages_are_looked_at() -> None:
    blank = Image.new("RGB", (400, 500), "white")
    assert len(look_at(as_pdf([blank] * 9), Look.SCAN).pages) == 4


def test_each_page_of_a_tiff_is_looked_at() -> None:
    pages = [form_page(dpi=150), Image.new("RGB", (400, 500), "white")]
    sight = look_at(encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="jpeg"), Look.PICTURE)
    assert [len(page.boxes) for page in sight.pages] == [len(FORM.cells), 0]
