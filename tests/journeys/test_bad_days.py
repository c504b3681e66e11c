"""Bad days: a server away, a wrong password, a full or read-only disk, a locked database. One clear line, no loss."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

import pytest

from mailflow.model.campaign import Campaign
from mailflow.store.database import Database
from mailflow.testing.audit import arrived, disk_faults, ledger_faults
from mailflow.testing.crowd import JUNK, Crowd, Mailed
from mailflow.testing.daemon_process import Daemon
from mailflow.testing.imap_server import EmbeddedImap
from mailflow.testing.journey import ORGANISER, Journey, Said
from mailflow.testing.smtp_server import EmbeddedSmtp

BEFORE, NOON, LATER, EVENING = "2020-08-18T08:00", "2020-08-18T12:00", "2020-08-18T12:30", "2020-08-18T19:00"


def put(imap: EmbeddedImap, mailed: Sequence[Mailed]) -> None:
    for one in mailed:
        imap.append(one.raw, one.arrives, folder=one.folder)


def nobody_listens() -> int:
    """A port of loopback that refuses connections."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def assert_refused(said: Said, *words: str) -> None:
    """Exit 1, one line on stderr that holds these words, and no traceback."""
    assert said.code == 1, said.err
    [line] = said.complaints
    assert line.startswith("mailflow: ")
    assert all(word in line for word in words), line


def test_when_imap_is_out_of_reach_letters_leave_all_the_same(
    tmp_path: Path, imap: EmbeddedImap, smtp: EmbeddedSmtp, crowd: Crowd
) -> None:
    journey = Journey(tmp_path, imap, smtp)
    journey.once(BEFORE)
    mailed = [crowd.right("announcer")]
    put(imap, mailed)
    journey.write_settings(smtp__port=nobody_listens())
    journey("run", "--once", at=NOON)
    journey.write_settings(imap__port=nobody_listens())
    assert_refused(journey("run", "--once", at=LATER), "127.0.0.1")
    assert [one.recipient for one in smtp.letters] == [mailed[0].sender]


def test_when_smtp_is_out_of_reach_nothing_is_lost_and_the_next_pass_sends(
    tmp_path: Path, imap: EmbeddedImap, smtp: EmbeddedSmtp, crowd: Crowd
) -> None:
    journey = Journey(tmp_path, imap, smtp)
    journey.once(BEFORE)
    mailed = [crowd.right("announcer"), crowd.right("proofreader")]
    put(imap, mailed)
    journey.write_settings(smtp__port=nobody_listens())
    assert_refused(journey("run", "--once", at=NOON), "127.0.0.1")
    assert [one["state"] for one in journey.outbox()] == ["posted", "posted"]
    journey.write_settings()
    journey.once(LATER)
    assert ledger_faults(journey, mailed, smtp.letters) == []


def test_both_servers_out_of_reach_give_one_line_each(tmp_path: Path, imap: EmbeddedImap, smtp: EmbeddedSmtp) -> None:
    journey = Journey(tmp_path, imap, smtp, {"imap.port": nobody_listens(), "smtp.port": nobody_listens()})
    journey("run", "--once", at=BEFORE)
    said = journey("run", "--once", at="2020-08-18T17:00")
    assert said.code == 1
    assert len(said.complaints) == 2
    assert "Traceback" not in said.err


def test_a_wrong_imap_password_is_said_and_rung_once_a_day(
    tmp_path: Path, imap: EmbeddedImap, smtp: EmbeddedSmtp
) -> None:
    journey = Journey(tmp_path, imap, smtp, {"imap.password": "wrong"})
    for at in (BEFORE, NOON, LATER):
        assert_refused(journey("run", "--once", at=at), "127.0.0.1", "password")
    assert [one["to"] for one in journey.outbox("alarm")] == [ORGANISER]
    assert [one.recipient for one in arrived(smtp.letters, "alarm")] == [ORGANISER]
    journey("run", "--once", at="2020-08-19T08:00")
    keys = [one["key"] for one in journey.outbox("alarm") if "login-refused" in one["key"]]
    assert len(keys) == 2


def test_a_wrong_smtp_password_is_said_and_rung_once_and_the_letter_waits(
    tmp_path: Path, imap: EmbeddedImap, crowd: Crowd
) -> None:
    with EmbeddedSmtp(username="box", password="right") as smtp:
        login = {"smtp.username": "box", "smtp.password": "wrong"}
        journey = Journey(tmp_path, imap, smtp, login)
        journey.once(BEFORE)
        mailed = [crowd.right("announcer")]
        put(imap, mailed)
        for at in (NOON, LATER):
            assert_refused(journey("run", "--once", at=at), "password")
        assert {one["kind"]: one["state"] for one in journey.outbox()} == {"receipt": "posted", "alarm": "posted"}
        assert len(journey.outbox()) == 2
        journey.write_settings(smtp__password="right")
        journey.once(EVENING)
        assert ledger_faults(journey, mailed, smtp.letters) == []


