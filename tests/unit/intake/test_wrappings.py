"""Mails and files inside other mails and files: what is in them comes out as if it had been attached."""

from __future__ import annotations

import base64
import importlib
import struct
import sys
import zlib
from collections.abc import Sequence
from typing import Any

import pytest

from mailflow.intake.quoted import quoted_subjects
from mailflow.intake.read import read_message
from mailflow.model.message import Message
from mailflow.testing.mails import build_mail, raw_multipart, raw_part

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
INNER = build_mail(
    sender="x@example.cn", subject="王小明+优秀学员", files=[("我的信息.png", PNG)], message_id="<1@example.cn>"
)
OUTER = b"From: a@example.cn\nSubject: fw\n"


def forwarded(*headers: str, body: bytes = INNER) -> Message:
    return read_message(OUTER + raw_multipart(raw_part(*headers, body=body))).message


def files(message: Message) -> list[tuple[str | None, str | None, str | None]]:
    return [(one.filename, one.inside, one.sealed) for one in message.attachments]


def base64_lines(content: bytes) -> bytes:
    return base64.encodebytes(content)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        pytest.param(("Content-Type: message/rfc822",), INNER, id="as RFC 2046 asks"),
        pytest.param(
            ("Content-Type: message/rfc822", "Content-Transfer-Encoding: base64"), base64_lines(INNER), id="in base64"
        ),
        pytest.param(("Content-Type: message/global",), INNER, id="RFC 6532"),
        pytest.param(
            ('Content-Type: application/octet-stream; name="a.eml"', "Content-Transfer-Encoding: base64"),
            base64_lines(INNER),
            id="as a file",
        ),
        pytest.param(
            ('Content-Type: text/plain; name="a.eml"', "Content-Disposition: attachment"), INNER, id="as a text file"
        ),
    ],
)
def test_a_forwarded_mail_gives_its_subject_and_its_files(headers: Sequence[str], body: bytes) -> None:
    message = forwarded(*headers, body=body)
    (inner,) = message.forwarded
    assert (inner.subject, inner.container, inner.inline, inner.sure) == ("王小明+优秀学员", 0, False, True)
    named = message.attachments[0].filename or "王小明+优秀学员.eml"
    assert files(message)[1:] == [("我的信息.png", named, None)]
    assert (message.sender, message.subject) == ("a@example.cn", "fw")


def test_several_forwarded_mails_keep_their_files_apart() -> None:
    part = raw_part("Content-Type: message/rfc822", body=INNER)
    message = read_message(OUTER + raw_multipart(part, part, subtype="digest")).message
    assert [one.container for one in message.attachments] == [None, 0, None, 2]
    assert [one.container for one in message.forwarded] == [0, 2]


def test_mails_in_mails_are_opened_to_a_set_depth() -> None:
    raw = INNER
    for _ in range(4):
        raw = OUTER + raw_multipart(raw_part("Content-Type: message/rfc822", body=raw)).replace(
            b"b1", b"b%d" % len(raw)
        )
    message = read_message(raw).message
    assert [one.sealed for one in message.attachments] == [None, None, None, "too-deep"]


def test_a_file_that_is_only_called_a_mail_is_what_it_is() -> None:
    message = forwarded("Content-Type: message/rfc822", "Content-Transfer-Encoding: base64", body=base64_lines(PNG))
    assert [(one.media_type, one.sealed) for one in message.attachments] == [("image/png", None)]


def test_a_forwarded_mail_whose_subject_is_damaged_is_not_sure() -> None:
    message = forwarded("Content-Type: message/rfc822", body=b"From: x@example.cn\nSubject: \xff\xfe\xfd+a\n\nx")
    assert [one.sure for one in message.forwarded] == [False]


@pytest.mark.parametrize(
    "content_type",
    ["application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", 'message/partial; id="a"; number=1; total=2'],
)
def test_mail_that_is_sealed_or_cut_stays_closed_and_says_so(content_type: str) -> None:
    message = forwarded(f"Content-Type: {content_type}", body=b"x")
    assert [one.sealed for one in message.attachments] == ["unsupported"]


