"""A server that misbehaves at every point of the dialogue: what became of a letter is known, or known to be unknown.

A letter that is neither SENT nor UNKNOWN must not have been taken by the server; one that is SENT must have been.
"""

from __future__ import annotations

import dataclasses
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from mailflow.errors import AuthenticationError, PermanentError, TemporaryError, WireError
from mailflow.testing.certificates import Certificate, issue
from mailflow.testing.smtp_faulty import FaultySmtp
from mailflow.testing.smtp_script import At, Fault, drip, drop, hang, say
from mailflow.wire.smtp import Courier, Outcome, Result, Scope, SmtpAccount

SECRET = "open-sesame-8"
LETTER = b"From: office@example.cn\r\nSubject: x\r\n\r\n.one\r\n..two\r\n"
TO = "wang@example.cn"
SENT, DEFERRED, REFUSED, UNKNOWN = Outcome


def account(server: FaultySmtp, **changes: str) -> SmtpAccount:
    plain = SmtpAccount(server.host, server.port, "none", "office", SECRET, "office@example.cn")
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


@contextmanager
def speaking(*faults: Fault, letters_per_connection: int = 20) -> Iterator[tuple[FaultySmtp, Courier]]:
    with (
        FaultySmtp(*faults) as server,
        Courier(account(server), letters_per_connection=letters_per_connection) as courier,
    ):
        yield server, courier


@pytest.mark.parametrize(
    ("fault", "outcome", "scope"),
    [
        (drop(At.MAIL), DEFERRED, Scope.CONNECTION),
        (say(At.MAIL, "451 4.3.0 later"), DEFERRED, Scope.LETTER),
        (say(At.MAIL, "421 4.3.2 closing", close=True), DEFERRED, Scope.CONNECTION),
        (say(At.MAIL, "553 Mail from must equal authorized user"), DEFERRED, Scope.ACCOUNT),
        (say(At.MAIL, "552 5.3.4 too big"), REFUSED, Scope.LETTER),
        (say(At.MAIL, "550 MI:STC smtp1"), DEFERRED, Scope.DAY),
        (say(At.MAIL, "nonsense"), DEFERRED, Scope.CONNECTION),
        (say(At.MAIL, "250-" + "x" * 40_000), DEFERRED, Scope.CONNECTION),
        (drop(At.RCPT), DEFERRED, Scope.CONNECTION),
        (say(At.RCPT, "450 4.2.1 greylisted"), DEFERRED, Scope.LETTER),
        (say(At.RCPT, "550 5.1.1 no such user"), REFUSED, Scope.LETTER),
        (say(At.RCPT, "550 RP:TRC smtp1"), DEFERRED, Scope.DAY),
        (say(At.RCPT, "251 will forward"), SENT, Scope.LETTER),
        (drop(At.DATA), UNKNOWN, Scope.CONNECTION),
        (say(At.DATA, "451 4.3.0 later"), DEFERRED, Scope.LETTER),
        (say(At.DATA, "554 5.5.1 no valid recipients"), REFUSED, Scope.LETTER),
        (drop(At.BODY), UNKNOWN, Scope.CONNECTION),
        (drop(At.BODY, after=20), UNKNOWN, Scope.CONNECTION),
        (say(At.BODY, "421 4.4.2 too slow", after=20, close=True), DEFERRED, Scope.CONNECTION),
        (say(At.BODY, "552 5.3.4 too big", after=20, close=True), REFUSED, Scope.LETTER),
        (drop(At.DOT), UNKNOWN, Scope.CONNECTION),
        (drop(At.DOT, keep=True), UNKNOWN, Scope.CONNECTION),
        (say(At.DOT, "451 MI:SFQ smtp1"), DEFERRED, Scope.QUOTA),
        (say(At.DOT, "451 MI:DMC smtp1"), DEFERRED, Scope.CONNECTION),
        (say(At.DOT, "554 DT:SPM smtp1"), REFUSED, Scope.LETTER),
        (say(At.DOT, "421 HL:IFC smtp1", close=True), DEFERRED, Scope.QUOTA),
        (say(At.DOT, "nonsense", close=True), UNKNOWN, Scope.CONNECTION),
    ],
    ids=lambda value: f"{value.at}-{value.do}-{value.words[:14]}" if isinstance(value, Fault) else str(value),
)
def test_a_fault_has_its_outcome_and_the_next_letter_leaves(fault: Fault, outcome: Outcome, scope: Scope) -> None:
    with speaking(fault) as (server, courier):
        result = courier.send(TO, LETTER)
        taken = len(server.letters)
        following = courier.send("li@example.cn", LETTER)
    assert (result.outcome, result.scope) == (outcome, scope)
    assert result.text
    assert following.outcome is SENT
    if outcome in (DEFERRED, REFUSED):
        assert taken == 0
    assert [letter.recipient for letter in server.letters].count("li@example.cn") == 1


