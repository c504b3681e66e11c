"""Broken and hostile files end as a finding that says why, never as an exception."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from mailflow.model.sight import Look
from mailflow.sight import page
from mailflow.sight.look import look_at
from mailflow.testing.drawn import encoded, screen
from mailflow.testing.scans import as_pdf


def png_of(width: int, height: int) -> bytes:
    """A PNG that claims this size, with next to nothing in it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def pdf_of(page: bytes, *, trailer: bytes = b"", extra: bytes = b"") -> bytes:
    """A PDF with one page object."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R" + page + b">>",
        extra,
    ]
    body, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj%b endobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + b"xref\n0 5\n0000000000 65535 f \n%btrailer<</Root 1 0 R/Size 5%b>>\nstartxref\n%d\n%%%%EOF" % (
        table,
        trailer,
        len(body),
    )


LOCK = b"<</Filter/Standard/V 1/R 2/P -4/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>"
FEW = encoded(screen(360, 780))
SCAN = as_pdf([Image.new("RGB", (300, 400), "white")])


@pytest.mark.parametrize(
    ("content", "look", "problem"),
    [
        pytest.param(lambda: png_of(6_500, 6_400), Look.PICTURE, "attachment.too-large", id="41 megapixels"),
        pytest.param(lambda: png_of(60_000, 60_000), Look.PICTURE, "attachment.too-large", id="a bomb"),
        pytest.param(lambda: png_of(0, 400), Look.PICTURE, "attachment.unreadable", id="no width"),
        pytest.param(lambda: png_of(4_000, 3_000), Look.PICTURE, "attachment.unreadable", id="pixels missing"),
        pytest.param(lambda: FEW[: len(FEW) // 2], Look.PICTURE, "attachment.unreadable", id="a JPEG cut off"),
        pytest.param(lambda: b"", Look.PICTURE, "attachment.unreadable", id="nothing"),
        pytest.param(lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n", Look.PICTURE, "attachment.unreadable", id="PostScript"),
        pytest.param(
            lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", Look.PICTURE, "attachment.unreadable", id="SVG"
        ),
        pytest.param(
            lambda: b"\0\0\0\x18ftypheic" + bytes(80), Look.PICTURE, "attachment.unreadable", id="a hollow HEIC"
        ),
        pytest.param(
            lambda: b"II*\0\x08\0\0\0\xff\xff" + bytes(99), Look.PICTURE, "attachment.unreadable", id="a hollow TIFF"
        ),
        pytest.param(lambda: SCAN[:200], Look.SCAN, "attachment.unreadable", id="a PDF cut off"),
        pytest.param(lambda: b"%PDF-1.7\n" + bytes(500), Look.SCAN, "attachment.unreadable", id="a hollow PDF"),
        pytest.param(
            lambda: pdf_of(b"").replace(b"[3 0 R]/Count 1", b"[     ]/Count 0"),
            Look.SCAN,
            "attachment.unreadable",
            id="a PDF without pages",
        ),
        pytest.param(lambda: FEW, Look.SCAN, "attachment.unreadable", id="a picture called PDF"),
        pytest.param(
            lambda: pdf_of(b"/MediaBox[0 0 300 400]", trailer=b"/Encrypt 4 0 R/ID[<41><42>]", extra=LOCK),
            Look.SCAN,
            "attachment.encrypted",
            id="a PDF that asks for a password",
        ),
    ],
)
def test_what_cannot_be_looked_at_says_why(content: Callable[[], bytes], look: Look, problem: str) -> None:
    sight = look_at(content(), look)
    assert (sight.problem, sight.pages) == (problem, ())
    assert sight.detail


@pytest.mark.parametrize(
    "box", [b"[0 0 1000000 1000000]", b"[0 0 14400 3]", b"[0 0 0 0]", b"[9 9 1 1]", b"[0 0 1e30 1]", b"[]", b"3"]
)
def test_a_page_of_any_size_is_looked_at_in_bounds(box: bytes) -> None:
    sight = look_at(pdf_of(b"/MediaBox" + box), Look.SCAN)
    assert sight.problem or all(page.width * page.height < 9_000_000 for page in sight.pages)


@pytest.mark.parametrize("size", [(1, 1), (1, 2000), (2000, 1), (31, 31)])
def test_a_picture_of_any_shape_is_looked_at(size: tuple[int, int]) -> None:
    sight = look_at(encoded(Image.new("RGB", size), "PNG"), Look.PICTURE)
    assert sight.problem is None, sight.detail
    assert sight.pages[0].lines == ()


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGBA", "LA", "I;16", "CMYK", "F"])
def test_a_picture_of_any_mode_is_looked_at(mode: str) -> None:
    sight = look_at(encoded(Image.new(mode, (40, 60)), "TIFF" if mode in {"CMYK", "F"} else "PNG"), Look.PICTURE)
    assert sight.problem is None, sight.detail


def test_pages_before_a_damaged_one_are_told() -> None:
    whole = encoded(screen(), "TIFF", save_all=True, append_images=[Image.effect_noise((400, 400), 50).convert("RGB")])
    sight = look_at(whole[:-5_000], Look.PICTURE)
    assert sight.problem is None
    assert len(sight.pages) == 1


def test_any_byte_of_a_picture_may_be_wrong() -> None:
    for place in range(3, len(FEW), len(FEW) // 6):
        broken = bytearray(FEW)
        broken[place] ^= 0xFF
        sight = look_at(bytes(broken), Look.PICTURE)
        assert sight.problem in {None, "attachment.unreadable", "attachment.too-large"}


@pytest.mark.parametrize(("bound", "most"), [("MOST_LINES", 4), ("MOST_READ", 1000)])
def test_of_a_wall_of_words_only_so_much_is_read(bound: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, bound, most)
    (told,) = look_at(encoded(screen()), Look.PICTURE).pages
    assert 0 < len(told.lines) <= 8
