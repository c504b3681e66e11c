"""Errors of the mail server come out as one clear line that says what to do."""

from __future__ import annotations

import imaplib
import re
from dataclasses import replace

import pytest

from mailflow.errors import AuthenticationError, PermanentError, TemporaryError, WireError
from mailflow.wire.imap_account import ImapAccount
from mailflow.wire.imap_errors import Refused, of_login, of_refusal, of_select, response_code, said, translate
from mailflow.wire.quirks import ANY, NETEASE, QUIRKS, TENCENT, provider_of, recognise

ACCOUNT = ImapAccount("imap.163.com", 993, "tls", "box@163.com", "open-sesame")


@pytest.mark.parametrize(
    ("host", "provider"),
    [
        ("imap.163.com", NETEASE),
        ("IMAP.126.COM.", NETEASE),
        ("imap.yeah.net", NETEASE),
        ("imap.qiye.163.com", NETEASE),
        ("imap.qq.com", TENCENT),
        ("imap.exmail.qq.com", TENCENT),
        ("imap.not163.com", ANY),
        ("163.com.example.cn", ANY),
        ("127.0.0.1", ANY),
    ],
)
def test_a_provider_is_told_by_the_name_of_its_host(host: str, provider: str) -> None:
    assert provider_of(host) == provider


@pytest.mark.parametrize(
    ("host", "text", "advice"),
    [
        ("imap.163.com", "LOGIN Login error or password error", "授权码"),
        ("imap.126.com", "ERR.LOGIN.REQCODE", "授权码"),
        ("imap.qq.com", "Login fail. Account is abnormal, service is not open, password is incorrect", "15 minutes"),
        ("imap.exmail.qq.com", "LOGIN Login error or password error", "客户端专用密码"),
        ("mail.example.cn", "[AUTHENTICATIONFAILED] Authentication failed.", "imap.password"),
    ],
)
def test_a_refused_login_says_what_helps_at_that_provider(host: str, text: str, advice: str) -> None:
    account = replace(ACCOUNT, host=host)
    failure = translate(imaplib.IMAP4.error(text), account, "LOGIN", expired=False)
    assert isinstance(failure, Refused)
    refusal = of_login(failure, account)
    assert isinstance(refusal, AuthenticationError)
    assert advice in str(refusal)
    assert "\n" not in str(refusal)


def test_an_unsafe_login_says_what_helps() -> None:
    refused = Refused("refused EXAMINE: EXAMINE Unsafe Login. Please contact kefu@188.com for help")
    refusal = of_select(refused, ACCOUNT, "INBOX", ("INBOX",))
    assert isinstance(refusal, AuthenticationError)
    assert "IMAP/SMTP服务" in str(refusal)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("[UNAVAILABLE] later", TemporaryError),
        ("[INUSE] locked", TemporaryError),
        ("no reason", TemporaryError),
        ("[NOPERM] not yours", PermanentError),
        ("[OVERQUOTA] full", TemporaryError),
    ],
)
def test_a_refusal_is_temporary_unless_its_code_says_otherwise(text: str, kind: type[WireError]) -> None:
    assert type(of_refusal(Refused(text, code=response_code(text)))) is kind


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (b"LOGIN \xc3\xdc\xc2\xeb\xb4\xed\xce\xf3", "LOGIN 密码错误"),
        ("密码错误".encode(), "密码错误"),
        ("UID command error: BAD [b'no such thing']", "UID command error: BAD [no such thing]"),
        (b"one\r\ntwo\x1b[31m\x00three", "one two [31m three"),
        (b"you said open-sesame", "you said ***"),
        (b"", "no reason given"),
        (b"x" * 5000, "x" * 200),
    ],
)
def test_what_the_server_said_is_one_clean_line(words: bytes | str, line: str) -> None:
    assert said(imaplib.IMAP4.error(words), ACCOUNT) == line


@pytest.mark.parametrize(
    "error", [ValueError("x"), KeyError(3), RecursionError(), UnicodeDecodeError("a", b"", 0, 1, "x")]
)
def test_an_answer_that_breaks_the_library_is_a_temporary_error(error: Exception) -> None:
    assert isinstance(translate(error, ACCOUNT, "FETCH", expired=False), TemporaryError)


def test_the_password_is_in_no_repr() -> None:
    assert "open-sesame" not in repr(ACCOUNT)


def test_every_quirk_has_an_id_of_its_own_and_a_pattern_that_works() -> None:
    ids = [quirk.id for quirk in QUIRKS]
    assert len(ids) == len(set(ids))
    for quirk in QUIRKS:
        assert quirk.symptom
        assert quirk.remedy
        re.compile(quirk.pattern)


def test_a_provider_is_not_blamed_for_the_quirks_of_another() -> None:
    assert recognise("mail.example.cn", "Account is abnormal") is None
    found = recognise("imap.163.com", "SELECT Unsafe Login")
    assert found is not None
    assert found.id == "imap-id-before-select"
