"""Outlook's own wrappings: winmail.dat (TNEF) and .msg.

[MS-OXTNEF] and [MS-OXMSG] say what they are; `tnef` and python-oxmsg read them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mailflow.errors import ReadRefused
from mailflow.intake.charset import Decoded
from mailflow.intake.containers import MOST_BYTES, MOST_ENTRIES, Entry, Opened
from mailflow.intake.tnef import TooLarge, read_tnef

TNEF = "application/ms-tnef"
MSG = "application/vnd.ms-outlook"

_MOST_TEXT = 200_000


@dataclass(frozen=True, slots=True)
class OutlookMail:
    """A .msg file as a mail: `files` holds what was attached, or why nothing could be read."""

    subject: str = ""
    text: str = ""
    files: Opened = field(default_factory=Opened)


def open_tnef(content: bytes, *, budget: int = MOST_BYTES) -> Opened:
    """The files in a winmail.dat, at most `budget` bytes of them in all. Never raises."""
    try:
        return Opened(read_tnef(content, budget=budget))
    except TooLarge:
        return Opened(problem="too-large")
    except ReadRefused:
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
    except Exception:  # the library lets struct, index and codec errors of damaged files through
        return OutlookMail(files=Opened(problem="unreadable"))


def _entries(files: list[tuple[Decoded, bytes]], budget: int) -> Opened:
    if len(files) > MOST_ENTRIES or sum(len(content) for _, content in files) > budget:
        return Opened(problem="too-large")
    return Opened(tuple(Entry(name, content) for name, content in files))
