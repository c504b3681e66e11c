"""What every journey starts from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.model.campaign import Campaign
from mailflow.testing.crowd import JUNK, Crowd
from mailflow.testing.dovecot import Dovecot
from mailflow.testing.imap_server import EmbeddedImap
from mailflow.testing.postfix import Postfix
from mailflow.testing.servers import require
from mailflow.testing.smtp_server import EmbeddedSmtp


@pytest.fixture(scope="session")
def campaign() -> Campaign:
    """The shipped campaign."""
    return load_campaign("shanxi-2020", base=Path())


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    """A private Dovecot with the two folders that are watched."""
    require("dovecot")
    with Dovecot() as server:
        server.deliver([], folder=JUNK)
        yield server


@pytest.fixture
def postfix() -> Iterator[Postfix]:
    """A private Postfix."""
    require("postfix")
    with Postfix() as server:
        yield server


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
