"""Words are read in pictures however they were held; what cannot be looked at says why, and never raises."""

from __future__ import annotations

import pytest
from PIL import Image

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
