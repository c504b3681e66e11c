"""The log: one vocabulary, and nothing of anybody in it, whatever goes wrong."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from mailflow.errors import AuthenticationError, MailflowError, StoreError, TemporaryError
from mailflow.maillog import KEYS, configure, log, mask
from mailflow.model.letter import LetterKind
from mailflow.steps import judging
from mailflow.steps.process import process
from mailflow.steps.readers import Failed
from mailflow.testing.forms import filled_form
from mailflow.testing.office import Office, open_office
from mailflow.wire.smtp import Outcome, Result, Scope

NAME, SENDER, MOBILE, STUDY_ID = "欧阳金丝雀", "canary.bird@cage.example", "13812345678", "9876543210"
CANARIES = (NAME, SENDER, "canary.bird", MOBILE, STUDY_ID, "金丝雀", "hunter2secret")


@pytest.fixture
def logs() -> Iterator[Callable[[], None]]:
    """Sets up the log; in the test's own body, since only there the captured stderr is the right one."""
    before = structlog.get_config()
    yield lambda: configure(level="debug", pretty=False)
    logging.captureWarnings(False)
    structlog.configure(**before)
    logging.basicConfig(handlers=[], force=True)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = open_office(tmp_path / "data")
    yield made
    made.world.database.close()


def mail(office: Office, **values: Any) -> str:
    fields = {"name": NAME, "study_id": STUDY_ID, "mobile": MOBILE, **values}
    form = filled_form(office.world.campaign, "announcer", fields)
    name = f"{NAME}报名表.docx"
    text = f"{NAME} {STUDY_ID}"
    return office.mail(SENDER, f"{NAME}+志愿播音员 {MOBILE}", sender_name=NAME, files=[(name, form)], text=text)


def test_nothing_of_anybody_stands_in_the_log_of_a_run_with_every_failure(
    office: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, logs: Callable[[], None]
) -> None:
    logs()

    def broken(*_: object, **__: object) -> None:
        raise ValueError(f"{NAME} {SENDER} {MOBILE} hunter2secret")

    mail(office)
    with monkeypatch.context() as patched:
        patched.setattr("mailflow.steps.process.decide", broken)
        process(office.world)
    office.readers.spoil = lambda _: Failed("the reader died", died=True)
    process(office.world)
    office.readers.spoil = lambda _: Failed(f"the disk is full: {SENDER}", died=False, is_of_store=True)
    with pytest.raises(StoreError):
        process(office.world)
    office.readers.spoil = lambda _: None
    with monkeypatch.context() as patched:
        patched.setattr("mailflow.steps.answer.compose_receipt", broken)
        office.tick(at_once=True)
    mail(office, mobile="13912345678")
    office.tick(at_once=True)
    office.post.answers = [
        Result(Outcome.DEFERRED, "451", f"later {SENDER} {NAME}", scope=Scope.LETTER),
        Result(Outcome.REFUSED, "550", f"no such user {SENDER}"),
        ValueError(f"{NAME} {SENDER}"),
        Result(Outcome.UNKNOWN, "", f"lost {SENDER}"),
    ]
    office.deliver()
    for error in (TemporaryError(f"gone {SENDER}"), AuthenticationError(f"535 {SENDER} hunter2secret")):
        office.mail(SENDER, NAME)
        office.clock.advance(office.world.limits.quiet * 30)
        office.tick(at_once=True)
        office.post.answers = [error]
        with pytest.raises((TemporaryError, AuthenticationError)):
            office.deliver()
    office.clock.set(office.at("08-21 17:00"))
    with monkeypatch.context() as patched:
        patched.setattr("mailflow.steps.calendar.post_report", broken)
        with pytest.raises(MailflowError):
            office.tick()
    office.tick()
    told = capsys.readouterr()
    assert told.out == ""
    lines = [json.loads(line) for line in told.err.splitlines()]
    assert len(lines) > 20
    assert {"failed", "shunted", "judged", "answered", "dispatched", "settled"} <= {line["event"] for line in lines}
    assert [canary for canary in CANARIES if canary in told.err] == []
    assert {key for line in lines for key in line} <= set(KEYS)
    assert office.letters(LetterKind.RECEIPT)


def test_what_libraries_say_is_masked_too(capsys: pytest.CaptureFixture[str], logs: Callable[[], None]) -> None:
    logs()
    logging.getLogger("library").warning("cannot read %s of %s", NAME, SENDER)
    try:
        raise ValueError(MOBILE)
    except ValueError:
        logging.getLogger("library").exception("bad %s", MOBILE)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"odd {NAME}", stacklevel=1)
    told = capsys.readouterr().err
    assert "library" in told
    assert [canary for canary in CANARIES if canary in told] == []


def test_a_key_outside_the_vocabulary_is_not_written(
    capsys: pytest.CaptureFixture[str], logs: Callable[[], None]
) -> None:
    logs()
    log("process").info("judged", subject=NAME, message="1234567890ab", error=f"for {SENDER}")
    [line] = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert "subject" not in told
    assert (told["message"], told["error"]) == ("1234567890ab", "for <address>")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("no such user a.b@c.example.cn", "no such user <address>"),
        ("<a@b.cn>: refused", "<<address>>: refused"),
        ("call 13800000000", "call #"),
        ("call 138 0000 0000 or 138-0000-0000", "call # or #"),
        ("王小明 is late", "＊ is late"),
        ("weekly-2020-08-21 at 17:00", "weekly-2020-08-21 at 17:00"),
        ("imap.163.com LOGIN failed", "imap.163.com LOGIN failed"),
    ],
)
def test_texts_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_the_judging_that_is_patched_above_is_the_one_that_is_used() -> None:
    assert process.__globals__["decide"] is judging.decide
