"""A letter that comes back is marked failed, and the organiser hears of it once."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from mailflow.campaign.load import load_campaign
from mailflow.demo.play import stage, tick
from mailflow.steps.once import start
from mailflow.testing.mails import build_mail

CAMPAIGN = load_campaign("shanxi-2020")
MORNING = datetime(2020, 8, 24, 10, tzinfo=CAMPAIGN.zone)


def test_a_receipt_that_bounces_is_failed_and_rings_once(tmp_path: Path) -> None:
    with stage(CAMPAIGN, tmp_path / "data", MORNING) as on:
        start(on.world)
        on.imap.append(build_mail(sender="gone@unit.example.cn", subject="帮助"), MORNING)
        tick(on)
        on.clock.set(MORNING + timedelta(minutes=5))
        tick(on)
        with on.world.database.read() as books:
            [receipt] = books.letters.all()
        for number in range(2):
            bounce = build_mail(
                sender="postmaster@mail.example.com",
                subject="系统退信",
                text=f"收件人不存在\n{receipt.message_id}",
                message_id=f"<bounce{number}@mail.example.com>",
            )
            on.imap.append(bounce, on.clock.now())
            tick(on)
        with on.world.database.read() as books:
            states = {row.kind: row.state for row in books.letters.all()}
            assert books.letters.by_key(receipt.key).state == "failed"  # type: ignore[union-attr]
            assert [row.state for row in books.messages.all() if row.subject == "系统退信"] == ["ignored", "ignored"]
        assert states["alarm"] == "sent"
        assert sum(b"X-Mailflow: alarm" in one.raw for one in on.smtp.letters) == 1


def test_nobody_can_fail_a_letter_by_guessing(tmp_path: Path) -> None:
    with stage(CAMPAIGN, tmp_path / "data", MORNING) as on:
        start(on.world)
        on.imap.append(build_mail(sender="gone@unit.example.cn", subject="帮助"), MORNING)
        tick(on)
        on.clock.set(MORNING + timedelta(minutes=5))
        tick(on)
        guess = f"用户不存在 <{'0' * 32}@mailflow.example.cn>"
        forged = build_mail(sender="postmaster@mail.example.com", subject="系统退信", text=guess)
        on.imap.append(forged, on.clock.now())
        tick(on)
        with on.world.database.read() as books:
            assert [row.state for row in books.letters.all()] == ["sent"]