def test_a_body_that_lies_elsewhere_is_told_like_a_download_link() -> None:
    kind = 'message/external-body; access-type=URL; URL="https://files.example.cn/a.docx"'
    message = forwarded(f"Content-Type: {kind}", body=b"Content-Type: application/msword\n\n")
    assert message.attachments == ()
    assert message.cloud_links == ("files.example.cn 外部文件",)


# Archives and wrappings of other programs, with and without the libraries that open them

SEVEN = b"7z\xbc\xaf\x27\x1c" + bytes(30)
RAR = b"Rar!\x1a\x07\x00" + bytes(30)


@pytest.mark.parametrize(("library", "content"), [("libarchive", SEVEN), ("libarchive", RAR)])
def test_without_its_library_a_wrapping_stays_closed(
    monkeypatch: pytest.MonkeyPatch, library: str, content: bytes
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    message = read_message(build_mail(sender="a@example.cn", subject="s", files=[("a", content)])).message
    assert [one.sealed for one in message.attachments] == ["unsupported"]


def archives_or_skip() -> Any:
    try:
        return importlib.import_module("libarchive")
    except Exception:  # without its C library the binding fails in ways of its own
        pytest.skip("rar and 7z need libarchive (Debian: apt-get install libarchive-tools)")


def test_a_7z_archive_is_opened() -> None:
    libarchive = archives_or_skip()
    written = bytearray()

    def write(data: bytes) -> int:
        written.extend(data)
        return len(data)

    with libarchive.custom_writer(write, "7zip") as archive:
        archive.add_file_from_memory("王小明/我的信息.png", len(PNG), PNG)
    message = read_message(build_mail(sender="a@example.cn", subject="s", files=[("a.7z", bytes(written))])).message
    assert [(one.filename, one.inside, one.folder) for one in message.attachments] == [
        ("a.7z", None, None),
        ("我的信息.png", "a.7z", "王小明"),
    ]


@pytest.mark.parametrize("content", [RAR, b"Rar!\x1a\x07\x01\x00" + bytes(30)])
def test_a_damaged_archive_is_unreadable(content: bytes) -> None:
    archives_or_skip()
    message = read_message(build_mail(sender="a@example.cn", subject="s", files=[("a", content)])).message
    assert [one.sealed for one in message.attachments] == ["unreadable"]


# Mails forwarded in the text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            '请查收\n\n------------------ 原始邮件 ------------------\n发件人: "王小明" <1@qq.example>;\n'
            '发送时间: 2020年8月24日(星期一) 上午10:32\n收件人: "通讯站"<2@qq.example>;\n\n主题: 王小明+优秀学员',
            id="QQ",
        ),
        pytest.param(
            "-------- 转发邮件信息 --------\n发件人：王小明 <1@163.example>\n发送日期：2020-08-24 10:32:00\n"
            "收件人：2@163.example\n主题：王小明+优秀学员\n\n正文",
            id="163",
        ),
        pytest.param(
            "---- 回复的原邮件 ----\n| 发件人 | 王小明<1@163.example> |\n| 日期 | 2020年08月24日 10:32 |\n"
            "| 收件人 | 2@163.example |\n| 主题 | 王小明+优秀学员 |",
            id="163 table",
        ),
        pytest.param(
            "发件人： 王小明\n发送时间： 2020-08-24 10:32\n收件人： 2@foxmail.example\n主题： 王小明+优秀学员\n",
            id="Foxmail",
        ),
        pytest.param(
            "________________________________\n发件人: 王小明 <1@outlook.example>\n发送时间: 2020年8月24日 10:32\n"
            "收件人: 李晓华 <2@outlook.example>; 张三 <3@outlook.example>;\n 通讯站 <4@outlook.example>\n"
            "主题: 王小明+优秀学员",
            id="Outlook",
        ),
        pytest.param(
            "---------- Forwarded message ---------\nFrom: W <1@gmail.example>\nDate: Mon, Aug 24, 2020\n"
            "Subject: 王小明+优秀学员\nTo: <2@gmail.example>",
            id="Gmail",
        ),
        pytest.param(
            "> -----Original Message-----\n> From: W\n> Sent: Monday\n> To: L\n> Subject: 王小明+优秀学员", id="quoted"
        ),
        pytest.param(
            "-------- Forwarded Message --------\nSubject: 王小明+优秀学员\nDate: Mon, 24 Aug\nFrom: W <1@x.example>",
            id="Thunderbird",
        ),
        pytest.param("*发件人:* W\n*主题:* 王小明+优秀学员\n", id="bold"),
        pytest.param("发件人\t王小明\n主题\t王小明+优秀学员\n", id="cells"),
    ],
)
def test_the_subject_of_a_mail_quoted_in_the_text_is_found(text: str) -> None:
    assert quoted_subjects(text) == ("王小明+优秀学员",)


