"""Bytes to text: which charset it really is, and whether that is certain.

Mail labelled gb2312 is usually GBK or GB18030, and GB18030 contains both: one codec reads all three.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

UTF8 = "utf-8"
GB = "gb18030"

_WIDENED = frozenset(
    {
        "gb2312", "gb_2312", "gb-2312", "gb2312-80", "gb_2312-80", "csgb2312", "x-gb2312", "euc-cn", "euccn",
        "x-euc-cn", "gbk", "x-gbk", "cp936", "ms936", "windows-936", "x-cp936", "936", "gb", "gb18030", "gb-18030",
        "x-gb18030", "gb18030-2000", "gb18030-2005", "gb18030-2022",
    }
)  # fmt: skip
_UTF8_NAMES = frozenset({"utf-8", "utf8", "utf_8", "utf", "unicode-1-1-utf-8", "x-utf-8", "utf8mb4", "cp65001"})
_LATIN = frozenset({"iso8859-1", "iso8859-15", "cp1252"})
_SEVEN_BIT = frozenset({"iso2022_jp", "iso2022_kr", "hz", "utf-16", "utf-16-le", "utf-16-be", "utf-32"})
_PLAIN = frozenset(
    {"big5", "big5hkscs", "cp950", "shift_jis", "cp932", "euc_jp", "euc_kr", "cp949", "koi8-r", "koi8-u", "tis-620"}
)

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
"""The Han characters, as the inside of a regular expression's set (BMP and the supplementary planes)."""

_ONLY_HAN = re.compile(f"[\x00-\x7f{HAN}\u00b7\u00d7\u2000-\u206f\u2100-\u27bf\u3000-\u303f\uff00-\uffef]*")
_HAN_TOUCHES_LETTER = re.compile(f"[A-Za-z][{HAN}]|[{HAN}][A-Za-z]")
_HAN_CHARACTER = re.compile(f"[{HAN}]")
_ACCENTS = re.compile("[^\x00-\x7f]{2}")
_LETTER_AS_WORD = re.compile("(?:^|(?<=[A-Za-z] ))[\u00c0-\u024f](?= [A-Za-z]{2})")
_WORD_OF_ONE_SCRIPT = re.compile("[\u0370-\u03ff]{4}|[\u0400-\u04ff]{4}|[\u0590-\u05ff]{4}|[\u0600-\u06ff]{4}")
_LONGEST_CHANCE = 200  # bytes; longer text is never valid in two charsets by chance
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNFIT = frozenset({"Cc", "Co", "Cn", "Cs"})
_BIG5_COMMON = re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xc6][\x40-\x7e\xa1-\xfe])*")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, and whether its charset was certain."""

    text: str
    sure: bool = True


def codec_of(label: str | None) -> str | None:
    """The codec for a charset label, None for one that is missing, unknown or unfit for mail.

    UTF-7 is unfit: it can hide markup from everybody but the reader (RFC 2152 is no MIME text charset of today).
    """
    name = (label or "").strip(" \t\"'").lower()
    if name in _WIDENED:
        return GB
    if name in _UTF8_NAMES:
        return UTF8
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    known = codec in _LATIN | _SEVEN_BIT | _PLAIN or codec.startswith(("iso8859-", "cp125"))
    return codec if known else None


def decode(data: bytes, label: str | None = None, hints: Iterable[str] = ()) -> Decoded:
    """Text of `data`: by its label where that can be true, else by what the bytes allow.

    `hints` are codecs seen elsewhere in the mail; they only settle what the bytes leave open. Never raises.
    """
    codec = codec_of(label)
    if data.isascii() and codec not in _SEVEN_BIT:
        return Decoded(data.decode("ascii"))
    if codec is None:
        return _guess(data, frozenset(hints), None)
    text = _strict(data, codec)
    if text is None:
        return _guess(data, frozenset(hints), codec)
    check = _check_latin if codec in _LATIN else _CHECKS.get(codec)
    return check(data, text) if check is not None else Decoded(text)


def is_doubtful(text: str) -> bool:
    """Whether `text` holds what no name or title holds: U+FFFD, private use, controls, bidi marks, no characters."""
    if text.isascii():
        return not text.isprintable() and any((char < " " and char != "\t") or char == "\x7f" for char in text)
    return any(
        char == "\ufffd" or char in _BIDI or (unicodedata.category(char) in _UNFIT and char != "\t") for char in text
    )


