"""Text to value, one table a kind."""

from __future__ import annotations

from datetime import date

import pytest

from mailflow.documents.values import clean_text, one_line, read_value, squeeze
from mailflow.errors import ReadRefused
from mailflow.model.form import FieldKind

YEAR = 2020

INTEGERS = {
    "28345": 28345,
    "28,345": 28345,
    "28，345": 28345,
    "２８３４５": 28345,
    "28 345": 28345,
    "2 8 3 4 5": 28345,
    "28'345": 28345,
    "1,028,345": 1028345,
    "28345分": 28345,
    "28,345 分": 28345,
    "约28345": 28345,
    "28345.0": 28345,
    "28345（截至8月20日）": 28345,
    "2.8万": 28000,
    "2.8345万分": 28345,
    "2.8w": 28000,
    "两万八": 28000,
    "二万八千三百四十五": 28345,
    "2万6": 26000,
    "三": 3,
    "第3名": 3,
    "No. 12": 12,
    "£4,500": 4500,
    "0": 0,
    "_____12_____": 12,
}
UNREADABLE_INTEGERS = [
    "不详",
    "28345.5",
    "2,83",
    "28 34 5",
    "-5",
    "12/13",
    "1e5",
    "两三万吧",
    "一二三x",
    "9" * 40,
    "1" * 300,
]

PERCENTS = {
    "45%": 45,
    "45.5％": 45.5,
    "45 %": 45,
    "0.45": 45,
    "45": 45,
    "百分之四十五": 45,
    "100%": 100,
    "0.5%": 0.5,
    "0": 0,
}
UNREADABLE_PERCENTS = ["1", "450%", "-3%", "一半左右", "40%-50%"]

DATES = {
    "2020年8月20日": date(2020, 8, 20),
    "2020 年 8 月 20 日": date(2020, 8, 20),
    "2020-08-20": date(2020, 8, 20),
    "2020.8.20": date(2020, 8, 20),
    "2020/8/20": date(2020, 8, 20),
    "20200820": date(2020, 8, 20),
    "２０２０年８月２０日": date(2020, 8, 20),
    "8月20日": date(2020, 8, 20),
    "（ 8 月 20 日）": date(2020, 8, 20),
    "二〇二〇年八月二十日": date(2020, 8, 20),
    "2020年8月20日18时": date(2020, 8, 20),
    "2020-08-20 18:30": date(2020, 8, 20),
    "20 August 2020": date(2020, 8, 20),
    "August 20th, 2020": date(2020, 8, 20),
    "20/08/2020": date(2020, 8, 20),
}
UNREADABLE_DATES = ["昨天", "2020年8月", "2020年13月1日", "2020-02-30", "08/09/2020", "9999年1月1日"]

MOBILES = {
    "13800000000": "13800000000",
    "138 0000 0000": "13800000000",
    "138-0000-0000": "13800000000",
    "+86 13800000000": "13800000000",
    "+86 138 0000 0000": "13800000000",
    "0086-13800000000": "13800000000",
    "１３８００００００００": "13800000000",
    "13800000000.0": "13800000000",
    "13800000000（微信同号）": "13800000000",
    "13800000000/13900000000": "13800000000",
}
UNREADABLE_MOBILES = ["1380000000", "138000000001", "0351-1234567", "12800000000", "见附件"]

DIGITS = {
    "140100123456": "140100123456",
    "1401 0012 3456": "140100123456",
    "1401-0012-3456": "140100123456",
    "140100123456.0": "140100123456",
    "00123": "00123",
    "0351-1234567": "03511234567",
    "（0351）1234567": "03511234567",
    "0351-1234567（王工）": "03511234567",
}
MEASURES = {"34.5": 34.5, "30": 30, "３６．２分": 36.2, "1,204.5": 1204.5}
UNREADABLE_MEASURES = ["三十多", "-3", "34.5/36"]
UNREADABLE_DIGITS = ["1.40100123456E+11", "学号在附件", "1401x"]

