"""What an SMTP server shall do wrong, and where in the dialogue, as values."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from enum import StrEnum


class At(StrEnum):
    """A point of the dialogue: what the server is about to answer. BODY is inside the letter, DOT after its end."""

    CONNECT = "connect"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    DOT = "dot"
    RSET = "rset"
    QUIT = "quit"


class Do(StrEnum):
    """What goes wrong: the connection ends, nothing comes, an endless answer drips, or these words are said."""

    DROP = "drop"
    HANG = "hang"
    DRIP = "drip"
    SAY = "say"


@dataclass(frozen=True, slots=True)
class Fault:
    """One misbehaviour. It happens `times` times (0: always), then the server behaves.

    `words` is the answer of SAY, after which `close` ends the connection. `after` counts the bytes of the letter that
    BODY lets in first. With `keep` a fault at DOT happens although the letter was taken.
    """

    at: At
    do: Do
    words: str = ""
    after: int = 0
    close: bool = False
    keep: bool = False
    times: int = 1


def drop(at: At, *, after: int = 0, keep: bool = False, times: int = 1) -> Fault:
    """The server ends the connection instead of answering."""
    return Fault(at, Do.DROP, after=after, keep=keep, times=times)


def hang(at: At, *, after: int = 0, keep: bool = False, times: int = 1) -> Fault:
    """The server never answers, and keeps the connection."""
    return Fault(at, Do.HANG, after=after, keep=keep, times=times)


def drip(at: At, *, times: int = 1) -> Fault:
    """The server answers without end, a line now and then."""
    return Fault(at, Do.DRIP, times=times)


def say(at: At, words: str, *, after: int = 0, close: bool = False, times: int = 1) -> Fault:
    """The server answers `words` (such as "451 MI:SFQ 1")."""
    return Fault(at, Do.SAY, words, after=after, close=close, times=times)


USUAL = {
    At.CONNECT: "220 faulty.example ESMTP",
    At.STARTTLS: "220 go on",
    At.AUTH: "235 2.7.0 welcome",
    At.MAIL: "250 2.1.0 sender fine",
    At.RCPT: "250 2.1.5 recipient fine",
    At.DATA: "354 go on",
    At.DOT: "250 2.0.0 taken",
    At.RSET: "250 2.0.0 forgotten",
    At.QUIT: "221 2.0.0 bye",
}
"""What a server that behaves answers; EHLO apart."""
VERBS = {"HELO": At.EHLO} | {point.name: point for point in At if point.name not in ("CONNECT", "BODY", "DOT")}
"""A command's verb -> the point of its answer."""
_TOKEN = re.compile(rb"[A-Za-z0-9+/]{4,}={0,2}")


def holds(received: bytes, secret: str) -> bool:
    """Whether `secret` is in `received`, plain or in base64."""
    wanted = secret.encode()
    return wanted in received or any(wanted in _decoded(token) for token in _TOKEN.findall(received))


def _decoded(token: bytes) -> bytes:
    try:
        return base64.b64decode(token + b"=" * (-len(token) % 4))
    except binascii.Error:
        return b""
