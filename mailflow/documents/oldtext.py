"""Older and foreign text documents: which format one is, told by what is in it. Converters make docx of them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import StrEnum

from mailflow.documents.kinds import OLE, open_package, read_part
from mailflow.errors import ReadRefused

_ODT = b"application/vnd.oasis.opendocument.text"


class Format(StrEnum):
    """The formats told apart, by the extension of their files."""

    DOC = "doc"  # Word's binary format, which WPS writes too and calls .wps
    RTF = "rtf"
    ODT = "odt"


@dataclass(frozen=True, slots=True)
class OldText:
    """What such a file is. `macros`: it brings programs of its own."""

    format: Format
    macros: bool = False


def old_text(content: bytes) -> OldText | None:
    """Which format `content` is, None for any other. Raises ReadRefused where its container is broken."""
    if content.startswith(b"{\\rtf"):
        return OldText(Format.RTF)
    if content.startswith(b"PK"):
        return _odt(content)
    return _doc(content) if content.startswith(OLE) else None


def _doc(content: bytes) -> OldText | None:
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            return OldText(Format.DOC, ole.exists("Macros")) if ole.exists("WordDocument") else None
    except Exception as error:  # olefile lets struct, index and recursion errors of damaged files through
        raise ReadRefused(f"the document is damaged: {type(error).__name__}") from error


def _odt(content: bytes) -> OldText | None:
    with open_package(content) as package:
        names = package.namelist()
        if "mimetype" not in names or not read_part(package, "mimetype", 200).startswith(_ODT):
            return None
    return OldText(Format.ODT, any(name.startswith(("Basic/", "Scripts/")) for name in names))
