"""When not to answer, and what is a machine's talk."""

from __future__ import annotations

import pytest

from mailflow.intake.etiquette import is_machine_mail, reason_for_silence
from mailflow.intake.read import read_message
from mailflow.model.message import Message
from mailflow.testing.mails import build_mail

OWN = frozenset({"bm@unit.example"})


def mail(
    subject: str = "王小明+优秀学员",
    *headers: tuple[str, str],
    sender: str = "a@example.cn",
    files: tuple[tuple[str, bytes], ...] = (),
    text: str = "t",
) -> Message:
    return read_message(build_mail(sender=sender, subject=subject, text=text, headers=headers, files=files)).message


SILENT = [
    (mail("x", ("Auto-Submitted", "auto-replied")), "auto-submitted"),
    (mail("x", ("Auto-Submitted", "auto-generated; owner=x")), "auto-submitted"),
    (mail("x", ("Auto-Submitted", "Auto-Notified (by cron)")), "auto-submitted"),
    (mail("x", ("X-Autoreply", "yes")), "auto-submitted"),
    (mail("x", ("Return-Path", "<>")), "null-return-path"),
    (mail("x", ("Return-Path", "<MAILER-DAEMON@mx.example>")), "daemon-sender"),
    (mail("x", sender="MAILER-DAEMON@mx.example"), "daemon-sender"),
    (mail("x", sender="postmaster@example.cn"), "daemon-sender"),
    (mail("x", sender="no-reply@example.cn"), "daemon-sender"),
    (mail("x", sender="noreply@example.cn"), "daemon-sender"),
    (mail("x", sender="do_not_reply@example.cn"), "daemon-sender"),
    (mail("x", sender="bounces+123=a@example.cn"), "daemon-sender"),
    (mail("x", ("List-Id", "<x.example.cn>")), "list"),
    (mail("x", ("List-Unsubscribe", "<mailto:x@example.cn>")), "list"),
    (mail("x", ("Precedence", "bulk")), "bulk"),
    (mail("x", ("Precedence", "Junk")), "bulk"),
    (mail("x", ("X-Failed-Recipients", "b@example.cn")), "bounce"),
    (mail("系统退信"), "bounce"),
    (mail("退信：王小明+优秀学员"), "bounce"),
    (mail("Undelivered Mail Returned to Sender"), "bounce"),
    (mail("发信方已撤回邮件：王小明+优秀学员"), "recall"),
    (mail("撤回邮件"), "recall"),
    (mail("Recall: application"), "recall"),
    (mail("王小明撤回了邮件《王小明+优秀学员》"), "recall"),
    (mail("王小明撤回了一封邮件"), "recall"),
    (mail("撤回: 王小明+优秀学员", text="王小明 将撤回邮件“王小明+优秀学员”。"), "recall"),
    (mail("自动回复：王小明+优秀学员"), "auto-reply-subject"),
    (mail("Re: 自动回复: x"), "auto-reply-subject"),
    (mail("Automatic reply: x"), "auto-reply-subject"),
    (mail("Out of Office: x"), "auto-reply-subject"),
    (mail("x", ("X-Mailflow", "1")), "own-loop"),
    (mail("x", sender="BM@unit.example"), "own-loop"),
    (mail("x", ("From", "b@example.cn")), "no-sender"),
]


@pytest.mark.parametrize(("message", "reason"), SILENT, ids=lambda one: one if isinstance(one, str) else "")
def test_these_mails_are_not_answered_and_the_reason_is_named(message: Message, reason: str) -> None:
    assert reason_for_silence(message, OWN) == reason


@pytest.mark.parametrize(
    "message",
    [
        mail(),
        mail("x", ("X-Auto-Response-Suppress", "All")),
        mail("x", ("Auto-Submitted", "no")),
        mail("x", ("Auto-Submitted", "NO (really)")),
        mail("x", ("Precedence", "first-class")),
        mail("x", ("Return-Path", "<a@example.cn>")),
        mail("x", sender="noreplyton@example.cn"),
        mail("x", sender="wang.postmaster@example.cn"),
        mail("撤回 SX20-7K4M2Q"),
        mail("撤回邮件 SX20-7K4M2Q"),
        mail("Re: 系统退信是什么原因"),
        mail("请问能帮我撤回邮件吗"),
        mail("我撤回了邮件，请问还用重发吗"),
        mail("Recalling the form I sent"),
        mail(""),
    ],
)
def test_people_are_answered(message: Message) -> None:
    assert reason_for_silence(message, OWN) is None
    assert not is_machine_mail(message, OWN)


def test_a_delivery_report_is_a_bounce_before_anything_else() -> None:
    raw = (
        b"From: MAILER-DAEMON@mx.example\nReturn-Path: <>\nAuto-Submitted: auto-replied\nSubject: x\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        b"--b\n\ntext\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nAction: failed\n"
        b"--b\nContent-Type: message/rfc822\n\nSubject: hi\n\nx\n--b--\n"
    )
    message = read_message(raw).message
    assert reason_for_silence(message, OWN) == "bounce"
    assert is_machine_mail(message, OWN)
    assert [one.media_type for one in message.attachments] == ["message/delivery-status", "message/rfc822"]


@pytest.mark.parametrize("message", [message for message, reason in SILENT if reason != "no-sender"])
def test_a_machine_that_sends_no_file_is_set_aside(message: Message) -> None:
    assert is_machine_mail(message, OWN)


def test_a_mail_without_one_sender_is_never_set_aside() -> None:
    assert not is_machine_mail(mail("x", ("From", "b@example.cn")), OWN)


@pytest.mark.parametrize(
    "header",
    [
        ("List-Id", "<x>"),
        ("Precedence", "bulk"),
        ("Auto-Submitted", "auto-generated"),
        ("Return-Path", "<>"),
    ],
)
def test_a_form_that_must_not_be_answered_is_still_filed(header: tuple[str, str]) -> None:
    message = mail("王小明+优秀学员", header, files=(("报名表.pdf", b"%PDF-1.4\n"),))
    assert reason_for_silence(message, OWN) is not None
    assert not is_machine_mail(message, OWN)


@pytest.mark.parametrize("header", [("X-Mailflow", "1"), ("X-Failed-Recipients", "b@example.cn")])
def test_our_own_letters_and_bounces_are_set_aside_with_their_files(header: tuple[str, str]) -> None:
    assert is_machine_mail(mail("x", header, files=(("报名表.pdf", b"%PDF-1.4\n"),)), OWN)
