"""Two mailflows, each of which believes that the other wrote first: they fall silent, whatever happens on the way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest

from mailflow.demo import play
from mailflow.demo.play import Stage, stage, tick
from mailflow.model.campaign import Campaign
from mailflow.steps.once import start
from mailflow.testing.mails import build_mail
from mailflow.testing.smtp_server import Received

ONE, OTHER = "intake@one.example.cn", "intake@other.example.cn"
PAUSE = timedelta(minutes=5)
"""How long a letter travels: longer than the quiet minutes, so that each is answered by itself."""

SILENT_ROUNDS = 13
"""More than an hour: what the limits of an hour hold back would come after it."""

MOST = 60
MOST_BEFORE_SILENCE = 10
SUBJECTS = ("王小明+优秀学员", "请问", "查询", "帮助")
Carry = Callable[[bytes], bytes]


def as_it_is(raw: bytes) -> bytes:
    return raw


def stripped(raw: bytes) -> bytes:
    """A letter without every header that says that a machine wrote it, as a careless gateway passes it on."""
    head, blank, body = raw.partition(b"\r\n\r\n")
    telling = (
        rb"(?im)^(?:x-mailflow|auto-submitted|x-auto-response-suppress|precedence)[^:]*:[^\n]*\n(?:[ \t][^\n]*\n)*"
    )
    return re.sub(telling, b"", head + b"\r\n").removesuffix(b"\r\n") + blank + body


def stripped_of_threads(raw: bytes) -> bytes:
    """Without what names the mail that it answers, too."""
    head, blank, body = stripped(raw).partition(b"\r\n\r\n")
    return re.sub(rb"(?im)^(?:in-reply-to|references):[^\n]*\n(?:[ \t][^\n]*\n)*", b"", head) + blank + body


@contextmanager
def two(campaign: Campaign, home: Path, begins: datetime) -> Iterator[tuple[Stage, Stage]]:
    """Two worlds, each with its own mailbox and its own address."""
    with ExitStack() as stages:
        made = []
        for name, address in (("one", ONE), ("other", OTHER)):
            with patch.object(play, "MAILBOX", address):
                made.append(stages.enter_context(stage(campaign, home / name, begins)))
            start(made[-1].world)
        yield made[0], made[1]


def exchanged(one: Stage, other: Stage, carry: Carry) -> list[Received]:
    """Lets them write to each other until both have been silent for SILENT_ROUNDS; gives the letters between them.

    Ends, too, at MOST letters: nothing stops them.
    """
    carried: list[Received] = []
    taken = {ONE: 0, OTHER: 0}
    silent = 0
    while silent < SILENT_ROUNDS and len(carried) < MOST:
        now = one.clock.now() + PAUSE
        for on in (one, other):
            on.clock.set(now)
            tick(on)
        under_way = [
            (to, letter)
            for on, address, to, their in ((one, ONE, other, OTHER), (other, OTHER, one, ONE))
            for letter in _new(on.smtp.letters, taken, address)
            if letter.recipient == their
        ]
        for to, letter in under_way:
            to.imap.append(carry(letter.raw), now)
            carried.append(letter)
        silent = 0 if under_way else silent + 1
    return carried


def _new(letters: Sequence[Received], taken: dict[str, int], address: str) -> Sequence[Received]:
    first, taken[address] = taken[address], len(letters)
    return letters[first : len(letters)]


def spoofed(sender: str, subject: str) -> bytes:
    """A mail that somebody else wrote under the name of the other mailflow."""
    return build_mail(sender=sender, subject=subject, text="材料稍后发来。")


@pytest.fixture
def begins(campaign: Campaign) -> datetime:
    return datetime(2020, 8, 19, 9, tzinfo=campaign.zone)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_two_mailflows_stop_after_two_mails(campaign: Campaign, tmp_path: Path, begins: datetime, subject: str) -> None:
    with two(campaign, tmp_path, begins) as (one, other):
        one.imap.append(spoofed(OTHER, subject), begins)
        other.imap.append(spoofed(ONE, subject), begins)
        assert len(exchanged(one, other, as_it_is)) == 2


@pytest.mark.parametrize("carry", [stripped, stripped_of_threads])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_two_mailflows_fall_silent_even_where_all_signs_of_a_machine_are_lost(
    campaign: Campaign, tmp_path: Path, begins: datetime, subject: str, carry: Carry
) -> None:
    with two(campaign, tmp_path, begins) as (one, other):
        one.imap.append(spoofed(OTHER, subject), begins)
        assert len(exchanged(one, other, carry)) <= MOST_BEFORE_SILENCE
