"""Letters of ours, before they become bytes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LetterKind(StrEnum):
    """What a letter is for; also its priority: receipts before reports before digests (see PRIORITY)."""

    RECEIPT = "receipt"
    REPORT = "report"
    DIGEST = "digest"
    REMINDER = "reminder"
    DECISION = "decision"
    ALARM = "alarm"


PRIORITY = {
    LetterKind.ALARM: 0,
    LetterKind.RECEIPT: 1,
    LetterKind.DECISION: 2,
    LetterKind.REPORT: 3,
    LetterKind.REMINDER: 4,
    LetterKind.DIGEST: 5,
}
"""The order in which letters that are due leave, lowest first."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file that goes with a letter; with `content_id` it is a picture shown inside the HTML."""

    filename: str
    media_type: str
    content: bytes
    content_id: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter to one recipient. `key` is its identity in the outbox: purpose, subject, recipient, version.

    `ref` is the receipt number it is about (X-Mailflow-Ref), where it is about one.
    Only receipts carry `in_reply_to` and `references`.
    """

    key: str
    kind: LetterKind
    to: str
    subject: str
    text: str
    html: str
    parts: tuple[Part, ...] = ()
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    ref: str | None = None
    held: bool = False


@dataclass(frozen=True, slots=True)
class Correspondent:
    """Whom letters come from and how they sign: from `[smtp]` and `[letters]` of the settings."""

    address: str
    name: str = ""
    contact: str = ""
    telephone: str = ""
    signature: str = ""
    group_qr: Part | None = None
