"""Letter -> the bytes that leave: RFC 5322, CRLF, and the same bytes for the same letter."""

from __future__ import annotations

import re
from base64 import encodebytes
from collections.abc import Iterator
from datetime import datetime
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.parser import BytesHeaderParser, BytesParser
from email.utils import format_datetime
from hashlib import sha256
from urllib.parse import quote

from mailflow.errors import MailflowError
from mailflow.letters.headers import encoded, message_ids, safe_header
from mailflow.model.letter import Correspondent, Letter, LetterKind, Part

MOST_REFERENCES = 32
"""Ids of a thread that are carried on; the mails that a letter answers are all named, however many."""

_ADDRESS = re.compile(r"[!#-'*+\-/-9=?A-Z^-~.]{1,64}@[A-Za-z0-9.\-]{1,253}")
_UNSAFE_IN_NAMES = re.compile(r'[\\/:*?"<>|\r\n]')
_NAME_LIMIT = 80
# A line of its own, as no header can have: what follows a fold begins with a blank.
_MARK = re.compile(rb"^@@(\d+)@@\r\n", re.MULTILINE)


def to_bytes(
    letter: Letter,
    correspondent: Correspondent,
    *,
    message_id: str,
    date: datetime,
    own_host: str = "mailflow.invalid",
) -> bytes:
    """`letter` as the message that is stored and sent: text and HTML, pictures inside, files beside.

    `message_id` comes with its angle brackets; `date` is aware; `own_host` completes the ids of pictures. The bytes
    are read again and their headers compared with what was meant: a difference raises MailflowError.

    The frame is written and read again without the bodies, each of them a mark: a report of 20 MB is not parsed.
    """
    wanted = _headers(letter, correspondent, message_id=message_id, date=date)
    seed = sha256((message_id + letter.key).encode()).hexdigest()[:24]
    bodies: list[bytes] = []
    message = _body(letter, seed, own_host, bodies)
    kind = message["Content-Type"]
    del message["Content-Type"]
    message["MIME-Version"] = "1.0"
    message["Content-Type"] = kind
    try:
        head = "".join(f"{name}: {_folded(name, value)}\r\n" for name, value in wanted).encode("ascii")
        frame = _crlf(message.as_string())
    except (MessageError, UnicodeEncodeError) as error:
        raise MailflowError("a letter's headers cannot be written; it is not stored") from error
    _compare_headers(head, wanted)
    if letter.parts:  # else nothing stands in the frame that is not ours
        _compare_parts(frame, message)
    return head + b"".join(bodies[int(piece)] if odd else piece for odd, piece in _pieces(frame))


