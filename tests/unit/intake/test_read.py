"""Whole mails: right ones, and the nasty ones that real clients and hostile people send."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.errors import ReadRefused
from mailflow.intake.read import read_message
from mailflow.model.message import Message
from mailflow.testing.mails import build_mail, plain_mail

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 4
PDF = b"%PDF-1.4\n" + b"1 0 obj\n" * 30
B64 = base64.b64encode(JPEG)
PLAIN = "Content-Type: text/plain"
HTML = "Content-Type: text/html"


def mail(*lines: bytes | str, head: str = "From: a@example.cn\nSubject: s\n") -> Message:
    """A mail of `head` and the lines that follow it, read."""
    rest = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    return read_message(head.encode() + rest).message


def part(*headers: str, body: bytes) -> bytes:
    return "\n".join(headers).encode() + b"\n\n" + body


def multipart(*parts: bytes, subtype: str = "mixed") -> bytes:
    pieces = b"".join(b"--b1\n" + one + b"\n" for one in parts)
    return b"Content-Type: multipart/" + subtype.encode() + b'; boundary="b1"\n\n' + pieces + b"--b1--\n"


def names(message: Message) -> list[str | None]:
    return [one.filename for one in message.attachments]


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


@pytest.mark.parametrize(
    ("source", "expected_names", "expected_types"),
    [
        pytest.param(
            multipart(part("Content-Type: image/jpeg", "Content-Transfer-Encoding: base64", body=B64)),
            [None],
            ["image/jpeg"],
            id="a photo without a name",
        ),
        pytest.param(
            multipart(part("Content-Transfer-Encoding: base64", body=B64)), [None], ["image/jpeg"], id="without a type"
        ),
        pytest.param(
            multipart(part("Content-Type: text/plain; name=a.jpg", "Content-Transfer-Encoding: base64", body=B64)),
            ["a.jpg"],
            ["image/jpeg"],
            id="a photo called text",
        ),
        pytest.param(
            multipart(
                part(
                    'Content-Type: application/pdf; name="a.pdf"',
                    "Content-Disposition: inline",
                    "Content-Transfer-Encoding: base64 (MIME)",
                    body=base64.b64encode(PDF),
                )
            ),
            ["a.pdf"],
            ["application/pdf"],
            id="an inline pdf and a comment in the encoding",
        ),
        pytest.param(
            part("Content-Type: application/pdf", "Content-Transfer-Encoding: base64", body=base64.b64encode(PDF)),
            [None],
            ["application/pdf"],
            id="a mail that is a file",
        ),
        pytest.param(
            multipart(part("Content-Type: image/jpeg", "Content-Disposition: attachment; filename=a.jpg", body=JPEG)),
            ["a.jpg"],
            ["image/jpeg"],
            id="binary without an encoding",
        ),
        pytest.param(
            multipart(
                part("Content-Type: text/plain", "Content-Disposition: attachment; filename=a.txt", body=b"hi there")
            ),
            ["a.txt"],
            ["text/plain"],
            id="a text file",
        ),
        pytest.param(
            multipart(
                part(
                    "Content-Type: image/jpeg",
                    "Content-Transfer-Encoding: BASE64",
                    "Content-Disposition: attachment; filename=../../etc/CON.jpg",
                    body=B64,
                )
            ),
            ["_CON.jpg"],
            ["image/jpeg"],
            id="a path and a reserved name",
        ),
        pytest.param(
            b"Content-Type: multipart/mixed; boundary=b1\n\n--b1\nContent-Type: image/jpeg\n"
            b"Content-Transfer-Encoding: base64\n\n" + B64,
            [None],
            ["image/jpeg"],
            id="the closing boundary missing",
        ),
        pytest.param(
            b"Content-Type: multipart/mixed; boundary*0=b; boundary*1=1\n\n--b1\nContent-Type: image/jpeg\n"
            b"Content-Transfer-Encoding: base64\n\n" + B64 + b"\n--b1--\n",
            [None],
            ["image/jpeg"],
            id="a boundary in two pieces",
        ),
        pytest.param(
            multipart(part("Content-Type: image/jpeg", "Content-Transfer-Encoding: base64", body=B64)).replace(
                b"\n", b"\r"
            ),
            [None],
            ["image/jpeg"],
            id="carriage returns only",
        ),
        pytest.param(
            multipart(part("Content-Type: image/jpeg", "Content-Transfer-Encoding: base64", body=B64)).replace(
                b"\n", b"\r\n"
            ),
            [None],
            ["image/jpeg"],
            id="carriage returns and line feeds",
        ),
    ],
)
def test_files_are_found_and_known_by_their_content(
    source: bytes, expected_names: list[str | None], expected_types: list[str]
) -> None:
    newline = b"\r\n" if b"\r\n" in source else b"\r" if b"\n" not in source else b"\n"
    raw = b"From: a@example.cn" + newline + source
    unpacked = read_message(raw)
    assert names(unpacked.message) == expected_names
    assert [one.media_type for one in unpacked.message.attachments] == expected_types
    assert unpacked.message.sender == "a@example.cn"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(B64, id="one long line"),
        pytest.param(b"\n".join(B64[i : i + 76] for i in range(0, len(B64), 76)), id="lines"),
        pytest.param(b"  " + B64.replace(b"A", b"A \n\t", 40), id="blanks"),
        pytest.param(B64.rstrip(b"="), id="no padding"),
        pytest.param(B64[:40] + b"!*?" + B64[40:], id="garbage inside"),
        pytest.param(base64.b64encode(JPEG[:100]) + b"\n" + base64.b64encode(JPEG[100:]), id="padding inside"),
    ],
)
def test_broken_base64_gives_the_same_file(body: bytes) -> None:
    source = multipart(part("Content-Type: image/jpeg; name=a.jpg", "Content-Transfer-Encoding: base64", body=body))
    unpacked = read_message(b"From: a@example.cn\n" + source)
    assert [unpacked.contents[one.sha256] for one in unpacked.message.attachments] == [JPEG]


def test_damaged_base64_is_told() -> None:
    source = multipart(part("Content-Type: image/jpeg", "Content-Transfer-Encoding: base64", body=B64[:40] + b"!!!!!"))
    assert "transfer-encoding" in mail(source).defects


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (b"\n" + "王小明".encode(), "王小明"),
        (b"\n" + "王小明".encode("gbk"), "王小明"),
        (b"Content-Type: text/plain; charset=gb2312\n\n" + "朱镕基、李喆".encode("gbk"), "朱镕基、李喆"),
        (b"Content-Type: text/plain; charset=no-such\n\n" + "王小明".encode(), "王小明"),
        (b"Content-Type: text/plain; charset=utf-7\n\n+ADw-b+AD4-", "+ADw-b+AD4-"),
        (
            b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
            b"=E7=8E=8B=\n=E5=B0=8F",
            "王小",
        ),
        (b"Content-Type: text/html\n\n<meta charset='gbk'><p>" + "王喆</p><p>一</p>".encode("gbk"), "王喆\n一"),
        (b"Content-Type: text/html; charset=utf-8\n\n<style>x{}</style><b>a</b>b<script>c</script><br>d", "ab\nd"),
        (b"Content-Type: text/html\n\n<table><tr><td>A</td><td>B</td></tr><tr><td>C</td></tr></table>", "A\tB\nC"),
        (b"Content-Type: text/html\n\n", ""),
        (b"Content-Type: text/html\n\n<a &lt; \x00 <<<", ""),
        (multipart(part(PLAIN, body=b"plain"), part(HTML, body=b"<p>h</p>"), subtype="alternative"), "plain"),
        (multipart(part(PLAIN, body=b" "), part(HTML, body=b"<p>h</p>"), subtype="alternative"), "h"),
        (multipart(part("Content-Type: text/plain", body=b"a\n-- \nb\n\n--\nc")), "a\n-- \nb\n\n--\nc"),
        (multipart(part("Content-Type: text/plain", body=b"a\n--b1x\nb")), "a\n--b1x\nb"),
        (b"Content-Type: multipart/mixed; boundary=zz\n\nno boundary at all", "no boundary at all"),
        (b"Content-Type: multipart/mixed\n\nno boundary at all", "no boundary at all"),
    ],
)  # fmt: skip
def test_the_body_is_read_as_a_person_would(source: bytes, text: str) -> None:
    assert mail(source).text == text


def test_a_uuencoded_file_in_the_text_is_an_attachment() -> None:
    import binascii

    lines = b"".join(binascii.b2a_uu(JPEG[i : i + 45]) for i in range(0, len(JPEG), 45))
    unpacked = read_message(b"From: a@example.cn\n\nhello\nbegin 644 photo.jpg\n" + lines + b"`\nend\nbye\n")
    assert names(unpacked.message) == ["photo.jpg"]
    assert next(iter(unpacked.contents.values())) == JPEG
    assert unpacked.message.text.split() == ["hello", "bye"]


def test_a_forwarded_mail_is_one_attachment_byte_for_byte() -> None:
    inner = b"From: x@example.cn\nSubject: inner\n" + multipart(
        part("Content-Type: image/jpeg", "Content-Transfer-Encoding: base64", body=B64)
    ).replace(b"b1", b"inner")
    unpacked = read_message(
        b"From: a@example.cn\n" + multipart(part(PLAIN, body=b"see"), part("Content-Type: message/rfc822", body=inner))
    )
    (attachment,) = unpacked.message.attachments
    assert attachment.media_type == "message/rfc822"
    assert unpacked.contents[attachment.sha256] == inner
    assert (unpacked.message.text, unpacked.message.sender) == ("see", "a@example.cn")


def test_a_picture_shown_in_the_text_is_inline_and_one_that_is_not_is_a_file() -> None:
    def picture(number: int) -> bytes:
        content = base64.b64encode(JPEG + bytes((number,)))
        head = (f"Content-ID: <p{number}@x>", "Content-Disposition: inline", "Content-Type: image/jpeg")
        return part(*head, "Content-Transfer-Encoding: base64", body=content)

    html = part("Content-Type: text/html", body=b'<img src="cid:p1@x">')
    message = mail(multipart(html, picture(1), picture(2), subtype="related"))
    assert [(one.content_id, one.inline) for one in message.attachments] == [("p1@x", True), ("p2@x", False)]


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
    ],
)
def test_a_cloud_attachment_is_seen_in_html_and_in_text(link: str) -> None:
    page = mail(f'Content-Type: text/html\n\n<a href="{link.replace("&", "&amp;")}">材料.zip</a>')
    text = mail("", f"下载：{link} 谢谢")
    assert [one.split()[0] for one in page.cloud_links] == [link.split("/")[2]]
    assert page.cloud_links == text.cloud_links


def test_other_links_are_no_cloud_attachments() -> None:
    assert mail("", "https://mail.qq.com/ https://example.cn/ftn/download mailqq.com/ftn/download").cloud_links == ()


def test_a_mail_nested_without_end_is_refused() -> None:
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (i, i) for i in range(400))
    with pytest.raises(ReadRefused):
        read_message(b"From: a@b.cn\n" + nested)


def test_a_mail_of_thousands_of_parts_is_refused() -> None:
    with pytest.raises(ReadRefused):
        mail(multipart(*[part("Content-Type: text/plain", body=b"x")] * 1_500))


def test_endless_headers_are_cut_and_told() -> None:
    message = mail("X-Filler: 1\n" * 20_000, "", "text")
    assert (message.sender, message.defects) == ("a@example.cn", ("headers-truncated",))


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
