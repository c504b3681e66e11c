"""What EHLO says against one letter."""

from __future__ import annotations

import pytest

from mailflow.wire.smtp_limits import largest, mail_options, octets, unfit
from mailflow.wire.smtp_result import Outcome

PLAIN = ("a@example.cn", "b@example.cn")
LETTER = b"Subject: x\r\n\r\nhello\r\n"


@pytest.mark.parametrize(
    ("raw", "size"),
    [(b"", 2), (b"a", 3), (b"a\r\n", 3), (b"a\n", 3), (b"a\nb\r\nc\rd", 12), (b"a\n\r\n", 5)],
)
def test_a_letter_is_measured_as_it_travels(raw: bytes, size: int) -> None:
    assert octets(raw) == size


@pytest.mark.parametrize(("figure", "limit"), [("1000", 1000), ("0", None), ("", None), ("many", None), ("-5", None)])
def test_a_servers_limit_is_read_or_there_is_none(figure: str, limit: int | None) -> None:
    assert largest({"size": figure}) == limit


def test_without_the_extension_there_is_no_limit() -> None:
    assert largest({}) is None


def test_a_letter_of_just_the_limit_fits_and_one_byte_more_does_not() -> None:
    assert unfit({"size": str(octets(LETTER))}, PLAIN, LETTER) is None
    refused = unfit({"size": str(octets(LETTER) - 1)}, PLAIN, LETTER)
    assert refused is not None
    assert refused.outcome is Outcome.REFUSED
    assert "fewer files" in refused.text


@pytest.mark.parametrize(
    ("extensions", "recipient", "raw", "word"),
    [
        ({}, "张三@example.cn", LETTER, "SMTPUTF8"),
        ({"smtputf8": ""}, "b@example.cn", "Subject: 你好\r\n\r\n".encode(), "8BITMIME"),
    ],
)
def test_what_the_server_has_no_extension_for_is_refused_with_its_name(
    extensions: dict[str, str], recipient: str, raw: bytes, word: str
) -> None:
    refused = unfit(extensions, ("a@example.cn", recipient), raw)
    assert refused is not None
    assert refused.outcome is Outcome.REFUSED
    assert word in refused.text


def test_a_plain_letter_asks_for_nothing_the_server_did_not_offer() -> None:
    assert mail_options({}, PLAIN, LETTER) == []
    assert mail_options({"size": "9"}, PLAIN, LETTER) == [f"SIZE={len(LETTER)}"]


def test_a_letter_in_chinese_asks_for_both_extensions() -> None:
    offered = {"8bitmime": "", "smtputf8": ""}
    assert mail_options(offered, ("a@example.cn", "张三@example.cn"), "你好".encode()) == ["BODY=8BITMIME", "SMTPUTF8"]
