"""winmail.dat: the files in a TNEF stream, as [MS-OXTNEF] lays it out. Pure.

Nothing but attachments is read: the message's own properties and its recipients are stepped over. Every length and
count is a sender's word: it is measured against the bytes that are there before it is believed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailflow.errors import ReadRefused
from mailflow.intake.charset import GB, Decoded, decode
from mailflow.intake.containers import MOST_BYTES, MOST_ENTRIES, Entry

MOST_PIECES = 100_000
"""Attributes, properties and values in one stream; Outlook writes some forty for a file."""
LONGEST_NAME = 4_096  # bytes

_SIGNATURE = 0x223E9F78
_ATTRIBUTE = struct.Struct("<BHHI")
_MESSAGE, _ATTACHMENT = 1, 2
_MOST_LITTER = 16  # bytes: some gateways leave a line end or zeros behind the last attribute

# [MS-OXTNEF] 2.1.3.3: the lower half of an attribute's number; the upper half is its type.
_OEM_CODEPAGE = 0x9007
_ATTACH_REND_DATA = 0x9002
_ATTACH_TITLE = 0x8010
_ATTACH_DATA = 0x800F
_ATTACH_PROPERTIES = 0x9005

# [MS-OXPROPS]: PidTagAttachDataBinary, PidTagAttachMethod, and the names of a file.
_DATA_BINARY = 0x3701
_METHOD = 0x3705
_LONG_FILENAME, _FILENAME, _DISPLAY_NAME = 0x3707, 0x3704, 0x3001
_NAMES = (_LONG_FILENAME, _FILENAME, _ATTACH_TITLE, _DISPLAY_NAME)
"""The better name first. [MS-OXTNEF] 2.1.3: a property goes before the attribute that says the same."""
_EMBEDDED_MESSAGE = 5  # [MS-OXCMSG] 2.2.2.9, afEmbeddedMessage
_NAMED = 0x8000  # properties from this number on carry their name with them

# [MS-OXCDATA] 2.11.1: types of properties, the size of a value where it is always the same.
_INTEGER, _STRING8, _STRING, _BINARY = 0x0003, 0x001E, 0x001F, 0x0102
_VARIABLE = frozenset({0x000D, _STRING8, _STRING, _BINARY})
_FIXED = {
    0x0001: 0, 0x0002: 2, _INTEGER: 4, 0x0004: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x000A: 4, 0x000B: 2,
    0x0014: 8, 0x0040: 8, 0x0048: 16,
}  # fmt: skip
_MULTIPLE = 0x1000

_GB_CODEPAGES = frozenset({936, 10008, 20936, 54936})


class TooLarge(ReadRefused):
    """More files, more bytes or more pieces than a person's winmail.dat holds."""


@dataclass(slots=True)
class _File:
    """One attachment as it is put together from its attributes."""

    names: dict[int, Decoded] = field(default_factory=dict)
    content: memoryview = field(default_factory=lambda: memoryview(b""))
    embedded: bool = False

    def entry(self) -> Entry:
        name = next((self.names[one] for one in _NAMES if one in self.names and self.names[one].text), Decoded(""))
        return Entry(name, b"" if self.embedded else bytes(self.content))


@dataclass(slots=True)
class _Allowance:
    """How many pieces may still be read: a stream of empty ones must end too."""

    pieces: int

    def spend(self) -> None:
        self.pieces -= 1
        if self.pieces < 0:
            raise TooLarge(f"the winmail.dat has more than {MOST_PIECES} pieces: ask for the files as they are")


@dataclass(slots=True)
class _Cursor:
    """Reads on from where it stands, and refuses to read what is not there."""

    data: memoryview
    at: int = 0

    @property
    def left(self) -> int:
        return len(self.data) - self.at

    def take(self, size: int) -> memoryview:
        if size > self.left:
            raise _damaged(f"{size} bytes are announced where {self.left} are left")
        self.at += size
        return self.data[self.at - size : self.at]

    def take_padded(self, size: int) -> memoryview:
        """`size` bytes, and past the padding to a multiple of four that follows them."""
        return self.take(_padded(size))[:size]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")


def read_tnef(content: bytes, *, budget: int = MOST_BYTES) -> tuple[Entry, ...]:
    """The files in the winmail.dat `content`, at most `budget` bytes of them in all, in their order.

    [MS-OXTNEF] 2.1.3: a signature, a key, then attributes; attAttachRendData (2.1.3.3.15) begins each attachment.
    A message that was attached, and a file that is only referred to, come without bytes. A name that is not there is
    empty. Raises TooLarge, or ReadRefused for all that is cut, damaged or no TNEF; never anything else.
    """
    stream = _Cursor(memoryview(content))
    if stream.number(4) != _SIGNATURE:
        raise _damaged("the signature is missing")
    stream.number(2)  # the legacy key says nothing to a reader
    allowance = _Allowance(MOST_PIECES)
    label: str | None = None
    files: list[_File] = []
    for level, attribute, data in _attributes(stream, allowance):
        if level == _MESSAGE:
            label = _label(data) if attribute == _OEM_CODEPAGE else label
        elif attribute == _ATTACH_REND_DATA:
            files.append(_File())
        elif not files:
            raise _damaged("an attachment goes on that has not begun")
        else:
            _add(files[-1], attribute, data, label, allowance)
        if len(files) > MOST_ENTRIES:
            raise TooLarge(f"the winmail.dat holds more than {MOST_ENTRIES} files: ask for several mails instead")
    if sum(len(one.content) for one in files) > budget:
        raise TooLarge(f"the winmail.dat holds more than {budget} bytes of files: ask for several mails instead")
    return tuple(one.entry() for one in files)


