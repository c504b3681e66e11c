"""Every JSON document of the commands: each key of the contract is there, with the right kind of value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mailflow.model.campaign import Campaign
from mailflow.testing.crowd import Crowd
from mailflow.testing.imap_server import EmbeddedImap
from mailflow.testing.journey import Journey
from mailflow.testing.smtp_server import EmbeddedSmtp

Check = Callable[[object], bool]
EVENING = "2020-08-18T17:05"


def text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def maybe(check: Check) -> Check:
    return lambda value: value is None or check(value)


def one_of(*values: str) -> Check:
    return lambda value: value in values


def number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def instant(value: object) -> bool:
    return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None


def sha(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def list_of(check: Check) -> Check:
    return lambda value: isinstance(value, list) and all(check(one) for one in value)


def shape(**keys: Check) -> Check:
    """A document with at least these keys, each as its check wants it."""

    def check(value: object) -> bool:
        assert isinstance(value, dict)
        for key, right in keys.items():
            assert key in value, f"{key} is missing in {value}"
            assert right(value[key]), f"{key}: {value[key]!r}"
        return True

    return check


def mapping(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(key, str) for key in value)


FINDING = shape(code=text, severity=one_of("error", "warning", "note"), text=text, where=maybe(text))
STATUS = one_of("accepted", "incomplete", "ineligible", "late", "held", "approved", "returned", "withdrawn")
ENTRY = shape(
    ref=text,
    applicant=text,
    category=text,
    period=maybe(text),
    unit=maybe(text),
    status=STATUS,
    version=number,
    sender=text,
    arrived_at=instant,
    complete_at=maybe(instant),
    updated_at=instant,
    fields=mapping,
    findings=list_of(FINDING),
    files=list_of(text),
    message_sha256=sha,
)
MESSAGE = shape(
    sha256=sha,
    message_id=maybe(text),
    sender=lambda value: isinstance(value, str),
    subject=lambda value: isinstance(value, str),
    arrived_at=instant,
    state=one_of("spooled", "answered", "ignored", "held", "shunted"),
    reason=maybe(text),
    entries=list_of(text),
)
LETTER = shape(
    key=text,
    kind=one_of("receipt", "report", "digest", "reminder", "decision", "alarm"),
    to=text,
    subject=text,
    message_id=text,
    in_reply_to=list_of(text),
    state=one_of("posted", "sending", "unknown", "sent", "failed", "held", "dropped"),
    attempts=number,
    last_error=maybe(text),
)
OCCURRENCE = shape(
    id=text,
    kind=one_of("report", "deadline", "reminder"),
    due=instant,
    state=one_of("upcoming", "due", "waiting", "sent", "passed", "missed"),
    letters=list_of(text),
)
ROLES = [
    "form",
    "form-scan",
    "profile-screenshot",
    "answers-screenshot",
    "share-screenshot",
    "photo",
    "evidence",
    "archive",
    "message",
    "unknown",
]
ATTACHMENT = shape(
    filename=maybe(text), size=number, sha256=sha, media_type=text, role=one_of(*ROLES), inside=maybe(text)
)
SUBMISSION = shape(
    applicant=text,
    category=text,
    unit=maybe(text),
    verdict=one_of("accepted", "incomplete", "ineligible", "late", "held"),
    fields=mapping,
    findings=list_of(FINDING),
)
EXPLANATION = shape(
    disposition=one_of("entry", "command", "held", "ignored"),
    reason=maybe(text),
    message=shape(
        sender=text,
        subject=lambda value: isinstance(value, str),
        message_id=maybe(text),
        arrived_at=instant,
        sha256=sha,
        attachments=list_of(ATTACHMENT),
    ),
    submissions=list_of(SUBMISSION),
    reply=maybe(shape(to=text, subject=text, text=text)),
)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory, campaign: Campaign) -> Iterator[Journey]:
    """A folder after a Tuesday with twenty mails of all kinds and its report."""
    crowd = Crowd(campaign, datetime(2020, 8, 18, 9, tzinfo=campaign.zone))
    with EmbeddedImap() as imap, EmbeddedSmtp() as smtp:
        journey = Journey(tmp_path_factory.mktemp("lived"), imap, smtp)
        journey.once("2020-08-18T08:00")
        for mailed in crowd.mails(20):
            imap.append(mailed.raw, mailed.arrives)
        journey.once("2020-08-18T16:00")
        journey.once(EVENING)
        yield journey


def test_entries(lived: Journey) -> None:
    entries = lived.entries()
    assert list_of(ENTRY)(entries)
    assert len(entries) > 10
    assert entries == sorted(entries, key=lambda one: one["arrived_at"])
    assert all((lived.data / path).is_file() for one in entries for path in one["files"])
    assert lived.json("entries", "--category", "announcer", "--status", "accepted") == [
        one for one in entries if (one["category"], one["status"]) == ("announcer", "accepted")
    ]


def test_entries_have_the_fields_of_the_contract(lived: Journey) -> None:
    fields = next(one["fields"] for one in lived.entries() if one["category"] == "model-learner")
    kinds = {key: type(value) for key, value in fields.items()}
    assert kinds["total_points"] is kinds["annual_points"] is int
    assert kinds["study_id"] is kinds["mobile"] is str
    assert datetime.fromisoformat(str(fields["captured_on"]))
    assert {"name", "organisation"} <= set(kinds)


def test_messages(lived: Journey) -> None:
    messages = lived.messages()
    assert list_of(MESSAGE)(messages)
    assert {one["state"] for one in messages} == {"answered", "ignored", "held"}
    assert lived.json("messages", "--state", "held") == [one for one in messages if one["state"] == "held"]
    refs = {one["ref"] for one in lived.entries()}
    assert all(set(one["entries"]) <= refs for one in messages)


def test_outbox(lived: Journey) -> None:
    letters = lived.outbox()
    assert list_of(LETTER)(letters)
    assert {"receipt", "report", "digest"} <= {one["kind"] for one in letters}
    assert all(bool(one["in_reply_to"]) == (one["kind"] == "receipt") for one in letters)
    assert lived.json("outbox", "--state", "sent") == [one for one in letters if one["state"] == "sent"]
    assert len({one["key"] for one in letters}) == len({one["message_id"] for one in letters}) == len(letters)


def test_calendar(lived: Journey) -> None:
    occurrences = lived.json("calendar", at=EVENING)
    assert list_of(OCCURRENCE)(occurrences)
    keys = {one["key"] for one in lived.outbox()}
    assert all(set(one["letters"]) <= keys for one in occurrences)
    sent = next(one for one in occurrences if one["id"] == "weekly-2020-08-18")
    assert (sent["state"], len(sent["letters"])) == ("sent", 2)


def test_ranking(lived: Journey) -> None:
    places = lived.json("ranking", "model-learner")
    assert places
    assert list_of(shape(place=number, ref=text, applicant=text, reason=text))(places)


def test_report_builds_and_records_nothing(lived: Journey, tmp_path: Path) -> None:
    before = (lived.outbox(), lived.json("calendar", at=EVENING))
    report = lived.json("report", "learner-closing-2020-08-31T0000", "--out", str(tmp_path / "report"), at=EVENING)
    assert isinstance(report, dict)
    written = [path for path in (tmp_path / "report").rglob("*") if path.is_file()]
    assert any(path.suffix == ".xlsx" for path in written)
    assert (lived.outbox(), lived.json("calendar", at=EVENING)) == before


def test_show_an_entry_and_a_message(lived: Journey) -> None:
    [entry, *_] = lived.entries()
    life = lived.json("show", entry["ref"])
    assert ENTRY(life["entry"])
    assert list_of(shape(at=instant, name=text))(life["events"])
    life = lived.json("show", entry["message_sha256"])
    assert MESSAGE(life["message"])
    assert life["events"]


def test_health(lived: Journey) -> None:
    health = lived.json("health", at=EVENING)
    assert instant(health["last_poll"])
    assert health["messages"]["answered"] > 0
    assert health["oldest_waiting"] is None
    stale = lived("health", "--json", at="2020-08-18T21:00")
    assert (stale.code, stale.json["stale"]) == (1, True)


def explained(tmp_path: Path, raw: bytes, *, code: int = 0) -> Any:
    """What explain says of these bytes without settings, server or data folder."""
    from mailflow.testing.journey import run

    path = tmp_path / "mail.eml"
    path.write_bytes(raw)
    said = run("--at", "2020-08-18T12:00", "explain", str(path), "--json")
    assert (said.code, said.complaints) == (code, []), said.err
    return said.json


def test_explain_an_entry(tmp_path: Path, crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    mailed = crowd.right("announcer")
    told = explained(tmp_path, mailed.raw)
    assert EXPLANATION(told)
    assert (told["disposition"], told["submissions"][0]["verdict"]) == ("entry", "accepted")
    assert told["reply"]["to"] == mailed.sender
    assert told["message"]["sha256"] == mailed.sha256
    assert [path.name for path in tmp_path.iterdir()] == ["mail.eml"]


def test_explain_held_and_ignored(tmp_path: Path, crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ignored, held = crowd.mails(18)[16:]
    told = explained(tmp_path, held.raw)
    assert EXPLANATION(told)
    assert (told["disposition"], text(told["reason"]), text(told["reply"]["text"])) == ("held", True, True)
    told = explained(tmp_path, ignored.raw)
    assert (told["disposition"], told["reply"], told["silence"]) == ("ignored", None, "auto-submitted")
    assert text(told["reason"])


def test_explain_any_file_that_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for raw in (b"", b"\0" * 100, b"\xff\xfe\xfd", b"From: \r\n\r\n"):
        assert explained(tmp_path, raw)["disposition"] in ("held", "ignored")
