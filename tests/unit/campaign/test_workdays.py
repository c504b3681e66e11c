"""Working days, 调休 included."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mailflow.campaign.workdays import is_working_day, last_working_day_until, table_ends, working_days_before


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2020, 8, 28), True),
        (date(2020, 8, 29), False),
        (date(2020, 9, 27), True),  # a Sunday worked in exchange for the October holidays
        (date(2020, 10, 1), False),
        (date(2020, 10, 10), True),  # a Saturday, likewise
        (date(2020, 10, 8), False),
    ],
)
def test_holidays_and_days_worked_in_exchange_are_known(day: date, works: bool) -> None:
    assert is_working_day(day, {}) is works


def test_the_weekday_calendar_knows_no_holidays() -> None:
    assert is_working_day(date(2020, 10, 1), {}, "weekdays")
    assert not is_working_day(date(2020, 9, 27), {}, "weekdays")


def test_an_override_wins_over_the_table() -> None:
    day = date(2020, 8, 28)
    assert not is_working_day(day, {day: False})
    assert is_working_day(date(2020, 8, 29), {date(2020, 8, 29): True})


def test_beyond_the_table_weekdays_are_working_days() -> None:
    monday = table_ends() + timedelta(days=1)
    while monday.weekday() != 0:
        monday += timedelta(days=1)
    assert is_working_day(monday, {})
    assert not is_working_day(monday - timedelta(days=1), {})
    assert table_ends() >= date(2026, 12, 31)


def test_working_days_are_counted_back_across_weekends_and_exchanged_days() -> None:
    assert working_days_before(date(2020, 8, 30), 3, {}) == date(2020, 8, 26)
    assert working_days_before(date(2020, 9, 28), 3, {}) == date(2020, 9, 24)
    assert working_days_before(date(2020, 10, 9), 2, {}) == date(2020, 9, 29)


def test_the_last_working_day_may_be_the_day_itself() -> None:
    assert last_working_day_until(date(2020, 8, 28), {}) == date(2020, 8, 28)
    assert last_working_day_until(date(2020, 8, 30), {}) == date(2020, 8, 28)
    assert last_working_day_until(date(2020, 9, 27), {}) == date(2020, 9, 27)
    assert last_working_day_until(date(2020, 9, 27), {}, "weekdays") == date(2020, 9, 25)
