"""Names as identity: folded for matching only, the original is kept for showing."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from mailflow.intake.charset import HAN

_DOTS = str.maketrans("", "", "·•・‧∙.")
_BLANKS_BETWEEN_HAN = re.compile(rf"(?<=[{HAN}])\s+(?=[{HAN}])")
_SEX = re.compile(r"\s*[(（]\s*[男女](?:[,，、\s][^()（）]{0,8})?\s*[)）]\s*$")
"""What people add to a name on the form: （男）, (女，汉族)."""
_MARKUP = frozenset("\ufffd<>{}|\\^~`$%=@;")
_NEVER_IN_A_NAME = ("Cc", "Cn", "Co", "Cs")


@lru_cache(maxsize=16_384)
def folded(text: str) -> str:
    """`text` fit to be compared: NFKC, without case, blanks, format characters, the dots inside names, a sex behind."""
    plain = unicodedata.normalize("NFKC", _SEX.sub("", text)).casefold().translate(_DOTS)
    return "".join(one for one in plain if not one.isspace() and unicodedata.category(one) != "Cf")


def tidied(name: str) -> str:
    """A name as it is kept: without format characters, blanks between Han characters (else one each), a sex behind."""
    visible = "".join(one for one in _SEX.sub("", name) if unicodedata.category(one) != "Cf")
    return _BLANKS_BETWEEN_HAN.sub("", " ".join(visible.split()))


def same_name(one: str, other: str) -> bool:
    """Whether two spellings are one name."""
    return folded(one) == folded(other)


def is_doubtful(name: str) -> bool:
    """Whether a name holds what no name holds: U+FFFD, private use, controls (a charset was lost), markup."""
    return any(one in _MARKUP or unicodedata.category(one) in _NEVER_IN_A_NAME for one in name)
