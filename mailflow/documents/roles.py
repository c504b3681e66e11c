"""Which file is what, by the words of its name that the campaign knows."""

from __future__ import annotations

import re
import unicodedata

from mailflow.documents.kinds import Kind
from mailflow.documents.values import squeeze
from mailflow.model.campaign import Campaign
from mailflow.model.facts import Role


def role_by_name(filename: str | None, kind: Kind, campaign: Campaign) -> Role | None:
    """The role that the file's name tells, None where it tells nothing.

    The roles are tried in the campaign file's order. A picture of a form is a scan of it.
    """
    if filename is None:
        return None
    stem = unicodedata.normalize("NFKC", filename.rpartition(".")[0] or filename).casefold()
    key = squeeze(stem)
    for role, words in campaign.role_hints.items():
        if any(_stands_in(word, stem, key) for word in words):
            return Role.FORM_SCAN if role is Role.FORM and kind is Kind.PICTURE else role
    return None


def _stands_in(word: str, stem: str, key: str) -> bool:
    """Whether a word is in a name: a Chinese one anywhere, a Latin one where a word begins ("form", not "platform")."""
    if not word.isascii():
        return squeeze(word) in key
    return bool(word.strip()) and re.search(rf"(?<![a-z]){re.escape(word.strip().casefold())}", stem) is not None
