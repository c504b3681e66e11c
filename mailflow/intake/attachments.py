"""Which parts are files and which are text; mails inside the mail are taken apart the same way."""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from mailflow.errors import ReadRefused
from mailflow.intake.bodies import content_of, html_to_text, text_of, uuencoded_files
from mailflow.intake.charset import Decoded, printable
from mailflow.intake.etiquette import LOOP_HEADER, REF_HEADER
from mailflow.intake.filenames import clean_filename
from mailflow.intake.headers import header_text
from mailflow.intake.sniff import UNKNOWN, media_type
from mailflow.intake.structure import Part, parse_structure
from mailflow.intake.unpack import Files, Place

_TEXT = frozenset({"text/plain", "text/html"})
_UNNAMED_ENCODINGS = frozenset({"", "7bit", "8bit", "binary"})
_ONLY_BASE64 = re.compile(rb"[A-Za-z0-9+/]{40,80}[ \t]*\r?\n(?:[A-Za-z0-9+/ \t\r\n]+)=*\s*")
_LINKS_READ_IN = 1_000_000


@dataclass(slots=True)
class Harvest:
    """What was gathered from the parts of one mail so far; `files` over all wrappings, `place` is the mail's own."""

    hints: frozenset[str]
    files: Files
    place: Place = field(default_factory=Place)
    plain: list[Decoded] = field(default_factory=list)
    html: list[Decoded] = field(default_factory=list)

    def take(self, part: Part) -> None:
        """Adds what the leaf `part` holds."""
        if part.media_type == "message/external-body":
            self.files.elsewhere[_where(part)] = None
            return
        decoded = content_of(part)
        if decoded.damaged:
            self.files.defects["transfer-encoding"] = None
        name = _declared_name(part)
        if _is_body(part, name, decoded.data):
            self._take_text(part, decoded.data)
            return
        content_id = part.header("content-id")
        self.files.add(
            _without_unnamed_base64(part, decoded.data),
            name,
            self.place,
            content_id=header_text(content_id).text.strip("<> ")[:250] or None if content_id else None,
            declared=part.media_type,
        )

    def text(self) -> tuple[str, bool]:
        """The body as a person reads it, plain text where it says anything, else the HTML's; and whether it is sure."""
        plain = "\n".join(one.text for one in self.plain)
        chosen = self.plain if plain.strip() or not self.html else self.html
        sure = all(one.sure and "\ufffd" not in one.text for one in chosen)
        text = plain if chosen is self.plain else "\n".join(html_to_text(one.text) for one in chosen)
        return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip("\n"), sure

    def finish(self) -> None:
        """Marks the files that the HTML shows in its text, whatever their disposition says, and keeps the bodies."""
        self.files.texts.extend(one.text[:_LINKS_READ_IN] for one in (*self.plain, *self.html))
        page = "\n".join(one.text for one in self.html)
        attachments = self.files.attachments
        for at, one in enumerate(attachments):
            mine = one.content_id and one.container == self.place.container
            if mine and one.media_type.startswith("image/") and f"cid:{one.content_id}" in page:
                attachments[at] = replace(one, inline=True)

    def _take_text(self, part: Part, data: bytes) -> None:
        reading = text_of(part, data, self.hints)
        if part.media_type == "text/html":
            self.html.append(reading)
            return
        files, rest = uuencoded_files(reading.text) if "begin " in reading.text else ([], reading.text)
        for name, content in files:
            self.files.add(content, Decoded(name, reading.sure), self.place)
        self.plain.append(Decoded(rest, reading.sure))


def gather(leaves: Iterable[Part], hints: frozenset[str]) -> Harvest:
    """All texts and files of a mail, in its order. `hints` are the charsets the mail names."""
    harvest = Harvest(hints, Files(_open_mail))
    for part in leaves:
        harvest.take(part)
    harvest.finish()
    harvest.files.open_documents()
    return harvest


def _open_mail(files: Files, content: bytes, place: Place) -> None:
    """Takes apart the mail `content` that came inside ours; one that cannot be taken apart stays a closed file."""
    at = place.container or 0
    try:
        structure = parse_structure(content, hashlib.sha256(content).hexdigest())
    except ReadRefused:
        files.attachments[at] = replace(files.attachments[at], sealed="unreadable")
        return
    hints = structure.charsets()
    subject = header_text(structure.root.header("subject") or b"", hints)
    subject = Decoded(printable(subject.text), subject.sure)
    ref = printable(header_text(structure.root.header(REF_HEADER) or b"").text)[:100]
    if LOOP_HEADER in structure.root.headers:  # a letter of ours that comes back: what lies in it, we put there
        files.note_mail(subject, Decoded(""), place, ref)
        return
    named = place.inside or clean_filename(f"{subject.text.strip() or 'message'}.eml") or ""
    harvest = Harvest(hints, files, replace(place, inside=named))
    before = len(files.forwarded)
    for part in structure.root.leaves():
        harvest.take(part)
    harvest.finish()
    inner = files.forwarded[before:]
    del files.forwarded[before:]
    files.note_mail(subject, Decoded(*harvest.text()), place, ref)
    files.forwarded.extend(inner)


def _where(part: Part) -> str:
    """The host (or the way of access) that a message/external-body names."""
    url = part.type_parameters.get("url") or part.type_parameters.get("site")
    said = url.text if url is not None else ""
    try:
        host = urlsplit(said).hostname or said
    except ValueError:
        host = ""
    return printable(host)[:100] or "external-body"


def _without_unnamed_base64(part: Part, data: bytes) -> bytes:
    """The bytes of a file whose base64 was not declared: nothing else looks like it and decodes to a known kind."""
    if part.encoding not in _UNNAMED_ENCODINGS or _ONLY_BASE64.fullmatch(data) is None:
        return data
    text = data.translate(None, b"\r\n \t")
    try:
        decoded = binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        return data
    kind = media_type(decoded)
    return data if kind == UNKNOWN or kind.startswith("text/") else decoded


def _declared_name(part: Part) -> Decoded | None:
    """The file name: Content-Disposition's before Content-Type's, the first that is certain (RFC 2183 §2.3)."""
    names = [
        given
        for given in (part.disposition_parameters.get("filename"), part.type_parameters.get("name"))
        if given is not None and (given.text.strip() or not given.sure)
    ]
    return next((name for name in names if name.sure), names[0] if names else None)


def _is_body(part: Part, name: Decoded | None, data: bytes) -> bool:
    """Whether the part is text to read: text without a name that is not said to be a file, and is text inside.

    A multipart that could not be taken apart is read as text too.
    """
    if part.disposition == "attachment" or name is not None:
        return False
    if part.media_type.startswith("multipart/"):
        return True
    if part.media_type not in _TEXT:
        return False
    charset = part.type_parameters.get("charset")
    if charset is not None and charset.text.lower().startswith(("utf-16", "utf-32")):
        return True
    kind = media_type(data)
    return not data or kind.startswith("text/") or kind in ("application/xml", "image/svg+xml")