def _attributes(stream: _Cursor, allowance: _Allowance) -> Iterator[tuple[int, int, memoryview]]:
    """Level, number and data of each attribute; [MS-OXTNEF] 2.1.3 ends each with the sum of its bytes."""
    while True:
        allowance.spend()
        level, attribute, _, length = _ATTRIBUTE.unpack(stream.take(_ATTRIBUTE.size))
        if level not in (_MESSAGE, _ATTACHMENT):
            raise _damaged(f"there is no level {level}")
        data = stream.take(length)
        if stream.number(2) != sum(data) & 0xFFFF:
            raise _damaged("a checksum is wrong")
        yield level, attribute, data
        if stream.left <= _MOST_LITTER and not bytes(stream.data[stream.at :]).strip(b"\0\r\n"):
            return


def _add(file: _File, attribute: int, data: memoryview, label: str | None, allowance: _Allowance) -> None:
    """What one attribute says of `file`; of attAttachment (2.1.3.3.23), what each property in it says."""
    if attribute == _ATTACH_TITLE:
        file.names[_ATTACH_TITLE] = _name(_STRING8, data, label)
    elif attribute == _ATTACH_DATA:
        file.content = file.content or data  # where the properties hold it too, they go before (2.1.3)
    elif attribute == _ATTACH_PROPERTIES:
        for tag, kind, value in _properties(_Cursor(data), allowance):
            if tag in _NAMES and kind in (_STRING8, _STRING):
                file.names[tag] = _name(kind, value, label)
            elif tag == _DATA_BINARY and kind == _BINARY:
                file.content = value
            elif tag == _METHOD and kind == _INTEGER:
                file.embedded = int.from_bytes(value, "little") == _EMBEDDED_MESSAGE


def _properties(stream: _Cursor, allowance: _Allowance) -> Iterator[tuple[int, int, memoryview]]:
    """Number, type and value of each property in a MsgPropertyList ([MS-OXTNEF] 2.1.3.4), multiple values left out."""
    count = stream.number(4)
    if count > stream.left // 4:  # a property is its tag at least
        raise _damaged(f"{count} properties are announced where {stream.left} bytes are left")
    for _ in range(count):
        allowance.spend()
        kind, tag = stream.number(2), stream.number(2)
        if tag >= _NAMED:
            _skip_property_name(stream)
        values = list(_values(stream, kind, allowance))
        if not kind & _MULTIPLE and len(values) == 1:
            yield tag, kind, values[0]
    if stream.left:
        raise _damaged("properties are left over")


def _skip_property_name(stream: _Cursor) -> None:
    """Past a NamedPropSpec: a GUID, then a number, or a text with its length in bytes (2.1.3.4)."""
    stream.take(16)
    kind, number_or_length = stream.number(4), stream.number(4)
    if kind > 1:
        raise _damaged(f"there is no kind {kind} of property names")
    if kind == 1:
        stream.take_padded(number_or_length)


def _values(stream: _Cursor, kind: int, allowance: _Allowance) -> Iterator[memoryview]:
    """The values of a property, each padded to four bytes; those of one size come as one piece where many."""
    one = kind & ~_MULTIPLE
    if one in _FIXED:
        if kind & _MULTIPLE:
            yield stream.take(stream.number(4) * _padded(_FIXED[one]))
        else:
            yield stream.take_padded(_FIXED[one])
        return
    if one not in _VARIABLE:
        raise _damaged(f"there is no property type {kind:#06x}")
    count = stream.number(4)
    if count > stream.left // 4:  # a value is its size at least
        raise _damaged(f"{count} values are announced where {stream.left} bytes are left")
    for _ in range(count):
        allowance.spend()
        yield stream.take_padded(stream.number(4))


def _name(kind: int, data: memoryview, label: str | None) -> Decoded:
    """A file's name up to its NUL. 8-bit ones are in the sender's code page, if that is no lie; see `decode`."""
    if len(data) > LONGEST_NAME:
        raise _damaged("a file name is longer than any system allows")
    if kind == _STRING8:
        return decode(bytes(data).split(b"\0", 1)[0], label)
    text = bytes(data).decode("utf-16-le", "replace").split("\0", 1)[0]
    return Decoded(text, sure="\ufffd" not in text)


def _label(data: memoryview) -> str:
    """The charset that attOemCodepage names in its first four bytes; GB18030 holds all Chinese code pages."""
    number = _Cursor(data).number(4)
    return GB if number in _GB_CODEPAGES else f"cp{number}"


def _padded(size: int) -> int:
    return size + -size % 4


def _damaged(what: str) -> ReadRefused:
    return ReadRefused(f"the winmail.dat cannot be read, {what}: ask for the files as ordinary attachments")
