"""The daemon as a child process between a real Dovecot and a real Postfix: a week of a campaign."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from mailflow.model.campaign import Campaign
from mailflow.testing.audit import arrived, disk_faults, ledger_faults, reported
from mailflow.testing.crowd import JUNK, Crowd, Mailed
from mailflow.testing.daemon_process import Daemon
from mailflow.testing.dovecot import Dovecot
from mailflow.testing.journey import ORGANISER, PLATFORM, Journey
from mailflow.testing.postfix import Postfix

pytestmark = pytest.mark.real_servers

SETTINGS = {"imap.folder": ["INBOX", JUNK], "imap.poll_seconds": 1, "limits.quiet_minutes": 0.03}
REPORTED = ("challenge-master", "proofreader", "question-writer", "announcer")


def deliver(dovecot: Dovecot, mailed: Sequence[Mailed]) -> None:
    """Puts the mails into their folders."""
    for folder in ("INBOX", JUNK):
        dovecot.deliver([(one.raw, one.arrives) for one in mailed if one.folder == folder], folder=folder)


def settled(journey: Journey, mailed: Sequence[Mailed]) -> bool:
    """Whether all of them are in the books, nothing waits for its answer, and every letter has left."""
    messages = journey.messages()
    known = {one["sha256"] for one in messages}
    return (
        {one.sha256 for one in mailed} <= known
        and all(one["state"] != "spooled" for one in messages)
        and all(one["state"] == "sent" for one in journey.outbox() if one["kind"] != "alarm")
        and len(journey.outbox("receipt")) > 0
    )


def day(campaign: Campaign, text: str) -> datetime:
    return datetime.fromisoformat(f"2020-08-{text}").replace(tzinfo=campaign.zone)


def reported_people(mailed: Sequence[Mailed]) -> set[str]:
    """Who must be in a Tuesday or Friday report."""
    return {one.entry[0] for one in mailed if one.entry and one.entry[1] in REPORTED and one.entry[2] == "accepted"}


def test_a_week_of_200_mails_is_answered_filed_and_reported(
    tmp_path: Path, campaign: Campaign, dovecot: Dovecot, postfix: Postfix
) -> None:
    crowd = Crowd(campaign, day(campaign, "17T09:00"))
    first, second = crowd.mails(140), crowd.mails(60)
    journey = Journey(tmp_path, dovecot, postfix, SETTINGS)
    journey.once("2020-08-17T08:00")
    with Daemon(journey, day(campaign, "18T16:00")) as daemon:
        deliver(dovecot, first)
        daemon.wait_until(lambda: settled(journey, first), "140 mails answered")
        daemon.set_clock(day(campaign, "18T17:00"))
        daemon.wait_until(lambda: has_left(postfix, 1), "Tuesday's report")
        daemon.set_clock(day(campaign, "20T10:00"))
        deliver(dovecot, second)
        daemon.wait_until(lambda: settled(journey, [*first, *second]), "60 mails more answered")
        daemon.set_clock(day(campaign, "21T17:00"))
        daemon.wait_until(lambda: has_left(postfix, 2), "Friday's report")
        daemon.wait_until(lambda: settled(journey, [*first, *second]), "an empty outbox")
        assert daemon.terminate() == 0
        assert '"stopped"' in daemon.log
    letters = postfix.letters()
    assert ledger_faults(journey, [*first, *second], letters) == []
    assert disk_faults(journey.data) == []
    people = reported(letters)
    assert Counter(name for _, name in people) == Counter(reported_people([*first, *second]))
    subjects = {name: subject for subject, name in people}
    assert len({subjects[name] for name in reported_people(first)}) == 1
    states = {key: one["state"] for key, one in journey.calendar("2020-08-21T18:00").items()}
    assert (states["weekly-2020-08-18"], states["weekly-2020-08-21"]) == ("sent", "sent")


def has_left(postfix: Postfix, count: int) -> bool:
    """Whether so many reports have come to the platform and to the organiser."""
    found = Counter(one.recipient for one in arrived(postfix.letters(), "report"))
    return found[PLATFORM] >= count and found[ORGANISER] >= count
