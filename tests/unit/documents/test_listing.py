"""A unit's list of applicants is read as a list, and nothing else is."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.documents.grid import Grid, Sheet, grid_from_rows
from mailflow.documents.listing import read_listing
from mailflow.model.campaign import Campaign
from mailflow.model.facts import Listed

LEARNER, ANNOUNCER = ("outstanding-learner",), ("announcer",)


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return load_campaign("shanxi-2020")


def listed(campaign: Campaign, *blocks: str | Sequence[Sequence[str]]) -> tuple[Listed, ...]:
    made: list[str | Grid] = [one if isinstance(one, str) else grid_from_rows(one) for one in blocks]
    return read_listing(Sheet(tuple(made)), campaign)


def test_a_list_gives_names_numbers_and_categories(campaign: Campaign) -> None:
    rows = [
        ["序号", "姓名", "学号", "填报项目"],
        ["1", "王小明", "1000000001", "优秀学员"],
        ["2", "李 晓 华", "", "播音员"],
        ["3", "", "", ""],
        ["", "合计", "2人", ""],
    ]
    assert listed(campaign, rows) == (Listed("王小明", "1000000001", LEARNER), Listed("李晓华", None, ANNOUNCER))


def test_a_rare_surname_is_one_where_a_number_stands_beside_it_and_a_sum_is_not(campaign: Campaign) -> None:
    rows = [
        ["姓名", "学号"], ["折小明", "1000000001"], ["家晓华", "1000000002"], ["合计", "12"], ["全国排名", "1000000"],
    ]  # fmt: skip
    assert listed(campaign, "优秀学员", rows) == (
        Listed("折小明", "1000000001", LEARNER),
        Listed("家晓华", "1000000002", LEARNER),
    )


def test_a_rare_surname_is_one_in_a_row_that_is_counted(campaign: Campaign) -> None:
    rows = [["序号", "姓名"], ["1", "折小明"], ["2", "王晓华"], ["", "填表人"], ["合计", "两人"]]
    assert [one.name for one in listed(campaign, "优秀学员", rows)] == ["折小明", "王晓华"]


def test_a_category_in_the_lists_title_counts_for_all_rows_that_name_none(campaign: Campaign) -> None:
    rows = [["姓名", "单位"], ["王小明", "省水利厅"], ["李晓华", "志愿播音员"]]
    assert [one.categories for one in listed(campaign, "优秀学员推荐名单", rows)] == [LEARNER, ANNOUNCER]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([["姓名", "王小明"], ["学号", "1000000001"]], id="a form"),
        pytest.param([["姓名", "学号"], ["王小明", "1"]], id="one row is nobody's list"),
        pytest.param([["单位", "人数"], ["省水利厅", "3"], ["省财政厅", "2"]], id="no names"),
        pytest.param([["王小明"], ["李晓华"]], id="no heading"),
        pytest.param([], id="nothing"),
    ],
)
def test_what_is_no_list_of_people_lists_nobody(campaign: Campaign, rows: Sequence[Sequence[str]]) -> None:
    assert listed(campaign, rows) == ()