GOOD = [
    *((FieldKind.NUMBER, text, value) for text, value in MEASURES.items()),
    *((FieldKind.INTEGER, text, value) for text, value in INTEGERS.items()),
    *((FieldKind.PERCENT, text, value) for text, value in PERCENTS.items()),
    *((FieldKind.DATE, text, value) for text, value in DATES.items()),
    *((FieldKind.MOBILE, text, value) for text, value in MOBILES.items()),
    *((FieldKind.DIGITS, text, value) for text, value in DIGITS.items()),
]
BAD = [
    *((FieldKind.NUMBER, text) for text in UNREADABLE_MEASURES),
    *((FieldKind.INTEGER, text) for text in UNREADABLE_INTEGERS),
    *((FieldKind.PERCENT, text) for text in UNREADABLE_PERCENTS),
    *((FieldKind.DATE, text) for text in UNREADABLE_DATES),
    *((FieldKind.MOBILE, text) for text in UNREADABLE_MOBILES),
    *((FieldKind.DIGITS, text) for text in UNREADABLE_DIGITS),
]
NUMBERS = (FieldKind.INTEGER, FieldKind.PERCENT, FieldKind.DATE, FieldKind.MOBILE, FieldKind.DIGITS)


@pytest.mark.parametrize(("kind", "text", "value"), GOOD)
def test_a_text_is_read_as_the_value_it_says(kind: FieldKind, text: str, value: object) -> None:
    read = read_value(text, kind, YEAR)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(("kind", "text"), BAD)
def test_a_text_that_is_no_value_is_refused_and_never_zero(kind: FieldKind, text: str) -> None:
    with pytest.raises(ReadRefused):
        read_value(text, kind, YEAR)


@pytest.mark.parametrize("text", ["", "  ", "　", "____", "（  ）", "/", "—", "无", "\n"])
@pytest.mark.parametrize("kind", NUMBERS)
def test_a_cell_in_which_nothing_stands_has_no_value(kind: FieldKind, text: str) -> None:
    assert read_value(text, kind, YEAR) is None


@pytest.mark.parametrize("text", ["年   月   日", "2020年   月   日", "（    月   日）"])
def test_an_unfilled_date_has_no_value(text: str) -> None:
    assert read_value(text, FieldKind.DATE, YEAR) is None


@pytest.mark.parametrize("text", ["分", "第（  ）次", "%", "  名"])
def test_a_printed_unit_alone_is_no_number(text: str) -> None:
    assert read_value(text, FieldKind.INTEGER, YEAR) is None


def test_a_day_without_a_year_is_in_the_year_of_the_campaign() -> None:
    assert read_value("8月20日", FieldKind.DATE, 2026) == date(2026, 8, 20)
    assert read_value("8.19", FieldKind.DATE, 2026) == date(2026, 8, 19)


@pytest.mark.parametrize("text", ["8.9", "19.8", "13.32", "分数8.19"])
def test_two_numbers_that_may_be_a_day_in_two_ways_or_none_are_refused(text: str) -> None:
    with pytest.raises(ReadRefused):
        read_value(text, FieldKind.DATE, 2026)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("张  三", "张三"),
        ("王　小　明", "王小明"),
        ("____李晓华____", "李晓华"),
        ("Ann  Example", "Ann Example"),
        ("省水利厅 机关党委", "省水利厅 机关党委"),
        ("（   ）", ""),
    ],
)
def test_a_text_is_cleaned_of_what_only_fills_the_line(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


def test_lines_of_one_cell_join_without_a_blank_in_chinese_and_with_one_in_english() -> None:
    assert one_line("山西省水利厅\n机关党委") == "山西省水利厅机关党委"
    assert one_line("Village\nhall") == "Village hall"


def test_squeezing_makes_all_spellings_of_a_label_alike() -> None:
    assert {squeeze(text) for text in ("姓名", "姓 名", "姓　名：", "【姓名】", "姓\n名")} == {"姓名"}
    assert squeeze("Ｎａｍｅ (full)") == squeeze("name full")
