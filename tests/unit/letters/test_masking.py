from __future__ import annotations

import pytest

from mailflow.letters.masking import clean, mask, one_line, shown


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("13800000000", "138****0000"),
        ("王小明 13800000000 电话", "王小明 138****0000 电话"),
        ("140100123456", "1401****3456"),
        ("总积分 28,345，年度积分 10,234", "总积分 28,345，年度积分 10,234"),
        ("微信图片_20200824103200.jpg", "微信图片_20200824103200.jpg"),
        ("IMG_20200824_103200.jpg", "IMG_20200824_103200.jpg"),
        ("mmexport1598233920123.jpg", "mmexport1598233920123.jpg"),
        ("20201324103200", "2020******3200"),
    ],
)
def test_long_numbers_lose_their_middle_and_times_in_file_names_stay(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "hidden",
    ["王\u202e小明", "王\u200b小明", "王\ufeff小明", "王\x00小明", "王\u2066小明", "王\ue000小明", "王\udc80小明"],
)
def test_hidden_characters_are_taken_out(hidden: str) -> None:
    assert clean(hidden) == "王小明"


def test_line_breaks_become_blanks() -> None:
    assert clean("王小明\r\nBcc: x\u2028y\tz") == "王小明 Bcc: x y z"


@pytest.mark.parametrize(
    "link",
    [
        "http://evil.example/x",
        "https://evil.example",
        "HTTPS：//evil.example",
        "www.evil.example",
        "evil.com/login",
        "a.b.evil.cn",
        "javascript:alert(1)",
    ],
)
def test_no_link_survives(link: str) -> None:
    shown_link = clean(link)
    assert "://" not in shown_link
    assert "www." not in shown_link.lower()
    assert "javascript:" not in shown_link
    assert ".com" not in shown_link
    assert ".cn" not in shown_link


def test_a_mail_address_stays_readable() -> None:
    assert clean("wang@qq.com") == "wang@qq.com"


def test_file_names_stay_readable() -> None:
    assert clean("优秀学员报名表.docx") == "优秀学员报名表.docx"


def test_long_text_is_cut_and_says_so() -> None:
    assert clean("长" * 500, 20) == "长" * 19 + "…"


def test_one_line_keeps_a_server_name_for_the_operator() -> None:
    assert one_line("imap.163.com\r\nLOGIN failed") == "imap.163.com LOGIN failed"


def test_shown_does_both() -> None:
    assert shown("见 www.evil.com 13800000000") == "见 www．evil．com 138****0000"
