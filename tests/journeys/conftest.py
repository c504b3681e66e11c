"""What every journey starts from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.model.campaign import Campaign
from mailflow.testing.dovecot import Dovecot
from mailflow.testing.postfix import Postfix
from mailflow.testing.servers import require


@pytest.fixture(scope="session")
def campaign() -> Campaign:
    """The shipped campaign."""
    return load_campaign("shanxi-2020", base=Path())


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    """A private Dovecot."""
    require("dovecot")
    with Dovecot() as server:
        yield server


@pytest.fixture
def postfix() -> Iterator[Postfix]:
    """A private Postfix."""
    require("postfix")
    with Postfix() as server:
        yield server
