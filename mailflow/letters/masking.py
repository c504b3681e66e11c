"""Text that came from a sender, made fit to be shown: nothing hidden in it, no links, no whole numbers of people."""

from __future__ import annotations

import re
import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_SCHEME = re.compile(r"(?i)\b(https?|ftps?|javascript|data|vbscript|file)\s*[:：]")
_WWW = re.compile(r"(?i)\bwww[.。．]")
# Mail programs make links of bare names under well-known domains as well; a mail address stays one.
_HOST = re.compile(
    r"(?i)(@?)((?:[a-z0-9-]+\.)+)(com|cn|net|org|cc|top|xyz|vip|info|io|me|co|ru|tk|link|site|online|club|shop|live)\b"
)
_DIGITS = re.compile(r"\d{9,}")
_TIMESTAMP = re.compile(r"20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d(?:\d{3})?)?")
_EXPORTED = "mmexport"


def one_line(text: str, limit: int = 160) -> str:
    """`text` on one line of at most `limit` characters, without hidden characters.

    Controls, bidi and zero-width marks, private-use and unassigned characters go; blanks are joined; a longer text
    ends in "…".
    """
    if not text.isprintable():  # printable: neither hidden characters nor blanks other than the space
        text = "".join(" " if one.isspace() else one for one in text if one.isspace() or _is_visible(one))
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def clean(text: str, limit: int = 160) -> str:
    """`one_line`, with http, www and host names broken, so that no mail program makes a link of them."""
    line = _SCHEME.sub(lambda match: match[1] + " ： ", one_line(text, limit))
    return _HOST.sub(_unlinked, _WWW.sub("www．", line))


def mask(text: str) -> str:
    """`text` with the middle of each phone number and 学号 (nine digits or more) replaced by stars.

    The times cameras and WeChat write into file names are left: a sender knows files by them.
    """
    return _DIGITS.sub(lambda match: _masked(match, text), text)


def shown(text: str, limit: int = 160) -> str:
    """`clean` and `mask` in one: what may stand in a letter of ours."""
    return mask(clean(text, limit))


def _unlinked(match: re.Match[str]) -> str:
    return match[0] if match[1] else match[2].replace(".", "．") + match[3]


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in _HIDDEN


def _masked(match: re.Match[str], text: str) -> str:
    digits = match[0]
    if _TIMESTAMP.fullmatch(digits) or text[: match.start()].endswith(_EXPORTED):
        return digits
    head, tail = (3, 4) if len(digits) <= 11 else (4, 4)
    return digits[:head] + "*" * (len(digits) - head - tail) + digits[-tail:]
