"""Accounts that may be used, and addresses that may stand on an envelope."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from mailflow.errors import PermanentError
from mailflow.wire.smtp import Courier, SmtpAccount
from mailflow.wire.smtp_account import envelope_address

ACCOUNT = SmtpAccount("smtp.example.cn", 465, "tls", "wang", "open-sesame-8", "office@example.cn")


@pytest.mark.parametrize(
    ("address", "envelope"),
    [
        ("a@example.cn", "a@example.cn"),
        ("A.b+c@Example.CN", "A.b+c@example.cn"),
        ("a@例子.中国", "a@xn--fsqu00a.xn--fiqs8s"),
        ("张三@example.cn", "张三@example.cn"),
    ],
)
def test_one_plain_address_is_taken(address: str, envelope: str) -> None:
    assert envelope_address(address) == envelope


@pytest.mark.parametrize(
    "address",
    [
        "",
        "<>",
        "a",
        "@example.cn",
        "a@example.cn,b@example.cn",
        "a@example.cn b@example.cn",
        "a@example.cn;b@example.cn",
        "张三 <a@example.cn>",
        "<a@example.cn>",
        "a@example.cn\r\nRCPT TO:<b@example.cn>",
        "a@example.cn\n",
        "a\x00@example.cn",
        "a\u202e@example.cn",
        "a@b@example.cn",
        "a@example.cn SIZE=0",
        "a" * 500 + "@example.cn",
    ],
)
def test_what_is_no_single_address_is_refused(address: str) -> None:
    with pytest.raises(PermanentError):
        envelope_address(address)


def test_the_password_is_never_shown() -> None:
    assert "open-sesame-8" not in f"{ACCOUNT!r} {ACCOUNT}"


@pytest.mark.parametrize(
    ("changes", "setting"),
    [
        ({"security": "none"}, "smtp.security"),
        ({"security": "auto"}, "smtp.security"),
        ({"sender": "a@example.cn,b@example.cn"}, "smtp.sender"),
        ({"sender": ""}, "smtp.sender"),
        ({"ca_file": "/nowhere/ca.pem"}, "ca_file"),
    ],
)
def test_an_account_that_must_not_be_used_is_refused_with_the_setting(changes: dict[str, str], setting: str) -> None:
    with pytest.raises(PermanentError, match=setting):
        Courier(dataclasses.replace(ACCOUNT, **changes))  # type: ignore[arg-type]


def test_an_authorities_file_without_a_certificate_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises(PermanentError, match="ca_file"):
        Courier(dataclasses.replace(ACCOUNT, ca_file=str(tmp_path / "ca.pem")))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_an_open_line_to_this_machine_is_allowed(host: str) -> None:
    Courier(dataclasses.replace(ACCOUNT, host=host, security="none")).close()


@pytest.mark.parametrize(
    "host", ["localhost.example.cn", "10.0.0.1", "0.0.0.0", "smtp.163.com", "127.0.0.1.example.cn"]
)
def test_an_open_line_to_any_other_host_is_refused(host: str) -> None:
    with pytest.raises(PermanentError, match="loopback"):
        Courier(dataclasses.replace(ACCOUNT, host=host, security="none"))
