"""Whether two mails say the same: what a machine that answers a machine sends again and again."""

from __future__ import annotations

import hashlib
import re

from mailflow.intake.subject import bare_subject
from mailflow.model.message import Message

_NUMBERS = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z_-]*+[0-9][A-Za-z0-9_-]*+")
_LONG_NUMBERS = re.compile(r"(?<![A-Za-z0-9_-])(?=[A-Za-z_-]*+[0-9])[A-Za-z0-9_-]{5,}+")
_MOST_CHARS = 20_000


def content_key(message: Message) -> str:
    """A key that two mails share where subject, text and files are the same.

    Prefixes of replies and our own tag before the subject count for nothing, nor do blanks, nor numbers (in the subject
    the long ones): times, counts and ticket numbers are new in every letter of a machine.
    """
    said = "\n".join(
        (
            _LONG_NUMBERS.sub("0", bare_subject(message.subject)),
            " ".join(_NUMBERS.sub("0", message.text[:_MOST_CHARS]).split()),
            *sorted(one.sha256 for one in message.attachments),
        )
    )
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
