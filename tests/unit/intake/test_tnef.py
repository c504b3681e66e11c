"""winmail.dat: built here attribute by attribute, as [MS-OXTNEF] says; then cut, bent and made up."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.errors import ReadRefused
from mailflow.intake import tnef
from mailflow.intake.outlook import open_tnef
from mailflow.intake.read import read_message
from mailflow.intake.tnef import TooLarge, read_tnef
from mailflow.testing.mails import build_mail

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
FORM = b"%PDF-1.7\n\0"
NAME = "王小明 学员标兵报名表（二〇二〇年）.docx"
BY_VALUE, EMBEDDED, OLE = 1, 5, 6
INT16, INT32, BOOLEAN, OBJECT, STRING8, STRING, TIME, GUID, BINARY = 2, 3, 0xB, 0xD, 0x1E, 0x1F, 0x40, 0x48, 0x102


def attribute(level: int, number: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, number, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def stream(*attributes: bytes, codepage: int = 936) -> bytes:
    head = (attribute(1, 0x00089006, b"\0\0\1\0"), attribute(1, 0x00069007, struct.pack("<II", codepage, 0)))
    return struct.pack("<IH", 0x223E9F78, 0x1234) + b"".join(head + attributes)


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def fixed(tag: int, kind: int, value: bytes) -> bytes:
    return struct.pack("<HH", kind, tag) + padded(value)


def variable(tag: int, kind: int, *values: bytes) -> bytes:
    sized = b"".join(struct.pack("<I", len(one)) + padded(one) for one in values)
    return struct.pack("<HHI", kind, tag, len(values)) + sized


def method(number: int) -> bytes:
    return fixed(0x3705, INT32, struct.pack("<I", number))


def long_name(name: str) -> bytes:
    return variable(0x3707, STRING, name.encode("utf-16-le") + b"\0\0")


def properties(*parts: bytes, count: int | None = None) -> bytes:
    return attribute(2, 0x00069005, struct.pack("<I", len(parts) if count is None else count) + b"".join(parts))


def title(name: bytes) -> bytes:
    return attribute(2, 0x00018010, name + b"\0")


def data(content: bytes) -> bytes:
    return attribute(2, 0x0006800F, content)


BEGIN = attribute(2, 0x00069002, b"\1" + bytes(13))
REST_OF_OUTLOOK = (
    fixed(0x0E20, INT32, b"\x30\0\0\0"),
    fixed(0x3007, TIME, bytes(8)),
    fixed(0x7FFE, BOOLEAN, b"\1\0"),
    fixed(0x3702, 1, b""),
    variable(0x3709, BINARY, b"\1\2\3"),
    fixed(0x8001, GUID, bytes(16) + struct.pack("<II", 0, 0x8506) + bytes(16)),
    struct.pack("<HH", STRING, 0x8002) + bytes(16) + struct.pack("<II", 1, 6) + b"a\0b\0\0\0\0\0"
    + struct.pack("<II", 1, 2) + b"\0\0\0\0",
    variable(0x6000, STRING | 0x1000, b"a\0\0\0", b"", b"b\0"),
    struct.pack("<HHI", INT16 | 0x1000, 0x6001, 3) + bytes(12),
)  # fmt: skip
"""What else stands in an attachment's properties and has to be stepped over, of every shape there is."""
WHOLE = stream(
    attribute(1, 0x00018004, b"subject\0"),
    attribute(1, 0x00069003, b"not read"),
    BEGIN,
    title("我的信息.png".encode("gbk")),
    data(PNG),
    BEGIN,
    title(b"WANGXI~1.DOC"),
    attribute(2, 0x00038012, bytes(14)),
    properties(*REST_OF_OUTLOOK, long_name(NAME), method(BY_VALUE), variable(0x3701, BINARY, FORM)),
)


def files(content: bytes) -> list[tuple[str, bytes]]:
    return [(one.name.text, one.content) for one in read_tnef(content)]


