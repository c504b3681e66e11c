"""Files: what they are, and what is inside archives."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

import docx
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.intake.containers import open_zip
from mailflow.intake.read import read_message
from mailflow.intake.sniff import DOCX, ENCRYPTED_OFFICE, OLE, UNKNOWN, XLSX, ZIP, media_type
from mailflow.testing.mails import build_mail

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def docx_bytes() -> bytes:
    out = io.BytesIO()
    docx.Document().save(out)
    return out.getvalue()


def xlsx_bytes() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet()
    return out.getvalue()


def zip_bytes(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def legacy_zip(name: bytes, content: bytes = b"x") -> bytes:
    """A zip whose entry has raw bytes as name and no UTF-8 flag, as Windows and macOS make them."""
    stand_in = "n" * len(name)
    return zip_bytes({stand_in: content}, zipfile.ZIP_STORED).replace(stand_in.encode(), name)


def locked_zip() -> bytes:
    """A zip whose entry says that it is encrypted."""
    content = bytearray(zip_bytes({"a.txt": b"secret"}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "filename", "expected"),
    [
        (docx_bytes(), "a.docx", DOCX),
        (docx_bytes(), "a.jpg", DOCX),
        (docx_bytes()[:-40], "cut off.docx", DOCX),
        (xlsx_bytes(), None, XLSX),
        (zip_bytes({"a.docx": docx_bytes()}), "a.docx", ZIP),
        (zip_bytes({"word/document.xml": b"<x/>"}), "a.docx", ZIP),
        (zip_bytes({}), None, ZIP),
        (b"PK\x03\x04 broken", None, ZIP),
        (
            zip_bytes({"mimetype": b"application/vnd.oasis.opendocument.text"}, zipfile.ZIP_STORED),
            "a.odt",
            "application/vnd.oasis.opendocument.text",
        ),
        (b"\xff\xd8\xff\xe0", "form.docx", "image/jpeg"),
        (PNG, None, "image/png"),
        (b"%PDF-1.7\n", None, "application/pdf"),
        (b"{\\rtf1 }", "a.doc", "application/rtf"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", None, "image/webp"),
        (b"Rar!\x1a\x07\x01\x00", None, "application/x-rar-compressed"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", None, "application/x-7z-compressed"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.doc", OLE),
        (b"MZ\x90\x00\x03", "form.docx", "application/x-msdownload"),
        ("姓名,学号\n王小明,1\n".encode("gbk"), "a.csv", "text/csv"),
        ("姓名,学号\n".encode(), None, "text/plain"),
        (b"BM is a text about BMW", None, "text/plain"),
        (b"<!DOCTYPE html><html>", "a.doc", "text/html"),
        (b"<?xml version='1.0'?><svg/>", "a.jpg", "image/svg+xml"),
        (b"From: a@b.cn\n\nx", "a.eml", "message/rfc822"),
        (b"no header", "a.eml", "text/plain"),
        ("文本".encode("utf-16"), "a.txt", "text/plain"),
        (b"", "a.docx", UNKNOWN),
        (b"\x00\x01\x02\x03", "a.docx", UNKNOWN),
    ],
)
def test_a_file_is_what_its_content_says(content: bytes, filename: str | None, expected: str) -> None:
    assert media_type(content, filename) == expected


@pytest.mark.parametrize(
    ("streams", "expected"),
    [
        (["WordDocument"], "application/msword"),
        (["Workbook"], "application/vnd.ms-excel"),
        (["__properties_version1.0"], "application/vnd.ms-outlook"),
        (["EncryptionInfo", "EncryptedPackage"], ENCRYPTED_OFFICE),
        (["Nothing"], OLE),
    ],
)
def test_the_older_office_files_are_told_by_their_streams(streams: list[str], expected: str) -> None:
    assert media_type(ole_bytes(*streams), "form.wps") == expected


def ole_bytes(*streams: str) -> bytes:
    """The smallest compound file (MS-CFB §2) with up to three empty streams: a header, two sectors."""
    none, end = 0xFFFFFFFF, 0xFFFFFFFE
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<10I", 0, 1, 1, 0, 4096, end, 0, end, 0, 0) + struct.pack("<108I", *[none] * 108)
    fat = struct.pack("<128I", 0xFFFFFFFD, end, *[none] * 126)
    directory = b""
    for number, name in enumerate(("Root Entry", *streams)):
        coded = (name + "\0").encode("utf-16-le")
        kind, right = (5, none) if number == 0 else (2, number + 1 if number < len(streams) else none)
        child = 1 if number == 0 else none
        directory += coded.ljust(64, b"\0") + struct.pack("<HBB3I", len(coded), kind, 1, none, right, child)
        directory += bytes(36) + struct.pack("<IQ", end, 0)
    return header + fat + directory.ljust(512, b"\0")


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", ole_bytes("WordDocument")[:700], docx_bytes()[:300]]),
    st.binary(max_size=300),
    st.text(max_size=10),
)  # fmt: skip
def test_no_content_breaks_the_sniffing(head: bytes, tail: bytes, filename: str) -> None:
    assert "/" in media_type(head + tail, filename)
    open_zip(head + tail)


def read_with(name: str, content: bytes) -> tuple[list[tuple[str | None, str | None, str | None]], set[str], set[str]]:
    message = read_message(build_mail(sender="a@b.cn", subject="s", files=[(name, content)])).message
    files = [(one.filename, one.inside, one.folder) for one in message.attachments]
    return files, set(message.defects), set(message.doubts)


def test_the_files_in_an_archive_are_listed_beside_it() -> None:
    archive = zip_bytes({"水利厅/王小明/报名表.docx": docx_bytes(), "水利厅/王小明/": b"", "截图.png": PNG})
    files, defects, doubts = read_with("材料.zip", archive)
    assert files == [
        ("材料.zip", None, None),
        ("报名表.docx", "材料.zip", "水利厅/王小明"),
        ("截图.png", "材料.zip", None),
    ]
    assert (defects, doubts) == (set(), set())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("报名表.docx".encode("gbk"), "报名表.docx"),
        ("报名表.docx".encode(), "报名表.docx"),
        ("朱镕基.docx".encode("gbk"), "朱镕基.docx"),
        (b"..\\..\\x.docx", "x.docx"),
        (b"/abs/x.docx", "x.docx"),
    ],
)
def test_names_in_old_archives_are_read(name: bytes, expected: str) -> None:
    files, _, _ = read_with("a.zip", legacy_zip(name))
    assert files[1][0] == expected


def test_a_name_in_an_archive_that_is_not_certain_is_doubted() -> None:
    _, _, doubts = read_with("a.zip", legacy_zip(b"\xff\xfe\xfd.docx"))
    assert doubts == {"filename"}


@pytest.mark.parametrize(
    ("content", "defect"),
    [
        (locked_zip(), "archive-encrypted"),
        (zip_bytes({str(number): b"" for number in range(201)}), "archive-too-large"),
        (zip_bytes({"bomb": bytes(8 * 1024 * 1024)}), "archive-too-large"),
        (zip_bytes({"a": b"x" * 50})[:-30], "archive-unreadable"),
        (b"PK\x03\x04" + bytes(100), "archive-unreadable"),
    ],
)
def test_an_archive_that_cannot_be_opened_safely_stays_closed(content: bytes, defect: str) -> None:
    files, defects, _ = read_with("a.zip", content)
    assert files == [("a.zip", None, None)]
    assert defects == {defect}


def test_an_entry_that_lies_about_its_size_costs_no_memory() -> None:
    honest = zip_bytes({"a": bytes(3 * 1024 * 1024)})
    lying = honest.replace((3 * 1024 * 1024).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert open_zip(lying).entries == () or len(open_zip(lying).entries[0].content) <= 10


def test_a_damaged_entry_costs_only_itself() -> None:
    whole = zip_bytes({"a": b"first first", "b": b"second"}, zipfile.ZIP_STORED)
    opened = open_zip(whole.replace(b"first first", b"f1rst first", 1))
    assert ([entry.content for entry in opened.entries], opened.damaged) == ([b"second"], 1)


def test_the_files_of_all_archives_of_a_mail_share_one_budget() -> None:
    archive = zip_bytes({"a": b"0123456789" * 10})
    assert open_zip(archive, budget=100).problem is None
    assert open_zip(archive, budget=99).problem == "too-large"


def test_an_archive_in_an_archive_is_opened_and_one_in_that_is_not() -> None:
    innermost = zip_bytes({"x.txt": b"x"})
    inner = zip_bytes({"innermost.zip": innermost, "y.txt": b"y"})
    message = read_message(build_mail(sender="a@b.cn", subject="s", files=[("a.zip", zip_bytes({"inner.zip": inner}))]))
    attachments = message.message.attachments
    assert [(one.filename, one.inside, one.container, one.sealed) for one in attachments] == [
        ("a.zip", None, None, None),
        ("inner.zip", "a.zip", 0, None),
        ("innermost.zip", "inner.zip", 1, "too-deep"),
        ("y.txt", "inner.zip", 1, None),
    ]


def test_a_document_is_no_archive() -> None:
    assert len(read_with("f.docx", docx_bytes())[0]) == 1


def test_an_entry_without_a_name_costs_only_itself() -> None:
    archive = zip_bytes({"a": b"a", "b": b"b"}, zipfile.ZIP_STORED)
    central = archive.rindex(b"PK\x01\x02")
    nameless = archive[: central + 28] + b"\0\0\x01\0" + archive[central + 32 :]  # its name becomes an extra field
    assert [entry.name.text for entry in open_zip(nameless).entries] == ["a"]


def test_litter_of_operating_systems_is_left_out() -> None:
    files, _, _ = read_with(
        "a.zip", zip_bytes({"__MACOSX/._a": b"x", ".DS_Store": b"x", "d/Thumbs.db": b"x", "a": b"a"})
    )
    assert [name for name, _, _ in files] == ["a.zip", "a"]
