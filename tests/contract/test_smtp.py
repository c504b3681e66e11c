"""The same letters through each server: the embedded one, smtp-sink and a real Postfix behave alike towards us."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailflow.errors import AuthenticationError, TemporaryError
from mailflow.testing.certificates import issue
from mailflow.testing.postfix import Postfix, SmtpSink, available, sink_available
from mailflow.testing.servers import require
from mailflow.testing.smtp_server import EmbeddedSmtp
from mailflow.wire.smtp import Courier, Outcome, SmtpAccount

SENDER = "office@example.cn"
LETTER = (
    b"From: office@example.cn\r\nTo: wang@example.cn\r\nSubject: =?utf-8?b?5Zue5omn?=\r\n"
    b"Date: Fri, 21 Aug 2020 17:00:00 +0800\r\nMessage-ID: <1@example.cn>\r\n\r\n"
    b".one dot\r\n..two dots\r\n\r\n.\r\nthe end\r\n"
)

Server = EmbeddedSmtp | Postfix | SmtpSink


def account(server: Server, **changes: str) -> SmtpAccount:
    given = {"host": server.host, "security": "none", "username": "", "password": "", "sender": SENDER, **changes}
    return SmtpAccount(port=server.port, **given)  # type: ignore[arg-type]


@pytest.fixture(
    params=[
        "embedded",
        pytest.param("sink", marks=pytest.mark.real_servers),
        pytest.param("postfix", marks=pytest.mark.real_servers),
    ]
)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    made: Server
    if request.param == "embedded":
        made = EmbeddedSmtp()
    elif request.param == "postfix":
        require("postfix")
        made = Postfix()
    else:
        if (reason := sink_available()) is not None:
            require("postfix")
            pytest.skip(reason)
        made = SmtpSink()
    with made:
        yield made


def test_a_letter_arrives_byte_for_byte_with_its_envelope(server: Server) -> None:
    with Courier(account(server)) as courier:
        result = courier.send("wang@example.cn", LETTER)
    assert (result.outcome, result.code) == (Outcome.SENT, "250")
    (letter,) = server.wait_for(1)
    assert (letter.sender, letter.recipient) == (SENDER, "wang@example.cn")
    assert letter.raw.rstrip() == LETTER.rstrip()  # smtp-sink adds an empty line


def test_many_letters_each_arrive_once_for_their_own_recipient(server: Server) -> None:
    recipients = [f"person{number}@example.cn" for number in range(45)]
    with Courier(account(server)) as courier:
        assert {courier.send(recipient, LETTER).outcome for recipient in recipients} == {Outcome.SENT}
    assert sorted(letter.recipient for letter in server.wait_for(45)) == sorted(recipients)


def test_a_list_of_recipients_is_refused_and_nobody_gets_the_letter(server: Server) -> None:
    with Courier(account(server)) as courier:
        refused = courier.send("wang@example.cn,li@example.cn", LETTER)
        assert courier.send("zhang@example.cn", LETTER).outcome is Outcome.SENT
    assert refused.outcome is Outcome.REFUSED
    assert [letter.recipient for letter in server.wait_for(1)] == ["zhang@example.cn"]


def test_a_courier_that_was_closed_connects_again(server: Server) -> None:
    courier = Courier(account(server))
    for _ in range(2):
        assert courier.send("wang@example.cn", LETTER).outcome is Outcome.SENT
        courier.close()
    courier.close()
    assert len(server.wait_for(2)) == 2


def test_checking_tells_what_the_server_offers_and_sends_nothing(server: Server) -> None:
    with Courier(account(server)) as courier:
        greeting = courier.check()
        assert courier.send("wang@example.cn", LETTER).outcome is Outcome.SENT
    assert greeting.tls == ""
    assert "8bitmime" in greeting.extensions
    assert not greeting.logged_in
    assert len(server.wait_for(1)) == 1


def test_an_international_recipient_is_written_to_or_clearly_refused(server: Server) -> None:
    with Courier(account(server)) as courier:
        able = "smtputf8" in courier.check().extensions
        result = courier.send("张三@example.cn", LETTER)
    if able:
        assert result.outcome is Outcome.SENT
        assert server.wait_for(1)[0].recipient == "张三@example.cn"
    else:
        assert result.outcome is Outcome.REFUSED
        assert "SMTPUTF8" in result.text


@pytest.fixture(params=["embedded", pytest.param("postfix", marks=pytest.mark.real_servers)])
def small_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    if request.param == "postfix":
        require("postfix")
    made: Server = EmbeddedSmtp(max_bytes=2000) if request.param == "embedded" else Postfix(max_bytes=2000)
    with made:
        yield made


def test_a_letter_that_is_too_large_is_refused_and_the_next_one_arrives(small_server: Server) -> None:
    with Courier(account(small_server)) as courier:
        assert courier.check().largest == 2000
        large = courier.send("wang@example.cn", LETTER + b"x" * 2000)
        small = courier.send("wang@example.cn", LETTER)
    assert large.outcome is Outcome.REFUSED
    assert "fewer files" in large.text
    assert small.outcome is Outcome.SENT
    assert len(small_server.wait_for(1)) == 1


@pytest.mark.real_servers
def test_a_real_postfix_is_spoken_to_over_starttls(tmp_path: Path) -> None:
    require("postfix")
    certificate = issue(tmp_path)
    with Postfix(certificate=certificate) as server:
        trusted = account(server, host="localhost", security="starttls", ca_file=str(certificate.ca_file))
        with Courier(trusted) as courier:
            assert courier.check().tls in ("TLSv1.2", "TLSv1.3")
            assert courier.send("wang@example.cn", LETTER).outcome is Outcome.SENT
        assert len(server.wait_for(1)) == 1


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_login_over_tls_opens_the_server(tmp_path: Path, security: str) -> None:
    certificate = issue(tmp_path)
    options = {"username": "office", "password": "open-sesame-8"}
    with EmbeddedSmtp(certificate=certificate, starttls=security == "starttls", **options) as server:  # type: ignore[arg-type]
        trusted = account(server, host="localhost", security=security, ca_file=str(certificate.ca_file), **options)
        with Courier(trusted) as courier:
            greeting = courier.check()
            assert courier.send("wang@example.cn", LETTER).outcome is Outcome.SENT
        assert greeting.logged_in
        assert greeting.tls
        assert len(server.wait_for(1)) == 1


def test_a_wrong_password_stops_with_the_setting_to_change_and_never_shows_it() -> None:
    with EmbeddedSmtp(username="office", password="open-sesame-8") as server:
        wrong = Courier(account(server, username="office", password="wrong-pass-9"))
        with wrong as courier, pytest.raises(AuthenticationError, match="授权码") as refusal:
            courier.send("wang@example.cn", LETTER)
    assert refusal.value.code == "535"
    assert "wrong-pass-9" not in str(refusal.value)


def test_a_server_that_is_away_and_comes_back_gets_the_letter_then() -> None:
    with EmbeddedSmtp() as server:
        port = server.port
        courier = Courier(account(server))
        assert courier.send("wang@example.cn", LETTER).outcome is Outcome.SENT
    with pytest.raises(TemporaryError, match="no connection"):
        courier.send("wang@example.cn", LETTER)
    with EmbeddedSmtp(port=port) as again, courier:
        assert courier.send("wang@example.cn", LETTER).outcome is Outcome.SENT
        assert len(again.letters) == 1


def test_a_missing_postfix_names_the_package_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("mailflow.testing.postfix.SEARCH_PATH", str(tmp_path))
    assert "apt-get install postfix" in (available() or "")
    assert "apt-get install postfix" in (sink_available() or "")
