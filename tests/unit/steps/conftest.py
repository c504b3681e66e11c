"""An office: a whole mailflow in a folder, without servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.model.campaign import Campaign
from mailflow.testing.office import Office, open_office

Opens = Callable[..., Office]


@pytest.fixture(scope="session")
def campaign() -> Campaign:
    """The shipped campaign."""
    return load_campaign("shanxi-2020")


@pytest.fixture
def opens(tmp_path: Path, campaign: Campaign) -> Iterator[Opens]:
    """Opens the office of this test's folder, again and again as asked; closes all of them."""
    made: list[Office] = []

    def open_one(**how: Any) -> Office:
        made.append(open_office(how.pop("data", tmp_path / "data"), **{"campaign": campaign, **how}))
        return made[-1]

    yield open_one
    for one in made:
        one.world.database.close()


@pytest.fixture
def office(opens: Opens) -> Office:
    """An office that opens on Thursday, 2020-08-20, at 9."""
    return opens()
