"""How long a free text is, counted as the person counts who was told "300字以内"."""

from __future__ import annotations

import re
import unicodedata

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WORD = re.compile(r"[^\W_]+(?:['’.,:/@&+\-‐–][^\W_]+)*")
_PRINTED_WIDE = frozenset("“”‘’…—·")
"""Marks that Chinese fonts draw as wide as a character, though they are of no set width (UAX #11: ambiguous)."""


def length_of(text: str) -> int:
    """In a Chinese text the 字数 of a word processor, in any other the characters without blanks.

    字数: each Han character is one, and so is each full-width mark (，。《》); a run of Latin letters or digits is one
    word, with the marks within it (28,345; e-mail); half-width marks elsewhere and blanks count nothing.
    """
    if _HAN.search(text) is None:
        return sum(not char.isspace() for char in text)
    wide = _HAN.sub("\n", text)
    han = len(_HAN.findall(text))
    words = len(_WORD.findall(unicodedata.normalize("NFKC", wide)))
    marks = sum(not char.isalnum() and not char.isspace() and _is_wide(char) for char in wide)
    return han + words + marks


def _is_wide(char: str) -> bool:
    return char in _PRINTED_WIDE or unicodedata.east_asian_width(char) in "WF"
