"""Days and times in words, in the campaign's language. Other languages than Chinese read English."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailflow.model.campaign import Campaign

WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def words_for(instant: datetime, campaign: Campaign, *, now: datetime | None = None) -> str:
    """An aware `instant` as people say it, in the campaign's zone: "8月28日（周五）18:00".

    Midnight is 24:00 of the day before: "8月30日（周日）24时", "Sunday 30 August, 24:00".
    The year is said where it is not that of `now`.
    """
    return moment_words(instant, campaign.language, campaign.zone, now=now)


def moment_words(instant: datetime, language: str, zone: ZoneInfo, *, now: datetime | None = None) -> str:
    """As `words_for`, where there is no campaign yet."""
    local = instant.astimezone(zone)
    midnight = (local.hour, local.minute) == (0, 0)
    day = local.date() - timedelta(days=1) if midnight else local.date()
    other_year = now is not None and now.astimezone(zone).year != day.year
    clock = f"{local:%H:%M}"
    if language.startswith("zh"):
        year = f"{day.year}年" if other_year else ""
        return f"{year}{day.month}月{day.day}日（周{WEEKDAYS_ZH[day.weekday()]}）" + ("24时" if midnight else clock)
    year = f" {day.year}" if other_year else ""
    return f"{WEEKDAYS_EN[day.weekday()]} {day.day} {MONTHS_EN[day.month - 1]}{year}, " + (
        "24:00" if midnight else clock
    )


def month_words(year: int, month: int, language: str) -> str:
    """A month as people say it: "2020年8月", "August 2020"."""
    return f"{year}年{month}月" if language.startswith("zh") else f"{MONTHS_EN[month - 1]} {year}"


def joined(names: list[str], language: str) -> str:
    """Names in a row: with 、 in Chinese, with commas elsewhere."""
    return ("、" if language.startswith("zh") else ", ").join(names)
