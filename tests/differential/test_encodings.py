"""Any name, in any encoding, in any place of a mail: read as it was written, or doubted; never another name.

MAILFLOW_FUZZ_EXAMPLES says how many names for each encoding (300 by default, always the same ones; a million runs for
hours, each time other ones).
"""

from __future__ import annotations

import os
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailflow.campaign.load import load_campaign
from mailflow.intake.charset import HAN
from mailflow.intake.read import read_message
from mailflow.intake.subject import parse_subject
from mailflow.judge.route import route
from mailflow.model.campaign import Campaign
from mailflow.model.facts import Facts
from mailflow.model.judgement import Disposition
from mailflow.model.message import Message

EXAMPLES = int(os.environ.get("MAILFLOW_FUZZ_EXAMPLES", "300"))
CATEGORY = "+优秀学员"


@dataclass(frozen=True, slots=True)
class Way:
    """How a sender's program writes text: the codec it uses and the label it puts there, None for raw 8-bit text."""

    codec: str
    label: str | None

    @property
    def is_honest(self) -> bool:
        """Whether the label names a charset that contains the codec's."""
        widened = {"gb2312": "gb18030", "gbk": "gb18030"}
        return self.label is not None and widened.get(self.label, self.label) == widened.get(self.codec, self.codec)

    def encode(self, text: str) -> bytes | None:
        """The octets, None where this charset has no such character."""
        try:
            return text.encode(self.codec)
        except UnicodeEncodeError:
            return None


WAYS = {
    "utf-8": Way("utf-8", "utf-8"),
    "gb18030": Way("gb18030", "gb18030"),
    "gbk": Way("gbk", "gbk"),
    "gb18030 called gb2312": Way("gb18030", "gb2312"),
    "big5": Way("big5", "big5"),
    "utf-16": Way("utf-16", "utf-16"),
    "hz": Way("hz", "hz"),
    "raw utf-8": Way("utf-8", None),
    "raw gb18030": Way("gb18030", None),
    "gb18030 called utf-8": Way("gb18030", "utf-8"),
    "utf-8 called gb2312": Way("utf-8", "gb2312"),
    "gb18030 called iso-8859-1": Way("gb18030", "iso-8859-1"),
    "gb18030 called by no known name": Way("gb18030", "x-no-such"),
}

IDEOGRAPHS = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
EXTENSION_A = st.characters(min_codepoint=0x3400, max_codepoint=0x4DBF)
EXTENSION_B = st.characters(min_codepoint=0x20000, max_codepoint=0x2A6DF)


def _gbk(leads: range, trails: range) -> list[str]:
    """The ideographs whose two octets in GBK lie in these ranges."""
    found = (bytes((lead, trail)).decode("gbk", "ignore") for lead in leads for trail in trails)
    return [one for one in found if re.fullmatch(f"[{HAN}]", one)]


EVERYDAY = st.sampled_from(_gbk(range(0xB0, 0xF8), range(0xA1, 0xFF)))
LIKE_UTF8 = st.sampled_from(_gbk(range(0xC2, 0xE0), range(0x80, 0xC0)))  # valid UTF-8 as well: 路 is ·
NAMES = st.one_of(
    st.text(st.one_of(IDEOGRAPHS, EXTENSION_A, EXTENSION_B, EVERYDAY, LIKE_UTF8), min_size=1, max_size=4),
    st.text(EVERYDAY, min_size=1, max_size=4),
    st.text(LIKE_UTF8, min_size=1, max_size=4),
)

