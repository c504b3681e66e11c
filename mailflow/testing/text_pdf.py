"""A registration form as a PDF with real text and ruled cells, written by hand: enough of ISO 32000-1 for one page.

The font is the one that every reader knows by name (STSong-Light), so that none is embedded.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from mailflow.documents.labels import place
from mailflow.documents.measures import column_widths
from mailflow.model.campaign import Campaign
from mailflow.testing.forms import Values, text_of_cells

_PAGE = (595, 842)
_MARGIN = 50
_ROW = 24
_TEXT = 7


def as_pdf(campaign: Campaign, category_id: str, values: Values, *, copied: bool = False) -> bytes:
    """The filled form of a category, as PDF with text; `copied`: over a picture of the page, as copiers make them."""
    category = campaign.category(category_id)
    form = campaign.form_of(category)
    text_of = text_of_cells(form, values)
    widths = column_widths(form)
    scale = (_PAGE[0] - 2 * _MARGIN) / sum(widths)
    top = _PAGE[1] - 100
    drawn = [_text(_PAGE[0] / 2 - 60, _PAGE[1] - 70, campaign.form_title(category))]
    for row, column, cell in place(form.rows):
        x, y = _MARGIN + scale * sum(widths[:column]), top - (row + cell.down) * _ROW
        width = scale * sum(widths[column : column + cell.across])
        drawn.append(f"{x:.2f} {y:.2f} {width:.2f} {cell.down * _ROW} re S")
        for number, line in enumerate(_wrapped(text_of(cell), width - 6)):
            drawn.append(_text(x + 3, y + cell.down * _ROW - 10 * (number + 1), line))
    picture = b"q %d 0 0 %d 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \xff EI Q\n" % _PAGE if copied else b""
    return _file(picture + "\n".join(drawn).encode("ascii"))


def _wrapped(text: str, width: float) -> Iterator[str]:
    """Lines that fit into `width` points; a Chinese character is as wide as the font is high, a Latin one half."""
    for line in filter(None, text.split("\n")):
        start, used = 0, 0.0
        for place_of, char in enumerate(line):
            wide = _TEXT if unicodedata.east_asian_width(char) in "WF" else _TEXT / 2
            if used + wide > width:
                yield line[start:place_of]
                start, used = place_of, 0.0
            used += wide
        yield line[start:]


def _text(x: float, y: float, text: str) -> str:
    return f"BT /F1 {_TEXT} Tf {x:.2f} {y:.2f} Td <{text.encode('utf-16-be').hex()}> Tj ET"


def _file(page: bytes) -> bytes:
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>" % _PAGE,
        b"<</Length %d>>stream\n%s\nendstream" % (len(page), page),
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/FontDescriptor 7 0 R/DW 1000/W[1 95 500 814 939 500]"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>>>",
        b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0"
        b"/Ascent 880/Descent -120/CapHeight 880/StemV 93>>",
    ]
    written = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place_of in places:
        written += b"%010d 00000 n \n" % place_of
    written += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(written)
