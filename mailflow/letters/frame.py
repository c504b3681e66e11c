"""What stands around every letter: who signs, when, and how to reach a person."""

from __future__ import annotations

from datetime import datetime

from mailflow.model.campaign import Campaign
from mailflow.model.letter import Correspondent


def frame(correspondent: Correspondent, campaign: Campaign, now: datetime, *, tone: str = "plain") -> dict[str, object]:
    """The values `letter.txt` and `letter.html` need beside a letter's own.

    `tone` colours the head of the HTML: "good", "todo", "wait", "alarm" or "plain". `qr` is None; a receipt sets it.
    """
    return {
        "campaign": campaign.name,
        "contact": correspondent.contact,
        "telephone": correspondent.telephone,
        "signature": correspondent.signature or correspondent.name or campaign.name,
        "now": now.astimezone(campaign.zone),
        "tone": tone,
        "qr": None,
    }
