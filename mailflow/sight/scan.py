"""Pages of a PDF as pictures, by pdfium. Bounded in number and size."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pypdfium2

from mailflow.errors import ReadRefused
from mailflow.sight.picture import WORKING_PIXELS, Pixels

MOST_PAGES = 4
DOTS_PER_POINT = 200 / 72
"""At 200 dpi the smallest print of a form is some 25 pixels high."""


class Locked(ReadRefused):
    """The PDF asks for a password."""


def pages(content: bytes) -> Iterator[Pixels]:
    """The first pages, one after the other. Raises ReadRefused where it is damaged; Locked where it asks a password."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise Locked("the PDF asks for a password") from error
        raise ReadRefused("the PDF is damaged") from error
    try:
        if len(document) == 0:
            raise ReadRefused("the PDF has no pages")
        for number in range(min(len(document), MOST_PAGES)):
            yield _page(document, number)
    except pypdfium2.PdfiumError as error:
        raise ReadRefused("a page of the PDF is damaged") from error
    finally:
        document.close()


def _page(document: pypdfium2.PdfDocument, number: int) -> Pixels:
    page = document[number]
    try:
        width, height = page.get_size()
        if not (width > 0 and height > 0):
            raise ReadRefused("a page of the PDF has no size")
        scale = min(DOTS_PER_POINT, (WORKING_PIXELS / (width * height)) ** 0.5)
        bitmap = page.render(scale=scale)
        try:
            pixels = bitmap.to_numpy()
            return np.ascontiguousarray(np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels[:, :, :3])
        finally:
            bitmap.close()
    finally:
        page.close()