@pytest.mark.parametrize("fault", [hang(At.MAIL), hang(At.RCPT), drip(At.MAIL), drip(At.RCPT)], ids=str)
def test_a_server_that_never_answers_a_command_costs_a_bounded_time_and_no_letter(fault: Fault) -> None:
    with FaultySmtp() as server, Courier(account(server), command_seconds=0.3) as courier:
        assert courier.send(TO, LETTER).outcome is SENT
        server.plan(fault)
        result = courier.send(TO, LETTER)
        assert (result.outcome, result.scope) == (DEFERRED, Scope.CONNECTION)
        assert courier.send(TO, LETTER).outcome is SENT
    assert len(server.letters) == 2


@pytest.mark.parametrize(
    "fault", [hang(At.DATA), hang(At.BODY), hang(At.DOT), hang(At.DOT, keep=True), drip(At.DOT)], ids=str
)
def test_a_server_that_never_answers_after_data_leaves_the_letter_unknown(fault: Fault) -> None:
    with FaultySmtp(fault) as server, Courier(account(server), data_seconds=0.2) as courier:
        result = courier.send(TO, LETTER)
        assert (result.outcome, result.scope) == (UNKNOWN, Scope.CONNECTION)
        assert server.connections == 1
        server.hang_up()


@pytest.mark.parametrize("point", [At.CONNECT, At.EHLO, At.AUTH])
@pytest.mark.parametrize("make", [hang, drip], ids=lambda make: str(make.__name__))
def test_a_server_that_never_lets_us_in_is_a_matter_for_later(point: At, make: Callable[[At], Fault]) -> None:
    with FaultySmtp(make(point)) as server, Courier(account(server), command_seconds=0.2) as courier:
        with pytest.raises(TemporaryError):
            courier.send(TO, LETTER)
        assert server.letters == []


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        (drop(At.CONNECT), TemporaryError, ""),
        (say(At.CONNECT, "421 HL:ICC smtp1", close=True), TemporaryError, "421"),
        (say(At.CONNECT, "554 no service", close=True), TemporaryError, "554"),
        (say(At.CONNECT, "554 IP is rejected, smtp auth error limit exceed", close=True), AuthenticationError, "554"),
        (drop(At.EHLO), TemporaryError, ""),
        (say(At.EHLO, "421 4.3.2 closing", close=True), TemporaryError, "421"),
        (drop(At.AUTH), TemporaryError, ""),
        (say(At.AUTH, "454 4.7.0 not now"), TemporaryError, "454"),
        (say(At.AUTH, "421 4.7.0 closing", close=True), TemporaryError, "421"),
        (say(At.AUTH, "535 Error: authentication failed"), AuthenticationError, "535"),
        (say(At.AUTH, "550 User has no permission"), AuthenticationError, "550"),
        (say(At.AUTH, "526 Authentication failure"), AuthenticationError, "526"),
    ],
    ids=lambda value: f"{value.at}-{value.do}-{value.words[:14]}" if isinstance(value, Fault) else None,
)
def test_without_a_connection_the_letter_surely_did_not_leave(fault: Fault, error: type[WireError], code: str) -> None:
    with speaking(fault) as (server, courier):
        with pytest.raises(error) as refusal:
            courier.send(TO, LETTER)
        assert server.letters == []
        assert courier.send(TO, LETTER).outcome is SENT
    assert type(refusal.value) is error
    assert refusal.value.code == code
    assert SECRET not in str(refusal.value)


def test_a_refused_login_is_tried_once_and_with_one_mechanism() -> None:
    with speaking(say(At.AUTH, "535 no", times=0)) as (server, courier):
        with pytest.raises(AuthenticationError):
            courier.send(TO, LETTER)
        assert [line.split()[0] for line in server.commands].count("AUTH") == 1


def test_a_mechanism_that_is_advertised_and_not_known_gives_way_to_the_next() -> None:
    with speaking(say(At.AUTH, "504 5.5.4 unrecognised mechanism")) as (server, courier):
        assert courier.send(TO, LETTER).outcome is SENT
        assert [line.split()[1] for line in server.commands if line.startswith("AUTH")] == ["PLAIN", "LOGIN"]


