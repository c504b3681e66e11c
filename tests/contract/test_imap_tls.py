"""No password leaves over a line that is not verified TLS; over one that is, all works."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest

from mailflow.errors import PermanentError, WireError
from mailflow.testing.certificates import issue
from mailflow.testing.dovecot import Dovecot
from mailflow.testing.lying_imap import LyingImap
from mailflow.testing.servers import require
from mailflow.wire.imap import ImapAccount, Mailbox

Security = Literal["tls", "starttls", "none"]


def account(port: int, security: Security, ca_file: str = "", host: str = "127.0.0.1") -> ImapAccount:
    return ImapAccount(host, port, security, LyingImap.username, LyingImap.password, ca_file=ca_file)


@pytest.fixture(params=["tls", "starttls"])
def security(request: pytest.FixtureRequest) -> Security:
    chosen: Security = request.param
    return chosen


def capabilities(security: Security) -> str:
    return "IMAP4rev1 STARTTLS" if security == "starttls" else "IMAP4rev1"


def refused(server: LyingImap, who: ImapAccount) -> str:
    """The text of the refusal, once it is sure that nothing secret was sent."""
    box = Mailbox(who, command_seconds=10)
    with pytest.raises(PermanentError) as refusal:
        box.open()
    assert not any(word in server.received for word in (b"LOGIN", b"AUTHENTICATE", who.password.encode()))
    return str(refusal.value)


@pytest.mark.real_servers
def test_a_verified_line_to_a_real_server_works(security: Security) -> None:
    require("dovecot")
    with Dovecot(security=security) as server:
        server.append(b"From: wang@example.cn\r\n\r\nhello\r\n", datetime(2020, 8, 20, tzinfo=UTC))
        box = Mailbox(account(server.port, security, server.ca_file, "localhost"), command_seconds=20)
        box.open()
        (only,) = box.fetch(box.find_new("INBOX", lambda _: set())[1])
        assert only.raw.endswith(b"hello\r\n")
        box.close()


def test_an_authority_that_nobody_vouches_for_is_refused(tmp_path: Path, security: Security) -> None:
    with LyingImap(certificate=issue(tmp_path), capabilities=capabilities(security)) as server:
        text = refused(server, account(server.port, security))
        assert "imap.ca_file" in text


def test_a_certificate_for_another_host_is_refused(tmp_path: Path, security: Security) -> None:
    made = issue(tmp_path, hosts=("imap.example.cn",))
    with LyingImap(certificate=made, capabilities=capabilities(security)) as server:
        assert "not valid for" in refused(server, account(server.port, security, str(made.ca_file)))


def test_an_expired_certificate_is_refused(tmp_path: Path, security: Security) -> None:
    made = issue(tmp_path, expired=True)
    with LyingImap(certificate=made, capabilities=capabilities(security)) as server:
        assert "expired" in refused(server, account(server.port, security, str(made.ca_file)))


def test_a_stripped_starttls_is_refused() -> None:
    with LyingImap(capabilities="IMAP4rev1") as server:
        assert "STARTTLS" in refused(server, account(server.port, "starttls"))


def test_a_greeting_that_skips_the_login_is_refused() -> None:
    greeting = b"* PREAUTH hello again\r\n"
    with LyingImap(capabilities="IMAP4rev1 STARTTLS", greeting=greeting) as server:
        assert "already logged in" in refused(server, account(server.port, "starttls"))
    with LyingImap(greeting=greeting) as server:
        assert "already logged in" in refused(server, account(server.port, "none"))


def test_a_server_that_forbids_login_is_not_tempted() -> None:
    with LyingImap(capabilities="IMAP4rev1 LOGINDISABLED") as server:
        assert "imap.security" in refused(server, account(server.port, "none"))


def test_a_port_without_tls_is_named_as_the_mistake() -> None:
    with LyingImap() as server:
        assert "imap.port" in refused(server, account(server.port, "tls"))


@pytest.mark.parametrize("host", ["imap.example.cn", "192.0.2.1", "localhost.example.cn", "127.0.0.1.example.cn"])
def test_an_open_line_is_for_this_machine_only(host: str) -> None:
    with pytest.raises(PermanentError, match=r"imap\.security"):
        Mailbox(account(143, "none", host=host)).open()


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_an_unusable_file_of_authorities_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WireError, match=r"ca\.pem"):
        Mailbox(account(993, "tls", str(path))).open()


def test_tls_older_than_1_2_is_refused(tmp_path: Path) -> None:
    from mailflow.wire import tls

    made = issue(tmp_path)
    assert tls.context(str(made.ca_file)).minimum_version.name == "TLSv1_2"
