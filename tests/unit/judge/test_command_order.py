"""Whose entries a command may ask about or change."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailflow.judge.command import decide_command
from mailflow.model.command import Command, CommandKind, Order
from mailflow.model.entry import EntryStatus, Known, KnownEntry, Unit
from mailflow.model.judgement import Disposition
from mailflow.model.message import Message

WHEN = datetime(2020, 8, 24, 2, tzinfo=UTC)
UNIT = Unit("示例厅", ("officer@unit.example.cn", "second@unit.example.cn"))


def entry(ref: str, sender: str, *, unit: str | None = None, status: EntryStatus = EntryStatus.ACCEPTED) -> KnownEntry:
    return KnownEntry(
        ref=ref,
        applicant="王小明",
        category="outstanding-learner",
        period=None,
        study_id=None,
        unit=unit,
        sender=sender,
        status=status,
        version=1,
        arrived_at=WHEN,
        updated_at=WHEN,
    )


KNOWN = Known(
    entries=(
        entry("SX20-AAAAAA", "wang@mail.example.cn"),
        entry("SX20-BBBBBB", "wang@mail.example.cn", status=EntryStatus.WITHDRAWN),
        entry("SX20-CCCCCC", "li@mail.example.cn", unit="示例厅"),
        entry("SX20-DDDDDD", "second@unit.example.cn"),
        entry("SX20-EEEEEE", "other@elsewhere.example.cn"),
    ),
    units=(UNIT,),
)


def order(sender: str, command: Command) -> Order:
    message = Message(sha256="0" * 64, size=1, message_id=None, sender=sender, sender_name="", subject="")
    judgement = decide_command(command, message, KNOWN, silence=None)
    assert judgement.disposition is Disposition.COMMAND
    assert judgement.command is not None
    return judgement.command


def test_a_sender_is_told_of_his_own_entries_only() -> None:
    assert order("wang@mail.example.cn", Command(CommandKind.STATUS)).refs == ("SX20-AAAAAA", "SX20-BBBBBB")


def test_a_unit_is_told_of_its_applicants_whoever_mailed_them() -> None:
    assert order("officer@unit.example.cn", Command(CommandKind.STATUS)).refs == ("SX20-CCCCCC", "SX20-DDDDDD")


def test_a_number_of_somebody_else_is_as_unknown_as_one_that_does_not_exist() -> None:
    asked = order("wang@mail.example.cn", Command(CommandKind.STATUS, ("SX20-EEEEEE", "SX20-ZZZZZZ", "SX20-AAAAAA")))
    assert (asked.refs, asked.unknown) == (("SX20-AAAAAA",), ("SX20-EEEEEE", "SX20-ZZZZZZ"))


def test_only_what_is_ones_own_and_still_stands_is_withdrawn() -> None:
    command = Command(CommandKind.WITHDRAW, ("SX20-AAAAAA", "SX20-BBBBBB", "SX20-EEEEEE"))
    assert order("wang@mail.example.cn", command).refs == ("SX20-AAAAAA",)
    assert order("stranger@elsewhere.example.com", command).refs == ()


def test_withdrawing_needs_a_number() -> None:
    assert order("wang@mail.example.cn", Command(CommandKind.WITHDRAW)).problem == "which-ref"


@pytest.mark.parametrize("kind", [CommandKind.DONE, CommandKind.NOTHING])
def test_only_a_registered_unit_can_say_that_it_is_done(kind: CommandKind) -> None:
    assert order("officer@unit.example.cn", Command(kind)) == Order(kind, unit="示例厅")
    assert order("wang@mail.example.cn", Command(kind)).problem == "not-a-unit"


def test_a_blank_form_needs_a_category() -> None:
    assert order("a@b.example.cn", Command(CommandKind.FORM)).problem == "which-form"
    assert order("a@b.example.cn", Command(CommandKind.FORM, category="announcer")).category == "announcer"
