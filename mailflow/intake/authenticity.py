"""How sure it is that a mail comes from its sender's domain: what the receiving server found (RFC 8601).

Only the topmost Authentication-Results of the configured server counts: everything below it may have come with the
mail. A pass proves the domain, not the person.
"""

from __future__ import annotations

import re
from enum import StrEnum

from mailflow.model.message import Message

_COMMENT = re.compile(r"\([^()]{0,500}\)")
_RESULT = re.compile(r"\b(dmarc|dkim|spf)\s{0,3}=\s{0,3}([a-z]{1,20})\b([^;]{0,500})", re.IGNORECASE)
_SIGNER = re.compile(r"\bheader\.(?:d|i)\s{0,3}=\s{0,3}@?([A-Za-z0-9.-]{1,253})", re.IGNORECASE)


class Trust(StrEnum):
    """VERIFIED: the sender's domain vouches for the mail. FAILED: it disowns it. UNKNOWN: nobody says."""

    VERIFIED = "verified"
    FAILED = "failed"
    UNKNOWN = "unknown"


def trust_of(message: Message, authserv_id: str) -> Trust:
    """What the server `authserv_id` found. UNKNOWN where it is not set, or said nothing on top.

    DMARC decides; without it, DKIM by the sender's own domain; a failed SPF alone proves nothing (forwarding).
    """
    fields = message.headers.get("authentication-results", ())
    if not authserv_id or not fields:
        return Trust.UNKNOWN
    server, _, rest = _COMMENT.sub(" ", fields[0]).partition(";")
    if server.split()[:1] != [authserv_id]:
        return Trust.UNKNOWN
    results = [(method.lower(), result.lower(), more) for method, result, more in _RESULT.findall(rest)]
    dmarc = {result for method, result, _ in results if method == "dmarc"}
    if dmarc & {"pass", "fail"}:
        return Trust.VERIFIED if "pass" in dmarc else Trust.FAILED
    domain = message.sender.rpartition("@")[2]
    signed = [more for method, result, more in results if method == "dkim" and result == "pass"]
    if any(_is_of(signer, domain) for more in signed for signer in _SIGNER.findall(more)):
        return Trust.VERIFIED
    failed = {method for method, result, _ in results if result in ("fail", "softfail")}
    return Trust.FAILED if failed >= {"dkim", "spf"} else Trust.UNKNOWN


def _is_of(signer: str, domain: str) -> bool:
    """Whether `signer` is the domain, or one above or below it (relaxed alignment, RFC 7489 section 3.1.1)."""
    signer, domain = signer.lower().rstrip("."), domain.lower()
    if "." not in signer or not domain:
        return False
    return signer == domain or domain.endswith(f".{signer}") or signer.endswith(f".{domain}")
