"""Working days: the State Council's table with 调休 (chinesecalendar), or plain weekdays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


def is_working_day(day: date, overrides: Mapping[date, bool], calendar: str = "china") -> bool:
    """Whether work is done on `day`.

    `overrides` decides first. `calendar` is "china" or "weekdays"; beyond the Chinese table (see `table_ends`; next
    year's is published each November) Monday to Friday are working days.
    """
    if day in overrides:
        return overrides[day]
    if calendar == "china":
        import chinese_calendar

        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            pass
    return day.weekday() < 5


def table_ends() -> date:
    """The last day that the Chinese table knows; later ones need overrides or a newer chinesecalendar."""
    from chinese_calendar import constants

    return date(max(day.year for day in constants.holidays), 12, 31)


def working_days_before(day: date, n: int, overrides: Mapping[date, bool], calendar: str = "china") -> date:
    """The working day that is `n` (1 or more) working days before `day`, which itself does not count."""
    while n > 0:
        day = last_working_day_until(day - ONE_DAY, overrides, calendar)
        n -= 1
    return day


def last_working_day_until(day: date, overrides: Mapping[date, bool], calendar: str = "china") -> date:
    """`day` if work is done on it, else the nearest working day before."""
    while not is_working_day(day, overrides, calendar):
        day -= ONE_DAY
    return day
