"""What a child process does with one spooled mail: read it, and store what was attached."""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mailflow.documents.extract import extract, left_unread
from mailflow.errors import ReadRefused, StoreError
from mailflow.intake.bounces import SILENCES, Bounce, read_bounce
from mailflow.intake.etiquette import reason_for_silence
from mailflow.intake.read import read_message
from mailflow.model.campaign import Campaign
from mailflow.model.facts import Facts
from mailflow.model.message import Message, Unpacked
from mailflow.model.sight import Sight
from mailflow.store.spool import Spool

FILES_UNREAD = "files-unread"
"""Asks for a mail without opening its attachments, one of which has ended its readers: each of them is a finding."""


@dataclass(frozen=True, slots=True)
class Task:
    """One mail to read: its hash, why only its header was fetched ("" for a whole mail), what was seen in its files."""

    sha256: str
    defect: str = ""
    sights: tuple[Sight, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A mail as read: what the parent process judges. The attachments' bytes are in the content store.

    `bounce` is set where a machine's mail says that a letter came back.
    """

    message: Message
    facts: Facts
    bounce: Bounce | None = None


def read_bytes(
    raw: bytes,
    campaign: Campaign,
    *,
    defect: str = "",
    sha256: str | None = None,
    sights: Sequence[Sight] = (),
    converted: Mapping[str, bytes] | None = None,
) -> tuple[Unpacked, Facts]:
    """Reads a mail; where its body cannot be read, its header alone, with the defect named.

    `defect`: why only the header was fetched ("too-large", "unfetchable"), "" for a whole mail; FILES_UNREAD leaves the
    attachments alone. `sha256`: the hash of `raw` where it is known already. `sights`: what slow looks at its files
    saw; `converted`: the documents that converters made, by the hash of the file they were made of.
    """
    try:
        unpacked = read_message(raw, sha256=sha256)
    except ReadRefused:
        unpacked = _marked(read_message(_header_of(raw)), "unreadable")
    if defect == FILES_UNREAD:
        return unpacked, left_unread(unpacked, campaign)
    if defect:
        unpacked = _marked(unpacked, defect)
    return unpacked, extract(unpacked, campaign, {one.sha256: one for one in sights}, converted or {})


def read_spooled(task: Task, spool: Spool, files: Spool, campaign: Campaign) -> Reading:
    """Reads the mail of the task from the spool and puts its attachments in `files`, durable.

    Raises StoreError where they cannot be put there, ReadRefused where the original is gone or damaged, or a file of
    the mail is larger than a reader may write.
    """
    try:
        raw = spool.get(task.sha256)
        converted = {one.sha256: files.get(one.converted) for one in task.sights if one.converted}
    except StoreError as error:
        raise ReadRefused(str(error)) from error
    unpacked, facts = read_bytes(
        raw, campaign, defect=task.defect, sha256=task.sha256, sights=task.sights, converted=converted
    )
    keep_files(files, unpacked.contents)
    silence = reason_for_silence(unpacked.message, frozenset())
    bounce = read_bounce(raw, unpacked) if silence in SILENCES else None
    return Reading(unpacked.message, facts, bounce)


def keep_files(files: Spool, contents: Mapping[str, bytes]) -> None:
    """Puts `contents`, by their hashes, in `files`.

    Raises StoreError, or ReadRefused for one that is larger than a reader may write.
    """
    try:
        files.put_hashed(contents)
    except StoreError as error:
        if isinstance(error.__cause__, OSError) and error.__cause__.errno == errno.EFBIG:
            raise ReadRefused(str(error)) from error
        raise


def _header_of(raw: bytes) -> bytes:
    ends = [at for mark in (b"\r\n\r\n", b"\n\n", b"\r\r") if (at := raw.find(mark)) >= 0]
    return raw[: min(ends, default=65_536)][:65_536] + b"\r\n\r\n"


def _marked(unpacked: Unpacked, defect: str) -> Unpacked:
    message = unpacked.message
    return Unpacked(replace(message, defects=(*message.defects, defect)), unpacked.contents)
