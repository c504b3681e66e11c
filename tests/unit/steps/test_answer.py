"""answer: every mail of a person gets exactly one answer, and nobody is flooded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from mailflow.letters.receipt import compose_receipt
from mailflow.model.letter import LetterKind
from mailflow.steps import answer as module
from mailflow.steps.answer import answer
from mailflow.steps.world import Limits
from mailflow.store.tables import LetterRow
from mailflow.testing.forms import filled_form
from mailflow.testing.office import Office

Opens = Callable[..., Office]
MINUTE = timedelta(minutes=1)
SENDER = "office@unit.example"


def receipts(office: Office) -> list[LetterRow]:
    return office.letters(LetterKind.RECEIPT)


def text_of(office: Office, row: LetterRow) -> str:
    message = message_from_bytes(office.ask(lambda books: books.letters.raw(row)), policy=default)
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def apply(office: Office, at: datetime | None = None, sender: str = SENDER, **values: Any) -> str:
    """A form without anything beside it, for announcer."""
    fields = {"name": "王小明", "study_id": "1000000001", "organisation": "省水利厅机关党委", **values}
    form = filled_form(office.world.campaign, "announcer", fields)
    return office.mail(sender, f"{fields['name']}+志愿播音员", at, files=[("报名表.docx", form)])


@pytest.fixture
def current(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What each mail that is answered was told: whether its entries are still as it left them."""
    seen: list[bool] = []

    def compose(answers: Any, **how: Any) -> Any:
        seen.extend(one.current for one in answers)
        return compose_receipt(answers, **how)

    monkeypatch.setattr(module, "compose_receipt", compose)
    return seen


def test_mails_of_one_burst_share_one_answer_once_it_is_quiet(office: Office) -> None:
    shas = []
    for _ in range(3):
        shas.append(office.mail(SENDER, "咨询"))
        office.move_to(office.clock.now() + MINUTE)
        assert receipts(office) == []
    office.move_to(office.clock.now() + MINUTE)
    [receipt] = receipts(office)
    assert {office.message(one).answer_key for one in shas} == {receipt.key}
    assert len(receipt.in_reply_to) == 3


def test_mails_further_apart_are_answered_one_by_one(office: Office) -> None:
    begins = office.clock.now()
    for number in range(3):
        office.mail(SENDER, f"咨询{number}", begins + number * 3 * MINUTE)
    office.move_to(begins + 30 * MINUTE)
    assert len(receipts(office)) == 3


def test_another_senders_mail_waits_for_nobody(office: Office) -> None:
    begins = office.clock.now()
    office.mail(SENDER, "咨询", begins)
    office.mail("other@unit.example", "咨询", begins + 2 * MINUTE)
    office.move_to(begins + 2 * MINUTE)
    assert [row.recipient for row in receipts(office)] == [SENDER]


def test_what_etiquette_forbids_to_answer_is_filed_without_a_word(office: Office) -> None:
    sha256 = office.mail(SENDER, "自动回复：外出", headers=[("Auto-Submitted", "auto-replied")])
    office.tick(at_once=True)
    assert (office.message(sha256).state, receipts(office)) == ("ignored", [])


def test_a_held_mail_is_answered_once_and_stays_held(office: Office) -> None:
    sha256 = office.mail(SENDER, "咨询")
    for _ in range(3):
        office.tick(at_once=True)
    assert (office.message(sha256).state, len(receipts(office))) == ("held", 1)


def test_the_privacy_notice_stands_in_the_first_letter_to_an_address_only(office: Office) -> None:
    notice = office.world.campaign.texts["privacy"].strip()
    begins = office.clock.now()
    for number in range(2):
        office.mail(SENDER, f"咨询{number}", begins + number * 10 * MINUTE)
        office.move_to(begins + (number * 10 + 5) * MINUTE)
    first, second = receipts(office)
    assert notice in text_of(office, first)
    assert notice not in text_of(office, second)


def test_a_replay_answers_nobody_twice(office: Office) -> None:
    sha256 = apply(office)
    office.tick(at_once=True)
    with office.world.database.write() as books:
        books.messages.replay(office.message(sha256))
    office.tick(at_once=True)
    assert (office.message(sha256).state, len(receipts(office))) == ("answered", 1)


def test_a_held_mail_that_is_given_its_place_gets_an_answer_of_its_own(office: Office) -> None:
    sha256 = office.mail(SENDER, "咨询")
    office.tick(at_once=True)
    ref = office.message(sha256).ref
    with office.world.database.write() as books:
        books.messages.assign(office.message(sha256), "王小明", "announcer")
    office.tick(at_once=True)
    held, given = receipts(office)
    assert held.key.rpartition(":")[0] == given.key.rpartition(":")[0]
    assert office.message(sha256).state == "answered"
    [entry] = office.ask(lambda books: books.entries.all("shanxi-2020"))
    assert (entry.ref, given.ref) == (ref, ref)


