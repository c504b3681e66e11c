"""The MIME tree of a mail, by mail-parser, each part with its headers and body as the bytes they came as."""

from __future__ import annotations

import email
import hashlib
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message as EmailMessage

from mailflow.errors import ReadRefused
from mailflow.intake.charset import Decoded, codec_of
from mailflow.intake.headers import parameters, token
from mailflow.intake.skeleton import Skeleton, take_bodies_out

DEEPEST = 100
MOST_PARTS = 1_000

# The library quotes header text in its warnings; no personal data belongs in a log.
logging.getLogger("mailparser").setLevel(logging.CRITICAL + 1)

_WORD_CHARSET = re.compile(rb"(?i)=\?([\w.:-]{2,40})\?[bq]\?")
_MOST_RECOVERIES = 5
_LIKELY_BOUNDARY = re.compile(
    rb"(?:\A|\n)--([^\s][^\r\n]{0,200}?)[ \t]*\r?\n(?=content-[a-z-]{3,30}[ \t]*:)", re.IGNORECASE
)

_Parsed = tuple[EmailMessage, dict[str, tuple[str, ...]], list[str]]


@dataclass(frozen=True, slots=True)
class Part:
    """One part: `headers` by lower-case name, folded as they came; `body` not yet decoded, empty beside `children`.

    `media_type` and `disposition` are in lower case and as declared, which proves nothing.
    """

    headers: Mapping[str, tuple[bytes, ...]]
    media_type: str
    type_parameters: Mapping[str, Decoded]
    disposition: str
    disposition_parameters: Mapping[str, Decoded]
    body: bytes = b""
    children: tuple[Part, ...] = ()

    def header(self, name: str) -> bytes | None:
        """The first header of that lower-case name."""
        values = self.headers.get(name)
        return values[0] if values else None

    @property
    def encoding(self) -> str:
        """The Content-Transfer-Encoding, in lower case."""
        return token(self.header("content-transfer-encoding"))

    def leaves(self) -> Iterator[Part]:
        """The parts that hold something, in the order of the mail."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()


@dataclass(frozen=True, slots=True)
class Structure:
    """A mail taken apart: its root part, the mailboxes of its address fields, and what was wrong with it."""

    root: Part
    addresses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    defects: tuple[str, ...] = ()

    def charsets(self) -> frozenset[str]:
        """The codecs of all charsets that the mail names: of its parts and of its encoded words."""
        declared = (part.type_parameters.get("charset") for part in self.root.leaves())
        labels = {charset.text for charset in declared if charset is not None}
        for name in ("subject", "from", "to"):
            for value in self.root.headers.get(name, ()):
                labels |= {match.decode("ascii", "replace") for match in _WORD_CHARSET.findall(value)}
        return frozenset(codec for codec in map(codec_of, labels) if codec is not None)


def parse_structure(raw: bytes, sha256: str) -> Structure:
    """The structure of `raw`, whose hash in hex is `sha256`.

    Raises ReadRefused for mails nested deeper or in more parts than a person's mail ever is.
    """
    skeleton = take_bodies_out(raw, sha256)
    tree, addresses, defects = _parse(skeleton.content)
    if "StartBoundaryNotFoundDefect" in defects:
        with suppress(ReadRefused):  # a boundary written in a way that only the parser understands, or none at all
            skeleton, (tree, addresses, defects) = _distrustful(raw, sha256)
    root = _Builder(skeleton).part(tree, depth=0)
    return Structure(root, addresses, tuple(dict.fromkeys((*skeleton.defects, *defects))))


def _distrustful(raw: bytes, sha256: str) -> tuple[Skeleton, _Parsed]:
    skeleton = take_bodies_out(raw, sha256, trust_boundaries=False)
    return skeleton, _parse(skeleton.content)


def _parse(content: bytes) -> _Parsed:
    from mailparser import MailParser
    from mailparser.exceptions import MailParserError

    try:
        parser = MailParser.from_bytes(content)
        addresses = {name: _mailboxes(getattr(parser, name)) for name in ("from", "to", "cc")}
        # It tried the charsets on our stand-ins; the bodies themselves are decoded in `bodies`.
        return parser.message, addresses, sorted(parser.defects_categories - {"CharsetDecodeDefect"})
    except MailParserError as error:
        raise ReadRefused(f"the mail cannot be taken apart: {error}") from error
    except Exception:  # whatever else breaks the library must not cost the mail
        return _parse_plainly(content)


def _parse_plainly(content: bytes) -> _Parsed:
    """For mails that mail-parser stumbles over (an epilogue without its boundary): its parts, put together here."""
    from mailparser.utils import get_addresses

    try:
        message = email.message_from_bytes(content)
        addresses = {name: _mailboxes(get_addresses(message.get(name))) for name in ("from", "to", "cc")}
        categories = sorted({type(defect).__name__ for part in message.walk() for defect in part.defects})
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise ReadRefused(f"the mail cannot be taken apart: {type(error).__name__}") from error
    return message, addresses, categories


def _mailboxes(pairs: object) -> tuple[str, ...]:
    if not isinstance(pairs, list):
        return ()
    return tuple(address.lower() for _, address in pairs if address and "@" in address)


class _Builder:
    """Turns the parser's tree into Parts, counting as it goes."""

    def __init__(self, skeleton: Skeleton) -> None:
        self._skeleton = skeleton
        self._count = 0
        self._recoveries = 0

    def part(self, source: EmailMessage, depth: int, default: str = "text/plain") -> Part:
        self._count += 1
        if depth > DEEPEST:
            raise ReadRefused(f"the mail is nested deeper than {DEEPEST} levels: ask for it to be sent again")
        if self._count > MOST_PARTS:
            raise ReadRefused(f"the mail has more than {MOST_PARTS} parts: ask for several mails instead")
        headers = _headers(source)
        media_type, type_parameters = _structured(headers, "content-type")
        disposition, disposition_parameters = _structured(headers, "content-disposition")
        if "/" not in media_type:
            media_type = default
        children: tuple[Part, ...] = ()
        body = b""
        if source.is_multipart() and not media_type.startswith("message/"):
            inner = "message/rfc822" if media_type == "multipart/digest" else "text/plain"
            children = tuple(self.part(child, depth + 1, inner) for child in _children(source))
        else:
            body = self._skeleton.restored(_undecoded(source))
        if body and media_type.startswith("multipart/") and (found := self._by_likely_boundary(body, depth)):
            children, body = found, b""
        return Part(headers, media_type, type_parameters, disposition, disposition_parameters, body, children)

    def _by_likely_boundary(self, body: bytes, depth: int) -> tuple[Part, ...]:
        """The parts of a multipart whose own boundary is missing or wrong, by the line that parts it all the same."""
        match = _LIKELY_BOUNDARY.search(body)
        self._recoveries += 1
        if match is None or self._recoveries > _MOST_RECOVERIES:
            return ()
        boundary = match[1].replace(b"\\", b"\\\\").replace(b'"', b'\\"')
        whole = b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\n\n' + body
        outer = self._skeleton
        try:
            self._skeleton = take_bodies_out(whole, hashlib.sha256(whole).hexdigest())
            tree, _, _ = _parse(self._skeleton.content)
            return tuple(self.part(child, depth + 1) for child in _children(tree))
        finally:
            self._skeleton = outer


def _headers(source: EmailMessage) -> dict[str, tuple[bytes, ...]]:
    found: dict[str, list[bytes]] = {}
    for name, value in source.raw_items():
        found.setdefault(name.lower(), []).append(str(value).encode("ascii", "surrogateescape"))
    return {name: tuple(values) for name, values in found.items()}


def _structured(headers: Mapping[str, tuple[bytes, ...]], name: str) -> tuple[str, dict[str, Decoded]]:
    values = headers.get(name)
    return parameters(values[0]) if values else ("", {})


def _children(source: EmailMessage) -> list[EmailMessage]:
    payload = source.get_payload()
    return [child for child in payload if isinstance(child, EmailMessage)] if isinstance(payload, list) else []


def _undecoded(source: EmailMessage) -> bytes:
    """The body as it came: without its encoding's name the library leaves it alone.

    A nested message stands there as the stand-in of its whole content.
    """
    if source.is_multipart():
        return b"".join(_nested(child) for child in _children(source))
    del source["content-transfer-encoding"]
    payload = source.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _nested(message: EmailMessage) -> bytes:
    if not message.keys():
        return _undecoded(message)
    try:
        return message.as_bytes()
    except (LookupError, ValueError, TypeError, RecursionError):
        return b""
