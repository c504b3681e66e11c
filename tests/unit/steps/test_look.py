"""look: a receipt waits a minute for slow reading; what is seen later costs a letter only if its sender must act."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailflow.cli.app import app
from mailflow.errors import ReadRefused, StoreError
from mailflow.model.letter import LetterKind
from mailflow.model.sight import Line, Look, Page, Sight
from mailflow.steps.eyes import Eyes, LookTask
from mailflow.steps.look import look
from mailflow.steps.looking import convert_files, look_at_file
from mailflow.steps.lookout import MOST_LOOKS
from mailflow.steps.process import process
from mailflow.steps.readers import Failed
from mailflow.store.spool import Spool
from mailflow.store.tables import LetterRow
from mailflow.testing.forms import filled_form
from mailflow.testing.office import Office
from mailflow.testing.pictures import photo

Opens = Callable[..., Office]
SENDER = "wangxm@mail.example"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
SHOWS = {"姓名": "王小明", "学号": "1000000001", "学习组织": "省水利厅机关党委"}
LABELS = [Line(label, 60, 300 + 200 * at, 260, 360 + 200 * at) for at, label in enumerate(SHOWS)]
VALUES = [Line(value, 500, 300 + 200 * at, 1000, 360 + 200 * at) for at, value in enumerate(SHOWS.values())]
WORDS = Page(1080, 2340, (Line("我的信息", 400, 100, 680, 160), *LABELS, *VALUES))
"""The page that agrees with the form."""


@dataclass
class FakeEye:
    """Sees in each file what it is told, and remembers which files it was shown."""

    sees: Callable[[LookTask], Sight | Failed] = lambda task: Sight(task.sha256, task.look, (WORDS,))
    shown: list[str] = field(default_factory=list)

    def read(self, tasks: Iterable[LookTask]) -> Iterator[tuple[LookTask, Sight | Failed]]:
        for task in tasks:
            self.shown.append(task.sha256)
            yield task, self.sees(task)

    def close(self) -> None:
        """There is nothing to close."""


@pytest.fixture
def eye() -> FakeEye:
    return FakeEye()


@pytest.fixture
def office(opens: Opens, eye: FakeEye) -> Office:
    """An office that looks at pictures, and opens on Thursday, 2020-08-20, at 9."""
    return opens(eyes=Eyes(frozenset({Look.PICTURE, Look.SCAN}), eye))  # type: ignore[arg-type]


def unreadable(task: LookTask) -> Sight:
    return Sight(task.sha256, task.look, problem="attachment.unreadable", detail="cut off")


def apply(office: Office, seed: int = 1, subject: str = "王小明+志愿播音员", sender: str = SENDER) -> str:
    """A form and a screenshot, for announcer."""
    fields = {"name": "王小明", "study_id": "1000000001", "organisation": "省水利厅机关党委"}
    form = filled_form(office.world.campaign, "announcer", fields)
    return office.mail(sender, subject, files=[("报名表.docx", form), ("我的信息.jpg", photo(seed=seed))])


def receipts(office: Office) -> list[LetterRow]:
    return office.letters(LetterKind.RECEIPT)


def test_the_judgement_of_a_mail_waits_for_its_pictures_to_be_looked_at(office: Office, eye: FakeEye) -> None:
    sha256 = apply(office)
    office.judge()
    assert office.message(sha256).state == "spooled"
    assert look(office.world) == 1
    assert len(eye.shown) == 1
    office.judge()
    assert office.message(sha256).state == "judged"


def test_a_receipt_waits_no_longer_than_its_time_for_pictures_that_nobody_looks_at(office: Office) -> None:
    sha256 = apply(office)
    office.tick(at_once=True)
    office.clock.set(office.clock.now() + Eyes().wait - SECOND)
    office.tick(at_once=True)
    assert receipts(office) == []
    office.clock.set(office.clock.now() + SECOND)
    office.tick(at_once=True)
    assert office.message(sha256).state == "answered"
    assert len(receipts(office)) == 1


def test_what_is_seen_later_without_anything_to_do_costs_nobody_a_letter(office: Office) -> None:
    sha256 = apply(office)
    office.judge()
    office.clock.set(office.clock.now() + MINUTE)
    office.tick(at_once=True)
    look(office.world)
    assert office.message(sha256).state == "spooled"
    office.tick(at_once=True)
    assert office.message(sha256).state == "answered"
    assert len(receipts(office)) == 1
    assert not office.message(sha256).partly_seen


def test_what_is_seen_later_and_must_be_mended_is_told_in_one_letter_more(office: Office, eye: FakeEye) -> None:
    eye.sees = unreadable
    sha256 = apply(office)
    office.judge()
    office.clock.set(office.clock.now() + MINUTE)
    office.tick(at_once=True)
    look(office.world)
    for _ in range(3):
        office.clock.set(office.clock.now() + MINUTE)
        office.tick(at_once=True)
    first, second = receipts(office)
    assert first.in_reply_to == second.in_reply_to
    assert second.subject.startswith("〔补充：")
    assert office.message(sha256).state == "answered"
    [entry] = office.ask(lambda books: books.entries.all("shanxi-2020"))
    assert "attachment.unreadable" in [one.code for one in entry.findings]


def test_a_picture_that_was_seen_before_is_not_looked_at_again(office: Office, eye: FakeEye) -> None:
    apply(office)
    office.judge()
    look(office.world)
    sha256 = apply(office, subject="王小明+志愿审读员")
    office.judge()
    assert look(office.world) == 0
    assert office.message(sha256).state == "judged"
    assert len(eye.shown) == 1


def test_one_pass_reads_to_the_end_however_long_it_takes(office: Office) -> None:
    sha256 = apply(office)
    office.judge()
    office.clock.set(office.clock.now() + 10 * MINUTE)
    assert process(office.world, patient=True) == 0
    look(office.world)
    assert process(office.world, patient=True) == 1
    assert not office.message(sha256).partly_seen


def test_a_file_that_breaks_the_eye_twice_is_noted_as_unreadable_and_delays_no_other(
    office: Office, eye: FakeEye
) -> None:
    eye.sees = lambda task: Failed("the reader died", died=True)
    sha256 = apply(office)
    office.judge()
    look(office.world)
    eye.sees = lambda task: Failed("the reader died", died=True) if task.sha256 in eye.shown[:-1] else unreadable(task)
    other = apply(office, seed=2, sender="lixh@mail.example", subject="李晓华+志愿播音员")
    office.judge()
    assert look(office.world) == 2
    office.judge()
    assert {office.message(one).state for one in (sha256, other)} == {"judged"}
    number = office.message(sha256).id or 0
    [sight] = office.ask(lambda books: books.sights.of_messages([number])).values()
    assert [(one.problem, one.detail) for one in sight] == [("attachment.unreadable", "the reader died")]
    assert look(office.world) == 0


def test_a_disk_that_takes_nothing_is_no_fault_of_the_file(office: Office, eye: FakeEye) -> None:
    eye.sees = lambda task: Failed("the disk is full", died=False, is_of_store=True)
    apply(office)
    office.judge()
    for _ in range(3):
        with pytest.raises(StoreError, match="full"):
            look(office.world)
    eye.sees = unreadable
    assert look(office.world) == 1


def test_a_mail_that_a_person_put_aside_is_not_judged_again(office: Office) -> None:
    sha256 = apply(office)
    office.judge()
    office.clock.set(office.clock.now() + MINUTE)
    office.tick(at_once=True)
    with office.world.database.write() as books:
        row = books.messages.by_sha(sha256)
        assert row is not None
        row.state = "shunted"
    look(office.world)
    assert office.message(sha256).state == "shunted"
    assert office.ask(lambda books: books.sights.judged_too_early()) == []


def test_nobody_looks_at_what_machines_attach(office: Office) -> None:
    machine = [("Auto-Submitted", "auto-replied")]
    sha256 = office.mail(SENDER, "自动回复：我在休假", files=[("我的信息.jpg", photo(seed=1))], headers=machine)
    office.judge()
    assert office.message(sha256).state == "ignored"
    assert look(office.world) == 0


def test_without_eyes_nothing_waits(opens: Opens) -> None:
    office = opens()
    sha256 = apply(office)
    office.judge()
    assert office.message(sha256).state == "judged"
    assert look(office.world) == 0


def test_how_far_looking_is_can_be_asked(office: Office) -> None:
    sha256 = apply(office)
    office.judge()
    number = office.message(sha256).id
    assert office.ask(lambda books: books.sights.progress()) == {number: (0, 1)}
    assert office.ask(lambda books: books.sights.backlog()) == (0, 1)
    look(office.world)
    assert office.ask(lambda books: books.sights.backlog()) == (0, 0)


def test_documents_are_converted_together(opens: Opens) -> None:
    asked: list[list[str]] = []

    def convert(tasks: Iterable[LookTask], _files: object) -> list[Sight]:
        tasks = list(tasks)
        asked.append([one.sha256 for one in tasks])
        return [Sight(one.sha256, one.look, problem="attachment.unsupported") for one in tasks]

    office = opens(eyes=Eyes(frozenset({Look.DOCUMENT}), convert=convert))
    for number in range(3):
        office.mail(SENDER, f"王小明{number}+志愿播音员", files=[("报名表.rtf", b"{\\rtf1 %d}" % number)])
    office.judge()
    assert look(office.world) == 3
    assert [len(one) for one in asked] == [3]
    office.judge()
    assert {row.state for row in office.ask(lambda books: books.messages.all())} == {"judged"}


def test_how_far_looking_is_stands_in_the_list_of_mails(office: Office, tmp_path: Path) -> None:
    apply(office)
    office.judge()
    settings = tmp_path / "mailflow.toml"
    settings.write_text(f'data = "{office.world.data}"\n', encoding="utf-8")

    def messages(*options: str) -> str:
        said = CliRunner().invoke(app, ["--config", str(settings), "messages", *options])
        assert said.exit_code == 0, said.output
        return said.stdout

    assert "files looked at: 0 of 1 ░░░" in messages()
    assert [one["looked_at"] for one in json.loads(messages("--json"))] == [{"seen": 0, "of": 1}]
    look(office.world)
    assert "looked at" not in messages()
    assert [one["looked_at"] for one in json.loads(messages("--json"))] == [None]


def test_of_a_mail_with_a_flood_of_pictures_the_first_are_looked_at_and_no_more(office: Office, eye: FakeEye) -> None:
    files = [(f"{number}.jpg", photo(seed=number, kilobytes=1)) for number in range(MOST_LOOKS + 5)]
    sha256 = office.mail(SENDER, "王小明+志愿播音员", files=files)
    for _ in range(4):
        office.judge()
        look(office.world)
    office.judge()
    assert len(eye.shown) == MOST_LOOKS
    assert office.message(sha256).state == "judged"
    assert not office.message(sha256).partly_seen


def test_what_can_be_looked_at_only_later_is_looked_at_when_the_mail_is_judged_again(
    opens: Opens, eye: FakeEye
) -> None:
    def convert(tasks: Iterable[LookTask], _files: object) -> list[Sight]:
        return [Sight(one.sha256, one.look, problem="attachment.unsupported") for one in tasks]

    before = opens(eyes=Eyes(frozenset({Look.DOCUMENT}), convert=convert))
    files = [("报名表.rtf", b"{\\rtf1 }"), ("我的信息.jpg", photo(seed=1))]
    sha256 = before.mail(SENDER, "王小明+志愿播音员", files=files)
    before.judge()
    look(before.world)
    before.judge()
    assert before.message(sha256).state == "judged"
    after = opens(eyes=Eyes(frozenset({Look.PICTURE}), eye))  # type: ignore[arg-type]
    with after.world.database.write() as books:
        row = books.messages.by_sha(sha256)
        assert row is not None
        books.messages.replay(row)
    after.judge()
    assert look(after.world) == 1
    after.judge()
    assert len(eye.shown) == 1
    assert (after.message(sha256).state, after.message(sha256).partly_seen) == ("judged", False)


def test_what_is_seen_while_the_mail_is_read_is_judged_with_it(office: Office, eye: FakeEye) -> None:
    eye.sees = unreadable
    sha256 = apply(office)
    office.judge()
    office.clock.set(office.clock.now() + MINUTE)

    def meanwhile(_task: object) -> None:
        look(office.world)

    office.readers.spoil = meanwhile
    office.tick(at_once=True)
    [entry] = office.ask(lambda books: books.entries.all("shanxi-2020"))
    assert "attachment.unreadable" in [one.code for one in entry.findings]
    assert (office.message(sha256).state, len(receipts(office))) == ("answered", 1)


def test_a_document_that_breaks_the_converter_is_noted_as_unreadable_and_pictures_are_looked_at(
    opens: Opens, eye: FakeEye
) -> None:
    def convert(tasks: Iterable[LookTask], _files: object) -> list[Sight]:
        raise RuntimeError(f"broken by {len(list(tasks))}")

    office = opens(eyes=Eyes(frozenset({Look.PICTURE, Look.DOCUMENT}), eye, convert))  # type: ignore[arg-type]
    files = [("报名表.rtf", b"{\\rtf1 }"), ("我的信息.jpg", photo(seed=1))]
    sha256 = office.mail(SENDER, "王小明+志愿播音员", files=files)
    office.judge()
    for _ in range(2):
        with pytest.raises(RuntimeError, match="broken by 1"):
            look(office.world)
    assert look(office.world) == 2
    office.judge()
    assert (office.message(sha256).state, len(eye.shown)) == ("judged", 1)


def test_a_disk_that_takes_no_converted_document_costs_it_no_try(opens: Opens) -> None:
    full = True

    def convert(tasks: Iterable[LookTask], _files: object) -> list[Sight]:
        if full:
            raise StoreError("the disk is full")
        return [Sight(one.sha256, one.look, converted=None, problem="attachment.unsupported") for one in tasks]

    office = opens(eyes=Eyes(frozenset({Look.DOCUMENT}), convert=convert))
    sha256 = office.mail(SENDER, "王小明+志愿播音员", files=[("报名表.rtf", b"{\\rtf1 }")])
    office.judge()
    for _ in range(4):
        with pytest.raises(StoreError, match="full"):
            look(office.world)
    full = False
    assert look(office.world) == 1
    [sight] = office.ask(lambda books: books.sights.of_messages([office.message(sha256).id or 0])).values()
    assert [one.problem for one in sight] == ["attachment.unsupported"]


def test_a_file_that_is_damaged_in_the_store_is_a_finding_and_costs_no_other(tmp_path: Path) -> None:
    files = Spool(tmp_path / "files")
    task = LookTask("0" * 64, Look.DOCUMENT)
    [sight] = convert_files([task], files)
    assert (sight.sha256, sight.problem) == (task.sha256, "attachment.unreadable")
    with pytest.raises(ReadRefused):
        look_at_file(LookTask("0" * 64, Look.PICTURE), files)
