"""The daemon killed in the middle, again and again: the ledger adds up all the same."""

from __future__ import annotations

import random
import signal
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from mailflow.model.campaign import Campaign
from mailflow.testing.audit import arrived, disk_faults, ledger_faults, reported
from mailflow.testing.crowd import JUNK, Crowd
from mailflow.testing.daemon_process import Daemon
from mailflow.testing.dovecot import Dovecot
from mailflow.testing.journey import Journey
from mailflow.testing.postfix import Postfix

pytestmark = pytest.mark.real_servers

SETTINGS = {"imap.folder": ["INBOX", JUNK], "imap.poll_seconds": 1, "limits.quiet_minutes": 0.01}
KILLS = 8
MAILS = 120
SOON, LATE = (1, 12), (40, 70)
"""At which commit a daemon dies, in turn: while it takes mails in, or while it delivers. A mail that was at work at
three deaths would be shunted, as it must."""


def test_eight_kills_lose_nothing_and_count_nothing_twice(
    tmp_path: Path, campaign: Campaign, dovecot: Dovecot, postfix: Postfix
) -> None:
    dice = random.Random(20200818)
    tuesday = datetime(2020, 8, 18, 16, tzinfo=campaign.zone)
    mailed = Crowd(campaign, datetime(2020, 8, 17, 9, tzinfo=campaign.zone)).mails(MAILS)
    journey = Journey(tmp_path, dovecot, postfix, SETTINGS)
    journey.once("2020-08-17T08:00")
    parts = [mailed[number::KILLS] for number in range(KILLS)]
    for number, part in enumerate(parts):
        for folder in ("INBOX", JUNK):
            dovecot.deliver([(one.raw, one.arrives) for one in part if one.folder == folder], folder=folder)
        with Daemon(journey, tuesday, dies_at=dice.randint(*(LATE if number % 2 else SOON))) as daemon:
            assert daemon.wait_for_death() == -signal.SIGKILL
    # letters whose fate was unknown twice wait for five minutes
    journey.once("2020-08-18T16:30")
    journey.once("2020-08-18T17:00")
    letters = postfix.wait_for(sum(one["state"] == "sent" for one in journey.outbox()))
    assert ledger_faults(journey, mailed, letters, most_repeats=KILLS) == []
    assert disk_faults(journey.data) == []
    assert {one["state"] for one in journey.outbox()} == {"sent"}
    times = Counter(name for _, name in reported(letters))
    assert set(times.values()) == {1}
    assert len(arrived(letters, "report")) == 2
