"""Asking by mail: how things stand, withdrawing, a blank form, a unit's word."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.demo.play import Stage, stage, tick
from mailflow.demo.scene import Person, mail
from mailflow.steps.once import start
from mailflow.testing.mails import build_mail

CAMPAIGN = load_campaign("shanxi-2020")
MORNING = datetime(2020, 8, 24, 10, tzinfo=CAMPAIGN.zone)
UNITS = "unit,addresses\n示例厅,officer@unit.example.cn\n"
WANG = Person("王小明", 1, "wang@mail.example.cn")


@pytest.fixture
def on(tmp_path: Path) -> Iterator[Stage]:
    with stage(CAMPAIGN, tmp_path / "data", MORNING - timedelta(days=3), UNITS) as ready:
        start(ready.world)
        yield ready


def exchange(on: Stage, raw: bytes, at: datetime) -> EmailMessage:
    """Puts a mail into the box and gives the receipt that it gets."""
    on.clock.set(at)
    on.imap.append(raw, at)
    tick(on)
    on.clock.set(at + timedelta(minutes=3))
    before = len(on.smtp.letters)
    tick(on)
    [letter] = [
        message
        for one in on.smtp.letters[before:]
        if isinstance(message := message_from_bytes(one.raw, policy=policy.default), EmailMessage)
        and message["X-Mailflow"] == "receipt"
    ]
    return letter


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def ask(sender: str, subject: str) -> bytes:
    return build_mail(sender=sender, subject=subject, message_id=None)


def test_a_sender_asks_and_is_told_how_his_entries_stand(on: Stage) -> None:
    receipt = exchange(on, mail(CAMPAIGN, WANG, "outstanding-learner", arrives=MORNING), MORNING)
    ref = str(receipt["X-Mailflow-Ref"])
    told = text_of(exchange(on, ask("wang@mail.example.cn", "查询"), MORNING + timedelta(hours=1)))
    assert ref in told
    assert "已受理" in told
    stranger = text_of(exchange(on, ask("someone@elsewhere.example.com", f"查询 {ref}"), MORNING + timedelta(hours=2)))
    assert "王小明" not in stranger


def test_an_entry_is_withdrawn_by_its_sender_and_by_nobody_else(on: Stage) -> None:
    ref = str(exchange(on, mail(CAMPAIGN, WANG, "outstanding-learner", arrives=MORNING), MORNING)["X-Mailflow-Ref"])
    exchange(on, ask("someone@elsewhere.example.com", f"撤回 {ref}"), MORNING + timedelta(hours=1))
    with on.world.database.read() as books:
        assert [one.status for one in books.entries.all(CAMPAIGN.id)] == ["accepted"]
    said = text_of(exchange(on, ask("wang@mail.example.cn", f"撤回 {ref}"), MORNING + timedelta(hours=2)))
    assert ref in said
    with on.world.database.read() as books:
        assert [one.status for one in books.entries.all(CAMPAIGN.id)] == ["withdrawn"]
        assert [event.name for event in books.events(f"entry:{ref}")][-1] == "withdrawn"


def test_a_blank_form_comes_back_for_the_asking(on: Stage) -> None:
    letter = exchange(on, ask("zhang@mail.example.cn", "索取报名表 挑战达人"), MORNING)
    assert [part.get_filename() for part in letter.iter_attachments()] == ["挑战达人报名表.docx"]


def test_a_unit_that_says_it_is_done_hears_no_more_reminders(on: Stage) -> None:
    exchange(on, ask("officer@unit.example.cn", "本次无报送"), MORNING)
    on.clock.set(datetime(2020, 8, 25, 9, tzinfo=CAMPAIGN.zone))
    tick(on)
    reminded = [one.recipient for one in on.smtp.letters if b"X-Mailflow: reminder" in one.raw]
    assert reminded == []


def test_a_unit_that_says_nothing_is_reminded(on: Stage) -> None:
    on.clock.set(datetime(2020, 8, 25, 9, tzinfo=CAMPAIGN.zone))
    tick(on)
    assert [one.recipient for one in on.smtp.letters if b"X-Mailflow: reminder" in one.raw] == [
        "officer@unit.example.cn"
    ]