def printable(text: str) -> str:
    """`text` as one line without controls and bidi marks."""
    if text.isascii() and text.isprintable():
        return text
    marks_out = (char for char in text if char not in _BIDI)
    return "".join(" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in marks_out)


def _strict(data: bytes, codec: str) -> str | None:
    try:
        text = data.decode(codec)
    except UnicodeError:
        return None
    return None if any("\ud800" <= char <= "\udfff" for char in text[:4000]) else text


def _is_han(text: str) -> bool:
    return _ONLY_HAN.fullmatch(text) is not None and _HAN_TOUCHES_LETTER.search(text) is None


def _is_common(text: str) -> bool:
    """Whether `text` keeps to GB 2312, the 6,763 characters of everyday Chinese."""
    return _strict_encode(text, "gb2312")


def _strict_encode(text: str, codec: str) -> bool:
    try:
        text.encode(codec)
    except UnicodeError:
        return False
    return True


def _guess(data: bytes, hints: frozenset[str], failed: str | None) -> Decoded:
    """Unlabelled or wrongly labelled bytes: strict UTF-8 and GB18030, the likelier of the two where both can be."""
    utf8, gb = (None if codec == failed else _strict(data, codec) for codec in (UTF8, GB))
    if utf8 is not None and gb is not None:
        return _choose(utf8, gb, hints)
    if utf8 is not None:
        return Decoded(utf8)
    if gb is None or _is_broken_utf8(data, failed):
        return _salvage(data, hints, failed)
    fits = _is_han(gb) and (failed is None or _is_common(gb))
    return Decoded(gb, sure=fits and not _may_be_big5(data, gb, hints))


def _choose(utf8: str, gb: str, hints: frozenset[str]) -> Decoded:
    """Both readings are possible: the one that is Han, then the one in everyday characters, then the mail's charset.

    930 pairs of GB 2312 characters are valid UTF-8 too (毛茅 is ëé), and most Chinese UTF-8 of even length is valid
    GB18030, though in characters that nobody uses.
    """
    if not _is_han(gb):
        return Decoded(utf8, sure=_is_han(utf8) or _ACCENTS.search(utf8) is None)
    if not _is_han(utf8):
        return Decoded(gb)
    if _is_common(utf8) and not _is_common(gb):
        return Decoded(utf8)
    seen = hints & {UTF8, GB}
    if len(seen) == 1 and _HAN_CHARACTER.search(utf8) is not None:
        return Decoded(utf8 if UTF8 in seen else gb)
    return Decoded(utf8, sure=False)


def _is_broken_utf8(data: bytes, failed: str | None) -> bool:
    """Whether it is UTF-8 that was cut or damaged: that reads as rare characters of GB18030 too."""
    reading = data.decode(UTF8, "replace")
    holes = reading.count("\ufffd")
    return holes <= (1 if failed == UTF8 else len(_HAN_CHARACTER.findall(reading)) // 2)


def _may_be_big5(data: bytes, gb: str, hints: frozenset[str]) -> bool:
    if hints & {"big5", "big5hkscs", "cp950"}:
        return True
    return not _is_common(gb) and _BIG5_COMMON.fullmatch(data) is not None and _strict(data, "big5") is not None


def _check_utf8(data: bytes, text: str) -> Decoded:
    """UTF-8 by label. A short word in GB 18030 may decode too: to other letters (路 is ·) or to rare characters.

    What the label says stands where there is Chinese in it, or a word in Greek, Cyrillic, Hebrew or Arabic, and no
    better Chinese in the other reading. A French or Irish word of one letter (à, Ó) is no Chinese character.
    """
    if len(data) > _LONGEST_CHANCE or _LETTER_AS_WORD.sub("", text).isascii():
        return Decoded(text)
    gb = _strict(data, GB)
    if gb is None or not _is_han(gb):
        return Decoded(text)
    if _is_common(gb) and not (_is_han(text) and _is_common(text)):
        return Decoded(text, sure=False)
    enough = 1 if _is_han(text) else 2  # a character and a letter come about by chance, two characters do not
    likely = len(_HAN_CHARACTER.findall(text)) >= enough or _WORD_OF_ONE_SCRIPT.search(text) is not None
    return Decoded(text, sure=likely)


def _check_gb(data: bytes, text: str) -> Decoded:
    """GB18030 by label. UTF-8 under that label decodes too now and then: then nobody can be sure."""
    utf8 = _strict(data, UTF8)
    if utf8 is None or not _is_han(utf8):
        return Decoded(text)
    return Decoded(utf8 if _is_common(utf8) and not _is_common(text) else text, sure=False)


def _check_latin(data: bytes, text: str) -> Decoded:
    """Latin by label decodes anything; Chinese under it is told by reading better as Chinese."""
    utf8 = _strict(data, UTF8)
    if utf8 is not None:
        return Decoded(utf8, sure=False)
    gb = _strict(data, GB)
    if gb is not None and _is_han(gb):
        return Decoded(gb, sure=False)
    return Decoded(text)


_CHECKS = {UTF8: _check_utf8, GB: _check_gb}


def _salvage(data: bytes, hints: frozenset[str], failed: str | None) -> Decoded:
    """No reading is clean: the one with the fewest holes."""
    codecs_to_try = [codec for codec in (failed, UTF8, GB, *sorted(hints & _PLAIN)) if codec is not None]
    readings = [data.decode(codec, "replace") for codec in codecs_to_try]
    return Decoded(min(readings, key=lambda reading: reading.count("\ufffd")), sure=False)
