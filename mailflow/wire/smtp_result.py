"""What can become of a letter handed to a submission server, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Outcome(StrEnum):
    """What became of one letter. REFUSED: trying the same letter again changes nothing."""

    SENT = "sent"
    DEFERRED = "deferred"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Scope(StrEnum):
    """What the server's word is about, and so what else must wait."""

    LETTER = "letter"
    """This letter or its recipient: go on with the next one."""
    CONNECTION = "connection"
    """This connection, which has been closed: go on with the next letter, on a new one."""
    QUOTA = "quota"
    """A short quota: no letter at all before `wait` is over."""
    DAY = "day"
    """The quota of the day: no letter at all before tomorrow, in the provider's zone."""
    ACCOUNT = "account"
    """Our account: stop everything, tell the operator, never try again in a loop."""


class Stage(StrEnum):
    """How far a dialogue had come. Only after DATA began can a lost connection hide an accepted letter."""

    CONNECT = "connect"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one letter.

    `code` is the server's reply code where it gave one; `text` is one line that says what to do, without addresses;
    `wait` is the least time before the next try where the server's word implies one; `quirk` is the id of a row
    of REPLY_QUIRKS.
    """

    outcome: Outcome
    code: str = ""
    text: str = ""
    wait: timedelta | None = None
    scope: Scope = Scope.LETTER
    quirk: str = ""


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a server says of itself: TLS version ("" without), largest letter in bytes (None: unlimited), EHLO words."""

    tls: str
    largest: int | None
    extensions: tuple[str, ...]
    logged_in: bool
