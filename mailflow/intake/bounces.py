"""Bounces: which letter of ours came back, and whether for good.

RFC 3464 reports and the forms of many servers are read by flufl.bounce; the Chinese HTML ones of QQ and NetEase, which
it does not know, by a phrase list. What proves that a bounce speaks of a letter of ours is our Message-ID in it.
"""

from __future__ import annotations

import email
import re
from dataclasses import dataclass

from mailflow.model.message import Unpacked

MOST_BYTES = 1_000_000
SILENCES = frozenset({"bounce", "null-return-path", "daemon-sender", "auto-submitted"})
"""The reasons for silence under which a mail may be a bounce."""

_MESSAGE_ID = re.compile(r"<[0-9a-f]{32}@[A-Za-z0-9.-]{1,253}>")
_FOR_GOOD = re.compile(
    r"收件人不存在|用户不存在|不存在该用户|邮箱不存在|地址不存在|帐号不存在|账号不存在|邮箱已被禁用|帐户被禁用|拒收|拒绝接收|被对方退回"
    r"|邮箱已满|容量不足|域名不存在|user unknown|no such user|mailbox (?:not found|unavailable|full)|does not exist",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Bounce:
    """A letter that came back. `ids` are Message-IDs of the form of ours that stand in it; `for_good` says that
    trying again changes nothing; `reason` is one short line."""

    ids: tuple[str, ...]
    for_good: bool
    reason: str


def read_bounce(raw: bytes, unpacked: Unpacked) -> Bounce | None:
    """What the bounce says; None where it names no letter of the form of ours. Never raises."""
    ids = _ids(unpacked)
    if not ids:
        return None
    phrase = _FOR_GOOD.search(unpacked.message.text)
    if phrase is not None:
        return Bounce(ids, True, phrase[0])
    temporary, permanent = _known_forms(raw)
    if permanent:
        return Bounce(ids, True, "the receiving server returned it for good")
    return Bounce(ids, False, "delayed" if temporary else "returned; whether for good is not told")


def _ids(unpacked: Unpacked) -> tuple[str, ...]:
    """Our Message-IDs in the text, in the headers it answers, and in the parts that quote the letter."""
    message = unpacked.message
    quoted = [content[:MOST_BYTES].decode("ascii", "replace") for content in unpacked.contents.values()]
    places = [message.text, " ".join((*message.in_reply_to, *message.references)), *quoted]
    return tuple(dict.fromkeys(one for place in places for one in _MESSAGE_ID.findall(place)))


def _known_forms(raw: bytes) -> tuple[frozenset[bytes], frozenset[bytes]]:
    from flufl.bounce import all_failures

    try:
        temporary, permanent = all_failures(email.message_from_bytes(raw[:MOST_BYTES]))
    except Exception:  # a library of many hand-made parsers, on hostile bytes: what it cannot read, it cannot tell
        return frozenset(), frozenset()
    return frozenset(temporary), frozenset(permanent)
