"""Structure: parts, boundaries, encodings and headers as broken senders make them."""

from __future__ import annotations

import binascii
import quopri
from base64 import encodebytes
from collections.abc import Callable
from functools import partial

from mailflow.testing.mails import raw_multipart, raw_part
from tests.samples.parts import TEXT, by_hand, file_part, form, head, mail, papers, picture

FORM = form()
B64 = encodebytes(FORM)
STRUCTURE: dict[str, Callable[[], bytes]] = {}
GOOD = by_hand(TEXT, file_part())


def uuencoded(name: str, content: bytes) -> bytes:
    """`content` as uuencode writes it."""
    lines = (binascii.b2a_uu(content[at : at + 45]) for at in range(0, len(content), 45))
    return f"begin 644 {name}\n".encode() + b"".join(lines) + b"`\nend\n"


def nested(depth: int) -> bytes:
    """A form within so many multiparts."""
    opening = b"".join(
        b'Content-Type: multipart/mixed; boundary="n%d"\n\n--n%d\n' % (level, level) for level in range(depth)
    )
    return head() + opening + file_part() + b"".join(b"\n--n%d--\n" % level for level in reversed(range(depth)))


def html_with(*parts: bytes) -> bytes:
    """A multipart/related whose HTML shows a picture."""
    page = raw_part("Content-Type: text/html; charset=utf-8", body=b'<p>see</p><img src="cid:logo@x">')
    return by_hand(page, *parts, subtype="related")


def _parts() -> None:
    nameless = raw_part("Content-Transfer-Encoding: base64", body=B64)
    STRUCTURE["a mail with all that is asked for"] = mail
    STRUCTURE["a form without name, type and disposition"] = lambda: by_hand(TEXT, nameless)
    STRUCTURE["a photo without name, CID or disposition"] = lambda: by_hand(
        TEXT,
        file_part(),
        raw_part("Content-Type: image/png", "Content-Transfer-Encoding: base64", body=encodebytes(picture())),
    )
    STRUCTURE["a form said to be text/plain"] = lambda: by_hand(
        raw_part('Content-Type: text/plain; name="form.docx"', "Content-Transfer-Encoding: base64", body=B64)
    )
    STRUCTURE["an inline file"] = lambda: by_hand(
        TEXT,
        raw_part(
            "Content-Type: application/octet-stream",
            'Content-Disposition: inline; filename="报名表.docx"',
            "Content-Transfer-Encoding: base64",
            body=B64,
        ),
    )
    STRUCTURE["a file inside alternative"] = lambda: by_hand(TEXT, file_part(), subtype="alternative")
    STRUCTURE["two files of one name"] = lambda: by_hand(
        TEXT, file_part("图片.png", picture(1)), file_part("图片.png", picture(2)), file_part()
    )
    STRUCTURE["a logo shown in the text, and a form"] = lambda: html_with(
        raw_part(
            "Content-Type: image/png",
            "Content-ID: <logo@x>",
            "Content-Transfer-Encoding: base64",
            body=encodebytes(picture()),
        ),
        file_part(),
    )
    STRUCTURE["a body that is one file"] = lambda: head() + file_part()
    STRUCTURE["a calendar invitation beside the form"] = lambda: by_hand(
        raw_part("Content-Type: text/calendar; method=REQUEST", body=b"BEGIN:VCALENDAR\nEND:VCALENDAR"), file_part()
    )
    STRUCTURE["signed mail with a detached signature"] = lambda: by_hand(
        file_part(),
        raw_part(
            'Content-Type: application/pkcs7-signature; name="smime.p7s"',
            "Content-Transfer-Encoding: base64",
            body=b"MIAG",
        ),
        subtype="signed",
    )
    STRUCTURE["S/MIME opaque"] = lambda: (
        head()
        + raw_part(
            "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
            "Content-Transfer-Encoding: base64",
            body=b"MIAGCSqGSIb3DQEHAqCAMIACAQEx",
        )
    )
    STRUCTURE["message/external-body"] = lambda: by_hand(
        raw_part(
            'Content-Type: message/external-body; access-type=URL; URL="https://files.example.cn/a.docx"',
            body=b"Content-Type: application/msword\n\n",
        )
    )
    STRUCTURE["message/partial"] = lambda: (
        head() + raw_part('Content-Type: message/partial; id="1@x"; number=1; total=2', body=GOOD)
    )


