"""process: a mail that breaks the code costs itself three tries, the disk's faults cost nobody any."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mailflow.errors import StoreError
from mailflow.model.letter import LetterKind
from mailflow.steps import judging
from mailflow.steps import process as module
from mailflow.steps.process import MOST_ATTEMPTS, process
from mailflow.steps.readers import Failed
from mailflow.steps.reading import FILES_UNREAD, Task
from mailflow.store.books import Books
from mailflow.testing.office import Office

Opens = Callable[..., Office]
POISON = "毒药"


@pytest.fixture
def breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judging breaks at every mail whose subject says so."""
    real = judging.decide

    def decide(reading: Any, *args: Any, **how: Any) -> Any:
        if POISON in reading.message.subject:
            raise KeyError(f"王小明 {reading.message.subject} 13800000000")
        return real(reading, *args, **how)

    monkeypatch.setattr(module, "decide", decide)


def states(office: Office) -> dict[str, str]:
    return {row.subject or row.sha256[:6]: row.state for row in office.ask(lambda books: books.messages.all())}


@pytest.mark.usefixtures("breaks")
def test_a_mail_that_breaks_the_code_is_shunted_after_three_tries_and_delays_no_other(office: Office) -> None:
    poison = office.mail("a@mail.example", POISON)
    good = office.mail("b@mail.example", "咨询")
    process(office.world)
    assert office.message(good).state == "held"
    assert (office.message(poison).state, office.message(poison).attempts) == ("spooled", 1)
    office.judge()
    assert (office.message(poison).state, office.message(poison).attempts) == ("shunted", 3)


@pytest.mark.usefixtures("breaks")
def test_a_shunted_mail_rings_once_and_tells_where_but_no_values(office: Office) -> None:
    poison = office.mail("a@mail.example", POISON)
    office.judge()
    row = office.message(poison)
    assert row.error is not None
    assert row.error.startswith("KeyError at test_process.py:")
    events = office.ask(lambda books: books.events(f"message:{poison}"))
    assert [event.name for event in events] == ["spooled", "failed", "failed", "shunted"]
    assert not [event for event in events if "王小明" in str(event.detail) or "13800000000" in str(event.detail)]
    assert len(office.letters(LetterKind.ALARM)) == 1


