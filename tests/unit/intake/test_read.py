"""The fields of whole mails: who, what, when, and the answers to what."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

import pytest

from mailflow.intake.read import read_message
from mailflow.model.message import Message
from mailflow.testing.mails import build_mail, plain_mail

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 4
PDF = b"%PDF-1.4\n" + b"1 0 obj\n" * 30


def mail(*lines: bytes | str, head: str = "From: a@example.cn\nSubject: s\n") -> Message:
    """A mail of `head` and the lines that follow it, read."""
    rest = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    return read_message(head.encode() + rest).message


def test_an_ordinary_mail_is_read_whole() -> None:
    raw = build_mail(
        sender="Zhang.San@Example.CN",
        sender_name="张三",
        subject="张三+优秀学员",
        text="您好，请查收。",
        files=[("报名表.pdf", PDF), ("截图.jpg", JPEG)],
        to="bm@unit.example, b@unit.example",
        message_id="<1@client.example>",
        in_reply_to="<0@client.example>",
        references=["<-1@client.example>", "<0@client.example>"],
        received_at=datetime(2020, 8, 24, 10, 32, tzinfo=timezone(timedelta(hours=8))),
    )
    unpacked = read_message(raw)
    message = unpacked.message
    assert (message.sender, message.sender_name, message.subject) == ("zhang.san@example.cn", "张三", "张三+优秀学员")
    assert message.received_at == datetime(2020, 8, 24, 2, 32, tzinfo=UTC)
    assert message.message_id == "<1@client.example>"
    assert message.in_reply_to == ("<0@client.example>",)
    assert message.references == ("<-1@client.example>", "<0@client.example>")
    assert message.recipients == ("bm@unit.example", "b@unit.example")
    assert message.text == "您好，请查收。"
    assert [(one.filename, one.media_type, one.size) for one in message.attachments] == [
        ("报名表.pdf", "application/pdf", len(PDF)),
        ("截图.jpg", "image/jpeg", len(JPEG)),
    ]
    assert [unpacked.contents[one.sha256] for one in message.attachments] == [PDF, JPEG]
    assert (message.sha256, message.size) == (hashlib.sha256(raw).hexdigest(), len(raw))
    assert (message.defects, message.doubts) == ((), ())


@pytest.mark.parametrize(
    ("from_lines", "sender", "doubts"),
    [
        (["From: a@example.cn"], "a@example.cn", ()),
        (["From: A@Example.CN"], "a@example.cn", ()),
        (["From: =?utf-8?B?546L?= <a@example.cn>"], "a@example.cn", ()),
        (["From: <a@example.cn>"], "a@example.cn", ()),
        (['From: "b@other.cn" <a@example.cn>'], "a@example.cn", ()),
        (["From: a@example.cn (b@other.cn)"], "a@example.cn", ()),
        ([], "", ("no-sender",)),
        (["From:"], "", ("no-sender",)),
        (["From: nobody"], "", ("no-sender",)),
        (["From: a@example.cn", "From: b@example.cn"], "", ("two-from",)),
        (["From: a@example.cn, b@example.cn"], "", ("two-from",)),
        (["From: a@example.cn", "Subject: 1", "Subject: 2"], "a@example.cn", ("two-subject",)),
        (["From: =?utf-8?B?546L/w==?= <a@example.cn>"], "a@example.cn", ("sender-name",)),
        (["From: a@example.cn", "Subject: =?utf-8?B?546L/w==?="], "a@example.cn", ("subject",)),
        (["From: a@example.cn", "Subject: =?utf-8?Q?=EE=80=80?="], "a@example.cn", ("subject",)),
        (["From: a@example.cn", "Subject: =?utf-8?Q?a=E2=80=AEb?="], "a@example.cn", ("subject",)),
        (["From: a@example.cn", "Subject: =?utf-8?Q?a=0D=0ABcc:_x?="], "a@example.cn", ("subject",)),
    ],
)
def test_who_wrote_is_told_or_doubted(from_lines: Sequence[str], sender: str, doubts: tuple[str, ...]) -> None:
    message = read_message("\n".join([*from_lines, "", "text"]).encode()).message
    assert (message.sender, message.doubts) == (sender, doubts)


def test_a_decoded_line_end_never_stays_in_a_subject() -> None:
    message = mail("", "x", head="From: a@b.cn\nSubject: =?utf-8?Q?a=0D=0ABcc:_x?=\n")
    assert message.subject == "a  Bcc: x"


@pytest.mark.parametrize("prefix", [b"From a@example.cn Mon Aug 24 10:00:00 2020\n", b">From x\n", b"\xef\xbb\xbf"])
def test_what_mailboxes_put_before_a_mail_is_left_out(prefix: bytes) -> None:
    raw = prefix + plain_mail("a@example.cn", "王小明+优秀学员", "hi").replace(b"\r\n", b"\n")
    message = read_message(raw).message
    assert (message.sender, message.subject, message.text) == ("a@example.cn", "王小明+优秀学员", "hi")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<1@example.cn>", "<1@example.cn>"),
        (" <1@example.cn> (comment)", "<1@example.cn>"),
        ("1@example.cn", None),
        ("<1>", None),
        ("<a b@example.cn>", None),
        (f"<{'1' * 300}@example.cn>", None),
        ("<王@example.cn>", None),
        ("", None),
    ],
)
def test_a_message_id_is_sane_or_none(value: str, expected: str | None) -> None:
    assert mail(f"Message-ID: {value}", "", "x").message_id == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("from a by b; Mon, 24 Aug 2020 10:32:00 +0800 (CST)", datetime(2020, 8, 24, 2, 32, tzinfo=UTC)),
        ("from a by b; Mon, 24 Aug 2020 02:32:00 -0000", datetime(2020, 8, 24, 2, 32, tzinfo=UTC)),
        ("from a by b", None),
        ("from a by b; yesterday", None),
        ("from a by b; Mon, 99 Aug 2020 10:32:00 +0800", None),
        ("from a by b; Mon, 24 Aug 99999999999 10:32:00 +0800", None),
        ("from a by b; Mon, 24 Aug 2020 10:32:00 +9999", None),
    ],
)
def test_the_time_of_arrival_is_the_top_received_field(value: str, expected: datetime | None) -> None:
    later = "Received: from old by older; Mon, 24 Aug 2020 01:00:00 +0000"
    assert mail(f"Received: {value}", later, "", "x").received_at == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("<>", ""), ("<A@example.cn>", "a@example.cn"), ("a@example.cn", "a@example.cn")]
)
def test_the_return_path_is_kept_and_null_is_not_absent(value: str, expected: str) -> None:
    assert mail(f"Return-Path: {value}", "", "x").return_path == expected
    assert mail("", "x").return_path is None


def test_the_fields_that_etiquette_asks_for_are_kept() -> None:
    message = mail("Auto-Submitted: auto-replied", "List-Id: <x>", "X-Mailflow: 1", "X-Other: 2", "", "x")
    assert set(message.headers) == {"auto-submitted", "list-id", "x-mailflow"}


@pytest.mark.parametrize(
    "link",
    [
        "https://mail.qq.com/cgi-bin/ftnExs_download?k=1&code=2",
        "https://wx.mail.qq.com/ftn/download?func=3&key=4",
        "https://mail.163.com/large-attachment-download/index.html?p=5",
        "https://dashi.163.com/html/cloud-attachment-download/?key=6",
        "http://mail.qiye.163.com/attachment-download?id=7",
        "https://exmail.qq.com/cgi-bin/ftnExs_download?k=8",
        "http://mail.foxmail.com/cgi-bin/ftnExs_download?k=9",
        "https://cloud.189.cn/t/a1",
        "https://webmail30.189.cn/w2/webmail/downloadattach?k=1",
        "https://1drv.ms/b/s!a2",
        "https://onedrive.live.com/?authkey=a3",
        "https://example-my.sharepoint.com/:w:/g/personal/a4",
        "https://fs.163.com/fs/display/?p=a5",
        "https://share.weiyun.com/a6",
        "https://www.lanzous.com/a7",
    ],
)
def test_a_cloud_attachment_is_seen_in_html_and_in_text(link: str) -> None:
    page = mail(f'Content-Type: text/html\n\n<a href="{link.replace("&", "&amp;")}">材料.zip</a>')
    text = mail("", f"下载：{link} 谢谢")
    assert [one.split()[0] for one in page.cloud_links] == [link.split("/")[2]]
    assert page.cloud_links == text.cloud_links


def test_other_links_are_no_cloud_attachments() -> None:
    assert mail("", "https://mail.qq.com/ https://example.cn/ftn/download mailqq.com/ftn/download").cloud_links == ()
    assert (
        mail("", "https://example.sharepoint.com/sites/news https://mail.189.cn/ https://dashi.163.com/").cloud_links
        == ()
    )
