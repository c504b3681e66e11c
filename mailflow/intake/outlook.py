"""Outlook's own wrappings: winmail.dat (TNEF) and .msg.

[MS-OXTNEF] and [MS-OXMSG] say what they are; tnefparse and python-oxmsg read them.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any

from mailflow.intake.charset import Decoded, decode
from mailflow.intake.containers import MOST_BYTES, MOST_ENTRIES, Entry, Opened

TNEF = "application/ms-tnef"
MSG = "application/vnd.ms-outlook"

_MOST_TEXT = 200_000

# Its warnings quote what the sender wrote; no personal data belongs in a log.
logging.getLogger("tnefparse").setLevel(logging.CRITICAL + 1)
logging.getLogger("tnef-decode").setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True)
class OutlookMail:
    """A .msg file as a mail: `files` holds what was attached, or why nothing could be read."""

    subject: str = ""
    text: str = ""
    files: Opened = field(default_factory=Opened)


def open_tnef(content: bytes, *, budget: int = MOST_BYTES) -> Opened:
    """The files in a winmail.dat. Never raises; without the library the problem is "unsupported"."""
    try:
        from tnefparse.tnef import TNEF as Tnef
    except ImportError:
        return Opened(problem="unsupported")
    try:
        return _entries(
            [(_tnef_name(one), bytes(one.data or b"")) for one in Tnef(content, do_checksum=False).attachments], budget
        )
    except Exception:  # the library lets struct, index and codec errors of damaged files through
        return Opened(problem="unreadable")


def open_msg(content: bytes, *, budget: int = MOST_BYTES) -> OutlookMail:
    """The mail in a .msg file. Never raises; without the library the problem is "unsupported"."""
    try:
        from oxmsg import Message
    except ImportError:
        return OutlookMail(files=Opened(problem="unsupported"))
    try:
        mail = Message.load(content)
        named = [(Decoded(one.file_name or ""), one.file_bytes) for one in mail.attachments]
        entries = _entries([(name, data) for name, data in named if data is not None], budget)
        return OutlookMail(mail.subject or "", (mail.body or "")[:_MOST_TEXT], entries)
    except Exception:  # as above
        return OutlookMail(files=Opened(problem="unreadable"))


def _entries(files: list[tuple[Decoded, bytes]], budget: int) -> Opened:
    if len(files) > MOST_ENTRIES or sum(len(content) for _, content in files) > budget:
        return Opened(problem="too-large")
    return Opened(tuple(Entry(name, content) for name, content in files))


def _tnef_name(attachment: Any) -> Decoded:
    """The long name where there is one; its code page is often a lie, as everywhere."""
    name = attachment.long_filename() if attachment.mapi_attrs else attachment._name
    if isinstance(name, bytes):
        return decode(name.split(b"\0")[0])
    return Decoded(str(name).split("\0")[0], sure="\ufffd" not in str(name))
