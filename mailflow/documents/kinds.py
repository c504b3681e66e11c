"""What a file is, told by its first bytes and, for containers, by what lies within. Never by its name."""

from __future__ import annotations

import io
import zipfile
from enum import StrEnum

from mailflow.errors import ReadRefused

MOST_ENTRIES = 200
MOST_BYTES = 64 * 2**20
MOST_RATIO = 100
RATIO_COUNTS_FROM = 2**20
_CHUNK = 2**16
_HEAD = 4096
_MOST_MANIFEST = 2**20
_FILEPASS = 0x002F

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"BM", b"II*\x00", b"MM\x00*")
_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis", b"avif"})


class Kind(StrEnum):
    """A kind of file, as far as readers tell them apart."""

    DOCX = "docx"
    XLSX = "xlsx"
    XLS = "xls"
    PDF = "pdf"
    PICTURE = "picture"
    OLD_TEXT = "doc, wps, rtf or odt"
    ENCRYPTED_OFFICE = "encrypted office file"
    ZIP = "zip"
    OTHER_ARCHIVE = "archive other than zip"
    MESSAGE = "message"
    OTHER = "other"


def kind_of(content: bytes) -> Kind:
    """What `content` is. A message looks like any text and is told by its media type instead."""
    head = content[:16]
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(content)
    if head.startswith(OLE):
        return _kind_of_ole(content)
    for kind, is_it in (
        (Kind.PDF, b"%PDF-" in content[:1024]),
        (Kind.PICTURE, _is_picture(head)),
        (Kind.OLD_TEXT, head.startswith(b"{\\rtf")),
        (Kind.OTHER_ARCHIVE, head.startswith(_ARCHIVES)),
    ):
        if is_it:
            return kind
    return Kind.OTHER


def _is_picture(head: bytes) -> bool:
    webp = head.startswith(b"RIFF") and head[8:12] == b"WEBP"
    return webp or head.startswith(_PICTURES) or (head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS)


def open_package(content: bytes) -> zipfile.ZipFile:
    """The zip container of a docx or xlsx, checked before anything is unpacked.

    Raises ReadRefused where it is broken, has too many entries or says it would unpack to too much.
    """
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
        raise ReadRefused(f"the container is broken: {type(error).__name__}") from error
    entries = package.infolist()
    if len(entries) > MOST_ENTRIES:
        raise ReadRefused(f"the container has {len(entries)} entries, more than {MOST_ENTRIES}")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_BYTES:
        raise ReadRefused(f"the container would unpack to {unpacked} bytes, more than {MOST_BYTES}")
    if unpacked > RATIO_COUNTS_FROM and unpacked > MOST_RATIO * len(content):
        raise ReadRefused(f"the container unpacks to more than {MOST_RATIO} times its size")
    return package


def read_part(package: zipfile.ZipFile, name: str, most: int) -> bytes:
    """One part of a container, read in pieces: what it says of its size may be a lie.

    Raises KeyError where there is none of that name, ReadRefused where it is broken or longer than `most` bytes.
    """
    entry = package.getinfo(name)
    if entry.flag_bits & 1:
        raise ReadRefused("a part of the container is encrypted")
    pieces: list[bytes] = []
    length = 0
    try:
        with package.open(entry) as part:
            while piece := part.read(_CHUNK):
                length += len(piece)
                if length > most:
                    raise ReadRefused(f"a part of the container is longer than {most} bytes")
                pieces.append(piece)
    except ReadRefused:
        raise
    except Exception as error:  # zlib, lzma and zipfile have no common ancestor for broken data
        raise ReadRefused(f"a part of the container cannot be unpacked: {type(error).__name__}") from error
    return b"".join(pieces)


def read_head(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The first bytes of one part, enough to see what it is. Raises ReadRefused where it is broken or encrypted."""
    try:
        with package.open(entry) as part:
            return part.read(_HEAD)
    except Exception as error:  # as in read_part; an encrypted entry is a RuntimeError
        raise ReadRefused(f"a part of the container cannot be unpacked: {type(error).__name__}") from error


def _kind_of_zip(content: bytes) -> Kind:
    """Which package it is. A damaged one tells by the names that still stand in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = set(package.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
        names = {name for name in ("word/document.xml", "xl/workbook.xml") if name.encode() in content}
    if "word/document.xml" in names:
        return Kind.DOCX
    if "xl/workbook.xml" in names:
        return Kind.XLSX
    if any(name.endswith(".iwa") for name in names):
        return Kind.OTHER  # Apple's Pages and its kin
    if "content.xml" in names and "mimetype" in names:
        return Kind.ENCRYPTED_OFFICE if _is_locked_odt(content) else Kind.OLD_TEXT
    return Kind.ZIP


def _is_locked_odt(content: bytes) -> bool:
    """Whether the manifest says how its parts were encrypted (OpenDocument 1.2, part 3, §4.4)."""
    try:
        with open_package(content) as package:
            return b"encryption-data" in read_part(package, "META-INF/manifest.xml", _MOST_MANIFEST)
    except (KeyError, ReadRefused):
        return False


def _kind_of_ole(content: bytes) -> Kind:
    """What an OLE file is (MS-CFB): Excel, an encrypted package, else a document of Word 97 or Kingsoft."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            book = next((name for name in ("Workbook", "Book") if ole.exists(name)), None)
            if ole.exists("EncryptedPackage") or (book and _is_locked_book(ole.openstream(book).read(_HEAD))):
                return Kind.ENCRYPTED_OFFICE
            if book:
                return Kind.XLS
            locked = ole.exists("WordDocument") and _is_locked_word(ole.openstream("WordDocument").read(12))
            return Kind.ENCRYPTED_OFFICE if locked else Kind.OLD_TEXT
    except Exception:  # olefile lets struct, index and recursion errors of damaged files through
        return Kind.OLD_TEXT


def _is_locked_word(head: bytes) -> bool:
    """The flag fEncrypted of the FIB (MS-DOC §2.5.2)."""
    return len(head) == 12 and bool(int.from_bytes(head[10:12], "little") & 0x0100)


def _is_locked_book(head: bytes) -> bool:
    """Whether a FILEPASS record follows the beginning of the workbook (MS-XLS §2.1.7.20.3), nothing much before it."""
    place = 0
    for _ in range(4):
        kind, length = (int.from_bytes(head[at : at + 2], "little") for at in (place, place + 2))
        if kind == _FILEPASS:
            return True
        place += 4 + length
    return False
