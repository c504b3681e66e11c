"""Times in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.campaign.words import words_for

SHANXI, VILLAGE = load_campaign("shanxi-2020"), load_campaign("village-grants")


@pytest.mark.parametrize(
    ("instant", "chinese"),
    [
        (datetime(2020, 8, 28, 10, 0, tzinfo=UTC), "8月28日（周五）18:00"),
        (datetime(2020, 8, 30, 16, 0, tzinfo=UTC), "8月30日（周日）24时"),
        (datetime(2020, 12, 31, 16, 0, tzinfo=UTC), "12月31日（周四）24时"),
        (datetime(2020, 9, 3, 1, 5, tzinfo=UTC), "9月3日（周四）09:05"),
    ],
)
def test_an_instant_is_said_in_chinese_in_the_campaigns_zone(instant: datetime, chinese: str) -> None:
    assert words_for(instant, SHANXI) == chinese


def test_an_instant_is_said_in_english() -> None:
    assert words_for(datetime(2026, 5, 29, 16, 0, tzinfo=UTC), VILLAGE) == "Friday 29 May, 17:00"
    assert words_for(datetime(2026, 6, 30, 23, 0, tzinfo=UTC), VILLAGE) == "Tuesday 30 June, 24:00"


def test_another_year_is_said() -> None:
    now = datetime(2021, 1, 2, tzinfo=UTC)
    assert words_for(datetime(2020, 8, 28, 10, 0, tzinfo=UTC), SHANXI, now=now) == "2020年8月28日（周五）18:00"
    assert words_for(datetime(2026, 5, 29, 16, 0, tzinfo=UTC), VILLAGE, now=now) == "Friday 29 May 2026, 17:00"
    assert words_for(datetime(2020, 12, 31, 16, 0, tzinfo=UTC), SHANXI, now=datetime(2020, 8, 1, tzinfo=UTC)) == (
        "12月31日（周四）24时"
    )
