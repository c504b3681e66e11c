"""Everything that can be wrong with a campaign file, said at once."""

from __future__ import annotations

from collections.abc import Mapping

import pydantic

from mailflow.campaign.schema import CampaignFile
from mailflow.errors import CampaignError


def check(data: Mapping[str, object], text: str, source: str) -> CampaignFile:
    """The tables of a campaign file. Raises CampaignError with all mistakes."""
    try:
        return CampaignFile.model_validate(data)
    except pydantic.ValidationError as error:
        raise CampaignError(f"{source}: {error}") from None