def test_the_files_come_with_their_long_chinese_names() -> None:
    assert files(WHOLE) == [("我的信息.png", PNG), (NAME, FORM)]
    assert all(one.name.sure for one in read_tnef(WHOLE))


def test_a_winmail_dat_in_a_mail_is_opened() -> None:
    message = read_message(build_mail(sender="a@example.cn", subject="s", files=[("winmail.dat", WHOLE)])).message
    assert [(one.filename, one.inside, one.sealed) for one in message.attachments] == [
        ("winmail.dat", None, None),
        ("我的信息.png", "winmail.dat", None),
        (NAME, "winmail.dat", None),
    ]


def test_a_cut_winmail_dat_in_a_mail_stays_closed_and_says_so() -> None:
    cut = build_mail(sender="a@example.cn", subject="s", files=[("winmail.dat", WHOLE[:-1])])
    assert [one.sealed for one in read_message(cut).message.attachments] == ["unreadable"]


@pytest.mark.parametrize(
    ("codepage", "written"),
    [
        pytest.param(936, "镕喆㐀.png".encode("gb18030"), id="936 is read as GB18030"),
        pytest.param(54936, "镕喆㐀.png".encode("gb18030"), id="GB18030"),
        pytest.param(65001, "镕喆㐀.png".encode(), id="UTF-8"),
        pytest.param(1252, "镕喆㐀.png".encode(), id="a lie"),
        pytest.param(0, "镕喆㐀.png".encode(), id="none"),
        pytest.param(0xFFFFFFFF, "镕喆㐀.png".encode(), id="nonsense"),
    ],
)
def test_an_8_bit_name_is_read_in_the_code_page_of_the_stream(codepage: int, written: bytes) -> None:
    in_title = stream(BEGIN, title(written), data(PNG), codepage=codepage)
    in_property = stream(BEGIN, properties(variable(0x3707, STRING8, written + b"\0")), data(PNG), codepage=codepage)
    assert files(in_title) == files(in_property) == [("镕喆㐀.png", PNG)]


def test_a_traditional_name_is_read_in_its_code_page() -> None:
    assert files(stream(BEGIN, title("報名表.docx".encode("big5")), codepage=950)) == [("報名表.docx", b"")]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ((title(b"t.png"), properties(long_name("l.png"))), "l.png"),
        ((properties(long_name("l.png")), title(b"t.png")), "l.png"),
        ((title(b"t.png"), properties(long_name(""))), "t.png"),
        ((title(b"t.png"), properties(variable(0x3704, STRING8, b"f.png\0"))), "f.png"),
        ((title(b"t.png"), properties(variable(0x3001, STRING8, b"d\0"))), "t.png"),
        ((properties(variable(0x3001, STRING8, b"d\0")),), "d"),
        ((title(b"t.png"), properties(variable(0x3707, BINARY, b"b"))), "t.png"),
        ((), ""),
    ],
)
def test_the_better_name_is_taken(said: tuple[bytes, ...], name: str) -> None:
    assert files(stream(BEGIN, *said, data(PNG))) == [(name, PNG)]


def test_a_name_with_half_a_character_is_not_sure() -> None:
    (one,) = read_tnef(stream(BEGIN, properties(variable(0x3707, STRING, b"a\0\x00\xd8b\0"))))
    assert (one.name.text, one.name.sure) == ("a\ufffdb", False)


def test_bytes_in_the_properties_go_before_those_in_the_attribute() -> None:
    binary = properties(variable(0x3701, BINARY, b"right"))
    assert files(stream(BEGIN, data(b"stale"), binary)) == files(stream(BEGIN, binary, data(b"stale")))
    assert files(stream(BEGIN, data(b"stale"), binary)) == [("", b"right")]


