"""Looks at the head of a picture, never at all of it: can it be one, and is it all there?"""

from __future__ import annotations

import io
import warnings

from mailflow.errors import ReadRefused

MOST_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "MPO")
_CAMERA_FORMATS = (b"ftyp", b"II*\x00", b"MM\x00*")
"""HEIC and TIFF: what telephones and scanners make; stored and shown to people, not opened here."""


def check_picture(content: bytes) -> None:
    """Raises ReadRefused where the picture's head cannot be decoded, its end is missing, or it is too large."""
    if content[4:8] == b"ftyp" or content.startswith(_CAMERA_FORMATS):
        return
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                pixels = picture.width * picture.height
                form = picture.format
    except Exception as error:  # Pillow lets struct, syntax and overflow errors of damaged files through
        raise ReadRefused(f"the picture cannot be decoded: {type(error).__name__}") from error
    if pixels > MOST_PIXELS:
        raise ReadRefused(f"the picture has {pixels} pixels, more than {MOST_PIXELS}")
    if not _has_end(content, form):
        raise ReadRefused(f"the {form} picture is cut off")


def _has_end(content: bytes, form: str | None) -> bool:
    """Whether the end marker is there: JPEG's EOI (ITU-T T.81 §B.2.1) in its second half, PNG's IEND chunk."""
    if form in ("JPEG", "MPO"):
        return content.rfind(b"\xff\xd9") > len(content) // 2
    if form == "PNG":
        return content.rfind(b"IEND") > 0
    return True