@pytest.mark.parametrize(
    "text",
    [
        "主题：王小明+优秀学员",
        "发件人：王小明\n您好，\n这是我的材料。\n主题：学习",
        "From: here\nto there\nis a long way\nSubject: none",
        "",
    ],
)
def test_words_that_only_look_like_header_lines_quote_nothing(text: str) -> None:
    assert quoted_subjects(text) == ()


def test_a_subject_quoted_in_a_damaged_text_is_not_sure() -> None:
    text = "发件人：甲\n主题：王小明+优秀学员\n".encode()
    head = b"From: a@example.cn\nContent-Type: text/plain; charset=utf-8\n\n"
    assert [one.sure for one in read_message(head + text).message.forwarded] == [True]
    damaged = read_message(head + text.replace("明".encode(), b"\xe6\x98")).message
    assert [one.sure for one in damaged.forwarded] == [False]


def test_quoted_mails_come_outermost_first() -> None:
    text = "发件人：甲\n主题：Fw: 材料\n正文\n正文\n发件人：乙\n主题：王小明+优秀学员\n"
    assert quoted_subjects(text) == ("Fw: 材料", "王小明+优秀学员")
    message = read_message(b"From: a@example.cn\n\n" + text.encode()).message
    assert [(one.subject, one.container, one.inline) for one in message.forwarded] == [
        ("Fw: 材料", None, True),
        ("王小明+优秀学员", None, True),
    ]


def stored_rar(files: dict[str, bytes]) -> bytes:
    """A RAR 4 archive whose files are stored and not packed (the format is unRAR's technote.txt)."""

    def block(kind: int, flags: int, rest: bytes, data: bytes = b"") -> bytes:
        head = struct.pack("<BHH", kind, flags, 7 + len(rest)) + rest
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head + data

    blocks = [b"Rar!\x1a\x07\x00", block(0x73, 0, bytes(6))]
    for name, data in files.items():
        raw = name.encode("gbk")
        crc, unix, stored = zlib.crc32(data), 3, 0x30
        about = (len(data), len(data), unix, crc, 0x5114_5140, 20, stored, len(raw), 0o100644)
        blocks.append(block(0x74, 0x8000, struct.pack("<IIBIIBBHI", *about) + raw, data))
    return b"".join((*blocks, block(0x7B, 0x4000, b"")))


def test_a_rar_archive_is_opened_where_libarchive_reads_it() -> None:
    archives_or_skip()
    content = stored_rar({"王小明报名表.docx": b"PK\x03\x04 a form", "me.jpg": b"\xff\xd8\xff a picture"})
    raw = build_mail(sender="a@b.cn", subject="王小明+优秀学员", files=[("材料.rar", content)])
    message = read_message(raw).message
    assert [one.sealed for one in message.attachments[:1]] == [None]
    assert [(one.filename, one.inside) for one in message.attachments[1:]] == [
        ("王小明报名表.docx", "材料.rar"),
        ("me.jpg", "材料.rar"),
    ]
