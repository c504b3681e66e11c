"""Header values: the one way in which text reaches a header of ours.

CPython before 3.11.10 and 3.12.5 writes a line break inside a decoded encoded word into the header as it is
(CVE-2024-6923), so that a quoted subject could add header fields. Nothing here depends on that: headers are encoded
by `email.header` under the compat32 policy, which never decodes what it is given, and no "=?" survives in a value.
"""

from __future__ import annotations

import re
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP

from mailflow.letters.masking import clean

SUBJECT_LIMIT = 160
LINE = 76
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,240}>")


def safe_header(text: str, limit: int = SUBJECT_LIMIT) -> str:
    """`text` on one line, without controls, at most `limit` characters, with each "=?" and "?=" broken by a blank."""
    line = clean(text, limit)
    while "=?" in line or "?=" in line:
        line = line.replace("=?", "= ?").replace("?=", "? =")
    return line


def encoded(text: str, name: str) -> str:
    """`text`, already safe, as the folded value of the header `name` (RFC 2047 where it is not ASCII)."""
    if text.isascii() and text.isprintable() and len(name) + len(": ") + len(text) <= LINE:
        return text  # as Header would give it back
    charset = "us-ascii" if text.isascii() else "utf-8"
    return Header(text, charset, header_name=name, maxlinelen=LINE).encode(linesep="\r\n")


def message_ids(ids: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `ids` that may stand in a header (RFC 5322 §3.6.4, one line, no encoded words), each once."""
    fit = (one for one in ids if _MESSAGE_ID.fullmatch(one) and "=?" not in one)
    return tuple(dict.fromkeys(fit))


def interpreter_has_header_injection() -> bool:
    """Whether this Python has CVE-2024-6923. mailflow works around it; `mailflow check` says so."""
    probe = EmailMessage(policy=SMTP)
    try:
        probe["Subject"] = "=?utf-8?q?a=0D=0AX-Injected=3A_b?= 中"
        return b"\nX-Injected:" in probe.as_bytes()
    except ValueError:
        return False
