"""Which file is what, by the words of its name that the campaign knows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from mailflow.documents.kinds import Kind
from mailflow.documents.values import squeeze
from mailflow.model.campaign import Campaign
from mailflow.model.facts import Role
from mailflow.model.message import Attachment

Folder = tuple[int | None, str | None]
"""Where files lie together: the place of their archive in the mail, and the folder in it."""


def role_by_name(filename: str | None, kind: Kind, campaign: Campaign) -> Role | None:
    """The role that the file's name tells, None where it tells nothing.

    The roles are tried in the campaign file's order. A picture of a form is a scan of it.
    """
    if filename is None:
        return None
    role = next(iter(_roles_in(filename.rpartition(".")[0] or filename, campaign)), None)
    return Role.FORM_SCAN if role is Role.FORM and kind is Kind.PICTURE else role


def roles_by_folder(attachments: Iterable[Attachment], campaign: Campaign) -> Mapping[Folder, Role]:
    """The roles that folders of archives tell (截图/王小明.png), for the files whose own names tell nothing.

    A folder that speaks of several papers tells none, one called after the form neither, since people put all into
    it; and what is in it must not be called anything else.
    """
    told: dict[Folder, set[Role]] = {}
    for one in attachments:
        if one.folder is not None:
            own = set(_roles_in((one.filename or "").rpartition(".")[0], campaign)[:1])
            told.setdefault((one.container, one.folder), set()).update(own)
    roles: dict[Folder, Role] = {}
    for place, others in told.items():
        named = _roles_in((place[1] or "").rpartition("/")[2], campaign)
        if len(named) == 1 and named[0] is not Role.FORM and others <= set(named):
            roles[place] = named[0]
    return roles


def _roles_in(text: str, campaign: Campaign) -> list[Role]:
    """The roles whose words stand in a name, in the campaign file's order; UNKNOWN (a mere "截图") only alone."""
    stem = unicodedata.normalize("NFKC", text).casefold()
    key = squeeze(stem)
    told = [role for role, words in campaign.role_hints.items() if any(_stands_in(word, stem, key) for word in words)]
    return [role for role in told if role is not Role.UNKNOWN] or told


def _stands_in(word: str, stem: str, key: str) -> bool:
    """Whether a word is in a name: a Chinese one anywhere, a Latin one where a word begins ("form", not "platform")."""
    if not word.isascii():
        return squeeze(word) in key
    return bool(word.strip()) and re.search(rf"(?<![a-z]){re.escape(word.strip().casefold())}", stem) is not None
