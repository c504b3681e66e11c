"""Small drawn pictures and scans for tests and the demo. Nobody is in them."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

SCREEN = (360, 780)
PAGE = (620, 877)
_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/System/Library/Fonts/PingFang.ttc",
)


def drawn_picture(
    lines: Sequence[str], *, size: tuple[int, int] = SCREEN, file_format: str = "PNG", paper: str = "white"
) -> bytes:
    """A picture with `lines` of text under each other, like a screenshot. `file_format`: "PNG", "JPEG", …"""
    return _encoded(_draw(lines, size, paper), file_format)


def photo(*, seed: int = 0, kilobytes: int = 20) -> bytes:
    """A JPEG of coloured noise of roughly so many kilobytes; the same `seed` gives the same bytes."""
    side = max(16, int((kilobytes * 1024 / 0.42) ** 0.5))
    noise = random.Random(seed).randbytes(side * side * 3)  # noqa: S311  a picture, not a secret
    return _encoded(Image.frombytes("RGB", (side, side), noise), "JPEG", quality=50)


def stamped_scan(lines: Sequence[str], *, file_format: str = "JPEG") -> bytes:
    """A page with `lines`, a frame and a red round stamp: a picture ("JPEG", "PNG") or a "PDF" without text."""
    page = _draw(lines, PAGE, "#fbfbf6")
    pen = ImageDraw.Draw(page)
    pen.rectangle((40, 30, PAGE[0] - 40, PAGE[1] - 60), outline="black")
    centre = (PAGE[0] - 170, PAGE[1] - 200)
    pen.ellipse((centre[0] - 70, centre[1] - 70, centre[0] + 70, centre[1] + 70), outline="red", width=5)
    pen.regular_polygon((centre, 26), 5, fill="red")
    return _encoded(page, file_format)


def _draw(lines: Sequence[str], size: tuple[int, int], paper: str) -> Image.Image:
    picture = Image.new("RGB", size, paper)
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        pen.text((60, 50 + 34 * number), line, fill="black", font=_font())
    return picture


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """A font with Chinese characters where the host has one, else Pillow's own."""
    for path in _FONTS:
        try:
            return ImageFont.truetype(path, 20)
        except OSError:
            continue
    return ImageFont.load_default()


def _encoded(picture: Image.Image, file_format: str, *, quality: int = 80) -> bytes:
    written = io.BytesIO()
    if file_format == "PDF":
        picture.save(written, "PDF", resolution=75.0)
    else:
        picture.save(written, file_format, quality=quality)
    return written.getvalue()