def test_the_daemon_rings_once_for_a_wrong_password_however_many_lanes_see_it(
    tmp_path: Path, imap: EmbeddedImap, campaign: Campaign, crowd: Crowd
) -> None:
    with EmbeddedSmtp(username="box", password="right") as smtp:
        journey = Journey(tmp_path, imap, smtp)
        journey.once(BEFORE)
        put(imap, [crowd.right("announcer")])
        journey.write_settings(smtp__username="box", smtp__password="wrong", limits__quiet_minutes=0)
        with Daemon(journey, datetime(2020, 8, 18, 12, tzinfo=campaign.zone)) as daemon:
            daemon.wait_until(lambda: '"delivery"' in daemon.log and bool(journey.outbox("alarm")), "an alarm")
            assert daemon.terminate() == 0
        assert len(journey.outbox("alarm")) == 1


def test_a_locked_database_is_said_and_lost_nothing(
    tmp_path: Path, imap: EmbeddedImap, smtp: EmbeddedSmtp, crowd: Crowd
) -> None:
    journey = Journey(tmp_path, imap, smtp)
    journey.once(BEFORE)
    mailed = [crowd.right("announcer")]
    put(imap, mailed)
    assert Database.__init__.__kwdefaults__ is not None
    with patch.dict(Database.__init__.__kwdefaults__, busy_milliseconds=50):
        other = sqlite3.connect(journey.data / "mailflow.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert_refused(journey("run", "--once", at=NOON), "locked")
        assert [one["state"] for one in journey.messages()] == []
        other.close()
    journey.once(LATER)
    assert ledger_faults(journey, mailed, smtp.letters) == []


def test_a_second_mailflow_on_the_same_folder_is_refused(
    tmp_path: Path, imap: EmbeddedImap, smtp: EmbeddedSmtp, campaign: Campaign
) -> None:
    journey = Journey(tmp_path, imap, smtp)
    with Daemon(journey, datetime(2020, 8, 18, 12, tzinfo=campaign.zone)) as daemon:
        daemon.wait_until(lambda: '"started"' in daemon.log, "a start")
        assert_refused(journey("run", "--once", at=NOON), "another mailflow", str(daemon.process.pid))
        assert_refused(journey("run"), "another mailflow")
        assert journey("entries").code == 0
        assert daemon.terminate() == 0
    journey.once(LATER)


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """A file system in memory at `folder`; skips where that is not allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system takes root")
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=False)
    if made.returncode:
        pytest.skip("this container may not mount a file system")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def remount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


def test_a_full_disk_is_said_shunts_nothing_and_it_goes_on_when_there_is_room(
    tmp_path: Path, imap: EmbeddedImap, smtp: EmbeddedSmtp, crowd: Crowd
) -> None:
    journey = Journey(tmp_path, imap, smtp, {"imap.folder": ["INBOX", JUNK]})
    mailed = crowd.mails(20)
    with mounted(journey.data, "size=1500k"):
        imap.append(mailed[0].raw, mailed[0].arrives, folder=JUNK)
        journey.once(BEFORE)
        put(imap, mailed)
        for number in range(5):
            assert_refused(journey("run", "--once", at=f"2020-08-18T12:0{number}"), "full", "make room")
        assert all(one["state"] != "shunted" for one in journey.messages())
        for size in (2, 3, 4):
            remount(journey.data, f"size={size}m")
            assert "Traceback" not in journey("run", "--once", at=f"2020-08-18T13:0{size}").err
        remount(journey.data, "size=64m")
        journey.once("2020-08-18T14:00")
        assert ledger_faults(journey, mailed, smtp.letters) == []
        assert disk_faults(journey.data) == []


def test_a_read_only_data_folder_is_said(tmp_path: Path, imap: EmbeddedImap, smtp: EmbeddedSmtp, crowd: Crowd) -> None:
    journey = Journey(tmp_path, imap, smtp)
    with mounted(journey.data, "size=64m"):
        journey.once(BEFORE)
        mailed = [crowd.right("announcer")]
        put(imap, mailed)
        remount(journey.data, "ro")
        assert_refused(journey("run", "--once", at=NOON), "ead-only")
        assert_refused(journey("run"), "ead-only")
        remount(journey.data, "rw")
        journey.once(LATER)
        assert ledger_faults(journey, mailed, smtp.letters) == []
