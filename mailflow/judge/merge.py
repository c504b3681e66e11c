"""What an entry holds after a mail: the mail's own over what was there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mailflow.judge.people import CONTAINERS
from mailflow.model.entry import FiledFile
from mailflow.model.facts import Facts, Role, Value
from mailflow.model.message import Message

GATHERED = CONTAINERS | {Role.EVIDENCE, Role.UNKNOWN}
"""Roles of which an entry keeps every file; of any other role the newest mail's replace the older ones."""


def own_files(message: Message, facts: Facts, wanted: Iterable[str]) -> tuple[FiledFile, ...]:
    """The files of a mail with these SHA-256s, each content once, in the given order."""
    roles = {file.sha256: file.role for file in facts.files}
    attachments = {one.sha256: one for one in reversed(message.attachments)}
    return tuple(
        FiledFile(sha256, one.filename, roles.get(sha256, Role.UNKNOWN), one.media_type, one.size)
        for sha256 in dict.fromkeys(wanted)
        if (one := attachments.get(sha256)) is not None
    )


def merged_files(old: tuple[FiledFile, ...], new: tuple[FiledFile, ...]) -> tuple[FiledFile, ...]:
    """The files of an entry after a mail: see GATHERED. The same content counts once, with its newest role."""
    replaced = {file.role for file in new} - GATHERED
    contents = {file.sha256 for file in new}
    kept = [file for file in old if file.role not in replaced and file.sha256 not in contents]
    return (*kept, *new)


def merged_fields(old: Mapping[str, Value], new: Mapping[str, Value], invalid: Iterable[str]) -> dict[str, Value]:
    """The fields of an entry after a mail. A cell that is now filled with no value takes the old value away."""
    unread = set(invalid)
    return {**{key: value for key, value in old.items() if key not in unread}, **new}
