"""Names of files and folders made from what senders wrote: safe on any system, in any archive."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 100
LONGEST_BYTES = 200  # most file systems end at 255 bytes of UTF-8; some room for " (1)" and the like

_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*#%\u2044\u2215\u29f8\uff0f\uff3c]+')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")

# Extension by sniffed media type, never by the sender's name; True where compressing again gains nothing.
_KINDS: dict[str, tuple[str, bool]] = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx", True),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx", True),
    "application/msword": (".doc", False),
    "application/vnd.ms-works": (".wps", False),
    "application/wps-office.wps": (".wps", False),
    "application/vnd.ms-excel": (".xls", False),
    "application/vnd.ms-word.document.macroEnabled.12": (".docm", True),
    "application/vnd.ms-excel.sheet.macroEnabled.12": (".xlsm", True),
    "application/x-msword-macros": (".doc", False),
    "application/x-ms-excel-macros": (".xls", False),
    "application/pdf": (".pdf", True),
    "application/rtf": (".rtf", False),
    "text/rtf": (".rtf", False),
    "application/vnd.oasis.opendocument.text": (".odt", True),
    "application/vnd.ofd": (".ofd", True),
    "application/ofd": (".ofd", True),
    "text/plain": (".txt", False),
    "image/jpeg": (".jpg", True),
    "image/png": (".png", True),
    "image/gif": (".gif", True),
    "image/webp": (".webp", True),
    "image/heic": (".heic", True),
    "image/heif": (".heic", True),
    "image/bmp": (".bmp", False),
    "image/x-ms-bmp": (".bmp", False),
    "image/tiff": (".tif", False),
    "video/mp4": (".mp4", True),
    "audio/mpeg": (".mp3", True),
}


def safe_name(text: str, *, longest: int = LONGEST) -> str:
    """`text` as one file or folder name: NFC, nothing hidden, no separators, not reserved; "_" if nothing is left."""
    visible = "".join(
        " " if one.isspace() else one
        for one in unicodedata.normalize("NFC", text)
        if one.isspace() or unicodedata.category(one) not in _HIDDEN
    )
    name = " ".join(_NOT_IN_NAMES.sub("_", visible).split()).strip(". ")
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    return _cut(name, longest).strip(". ") or "_"


def extension(media_type: str) -> str:
    """The extension of files of that type, ".bin" for a type that no form or picture has."""
    return _KINDS.get(media_type, (".bin", False))[0]


def is_known(media_type: str) -> bool:
    """Whether files of that type are documents, pictures or recordings, and so may be passed on."""
    return media_type in _KINDS


def is_compressed(media_type: str) -> bool:
    """Whether compressing files of that type again gains nothing."""
    return _KINDS.get(media_type, (".bin", False))[1]


def _cut(name: str, longest: int) -> str:
    kept = name[:longest]
    while len(kept.encode()) > LONGEST_BYTES:
        kept = kept[:-1]
    return kept
