"""What each command does, how it ends, and what it prints where."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mailflow.testing.audit import arrived, disk_faults, ledger_faults
from mailflow.testing.crowd import Crowd, Mailed
from mailflow.testing.imap_server import EmbeddedImap
from mailflow.testing.journey import PLATFORM, Journey, run
from mailflow.testing.smtp_server import EmbeddedSmtp

NOON, LATER = "2020-08-18T12:00", "2020-08-18T13:00"


@pytest.fixture
def mailed(journey: Journey, imap: EmbeddedImap, crowd: Crowd) -> list[Mailed]:
    """A right mail, an incomplete one, a question that is held, an out-of-office: taken in by one pass at noon."""
    every = [crowd.right("announcer"), *crowd.mails(20)[9:10], *crowd.mails(20)[16:18]]
    for one in every:
        imap.append(one.raw, one.arrives)
    journey.once("2020-08-18T12:00")
    return every


def refused(*arguments: str, says: str = "") -> None:
    """Exit 1 and clear lines on stderr, nothing on stdout."""
    said = run(*arguments)
    assert (said.code, said.out) == (1, ""), said
    assert all(line.startswith("mailflow: ") for line in said.complaints)
    assert said.complaints
    assert says in said.err


# Exit codes and settings


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["run", "--nonsense"], ["explain"], ["assign", "x"], ["show"], ["backup"]]
)
def test_wrong_usage_ends_with_2(arguments: list[str], journey: Journey) -> None:
    assert journey(*arguments).code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["run"],
        ["show", "SX20-NOBODY"],
        ["outbox", "resend", "nothing"],
        ["outbox", "release", "nothing"],
        ["outbox", "drop", "nothing"],
        ["release", "SX20-NOBODY"],
        ["replay", "ffffffffff"],
        ["assign", "ffffffffff", "--applicant", "王小明", "--category", "announcer"],
        ["ranking", "nonsense"],
        ["report", "nonsense"],
        ["entries", "--status", "nonsense"],
        ["entries", "--category", "nonsense"],
        ["messages", "--state", "nonsense"],
        ["outbox", "--state", "nonsense"],
        ["calendar", "--from", "nonsense"],
        ["explain", "/nowhere/mail.eml"],
    ],
)
def test_what_cannot_be_done_ends_with_1_and_one_line(arguments: list[str], journey: Journey) -> None:
    said = journey(*arguments, at=NOON)
    assert said.code == 1
    assert said.out == ""
    [line] = said.complaints
    assert line.startswith("mailflow: ")


def test_a_daemon_refuses_a_clock_that_stands_still(journey: Journey) -> None:
    refused("--config", str(journey.config), "--at", NOON, "run", says="--once")


def test_a_time_that_is_none_is_refused(journey: Journey) -> None:
    said = journey("entries", at="yesterday")
    said = said if said.code else journey("run", "--once", at="yesterday")
    assert said.code in (1, 2)
    assert "ISO 8601" in said.err


def test_a_time_without_offset_is_in_the_campaigns_zone(journey: Journey) -> None:
    here, there = journey.calendar("2020-08-18T17:00"), journey.calendar("2020-08-18T09:00:00+00:00")
    assert here == there
    assert here["weekly-2020-08-18"]["state"] == "due"
    assert journey.calendar("2020-08-18T16:59:59")["weekly-2020-08-18"]["state"] == "upcoming"


def test_unknown_keys_are_all_named_at_once_with_what_was_meant(journey: Journey) -> None:
    journey.write_settings(imap__foldr="x", nonsense="y", smtp__prot=1)
    said = journey("entries")
    assert said.code == 1
    assert len(said.complaints) == 3
    assert "did you mean folder?" in said.err


def test_the_environment_wins_and_a_password_may_stand_in_a_file(
    journey: Journey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journey.write_settings(imap__password="wrong")
    assert journey("run", "--once", at=NOON).code == 1
    secret = tmp_path / "secret"
    secret.write_text("open-sesame\n", encoding="utf-8")
    monkeypatch.setenv("MAILFLOW_IMAP__PASSWORD_FILE", str(secret))
    journey.once(LATER)
    monkeypatch.setenv("MAILFLOW_IMAP__PORT", "1")
    assert journey("run", "--once", at=LATER).code == 1


def test_settings_from_the_environment_alone(
    tmp_path: Path, imap: EmbeddedImap, smtp: EmbeddedSmtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "DATA": "books",
        "IMAP__HOST": imap.host,
        "IMAP__PORT": str(imap.port),
        "IMAP__SECURITY": "none",
        "IMAP__USERNAME": imap.username,
        "IMAP__PASSWORD": imap.password,
        "SMTP__HOST": smtp.host,
        "SMTP__PORT": str(smtp.port),
        "SMTP__SECURITY": "none",
        "SMTP__SENDER": "intake@mailflow.example.cn",
        "RECIPIENTS__PLATFORM": "a@pingtai.example.cn,b@pingtai.example.cn",
    }.items():
        monkeypatch.setenv(f"MAILFLOW_{name}", value)
    for at in ("2020-08-18T08:00", "2020-08-18T17:00"):
        assert run("--at", at, "run", "--once").code == 0
    assert {one.recipient for one in arrived(smtp.letters, "report")} == {
        "a@pingtai.example.cn",
        "b@pingtai.example.cn",
    }
    assert (tmp_path / "books").stat().st_mode & 0o777 == 0o700


def test_plain_connections_are_for_loopback_only(journey: Journey) -> None:
    journey.write_settings(imap__host="imap.example.cn")
    refused("--config", str(journey.config), "entries", says="imap")


def test_a_pass_logs_to_stderr_and_prints_nothing(journey: Journey, mailed: list[Mailed]) -> None:
    said = journey("--log-level", "debug", "run", "--once", at=LATER)
    assert (said.code, said.out) == (0, "")
    assert all(json.loads(line)["step"] for line in said.err.splitlines())


def test_no_personal_data_in_the_log(journey: Journey, imap: EmbeddedImap, crowd: Crowd) -> None:
    one = crowd.right("announcer")
    imap.append(one.raw, one.arrives)
    said = journey("--log-level", "debug", "run", "--once", at=NOON)
    assert one.entry is not None
    assert one.entry[0] not in said.err
    assert one.sender not in said.err


# Letters that wait


def test_shadow_holds_every_letter_until_it_is_released(
    tmp_path: Path, imap: EmbeddedImap, smtp: EmbeddedSmtp, crowd: Crowd
) -> None:
    journey = Journey(tmp_path, imap, smtp, {"mode": "shadow"})
    journey.once("2020-08-18T08:00")
    one = crowd.right("announcer")
    imap.append(one.raw, one.arrives)
    journey.once("2020-08-18T17:00")
    assert {letter["state"] for letter in journey.outbox()} == {"held"}
    assert {letter["kind"] for letter in journey.outbox()} >= {"receipt", "report", "digest"}
    assert smtp.letters == []
    assert journey.entries()[0]["status"] == "accepted"
    [receipt] = journey.outbox("receipt")
    assert journey("outbox", "release", receipt["key"], at="2020-08-18T17:01").code == 0
    journey.once("2020-08-18T17:01")
    assert ledger_faults(journey, [one], smtp.letters) == []
    assert {letter["state"] for letter in journey.outbox() if letter["kind"] != "receipt"} == {"held"}


def test_resend_sends_the_same_bytes_again(journey: Journey, mailed: list[Mailed], smtp: EmbeddedSmtp) -> None:
    [receipt] = [one for one in journey.outbox("receipt") if one["to"] == mailed[0].sender]
    assert journey("outbox", "resend", receipt["key"], at=LATER).code == 0
    journey.once(LATER)
    first, second = [one for one in smtp.letters if one.recipient == mailed[0].sender]
    assert first == second


def test_a_dropped_letter_never_leaves(tmp_path: Path, imap: EmbeddedImap, smtp: EmbeddedSmtp, crowd: Crowd) -> None:
    journey = Journey(tmp_path, imap, smtp, {"mode": "shadow"})
    journey.once("2020-08-18T08:00")
    one = crowd.right("announcer")
    imap.append(one.raw, one.arrives)
    journey.once(NOON)
    [receipt] = journey.outbox("receipt")
    assert journey("outbox", "drop", receipt["key"], at=NOON).code == 0
    assert journey.outbox("receipt")[0]["state"] == "dropped"
    assert journey("outbox", "release", receipt["key"], at=NOON).code == 1
    journey.write_settings(mode="live")
    journey.once(LATER)
    assert arrived(smtp.letters, "receipt") == []


# Messages and entries that wait for a person


def test_assign_gives_a_held_message_its_place_and_a_receipt(
    journey: Journey, mailed: list[Mailed], smtp: EmbeddedSmtp
) -> None:
    held = mailed[3]
    said = journey("assign", held.sha256[:12], "--applicant", "李晓华", "--category", "announcer", at=LATER)
    assert said.code == 0, said.err
    [entry] = [one for one in journey.entries() if one["applicant"] == "李晓华"]
    assert (entry["category"], entry["status"], entry["sender"]) == ("announcer", "incomplete", held.sender)
    [message] = [one for one in journey.messages() if one["sha256"] == held.sha256]
    assert (message["state"], message["entries"]) == ("answered", [entry["ref"]])
    journey.once(LATER)
    assert len([one for one in smtp.letters if one.recipient == held.sender]) == 2


def test_assign_keeps_no_calendar_and_answers_nobody_else(journey: Journey, mailed: list[Mailed]) -> None:
    before = len(journey.outbox())
    arguments = ["assign", mailed[3].message_id, "--applicant", "李晓华", "--category", "announcer"]
    assert journey(*arguments).code == 0  # today, years later
    assert len(journey.outbox()) == before + 1
    journey.once("2020-08-18T17:00")
    assert journey.calendar("2020-08-18T17:00")["weekly-2020-08-18"]["state"] == "sent"


def test_replay_gives_the_same_books_and_no_second_answer(
    journey: Journey, mailed: list[Mailed], smtp: EmbeddedSmtp
) -> None:
    before = (journey.entries(), journey.messages())
    for one in mailed:
        assert journey("replay", one.sha256, at=LATER).code == 0
    journey.once(LATER)
    assert (journey.entries(), journey.messages()) == before
    assert ledger_faults(journey, mailed, smtp.letters) == []


def test_release_settles_a_held_entry(journey: Journey, imap: EmbeddedImap, mailed: list[Mailed]) -> None:
    other = mailed[0].raw.replace(mailed[0].sender.encode(), b"x@elsewhere.example")
    other = other.replace(b"99000000", b"99000000").replace(mailed[0].message_id.encode(), b"<other@elsewhere.example>")
    imap.append(other, mailed[0].arrives)
    journey.once(LATER)
    held = [one for one in journey.entries() if one["status"] == "held"]
    for one in held:
        assert journey("release", one["ref"], at=LATER).code == 0
    assert "held" not in {one["status"] for one in journey.entries()}


def test_a_late_entry_is_approved_by_release(journey: Journey, imap: EmbeddedImap, crowd: Crowd) -> None:
    late = replace(crowd.right("model-learner"))
    imap.append(late.raw, late.arrives.replace(month=8, day=31, hour=13))
    journey.once("2020-08-31T14:00")
    [entry] = journey.entries()
    assert entry["status"] == "late"
    assert journey("release", entry["ref"], at="2020-08-31T14:00").code == 0
    assert journey.entries()[0]["status"] == "approved"
    assert journey("release", entry["ref"], at="2020-08-31T14:00").code == 1


# Files


def test_forms_are_written_for_each_category(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("forms", "--out", "blank").code == 0
    assert len(list((tmp_path / "blank").glob("*.docx"))) == 8


def test_a_report_is_written_as_files(journey: Journey, mailed: list[Mailed], tmp_path: Path) -> None:
    said = journey("report", "weekly-2020-08-18", "--out", str(tmp_path / "report"), at="2020-08-18T17:00")
    assert said.code == 0
    suffixes = {path.suffix for path in (tmp_path / "report" / "platform").iterdir()}
    assert {".xlsx", ".zip", ".csv", ".html", ".txt"} <= suffixes


def test_a_backup_can_be_lived_in(journey: Journey, mailed: list[Mailed], smtp: EmbeddedSmtp, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    assert journey("backup", str(copy / "data")).code == 0
    restored = Journey(copy, None, None)
    assert restored.messages() == journey.messages()
    assert restored.entries() == journey.entries()
    restored = Journey(copy, journey.imap, journey.smtp)
    count = len(smtp.letters)
    restored.once(LATER)
    assert len(smtp.letters) == count
    assert disk_faults(restored.data) == []
    assert journey("backup", str(copy / "data")).code == 1


@pytest.mark.parametrize("provider", ["163", "126", "qq", "exmail", "generic"])
def test_init_writes_settings_that_load(provider: str, tmp_path: Path) -> None:
    made = tmp_path / provider
    made.mkdir()
    assert run("init", str(made), "--provider", provider, "--address", "box@example.cn").code == 0
    config = made / "mailflow.toml"
    assert config.stat().st_mode & 0o077 == 0
    assert run("--config", str(config), "entries", "--json").json == []
    refused("init", str(made), "--provider", provider, "--address", "box@example.cn", says="there already")


# Check and health


def test_check_says_that_all_is_well(journey: Journey) -> None:
    said = journey("check")
    assert said.code == 0, said.out
    assert "✗" not in said.out
    assert "✓" in said.out


@pytest.mark.parametrize(
    ("key", "value", "word"),
    [
        ("imap__password", "wrong", "password"),
        ("imap__port", 1, "127.0.0.1"),
        ("imap__folder", ["INBOX", "没有的"], "没有的"),
        ("smtp__port", 1, "127.0.0.1"),
        ("recipients__platform", [], "platform"),
        ("campaign", "nonsense", "nonsense"),
        ("letters__group_qr", "missing.png", "missing.png"),
        ("units__file", "missing.csv", "missing.csv"),
        ("imap__foldr", "x", "folder"),
    ],
)
def test_check_says_what_is_wrong(journey: Journey, key: str, value: object, word: str) -> None:
    journey.write_settings(**{key: value})
    said = journey("check")
    assert said.code == 1
    assert any(line.startswith("✗") for line in said.out.splitlines())
    assert word in said.out


def test_health_is_stale_without_a_poll_for_long(journey: Journey) -> None:
    assert journey("health", at="2020-08-18T08:05").code == 0
    assert journey("health", at="2020-08-18T09:05").code == 1


# The mailbox


def test_older_mail_is_left_alone(tmp_path: Path, imap: EmbeddedImap, smtp: EmbeddedSmtp, crowd: Crowd) -> None:
    journey = Journey(tmp_path, imap, smtp, {"imap.since": "2020-08-18"})
    old, new = crowd.right("announcer"), crowd.right("announcer")
    imap.append(old.raw, old.arrives.replace(day=16))
    imap.append(new.raw, new.arrives)
    journey.once(NOON)
    assert [one["sha256"] for one in journey.messages()] == [new.sha256]


def test_the_sender_of_a_mail_that_is_too_large_is_told(
    tmp_path: Path, imap: EmbeddedImap, smtp: EmbeddedSmtp, crowd: Crowd
) -> None:
    journey = Journey(tmp_path, imap, smtp, {"imap.max_message_mb": 1})
    one = crowd.right("announcer")
    imap.append(one.raw + b"x" * 1_100_000, one.arrives)
    journey.once(NOON)
    [message] = journey.messages()
    assert message["state"] in ("answered", "held")
    [receipt] = arrived(smtp.letters, "receipt")
    assert (receipt.recipient, receipt.named) == (one.sender, {one.message_id})
    assert "MB" in receipt.text


def test_a_copy_in_another_folder_is_the_same_message(
    tmp_path: Path, imap: EmbeddedImap, smtp: EmbeddedSmtp, crowd: Crowd
) -> None:
    journey = Journey(tmp_path, imap, smtp, {"imap.folder": ["INBOX", "Other"]})
    one = crowd.right("announcer")
    for folder in ("INBOX", "Other"):
        imap.append(one.raw, one.arrives, folder=folder)
    journey.once(NOON)
    imap.append(one.raw, one.arrives, folder="Other")
    journey.once(LATER)
    assert ledger_faults(journey, [one], smtp.letters) == []


def test_reports_go_to_everybody_named_and_alarms_by_the_second_account(
    tmp_path: Path, imap: EmbeddedImap, smtp: EmbeddedSmtp
) -> None:
    with EmbeddedSmtp() as second:
        alarm = {"host": second.host, "port": second.port, "security": "none", "sender": "alarm@example.cn"}
        settings = {f"alarm.{key}": value for key, value in alarm.items()} | {"alarm.to": ["duty@example.cn"]}
        journey = Journey(tmp_path, imap, smtp, {**settings, "recipients.platform": [PLATFORM, "b@pingtai.example.cn"]})
        journey.once("2020-08-18T08:00")
        journey.once("2020-08-18T17:00")
        journey.once("2020-08-23T08:00")
        assert {one.recipient for one in arrived(second.letters)} == {"duty@example.cn"}
        assert {one.kind for one in arrived(second.letters)} == {"alarm"}
        assert arrived(smtp.letters, "alarm") == []
        platform = {one.recipient for one in arrived(smtp.letters, "report")}
        assert platform >= {PLATFORM, "b@pingtai.example.cn"}