def _boundaries() -> None:
    STRUCTURE["no boundary named"] = lambda: GOOD.replace(b'; boundary="b1"', b"")
    STRUCTURE["a wrong boundary"] = lambda: GOOD.replace(b'boundary="b1"', b'boundary="other"')
    STRUCTURE["no closing boundary"] = lambda: GOOD.removesuffix(b"--b1--\n")
    STRUCTURE["cut off in the middle of the form"] = lambda: GOOD[: len(GOOD) - len(B64) // 2]
    STRUCTURE["cut off in the header"] = lambda: GOOD[:150]
    STRUCTURE["text after the last boundary"] = lambda: GOOD + b"-- \nsent by a client\n"
    STRUCTURE["a blank in the boundary"] = lambda: GOOD.replace(b'"b1"', b'"b 1"').replace(b"--b1", b"--b 1")
    STRUCTURE["carriage returns only"] = lambda: GOOD.replace(b"\n", b"\r")
    STRUCTURE["CR LF"] = lambda: GOOD.replace(b"\n", b"\r\n")
    STRUCTURE["no blank line between header and body"] = lambda: head() + b"hello\nthis is the text\n"
    STRUCTURE["an mbox From line"] = lambda: b"From wang@example.cn Mon Aug 24 10:32:00 2020\n" + GOOD
    STRUCTURE["blank lines before the header"] = lambda: b"\r\n\r\n" + GOOD
    STRUCTURE["a byte order mark before the header"] = lambda: b"\xef\xbb\xbf" + GOOD
    STRUCTURE["nested 90 deep"] = lambda: nested(90)
    STRUCTURE["nested 2,000 deep"] = lambda: nested(2_000)
    STRUCTURE["20,000 parts"] = lambda: head() + raw_multipart(*[b"\n"] * 20_000)


def _encodings() -> None:
    half = len(FORM) // 2 // 3 * 3 + 1
    table: dict[str, tuple[str, bytes]] = {
        "garbage in the base64": ("base64", b"!!##\n" + B64.replace(b"\n", b" *\n")),
        "padding in the middle of the base64": ("base64", encodebytes(FORM[:half]) + encodebytes(FORM[half:])),
        "blanks at the ends of base64 lines": ("base64", B64.replace(b"\n", b"  \t\n")),
        "a comment in the transfer encoding": ("base64 (by hand)", B64),
        "base64 in capitals": ("BASE64", B64),
        "base64 that is said to be 7bit": ("7bit", B64),
        "an 8-bit binary part": ("8bit", FORM),
        "a form in quoted-printable": ("quoted-printable", quopri.encodestring(FORM)),
        "uuencode by transfer encoding": ("x-uuencode", uuencoded("form.docx", FORM)),
    }
    for what, (encoding, body) in table.items():
        STRUCTURE[what] = partial(by_hand, TEXT, file_part(encoding=encoding, body=body))
    STRUCTURE["uuencode in the text"] = lambda: head() + b"\nhello\n\n" + uuencoded("报名表.docx", FORM)


def _headers() -> None:
    many = ",\n ".join(f"u{number}@example.cn" for number in range(3_000))
    STRUCTURE["thousands of addresses"] = lambda: f"Cc: {many}\n".encode() + GOOD
    STRUCTURE["thousands of fields"] = lambda: b"".join(b"X-F%d: 1\n" % number for number in range(3_000)) + GOOD
    STRUCTURE["two subjects"] = lambda: "Subject: 李晓华+志愿播音员\n".encode() + GOOD
    STRUCTURE["the same subject twice"] = lambda: "Subject: 王小明+优秀学员\n".encode() + GOOD
    STRUCTURE["two From fields"] = lambda: b"From: li@example.cn\n" + GOOD
    STRUCTURE["two addresses in From"] = lambda: GOOD.replace(b"From: wang@", b"From: li@example.cn, wang@")
    STRUCTURE["no From"] = lambda: GOOD.replace(b"From: wang@example.cn\n", b"")
    STRUCTURE["an empty mail"] = lambda: b""
    STRUCTURE["a mail of a blank line"] = lambda: b"\r\n"
    STRUCTURE["no subject, but a form that says all"] = lambda: mail("", papers())
    STRUCTURE["no subject and no file"] = lambda: mail("", [])
    STRUCTURE["zero bytes in a header"] = lambda: GOOD.replace(b"To: bm", b"To: \0bm")


_parts()
_boundaries()
_encodings()
_headers()
