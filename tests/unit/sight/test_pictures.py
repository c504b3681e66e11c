"""Words are read in pictures however they were held; what cannot be looked at says why, and never raises."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from mailflow.model.sight import Look, Seal, Sight
from mailflow.sight.look import look_at
from mailflow.testing.drawn import WORDS, encoded, screen


def words(sight: Sight) -> set[str]:
    assert sight.problem is None, sight.detail
    (page,) = sight.pages
    return {line.text for line in page.lines}


def test_a_screenshot_tells_its_words_from_top_to_bottom() -> None:
    sight = look_at(encoded(screen(1080, 2340)), Look.PICTURE)
    (page,) = sight.pages
    texts = [line.text for line in page.lines]
    assert [text for text in texts if text in WORDS] == list(WORDS)
    assert (page.width, page.height) == (1080, 2340)
    assert not page.blurred
    assert page.seal is Seal.ABSENT


def test_a_line_tells_where_it_stands() -> None:
    (page,) = look_at(encoded(screen(1080, 2340)), Look.PICTURE).pages
    points = next(line for line in page.lines if line.text == "31405")
    assert 740 <= points.left < points.right <= 960
    assert 560 <= points.top < points.bottom <= 660


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_picture_that_lies_on_its_side_or_head_is_read(degrees: int) -> None:
    turned = screen().rotate(degrees, expand=True)
    assert set(WORDS) <= words(look_at(encoded(turned), Look.PICTURE))


def test_a_picture_is_held_as_its_camera_says() -> None:
    notes = Image.Exif()
    notes[0x0112] = 6  # to be turned right by 90 degrees
    sight = look_at(encoded(screen().rotate(90, expand=True), exif=notes), Look.PICTURE)
    assert (sight.pages[0].width, sight.pages[0].height) == (720, 1560)
    assert set(WORDS) <= words(sight)


def test_a_telephone_s_heic_is_read() -> None:
    sight = look_at((Path(__file__).parent / "screen.heic").read_bytes(), Look.PICTURE)
    assert set(WORDS) <= words(sight)


def test_copies_without_loss_have_the_same_pixels_and_others_have_not() -> None:
    drawn = screen(360, 780).crop((0, 0, 360, 200))
    copies = [
        encoded(drawn, "PNG"),
        encoded(drawn, "BMP"),
        encoded(drawn, "WEBP", lossless=True),
        encoded(drawn, "TIFF"),
    ]
    assert len({look_at(copy, Look.PICTURE).pixels for copy in copies}) == 1
    assert look_at(encoded(drawn), Look.PICTURE).pixels != look_at(copies[0], Look.PICTURE).pixels


def test_pixels_are_those_of_the_picture_held_upright() -> None:
    drawn = screen(360, 780)
    notes = Image.Exif()
    notes[0x0112] = 8  # to be turned left by 90 degrees
    lying = encoded(drawn.rotate(-90, expand=True), "PNG", exif=notes)
    assert look_at(lying, Look.PICTURE).pixels == look_at(encoded(drawn, "PNG"), Look.PICTURE).pixels


@pytest.mark.parametrize(
    "drawn",
    [
        pytest.param(lambda: screen(360, 780), id="too small"),
        pytest.param(lambda: screen().filter(ImageFilter.GaussianBlur(4)), id="unsharp"),
        pytest.param(lambda: screen().filter(ImageFilter.GaussianBlur(9)), id="so unsharp that no word is found"),
    ],
)
def test_a_picture_that_hides_its_words_says_so(drawn: Callable[[], Image.Image]) -> None:
    assert look_at(encoded(drawn()), Look.PICTURE).pages[0].blurred


def test_a_long_screenshot_is_read_to_its_end() -> None:
    rows = [(f"第{number}题", f"{number * 37 + 1000}") for number in range(1, 30)]
    sight = look_at(encoded(screen(720, 3400, rows=rows)), Look.PICTURE)
    assert {value for _, value in rows} <= words(sight)
