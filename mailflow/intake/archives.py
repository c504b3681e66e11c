"""Archives other than zip (rar, 7z), through libarchive where the system has it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mailflow.intake.charset import decode
from mailflow.intake.containers import MOST_BYTES, MOST_ENTRIES, MOST_RATIO, Entry, Opened, is_litter

SEVEN_ZIP = "application/x-7z-compressed"
RAR = "application/x-rar-compressed"

_FORMATS = ((b"Rar!\x1a\x07\x00", "rar"), (b"Rar!\x1a\x07\x01\x00", "rar5"), (b"7z\xbc\xaf\x27\x1c", "7zip"))
_FROM_BYTES_ON = 1024 * 1024
_LOCKED = ("ncrypt", "assphrase", "assword")


def open_archive(content: bytes, *, budget: int = MOST_BYTES) -> Opened:
    """The files in a rar or 7z archive, at most `budget` bytes of them in all. Never raises.

    Without libarchive, and for kinds it is not asked to read, the problem is "unsupported".
    """
    form = next((name for magic, name in _FORMATS if content.startswith(magic)), None)
    if form is None:
        return Opened(problem="unsupported")
    try:
        import libarchive
    except Exception:  # the binding without its C library fails in ways of its own
        return Opened(problem="unsupported")
    try:
        with libarchive.memory_reader(content, format_name=form, filter_name="none") as archive:
            return _read(archive, min(budget, max(_FROM_BYTES_ON, MOST_RATIO * len(content))))
    except Exception as error:  # its one exception, and what its bindings let through for damaged names
        return Opened(problem="encrypted" if any(word in str(error) for word in _LOCKED) else "unreadable")


def _read(archive: Iterable[Any], budget: int) -> Opened:
    entries: list[Entry] = []
    for one in archive:
        if not one.isfile:
            continue
        name = one.pathname or ""
        decoded = decode(name) if isinstance(name, bytes) else decode(name.encode("utf-8", "surrogateescape"))
        if is_litter(decoded.text):
            continue
        if len(entries) >= MOST_ENTRIES:
            return Opened(problem="too-large")
        content = bytearray()
        for block in one.get_blocks():
            content += block
            if len(content) > budget:
                return Opened(problem="too-large")
        budget -= len(content)
        entries.append(Entry(decoded, bytes(content)))
    return Opened(tuple(entries))