def test_a_later_mail_in_the_same_answer_overtakes_nothing(office: Office, current: list[bool]) -> None:
    begins = office.clock.now()
    apply(office, begins)
    apply(office, begins + MINUTE, mobile="13800000000")
    office.move_to(begins + 5 * MINUTE)
    assert current == [True, True]


def test_a_mail_that_was_overtaken_by_one_answered_elsewhere_says_so(office: Office, current: list[bool]) -> None:
    begins = office.clock.now()
    apply(office, begins)
    apply(office, begins + 10 * MINUTE, mobile="13800000000")
    office.move_to(begins + 20 * MINUTE)
    assert current == [False, True]


def test_beyond_the_senders_limit_mails_are_answered_together(opens: Opens) -> None:
    office = opens(limits=Limits(replies_per_sender_hour=3))
    begins = office.clock.now()
    shas = [office.mail(SENDER, f"咨询{number}", begins + number * 3 * MINUTE) for number in range(10)]
    office.move_to(begins + 40 * MINUTE)
    rows = receipts(office)
    assert len(rows) == 3
    answered = Counter(office.message(one).answer_key for one in shas)
    assert sorted(answered.values()) == [1, 1, 8]
    office.mail(SENDER, "再问", office.clock.now())
    office.move_to(begins + 50 * MINUTE)
    assert len(receipts(office)) == 3
    office.move_to(begins + 101 * MINUTE)
    assert len(receipts(office)) == 4


def test_where_answers_are_scarce_those_who_wait_longest_come_first(opens: Opens) -> None:
    office = opens(limits=Limits(replies_per_hour=2))
    begins = office.clock.now()
    for number, sender in enumerate(["z@unit.example", "m@unit.example", "a@unit.example"]):
        office.mail(sender, "咨询", begins + number * MINUTE)
    office.move_to(begins + 10 * MINUTE)
    assert [row.recipient for row in receipts(office)] == ["z@unit.example", "m@unit.example"]
    office.move_to(begins + 71 * MINUTE)
    assert [row.recipient for row in receipts(office)][2:] == ["a@unit.example"]


def test_hundreds_of_mails_of_one_officer_are_one_small_letter(office: Office) -> None:
    begins = office.clock.now()
    for number in range(60):
        office.mail(SENDER, f"咨询{number}", begins + number * timedelta(seconds=20))
    office.move_to(begins + 120 * MINUTE)
    [receipt] = receipts(office)
    header, _, body = office.ask(lambda books: books.letters.raw(receipt)).partition(b"\r\n\r\n")
    assert len(body) <= 12_000
    assert header.count(b"@client.example>") == 2 * 60
    office.deliver()
    assert receipts(office)[0].state == "sent"


def test_what_was_answered_meanwhile_is_not_answered_again(opens: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    office, other = opens(), opens()
    office.mail(SENDER, "咨询")
    office.judge()
    real = module._ready

    def ready(world: Any, books: Any, *, at_once: bool) -> Any:
        found = real(world, books, at_once=at_once)
        if world is office.world:
            assert answer(other.world, at_once=True) == 1
        return found

    monkeypatch.setattr(module, "_ready", ready)
    assert answer(office.world, at_once=True) == 0
    assert len(receipts(office)) == 1


def test_an_answer_that_cannot_be_written_costs_nobody_elses(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = office.mail("bad@unit.example", "咨询"), office.mail("good@unit.example", "咨询")

    def compose(answers: Any, **how: Any) -> Any:
        if answers[0].sender == "bad@unit.example":
            raise ValueError("王小明")
        return compose_receipt(answers, **how)

    with monkeypatch.context() as patched:
        patched.setattr(module, "compose_receipt", compose)
        office.tick(at_once=True)
    assert (office.message(bad).state, office.message(good).state) == ("shunted", "held")
    assert [row.recipient for row in receipts(office)] == ["good@unit.example"]
    assert len(office.letters(LetterKind.ALARM)) == 1
    assert "王小明" not in (office.message(bad).error or "")
    with office.world.database.write() as books:
        books.messages.replay(office.message(bad))
    office.tick(at_once=True)
    assert office.message(bad).answer_key


def test_in_shadow_every_letter_stays_held(opens: Opens) -> None:
    office = opens(is_shadow=True)
    office.mail(SENDER, "咨询")
    office.tick(at_once=True)
    assert {row.state for row in office.letters()} == {"held"}
    assert office.deliver() == 0


@pytest.mark.parametrize("sender", ["a@b", "x" * 200 + "@unit.example", '"odd name"@unit.example', "王@例子.example"])
def test_odd_addresses_break_nothing(office: Office, sender: str) -> None:
    sha256, other = office.mail(sender, "咨询"), office.mail(SENDER, "咨询")
    office.tick(at_once=True)
    assert office.message(sha256).state == "held"
    assert office.message(other).answer_key
    assert {row.recipient for row in receipts(office)} <= {SENDER, "a@b"}
