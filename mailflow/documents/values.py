"""Text to value, by the kind of the field. What cannot be read is refused with its text, never taken for 0."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from mailflow.documents.days import day_in
from mailflow.errors import ReadRefused
from mailflow.model.facts import Value
from mailflow.model.form import FieldKind

MOST_DIGITS = 15
"""Longer numbers are no counts of anything."""

LONGEST_READ = 200
"""Longer texts are no number and no date."""

_HAN_NUMERALS = "〇零一二三四五六七八九十百千万亿两俩廿壹贰叁肆伍陆柒捌玖拾佰仟萬億兩貳陸"
_HAN = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_NOTHING = frozenset(
    {
        "",
        "无",
        "暂无",
        "没有",
        "未填",
        "空",
        "年月日",
        "月日",
        "日",
        "分",
        "名",
        "次",
        "第次",
        "第名",
        "人",
        "篇",
        "none",
        "na",
    }
)
_NOTES = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_UNIT = r"(?:分|积分|名|位|次|人|条|篇|个|项|元|points?|pts?|persons?|people|eur|euros?|[€$¥£])?\.?"
_NUMBER = re.compile(
    rf"(?:约|共|第|计|no\.?|[€$¥£]|eur)?\s*(?P<digits>\d[\d,' ]*(?:\.\d+)?)\s*(?P<scale>[万千wk])?\s*{_UNIT}", re.I
)
_HAN_NUMBER = re.compile(rf"(?:约|共|第|计)?(?P<number>[{_HAN_NUMERALS}\d.点]+){_UNIT}")
_GROUPED = re.compile(r"\d{1,3}(?P<mark>[,' ])\d{3}(?:(?P=mark)\d{3})*(?:\.\d+)?")
_PLAIN = re.compile(r"\d+(?:\.\d+)?")
_SPACED = re.compile(r"\d(?: \d)+")
_SCALES = {"万": 10_000, "w": 10_000, "千": 1_000, "k": 1_000}
_MOBILE = re.compile(r"(?<!\d)(?:0086|86)?(1[3-9]\d{9})(?!\d)")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s\-‐–—.·]+(?=\d)")
_UNFILLED_DATE = re.compile(r"(?:\d{2,4})?年月日?|年\d*月日|\d*月日")


def squeeze(text: str) -> str:
    """`text` reduced to what tells it apart: NFKC, lower case, letters and digits only."""
    if text.isalnum() and not text.isascii() and unicodedata.is_normalized("NFKC", text):
        return text
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def read_value(text: str, kind: FieldKind, year: int) -> Value | None:
    """The value that stands in a cell, None where nothing does: blanks, "（  ）", "年 月 日", "无" for a number.

    `year` completes dates without one. Raises ReadRefused for text that is no value of that kind.
    """
    if kind is FieldKind.TEXT:
        return clean_text(text) or None
    plain = unicodedata.normalize("NFKC", text).strip(" \t\r\n_~")
    key = squeeze(plain)
    if key in _NOTHING or (kind is FieldKind.DATE and _UNFILLED_DATE.fullmatch(key)):
        return None
    value = _READERS[kind](plain, year) if len(plain) <= LONGEST_READ else None
    if value is None:
        raise ReadRefused(f"not a value of kind {kind.value}")
    return value


def clean_text(text: str) -> str:
    """A text as people mean it: no filling underscores, no stray blanks, "张  三" as 张三, "" where nothing stands."""
    lines = (re.sub(r"[ \t\u3000\xa0\u2000-\u200b]+", " ", line).strip(" _　") for line in text.splitlines())
    cleaned = "\n".join(line for line in lines if line)
    if not any(map(str.isalnum, cleaned)):
        return ""
    if re.fullmatch(rf"[{_HAN}](?:\s+[{_HAN}]){{1,3}}", cleaned):
        return re.sub(r"\s", "", cleaned)
    return cleaned


def one_line(text: str) -> str:
    """`clean_text` with its lines joined: Chinese without a blank, else with one."""
    joined = re.sub(rf"(?<=[{_HAN}（）()])\n(?=[{_HAN}（）()])", "", clean_text(text)).replace("\n", " ")
    return clean_text(joined)


def _integer(text: str, year: int) -> int | None:
    del year
    number = _number(text)
    if number is None or number != number.to_integral_value() or number < 0 or len(str(int(number))) > MOST_DIGITS:
        return None
    return int(number)


def _percent(text: str, year: int) -> int | float | None:
    """A share in percent. A bare fraction (0.45, as Excel stores 45 %) is taken as one; a bare 1 is refused."""
    del year
    bare = text.replace(" ", "")
    signed = re.fullmatch(r"(?:约|≈)?(.+?)(?:%|percent|percentage)", bare, re.I)
    spoken = re.fullmatch(r"百分之(.+)", bare)
    inner = signed or spoken
    number = _number(inner[1] if inner else bare)
    if number is None or number < 0:
        return None
    if not inner and 0 < number < 1:
        number *= 100
    elif not inner and number == 1:
        return None
    return _shortest(number) if number <= 100 else None


def _measure(text: str, year: int) -> int | float | None:
    """An average: whole where it is whole (30), with its fraction where it has one (34.5)."""
    del year
    bare = re.sub(r"[分点]$", "", text.strip())
    number = _number(bare)
    if number is None or number < 0:
        return None
    return _shortest(number)


def _shortest(number: Decimal) -> int | float:
    return int(number) if number == int(number) else float(number)


def _number(text: str) -> Decimal | None:
    """The number that the whole of `text` is, notes in brackets aside."""
    bare = " ".join(_NOTES.sub(" ", text).split())
    match = _NUMBER.fullmatch(bare)
    if match is not None:
        digits = match["digits"].strip()
        if _GROUPED.fullmatch(digits) or _PLAIN.fullmatch(digits) or _SPACED.fullmatch(digits):
            scale = _SCALES.get((match["scale"] or "").lower(), 1)
            return _decimal(re.sub(r"[,' ]", "", digits)) * scale
        return None
    spoken = _HAN_NUMBER.fullmatch(bare.replace(" ", ""))
    return _han_number(spoken["number"]) if spoken and any(c in _HAN_NUMERALS for c in spoken["number"]) else None


def _decimal(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except InvalidOperation:  # cannot be: the pattern admits digits only
        return Decimal(-1)


def _han_number(text: str) -> Decimal | None:
    """A number in Chinese numerals or mixed (两万八, 2万6)."""
    if len(text) > 30:
        return None
    import cn2an

    try:
        return Decimal(str(cn2an.cn2an(text.replace("〇", "零").replace("俩", "两"), "smart")))
    except (ValueError, KeyError, IndexError, InvalidOperation):
        return None


def _digits(text: str, year: int) -> str | None:
    """A number that is a name (学号, a telephone): its digits, without the marks that part them."""
    del year
    whole = re.sub(r"(?<=\d)\.0$", "", re.sub(r"\([^()\d]*\)", "", text).strip())
    bare = re.sub(r"[\s\-‐–—.+()·]", "", whole)
    return bare if bare.isascii() and bare.isdigit() and len(bare) <= 40 else None


def _mobile(text: str, year: int) -> str | None:
    """The first mainland mobile number in `text`, eleven digits (+86 and separators aside)."""
    del year
    match = _MOBILE.search(text) or _MOBILE.search(_BETWEEN_DIGITS.sub("", text))
    return match[1] if match else None


_READERS = {
    FieldKind.INTEGER: _integer,
    FieldKind.NUMBER: _measure,
    FieldKind.PERCENT: _percent,
    FieldKind.DATE: day_in,
    FieldKind.DIGITS: _digits,
    FieldKind.MOBILE: _mobile,
}
