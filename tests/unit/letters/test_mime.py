from __future__ import annotations

import email
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.errors import MailflowError
from mailflow.letters import mime
from mailflow.letters.answered import Answered
from mailflow.letters.headers import encoded, interpreter_has_header_injection, safe_header
from mailflow.letters.mime import to_bytes
from mailflow.model.entry import Submission
from mailflow.model.letter import Correspondent, Letter, LetterKind, Part

DATE = datetime(2020, 8, 24, 2, 34, tzinfo=UTC)
LETTER = Letter(
    key="receipt:1",
    kind=LetterKind.RECEIPT,
    to="wxm@qq.example",
    subject="〔待补充2项〕王小明+优秀学员 回执 SX20-7K4M2Q",
    text="王小明同志：\n材料已收到。\n",
    html="<p>王小明同志：</p>\n",
    in_reply_to=("<mail-1@qq.example>",),
    references=("<mail-0@qq.example>", "<mail-1@qq.example>"),
    ref="SX20-7K4M2Q",
)
SENDER = Correspondent("baoming@example.cn", "学习之星报名组")

INJECTIONS = [
    "hello\r\nBcc: evil@x.example",
    "hello\nBcc: evil@x.example",
    "hello\rBcc: evil@x.example",
    "=?utf-8?q?hello=0D=0ABcc:_evil@x.example?=",
    "=?utf-8?q?hello=0D=0ABcc:_evil@x.example?= 中文",
    "中文 =?utf-8?b?DQpCY2M6IGV2aWxAeC5leGFtcGxl?=",
    "=?utf-8?q?a=0D=0A=0D=0Abody?=",
    "=?utf-8?q?a?= =?utf-8?q?=0D=0ABcc:_e@x.example?=",
    "==??utf-8?q?=0D=0ABcc:_evil@x.example??==",
    "=\u200b?utf-8?q?=0D=0ABcc:_evil@x.example?\u200b=",
    "hello\u2028Bcc: evil@x.example",
    "hello\x85Bcc: evil@x.example",
    "hello\x0b\x0cBcc: evil@x.example\x00",
    '王小明" <evil@x.example>, "b',
    "王小明\r\n\r\n<script>alert(1)</script>",
    "@@0@@",
    "x\r\n@@0@@\r\n",
]


def written(letter: Letter = LETTER, correspondent: Correspondent = SENDER) -> bytes:
    return to_bytes(letter, correspondent, message_id="<r1@example.cn>", date=DATE)


def header(message: Message, name: str) -> str:
    return str(make_header(decode_header(str(message[name]))))


def test_the_headers_are_those_of_an_automatic_answer() -> None:
    message = email.message_from_bytes(written(), policy=default)
    assert isinstance(message, EmailMessage)
    assert dict(message.items()) | {"Content-Type": "", "MIME-Version": ""} == {
        "From": "学习之星报名组 <baoming@example.cn>",
        "To": "wxm@qq.example",
        "Subject": "〔待补充2项〕王小明+优秀学员 回执 SX20-7K4M2Q",
        "Date": "Mon, 24 Aug 2020 02:34:00 +0000",
        "Message-ID": "<r1@example.cn>",
        "In-Reply-To": "<mail-1@qq.example>",
        "References": "<mail-0@qq.example> <mail-1@qq.example>",
        "Auto-Submitted": "auto-replied",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "X-Mailflow": "receipt",
        "X-Mailflow-Ref": "SX20-7K4M2Q",
        "MIME-Version": "",
        "Content-Type": "",
    }


@pytest.mark.parametrize("kind", [kind for kind in LetterKind if kind is not LetterKind.RECEIPT])
def test_what_is_no_receipt_begins_a_thread_of_its_own(kind: LetterKind) -> None:
    message = email.message_from_bytes(written(replace(LETTER, kind=kind, in_reply_to=(), references=(), ref=None)))
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Mailflow"] == kind.value
    assert not {"In-Reply-To", "References", "X-Mailflow-Ref", "Reply-To"} & set(message.keys())


@pytest.mark.parametrize("hostile", INJECTIONS)
def test_no_subject_adds_a_header(hostile: str) -> None:
    plain = email.message_from_bytes(written())
    message = email.message_from_bytes(written(replace(LETTER, subject=hostile, ref=hostile)))
    assert message.keys() == plain.keys()
    assert message["To"] == "wxm@qq.example"
    assert b"\r\nBcc:" not in written(replace(LETTER, subject=hostile))
    assert "=?" not in header(message, "Subject")


@pytest.mark.parametrize("hostile", INJECTIONS)
def test_no_subject_adds_a_header_when_the_letter_is_written_once_more_by_the_standard_library(hostile: str) -> None:
    """A relay or an archive may parse and write our letter again, with an interpreter that has CVE-2024-6923."""
    message = email.message_from_bytes(written(replace(LETTER, subject=hostile)), policy=default)
    again = email.message_from_bytes(message.as_bytes(), policy=default)
    assert again.keys() == message.keys()


@pytest.mark.parametrize("hostile", INJECTIONS)
def test_no_display_name_adds_a_header_or_an_address(hostile: str) -> None:
    message = email.message_from_bytes(written(correspondent=replace(SENDER, name=hostile)), policy=default)
    assert message.keys() == email.message_from_bytes(written()).keys()
    assert [one.addr_spec for one in message["From"].addresses] == ["baoming@example.cn"]


@pytest.mark.parametrize("hostile", INJECTIONS)
def test_no_applicant_name_adds_a_header(
    hostile: str,
    compose: Callable[..., Letter],
    answer: Callable[..., Answered],
    submission: Callable[..., Submission],
) -> None:
    letter = compose(answer(submission(hostile)))
    message = email.message_from_bytes(written(letter))
    assert "Bcc" not in message
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
    ]


