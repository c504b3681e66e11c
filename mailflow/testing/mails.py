"""Mails made to measure: right ones by the standard library, faulty ones by hand where it would not make the fault."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from email import policy
from email.encoders import encode_base64
from email.message import EmailMessage, Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.utils import format_datetime, formataddr, make_msgid
from mimetypes import guess_type
from urllib.parse import quote

FILENAME_STYLES = ("rfc2231", "rfc2047-quoted", "raw")


def build_mail(
    *,
    sender: str,
    subject: str,
    text: str = "",
    html: str | None = None,
    files: Sequence[tuple[str | None, bytes]] = (),
    to: str = "bm@unit.example",
    sender_name: str = "",
    message_id: str | None = "",
    date: datetime | None = None,
    in_reply_to: str | None = None,
    references: Sequence[str] = (),
    headers: Sequence[tuple[str, str]] = (),
    charset: str = "utf-8",
    label_charset: str | None = None,
    raw_headers: bool = False,
    filename_style: str = "rfc2231",
    received_at: datetime | None = None,
) -> bytes:
    """A mail as bytes with CRLF line ends.

    Header and body text is encoded in `charset` and labelled `label_charset` where that is given (a mislabel).
    `raw_headers` writes them as 8-bit bytes without encoded words. `filename_style`: "rfc2231", "rfc2047-quoted"
    (QQ: an encoded word in quotes) or "raw" (8-bit bytes). A file named None has neither name nor disposition.
    `message_id` is made up where it is "" and left out where it is None. `received_at` (aware) adds a Received field
    on top. `headers` come first, as they are.
    """
    label = label_charset or charset
    whole = _whole(_body(text, html, charset, label), files, charset, label, filename_style)
    lines = _trace(received_at) + [(name, value.encode("utf-8")) for name, value in headers]
    encode = _raw_text if raw_headers else _encoded_text
    address = sender.encode("utf-8")
    lines.append(("From", encode(sender_name, charset, label) + b" <" + address + b">" if sender_name else address))
    lines += [("To", to.encode("utf-8")), ("Subject", encode(subject, charset, label))]
    lines += _threading(message_id, date, in_reply_to, references)
    head = b"".join(name.encode("ascii") + b": " + value + b"\r\n" for name, value in lines)
    return head + _restored(whole.as_bytes(policy=policy.compat32.clone(linesep="\r\n")))


def plain_mail(sender: str, subject: str, text: str = "") -> bytes:
    """The simplest right mail, made by the standard library's own policy."""
    message = EmailMessage()
    message["From"] = formataddr(("", sender))
    message["To"] = "bm@unit.example"
    message["Subject"] = subject
    message["Message-ID"] = make_msgid(domain="client.example")
    message.set_content(text)
    return message.as_bytes(policy=policy.SMTP)


def encoded_word(text: str, charset: str = "utf-8", label: str | None = None) -> bytes:
    """`text` as one RFC 2047 word in base64, labelled `label`, however long it is."""
    return _encoded_text(text, charset, label or charset)


def raw_part(*headers: str, body: bytes) -> bytes:
    """A part by hand, byte for byte: its header lines, a blank line, its body."""
    return "\n".join(headers).encode() + b"\n\n" + body


def raw_multipart(*parts: bytes, subtype: str = "mixed") -> bytes:
    """A multipart by hand, byte for byte, from its Content-Type on; the boundary is "b1"."""
    pieces = b"".join(b"--b1\n" + one + b"\n" for one in parts)
    return b"Content-Type: multipart/" + subtype.encode() + b'; boundary="b1"\n\n' + pieces + b"--b1--\n"


def _whole(body: Message, files: Sequence[tuple[str | None, bytes]], charset: str, label: str, style: str) -> Message:
    if not files:
        return body
    whole = MIMEMultipart("mixed")
    whole.attach(body)
    for name, content in files:
        whole.attach(_file(name, content, charset, label, style))
    return whole


def _trace(received_at: datetime | None) -> list[tuple[str, bytes]]:
    if received_at is None:
        return []
    stamp = f"from client.example by mx.unit.example with ESMTP id 1; {format_datetime(received_at)}"
    return [("Received", stamp.encode("ascii"))]


def _threading(
    message_id: str | None, date: datetime | None, in_reply_to: str | None, references: Sequence[str]
) -> list[tuple[str, bytes]]:
    fields = (
        ("Message-ID", make_msgid(domain="client.example") if message_id == "" else message_id),
        ("Date", format_datetime(date) if date is not None else None),
        ("In-Reply-To", in_reply_to),
        ("References", " ".join(references) or None),
    )
    return [(name, value.encode("utf-8")) for name, value in fields if value]


def _body(text: str, html: str | None, charset: str, label: str) -> Message:
    plain = _text_part("plain", text, charset, label)
    if html is None:
        return plain
    both = MIMEMultipart("alternative")
    both.attach(plain)
    both.attach(_text_part("html", html, charset, label))
    return both


def _text_part(subtype: str, text: str, charset: str, label: str) -> Message:
    part = MIMENonMultipart("text", subtype, charset=label)
    _set_base64(part, text.encode(charset))
    return part


def _set_base64(part: Message, content: bytes) -> None:
    part.set_payload(content)
    encode_base64(part)


def _file(name: str | None, content: bytes, charset: str, label: str, style: str) -> Message:
    if style not in FILENAME_STYLES:
        raise ValueError(f"no such file name style: {style!r}; there are {', '.join(FILENAME_STYLES)}")
    main, _, subtype = (guess_type(name or "")[0] or "application/octet-stream").partition("/")
    part = MIMEBase(main, subtype)
    _set_base64(part, content)
    if name is None:
        return part
    if name.isascii():
        part["Content-Disposition"] = f'attachment; filename="{name}"'
    elif style == "rfc2231":
        part["Content-Disposition"] = f"attachment; filename*={label}''{quote(name.encode(charset), safe='')}"
    elif style == "rfc2047-quoted":
        part["Content-Disposition"] = f'attachment; filename="{_encoded_text(name, charset, label).decode("ascii")}"'
    else:
        part["Content-Disposition"] = f'attachment; filename="{_HOLD}{name.encode(charset).hex()}{_HOLD}"'
    return part


_HOLD = "8bit-"
"""Marks hex digits that become 8-bit bytes at the end, since the standard library rewrites raw header bytes."""


def _restored(content: bytes) -> bytes:
    mark = _HOLD.encode("ascii")
    pieces = content.split(mark)
    return b"".join(bytes.fromhex(piece.decode("ascii")) if index % 2 else piece for index, piece in enumerate(pieces))


def _raw_text(text: str, charset: str, label: str) -> bytes:
    return text.encode(charset)


def _encoded_text(text: str, charset: str, label: str) -> bytes:
    if text.isascii():
        return text.encode("ascii")
    return b"=?" + label.encode("ascii") + b"?B?" + b64encode(text.encode(charset)) + b"?="
