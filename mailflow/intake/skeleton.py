"""A mail without its bodies: small enough for a careful parser, and every body kept as the bytes it came as.

mail-parser needs 10 ms for a mail of 450 KB and little more than 1 ms for the same mail with its bodies taken out.
Each body is replaced by a line that no sender can foretell (it is made of the mail's own SHA-256) and that is valid in
every transfer encoding; after parsing, the line is exchanged for the bytes again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from mailflow.errors import ReadRefused

MOST_HEADER_BYTES = 64 * 1024
MOST_FIELD_BYTES = 16 * 1024
MOST_PIECES = 4_000
MOST_SKELETON_BYTES = 2 * 1024 * 1024

_BLANK_LINE = re.compile(rb"\r?\n\r?\n|\A\r?\n")
_BOUNDARY = re.compile(rb"""(?i)boundary\s*=\s*(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))""")
_NESTED = re.compile(rb"(?im)^content-type[ \t]*:\s*message/")
_FIELD_START = re.compile(rb"\n(?![ \t])")
_UNREAD = frozenset(
    {
        b"dkim-signature", b"domainkey-signature", b"received-spf", b"user-agent", b"date", b"delivered-to",
        b"reply-to", b"bcc",
    }
)  # fmt: skip
_READ_ALWAYS = frozenset(
    {
        b"from", b"to", b"cc", b"subject", b"message-id", b"in-reply-to", b"references", b"received", b"return-path",
        b"sender", b"auto-submitted", b"precedence", b"list-id", b"list-unsubscribe", b"x-mailflow",
        b"x-mailflow-ref", b"x-failed-recipients", b"content-type", b"content-transfer-encoding",
        b"content-disposition", b"content-id",
        b"mime-version", b"authentication-results",
    }
)  # fmt: skip
_UNREAD_PREFIXES = (b"x-", b"arc-", b"thread-")
_READ = frozenset(
    {
        b"x-mailflow", b"x-mailflow-ref", b"x-auto-response-suppress", b"x-autoreply", b"x-autorespond",
        b"x-autoresponder", b"x-auto-reply", b"x-failed-recipients", b"x-loop",
    }
)  # fmt: skip
_LONE_CR = re.compile(rb"\r(?!\n)")
_FIRST_FIELD = re.compile(rb"[\r\n]+(?=[!-9;-~]{1,70}:)")
_MOST_BOUNDARIES = 500


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The mail without bodies, the bodies by the number in their stand-in line, and what was wrong."""

    content: bytes
    bodies: tuple[bytes, ...]
    stand_in: bytes
    defects: tuple[str, ...]

    def restored(self, payload: bytes) -> bytes:
        """`payload` with each stand-in exchanged for the body it stands for."""
        first, *rest = payload.split(self.stand_in)
        if not rest:
            return payload
        if not first and len(rest) == 1 and not rest[0][8:].strip():
            return self.bodies[int(rest[0][:8])]
        return first + b"".join(self.bodies[int(piece[:8])] + piece[8:] for piece in rest)


def take_bodies_out(raw: bytes, sha256: str, *, trust_boundaries: bool = True) -> Skeleton:
    """The skeleton of `raw`; `sha256` is its hash in hex.

    Lines that begin with a boundary named in a header part the pieces; with `trust_boundaries` off (or where a
    multipart names none that can be read) every line that begins with "--" does. Raises ReadRefused where there are
    more pieces than any mail has.
    """
    raw, defects = _straightened(raw)
    stand_in = sha256[:24].encode("ascii")
    known: set[bytes] = set() if trust_boundaries else {b""}
    out: list[bytes] = []
    bodies: list[bytes] = []
    start = 0
    pieces = 0
    while start < len(raw):
        pieces += 1
        if pieces > MOST_PIECES:
            raise ReadRefused(f"the mail falls into more than {MOST_PIECES} pieces: ask for it to be sent again")
        head_end, body_start, end = _piece(raw, start, known)
        head = raw[start:head_end]
        if not start or len(head) > MOST_HEADER_BYTES:
            head = _lean(head)
        if len(head) > MOST_HEADER_BYTES:
            head = _least(head)
            defects.append("headers-truncated")
        out += [head, raw[head_end:body_start]]
        if body_start < end:
            out.append(stand_in + b"%08d" % len(bodies))
            bodies.append(raw[body_start:end])
        start = end
    content = b"".join(out)
    if len(content) > MOST_SKELETON_BYTES:
        raise ReadRefused("the mail has more than 2 MB of headers: ask for it to be sent again")
    return Skeleton(content, tuple(bodies), stand_in, tuple(dict.fromkeys(defects)))