def test_a_server_without_a_login_stops_an_account_that_has_one() -> None:
    with FaultySmtp(extensions=("SIZE 1000",)) as server, Courier(account(server)) as courier:
        with pytest.raises(AuthenticationError, match="no login"):
            courier.send(TO, LETTER)
        assert not server.saw(SECRET)


def test_a_connection_cut_at_any_byte_of_the_letter_never_counts_as_sent() -> None:
    cuts = len(LETTER) + 2 + len(b".\r\n")  # two dots are doubled
    with speaking(*(drop(At.BODY, after=count) for count in range(cuts))) as (server, courier):
        outcomes = {courier.send(TO, LETTER).outcome for _ in range(cuts)}
        assert outcomes <= {UNKNOWN, DEFERRED}
        assert server.letters == []
        assert courier.send(TO, LETTER).outcome is SENT
    assert [letter.raw for letter in server.letters] == [LETTER]


def test_letters_share_a_connection_up_to_the_limit() -> None:
    with speaking(letters_per_connection=4) as (server, courier):
        assert {courier.send(TO, LETTER).outcome for _ in range(10)} == {SENT}
    assert server.connections == 3
    assert len(server.letters) == 10
    assert server.commands.count("QUIT") == 3


def test_a_refusal_does_not_cost_the_connection() -> None:
    refusals = (say(At.RCPT, "550 5.1.1 no such user"), say(At.DOT, "554 5.6.0 no"), say(At.MAIL, "452 4.3.1 no room"))
    with speaking(*refusals) as (server, courier):
        outcomes = [courier.send(TO, LETTER).outcome for _ in range(4)]
    assert outcomes == [DEFERRED, REFUSED, REFUSED, SENT]
    assert server.connections == 1


def test_a_connection_the_server_closed_meanwhile_is_replaced_unnoticed() -> None:
    with speaking() as (server, courier):
        assert courier.send(TO, LETTER).outcome is SENT
        server.hang_up()
        assert courier.send(TO, LETTER).outcome is SENT
    assert server.connections == 2
    assert len(server.letters) == 2


@pytest.mark.parametrize("words", ["421 4.4.2 idle too long", "450 MI:DMC smtp1", "451 MI:DMC smtp1"])
def test_too_much_over_one_connection_leaves_over_a_new_one(words: str) -> None:
    with speaking() as (server, courier):
        assert courier.send(TO, LETTER).outcome is SENT
        server.plan(say(At.MAIL, words))
        assert courier.send(TO, LETTER).outcome is SENT
    assert server.connections == 2
    assert len(server.letters) == 2


def test_being_told_to_slow_down_is_not_answered_with_another_connection() -> None:
    with speaking() as (server, courier):
        assert courier.send(TO, LETTER).outcome is SENT
        server.plan(say(At.MAIL, "421 HL:IFC smtp1", close=True))
        result = courier.send(TO, LETTER)
    assert (result.scope, result.wait) == (Scope.QUOTA, timedelta(minutes=15))
    assert server.connections == 1


def aborted(server: FaultySmtp, courier: Courier, raw: bytes) -> Result:
    """What becomes of a letter whose courier is stopped, from another thread, as soon as the fault has begun."""

    def stop() -> None:
        server.reached.wait()
        courier.abort()

    stopper = threading.Thread(target=stop)
    stopper.start()
    try:
        return courier.send(TO, raw)
    finally:
        stopper.join()


@pytest.mark.parametrize(
    ("fault", "outcome"), [(hang(At.MAIL), DEFERRED), (hang(At.RCPT), DEFERRED), (hang(At.DOT), UNKNOWN)], ids=str
)
def test_stopping_ends_the_letter_in_hand_and_lets_no_other_begin(fault: Fault, outcome: Outcome) -> None:
    with speaking(fault) as (server, courier):
        assert aborted(server, courier, LETTER).outcome is outcome
        with pytest.raises(TemporaryError, match="stopped"):
            courier.send(TO, LETTER)
    assert server.connections == 1


def test_stopping_while_connecting_leaves_the_letter_for_later() -> None:
    with speaking(hang(At.EHLO)) as (server, courier), pytest.raises(TemporaryError, match="stopped"):
        aborted(server, courier, LETTER)


