"""File names as senders write them, made fit to show and to write to any disk."""

from __future__ import annotations

import re
import unicodedata

MOST_CHARS = 100
_LONGEST_EXTENSION = 12
_SEPARATORS = re.compile(r"[\\/\u2044\u2215\u29f8\uff0f\uff3c]")
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\.|$)", re.IGNORECASE)
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def clean_filename(name: str | None) -> str | None:
    """`name` without path, controls, bidi marks, leading dots and reserved names; None if nothing is left.

    At most 100 characters; the extension is kept. NFC, so that the same name is the same everywhere.
    """
    if not name:
        return None
    text = unicodedata.normalize("NFC", name[:4000])
    text = "".join(char for char in text if unicodedata.category(char) not in _HIDDEN)
    text = _SEPARATORS.split(text.rstrip("/\\ "))[-1]
    text = _FORBIDDEN.sub("_", text).strip().lstrip(". ").rstrip(". ")
    if not text:
        return None
    if _RESERVED.match(text):
        text = "_" + text
    return _shortened(text)


def clean_folder(path: str) -> str | None:
    """The folders of an archive's entry, each cleaned as a file name, joined by "/"; None where there is none."""
    names = (clean_filename(name) for name in _SEPARATORS.split(path[:4000])[:-1])
    kept = [name for name in names if name]
    return "/".join(kept[-5:]) or None


def _shortened(text: str) -> str:
    if len(text) <= MOST_CHARS:
        return text
    stem, dot, extension = text.rpartition(".")
    if not dot or not stem or len(extension) > _LONGEST_EXTENSION:
        return text[:MOST_CHARS].rstrip(". ")
    return stem[: MOST_CHARS - len(extension) - 1].rstrip(". ") + dot + extension