@pytest.mark.parametrize("hostile", INJECTIONS)
def test_no_file_name_adds_a_header(hostile: str) -> None:
    part = Part(hostile + ".docx", "application/msword", b"content")
    message = email.message_from_bytes(written(replace(LETTER, parts=(part,))))
    (file,) = [one for one in message.walk() if one.get_content_disposition() == "attachment"]
    assert file.keys() == ["Content-Type", "Content-Disposition", "Content-Transfer-Encoding"]
    assert file.get_payload(decode=True) == b"content"


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@b@c", "a@b,c@d", "a@b\r\nBcc: c@d", "a b@c.example", "<a@b.example>", "王@b.example", 'a"@b.example'],
)
def test_an_address_that_is_not_plain_is_refused(address: str) -> None:
    with pytest.raises(MailflowError, match="address"):
        written(replace(LETTER, to=address))


def test_message_ids_that_could_carry_something_are_left_out() -> None:
    ids = (
        "<good@x.example>",
        "<a b@x>",
        "<=?utf-8?q?=0D=0A?=@x>",
        "<a@x>\r\nBcc: e@x",
        "no-brackets@x",
        "<good@x.example>",
    )
    message = email.message_from_bytes(written(replace(LETTER, in_reply_to=ids, references=ids)))
    assert message["In-Reply-To"] == "<good@x.example>"
    assert message["References"] == "<good@x.example>"


def test_references_keep_the_newest_thirty_two() -> None:
    ids = tuple(f"<{number}@x.example>" for number in range(50))
    message = email.message_from_bytes(written(replace(LETTER, references=ids)))
    assert tuple(message["References"].split()) == ids[-32:]


def test_chinese_file_names_are_written_in_both_ways() -> None:
    part = Part("优秀学员报名表（空白）.docx", "application/msword", b"content")
    content = written(replace(LETTER, parts=(part,)))
    (file,) = [one for one in email.message_from_bytes(content).walk() if one.get_content_disposition() == "attachment"]
    assert b"filename*=utf-8''%E4%BC%98" in content
    assert file.get_filename() == "优秀学员报名表（空白）.docx"
    assert str(make_header(decode_header(str(file.get_param("name"))))) == "优秀学员报名表（空白）.docx"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("a\\b:c.docx", "a_b_c.docx"),
        ("长" * 300 + ".docx", "长" * 80 + ".docx"),
        ("", "file"),
    ],
)
def test_file_names_lose_what_a_computer_would_stumble_over(name: str, safe: str) -> None:
    content = written(replace(LETTER, parts=(Part(name, "text/csv", b"a"),)))
    (file,) = [one for one in email.message_from_bytes(content).walk() if one.get_content_disposition() == "attachment"]
    assert file.get_filename() == safe


def test_text_and_html_come_back_as_they_were() -> None:
    message = email.message_from_bytes(written(), policy=default)
    assert isinstance(message, EmailMessage)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == LETTER.text
    assert html.get_content().replace("\r\n", "\n") == LETTER.html


def test_every_line_ends_in_crlf_and_none_is_too_long() -> None:
    parts = (
        Part("报名表" * 20 + ".docx", "application/msword", bytes(range(256)) * 40),
        Part("q.png", "image/png", b"p", "qr"),
    )
    content = written(
        replace(LETTER, subject="长" * 150, parts=parts, references=tuple(f"<{'x' * 200}{n}@y>" for n in range(32)))
    )
    assert content.count(b"\n") == content.count(b"\r\n") == content.count(b"\r")
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 998


def test_the_same_letter_is_the_same_bytes() -> None:
    assert written() == written()


@pytest.mark.parametrize("added", ["\r\nBcc: evil@x.example", "\r\n\r\nanother body", "!"])
def test_a_letter_that_reads_differently_from_what_was_meant_is_refused(
    added: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mime, "encoded", lambda text, name: encoded(text, name) + added)
    with pytest.raises(MailflowError, match="do not read as they were written"):
        written()


def test_a_part_that_reads_differently_from_what_was_meant_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mime, "quote", lambda name, safe: "x\r\n\r\nanother body")
    # an interpreter without CVE-2024-6923 refuses to write it by itself
    with pytest.raises(MailflowError, match=r"parts do not read|cannot be written"):
        written(replace(LETTER, parts=(Part("报名表.csv", "text/csv", b"a"),)))


def test_a_header_that_no_mail_can_bear_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mime, "encoded", lambda text, name: text)
    with pytest.raises(MailflowError, match="cannot be written"):
        written()


def test_safe_header_leaves_no_encoded_word_however_it_is_nested() -> None:
    for hostile in ("=?=?=?", "==??==??", "?=?=?", "=?a?q?b?="):
        assert "=?" not in safe_header(hostile)
        assert "?=" not in safe_header(hostile)


def test_the_probe_says_what_this_interpreter_does() -> None:
    message = EmailMessage()
    try:
        message["Subject"] = "=?utf-8?q?a=0D=0AX-Injected=3A_b?= 中"
        injected = "X-Injected" in email.message_from_bytes(message.as_bytes())
    except ValueError:
        injected = False
    assert interpreter_has_header_injection() is injected


@given(subject=st.text(), name=st.text(), file=st.text())
def test_no_text_at_all_adds_a_header(subject: str, name: str, file: str) -> None:
    letter = replace(LETTER, subject=subject or "x", parts=(Part(file, "text/csv", b"a"),))
    message = email.message_from_bytes(written(letter, replace(SENDER, name=name)))
    wanted = set(email.message_from_bytes(written()).keys())
    assert wanted - {"Subject"} <= set(message.keys()) <= wanted
    assert len(list(message.walk())) == 5