def test_zeros_at_the_end_of_a_file_stay() -> None:
    assert files(stream(BEGIN, properties(variable(0x3701, BINARY, b"x" + bytes(9))))) == [("", b"x" + bytes(9))]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param((properties(method(EMBEDDED), variable(0x3701, OBJECT, bytes(16) + WHOLE)),), id="a message"),
        pytest.param((data(b"x"), properties(method(EMBEDDED))), id="a message, whatever else is there"),
        pytest.param((properties(method(OLE), variable(0x3701, OBJECT, bytes(16) + b"x")),), id="an object"),
        pytest.param((properties(method(2)),), id="a reference"),
        pytest.param((data(b""),), id="an empty file"),
    ],
)
def test_what_is_no_file_is_named_and_has_no_bytes(said: tuple[bytes, ...]) -> None:
    assert files(stream(BEGIN, title(b"a"), *said)) == [("a", b"")]


def test_a_winmail_dat_without_files_is_empty() -> None:
    assert files(stream()) == []


@pytest.mark.parametrize("litter", [b"\n", b"\r\n", bytes(16)])
def test_line_ends_and_zeros_behind_the_last_attribute_are_no_damage(litter: bytes) -> None:
    assert files(WHOLE + litter) == files(WHOLE)


def test_a_stream_cut_anywhere_is_refused_or_ends_with_a_whole_attribute() -> None:
    whole = files(WHOLE)
    read = 0
    for size in range(len(WHOLE)):
        try:
            found = files(WHOLE[:size])
        except ReadRefused:
            continue
        read += 1
        assert all(name in ("", "WANGXI~1.DOC", one) for (name, _), (one, _) in zip(found, whole, strict=False))
        assert all(content in (b"", one) for (_, content), (_, one) in zip(found, whole, strict=False))
    assert read == 10  # the ends of the attributes but the last


def test_each_bit_matters_to_the_checksum() -> None:
    at = WHOLE.index(PNG)
    for bit in range(8):
        bent = bytearray(WHOLE)
        bent[at + 9] ^= 1 << bit
        with pytest.raises(ReadRefused, match="checksum"):
            read_tnef(bytes(bent))


MANY = 0xFFFFFFFF


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x78\x9f\x3e\x22\x01\x00", id="no attribute"),
        pytest.param(b"PK\x03\x04" + WHOLE[4:], id="another signature"),
        pytest.param(stream(attribute(0, 0x00018004, b"x")), id="level 0"),
        pytest.param(stream(attribute(3, 0x00018004, b"x")), id="level 3"),
        pytest.param(stream(title(b"a"), BEGIN), id="an attachment before it begins"),
        pytest.param(stream(attribute(1, 0x00069007, b"\1")), id="a short code page"),
        pytest.param(stream(struct.pack("<BII", 1, 0x00018004, MANY) + b"x"), id="an attribute without end"),
        pytest.param(WHOLE + b"\n" * 17, id="too much litter"),
        pytest.param(WHOLE + b"x", id="other litter"),
        pytest.param(stream(BEGIN, attribute(2, 0x00069005, b"\1\0")), id="half a count"),
        pytest.param(stream(BEGIN, properties(count=1)), id="one property announced, none there"),
        pytest.param(stream(BEGIN, properties(method(1), count=MANY)), id="4 thousand million properties"),
        pytest.param(stream(BEGIN, properties(method(1), method(1), count=1)), id="a property left over"),
        pytest.param(stream(BEGIN, properties(struct.pack("<HHII", BINARY, 0x3701, 1, MANY))), id="a huge value"),
        pytest.param(stream(BEGIN, properties(struct.pack("<HHI", BINARY, 0x3701, MANY))), id="a huge count"),
        pytest.param(stream(BEGIN, properties(struct.pack("<HHI", TIME | 0x1000, 0x6001, MANY))), id="many times"),
        pytest.param(stream(BEGIN, properties(variable(0x3701, BINARY, b"abc")[:-1])), id="no padding"),
        pytest.param(stream(BEGIN, properties(fixed(0x3705, BOOLEAN, b"\1\0")[:-2])), id="no padding after a flag"),
        pytest.param(stream(BEGIN, properties(fixed(0x3705, 0x00FE, bytes(4)))), id="an unknown type"),
        pytest.param(stream(BEGIN, properties(fixed(0x8001, INT32, bytes(4)))), id="a named property without its name"),
        pytest.param(
            stream(BEGIN, properties(fixed(0x8001, INT32, bytes(16) + b"\2\0\0\0" + bytes(8)))), id="a name of no kind"
        ),
        pytest.param(
            stream(BEGIN, properties(fixed(0x8001, INT32, bytes(16) + struct.pack("<II", 1, MANY)))), id="a huge name"
        ),
        pytest.param(stream(BEGIN, title(b"a" * 4_096)), id="a title without end"),
        pytest.param(stream(BEGIN, properties(long_name("a" * 2_048))), id="a name without end"),
    ],
)
def test_what_does_not_fit_together_is_refused(content: bytes) -> None:
    with pytest.raises(ReadRefused, match="ask for the files as ordinary attachments"):
        read_tnef(content)
    assert open_tnef(content).problem == "unreadable"


