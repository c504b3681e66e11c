"""Which file is what, by the words of its name that the campaign knows."""

from __future__ import annotations

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
    key = squeeze(filename.rpartition(".")[0] or filename)
    for role, words in campaign.role_hints.items():
        if any(word and word in key for word in map(squeeze, words)):
            return Role.FORM_SCAN if role is Role.FORM and kind is Kind.PICTURE else role
    return None
