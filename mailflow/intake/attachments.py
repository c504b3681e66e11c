"""Which parts are files and which are text; files named, measured and, where they are archives, opened."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from mailflow.intake import containers
from mailflow.intake.bodies import content_of, text_of, uuencoded_files
from mailflow.intake.charset import Decoded, is_doubtful
from mailflow.intake.filenames import clean_filename, clean_folder
from mailflow.intake.headers import header_text
from mailflow.intake.sniff import ZIP, media_type
from mailflow.intake.structure import Part
from mailflow.model.message import Attachment

_TEXT = frozenset({"text/plain", "text/html"})


@dataclass(slots=True)
class Harvest:
    """What was gathered from the parts of one mail so far."""

    hints: frozenset[str]
    plain: list[Decoded] = field(default_factory=list)
    html: list[Decoded] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    defects: dict[str, None] = field(default_factory=dict)
    filename_doubt: bool = False
    budget: int = containers.MOST_BYTES

    def take(self, part: Part) -> None:
        """Adds what the leaf `part` holds."""
        decoded = content_of(part)
        if decoded.damaged:
            self.defects["transfer-encoding"] = None
        name = _declared_name(part)
        if _is_body(part, name, decoded.data):
            self._take_text(part, decoded.data)
            return
        content_id = part.header("content-id")
        self.add_file(
            decoded.data,
            name,
            content_id=header_text(content_id).text.strip("<> ")[:250] or None if content_id else None,
            declared=part.media_type if part.media_type.startswith("message/") else None,
        )

    def add_file(
        self, content: bytes, name: Decoded | None, *, content_id: str | None = None, declared: str | None = None
    ) -> None:
        """Adds a file that came with the mail, and the files in it where it is an archive."""
        filename = self._clean(name)
        kind = declared or media_type(content, filename)
        self._add(content, filename, kind, content_id=content_id)
        if kind == ZIP:
            self._open(content, filename)

    def _take_text(self, part: Part, data: bytes) -> None:
        reading = text_of(part, data, self.hints)
        if part.media_type == "text/html":
            self.html.append(reading)
            return
        files, rest = uuencoded_files(reading.text) if "begin " in reading.text else ([], reading.text)
        for name, content in files:
            self.add_file(content, Decoded(name, reading.sure))
        self.plain.append(Decoded(rest, reading.sure))

    def _open(self, content: bytes, archive: str | None) -> None:
        opened = containers.open_zip(content, budget=self.budget)
        if opened.problem is not None:
            self.defects[f"archive-{opened.problem}"] = None
        if opened.damaged:
            self.defects["archive-damaged"] = None
        for entry in opened.entries:
            self.budget -= len(entry.content)
            filename = self._clean(entry.name)
            self._add(
                entry.content,
                filename,
                media_type(entry.content, filename),
                inside=archive or "",
                folder=clean_folder(entry.name.text),
            )

    def _clean(self, name: Decoded | None) -> str | None:
        if name is None or not name.text:
            return None
        self.filename_doubt |= not name.sure or is_doubtful(name.text)
        return clean_filename(name.text)

    def _add(
        self,
        content: bytes,
        filename: str | None,
        kind: str,
        *,
        content_id: str | None = None,
        inside: str | None = None,
        folder: str | None = None,
    ) -> None:
        sha256 = hashlib.sha256(content).hexdigest()
        self.contents.setdefault(sha256, content)
        self.attachments.append(
            Attachment(filename, len(content), sha256, kind, inside=inside, content_id=content_id, folder=folder)
        )


def gather(leaves: Iterable[Part], hints: frozenset[str]) -> Harvest:
    """All texts and files of a mail, in its order. `hints` are the charsets the mail names."""
    harvest = Harvest(hints)
    for part in leaves:
        harvest.take(part)
    return harvest


def _declared_name(part: Part) -> Decoded | None:
    """The file name: Content-Disposition's before Content-Type's, the first that is certain (RFC 2183 §2.3)."""
    names = [
        given
        for given in (part.disposition_parameters.get("filename"), part.type_parameters.get("name"))
        if given is not None and given.text.strip()
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
