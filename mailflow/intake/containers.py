"""Files inside files: zip archives are opened, one level, with counted reads. Never extracted by name."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from dataclasses import dataclass, field

from mailflow.intake.charset import Decoded, decode

MOST_ENTRIES = 200
MOST_BYTES = 64 * 1024 * 1024
MOST_RATIO = 100
MOST_PICTURES = 20
SMALLEST_PICTURE = 8 * 1024
"""In a document: what is smaller is a logo, a line or a tick, and nobody's screenshot."""
_FROM_BYTES_ON = 1024 * 1024  # small entries may compress as well as they like
_CHUNK = 64 * 1024
_ENCRYPTED = 0x1
_UTF8_FLAG = 0x800
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)
_LITTER = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of an archive: its name with folders, as decoded, and its bytes."""

    name: Decoded
    content: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """What an archive holds. `problem` is why it is left closed: "encrypted", "too-large", "unreadable",
    "unsupported", or None.

    `damaged` counts entries that could not be read in an archive that else could.
    """

    entries: tuple[Entry, ...] = field(default=())
    problem: str | None = None
    damaged: int = 0


def open_zip(content: bytes, *, budget: int = MOST_BYTES) -> Opened:
    """The files in the zip `content`, at most `budget` bytes of them in all. Never raises."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(archive, budget)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, UnicodeError, OverflowError, EOFError):
        return Opened(problem="unreadable")


def open_pictures(content: bytes, *, budget: int = MOST_BYTES) -> Opened:
    """The pictures pasted into the docx `content`, those of some size. Never raises, and never has a problem.

    What cannot be opened is the business of whoever reads the document.
    """
    if b"media/" not in content:  # names stand there as they are, and most documents have no pictures
        return Opened()
    entries: list[Entry] = []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            for one in package.infolist()[:MOST_ENTRIES]:
                if "/media/" not in f"/{one.filename}" or one.file_size < SMALLEST_PICTURE or one.is_dir():
                    continue
                picture = _read_entry(package, one, budget)
                if picture is None or len(entries) >= MOST_PICTURES:
                    break
                budget -= len(picture)
                entries.append(Entry(_name(one), picture))
    except (*_DAMAGE, UnicodeError, OverflowError):
        pass
    return Opened(tuple(entries))


def _read(archive: zipfile.ZipFile, budget: int) -> Opened:
    named = [one for one in archive.infolist() if one.filename]  # an entry without a name breaks the library
    wanted = [one for one in named if not one.is_dir() and not is_litter(one.filename)]
    if not wanted:
        return Opened(problem="unreadable")  # nothing is in it, which its sender did not mean
    if len(wanted) > MOST_ENTRIES:
        return Opened(problem="too-large")
    if any(one.flag_bits & _ENCRYPTED for one in wanted):
        return Opened(problem="encrypted")
    entries = []
    damaged = 0
    for one in wanted:
        try:
            content = _read_entry(archive, one, budget)
        except _DAMAGE:
            damaged += 1
            continue
        if content is None:
            return Opened(problem="too-large")
        budget -= len(content)
        entries.append(Entry(_name(one), content))
    return Opened(tuple(entries), damaged=damaged)


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: int) -> bytes | None:
    """The bytes of one entry, None where it is more than `budget` or swells like a bomb.

    Read in chunks: an entry that lies about its size costs a chunk, not a gigabyte.
    """
    out = bytearray()
    with archive.open(entry) as file:
        while chunk := file.read(_CHUNK):
            out += chunk
            if len(out) > budget:
                return None
            if len(out) > _FROM_BYTES_ON and len(out) > MOST_RATIO * max(entry.compress_size, 1):
                return None
    return bytes(out)


def _name(entry: zipfile.ZipInfo) -> Decoded:
    """Names without the UTF-8 flag are what the sender's system used: strict UTF-8 (macOS), then GB18030 (Windows)."""
    if entry.flag_bits & _UTF8_FLAG:
        return Decoded(entry.filename)
    try:
        return decode(entry.orig_filename.encode("cp437"))
    except UnicodeError:
        return Decoded(entry.filename, sure=False)


def is_litter(name: str) -> bool:
    """Whether an archive's entry is what systems and Word (its lock file ~$…) leave behind."""
    lowered = name.lower()
    base = lowered.rpartition("/")[2]
    return lowered.startswith(_LITTER[0]) or base in _LITTER[1:] or base.startswith(("._", "~$")) or "/._" in lowered
