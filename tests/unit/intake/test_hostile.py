"""Mails that want to break the reading: any bytes are read, or refused by name."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.errors import ReadRefused
from mailflow.intake.read import read_message
from mailflow.model.message import Message
from mailflow.testing.mails import build_mail, raw_multipart, raw_part

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 4
B64 = base64.b64encode(JPEG)


def mail(*lines: bytes | str, head: str = "From: a@example.cn\nSubject: s\n") -> Message:
    """A mail of `head` and the lines that follow it, read."""
    rest = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    return read_message(head.encode() + rest).message


def test_a_mail_nested_without_end_is_refused() -> None:
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (i, i) for i in range(400))
    with pytest.raises(ReadRefused):
        read_message(b"From: a@b.cn\n" + nested)


def test_a_mail_of_thousands_of_parts_is_refused() -> None:
    with pytest.raises(ReadRefused):
        mail(raw_multipart(*[raw_part("Content-Type: text/plain", body=b"x")] * 1_500))


@pytest.mark.parametrize("line", ["X-Filler: 1\n", "Received: from a by b; Mon, 24 Aug 2020 10:00:00 +0800\n"])
def test_fields_that_nobody_reads_cost_nothing_however_many(line: str) -> None:
    message = mail(line * 50_000 + "Message-ID: <1@example.cn>", "", "text")
    assert (message.sender, message.message_id, message.text) == ("a@example.cn", "<1@example.cn>", "text")
    assert message.defects == ()


def test_endless_addresses_are_cut_and_told() -> None:
    addresses = ",\n ".join(f"u{number}@example.cn" for number in range(60_000))
    message = mail(f"Cc: {addresses}", "", "text", head=f"To: {addresses}\nFrom: a@example.cn\nSubject: s\n")
    assert (message.sender, message.subject, message.text) == ("a@example.cn", "s", "text")
    assert "headers-truncated" in message.defects


def test_a_long_body_is_capped() -> None:
    assert len(mail("", "x" * 1_000_000).text) == 200_000


FRAGMENTS = st.sampled_from(
    [
        b"From: a@b.cn\n",
        b"Subject: =?gb2312?B?zfXQ?=\n",
        b"Content-Type: multipart/mixed; boundary=b\n",
        b"\n",
        b"\r",
        b"--b\n",
        b"--b--\n",
        b"Content-Type: message/rfc822\n",
        b"Content-Transfer-Encoding: base64\n",
        B64,
        b"\xff\xfe",
        b"Content-Type: text/html; charset=utf-16\n",
        b"Content-Type: text/plain; charset=undefined\n",
        b"begin 644 a\n",
        b"Content-Disposition: attachment; filename*0*=x''%ff\n",
        b"Content-Transfer-Encoding: x-uuencode\n",
        b"\x00",
        b"Received: ;;\n",
        b"To: <<>,;:\n",
        b"PK\x03\x04",
        b"Content-Type: multipart/digest; boundary=\n",
        b"(",
        b'"',
        b"Content-Type: message/delivery-status\n",
        b"<html><p>",
        b"Content-Type: \n",
        b"Message-ID: <@>\n",
        b" ",
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.binary(max_size=400), st.lists(st.one_of(FRAGMENTS, st.binary(max_size=8)), max_size=25).map(b"".join))
)
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        unpacked = read_message(raw)
    except ReadRefused:
        return
    assert unpacked.message.sha256 == hashlib.sha256(raw).hexdigest()
    assert {one.sha256 for one in unpacked.message.attachments} == set(unpacked.contents)
    unpacked.message.text.encode()
    unpacked.message.subject.encode()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_mail_cut_off_anywhere_is_still_read(data: st.DataObject) -> None:
    raw = build_mail(
        sender="a@example.cn", subject="王小明+优秀学员", text="t", html="<p>t</p>", files=[("a.jpg", JPEG)]
    )
    cut = data.draw(st.integers(min_value=0, max_value=len(raw)))
    message = read_message(raw[:cut]).message
    assert message.sender in ("a@example.cn", "") or cut < 30


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"-" * 2_000_000, id="dashes"),
        pytest.param(b"begin 644 a\nM\n" * 50_000, id="files without end"),
        pytest.param(b"http://" * 200_000, id="links"),
        pytest.param(b"=!" * 500_000, id="equals signs"),
        pytest.param(b"<div>" * 200_000, id="tags"),
    ],
)
@pytest.mark.parametrize("head", ["", "Content-Type: text/html", "Content-Transfer-Encoding: base64"])
def test_endless_repetition_in_a_body_is_read_at_once(head: str, body: bytes) -> None:
    lines = [head, ""] if head else [""]
    assert len(mail(*lines, body).attachments) <= 100


@pytest.mark.parametrize("field", ["From", "To", "Subject", "Content-Type", "Received", "References"])
@pytest.mark.parametrize(
    "unit", ["=?gb2312?B?", "=?gb2312?B?zfU=?= ", "a@b.cn, ", '"\\', "(", ';"', "; a*0=b", "<a@b "]
)
def test_endless_repetition_in_a_header_is_read_at_once(field: str, unit: str) -> None:
    read_message(f"{field}: {unit * 3000}\n\ntext".encode())