@pytest.fixture
def keyboard() -> Iterator[None]:
    """Ctrl-C raises, as at a terminal; what a shell starts in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("keyboard")
def test_an_interrupt_from_the_keyboard_ends_the_letter_and_leaves_the_courier_usable() -> None:
    pressed = threading.get_ident()

    def press() -> None:
        server.reached.wait()
        signal.pthread_kill(pressed, signal.SIGINT)

    with speaking(hang(At.MAIL)) as (server, courier):
        finger = threading.Thread(target=press)
        finger.start()
        with pytest.raises(KeyboardInterrupt):
            courier.send(TO, LETTER)
        finger.join()
        assert courier.send(TO, LETTER).outcome is SENT
    assert len(server.letters) == 1


def test_a_large_letter_stopped_half_way_surely_did_not_arrive() -> None:
    with speaking(hang(At.BODY, after=1)) as (server, courier):
        result = aborted(server, courier, LETTER + b"x" * 9_000_000)  # more than the buffers between us hold
        assert (result.outcome, result.scope) == (DEFERRED, Scope.CONNECTION)
        assert server.letters == []


def test_a_server_that_does_not_answer_quit_does_not_hold_us() -> None:
    with FaultySmtp(hang(At.QUIT)) as server:
        courier = Courier(account(server), command_seconds=0.2)
        courier.check()
        courier.close()
        assert "QUIT" in server.commands


def test_checking_names_the_setting_when_the_sender_is_refused() -> None:
    fault = say(At.MAIL, "553 Mail from must equal authorized user")
    with speaking(fault) as (_, courier), pytest.raises(PermanentError, match=r"smtp\.sender") as refusal:
        courier.check()
    assert refusal.value.code == "553"


def test_a_refusal_never_repeats_the_recipients_address() -> None:
    with speaking(say(At.RCPT, f"550 5.1.1 <{TO}>: Recipient address rejected")) as (_, courier):
        assert TO not in courier.send(TO, LETTER).text


WRONG_LINES = ["untrusted", "wrong host", "expired", "stripped"]


@pytest.mark.parametrize("wrong", WRONG_LINES)
@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_no_credentials_ever_leave_over_a_line_that_is_not_verified(tmp_path: Path, security: str, wrong: str) -> None:
    served, trusted = certificates(tmp_path, wrong)
    spoken = "none" if wrong == "stripped" else security
    with FaultySmtp(security=spoken, certificate=served) as server:  # type: ignore[arg-type]
        safe = account(server, host="localhost", security=security, ca_file=str(trusted.ca_file))
        with Courier(safe, command_seconds=5) as courier, pytest.raises(TemporaryError) as refusal:
            courier.send(TO, LETTER)
        assert not server.saw(SECRET)
        assert not any(line.startswith(("AUTH", "MAIL")) for line in server.commands)
        assert server.letters == []
    if wrong != "stripped":
        assert "certificate" in str(refusal.value)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_the_credentials_are_seen_by_a_server_that_is_verified(tmp_path: Path, security: str) -> None:
    certificate = issue(tmp_path)
    with FaultySmtp(security=security, certificate=certificate) as server:  # type: ignore[arg-type]
        safe = account(server, host="localhost", security=security, ca_file=str(certificate.ca_file))
        with Courier(safe) as courier:
            assert courier.send(TO, LETTER).outcome is SENT
        assert server.saw(SECRET)


@pytest.mark.parametrize("fault", [say(At.STARTTLS, "454 4.7.0 not now"), drop(At.STARTTLS)], ids=str)
def test_a_server_that_will_not_encrypt_gets_no_credentials(tmp_path: Path, fault: Fault) -> None:
    certificate = issue(tmp_path)
    with FaultySmtp(fault, security="starttls", certificate=certificate) as server:
        safe = account(server, host="localhost", security="starttls", ca_file=str(certificate.ca_file))
        with Courier(safe) as courier, pytest.raises(TemporaryError):
            courier.send(TO, LETTER)
        assert not server.saw(SECRET)


def certificates(folder: Path, wrong: str) -> tuple[Certificate, Certificate]:
    """What the server shows, and what the client trusts."""
    (folder / "own").mkdir()
    (folder / "other").mkdir()
    hosts = ("elsewhere.example",) if wrong == "wrong host" else ("localhost", "127.0.0.1")
    served = issue(folder / "own", hosts=hosts, expired=wrong == "expired")
    return served, issue(folder / "other") if wrong == "untrusted" else served
