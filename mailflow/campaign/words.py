"""Days and times in words, in the campaign's language. Other languages than Chinese read English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailflow.model.campaign import Campaign

WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

TITLES_ZH = {
    "closes": "{names}报名截止",
    "cut": "{names}{month}截止",
    "first-cut": "{names}{month}首次截止",
    "reminder": "截止提醒：{words}",
    "digest": "组织者摘要",
    "alarm": "仍待放行：{title}",
}
TITLES_EN = {
    "closes": "{names}: applications close",
    "cut": "{names}: cut for {month}",
    "first-cut": "{names}: first cut for {month}",
    "reminder": "Reminder of the deadline: {words}",
    "digest": "Organisers' digest",
    "alarm": "Still to be released: {title}",
}


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
    if _is_chinese(language):
        year = f"{day.year}年" if other_year else ""
        return f"{year}{day.month}月{day.day}日（周{WEEKDAYS_ZH[day.weekday()]}）" + ("24时" if midnight else clock)
    year = f" {day.year}" if other_year else ""
    return f"{WEEKDAYS_EN[day.weekday()]} {day.day} {MONTHS_EN[day.month - 1]}{year}, " + (
        "24:00" if midnight else clock
    )


def month_words(year: int, month: int, language: str) -> str:
    """A month as people say it: "2020年8月", "August 2020"."""
    return f"{year}年{month}月" if _is_chinese(language) else f"{MONTHS_EN[month - 1]} {year}"


def joined(names: Sequence[str], language: str) -> str:
    """Names in a row: with 、 in Chinese, with "; " between what may hold commas elsewhere."""
    return ("、" if _is_chinese(language) else "; ").join(names)


def phrase(language: str, key: str, **values: str) -> str:
    """The title of an occurrence (see TITLES_ZH)."""
    return (TITLES_ZH if _is_chinese(language) else TITLES_EN)[key].format(**values)


def _is_chinese(language: str) -> bool:
    return language.partition("-")[0] == "zh"
