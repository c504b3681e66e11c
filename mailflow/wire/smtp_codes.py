"""What a submission server's answer means: for this letter, and for those that wait behind it.

The words of particular providers (`smtp_quirks`) come first, then the rules of RFC 5321 §4.2.1 (first digit).
Nothing here talks to a server.
"""

from __future__ import annotations

import re
import unicodedata

from mailflow.wire.smtp_quirks import REPLY_QUIRKS
from mailflow.wire.smtp_result import Outcome, Result, Scope, Stage

LOGIN_REFUSED = (
    "the server refuses the login: check smtp.username and the authorisation code (授权码), not the web password"
)
SENDER_REFUSED = "the server refuses our sender address: smtp.sender must be the address of smtp.username"
TOO_LARGE = "the server refuses the letter for its size or the type of a file: send fewer files"


def judge(stage: Stage, code: int, text: str) -> Result:
    """What the answer `code text` to the command of `stage` means.

    A 4yz or 5yz is certain: the letter was not accepted (RFC 5321 §4.2.1). Any other answer breaks the protocol; after
    DATA began it leaves the letter's fate unknown.
    """
    number = str(code) if code > 0 else ""
    said = f"{number} {tidy(text)}".strip()
    for quirk in REPLY_QUIRKS:
        if quirk.fits(code, text):
            told = f"{quirk.symptom}: {quirk.remedy} ({said})"
            return Result(quirk.outcome, number, told, quirk.wait, quirk.scope, quirk.id)
    if not 400 <= code < 600:
        outcome = Outcome.UNKNOWN if stage is Stage.DATA else Outcome.DEFERRED
        return Result(outcome, number, f"the server broke the protocol at {stage} ({said})", scope=Scope.CONNECTION)
    return _by_number(stage, code, number, said)


def _by_number(stage: Stage, code: int, number: str, said: str) -> Result:
    """RFC 5321 §4.2.1-3, RFC 4954 §6 for 530, 534, 535 and 538."""
    if code in (530, 534, 535, 538) or (stage is Stage.LOGIN and code >= 500):
        return Result(Outcome.DEFERRED, number, f"{LOGIN_REFUSED} ({said})", scope=Scope.ACCOUNT)
    if code == 421 or stage in (Stage.CONNECT, Stage.LOGIN):
        return Result(Outcome.DEFERRED, number, f"the server is not available now ({said})", scope=Scope.CONNECTION)
    if code < 500:
        return Result(Outcome.DEFERRED, number, f"the server asks to try again later ({said})")
    if stage is not Stage.RECIPIENT and (code in (523, 552) or " 5.3.4" in said):
        return Result(Outcome.REFUSED, number, f"{TOO_LARGE} ({said})")
    if stage is Stage.SENDER:
        return Result(Outcome.DEFERRED, number, f"{SENDER_REFUSED} ({said})", scope=Scope.ACCOUNT)
    whom = "this recipient: check the address" if stage is Stage.RECIPIENT else "this letter"
    return Result(Outcome.REFUSED, number, f"the server refuses {whom} ({said})")


def lost(stage: Stage, how: str, *, half: bool = False) -> Result:
    """The connection ended, or time was up, while the command of `stage` was under way.

    `half`: the end of the letter surely had not left, so that the server cannot have accepted it (RFC 5321 §4.1.1.4).
    """
    if stage is not Stage.DATA:
        return Result(Outcome.DEFERRED, text=f"{how} before the letter left", scope=Scope.CONNECTION)
    if half:
        return Result(Outcome.DEFERRED, text=f"{how} when part of the letter had left", scope=Scope.CONNECTION)
    text = f"{how} after the letter began to leave: it may or may not have been accepted"
    return Result(Outcome.UNKNOWN, text=text, scope=Scope.CONNECTION)


_ADDRESS = re.compile(r"<?[^\s<>()\[\]:;,\"]+@[^\s<>()\[\]:;,\"]+>?")
_SPACE = re.compile(r"\s+")


def tidy(text: str) -> str:
    """A server's words as one short line, without controls and without anybody's address (they reach the log)."""
    plain = "".join(" " if unicodedata.category(letter)[0] == "C" else letter for letter in text)
    return _SPACE.sub(" ", _ADDRESS.sub("<address>", plain)).strip()[:200]
