"""The reference order, and the reason for each place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.model.campaign import Campaign
from mailflow.model.entry import EntryStatus, KnownEntry
from mailflow.reports.ranking import rank

MakeEntry = Callable[..., KnownEntry]
At = Callable[[str], datetime]


@pytest.fixture
def learner(make_entry: MakeEntry, at: At) -> MakeEntry:
    """A 学员标兵 entry: number, total points, annual points, arrival."""

    def make(number: int, total: int | None, annual: int | None, arrived: str = "08-20 10:00") -> KnownEntry:
        points = {"total_points": total, "annual_points": annual}
        fields = {key: value for key, value in points.items() if value is not None}
        return make_entry(number, category="model-learner", fields=fields, arrived_at=at(arrived))

    return make


def ranked(campaign: Campaign, entries: list[KnownEntry]) -> list[tuple[int, str, str]]:
    places = rank(campaign, campaign.category("model-learner"), entries)
    return [(one.place, one.entry.ref[-1], one.reason) for one in places]


def test_ties_are_broken_down_the_chain_and_each_place_says_why(campaign: Campaign, learner: MakeEntry) -> None:
    entries = [
        learner(5, 27000, 9000, "08-22 10:00"),
        learner(4, 27000, 9000, "08-21 08:30"),
        learner(3, 27000, 9500),
        learner(2, 26000, 12000),
        learner(1, 28345, 8000),
    ]
    assert ranked(campaign, entries) == [
        (1, "1", "总积分 28,345，高于第2名（27,000）"),
        (2, "3", "与第3名总积分相同，年度积分 9,500，高于第3名（9,000）"),
        (3, "4", "与第4名总积分、年度积分均相同，先报名（2020-08-21 08:30，第4名 2020-08-22 10:00）"),
        (4, "5", "总积分 27,000，高于第5名（26,000）"),
        (5, "2", "总积分 26,000，低于第4名（27,000）"),
    ]


def test_who_is_equal_in_everything_shares_a_place_and_the_next_one_is_skipped(
    campaign: Campaign, learner: MakeEntry
) -> None:
    entries = [learner(1, 27000, 9000), learner(2, 27000, 9000), learner(3, 26000, 9000)]
    assert ranked(campaign, entries) == [
        (1, "1", "总积分 27,000，高于第3名（26,000）；各项均相同，2个并列第1名"),
        (1, "2", "总积分 27,000，高于第3名（26,000）；各项均相同，2个并列第1名"),
        (3, "3", "总积分 26,000，低于第1名（27,000）"),
    ]


def test_missing_values_go_last_and_the_reason_says_so(campaign: Campaign, learner: MakeEntry) -> None:
    entries = [learner(1, None, 99999), learner(2, 25000, None), learner(3, 25000, 100)]
    assert ranked(campaign, entries) == [
        (1, "3", "与第2名总积分相同，年度积分 100，第2名未读到"),
        (2, "2", "总积分 25,000，第3名未读到"),
        (3, "1", "未读到总积分，列在最后"),
    ]


def test_the_only_one_has_a_reason_too(campaign: Campaign, learner: MakeEntry) -> None:
    assert ranked(campaign, [learner(1, 25000, 1)]) == [(1, "1", "总积分 25,000，目前仅此一个")]


def test_nobody_gives_an_empty_order(campaign: Campaign) -> None:
    assert rank(campaign, campaign.category("model-learner"), []) == ()


def test_without_a_stated_order_people_choose_from_the_order_of_arrival(
    campaign: Campaign, make_entry: MakeEntry
) -> None:
    entries = [make_entry(3), make_entry(1), make_entry(2, status=EntryStatus.HELD)]
    places = rank(campaign, campaign.category("proofreader"), entries)
    assert [(one.place, one.entry.ref[-1], one.reason) for one in places] == [
        (1, "1", "由人工选择，按来信先后列出"),
        (2, "3", "由人工选择，按来信先后列出"),
    ]


@pytest.mark.parametrize("status", list(EntryStatus))
def test_only_what_is_accepted_or_approved_is_ranked(
    campaign: Campaign, make_entry: MakeEntry, status: EntryStatus
) -> None:
    places = rank(campaign, campaign.category("proofreader"), [make_entry(status=status)])
    assert bool(places) is (status in (EntryStatus.ACCEPTED, EntryStatus.APPROVED))


def test_another_campaign_ranks_the_lowest_first_in_its_own_language(make_entry: MakeEntry, at: At) -> None:
    grants = load_campaign("village-grants")
    entries = [
        make_entry(1, category="project-grant", fields={"amount": 2000}),
        make_entry(2, category="project-grant", fields={"amount": 900}, arrived_at=at("08-21 09:00")),
        make_entry(3, category="project-grant", fields={"amount": 900}, arrived_at=at("08-20 09:00")),
    ]
    places = rank(grants, grants.category("project-grant"), entries)
    assert [(one.place, one.entry.ref[-1], one.reason) for one in places] == [
        (
            1,
            "3",
            "same Amount requested (pounds) as place 2; "
            "registered earlier (2020-08-20 02:00; place 2: 2020-08-21 02:00)",
        ),
        (2, "2", "Amount requested (pounds) 900, below place 3 (2,000)"),
        (3, "1", "Amount requested (pounds) 2,000, above place 2 (900)"),
    ]
