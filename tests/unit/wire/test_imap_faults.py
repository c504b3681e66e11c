"""Whatever an IMAP server does, it is over in time, comes out as an error of ours, and loses or mixes up no mail."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from mailflow.errors import AuthenticationError, PermanentError, TemporaryError, WireError
from mailflow.testing.lying_answers import Answer, drip, flood, hang_up, refuse, say
from mailflow.testing.lying_imap import LyingImap
from mailflow.wire.imap import Fetched, Found, ImapAccount, Mailbox

MAIL = b"From: wang@example.cn\r\nSubject: one\r\n\r\n" + "学员标兵".encode() + b"\r\n"
MAILS = {101: MAIL, 104: MAIL + b"two\r\n", 109: MAIL + b"three\r\n"}


made: list[Mailbox] = []


@pytest.fixture(autouse=True)
def no_connection_is_left_open() -> Iterator[None]:
    yield
    while made:
        made.pop().close()


def mailbox(server: LyingImap, *, seconds: float = 10, gather: float = 0, **changes: Any) -> Mailbox:
    base = ImapAccount(server.host, server.port, "none", server.username, server.password)
    made.append(Mailbox(replace(base, **changes), command_seconds=seconds, gather_seconds=gather))
    return made[-1]


def found(box: Mailbox) -> list[Found]:
    return box.find_new("INBOX", lambda _: set())[1]


def read_all(box: Mailbox) -> list[Fetched]:
    box.open()
    try:
        return list(box.fetch(found(box)))
    finally:
        box.close()


def after_passes(box: Mailbox, passes: int) -> dict[int, Fetched]:
    """What comes in `passes` polls of a client that connects again after each failure, as the daemon does."""
    books: dict[int, Fetched] = {}
    for _ in range(passes):
        try:
            box.open()
            for fetched in box.fetch(box.find_new("INBOX", lambda _: set(books))[1]):
                books[fetched.found.uid] = fetched
        except TemporaryError:
            continue
    box.close()
    return books


def test_the_server_of_these_tests_works_when_it_tells_the_truth() -> None:
    with LyingImap(MAILS) as server:
        assert {one.found.uid: one.raw for one in read_all(mailbox(server))} == MAILS


def test_a_connection_cut_at_any_octet_is_a_temporary_error() -> None:
    mails = {101: MAIL}
    with LyingImap(mails) as server:
        for cut in range(1, 5000):
            server.cut_after = cut
            got: list[Fetched] = []
            box = mailbox(server)
            try:
                box.open()
                got += box.fetch(found(box))
                break
            except TemporaryError:
                assert got == []
        assert cut > 200
        assert [one.raw for one in got] == [MAIL]


VERBS = ["CAPABILITY", "LOGIN", "EXAMINE", "UID SEARCH", "UID FETCH"]
FAULTS = {
    "silence": say(),
    "a drip": drip(b"* OK still busy\r\n", 0.02),
    "a drip without line ends": drip(b"*", 0.02),
    "a flood of lines": flood(b"* OK [ALERT] busy\r\n"),
    "a flood of one line": flood(b"* OK" + b"x" * 1000),
    "BYE": say(b"* BYE come back later\r\n"),
    "BYE and the end": hang_up(b"* BYE come back later\r\n"),
    "no IMAP": say(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "another's tag": say(b"ZZZZ99 OK done\r\n"),
    "octets": say(bytes(range(256)) + b"\r\n"),
    "a literal of 4 GB": say(b"* 1 FETCH (UID 101 BODY[] {4294967296}\r\n"),
    "a literal cut short": hang_up(b"* 1 FETCH (UID 101 BODY[] {500}\r\nFrom"),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_command_ends_in_time_as_an_error_of_ours(verb: str, fault: str) -> None:
    with LyingImap(MAILS, answers={verb: FAULTS[fault]}) as server:
        box = mailbox(server, seconds=0.3)
        with pytest.raises(TemporaryError):
            read_all(box)
        with pytest.raises(TemporaryError, match="not connected"):
            found(box)


@pytest.mark.parametrize("greeting", [b"", b"* BYE too many\r\n", b"220 mail ESMTP\r\n", b"* OK" + b"x" * 2_000_000])
def test_a_wrong_greeting_is_a_temporary_error(greeting: bytes) -> None:
    with LyingImap(MAILS, greeting=greeting) as server, pytest.raises(TemporaryError):
        mailbox(server, seconds=0.3).open()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refuse("LOGIN Login error or password error"), AuthenticationError),
        (refuse("[AUTHENTICATIONFAILED] no"), AuthenticationError),
        (refuse("LOGIN Login error user suspended", "BAD"), AuthenticationError),
        (refuse("[UNAVAILABLE] the password database is down"), TemporaryError),
        (refuse("[LIMIT] too many connections"), TemporaryError),
        (hang_up(), TemporaryError),
    ],
)
def test_a_refused_login_is_told_from_a_lost_one(answer: Answer, kind: type[WireError]) -> None:
    with LyingImap(MAILS, answers={"LOGIN": answer}) as server, pytest.raises(kind) as failure:
        mailbox(server).open()
    assert type(failure.value) is kind


def test_a_password_that_the_server_repeats_is_not_shown() -> None:
    with LyingImap(answers={"LOGIN": refuse('cannot parse LOGIN box "open-sesame"', "BAD")}) as server:
        with pytest.raises(AuthenticationError) as refusal:
            mailbox(server).open()
        assert server.password not in str(refusal.value)


@pytest.mark.parametrize("password", ["", "ａｂｃｄ", "abc\r\nA1 DELETE INBOX", "密码"])
def test_a_password_that_no_login_can_carry_never_leaves(password: str) -> None:
    with LyingImap() as server:
        with pytest.raises(AuthenticationError, match=r"imap\.password"):
            mailbox(server, password=password).open()
        assert server.connections == 0


def test_a_user_name_with_blanks_and_quotes_stays_one_word() -> None:
    with LyingImap() as server:
        mailbox(server, username='wang "xiao" ming').open()
        assert any(line.endswith(r'LOGIN "wang \"xiao\" ming" "open-sesame"') for line in server.lines)


def test_netease_is_told_who_we_are_before_select() -> None:
    with LyingImap(MAILS, capabilities="IMAP4rev1 ID UIDPLUS SASL-IR", needs_id=True) as server:
        assert len(read_all(mailbox(server))) == len(MAILS)
        sent = next(line for line in server.lines if " ID " in line)
        assert re.search(r'\("name" "mailflow" "version" "[^"]+" "vendor" "[^"]+"\)', sent)
        assert server.verbs.index("LOGIN") < server.verbs.index("ID") < server.verbs.index("EXAMINE")
        assert "AUTHENTICATE" not in server.verbs


def test_an_unsafe_login_is_a_matter_of_the_account() -> None:
    with LyingImap(MAILS, needs_id=True) as server, pytest.raises(AuthenticationError, match="Unsafe Login"):
        read_all(mailbox(server))


def test_a_server_is_sent_no_command_that_it_does_not_list() -> None:
    with LyingImap(MAILS) as server:
        box = mailbox(server)
        box.open()
        found(box)
        box.wait(0, threading.Event())
        box.close()
        assert set(server.verbs) == {"CAPABILITY", "LOGIN", "EXAMINE", "UID SEARCH", "UID FETCH", "LOGOUT"}


def test_a_refused_id_harms_nothing() -> None:
    with LyingImap(MAILS, capabilities="IMAP4rev1 ID", answers={"ID": refuse("no", "BAD")}) as server:
        assert len(read_all(mailbox(server))) == len(MAILS)


def test_a_folder_without_uidvalidity_is_not_worked_in() -> None:
    with LyingImap(MAILS, uidvalidity=None) as server, pytest.raises(PermanentError, match="UIDVALIDITY"):
        read_all(mailbox(server))


def test_two_lines_of_search_are_answered_by_asking_otherwise() -> None:
    two = say(b"* SEARCH 101\r\n* SEARCH 104 109\r\nTAG OK done\r\n")
    with LyingImap(MAILS, answers={"UID SEARCH": two}) as server:
        assert {one.found.uid for one in read_all(mailbox(server))} == set(MAILS)


def test_a_uid_below_the_window_is_not_taken_for_a_new_one() -> None:
    with LyingImap(MAILS, answers={"UID SEARCH": say(b"* SEARCH 0 104\r\nTAG OK done\r\n")}) as server:
        assert {one.found.uid for one in read_all(mailbox(server))} == {104}


def test_uids_are_asked_for_in_ascending_order() -> None:
    shuffled = say(b"* SEARCH 109 101 104\r\nTAG OK done\r\n")
    with LyingImap(MAILS, answers={"UID SEARCH": shuffled}) as server:
        box = mailbox(server)
        box.open()
        list(box.fetch(list(reversed(found(box)))))
        box.close()
        sets = [line.split(" ")[3] for line in server.lines if "UID FETCH" in line]
        assert sets == ["101,104,109"] * 2


def test_a_mail_whose_answer_names_no_uid_is_left_for_the_next_time() -> None:
    nameless = say(b"* 2 FETCH (BODY[] {4}\r\nabcd)\r\nTAG OK done\r\n")
    with LyingImap(MAILS) as server:
        box = mailbox(server)
        box.open()
        mails = found(box)
        server.answers["UID FETCH"] = nameless
        assert list(box.fetch(mails)) == []
        del server.answers["UID FETCH"]
        assert len(list(box.fetch(found(box)))) == len(MAILS)
        box.close()


def test_a_time_of_arrival_that_cannot_be_read_loses_no_mail() -> None:
    item = b'* 1 FETCH (UID 101 RFC822.SIZE %d INTERNALDATE "99-Foo-0000 00:00:00")\r\nTAG OK done\r\n' % len(MAIL)
    with LyingImap({101: MAIL}, answers={"UID FETCH": say(item)}) as server:
        box = mailbox(server)
        box.open()
        (one,) = found(box)
        assert one.arrived_at.tzinfo is not None
        box.close()


def body_fault(uid: int, answer: Answer) -> Answer:
    """The right answers, but this one where the body of `uid` is asked for."""

    def answers(command: Any) -> Any:
        which, _, what = command.rest.partition(" ")
        numbers = {number: each for number, each in enumerate(sorted(MAILS), start=1)}
        if str(uid) in which.split(",") and "BODY.PEEK[]" in what:
            return answer(command)
        lines = []
        for number, each in numbers.items():
            if str(each) in which.split(","):
                lines.append(f"{number} FETCH (UID {each} ".encode() + item(each, what) + b")")
        return [command.ok(*lines)]

    return answers


def item(uid: int, what: str) -> bytes:
    raw = MAILS[uid]
    if "RFC822.SIZE" in what:
        return b'RFC822.SIZE %d INTERNALDATE "20-Aug-2020 09:30:00 +0800"' % len(raw)
    part, name = (raw, b"BODY[]") if "[]" in what else (raw.split(b"\r\n\r\n")[0] + b"\r\n\r\n", b"BODY[HEADER]<0>")
    return name + b" {%d}\r\n" % len(part) + part


POISONS = {
    "breaks the server": hang_up(b"* BYE internal error\r\n"),
    "breaks the parser": say(b"* 2 FETCH (UID 104 BODY[] (((\r\nTAG OK done\r\n"),
    "is refused": refuse("[SERVERBUG] cannot open message file"),
    "has a literal that lies": say(b"* 2 FETCH (UID 104 BODY[] {4294967296}\r\n"),
    "has no body": say(b"* 2 FETCH (UID 104 BODY[] NIL)\r\nTAG OK done\r\n"),
    "is a stub": say(b"* 2 FETCH (UID 104 BODY[] {4}\r\nabcd)\r\nTAG OK done\r\n"),
    "comes as literal8": say(b"* 2 FETCH (UID 104 BODY[] ~{5}\r\nabcde)\r\nTAG OK done\r\n"),
}


@pytest.mark.parametrize("poison", POISONS)
def test_one_mail_that_cannot_be_had_delays_no_other_and_comes_as_its_header_after_three_tries(poison: str) -> None:
    with LyingImap(MAILS, answers={"UID FETCH": body_fault(104, POISONS[poison])}) as server:
        box = mailbox(server, seconds=5)
        assert {101, 109} <= set(after_passes(box, 3))
        got = after_passes(mailbox(server, seconds=5), 5)
    assert set(got) == set(MAILS)
    assert (got[104].partial, got[104].defect) == (True, "unfetchable")
    assert got[104].raw == MAIL.split(b"\r\n\r\n")[0] + b"\r\n\r\n"


def test_a_mail_of_which_not_even_the_header_can_be_had_comes_empty() -> None:
    fault = {"UID FETCH": hang_up()}
    with LyingImap({101: MAIL}) as server:
        box = mailbox(server)
        box.open()
        mails = found(box)
        server.answers.update(fault)
        for _ in range(4):
            box.open()
            with pytest.raises(TemporaryError):
                list(box.fetch(mails))
        box.open()
        (only,) = box.fetch(mails)
        assert (only.raw, only.partial, only.defect) == (b"", True, "unfetchable")
        box.close()


def test_a_size_that_is_wrong_is_believed_after_the_same_bytes_came_twice() -> None:
    with LyingImap({101: MAIL, 104: MAIL}, sizes={101: len(MAIL) + 7}) as server:
        wrong, right = read_all(mailbox(server))
        assert (wrong.raw, wrong.partial, wrong.defect) == (MAIL, False, "size-differs")
        assert (right.raw, right.defect) == (MAIL, "")


def test_a_mail_larger_than_it_claims_comes_as_its_header() -> None:
    large = MAIL + b"x" * 5000
    with LyingImap({101: large}, sizes={101: 100}) as server:
        (only,) = read_all(mailbox(server, max_message_bytes=1000))
        assert only.partial
        assert b"xxxx" not in only.raw


def test_a_mail_over_the_limit_is_never_asked_for_in_whole() -> None:
    with LyingImap({101: MAIL + b"x" * 5000}) as server:
        (only,) = read_all(mailbox(server, max_message_bytes=1000))
        assert (only.partial, only.defect) == (True, "")
        assert not any("BODY.PEEK[]" in line for line in server.lines)


def test_reading_uses_no_verb_that_could_change_anything() -> None:
    with LyingImap(MAILS, capabilities="IMAP4rev1 ID IDLE MOVE UIDPLUS") as server:
        box = mailbox(server)
        box.open()
        mails = found(box)
        list(box.fetch(mails))
        box.finish("INBOX", 7, [one.uid for one in mails])
        box.wait(0.01, threading.Event())
        box.close()
        allowed = {"CAPABILITY", "LOGIN", "ID", "EXAMINE", "UID SEARCH", "UID FETCH", "IDLE", "DONE", "LOGOUT"}
        assert set(server.verbs) <= allowed
        assert all("PEEK" in line for line in server.lines if "BODY" in line)


def test_a_server_that_cannot_move_safely_is_asked_for_nothing_of_the_kind() -> None:
    with LyingImap(MAILS) as server:
        box = mailbox(server, after="move", filed_folder="INBOX/filed")
        box.open()
        with pytest.raises(PermanentError, match="MOVE"):
            box.finish("INBOX", 7, [101])
        assert not {"UID COPY", "UID STORE", "EXPUNGE", "UID EXPUNGE", "UID MOVE"} & set(server.verbs)


def test_a_copy_that_fails_leaves_the_mail_where_it_is() -> None:
    answers = {"UID COPY": refuse("[OVERQUOTA] full")}
    with LyingImap(MAILS, capabilities="IMAP4rev1 UIDPLUS", answers=answers) as server:
        box = mailbox(server, after="move", filed_folder="INBOX/filed")
        box.open()
        with pytest.raises(TemporaryError, match="full"):
            box.finish("INBOX", 7, [101])
        assert not {"UID STORE", "UID EXPUNGE", "EXPUNGE"} & set(server.verbs)


def test_a_read_only_folder_is_said_so_when_it_should_be_written() -> None:
    read_only = say(b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [READ-ONLY] x\r\nTAG OK [READ-ONLY] done\r\n")
    with LyingImap(MAILS, answers={"SELECT": read_only}) as server:
        box = mailbox(server, after="mark")
        box.open()
        with pytest.raises(PermanentError, match="read-only"):
            box.finish("INBOX", 7, [101])


IDLE = "IMAP4rev1 IDLE"


@pytest.mark.parametrize("dead", [hang_up(b"+ idling\r\n"), hang_up()])
def test_a_connection_that_dies_while_waiting_is_noticed(dead: Answer) -> None:
    with LyingImap(MAILS, capabilities=IDLE, answers={"IDLE": dead}) as server:
        box = mailbox(server)
        box.open()
        with pytest.raises(TemporaryError):
            box.wait(600, threading.Event())


def test_a_server_that_refuses_idle_is_polled_from_then_on() -> None:
    with LyingImap(MAILS, capabilities=IDLE, answers={"IDLE": refuse("not for you")}) as server:
        box = mailbox(server)
        box.open()
        with pytest.raises(TemporaryError):
            box.wait(600, threading.Event())
        box.open()
        box.wait(0, threading.Event())
        box.wait(0.01, threading.Event())
        assert server.verbs.count("IDLE") == 1
        box.close()


class Stop(threading.Event):
    """Is set as soon as somebody waits for it, and tells for how long."""

    asked: float = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.asked = timeout or 0
        self.set()
        return True


def test_a_server_that_chatters_in_idle_cannot_make_the_client_spin() -> None:
    chatter = say(b"+ idling\r\n", b"* OK still here\r\n" * 3)
    with LyingImap(MAILS, capabilities=IDLE, answers={"IDLE": chatter}) as server:
        box = mailbox(server, gather=500)
        box.open()
        stop = Stop()
        box.wait(600, stop)
        assert stop.asked > 400
        assert server.verbs.count("IDLE") == 1


def test_mail_that_came_between_the_search_and_the_wait_ends_the_wait() -> None:
    with LyingImap(MAILS, capabilities=IDLE) as server:
        box = mailbox(server)
        box.open()
        books = set(MAILS)
        assert box.find_new("INBOX", lambda _: books)[1] == []
        server.mails[120] = MAIL
        box.wait(600, threading.Event())
        assert "IDLE" not in server.verbs
        assert [one.uid for one in box.find_new("INBOX", lambda _: books)[1]] == [120]


def test_a_folder_in_which_nothing_changed_is_not_searched_again() -> None:
    with LyingImap(MAILS) as server:
        box = mailbox(server)
        box.open()
        for _ in range(3):
            assert box.find_new("INBOX", lambda _: set(MAILS))[1] == []
        assert server.verbs.count("UID SEARCH") == 1
        del server.mails[104]  # the owner deletes one: the count changes, and it is looked at again
        assert box.find_new("INBOX", lambda _: set(MAILS))[1] == []
        assert server.verbs.count("UID SEARCH") == 2


def test_a_host_that_is_not_there_is_a_temporary_error() -> None:
    with LyingImap() as server:
        gone = mailbox(server)
    with pytest.raises(TemporaryError, match=r"imap\.host"):
        gone.open()
    nowhere = Mailbox(ImapAccount("imap.invalid", 993, "tls", "box", "open-sesame"))
    with pytest.raises(TemporaryError, match=r"imap\.invalid"):
        nowhere.open()
