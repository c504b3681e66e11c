"""The parts of mails: which are files, which are text, whatever their headers say."""

from __future__ import annotations

import base64
import binascii

import pytest

from mailflow.intake.read import read_message
from mailflow.model.message import Message
from mailflow.testing.mails import raw_multipart, raw_part

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 4
PDF = b"%PDF-1.4\n" + b"1 0 obj\n" * 30
B64 = base64.b64encode(JPEG)
PLAIN = "Content-Type: text/plain"
HTML = "Content-Type: text/html"


def mail(*lines: bytes | str, head: str = "From: a@example.cn\nSubject: s\n") -> Message:
    """A mail of `head` and the lines that follow it, read."""
    rest = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    return read_message(head.encode() + rest).message


def names(message: Message) -> list[str | None]:
    return [one.filename for one in message.attachments]


@pytest.mark.parametrize(
    ("source", "expected_names", "expected_types"),
    [
        pytest.param(
            raw_multipart(raw_part("Content-Type: image/jpeg", "Content-Transfer-Encoding: base64", body=B64)),
            [None],
            ["image/jpeg"],
            id="a photo without a name",
        ),
        pytest.param(
            raw_multipart(raw_part("Content-Transfer-Encoding: base64", body=B64)),
            [None],
            ["image/jpeg"],
            id="without a type",
        ),
        pytest.param(
            raw_multipart(
                raw_part("Content-Type: text/plain; name=a.jpg", "Content-Transfer-Encoding: base64", body=B64)
            ),
            ["a.jpg"],
            ["image/jpeg"],
            id="a photo called text",
        ),
        pytest.param(
            raw_multipart(
                raw_part(
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
            raw_part("Content-Type: application/pdf", "Content-Transfer-Encoding: base64", body=base64.b64encode(PDF)),
            [None],
            ["application/pdf"],
            id="a mail that is a file",
        ),
        pytest.param(
            raw_multipart(
                raw_part("Content-Type: image/jpeg", "Content-Disposition: attachment; filename=a.jpg", body=JPEG)
            ),
            ["a.jpg"],
            ["image/jpeg"],
            id="binary without an encoding",
        ),
        pytest.param(
            raw_multipart(
                raw_part(
                    "Content-Type: text/plain", "Content-Disposition: attachment; filename=a.txt", body=b"hi there"
                )
            ),
            ["a.txt"],
            ["text/plain"],
            id="a text file",
        ),
        pytest.param(
            raw_multipart(
                raw_part(
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
            raw_multipart(raw_part("Content-Type: image/jpeg", "Content-Transfer-Encoding: base64", body=B64)).replace(
                b"\n", b"\r"
            ),
            [None],
            ["image/jpeg"],
            id="carriage returns only",
        ),
        pytest.param(
            raw_multipart(raw_part("Content-Type: image/jpeg", "Content-Transfer-Encoding: base64", body=B64)).replace(
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
    source = raw_multipart(
        raw_part("Content-Type: image/jpeg; name=a.jpg", "Content-Transfer-Encoding: base64", body=body)
    )
    unpacked = read_message(b"From: a@example.cn\n" + source)
    assert [unpacked.contents[one.sha256] for one in unpacked.message.attachments] == [JPEG]


def test_damaged_base64_is_told() -> None:
    source = raw_multipart(
        raw_part("Content-Type: image/jpeg", "Content-Transfer-Encoding: base64", body=B64[:40] + b"!!!!!")
    )
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
        (raw_multipart(raw_part(PLAIN, body=b"p"), raw_part(HTML, body=b"<p>h"), subtype="alternative"), "p"),
        (raw_multipart(raw_part(PLAIN, body=b" "), raw_part(HTML, body=b"<p>h"), subtype="alternative"), "h"),
        (raw_multipart(raw_part("Content-Type: text/plain", body=b"a\n-- \nb\n\n--\nc")), "a\n-- \nb\n\n--\nc"),
        (raw_multipart(raw_part("Content-Type: text/plain", body=b"a\n--b1x\nb")), "a\n--b1x\nb"),
        (b"Content-Type: multipart/mixed; boundary=zz\n\nno boundary at all", "no boundary at all"),
        (b"Content-Type: multipart/mixed\n\nno boundary at all", "no boundary at all"),
    ],
)  # fmt: skip
def test_the_body_is_read_as_a_person_would(source: bytes, text: str) -> None:
    assert mail(source).text == text


def test_a_uuencoded_file_in_the_text_is_an_attachment() -> None:
    lines = b"".join(binascii.b2a_uu(JPEG[i : i + 45]) for i in range(0, len(JPEG), 45))
    unpacked = read_message(b"From: a@example.cn\n\nhello\nbegin 644 photo.jpg\n" + lines + b"`\nend\nbye\n")
    assert names(unpacked.message) == ["photo.jpg"]
    assert next(iter(unpacked.contents.values())) == JPEG
    assert unpacked.message.text.split() == ["hello", "bye"]


def test_a_forwarded_mail_is_kept_byte_for_byte_and_taken_apart() -> None:
    inner = b"From: x@example.cn\nSubject: inner\n" + raw_multipart(
        raw_part("Content-Type: image/jpeg", "Content-Transfer-Encoding: base64", body=B64)
    ).replace(b"b1", b"inner")
    unpacked = read_message(
        b"From: a@example.cn\n"
        + raw_multipart(raw_part(PLAIN, body=b"see"), raw_part("Content-Type: message/rfc822", body=inner))
    )
    attachment, picture = unpacked.message.attachments
    assert attachment.media_type == "message/rfc822"
    assert (picture.media_type, picture.inside, picture.container) == ("image/jpeg", "inner.eml", 0)
    assert unpacked.contents[attachment.sha256] == inner
    assert (unpacked.message.text, unpacked.message.sender) == ("see", "a@example.cn")


def test_a_picture_shown_in_the_text_is_inline_and_one_that_is_not_is_a_file() -> None:
    def picture(number: int) -> bytes:
        content = base64.b64encode(JPEG + bytes((number,)))
        head = (f"Content-ID: <p{number}@x>", "Content-Disposition: inline", "Content-Type: image/jpeg")
        return raw_part(*head, "Content-Transfer-Encoding: base64", body=content)

    html = raw_part("Content-Type: text/html", body=b'<img src="cid:p1@x">')
    message = mail(raw_multipart(html, picture(1), picture(2), subtype="related"))
    assert [(one.content_id, one.inline) for one in message.attachments] == [("p1@x", True), ("p2@x", False)]