def _headers(letter: Letter, correspondent: Correspondent, *, message_id: str, date: datetime) -> list[tuple[str, str]]:
    """The header fields in their order, as text."""
    replies = letter.kind is LetterKind.RECEIPT
    if message_ids((message_id,)) != (message_id,):
        raise MailflowError("a letter's Message-ID is not of the form <left@right>")
    answered = message_ids(letter.in_reply_to)
    ancestors = message_ids(letter.references)[-max(MOST_REFERENCES, len(answered)) :]
    fields = [
        ("From", _mailbox(correspondent.name, correspondent.address)),
        ("To", _address(letter.to)),
        ("Subject", safe_header(letter.subject)),
        ("Date", format_datetime(date)),
        ("Message-ID", message_id),
        ("In-Reply-To", " ".join(answered)),
        ("References", " ".join(ancestors)),
        # RFC 3834 §5; the second is for Exchange, so that no out-of-office note comes back.
        ("Auto-Submitted", "auto-replied" if replies else "auto-generated"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
        ("X-Mailflow", letter.kind.value),
        ("X-Mailflow-Ref", safe_header(letter.ref or "")),
    ]
    return [(name, value) for name, value in fields if value]


def _folded(name: str, value: str) -> str:
    if name in {"In-Reply-To", "References"}:
        return "\r\n ".join(value.split(" "))
    if name == "From" and " <" in value:
        phrase, _, address = value.rpartition(" ")
        return f"{encoded(phrase, name)}\r\n {address}"
    return encoded(value, name)


def _mailbox(name: str, address: str) -> str:
    """`name <address>` (RFC 5322 §3.4); an ASCII name is quoted, another becomes encoded words."""
    phrase = safe_header(name, 60).replace("\\", "").replace('"', "")
    if not phrase:
        return _address(address)
    return f'"{phrase}" <{_address(address)}>' if phrase.isascii() else f"{phrase} <{_address(address)}>"


def can_be_written_to(address: str) -> bool:
    """Whether a letter of ours can bear the address: name@host in ASCII, without quotes, comments or a display name."""
    return _ADDRESS.fullmatch(address) is not None


def _address(address: str) -> str:
    if not can_be_written_to(address):
        raise MailflowError("a letter's address is not of the form name@host; look at [smtp] sender and [recipients]")
    return address


def _pieces(content: bytes) -> Iterator[tuple[int, bytes]]:
    """`content` cut at the marks of bodies: even pieces are frame, odd ones the number of a body."""
    return ((place % 2, piece) for place, piece in enumerate(_MARK.split(content)))


def _body(letter: Letter, seed: str, own_host: str, bodies: list[bytes]) -> Message:
    pictures = tuple(part for part in letter.parts if part.content_id)
    files = tuple(part for part in letter.parts if not part.content_id)
    html: Message = _text(letter.html, "html", bodies)
    if pictures:
        html = _multipart("related", seed + "r", [html, *(_file(one, own_host, bodies) for one in pictures)])
    both = _multipart("alternative", seed + "a", [_text(letter.text, "plain", bodies), html])
    if not files:
        return both
    return _multipart("mixed", seed + "m", [both, *(_file(one, own_host, bodies) for one in files)])


def _multipart(subtype: str, boundary: str, parts: list[Message]) -> Message:
    """The boundary holds "_=", which no base64 line can."""
    made = MIMEMultipart(subtype, boundary=f"=_{boundary}_=", _subparts=parts)
    del made["MIME-Version"]
    return made


def _text(text: str, subtype: str, bodies: list[bytes]) -> Message:
    part = MIMENonMultipart("text", subtype, charset="utf-8")
    return _filled(part, text.replace("\r\n", "\n").replace("\n", "\r\n").encode(), bodies)


def _file(part: Part, own_host: str, bodies: list[bytes]) -> Message:
    main, _, sub = part.media_type.partition("/")
    made = MIMEBase(main, sub)
    name = _file_name(part.filename)
    if not name.isascii():
        # RFC 2231 below is the standard; older QQ, Foxmail and Outlook read only this, which Thunderbird writes too.
        made.replace_header("Content-Type", f'{part.media_type};\r\n name="{encoded(name, "")}"')
        disposition = f";\r\n filename*=utf-8''{quote(name, safe='')}"
    else:
        made.replace_header("Content-Type", f'{part.media_type};\r\n name="{name}"')
        disposition = f';\r\n filename="{name}"'
    made["Content-Disposition"] = ("inline" if part.content_id else "attachment") + disposition
    if part.content_id:
        content_id = part.content_id if "@" in part.content_id else f"{part.content_id}@{own_host}"
        made["Content-ID"] = safe_header(f"<{content_id}>", 200)
    return _filled(made, part.content, bodies)


def _file_name(name: str) -> str:
    fit = _UNSAFE_IN_NAMES.sub("_", safe_header(name, 400))
    stem, dot, extension = fit.rpartition(".")
    if not dot or len(extension) > 10:
        return fit[:_NAME_LIMIT] or "file"
    return f"{stem[:_NAME_LIMIT]}.{extension}"


def _filled(part: Message, content: bytes, bodies: list[bytes]) -> Message:
    del part["MIME-Version"]
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(f"@@{len(bodies)}@@")
    bodies.append(encodebytes(content).replace(b"\n", b"\r\n"))
    return part


def _crlf(text: str) -> bytes:
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode("ascii")


def _compare_headers(head: bytes, wanted: list[tuple[str, str]]) -> None:
    """Raises MailflowError unless `head`, read again, has just the headers that were meant (CVE-2024-6923)."""
    read = BytesHeaderParser().parsebytes(head)
    meant = [(name, _joined(value)) for name, value in wanted]
    if read.get_payload() or [(name, _joined(_decoded(value))) for name, value in read.items()] != meant:
        raise MailflowError("a letter's headers do not read as they were written; it is not stored")


def _decoded(value: str) -> str:
    return str(make_header(decode_header(value))) if "=?" in value else value


def _compare_parts(frame: bytes, made: Message) -> None:
    """Raises MailflowError unless `frame`, read again, has just the parts that were meant, with their headers."""
    if [_shape(part) for part in BytesParser().parsebytes(frame).walk()] != [_shape(part) for part in made.walk()]:
        raise MailflowError("a letter's parts do not read as they were written; it is not stored")


def _joined(value: str) -> str:
    return " ".join(value.split())


def _shape(part: Message) -> list[tuple[str, str]]:
    return [(name, _joined(str(value))) for name, value in part.items()]