truths = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize="MAILFLOW_FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
fewer = settings(truths, max_examples=max(1, EXAMPLES // 3))  # what is behind the subject is the same for all ways


def word(data: bytes, label: str | None) -> bytes:
    """The octets as one encoded word (RFC 2047), or as they are."""
    return data if label is None else b"=?" + label.encode() + b"?B?" + b64encode(data) + b"?="


def mail(*, subject: bytes = b"x", name: bytes = b"x", part: bytes = b"", body: bytes = b"x") -> bytes:
    """A mail by hand; `part` are further header lines of its one part, whose body is in base64."""
    return (
        b"From: " + name + b" <a@unit.example>\r\nSubject: " + subject + b"\r\nMIME-Version: 1.0\r\n"
        b"Content-Transfer-Encoding: base64\r\n" + part + b"\r\n" + b64encode(body) + b"\r\n"
    )


def in_subject(data: bytes, label: str | None) -> bytes:
    return mail(subject=word(data, label))


def in_display_name(data: bytes, label: str | None) -> bytes:
    return mail(name=b'"' + data + b'"' if label is None else word(data, label))


def in_filename(data: bytes, label: str | None) -> bytes:
    """RFC 2231, or raw in quotes."""
    if label is None:
        return in_quoted_filename(data, label)
    value = b"filename*=" + label.encode() + b"''" + quote(data, safe="").encode()
    return mail(part=b"Content-Disposition: attachment; " + value + b"\r\n")


def in_quoted_filename(data: bytes, label: str | None) -> bytes:
    """As QQ writes it: an encoded word in quotes; a raw one with its quotes and backslashes escaped."""
    value = re.sub(rb'(["\\])', rb"\\\1", data) if label is None else word(data, label)
    return mail(part=b'Content-Disposition: attachment; filename="' + value + b'"\r\n')


def in_body(data: bytes, label: str | None) -> bytes:
    charset = b"" if label is None else b"; charset=" + label.encode()
    return mail(part=b"Content-Type: text/plain" + charset + b"\r\n", body=data)


@dataclass(frozen=True, slots=True)
class Place:
    """Where text can stand: how it is put there and read from there, and the doubt that excuses a wrong reading."""

    write: Callable[[bytes, str | None], bytes]
    read: Callable[[Message], str | None]
    doubt: str


def filename_of(message: Message) -> str | None:
    return message.attachments[0].filename if message.attachments else None


SUBJECT = Place(in_subject, lambda message: message.subject, "subject")
DISPLAY_NAME = Place(in_display_name, lambda message: message.sender_name, "sender-name")
FILENAME = Place(in_filename, filename_of, "filename")
QUOTED_FILENAME = Place(in_quoted_filename, filename_of, "filename")
BODY = Place(in_body, lambda message: message.text.strip(), "body")
TEXTS: tuple[tuple[Place, str], ...] = (
    (SUBJECT, "{}"),
    (SUBJECT, "{}" + CATEGORY),
    (DISPLAY_NAME, "{}"),
    (FILENAME, "{}.docx"),
    (QUOTED_FILENAME, "{}"),
    (BODY, "{}"),
)


@lru_cache(maxsize=1)
def campaign() -> Campaign:
    return load_campaign("shanxi-2020")


def is_chinese(text: str) -> bool:
    return re.fullmatch(f"[{HAN}+.a-z]*[{HAN}][{HAN}+.a-z]*", text) is not None


def is_everyday(text: str) -> bool:
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return is_chinese(text)


def looks_meant(data: bytes, text: str, way: Way) -> bool:
    """Whether nobody could tell: the octets are Chinese by their (wrong) label, or everyday Chinese in another charset.

    涓枃 in GBK is 中文 in UTF-8: under that label, or under none, everybody reads 中文.
    """
    if way.is_honest:
        return False
    for codec in ("utf-8", "gb18030"):
        other = data.decode(codec, "ignore")
        if other.encode(codec) != data or other == text:
            continue
        if is_everyday(other) or (way.label == codec and is_chinese(other)):
            return True
    return False


def check(place: Place, text: str, way: Way) -> Message | None:
    """Reads a mail with `text` in that place: right, or doubted. Gives what was read, None if it cannot be written."""
    data = way.encode(text)
    if data is None or looks_meant(data, text, way):
        return None
    message = read_message(place.write(data, way.label)).message
    got = place.read(message)
    assert got == text or place.doubt in message.doubts, f"{text!r} ({data.hex(' ')}) was read as {got!r}"
    return message


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_any_name_in_any_place_is_read_right_or_doubted(way: Way) -> None:
    @truths
    @given(NAMES)
    def names(name: str) -> None:
        for place, pattern in TEXTS:
            check(place, pattern.format(name), way)

    names()


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_no_entry_is_ever_opened_for_another_name(way: Way) -> None:
    @fewer
    @given(NAMES)
    def names(name: str) -> None:
        message = check(SUBJECT, name + CATEGORY, way)
        if message is None:
            return
        decided = route(message, Facts(files=()), campaign(), units=(), own_addresses=frozenset())
        if decided.disposition is Disposition.ENTRY:
            assert parse_subject(message.subject, campaign()).categories == ("outstanding-learner",)
            assert decided.drafts
            assert all(one.applicant in name for one in decided.drafts)
        else:
            assert decided.disposition is Disposition.HELD

    names()


@pytest.mark.parametrize("name", ["王小明", "李喆", "朱镕基", "欧阳娜娜", "𠮷小明", "毛茅"])
@pytest.mark.parametrize("way", [one for one in WAYS.values() if one.is_honest], ids=lambda way: way.label)
def test_an_honest_label_leaves_nothing_to_doubt(way: Way, name: str) -> None:
    for place, pattern in TEXTS:
        message = check(place, pattern.format(name), way)
        assert message is None or message.doubts == ()


@pytest.mark.parametrize("name", ["王小明", "李晓华", "毛茅", "谢薛"])
@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_an_everyday_name_needs_no_label(codec: str, name: str) -> None:
    message = check(SUBJECT, name + CATEGORY, Way(codec, None))
    assert message is not None
    assert (message.subject, message.doubts) == (name + CATEGORY, ())
