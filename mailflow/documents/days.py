"""Days in the spellings that people write: 2020年8月20日, 8.19, 20 August 2020, 二〇二〇年八月二十日."""

from __future__ import annotations

import re
from datetime import date

LONGEST_RUNNING = 5_000
"""So much of running text is searched for days."""

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
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def day_in(text: str, year: int) -> date | None:
    """The day that a cell says, in `year` where it names none; None where it is none, or could be either of two."""
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