def _lean(head: bytes) -> bytes:
    """The mail's own header without the trace and signature fields that nobody here reads, the top Received kept."""
    fields = _FIELD_START.split(head)
    seen_received = False
    kept = []
    for field in fields:
        name = field[:40].partition(b":")[0].lower()
        if name == b"received":
            if seen_received:
                continue
            seen_received = True
        elif name in _UNREAD or (name.startswith(_UNREAD_PREFIXES) and name not in _READ):
            continue
        kept.append(field)
    return b"\n".join(kept)


def _least(head: bytes) -> bytes:
    """An endless header without what nobody here reads; a field of thousands of addresses is cut at its limit."""
    kept: list[bytes] = []
    size = 0
    for field in _FIELD_START.split(head):
        name = field[:40].partition(b":")[0].strip().lower()
        if kept and name not in _READ_ALWAYS and not field.startswith(b"--"):
            continue
        size += min(len(field), MOST_FIELD_BYTES)
        if size > MOST_HEADER_BYTES:
            break
        kept.append(field[:MOST_FIELD_BYTES])
    return b"\n".join(kept)


def _straightened(raw: bytes) -> tuple[bytes, list[str]]:
    """Without a byte order mark and mbox "From " lines, and with line ends that can be relied on."""
    defects: list[str] = []
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if b"\n" not in raw[:MOST_HEADER_BYTES] and b"\r" in raw:
        raw = _LONE_CR.sub(b"\n", raw)
        defects.append("lone-cr")
    while raw.startswith((b"From ", b">From ")) and b"\n" in raw:
        raw = raw[raw.index(b"\n") + 1 :]
        defects.append("mbox-from-line")
    if (blank := _FIRST_FIELD.match(raw)) is not None:
        raw = raw[blank.end() :]
        defects.append("blank-before-header")
    return raw, defects


def _piece(raw: bytes, start: int, known: set[bytes]) -> tuple[int, int, int]:
    """Where the headers of the piece at `start` end, where its body begins and where the piece ends.

    A piece begins with the line end before its boundary line; only the first has none. Boundaries that its headers
    name join `known`, save those inside a nested message, which stays whole.
    """
    from_line_end = max(raw.find(b"\n", start + 2), 0) if start else 0
    if start and not from_line_end:
        return len(raw), len(raw), len(raw)
    end = _next_boundary(raw, from_line_end, known)
    blank = _BLANK_LINE.search(raw, from_line_end, end)
    if blank is None:
        return end, end, end
    head = raw[start : blank.start()]
    before = len(known)
    if before < _MOST_BOUNDARIES:
        known |= _boundaries(head)
    if len(known) > before:
        end = _next_boundary(raw, blank.end() - 1, known)
    return blank.start(), min(blank.end(), end), end


def _boundaries(head: bytes) -> set[bytes]:
    lowered = head.lower()
    if b"multipart/" not in lowered or _NESTED.search(head) is not None:
        return set()
    matches = islice(_BOUNDARY.finditer(head), 20)
    return {(match[1] or match[2]).rstrip() for match in matches} or {b""}


def _next_boundary(raw: bytes, position: int, known: set[bytes]) -> int:
    """Where the line end before the next boundary line stands, from `position` on; else the end of `raw`."""
    if not known:
        return len(raw)
    starts = tuple(b"--" + boundary for boundary in known)
    while (found := raw.find(b"-", position + 1)) >= 0:  # base64 has no "-", so that most bodies take one step
        if raw[found - 1] == 0x0A:
            if raw.startswith(starts, found):
                return found - 2 if raw[found - 2] == 0x0D and found - 2 >= position else found - 1
            position = found
        else:
            position = raw.find(b"\n", found)
            if position < 0:
                break
    return len(raw)
