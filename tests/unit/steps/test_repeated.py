"""The same words again are answered three times a day, then filed in silence; anything new is answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mailflow.model.letter import LetterKind
from mailflow.testing.office import Office

SENDER = "a@mail.example"
PAUSE = timedelta(minutes=10)


def say(office: Office, subject: str = "王小明+优秀学员", text: str = "请查收", **how: Any) -> str | None:
    """A mail, judged and answered some minutes later; gives the reason for silence."""
    sha256 = office.mail(SENDER, subject, text=text, **how)
    office.tick()
    office.move_to(office.clock.now() + PAUSE)
    return office.message(sha256).silence


def test_the_fourth_mail_that_says_the_same_is_judged_and_not_answered(office: Office) -> None:
    assert [say(office, text=f"{hour} 时来信") for hour in (9, 10, 11, 12, 13)] == [None] * 3 + ["repeated"] * 2
    assert len(office.letters(LetterKind.RECEIPT)) == 3
    assert {row.state for row in office.ask(lambda books: books.messages.all())} == {"answered"}


@pytest.mark.parametrize("new", [{"subject": "李晓华+优秀学员"}, {"text": "又补充了"}, {"files": [("a.txt", b"a")]}])
def test_who_says_something_new_is_answered(office: Office, new: dict[str, Any]) -> None:
    assert [say(office) for _ in range(4)][-1] == "repeated"
    assert say(office, **new) is None


def test_the_next_day_it_is_answered_again(office: Office) -> None:
    assert [say(office) for _ in range(4)][-1] == "repeated"
    office.move_to(office.clock.now() + timedelta(days=1))
    assert say(office) is None


def test_another_sender_is_answered(office: Office) -> None:
    assert [say(office) for _ in range(4)][-1] == "repeated"
    other = office.mail("b@mail.example", "王小明+优秀学员", text="请查收")
    office.tick()
    assert office.message(other).silence is None


def test_mails_that_share_an_answer_count_as_one(office: Office) -> None:
    for _ in range(10):
        office.mail(SENDER, "王小明+优秀学员", text="请查收")
    office.tick()
    office.move_to(office.clock.now() + PAUSE)
    assert len(office.letters(LetterKind.RECEIPT)) == 1
    assert say(office) is None


def test_a_command_is_answered_however_often_it_comes(office: Office) -> None:
    assert [say(office, subject="查询", text="") for _ in range(6)] == [None] * 6


def test_a_held_mail_is_answered_three_times_too(office: Office) -> None:
    assert [say(office, subject="请问") for _ in range(4)] == [None, None, None, "repeated"]
    assert len(office.letters(LetterKind.RECEIPT)) == 3