def test_a_replay_after_a_fix_judges_the_mail_and_answers_it(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(module, "decide", None)
        sha256 = office.mail("a@mail.example", "咨询")
        office.judge()
    with office.world.database.write() as books:
        books.messages.replay(office.message(sha256))
    office.tick(at_once=True)
    assert (office.message(sha256).state, len(office.letters(LetterKind.RECEIPT))) == ("held", 1)


def test_a_power_cut_counts_as_a_try(opens: Opens) -> None:
    sha256 = opens().mail("a@mail.example", "咨询")
    for number in range(1, 4):
        office = opens()
        assert [task.sha256 for task in module._take_up(office.world)] == [sha256]
        assert office.message(sha256).attempts == number
    office = opens()
    office.judge()
    row = office.message(sha256)
    assert (row.state, row.error) == ("shunted", "the daemon died while this mail was at work")


def test_a_disk_that_takes_no_files_costs_no_tries_and_holds_up_no_other_mail(office: Office) -> None:
    big, small = office.mail("a@mail.example", "咨询一"), office.mail("b@mail.example", "咨询二")
    office.readers.spoil = lambda task: (
        Failed("the disk is full", False, is_of_store=True) if task.sha256 == big else None
    )
    for _ in range(5):
        with pytest.raises(StoreError, match="the disk is full"):
            process(office.world)
    assert (office.message(big).state, office.message(big).attempts) == ("spooled", 0)
    assert office.message(small).state == "held"
    office.readers.spoil = lambda _: None
    office.judge()
    assert office.message(big).state == "held"


def test_a_database_that_is_locked_costs_no_tries(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = office.mail("a@mail.example", "咨询")

    def locked(*_: object) -> None:
        raise StoreError("the database is locked by another program")

    for _ in range(5):
        with monkeypatch.context() as patched:
            patched.setattr(module, "_carry_out", locked)
            with pytest.raises(StoreError, match="locked"):
                process(office.world)
    assert office.message(sha256).attempts == 0


def test_readers_that_do_not_start_cost_no_tries(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = office.mail("a@mail.example", "咨询")

    def read(_: object) -> None:
        raise OSError("no reader starts")

    with monkeypatch.context() as patched:
        patched.setattr(office.readers, "read", read)
        with pytest.raises(OSError, match="no reader starts"):
            process(office.world)
    assert office.message(sha256).attempts == 0


def test_no_mail_is_begun_once_the_time_is_over_and_none_of_them_has_lost_a_try(office: Office) -> None:
    shas = [office.mail("a@mail.example", f"咨询{number}") for number in range(5)]
    assert process(office.world, seconds=-1.0) == 5
    assert [office.message(one).attempts for one in shas] == [0] * 5
    office.judge()
    assert {office.message(one).state for one in shas} == {"held"}


def test_a_mail_that_was_at_work_when_something_died_is_tried_alone(office: Office) -> None:
    first, second = office.mail("a@mail.example", "一"), office.mail("a@mail.example", "二")
    module._take_up(office.world)
    fresh = office.mail("a@mail.example", "三")
    assert [task.sha256 for task in module._take_up(office.world)] == [fresh]
    assert [task.sha256 for task in module._take_up(office.world)] == [first]
    assert second


def test_mails_of_one_batch_are_judged_in_the_order_of_arrival(office: Office) -> None:
    order = [5, 2, 9, 1]
    arrived = {
        office.mail("a@mail.example", f"咨询{minute}", office.at("08-20 08:00") + timedelta(minutes=minute)): minute
        for minute in order
    }
    office.judge()

    def judged(books: Books) -> list[int]:
        events = sorted((one for sha in arrived for one in books.events(f"message:{sha}")), key=lambda one: one.id or 0)
        return [arrived[event.about.partition(":")[2]] for event in events if event.name == "judged"]

    assert office.ask(judged) == sorted(order)


def test_what_an_operator_settled_meanwhile_is_left_alone(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = office.mail("a@mail.example", "咨询")

    def spoil(task: Task) -> None:
        with office.world.database.write() as books:
            row = books.messages.by_sha(task.sha256)
            assert row is not None
            row.state = "ignored"

    monkeypatch.setattr(office.readers, "spoil", spoil)
    process(office.world)
    assert office.message(sha256).state == "ignored"


def test_an_original_that_is_damaged_is_shunted_with_the_reason(office: Office) -> None:
    sha256 = office.mail("a@mail.example", "咨询")
    path = office.world.spool.path(sha256)
    path.chmod(0o600)
    path.write_bytes(b"damaged")
    office.judge()
    row = office.message(sha256)
    assert row.state == "shunted"
    assert "damaged" in (row.error or "")


def test_a_mail_whose_files_end_their_reader_is_judged_without_them_and_answered(office: Office) -> None:
    office.readers.spoil = lambda task: None if task.defect == FILES_UNREAD else Failed("the reader died", died=True)
    files = [("优秀学员报名表.docx", b"a bomb"), ("我的信息截图.png", b"another")]
    sha256 = office.mail("a@mail.example", "王小明+优秀学员", files=files)
    office.tick(at_once=True)
    assert (office.message(sha256).state, office.message(sha256).attempts) == ("answered", 3)
    ((entry),) = office.ask(lambda books: books.entries.all("shanxi-2020"))
    assert entry.status == "incomplete"
    assert ("form.unreadable", "form") in [(one.code, one.where) for one in entry.findings]
    assert len(office.letters(LetterKind.RECEIPT)) == 1
    assert not office.letters(LetterKind.ALARM)


def test_a_power_cut_leaves_no_file_unread(opens: Opens) -> None:
    office = opens()
    sha256 = office.mail("a@mail.example", "王小明+优秀学员", files=[("报名表.docx", b"x")])
    with office.world.database.write() as books:
        for _ in range(MOST_ATTEMPTS - 1):
            books.messages.begin_attempt(books.messages.spooled(1))
    seen: list[str] = []
    office.readers.spoil = lambda task: seen.append(task.defect)
    office.judge()
    assert office.message(sha256).attempts == MOST_ATTEMPTS
    assert seen == [""]
