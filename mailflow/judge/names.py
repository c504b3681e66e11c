"""Names as identity: folded for matching only, the original is kept for showing."""

from __future__ import annotations

import unicodedata

_DOTS = str.maketrans("", "", "·•・‧∙.")
_NEVER_IN_A_NAME = ("Cc", "Cn", "Co", "Cs")


def folded(text: str) -> str:
    """`text` fit to be compared: NFKC, without case, blanks, format characters and the dots inside names."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_DOTS)
    return "".join(one for one in plain if not one.isspace() and unicodedata.category(one) != "Cf")


def same_name(one: str, other: str) -> bool:
    """Whether two spellings are one name."""
    return folded(one) == folded(other)


def is_doubtful(name: str) -> bool:
    """Whether a name holds what no name holds (U+FFFD, private use, controls): a charset was lost on the way."""
    return "\ufffd" in name or any(unicodedata.category(one) in _NEVER_IN_A_NAME for one in name)
