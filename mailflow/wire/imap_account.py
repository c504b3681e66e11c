"""What goes in and out of a mailbox: the account, what was found there, what was fetched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class ImapAccount:
    """A mailbox and how it may be used.

    `ca_file` names a PEM file of authorities to trust instead of the system's, "" for none. `since` leaves mail that
    arrived before that day (as the server writes the day) alone. `after` says what becomes of a finished mail:
    "keep" touches nothing, "mark" sets a keyword, "move" puts it into `filed_folder`. Mail over `max_message_bytes`
    is not fetched, only its header.
    """

    host: str
    port: int
    security: Literal["tls", "starttls", "none"]
    username: str
    password: str = field(repr=False)
    ca_file: str = ""
    folders: tuple[str, ...] = ("INBOX",)
    since: date | None = None
    after: Literal["keep", "mark", "move"] = "keep"
    filed_folder: str = ""
    max_message_bytes: int = 80_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """A mail on the server. Folder, UIDVALIDITY and UID together are its place (RFC 3501 §2.3.1.1).

    `size` is RFC822.SIZE in bytes, as the server claims it; `arrived_at` is INTERNALDATE, aware.
    """

    folder: str
    uidvalidity: int
    uid: int
    size: int
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class Fetched:
    """The bytes of a mail. `partial`: only its header, perhaps cut short.

    `defect` is "" for a mail in good order, or partial because it is too large. "size-differs": the same bytes came
    twice, but not as many as the server had claimed. "unfetchable": the server would not give the body in three
    tries; `raw` is the header, or empty where it would not give even that.
    """

    found: Found
    raw: bytes = field(repr=False)
    partial: bool = False
    defect: Literal["", "size-differs", "unfetchable"] = ""


@dataclass(frozen=True, slots=True)
class Description:
    """What a server said about itself and this account, for `mailflow check`.

    `messages` counts those in each watched folder. `identified`: ID was sent and accepted. `can_mark` and `can_move`
    say whether `after = "mark"` and `after = "move"` would work here; None where it was not asked.
    """

    capabilities: tuple[str, ...]
    folders: tuple[str, ...]
    messages: Mapping[str, int]
    identified: bool
    idle: bool
    can_mark: bool | None
    can_move: bool
