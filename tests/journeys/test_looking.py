"""Pictures, scans and older documents through the whole house: real servers, the real eye, the real converter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mailflow.model.campaign import Campaign
from mailflow.model.facts import Value
from mailflow.testing.audit import arrived
from mailflow.testing.camera import TREATMENTS
from mailflow.testing.daemon_process import Daemon
from mailflow.testing.dovecot import Dovecot
from mailflow.testing.foreign import save_as
from mailflow.testing.forms import filled_form
from mailflow.testing.journey import Journey
from mailflow.testing.mails import build_mail
from mailflow.testing.paper import Scanner, form_trial
from mailflow.testing.people import Person, nobody
from mailflow.testing.postfix import Postfix
from mailflow.testing.screens import profile_list
from mailflow.testing.servers import require

pytestmark = [pytest.mark.real_servers, pytest.mark.slow]

CATEGORY, TITLE = "proofreader", "志愿审读员"
TUESDAY = "2020-08-18T10:00"
SCANNER = Scanner(degrees=2.5)
SHOWN = TREATMENTS["JPEG, quality 60"]
SETTINGS = {"limits.quiet_minutes": 0.01, "imap.poll_seconds": 1}


@pytest.fixture(autouse=True)
def _eyes(monkeypatch: pytest.MonkeyPatch) -> None:
    for what in ("drawn", "libreoffice", "antiword"):
        require(what)
    monkeypatch.setenv("MAILFLOW_READING__PICTURES", "true")
    monkeypatch.setenv("MAILFLOW_READING__DOCUMENTS", "true")


def form_of(campaign: Campaign, person: Person, **other: Value) -> bytes:
    values: Mapping[str, Value] = {
        "name": person.name,
        "study_id": person.study_id,
        "organisation": person.organisation,
        "captured_on": person.day,
        "total_points": person.total_points,
        "annual_points": person.annual_points,
        "employer": "示例单位",
        "mobile": person.mobile,
        **other,
    }
    return filled_form(campaign, CATEGORY, {field: str(value) for field, value in values.items()})


def mail_of(person: Person, form: tuple[str, bytes], campaign: Campaign, seed: int) -> bytes:
    """The form as it is given, with the stamped scan and the screenshot; no name tells what is what."""
    scan = form_trial(campaign, CATEGORY, SCANNER, seed).content
    screen = SHOWN(profile_list(person, (1080, 2340)), seed)
    return build_mail(
        sender=f"a{seed}@mail.example",
        subject=f"{person.name}+{TITLE}",
        files=[form, ("IMG_0001.jpg", screen), ("IMG_0002.pdf", scan)],
    )


def crowd(campaign: Campaign) -> dict[str, bytes]:
    """By what is the matter: everything agrees, the points differ, the form is a .doc."""
    agrees, differs, older = (nobody(seed) for seed in (2, 4, 6))
    doc = save_as("doc", {"form": form_of(campaign, older)})["form"]
    return {
        "agrees": mail_of(agrees, ("报名表.docx", form_of(campaign, agrees)), campaign, 2),
        "differs": mail_of(
            differs, ("报名表.docx", form_of(campaign, differs, total_points=differs.total_points + 100)), campaign, 4
        ),
        "older": mail_of(older, ("报名表.doc", doc), campaign, 6),
    }


def deliver(dovecot: Dovecot, mails: Mapping[str, bytes], campaign: Campaign) -> None:
    at = datetime(2020, 8, 18, 9, tzinfo=campaign.zone)
    dovecot.deliver([(raw, at) for raw in mails.values()])


def check(journey: Journey, letters: Any) -> None:
    """What the three senders got, and what is in the books."""
    entries = {one["sender"]: one for one in journey.entries()}
    codes = {sender: {one["code"] for one in entry["findings"]} for sender, entry in entries.items()}
    assert {sender: entry["status"] for sender, entry in entries.items()} == dict.fromkeys(
        ("a2@mail.example", "a4@mail.example", "a6@mail.example"), "accepted"
    ), [entry["findings"] for entry in entries.values()]
    assert "evidence.points-mismatch" in codes["a4@mail.example"]
    assert not any(code.startswith("evidence.") for code in codes["a2@mail.example"] | codes["a6@mail.example"])
    texts = {one.recipient: one.message.get_body(("plain",)).get_content() for one in arrived(letters, "receipt")}  # type: ignore[union-attr]
    assert len(texts) == 3
    assert "与报名表一致" in texts["a2@mail.example"]
    assert "请核对" in texts["a4@mail.example"]
    assert "与报名表一致" in texts["a6@mail.example"]
    assert len(arrived(letters, "receipt")) == 3


def test_one_pass_reads_pictures_scans_and_older_documents_to_the_end(
    tmp_path: Path, campaign: Campaign, dovecot: Dovecot, postfix: Postfix
) -> None:
    journey = Journey(tmp_path, dovecot, postfix, SETTINGS)
    journey.once("2020-08-17T08:00")
    deliver(dovecot, crowd(campaign), campaign)
    assert journey.once(TUESDAY).code == 0
    check(journey, postfix.wait_for(3))


def test_the_daemon_looks_before_it_answers(
    tmp_path: Path, campaign: Campaign, dovecot: Dovecot, postfix: Postfix
) -> None:
    journey = Journey(tmp_path, dovecot, postfix, SETTINGS | {"reading.wait_seconds": 600})
    journey.once("2020-08-17T08:00")
    with Daemon(journey, datetime.fromisoformat(TUESDAY).replace(tzinfo=campaign.zone)) as daemon:
        deliver(dovecot, crowd(campaign), campaign)
        daemon.wait_until(
            lambda: [one["state"] for one in journey.outbox("receipt")] == ["sent"] * 3, "three receipts", seconds=180
        )
        assert daemon.terminate() == 0
    check(journey, postfix.wait_for(3))
