"""Text in whatever charset it comes: right, or doubted, never silently wrong."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.intake.charset import decode, is_doubtful
from mailflow.intake.headers import header_text, parameters
from mailflow.intake.read import read_message
from mailflow.testing.mails import build_mail, encoded_word

BMP_HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
EXTENSION_B = st.characters(min_codepoint=0x20000, max_codepoint=0x2A6D6)
NAMES = st.text(st.one_of(BMP_HAN, EXTENSION_B), min_size=1, max_size=6)
GBK_NAMES = st.text(BMP_HAN, min_size=1, max_size=6)
ENCODINGS = st.sampled_from([("utf-8", "utf-8"), ("gb18030", "gb18030"), ("gb18030", "gb2312"), ("gb18030", "gbk")])


@pytest.mark.parametrize("label", ["gb2312", "GBK", "x-gbk", "euc-cn", "cp936", "GB18030", "gb_2312-80", '"gb2312"'])
@pytest.mark.parametrize("name", ["朱镕基", "李喆", "王小明", "𠮷小明"])
def test_whatever_is_called_gb2312_is_read_as_gb18030(name: str, label: str) -> None:
    read = decode(name.encode("gb18030"), label)
    assert (read.text, read.sure) == (name, True)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("王小明+优秀学员".encode(), "王小明+优秀学员"),
        ("王小明+优秀学员".encode("gbk"), "王小明+优秀学员"),
        ("李华".encode(), "李华"),  # six bytes that are valid GBK too
        ("毛茅".encode("gbk"), "毛茅"),  # four bytes that are valid UTF-8 too
        ("谢薛".encode("gbk"), "谢薛"),
        ("José Example".encode(), "José Example"),
        (b"plain", "plain"),
        (b"", ""),
    ],
)
def test_raw_eight_bit_text_is_read_as_people_meant_it(data: bytes, expected: str) -> None:
    read = decode(data)
    assert (read.text, read.sure) == (expected, True)


@pytest.mark.parametrize(
    ("data", "label"),
    [
        (b"\xff\xfe\xfd", None),
        (b"\xe7\x8e", "utf-8"),
        ("王小明".encode("gbk"), "iso-8859-1"),
        ("王小明".encode(), "iso-8859-1"),
        ("林志玲".encode("big5"), None),
        (b"\x80\x80\x80", "no-such-charset"),
        ("路".encode("gbk"), "utf-8"),  # ·
        ("毛路".encode("gbk"), "utf-8"),  # ë·
        ("袐墚".encode("gbk"), "utf-8"),  # two letters of two scripts
        ("涓瑼".encode("gbk"), "utf-8"),  # 中 and a letter
    ],
)
def test_text_that_cannot_be_read_for_certain_is_doubted(data: bytes, label: str | None) -> None:
    read = decode(data, label)
    assert not read.sure or is_doubtful(read.text)


@pytest.mark.parametrize(
    "text", ["Ó Briain+Best poster", "Inscription à la fête", "艾力·买买提", "王明😀", "王A+优秀学员", "Привет", "李喆"]
)
def test_a_right_label_is_believed_whatever_else_the_bytes_could_be(text: str) -> None:
    read = decode(text.encode(), "utf-8")
    assert (read.text, read.sure) == (text, True)


def test_the_charsets_of_the_mail_settle_what_the_bytes_leave_open() -> None:
    both = next(
        word.encode("gbk")
        for word in (a + b + c for a in "涓鐜鏉" for b in "浗嬪庢" for c in "皬槑崕")
        if _is_utf8(word.encode("gbk"))
    )
    assert decode(both, hints={"utf-8"}).text == both.decode()


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def test_utf7_is_never_decoded_into_markup() -> None:
    hidden = b"+ADw-script+AD4-"
    assert "<" not in decode(hidden, "utf-7").text


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"=?utf-8?B?546L5bCP5piO?=", "王小明"),
        (b"=?UTF-8?Q?=E7=8E=8B=E5=B0=8F=E6=98=8E?=", "王小明"),
        (b"=?utf-8?b?546L5bCP?= =?utf-8?b?5piO?=", "王小明"),
        (b"=?utf-8?b?546L5bCP5p?=\r\n =?utf-8?b?iO?=", "王小明"),  # the base64 text itself cut in two
        (b"=?utf-8?b?546L5bA=?=\r\n\t=?utf-8?b?j+aYjg==?=", "王小明"),  # a character cut in two
        (b"=?gb2312?B?zfXQoQ==?= =?GBK?B?w/c=?=", "王小明"),
        (b"=?gb2312?B? zfXQ ocP3 ?=", "王小明"),
        (b"=?gb2312?B?zfXQocP3", "=?gb2312?B?zfXQocP3"),
        (b'"=?gb18030?B?zfXQocP3?="', '"王小明"'),
        (b"=?utf-8*zh?B?546L5bCP5piO?=", "王小明"),
        (b"=?utf-8?Q?a_b?= c", "a b c"),
        (b"x =?utf-8?Q?y?= z", "x y z"),
        (b"=?utf-8?Q?foo bar?=", "foo bar"),
        (b"=?utf-8?B?546L5bCP5piO?=+=?gbk?B?08XQ49Gn1LE=?=", "王小明+优秀学员"),
        (b"=?unknown-8bit?B?zfXQocP3?=", "王小明"),
        (b"=?x-no-such?Q?=CD=F5=D0=A1=C3=F7?=", "王小明"),
        (b"=?utf-8?B?zfXQocP3?=", "王小明"),  # GBK bytes under a UTF-8 label
        ("王小明+优秀学员".encode("gbk"), "王小明+优秀学员"),
        ("王小明\r\n +优秀学员".encode(), "王小明 +优秀学员"),
        (b"=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        (b"=?iso-2022-jp?B?GyRCMiYbKEI=?=", "王"),
        (b"", ""),
    ],
)
def test_header_text_is_read_with_every_fault_that_senders_make(raw: bytes, expected: str) -> None:
    assert header_text(raw).text == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b'attachment; filename="a.docx"', "a.docx"),
        (b"attachment; filename=a b.docx", "a b.docx"),
        (b'attachment; filename="a;b.docx"; size=3', "a;b.docx"),
        (b'attachment; filename="a\\"b.docx"', 'a"b.docx'),
        (b'attachment; filename="C:\\dir\\a.docx"', "C:\\dir\\a.docx"),
        (b'attachment; filename="unclosed.docx', "unclosed.docx"),
        (b"attachment; filename*=utf-8''%E7%8E%8B.docx", "王.docx"),
        (b"attachment; filename*=UTF-8'zh'%E7%8E%8B.docx", "王.docx"),
        (
            b"attachment; filename*=gb2312''%96%51%D5%5C.docx",
            "朡誠.docx".replace("朡誠", b"\x96\x51\xd5\x5c".decode("gbk")),
        ),
        (b"attachment; filename*0*=utf-8''%E7%8E; filename*1*=%8B; filename*2=.docx", "王.docx"),
        (b"attachment; filename*1=b.docx; filename*0=a", "ab.docx"),
        (b'attachment; filename="=?gb18030?B?zfUuZG9jeA==?="', "王.docx"),
        (b'attachment;\r\n filename="=?utf-8?Q?=E7=8E?=\r\n =?utf-8?Q?=8B.docx?="', "王.docx"),
        ('attachment; filename="王.docx"'.encode("gbk"), "王.docx"),
        ('attachment; filename="王小明.docx"'.encode(), "王小明.docx"),
        (b'attachment; filename="%E7%8E%8B.docx"', "王.docx"),
        (b'attachment; filename="100%.docx"', "100%.docx"),
        (b"attachment; filename=\"old.docx\"; filename*=utf-8''%E7%8E%8B.docx", "王.docx"),
        (b"attachment; FILENAME = a.docx", "a.docx"),
    ],
)
def test_a_file_name_is_read_in_every_style(raw: bytes, expected: str) -> None:
    main, found = parameters(raw)
    assert (main, found["filename"].text) == ("attachment", expected)


@settings(max_examples=100, deadline=None)
@given(NAMES, ENCODINGS, st.sampled_from(["rfc2231", "rfc2047-quoted", "raw"]))
def test_any_name_comes_back_right_or_doubted(name: str, encoding: tuple[str, str], style: str) -> None:
    charset, label = encoding
    raw = build_mail(
        sender="a@example.cn",
        sender_name=name,
        subject=f"{name}+优秀学员",
        text=f"{name}，附件是报名表。",
        files=[(f"{name}.docx", b"PK\x03\x04")],
        charset=charset,
        label_charset=label,
        filename_style=style,
    )
    message = read_message(raw).message
    assert message.subject == f"{name}+优秀学员" or "subject" in message.doubts
    assert message.sender_name == name or "sender-name" in message.doubts
    assert message.text == f"{name}，附件是报名表。" or "body" in message.doubts
    assert message.attachments[0].filename == f"{name}.docx" or "filename" in message.doubts


@settings(max_examples=100, deadline=None)
@given(GBK_NAMES, st.sampled_from(["utf-8", "gb18030"]))
def test_any_name_in_raw_eight_bit_headers_comes_back_right_or_doubted(name: str, charset: str) -> None:
    raw = build_mail(sender="a@example.cn", subject=f"{name}+优秀学员", charset=charset, raw_headers=True)
    message = read_message(raw).message
    assert message.subject == f"{name}+优秀学员" or "subject" in message.doubts


@settings(max_examples=100, deadline=None)
@given(NAMES, ENCODINGS, st.integers(min_value=1, max_value=12))
def test_a_character_cut_in_two_by_encoded_words_is_whole_again(name: str, encoding: tuple[str, str], cut: int) -> None:
    charset, label = encoding
    data = name.encode(charset)
    words = [encoded_word_of(data[:cut], label), encoded_word_of(data[cut:], label)]
    read = header_text(b"\r\n ".join(words))
    assert read.text == name or not read.sure or is_doubtful(read.text)


def encoded_word_of(data: bytes, label: str) -> bytes:
    from base64 import b64encode

    return b"=?" + label.encode() + b"?B?" + b64encode(data) + b"?="


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([None, "utf-8", "gb2312", "iso-8859-1", "utf-16", "hz", "big5", "x"]))
def test_no_bytes_break_the_decoding(data: bytes, label: str | None) -> None:
    assert isinstance(decode(data, label).text, str)
    header_text(data)
    parameters(data)


def test_a_word_is_labelled_as_asked() -> None:
    assert encoded_word("王", "gb18030", "gb2312") == b"=?gb2312?B?zfU=?="
