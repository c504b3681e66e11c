"""A restored backup sends nothing twice by itself (promise P13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from mailflow.campaign.load import load_campaign
from mailflow.demo.play import stage, tick
from mailflow.steps.once import start
from mailflow.steps.restored import COPY
from mailflow.store.database import Database
from mailflow.testing.mails import build_mail
from mailflow.wire.imap import Mailbox

CAMPAIGN = load_campaign("shanxi-2020")
MONDAY = datetime(2020, 8, 24, 10, tzinfo=CAMPAIGN.zone)
QUIET = timedelta(minutes=3)


def test_what_may_have_left_after_the_backup_waits_for_a_person(tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    with stage(CAMPAIGN, tmp_path, MONDAY) as on:
        start(on.world)
        on.imap.append(build_mail(sender="before@unit.example.cn", subject="帮助"), MONDAY)
        tick(on)
        on.world.database.backup_to(backup)
        copy = Database(backup)
        with copy.write() as books:
            books.note(COPY, "yes")
        copy.close()
        # after the backup: an answer, another mail with its answer, a report; then the machine is lost
        on.clock.set(MONDAY + QUIET)
        tick(on)
        on.imap.append(build_mail(sender="after@unit.example.cn", subject="帮助"), on.clock.now())
        on.clock.advance(QUIET)
        tick(on)
        tuesday = MONDAY.replace(day=25, hour=17)
        on.clock.set(tuesday)
        tick(on)
        had = [one.recipient for one in on.smtp.letters]
        assert {"before@unit.example.cn", "after@unit.example.cn"} <= set(had)

        on.world.database.close()
        on.world.database.path.with_name("mailflow.db-wal").unlink(missing_ok=True)
        on.world.database.path.write_bytes(backup.read_bytes())
        on.world.database = Database(on.world.database.path).open()
        on.clock.set(tuesday + timedelta(hours=1))
        on.mailbox.close()  # a restored machine starts afresh
        again = replace(on, mailbox=Mailbox(on.account))
        again.mailbox.open()
        start(again.world)
        tick(again)
        again.clock.advance(QUIET)
        tick(again)
        assert [one.recipient for one in again.smtp.letters] == had
        with again.world.database.read() as books:
            held = {row.recipient for row in books.letters.all("held")}
            assert held == {"before@unit.example.cn", "after@unit.example.cn"}

        again.imap.append(build_mail(sender="new@unit.example.cn", subject="帮助"), again.clock.now())
        again.clock.advance(QUIET)
        tick(again)
        assert [one.recipient for one in again.smtp.letters[len(had) :]] == ["new@unit.example.cn"]
        again.mailbox.close()
        again.world.database.close()
