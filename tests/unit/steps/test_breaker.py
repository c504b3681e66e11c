"""The circuit breaker: too many failures stop what goes out, never what comes in, until a person has looked."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from mailflow.campaign.load import load_campaign
from mailflow.demo.play import Stage, stage, tick
from mailflow.model.letter import Letter, LetterKind
from mailflow.steps.breaker import close, is_open, watch
from mailflow.steps.once import start
from mailflow.steps.posting import post
from mailflow.steps.world import Limits
from mailflow.testing.mails import build_mail

CAMPAIGN = load_campaign("shanxi-2020")
MORNING = datetime(2020, 8, 24, 10, tzinfo=CAMPAIGN.zone)


def fail(on: Stage, times: int) -> None:
    with on.world.database.write() as books:
        for number in range(times):
            books.record(f"letter:{number}", "failed", on.world.now())
        watch(on.world, books)


def post_receipt(on: Stage, key: str) -> None:
    with on.world.database.write() as books:
        letter = Letter(key, LetterKind.RECEIPT, "a@unit.example.cn", "x", "x\n", "<p>x</p>\n")
        post(on.world, books, letter)


def kinds(on: Stage) -> list[bytes]:
    names = (b"receipt", b"alarm")
    return [name for one in on.smtp.letters for name in names if b"X-Mailflow: " + name in one.raw]


def test_too_many_failures_stop_letters_but_not_the_alarm(tmp_path: Path) -> None:
    with stage(CAMPAIGN, tmp_path, MORNING) as on:
        on.world.limits = Limits(breaker_failures=3)
        start(on.world)
        fail(on, 3)
        post_receipt(on, "receipt:1")
        tick(on)
        assert kinds(on) == [b"alarm"]
        on.imap.append(build_mail(sender="b@unit.example.cn", subject="帮助"), on.clock.now())
        tick(on)
        with on.world.database.read() as books:
            assert [row.sender for row in books.messages.all()] == ["b@unit.example.cn"]


def test_letters_leave_again_when_a_person_says_so_and_old_failures_do_not_count(tmp_path: Path) -> None:
    with stage(CAMPAIGN, tmp_path, MORNING) as on:
        on.world.limits = Limits(breaker_failures=3)
        start(on.world)
        fail(on, 3)
        post_receipt(on, "receipt:1")
        with on.world.database.write() as books:
            assert close(on.world, books)
        fail(on, 2)
        tick(on)
        assert kinds(on) == [b"alarm", b"receipt"]


def test_a_few_failures_an_hour_stop_nothing(tmp_path: Path) -> None:
    with stage(CAMPAIGN, tmp_path, MORNING) as on:
        on.world.limits = Limits(breaker_failures=3)
        start(on.world)
        fail(on, 2)
        on.clock.advance(timedelta(minutes=61))
        fail(on, 2)
        with on.world.database.read() as books:
            assert not is_open(books)
