"""The files of a mail: named, measured, and opened where they are archives or mails, to a set depth."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from mailflow.intake.archives import RAR, SEVEN_ZIP, open_archive
from mailflow.intake.charset import Decoded, is_doubtful
from mailflow.intake.containers import MOST_BYTES, Opened, open_pictures, open_zip
from mailflow.intake.filenames import clean_filename, clean_folder
from mailflow.intake.outlook import MSG, TNEF, open_msg, open_tnef
from mailflow.intake.quoted import quoted_subjects
from mailflow.intake.sniff import TEXT_DOCUMENTS, UNKNOWN, ZIP, media_type
from mailflow.model.message import Attachment, Forwarded

MAIL = "message/rfc822"
MOST_FILES = 1_000
MOST_MAILS = 100
DEEPEST_ARCHIVE = 2
"""An archive in an archive is opened, one in that is not."""
DEEPEST_MAIL = 3

_OPENERS: dict[str, Callable[..., Opened]] = {
    ZIP: open_zip,
    RAR: open_archive,
    SEVEN_ZIP: open_archive,
    TNEF: open_tnef,
}
_CLOSED = frozenset(
    {"message/partial", "application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"}
    | {"application/gzip", "application/x-bzip2", "application/x-xz", "application/x-tar", "application/x-lzip"}
)
"""Wrappings that nobody here opens: a part of a mail that was cut in pieces, sealed mail, archives of other systems."""

_PICTURES = frozenset(f"image/{one}" for one in ("jpeg", "png", "gif", "bmp", "webp", "tiff", "heic"))
"""Of what is pasted into documents: what people photograph and capture, not what programs draw."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file came: in which container (its place and name), in which folder of it, and how deep."""

    container: int | None = None
    inside: str | None = None
    folder: str | None = None
    archives: int = 0
    mails: int = 0


@dataclass(slots=True)
class Files:
    """What came with one mail so far, over all its wrappings. `open_mail` reads a mail that was found in it.

    `texts` are the mail's bodies, the inner mails' too; `elsewhere` are hosts of files that were not sent along.
    """

    open_mail: Callable[[Files, bytes, Place], None]
    attachments: list[Attachment] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    forwarded: list[Forwarded] = field(default_factory=list)
    defects: dict[str, None] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    elsewhere: dict[str, None] = field(default_factory=dict)
    name_doubt: bool = False
    budget: int = MOST_BYTES
    _documents: list[tuple[bytes, Place]] = field(default_factory=list)

    def add(
        self,
        content: bytes,
        name: Decoded | None,
        place: Place,
        *,
        content_id: str | None = None,
        declared: str = "",
    ) -> None:
        """Adds a file, and what is in it. `declared` is the type that its part gives itself, "" where it has none."""
        if len(self.attachments) >= MOST_FILES:
            self.defects["too-many-files"] = None
            return
        filename = self._clean(name)
        kind = _kind(content, filename, declared)
        sha256 = hashlib.sha256(content).hexdigest()
        self.contents.setdefault(sha256, content)
        at = len(self.attachments)
        self.attachments.append(
            Attachment(
                filename,
                len(content),
                sha256,
                kind,
                inside=place.inside,
                content_id=content_id,
                folder=place.folder,
                container=place.container,
            )
        )
        within = Place(at, filename or "", None, place.archives, place.mails)
        if kind in TEXT_DOCUMENTS:
            self._documents.append((content, within))
        problem = self._open(kind, content, within)
        if problem is not None:
            self.attachments[at] = replace(self.attachments[at], sealed=problem)
            self.defects[f"archive-{problem}"] = None

    def open_documents(self) -> None:
        """Adds the pictures pasted into documents, after all that was attached: a picture attached too is that one."""
        for content, within in self._documents:
            for entry in open_pictures(content, budget=self.budget).entries:
                self.budget -= len(entry.content)  # whatever becomes of it: unpacking it has cost the time
                is_new = hashlib.sha256(entry.content).hexdigest() not in self.contents
                if is_new and media_type(entry.content) in _PICTURES:
                    self.add(entry.content, entry.name, within)

    def _open(self, kind: str, content: bytes, within: Place) -> str | None:
        """Adds what is in a container; why it stays closed, None where it is open or no container."""
        if kind in _CLOSED:
            return "unsupported"
        if kind in (MAIL, MSG):
            return self._open_wrapped_mail(kind, content, within)
        if kind not in _OPENERS:
            return None
        if within.archives >= DEEPEST_ARCHIVE:
            return "too-deep"
        return self._take(_OPENERS[kind](content, budget=self.budget), replace(within, archives=within.archives + 1))

    def _open_wrapped_mail(self, kind: str, content: bytes, within: Place) -> str | None:
        if within.mails >= DEEPEST_MAIL:
            return "too-deep"
        if sum(not one.inline for one in self.forwarded) >= MOST_MAILS:
            return "too-large"
        within = replace(within, mails=within.mails + 1)
        if kind == MAIL:
            self.open_mail(self, content, within)
            return None
        mail = open_msg(content, budget=self.budget)
        self.note_mail(Decoded(mail.subject), Decoded(mail.text), within)
        return self._take(mail.files, within)

    def note_mail(self, subject: Decoded, text: Decoded, place: Place, ref: str = "") -> None:
        """Keeps what a mail inside ours says of its applicant, in its subject and in mails quoted in its text."""
        sure = subject.sure and not is_doubtful(subject.text)
        self.forwarded.append(Forwarded(subject.text.strip()[:1_000], place.container, sure=sure, ref=ref))
        for one in quoted_subjects(text.text):
            quoted_sure = text.sure and not is_doubtful(one)
            self.forwarded.append(Forwarded(one[:1_000], place.container, inline=True, sure=quoted_sure))

    def _take(self, opened: Opened, within: Place) -> str | None:
        if opened.damaged:
            self.defects["archive-damaged"] = None
        for entry in opened.entries:
            self.budget -= len(entry.content)
            self.add(entry.content, entry.name, replace(within, folder=clean_folder(entry.name.text)))
        return opened.problem

    def _clean(self, name: Decoded | None) -> str | None:
        if name is None or not name.text:
            return None
        self.name_doubt |= not name.sure or is_doubtful(name.text)
        return clean_filename(name.text)


def _kind(content: bytes, filename: str | None, declared: str) -> str:
    """The media type by content; a wrapping is believed to be what it says where its content is nothing else."""
    told = media_type(content, filename)
    if declared.startswith("message/") and (told == UNKNOWN or told.startswith(("text/", "message/"))):
        return MAIL if declared in ("message/global", "message/news") else declared
    return declared if declared in _CLOSED and not told.startswith(("image/", "application/pdf")) else told
