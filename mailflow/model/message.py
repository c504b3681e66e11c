"""A mail as it was read: decoded, unpacked, measured, and not yet judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail, perhaps inside an archive or a forwarded mail.

    `filename` is decoded and cleaned (no path, control or bidi characters), None where there was none.
    `sha256` and `size` (bytes) are of the decoded content; `media_type` is told from the content.
    `inside` names the archive, message or document it came in and `folder` the folders within it, joined by "/";
    `container` is the place of that archive, message or document among the mail's attachments. `inline` is a picture
    shown in the body.
    `sealed` is why an archive or message was left closed: "encrypted", "unsupported", "too-deep", "too-large",
    "unreadable".
    """

    filename: str | None
    size: int
    sha256: str
    media_type: str
    inside: str | None = None
    inline: bool = False
    content_id: str | None = None
    folder: str | None = None
    container: int | None = None
    sealed: str | None = None


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A mail inside the mail, as far as it says whom it is about; what was attached to it is attached to ours.

    `container` is its place among the attachments, None for one quoted in the mail's own text. `inline`: it is quoted
    in a text. `sure`: its subject was decoded for certain. `ref`: the receipt number in its header, where it is a
    letter of ours.
    """

    subject: str
    container: int | None = None
    inline: bool = False
    sure: bool = True
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One mail. Text is Unicode; whatever could not be decoded with certainty is named in `doubts`.

    `sender` is the one address of From in lower case, "" where there is none or more than one.
    `message_id`, `in_reply_to` and `references` keep their angle brackets; ids that break RFC 5322
    syntax are dropped. `received_at` is the time of the topmost Received field, where there is one.
    `headers` holds the fields that decide about answering, decoded, by lower-case name.
    `defects` are structural (of the MIME tree); `doubts` name what a person must look at before
    anything is filed ("subject", "sender", "two-from", "filename", "body").
    `cloud_links` are hosts of download pages that stand in place of files. `forwarded` are the mails inside it.
    """

    sha256: str
    size: int
    message_id: str | None
    sender: str
    sender_name: str
    subject: str
    received_at: datetime | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    return_path: str | None = None
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    cloud_links: tuple[str, ...] = ()
    forwarded: tuple[Forwarded, ...] = ()
    defects: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A message together with the bytes of its attachments, by SHA-256."""

    message: Message
    contents: Mapping[str, bytes]
