"""Two mails say the same where only what a machine changes from letter to letter differs."""

from __future__ import annotations

import pytest

from mailflow.intake.read import read_message
from mailflow.intake.sameness import content_key
from mailflow.testing.mails import build_mail


def key(subject: str = "王小明+优秀学员", text: str = "请查收", files: tuple[tuple[str, bytes], ...] = ()) -> str:
    raw = build_mail(sender="a@unit.example", subject=subject, text=text, files=files)
    return content_key(read_message(raw).message)


@pytest.mark.parametrize(
    "subject",
    [
        "Re: 王小明+优秀学员",
        "回复：转发：王小明+优秀学员",
        "〔待补充2项〕王小明+优秀学员",
        "Re: [Ticket 4711] 王小明+优秀学员",
    ],
)
def test_prefixes_and_tags_before_the_subject_count_for_nothing(subject: str) -> None:
    assert key(subject) == key()


def test_receipt_numbers_times_and_blanks_count_for_nothing() -> None:
    first = key("〔已受理〕王小明 回执 SX20-7K4M2P", "您的材料已于 8月24日 10:32 收到。\r\n")
    assert first == key("〔已受理〕王小明 回执 SX20-9Q2CHH", "您的材料已于  8月25日 9:05 收到。\r\n\r\n")


@pytest.mark.parametrize(
    "other",
    [
        key(subject="李晓华+优秀学员"),
        key(subject="王小明+挑战达人"),
        key(text="已补充，请查收"),
        key(files=(("a.txt", b"a"),)),
    ],
)
def test_another_name_category_text_or_file_is_another_mail(other: str) -> None:
    assert other != key()


def test_a_short_number_in_the_subject_is_part_of_a_name() -> None:
    assert key(subject="第3车间+模范学习组织") != key(subject="第4车间+模范学习组织")


def test_the_same_file_again_is_the_same() -> None:
    assert key(files=(("a.txt", b"a"),)) == key(files=(("b.txt", b"a"),)) != key(files=(("a.txt", b"b"),))


def test_text_without_end_has_its_key() -> None:
    assert key(text="9" * 300_000)
    assert key(text="a-" * 200_000)
    assert key(subject="a-" * 200_000)
