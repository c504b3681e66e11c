"""Decodes pictures, upright as their camera held them, and gives each a hash of its pixels. Bounded in size."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from mailflow.documents.pictures import MOST_PIXELS
from mailflow.errors import ReadRefused

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "HEIF", "AVIF")
"""MPO, which telephones write, is opened as JPEG."""
MOST_FRAMES = 4
"""So many pages of a TIFF are looked at; of all other formats the first picture only."""
WORKING_PIXELS = 8_000_000
"""Larger pictures are made smaller before they are looked at: an A4 page at 280 dpi."""
_STRIP = 256

Pixels = NDArray[Any]
"""A picture as rows of blue, green and red bytes, as OpenCV and the models have it."""


class TooLarge(ReadRefused):
    """The picture has more pixels than are ever decoded."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture: its pixels at working size, and the SHA-256 of all of them before that."""

    pixels: Pixels
    sha256: str


def decode(content: bytes) -> Iterator[Picture]:
    """The picture, or each page of a TIFF. Raises ReadRefused where it is damaged, TooLarge where it is too large."""
    _learn_heif()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd but readable metadata; the size is checked here
            with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
                for number in range(MOST_FRAMES if opened.format == "TIFF" else 1):
                    if number and not _turn_page(opened, number):
                        return
                    if opened.width * opened.height > MOST_PIXELS:
                        raise TooLarge(
                            f"the picture has {opened.width * opened.height} pixels, more than {MOST_PIXELS}"
                        )
                    yield _upright(opened)
    except (ReadRefused, MemoryError):
        raise
    except Image.DecompressionBombError as error:
        raise TooLarge(f"the picture has far more than {MOST_PIXELS} pixels") from error
    except Exception as error:  # Pillow lets struct, syntax and overflow errors of damaged files through
        raise ReadRefused(f"the picture cannot be decoded: {type(error).__name__}") from error


def _upright(opened: Image.Image) -> Picture:
    opened.load()
    pixels = _on_paper(ImageOps.exif_transpose(opened))
    height, width = pixels.shape[:2]
    sha256 = hashlib.sha256(f"{width}x{height}:".encode())
    sha256.update(pixels.data)
    scale = (WORKING_PIXELS / (width * height)) ** 0.5
    if scale < 1:
        size = (max(1, int(width * scale)), max(1, int(height * scale)))
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return Picture(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), sha256.hexdigest())


def _on_paper(picture: Image.Image) -> Pixels:
    """Red, green and blue, what is transparent on white. By strips: copies of a large picture are large."""
    pixels = np.empty((picture.height, picture.width, 3), np.uint8)
    for top in range(0, picture.height, _STRIP):
        strip = picture.crop((0, top, picture.width, min(top + _STRIP, picture.height)))
        if "A" in strip.getbands() or "transparency" in strip.info:
            strip = strip.convert("RGBA")
            strip = Image.alpha_composite(Image.new("RGBA", strip.size, "white"), strip)
        pixels[top : top + strip.height] = np.asarray(strip.convert("RGB"))
    return pixels


def _turn_page(opened: Image.Image, number: int) -> bool:
    try:
        opened.seek(number)
    except EOFError:
        return False
    return True


@cache
def _learn_heif() -> None:
    import pi_heif

    pi_heif.register_heif_opener()
