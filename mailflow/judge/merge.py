"""What an entry holds after a mail: the mail's own over what was there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from mailflow.judge.names import folded
from mailflow.judge.people import CONTAINERS
from mailflow.model.campaign import Campaign, Category
from mailflow.model.entry import FiledFile
from mailflow.model.facts import SCREENSHOTS, Facts, FileFacts, Role, Value
from mailflow.model.message import Attachment, Message

GATHERED = CONTAINERS | {Role.EVIDENCE, Role.UNKNOWN}
"""Roles of which an entry keeps every file; of any other role the newest mail's replace the older ones."""


def as_asked(facts: Facts, campaign: Campaign, category: Category, wanted: Iterable[str]) -> Facts:
    """Facts in which names of the `wanted` files are read for what `category` asks.

    A name may say more than one thing: 印证资料-活动照片 is evidence where no photograph is asked for. A picture
    that is only called a screenshot (张三截图.png) is the one that is asked for; where several are, or the mail has
    one that is called by its page, it stays unknown.
    """
    asked = [one.role for one in category.requirements]
    pages = [role for role in asked if role in SCREENSHOTS]
    mine = frozenset(wanted)
    has_page = any(file.role in pages and file.sha256 in mine for file in facts.files)

    def role_of(file: FileFacts) -> Role:
        if file.told_by != "name" or file.sha256 not in mine or file.role in asked:
            return file.role
        if file.role is Role.UNKNOWN:
            return pages[0] if len(pages) == 1 and not has_page else Role.UNKNOWN
        name = folded(file.filename or "")
        said = [role for role in asked if any(folded(word) in name for word in campaign.role_hints.get(role, ()))]
        return said[0] if said and file.role is not Role.FORM else file.role

    return Facts(tuple(replace(file, role=role_of(file)) for file in facts.files))


def own_files(message: Message, facts: Facts, wanted: Iterable[str]) -> tuple[FiledFile, ...]:
    """The files of a mail with these SHA-256s, each content once, in the given order."""
    known = {file.sha256: file for file in facts.files}
    attachments = {one.sha256: one for one in reversed(message.attachments)}
    return tuple(
        _filed(one, known.get(sha256))
        for sha256 in dict.fromkeys(wanted)
        if (one := attachments.get(sha256)) is not None
    )


def _filed(attachment: Attachment, known: FileFacts | None) -> FiledFile:
    sha256, name, kind, size = attachment.sha256, attachment.filename, attachment.media_type, attachment.size
    if known is None:
        return FiledFile(sha256, name, Role.UNKNOWN, kind, size)
    return FiledFile(sha256, name, known.role, kind, size, known.shown, known.scan, known.seal, known.pixels)


def merged_files(old: tuple[FiledFile, ...], new: tuple[FiledFile, ...]) -> tuple[FiledFile, ...]:
    """The files of an entry after a mail: see GATHERED. The same content counts once, with its newest role.

    What a look at it showed stays known where it comes again and was not looked at this time.
    """
    before = {file.sha256: file for file in old}
    new = tuple(_with_sight(file, before.get(file.sha256)) for file in new)
    replaced = {file.role for file in new} - GATHERED
    contents = {file.sha256 for file in new}
    kept = [file for file in old if file.role not in replaced and file.sha256 not in contents]
    return (*kept, *new)


def _with_sight(file: FiledFile, before: FiledFile | None) -> FiledFile:
    is_looked_at = any(one is not None for one in (file.shown, file.scan, file.seal, file.pixels))
    if before is None or is_looked_at:
        return file
    return replace(file, shown=before.shown, scan=before.scan, seal=before.seal, pixels=before.pixels)


def merged_fields(old: Mapping[str, Value], new: Mapping[str, Value], invalid: Iterable[str]) -> dict[str, Value]:
    """The fields of an entry after a mail. A cell that is now filled with no value takes the old value away."""
    unread = set(invalid)
    return {**{key: value for key, value in old.items() if key not in unread}, **new}
