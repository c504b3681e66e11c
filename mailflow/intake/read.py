"""Bytes to Message. Everything in a mail is what its sender wanted it to be; nothing here believes it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from mailflow.errors import ReadRefused
from mailflow.intake.attachments import Harvest, gather
from mailflow.intake.bodies import MOST_TEXT_CHARS
from mailflow.intake.charset import Decoded, is_doubtful, printable
from mailflow.intake.cloud import cloud_links
from mailflow.intake.etiquette import LOOP_HEADER, REF_HEADER
from mailflow.intake.headers import header_text
from mailflow.intake.quoted import quoted_subjects
from mailflow.intake.structure import Structure, parse_structure
from mailflow.model.message import Forwarded, Message, Unpacked

_KEPT_HEADERS = frozenset(
    {
        "authentication-results", "auto-submitted", "content-type", "feedback-id", "precedence",
        "return-path", "sender", "x-auto-reply", "x-auto-response-suppress", "x-autoreply", "x-autorespond",
        "x-autoresponder", "x-failed-recipients", "x-loop", LOOP_HEADER, REF_HEADER,
    }
)  # fmt: skip
_MOST_VALUES = 20
_MOST_VALUE_CHARS = 2_000
_MOST_SUBJECT_CHARS = 1_000
_MOST_REFERENCES = 100
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,200}@[!-;=?A-~]{1,200}>")


def read_message(raw: bytes, *, sha256: str | None = None) -> Unpacked:
    """The mail `raw` (RFC 5322 bytes as the server gave them), decoded, unpacked and measured; not judged.

    `sha256` is the hash of `raw` in hex where the caller has it already (it is the name of a spooled mail).

    Raises ReadRefused, and nothing else, for what is no mail a person can have sent (nested without end, thousands of
    parts). Any other fault is read as far as it goes and named in `defects` or `doubts`.
    """
    sha256 = sha256 or hashlib.sha256(raw).hexdigest()
    try:
        structure = parse_structure(raw, sha256)
        hints = structure.charsets()
        harvest = gather(structure.root.leaves(), hints)
        return Unpacked(_message(structure, harvest, hints, sha256, len(raw)), harvest.files.contents)
    except RecursionError:
        raise ReadRefused("the mail is nested too deeply: ask for it to be sent again") from None


def _message(structure: Structure, harvest: Harvest, hints: frozenset[str], sha256: str, size: int) -> Message:
    headers = structure.root.headers
    subject = header_text(_first(_subjects(headers)), hints)
    sender_name = _display_name(_first(headers.get("from")), hints)
    text, body_sure = harvest.text()
    return_path = _first(headers.get("return-path"))
    return Message(
        sha256=sha256,
        size=size,
        message_id=next(iter(_ids(headers.get("message-id", ())[:1])), None),
        sender=_sender(structure),
        sender_name=printable(sender_name.text).strip()[:200],
        subject=printable(subject.text).strip()[:_MOST_SUBJECT_CHARS],
        received_at=_received_at(_first(headers.get("received"))),
        in_reply_to=_ids(headers.get("in-reply-to", ())),
        references=_ids(headers.get("references", ())),
        recipients=tuple(dict.fromkeys((*structure.addresses.get("to", ()), *structure.addresses.get("cc", ())))),
        return_path=_address_in(return_path) if return_path else None,
        headers=_kept(structure, hints),
        text=text[:MOST_TEXT_CHARS],
        attachments=tuple(harvest.files.attachments),
        cloud_links=cloud_links(*harvest.files.texts, elsewhere=harvest.files.elsewhere),
        forwarded=(*_quoted(text, body_sure), *harvest.files.forwarded),
        defects=(*structure.defects, *harvest.files.defects),
        doubts=_doubts(structure, subject, sender_name, harvest, body_sure),
    )


def _quoted(text: str, sure: bool) -> tuple[Forwarded, ...]:
    subjects = quoted_subjects(text)
    return tuple(Forwarded(one[:_MOST_SUBJECT_CHARS], None, True, sure and not is_doubtful(one)) for one in subjects)


def _doubts(
    structure: Structure, subject: Decoded, sender_name: Decoded, harvest: Harvest, body_sure: bool
) -> tuple[str, ...]:
    headers = structure.root.headers
    mailboxes = structure.addresses.get("from", ())
    table = (
        ("two-from", len(headers.get("from", ())) > 1 or len(set(mailboxes)) > 1),
        ("no-sender", not mailboxes),
        ("two-subject", len(_subjects(headers)) > 1),
        ("subject", not subject.sure or is_doubtful(subject.text)),
        ("sender-name", not sender_name.sure or is_doubtful(sender_name.text)),
        ("filename", harvest.files.name_doubt),
        ("body", not body_sure),
    )
    return tuple(name for name, holds in table if holds)


def _subjects(headers: Mapping[str, Sequence[bytes]]) -> tuple[bytes, ...]:
    """The subjects that say anything, each once."""
    return tuple(dict.fromkeys(filter(None, (value.strip() for value in headers.get("subject", ())))))


def _sender(structure: Structure) -> str:
    mailboxes = set(structure.addresses.get("from", ()))
    one_field = len(structure.root.headers.get("from", ())) == 1
    return mailboxes.pop() if one_field and len(mailboxes) == 1 else ""


def _display_name(raw: bytes, hints: frozenset[str]) -> Decoded:
    """The name before the address (RFC 5322 §3.4), quotes undone; empty for a bare address."""
    before, bracket, _ = raw.rpartition(b"<")
    if not bracket:
        return Decoded("")
    name = header_text(before, hints)
    return Decoded(name.text.strip().strip('"').replace('\\"', '"').replace("\\\\", "\\"), name.sure)


def _received_at(raw: bytes) -> datetime | None:
    """The time in a Received field, after its last semicolon (RFC 5321 §4.4)."""
    text = raw.rpartition(b";")[2].decode("ascii", "replace").strip()
    if not text:
        return None
    try:
        instant = parsedate_to_datetime(text)
        aware = instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)
        return aware if aware.utcoffset() is not None and aware.astimezone(UTC).year >= 1990 else None
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None


def _ids(values: Sequence[bytes]) -> tuple[str, ...]:
    """The message ids in `values` that keep to RFC 5322 §3.6.4: printable ASCII, at most 250 characters."""
    text = b" ".join(values).replace(b"\r", b"").replace(b"\n", b"")[:50_000].decode("latin-1")
    found = (match[0] for match in _MESSAGE_ID.finditer(text))
    return tuple(dict.fromkeys(one for one in found if len(one) <= 250))[:_MOST_REFERENCES]


def _kept(structure: Structure, hints: frozenset[str]) -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(printable(header_text(value, hints).text)[:_MOST_VALUE_CHARS] for value in values[:_MOST_VALUES])
        for name, values in structure.root.headers.items()
        if name in _KEPT_HEADERS or name.startswith("list-")
    }


def _address_in(raw: bytes) -> str:
    """The address of a Return-Path in lower case, "" for the null path "<>"."""
    text = printable(raw.decode("ascii", "replace")).strip()
    inside = text.rpartition("<")[2].partition(">")[0] if "<" in text else text
    return inside.strip().lower()[:320]


def _first(values: Sequence[bytes] | None) -> bytes:
    return values[0] if values else b""
