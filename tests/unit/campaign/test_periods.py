"""Periods at their boundary instants."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.campaign.periods import cuts_between, period_bounds, period_label, period_of
from mailflow.model.campaign import Category, MonthlyCut

ZONE = ZoneInfo("Asia/Shanghai")
CAMPAIGN = load_campaign("shanxi-2020")
MASTER = CAMPAIGN.category("challenge-master")
LEARNER = CAMPAIGN.category("model-learner")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def cut_on(day: int) -> Category:
    return Category("x", "x", (), "person", "g", "f", cut=MonthlyCut(day, time(18)))


@pytest.mark.parametrize(
    ("arrived", "period"),
    [
        ("2020-08-14T00:00", "2020-08"),
        ("2020-08-25T23:59:59", "2020-08"),
        ("2020-08-26T00:00", "2020-08"),
        ("2020-08-28T17:59:59.999999", "2020-08"),
        ("2020-08-28T18:00", "2020-09"),
        ("2020-08-31T23:59", "2020-09"),
        ("2020-09-28T17:59", "2020-09"),
        ("2020-09-28T18:00", "2020-10"),
        ("2020-12-28T18:00", "2021-01"),
    ],
)
def test_an_arrival_belongs_to_the_month_of_the_first_cut_after_it(arrived: str, period: str) -> None:
    assert period_of(MASTER, at(arrived), ZONE) == period
    start, end = period_bounds(MASTER, period, ZONE)
    assert start <= at(arrived) < end


def test_an_arrival_in_utc_is_placed_by_the_campaigns_clock() -> None:
    assert period_of(MASTER, datetime(2020, 8, 28, 9, 59, tzinfo=UTC), ZONE) == "2020-08"
    assert period_of(MASTER, datetime(2020, 8, 28, 10, 0, tzinfo=UTC), ZONE) == "2020-09"


def test_a_category_without_monthly_cuts_has_no_periods() -> None:
    assert period_of(LEARNER, at("2020-08-20T10:00"), ZONE) is None
    assert period_label(LEARNER, None) == ""
    assert cuts_between(LEARNER, at("2020-01-01T00:00"), at("2021-01-01T00:00"), ZONE) == ()
    with pytest.raises(ValueError, match="no monthly cuts"):
        period_bounds(LEARNER, "2020-08", ZONE)


def test_the_first_cut_is_one_more_cut_of_the_same_period() -> None:
    assert cuts_between(MASTER, at("2020-08-14T00:00"), at("2020-09-28T18:00"), ZONE) == (
        at("2020-08-26T00:00"),
        at("2020-08-28T18:00"),
    )
    assert cuts_between(MASTER, at("2020-09-28T18:00"), at("2020-11-01T00:00"), ZONE) == (
        at("2020-09-28T18:00"),
        at("2020-10-28T18:00"),
    )
    assert period_bounds(MASTER, "2020-08", ZONE) == (at("2020-07-28T18:00"), at("2020-08-28T18:00"))


def test_a_cut_on_a_day_the_month_does_not_have_is_on_its_last_day() -> None:
    assert period_bounds(cut_on(31), "2021-02", ZONE) == (at("2021-01-31T18:00"), at("2021-02-28T18:00"))
    assert period_bounds(cut_on(31), "2021-01", ZONE) == (at("2020-12-31T18:00"), at("2021-01-31T18:00"))


def test_a_period_is_named_in_the_campaigns_language() -> None:
    assert period_label(MASTER, "2020-08") == "2020年8月"
    assert period_label(MASTER, "2020-08", "en") == "August 2020"
