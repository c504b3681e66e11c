"""What mailflow asks of any IMAP server, asked of the embedded one and of a real Dovecot."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from mailflow.errors import AuthenticationError, PermanentError, TemporaryError
from mailflow.testing.dovecot import Dovecot
from mailflow.testing.imap_server import EmbeddedImap
from mailflow.testing.servers import require
from mailflow.wire import imap_fetch, imap_folder
from mailflow.wire.imap import Found, ImapAccount, Mailbox

Server = EmbeddedImap | Dovecot

DAY = datetime(2020, 8, 20, 9, 30, tzinfo=timezone(timedelta(hours=8)))


@pytest.fixture(params=["embedded", pytest.param("dovecot", marks=pytest.mark.real_servers)])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    if request.param == "dovecot":
        require("dovecot")
    with Dovecot() if request.param == "dovecot" else EmbeddedImap() as running:
        yield running


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    require("dovecot")
    with Dovecot() as running:
        yield running


def account(server: Server, **changes: Any) -> ImapAccount:
    base = ImapAccount(server.host, server.port, "none", server.username, server.password)
    return replace(base, **changes)


made: list[Mailbox] = []


@pytest.fixture(autouse=True)
def no_connection_is_left_open() -> Iterator[None]:
    yield
    while made:
        made.pop().close()


def opened(server: Server, **changes: Any) -> Mailbox:
    mailbox = Mailbox(account(server, **changes), command_seconds=20, gather_seconds=0)
    made.append(mailbox)
    mailbox.open()
    return mailbox


def mail(number: int, body: bytes = b"hello\r\n") -> bytes:
    return b"From: wang@example.cn\r\nSubject: mail %d\r\nMIME-Version: 1.0\r\n\r\n" % number + body


def fill(server: Server, count: int, folder: str = "INBOX") -> None:
    for number in range(1, count + 1):
        server.append(mail(number), DAY + timedelta(minutes=number), folder=folder)


def nothing_seen(uidvalidity: int) -> set[int]:
    return set()


def found(mailbox: Mailbox, folder: str = "INBOX") -> list[Found]:
    return mailbox.find_new(folder, nothing_seen)[1]


def test_mails_are_found_in_the_order_of_their_uids_with_size_and_time_of_arrival(server: Server) -> None:
    fill(server, 3)
    mailbox = opened(server)
    uidvalidity, mails = mailbox.find_new("INBOX", nothing_seen)
    assert uidvalidity > 0
    assert [one.uid for one in mails] == sorted(one.uid for one in mails)
    assert [one.arrived_at for one in mails] == [DAY + timedelta(minutes=number) for number in (1, 2, 3)]
    assert {one.size for one in mails} == {len(mail(1))}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x" * 5000,
        bytes(range(128, 256)) * 20 + b"\r\n",
        "学员标兵\r\n".encode("gb18030"),
        b")\r\n* 9 FETCH (UID 1)\r\n",
    ],
    ids=["none", "one long line", "every high octet", "gb18030", "protocol"],
)
def test_a_mail_comes_octet_for_octet(server: Server, body: bytes) -> None:
    server.append(mail(1, body), DAY)
    mailbox = opened(server)
    (fetched,) = mailbox.fetch(found(mailbox))
    assert fetched.raw == mail(1, body)
    assert (fetched.partial, fetched.defect) == (False, "")


def test_a_mail_that_is_in_the_books_is_not_found_again_and_a_later_one_is(server: Server) -> None:
    fill(server, 2)
    mailbox = opened(server)
    books = {one.uid for one in found(mailbox)}
    assert mailbox.find_new("INBOX", lambda _: books)[1] == []
    assert mailbox.find_new("INBOX", lambda _: books)[1] == []
    server.append(mail(3), DAY)
    (late,) = mailbox.find_new("INBOX", lambda _: books)[1]
    assert late.uid > max(books)


def test_a_mail_that_was_found_but_never_booked_is_found_again(server: Server) -> None:
    fill(server, 1)
    mailbox = opened(server)
    assert found(mailbox) == found(mailbox) != []


def test_mail_from_before_the_day_since_is_left_alone(server: Server) -> None:
    for number, day in enumerate((12, 13, 14, 15)):
        server.append(mail(number), datetime(2020, 8, day, 12, tzinfo=UTC))
    mailbox = opened(server, since=date(2020, 8, 14))
    assert [one.arrived_at.day for one in found(mailbox)] == [14, 15]


def test_a_folder_with_a_chinese_name_is_read(server: Server) -> None:
    fill(server, 1, folder="垃圾邮件")
    mailbox = opened(server, folders=("INBOX", "垃圾邮件"))
    (one,) = mailbox.fetch(found(mailbox, "垃圾邮件"))
    assert (one.found.folder, one.raw) == ("垃圾邮件", mail(1))


def test_mails_of_several_folders_come_in_one_fetch(server: Server) -> None:
    fill(server, 2)
    fill(server, 1, folder="垃圾邮件")
    mailbox = opened(server)
    both = found(mailbox) + found(mailbox, "垃圾邮件")
    assert len(list(mailbox.fetch(both))) == 3


def test_an_empty_folder_has_nothing_new(server: Server) -> None:
    mailbox = opened(server)
    assert found(mailbox) == []


def test_a_folder_that_is_not_there_is_refused_with_those_that_are(server: Server) -> None:
    fill(server, 1, folder="垃圾邮件")
    mailbox = opened(server)
    with pytest.raises(PermanentError, match=r'no folder "Inbocks".*垃圾邮件'):
        found(mailbox, "Inbocks")


def test_a_wrong_password_is_refused_and_not_shown() -> None:
    with EmbeddedImap() as server, pytest.raises(AuthenticationError) as refusal:
        opened(server, password="swordfish")
    assert "imap.password" in str(refusal.value)
    assert "swordfish" not in str(refusal.value) + repr(account(server, password="swordfish"))


@pytest.mark.real_servers
def test_a_real_server_refuses_a_wrong_password(dovecot: Dovecot) -> None:
    with pytest.raises(AuthenticationError) as refusal:
        opened(dovecot, password="swordfish")
    assert refusal.value.code == "AUTHENTICATIONFAILED"


def test_a_mail_over_the_limit_comes_as_its_header(server: Server) -> None:
    server.append(mail(1, b"x" * 5000), DAY)
    server.append(mail(2), DAY)
    mailbox = opened(server, max_message_bytes=1000)
    small, large = sorted(mailbox.fetch(found(mailbox)), key=lambda one: one.partial)
    assert (small.raw, small.partial) == (mail(2), False)
    assert (large.raw, large.partial, large.defect) == (mail(1, b""), True, "")


def test_a_long_mail_comes_in_slices(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_fetch, "MOST_OCTETS", 700)
    for number, length in enumerate((2000, 700 - len(mail(0, b"")), 1400 - len(mail(1, b"")), 10)):
        server.append(mail(number, b"y" * length), DAY)
    mailbox = opened(server)
    mails = found(mailbox)
    assert {len(one.raw) for one in mailbox.fetch(mails)} == {one.size for one in mails}


def test_a_mail_that_vanished_since_it_was_found_is_skipped(server: Server) -> None:
    fill(server, 3)
    mailbox = opened(server)
    mails = found(mailbox)
    other = server.session()
    other.select("INBOX")
    other.store("2", "+FLAGS", r"(\Deleted)")
    other.expunge()
    other.logout()
    mailbox.open()  # a session that has seen it may still be given it (RFC 2180 §4.1.1)
    assert [one.found.uid for one in mailbox.fetch(mails)] == [mails[0].uid, mails[2].uid]
    assert found(mailbox) == [mails[0], mails[2]]


def test_a_full_mailbox_is_searched_in_windows(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_folder, "WINDOW", 3)
    fill(server, 10)
    other = server.session()
    other.select("INBOX")
    other.store("2:5", "+FLAGS", r"(\Deleted)")
    other.expunge()
    other.logout()
    mailbox = opened(server)
    assert len(found(mailbox)) == 6


def test_a_folder_made_anew_is_never_taken_for_the_old_one(server: Server) -> None:
    fill(server, 2, folder="filed")
    mailbox = opened(server)
    mails = found(mailbox, "filed")
    mailbox.close()
    other = server.session()
    other.delete("filed")
    other.create("filed")
    other.logout()
    fill(server, 2, folder="filed")
    mailbox.open()
    with pytest.raises(TemporaryError, match="anew"):
        list(mailbox.fetch(mails))
    mailbox.open()
    assert mailbox.find_new("filed", nothing_seen)[0] != mails[0].uidvalidity


def test_reading_and_keeping_leave_every_flag_as_it_was(server: Server) -> None:
    fill(server, 2)
    mailbox = opened(server)
    mails = found(mailbox)
    list(mailbox.fetch(mails))
    mailbox.finish("INBOX", mails[0].uidvalidity, [one.uid for one in mails])
    mailbox.close()
    assert flags(server) == [set(), set()]


def flags(server: Server) -> list[set[str]]:
    """The flags of each mail in the INBOX, but \\Recent."""
    other = server.session()
    other.select("INBOX", readonly=True)
    _, answer = other.fetch("1:*", "(FLAGS)")
    other.logout()
    lines = [line.decode() for line in answer if isinstance(line, bytes)]
    return [set(line.split("FLAGS (")[1].split(")")[0].split()) - {"\\Recent"} for line in lines]


@pytest.mark.real_servers
def test_a_finished_mail_is_marked_where_the_server_keeps_keywords(dovecot: Dovecot) -> None:
    fill(dovecot, 2)
    mailbox = opened(dovecot, after="mark")
    first, _ = found(mailbox)
    mailbox.finish("INBOX", first.uidvalidity, [first.uid])
    assert mailbox.describe().can_mark is True
    mailbox.close()
    assert flags(dovecot) == [{"$MailflowDone"}, set()]


def test_a_server_that_keeps_no_keywords_is_asked_for_none() -> None:
    with EmbeddedImap() as server:
        fill(server, 1)
        mailbox = opened(server, after="mark")
        (only,) = found(mailbox)
        mailbox.finish("INBOX", only.uidvalidity, [only.uid])
        assert mailbox.describe().can_mark is False
        assert flags(server) == [set()]


def test_a_finished_mail_is_moved_and_its_neighbours_stay(server: Server) -> None:
    fill(server, 3)
    mailbox = opened(server, after="move", filed_folder="已处理/报名")
    mails = found(mailbox)
    mailbox.finish("INBOX", mails[0].uidvalidity, [mails[1].uid])
    assert found(mailbox) == [mails[0], mails[2]]
    assert len(found(mailbox, "已处理/报名")) == 1
    mailbox.finish("INBOX", mails[0].uidvalidity, [mails[1].uid, mails[2].uid])  # one of them is gone already
    assert len(found(mailbox, "已处理/报名")) == 2


@pytest.mark.real_servers
def test_without_move_a_mail_is_copied_and_expunged_alone() -> None:
    require("dovecot")
    with Dovecot(capability="IMAP4rev1 ID UIDPLUS") as server:
        fill(server, 3)
        other = server.session()
        other.select("INBOX")
        other.store("1", "+FLAGS", r"(\Deleted)")  # the owner's own business
        other.logout()
        mailbox = opened(server, after="move", filed_folder="已处理")
        mails = found(mailbox)
        mailbox.finish("INBOX", mails[0].uidvalidity, [mails[1].uid])
        assert [one.uid for one in found(mailbox)] == [mails[0].uid, mails[2].uid]
        assert len(found(mailbox, "已处理")) == 1


def test_nothing_is_finished_in_a_folder_made_anew(server: Server) -> None:
    fill(server, 1)
    mailbox = opened(server, after="move", filed_folder="filed")
    (only,) = found(mailbox)
    with pytest.raises(TemporaryError, match="anew"):
        mailbox.finish("INBOX", only.uidvalidity + 1, [only.uid])
    mailbox.open()
    assert found(mailbox) == [only]


def test_new_mail_ends_the_wait(server: Server) -> None:
    fill(server, 1)
    mailbox = opened(server)
    found(mailbox)
    waiting = threading.Thread(target=mailbox.wait, args=(600, threading.Event()))
    waiting.start()
    for number in range(50):  # one that comes as IDLE begins may be missed: it is a hint
        server.append(mail(number), DAY)
        waiting.join(0.2)
        if not waiting.is_alive():
            break
    assert not waiting.is_alive()
    assert len(found(mailbox)) > 1


def test_a_stop_ends_the_wait(server: Server) -> None:
    mailbox = opened(server)
    stop = threading.Event()
    waiting = threading.Thread(target=mailbox.wait, args=(600, stop))
    waiting.start()
    stop.set()
    waiting.join(30)
    assert not waiting.is_alive()
    assert found(mailbox) == []  # the connection has left IDLE and works


def test_the_description_tells_what_check_shows(server: Server) -> None:
    fill(server, 2)
    fill(server, 1, folder="垃圾邮件")
    mailbox = opened(server, folders=("INBOX", "垃圾邮件"))
    told = mailbox.describe()
    assert dict(told.messages) == {"INBOX": 2, "垃圾邮件": 1}
    assert "垃圾邮件" in told.folders
    assert (told.identified, told.idle, told.can_move, told.can_mark) == (True, True, True, None)


def test_a_closed_mailbox_says_so_and_opens_again(server: Server) -> None:
    fill(server, 1)
    mailbox = opened(server)
    mailbox.close()
    mailbox.close()
    with pytest.raises(TemporaryError, match="not connected"):
        found(mailbox)
    mailbox.open()
    assert len(found(mailbox)) == 1
