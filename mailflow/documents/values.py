"""Text to value, by the kind of the field. What cannot be read is refused with its text, never taken for 0."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation

from mailflow.errors import ReadRefused
from mailflow.model.facts import Value
from mailflow.model.form import FieldKind

MOST_DIGITS = 15
"""Longer numbers are no counts of anything."""

LONGEST_RUNNING = 5_000
"""So much of running text is searched for days."""

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
_BARE_DATE = re.compile(r"(?<!\d)(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?!\d)")
_DATES = (
    re.compile(r"(?<!\d)(?P<y>\d{4})\s*[年./\-]\s*(?P<m>\d{1,2})\s*[月./\-]\s*(?P<d>\d{1,2})(?!\d)"),
    _BARE_DATE,
    re.compile(r"(?<!\d)(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]?(?!\d)"),
    re.compile(
        r"(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th)?[\s.\-]+(?P<name>[a-z]{3,9})\.?,?[\s\-]+(?P<y>\d{4})(?!\d)", re.I
    ),
    re.compile(r"(?P<name>[a-z]{3,9})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})(?!\d)", re.I),
)
_DAY_FIRST = re.compile(r"(?<!\d)(?P<d>\d{1,2})[./\-](?P<m>\d{1,2})[./\-](?P<y>\d{4})(?!\d)")
_MONTH_AND_DAY = re.compile(r"(?P<m>\d{1,2})[./\-](?P<d>\d{1,2})[日号]?")
_UNFILLED_DATE = re.compile(r"(?:\d{2,4})?年月日?|年\d*月日|\d*月日")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


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


def _percent(text: str, year: int) -> float | None:
    """A bare fraction (0.45, as Excel stores 45 %) is taken as one; a bare 1 may be either and is refused."""
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
    return float(number) if number <= 100 else None


def _measure(text: str, year: int) -> int | float | None:
    """An average: whole where it is whole (30), with its fraction where it has one (34.5)."""
    del year
    bare = re.sub(r"[分点]$", "", text.strip())
    number = _number(bare)
    if number is None or number < 0:
        return None
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


def _date(text: str, year: int) -> date | None:
    text = _digits_for_numerals(text)
    for pattern in _DATES:
        match = pattern.search(text)
        if match is None:
            continue
        parts = match.groupdict()
        month = _month(parts["name"]) if parts.get("name") else int(parts["m"])
        return _day(int(parts.get("y") or year), month, int(parts["d"]))
    if (bare := _MONTH_AND_DAY.fullmatch(text)) and int(bare["m"]) <= 12 < int(bare["d"]):
        return _day(year, int(bare["m"]), int(bare["d"]))  # 8.19; 8.9 may be either
    match = _DAY_FIRST.search(text)
    if match is None:
        return None
    first, second = int(match["d"]), int(match["m"])
    if first <= 12 and second <= 12 and first != second:
        return None  # 08/09/2020: day or month first is not told
    return _day(int(match["y"]), min(first, second) if second > 12 else second, max(first, second))


def days_in(text: str, year: int) -> tuple[date, ...]:
    """All days that stand in running text, each once; eight digits in a row are none there."""
    days: dict[date, None] = {}
    text = _digits_for_numerals(text[:LONGEST_RUNNING])
    for pattern in (one for one in _DATES if one is not _BARE_DATE):
        for match in pattern.finditer(text):
            parts = match.groupdict()
            month = _month(parts["name"]) if parts.get("name") else int(parts["m"])
            day = _day(int(parts.get("y") or year), month, int(parts["d"]))
            days |= {day: None} if day else {}
        text = pattern.sub("\n", text)
    return tuple(days)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1900 <= year <= 2100 else None
    except ValueError:
        return None


def _month(name: str) -> int:
    short = name.lower()[:3]
    return _MONTHS.index(short) + 1 if short in _MONTHS else 0


def _digits_for_numerals(text: str) -> str:
    """二〇二〇年八月二十日 as 2020年8月20日."""
    if not any(c in "〇零一二三四五六七八九十" for c in text):
        return text

    def digits(match: re.Match[str]) -> str:
        numeral = match[0].translate(str.maketrans("〇零一二三四五六七八九", "00123456789"))
        if "十" not in numeral:
            return numeral
        tens, _, ones = numeral.partition("十")
        return f"{tens or '1'}{ones or '0'}"

    return re.sub(r"[〇零一二三四五六七八九十]+", digits, text)


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
    FieldKind.DATE: _date,
    FieldKind.DIGITS: _digits,
    FieldKind.MOBILE: _mobile,
}
