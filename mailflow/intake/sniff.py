"""What a file is, told from its content. Its name only chooses between things that look alike inside."""

from __future__ import annotations

import io
import re
import zipfile

from mailflow.model.hazard import MACRO_TYPES

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ZIP = "application/zip"
OLE = "application/x-ole-storage"
ENCRYPTED_OFFICE = "application/x-encrypted-office"
UNKNOWN = "application/octet-stream"
SCRIPT = "application/x-script"

_OFFICE_FOLDERS = (("word/", DOCX), ("xl/", XLSX), ("ppt/", PPTX))
TEXT_DOCUMENTS = frozenset({DOCX})
"""What is opened for the pictures in it; a document with macros is not opened."""
_OLE_STREAMS = (
    ("EncryptedPackage", ENCRYPTED_OFFICE),
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("__properties_version1.0", "application/vnd.ms-outlook"),
)
_MAGIC = (
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-executable"),
    (b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (b"\x4c\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut"),
    (b"ITSF\x03\x00", "application/x-chm"),
    (b"#!", SCRIPT),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    (b"Rar!\x1a\x07", "application/x-rar-compressed"),
)
_TEXT_BY_EXTENSION = {
    "csv": "text/csv",
    "html": "text/html",
    "htm": "text/html",
    "eml": "message/rfc822",
    "ics": "text/calendar",
    "json": "application/json",
    **dict.fromkeys(("bat", "cmd", "hta", "js", "jse", "ps1", "reg", "scf", "sh", "url", "vbe", "vbs", "wsf"), SCRIPT),
}
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MARKUP = re.compile(rb"\s*(?:<!doctype html|<html|<head|<body)", re.IGNORECASE)
_HEADER_LINE = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,60}:[ \t]?[^\r\n]*\r?\n")
_OPEN_DOCUMENT = re.compile(rb"application/(?:vnd\.oasis\.opendocument\.[a-z-]{3,40}|epub\+zip)")


def media_type(content: bytes, filename: str | None = None) -> str:
    """The media type of `content`. `filename` only tells text from text (a table, a page, a mail).

    Kingsoft's .wps is Word's binary format inside and is called so. Files locked with a password are
    `application/x-encrypted-office`. What nobody knows is `application/octet-stream`. Never raises.
    """
    for magic, known in _MAGIC:
        if content.startswith(magic) and (magic != b"MZ" or not _is_text(content)):
            return known
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip_type(content)
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole_type(content)
    if not content:
        return UNKNOWN
    if _is_text(content):
        return _text_type(content, filename)
    return _by_library(content)


def _by_library(content: bytes) -> str:
    import filetype

    kind = filetype.guess(content[:8192])
    return str(kind.mime) if kind is not None else UNKNOWN


def _is_text(content: bytes) -> bool:
    head = content[:4096]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True  # UTF-16 with its mark
    return _BINARY.search(head) is None and not head.startswith((b"ID3", b"\xff\xfb", b"\xff\xf3", b"BZh"))


def _text_type(content: bytes, filename: str | None) -> str:
    head = content[:4096]
    if _MARKUP.match(head):
        return "text/html"
    if head.lstrip().startswith(b"<?xml") or head.lstrip().lower().startswith(b"<svg"):
        return "image/svg+xml" if b"<svg" in head.lower() else "application/xml"
    extension = (filename or "").rpartition(".")[2].lower()
    known = _TEXT_BY_EXTENSION.get(extension, "text/plain")
    if known == "message/rfc822" and not _HEADER_LINE.match(head):
        return "text/plain"
    return known


def _zip_type(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, UnicodeError, OverflowError):
        names = _names_of_broken_zip(content)
    if any(name.endswith(".iwa") for name in names):
        return "application/vnd.apple.iwork"
    if "META-INF/MANIFEST.MF" in names:
        return "application/java-archive"
    if "[Content_Types].xml" in names:
        for folder, known in _OFFICE_FOLDERS:
            if any(name.startswith(folder) for name in names):
                return MACRO_TYPES[known] if any(name.lower().endswith("vbaproject.bin") for name in names) else known
    if names[:1] == ["mimetype"]:
        match = _OPEN_DOCUMENT.search(content[:200])
        if match is not None:
            return match[0].decode("ascii")
    return "application/ofd" if "OFD.xml" in names else ZIP


def _names_of_broken_zip(content: bytes) -> list[str]:
    """Of a zip that was cut off, the few names that tell a document, from its entries' own headers."""
    known = (b"[Content_Types].xml", b"word/document.xml", b"xl/workbook.xml", b"ppt/presentation.xml")
    return [name.decode("ascii") for name in known if name in content]


def _ole_type(content: bytes) -> str:
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            paths = ole.listdir()
    except Exception:  # the library raises what the damage makes it stumble over
        return OLE
    names = {path[0] for path in paths if path}
    known = next((known for name, known in _OLE_STREAMS if name in names), OLE)
    has_macros = any(name.upper() in {"VBA", "_VBA_PROJECT", "_VBA_PROJECT_CUR"} for path in paths for name in path)
    return MACRO_TYPES.get(known, known) if has_macros else known
