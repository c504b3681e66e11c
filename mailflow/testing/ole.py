"""Files of older office programs, written by hand: the container (MS-CFB) and a workbook in it (MS-XLS; WPS: .et).

Enough of both for what readers must tell apart; no library that writes them is kept up.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence

from mailflow.documents.kinds import OLE

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_ROOT, _STREAM = 5, 2
_SMALLEST = 4_096
"""Shorter streams would lie in a stream of their own; they are filled up."""

Merge = tuple[int, int, int, int]
"""First and last row, first and last column."""


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A container with `streams` in its root, each filled up with zeros to some size."""
    padded = {name: _filled(content) for name, content in streams.items()}
    directory_sectors = -(-(1 + len(padded)) // 4)
    starts: list[int] = []
    at = directory_sectors
    for content in padded.values():
        starts.append(at)
        at += len(content) // _SECTOR
    fat_sectors = -(-(at + 1) // 128)
    fat_sectors = -(-(at + fat_sectors) // 128)
    chains = [_chain(0, directory_sectors)]
    chains += [_chain(start, len(one) // _SECTOR) for start, one in zip(starts, padded.values(), strict=True)]
    fat = [number for chain in chains for number in chain] + [_FAT] * fat_sectors
    fat += [_FREE] * (fat_sectors * 128 - len(fat))
    header = OLE + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, fat_sectors, 0, 0, _SMALLEST, _END, 0, _END, 0)
    header += struct.pack("<109I", *range(at, at + fat_sectors), *[_FREE] * (109 - fat_sectors))
    body = _directory(padded, starts, directory_sectors) + b"".join(padded.values())
    return header + body + struct.pack(f"<{len(fat)}I", *fat)


def workbook(rows: Sequence[Sequence[str]], merges: Sequence[Merge] = (), *, locked: bool = False) -> bytes:
    """A workbook of one sheet with these texts, "" for an empty cell; `locked`: it says that it was encrypted."""
    globals_ = [_record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0))]
    if locked:
        globals_.append(_record(0x002F, bytes(54)))
    sheet = [_record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0)), *_labels(rows)]
    if merges:
        ranges = b"".join(struct.pack("<HHHH", *one) for one in merges)
        sheet.append(_record(0x00E5, struct.pack("<H", len(merges)) + ranges))
    before = b"".join(globals_)
    begins = len(before) + 4 + 8 + 6 + 4
    bound = _record(0x0085, struct.pack("<IBBBB", begins, 0, 0, 6, 0) + b"Sheet1")
    return compound({"Workbook": before + bound + _record(0x000A, b"") + b"".join(sheet) + _record(0x000A, b"")})


def locked_document() -> bytes:
    """What a .doc or .wps with a password begins with: the flag fEncrypted in its FIB (MS-DOC §2.5.2)."""
    return compound({"WordDocument": struct.pack("<HHHHHH", 0xA5EC, 0xC1, 0, 0, 0, 0x0100)})


def _labels(rows: Sequence[Sequence[str]]) -> Iterator[bytes]:
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            if text:
                units = text.encode("utf-16-le")
                yield _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(units) // 2, 1) + units)


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _filled(content: bytes) -> bytes:
    size = max(_SMALLEST, -(-len(content) // _SECTOR) * _SECTOR)
    return content + bytes(size - len(content))


def _chain(start: int, length: int) -> list[int]:
    return [*range(start + 1, start + length), _END]


def _directory(streams: Mapping[str, bytes], starts: Sequence[int], sectors: int) -> bytes:
    """The root, and under it the streams as one line of right siblings."""
    names = sorted(zip(streams, starts, strict=True), key=lambda one: (len(one[0]), one[0].upper()))
    entries = [_entry("Root Entry", _ROOT, right=_FREE, child=1 if names else _FREE, start=_END, size=0)]
    for number, (name, start) in enumerate(names, start=1):
        right = number + 1 if number < len(names) else _FREE
        entries.append(_entry(name, _STREAM, right=right, child=_FREE, start=start, size=len(streams[name])))
    return b"".join(entries) + bytes(sectors * _SECTOR - 128 * len(entries))


def _entry(name: str, kind: int, *, right: int, child: int, start: int, size: int) -> bytes:
    written = (name + "\0").encode("utf-16-le")
    ids = struct.pack("<III", _FREE, right, child)
    head = written.ljust(64, b"\0") + struct.pack("<HBB", len(written), kind, 1) + ids
    return head + bytes(16 + 4 + 8 + 8) + struct.pack("<IQ", start, size)