def test_more_files_than_a_person_sends_are_too_large() -> None:
    assert len(files(stream(*[BEGIN] * 200))) == 200
    content = stream(*[BEGIN] * 201)
    with pytest.raises(TooLarge, match="200 files"):
        read_tnef(content)
    assert open_tnef(content).problem == "too-large"


def test_more_bytes_than_there_is_room_for_are_too_large() -> None:
    content = stream(BEGIN, data(b"12345"), BEGIN, properties(variable(0x3701, BINARY, b"67890")))
    assert [one.content for one in read_tnef(content, budget=10)] == [b"12345", b"67890"]
    with pytest.raises(TooLarge, match="9 bytes"):
        read_tnef(content, budget=9)
    assert open_tnef(content, budget=9).problem == "too-large"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(stream(*[attribute(1, 0x00018004, b"")] * 60), id="attributes"),
        pytest.param(stream(BEGIN, *[properties(*[fixed(0x3702, 1, b"")] * 30)] * 2), id="properties"),
        pytest.param(stream(BEGIN, properties(variable(0x6000, BINARY | 0x1000, *[b""] * 60))), id="values"),
    ],
)
def test_empty_pieces_without_end_are_too_large(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    read_tnef(content)
    monkeypatch.setattr(tnef, "MOST_PIECES", 50)
    with pytest.raises(TooLarge, match="pieces"):
        read_tnef(content)


def bounded(content: bytes) -> None:
    try:
        found = read_tnef(content)
    except ReadRefused:
        return
    assert sum(len(one.content) for one in found) <= len(content)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    bounded(content)
    bounded(WHOLE[:6] + content)


@given(st.lists(st.tuples(st.sampled_from((1, 2)), st.sampled_from((0x9007, 0x9002, 0x8010, 0x800F, 0x9005)),
                          st.binary(max_size=60))))  # fmt: skip
def test_any_attributes_are_read_or_refused(parts: list[tuple[int, int, bytes]]) -> None:
    bounded(stream(*[attribute(level, number, content) for level, number, content in parts]))


@settings(max_examples=300)
@given(st.data())
def test_any_change_in_the_properties_is_read_or_refused(drawn: st.DataObject) -> None:
    parts = bytearray(b"".join((*REST_OF_OUTLOOK, long_name(NAME), variable(0x3701, BINARY, b"form"))))
    for _ in range(drawn.draw(st.integers(1, 4))):
        at = drawn.draw(st.integers(0, len(parts)))
        parts[at : at + drawn.draw(st.integers(0, 4))] = drawn.draw(st.binary(max_size=6))
    bounded(stream(BEGIN, properties(bytes(parts), count=drawn.draw(st.integers(0, 12)))))


@given(st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80),
                          st.binary(max_size=200)), max_size=5))  # fmt: skip
def test_what_is_written_is_read_again(written: list[tuple[str, bytes]]) -> None:
    parts = [(BEGIN, properties(long_name(name), variable(0x3701, BINARY, content))) for name, content in written]
    assert files(stream(*[one for pair in parts for one in pair])) == written
