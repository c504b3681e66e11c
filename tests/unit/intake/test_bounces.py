"""Bounces: which letter came back, and whether for good."""

from __future__ import annotations

import pytest

from mailflow.intake.bounces import read_bounce
from mailflow.intake.read import read_message
from mailflow.testing.mails import build_mail

OURS = "<0123456789abcdef0123456789abcdef@mailflow.example.cn>"

REPORT = (
    b"From: MAILER-DAEMON@mx.example.com\r\nTo: intake@mailflow.example.cn\r\nSubject: Undelivered Mail\r\n"
    b"Message-ID: <b1@mx.example.com>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n'
    b"--B\r\nContent-Type: text/plain\r\n\r\nYour mail could not be delivered.\r\n"
    b"--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n\r\n"
    b"Final-Recipient: rfc822; nobody@unit.example.cn\r\nAction: %s\r\nStatus: %s\r\n"
    b"Diagnostic-Code: smtp; answered\r\n\r\n"
    b"--B\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: " + OURS.encode() + b"\r\nSubject: x\r\n\r\n--B--\r\n"
)


def test_a_report_of_rfc_3464_names_the_letter_and_says_that_it_failed() -> None:
    raw = REPORT % (b"failed", b"5.1.1")
    bounce = read_bounce(raw, read_message(raw))
    assert bounce is not None
    assert (bounce.ids, bounce.for_good) == ((OURS,), True)


def test_a_delay_is_no_failure() -> None:
    raw = REPORT % (b"delayed", b"4.4.1")
    bounce = read_bounce(raw, read_message(raw))
    assert bounce is not None
    assert not bounce.for_good


@pytest.mark.parametrize("sentence", ["收件人不存在（550 User not found）", "对方邮箱已满，无法投递", "该邮箱已被禁用"])
def test_the_chinese_pages_of_the_great_providers_are_understood(sentence: str) -> None:
    html = f"<html><body><p>抱歉，您的邮件被退回来了</p><p>{sentence}</p><p>Message-ID: {OURS[1:-1]}</p></body></html>"
    html = html.replace(OURS[1:-1], f"&lt;{OURS[1:-1]}&gt;")
    raw = build_mail(sender="postmaster@mail.example.com", subject="系统退信", text="", html=html)
    bounce = read_bounce(raw, read_message(raw))
    assert bounce is not None
    assert (bounce.ids, bounce.for_good) == ((OURS,), True)


def test_a_bounce_that_names_no_letter_of_ours_says_nothing() -> None:
    raw = build_mail(
        sender="postmaster@mail.example.com", subject="系统退信", text="收件人不存在 <someone@else.example>"
    )
    assert read_bounce(raw, read_message(raw)) is None
