"""What the tests of commands start from: embedded servers, and a settings file for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.model.campaign import Campaign
from mailflow.testing.crowd import Crowd
from mailflow.testing.imap_server import EmbeddedImap
from mailflow.testing.journey import Journey
from mailflow.testing.smtp_server import EmbeddedSmtp

FIRST_RUN = "2020-08-18T08:00"


@pytest.fixture(scope="session")
def campaign() -> Campaign:
    """The shipped campaign."""
    return load_campaign("shanxi-2020", base=Path())


@pytest.fixture
def imap() -> Iterator[EmbeddedImap]:
    """An IMAP server inside the process."""
    with EmbeddedImap() as server:
        yield server


@pytest.fixture
def smtp() -> Iterator[EmbeddedSmtp]:
    """An SMTP server inside the process."""
    with EmbeddedSmtp() as server:
        yield server


@pytest.fixture
def crowd(campaign: Campaign) -> Crowd:
    """Mails from Tuesday morning on."""
    return Crowd(campaign, datetime(2020, 8, 18, 9, tzinfo=campaign.zone))


@pytest.fixture
def journey(tmp_path: Path, imap: EmbeddedImap, smtp: EmbeddedSmtp) -> Journey:
    """A data folder that has made its first run, on Tuesday 2020-08-18 at 08:00."""
    made = Journey(tmp_path, imap, smtp)
    made.once(FIRST_RUN)
    return made
