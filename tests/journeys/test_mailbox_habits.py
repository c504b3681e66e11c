"""A real Dovecot: marking, moving, a mailbox made anew, passwords. The mailbox stays its owner's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailflow.testing.audit import ledger_faults
from mailflow.testing.crowd import Crowd
from mailflow.testing.dovecot import Dovecot
from mailflow.testing.journey import Journey
from mailflow.testing.smtp_server import EmbeddedSmtp

pytestmark = pytest.mark.real_servers

BEFORE, NOON, LATER = "2020-08-18T08:00", "2020-08-18T12:00", "2020-08-18T13:00"


def flags(dovecot: Dovecot, folder: str = "INBOX") -> list[str]:
    """The flags of each mail in the folder."""
    session = dovecot.session()
    session.select(folder, readonly=True)
    _, found = session.fetch("1:*", "(FLAGS)") if session.search(None, "ALL")[1][0] else ("", [])
    session.logout()
    return [re.sub(r".*FLAGS \(([^)]*)\).*", r"\1", str(one)) for one in found if one]


def uidvalidity(dovecot: Dovecot) -> int:
    session = dovecot.session()
    session.select("INBOX", readonly=True)
    [answer] = session.response("UIDVALIDITY")[1]
    session.logout()
    return int(answer)


def test_mails_are_left_as_they_are_unless_the_settings_say_otherwise(
    tmp_path: Path, dovecot: Dovecot, smtp: EmbeddedSmtp, crowd: Crowd
) -> None:
    journey = Journey(tmp_path, dovecot, smtp)
    mailed = [crowd.right("announcer"), crowd.right("proofreader")]
    dovecot.deliver([(one.raw, one.arrives) for one in mailed])
    journey.once(NOON)
    assert [set(one.split()) - {"\\\\Recent", "\\Recent"} for one in flags(dovecot)] == [set(), set()]


def test_finished_mails_are_marked_in_the_same_pass(
    tmp_path: Path, dovecot: Dovecot, smtp: EmbeddedSmtp, crowd: Crowd
) -> None:
    journey = Journey(tmp_path, dovecot, smtp, {"imap.after": "mark"})
    mailed = crowd.mails(8)
    dovecot.deliver([(one.raw, one.arrives) for one in mailed])
    journey.once(NOON)
    assert ["$MailflowDone" in one for one in flags(dovecot)] == [True] * 8
    assert all("Deleted" not in one and "Seen" not in one for one in flags(dovecot))
    journey.once(LATER)
    assert ledger_faults(journey, mailed, smtp.letters) == []


def test_finished_mails_are_moved_and_none_is_lost(
    tmp_path: Path, dovecot: Dovecot, smtp: EmbeddedSmtp, crowd: Crowd
) -> None:
    journey = Journey(tmp_path, dovecot, smtp, {"imap.after": "move", "imap.filed_folder": "Filed"})
    mailed = crowd.mails(8)
    dovecot.deliver([(one.raw, one.arrives) for one in mailed])
    journey.once(NOON)
    assert (len(flags(dovecot)), len(flags(dovecot, "Filed"))) == (0, 8)
    more = crowd.right("announcer")
    dovecot.deliver([(more.raw, more.arrives)])
    journey.once(LATER)
    assert (len(flags(dovecot)), len(flags(dovecot, "Filed"))) == (0, 9)
    assert ledger_faults(journey, [*mailed, more], smtp.letters) == []


def test_a_mailbox_made_anew_brings_nothing_twice(
    tmp_path: Path, dovecot: Dovecot, smtp: EmbeddedSmtp, crowd: Crowd
) -> None:
    journey = Journey(tmp_path, dovecot, smtp)
    mailed = crowd.mails(8)
    dovecot.deliver([(one.raw, one.arrives) for one in mailed])
    journey.once(NOON)
    before, entries, letters = uidvalidity(dovecot), journey.entries(), len(smtp.letters)
    session = dovecot.session()
    session.create("Other")
    session.select("INBOX")
    session.copy("1:*", "Other")
    session.logout()
    for path in dovecot.home.glob(f"mail/{dovecot.username}/dovecot*"):
        if not path.name.startswith("dovecot-uidvalidity"):  # by it no value is given twice, even within a second
            path.unlink()
    assert uidvalidity(dovecot) != before
    journey.write_settings(imap__folder=["INBOX", "Other"])
    journey.once(LATER)
    assert (journey.entries(), len(smtp.letters)) == (entries, letters)
    assert ledger_faults(journey, mailed, smtp.letters) == []


def test_a_wrong_password_is_said_in_one_line(tmp_path: Path, dovecot: Dovecot, smtp: EmbeddedSmtp) -> None:
    journey = Journey(tmp_path, dovecot, smtp, {"imap.password": "wrong"})
    for at in (BEFORE, NOON):
        said = journey("run", "--once", at=at)
        assert said.code == 1
        [line] = said.complaints
        assert "password" in line
    assert len(journey.outbox("alarm")) == 1
