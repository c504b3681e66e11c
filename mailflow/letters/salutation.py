"""Who is spoken to: the applicant himself, or somebody who reports him."""

from __future__ import annotations

import unicodedata
from enum import StrEnum

from mailflow.letters.answered import name_key
from mailflow.model.entry import Unit


class Addressee(StrEnum):
    """Whom a letter speaks to."""

    APPLICANT = "applicant"
    UNIT = "unit"


def addressee_of(*, sender: str, sender_name: str, applicant: str, is_person: bool, unit: Unit | None) -> Addressee:
    """The applicant, unless the address is a unit's, the applicant is an organisation, or the sender's name is another.

    A display name that is no name (empty, the address or its local part, figures, Latin letters beside a Chinese
    name) says nothing, and one that holds the applicant's name ("水利厅 王小明") or is a part of it (小明) is his.
    """
    if unit is not None or not is_person:
        return Addressee.UNIT
    name, own = name_key(sender_name), name_key(applicant)
    if not _is_name(name, own, sender) or own in name or name in own:
        return Addressee.APPLICANT
    return Addressee.UNIT


def _is_name(name: str, own: str, sender: str) -> bool:
    local = name_key(sender.partition("@")[0])
    if not name or "@" in name or name in (local, name_key(sender)) or not any(map(str.isalpha, name)):
        return False
    return _has_han(name) or not _has_han(own)


def _has_han(text: str) -> bool:
    return any(unicodedata.name(one, "").startswith("CJK UNIFIED IDEOGRAPH") for one in text)
