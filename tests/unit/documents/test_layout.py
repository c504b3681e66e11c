"""Forms as people really fill them in."""

from __future__ import annotations

from datetime import date

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.documents.grid import Grid, GridCell, Sheet, grid_from_rows
from mailflow.documents.layout import read_form, read_forms
from mailflow.documents.word import read_docx
from mailflow.model.campaign import Campaign
from mailflow.model.facts import FormReading
from mailflow.testing import forms

TITLE = "优秀学员报名表"
PERSON = [["姓名", "王小明", "学号", "140100123456"], ["总积分", "28,345", "年度积分", "10,234"]]


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return load_campaign("shanxi-2020")


def reading_of(campaign: Campaign, *blocks: str | Grid) -> FormReading:
    reading = read_form(Sheet(blocks), campaign)
    assert reading is not None
    return reading


def table(*rows: list[str]) -> Grid:
    return grid_from_rows(rows)


def test_labels_are_found_whatever_blanks_and_marks_stand_in_them(campaign: Campaign) -> None:
    grid = table(
        ["姓 　名：", "王小明", "学\n号", "140100123456"], ["１、总 积 分（分）", "28345", "*年度积分", "10234"]
    )
    fields = reading_of(campaign, TITLE, grid).fields
    assert fields == {"name": "王小明", "study_id": "140100123456", "total_points": 28345, "annual_points": 10234}


def test_a_neighbouring_label_is_never_a_value(campaign: Campaign) -> None:
    grid = table(["姓名", "", "学号", ""], ["学习组织", "", "截图时间", ""], ["总积分", "", "全国排名", ""])
    reading = reading_of(campaign, TITLE, grid)
    assert not reading.fields
    assert not reading.invalid


def test_printed_notes_are_no_values_and_are_cut_off_where_a_value_stands_beside_them(campaign: Campaign) -> None:
    empty = table(*PERSON, ["学习组织", "与 我的信息 页面对应"], ["截图时间", "  年  月  日"])
    assert "organisation" not in reading_of(campaign, TITLE, empty).fields
    filled = table(*PERSON, ["学习组织", "省水利厅（与“我的信息”页面对应）"], ["截图时间", "2020 年 8 月 20 日"])
    fields = reading_of(campaign, TITLE, filled).fields
    assert fields["organisation"] == "省水利厅"
    assert fields["captured_on"] == date(2020, 8, 20)


def test_each_rank_belongs_to_the_points_in_its_row(campaign: Campaign) -> None:
    grid = table(
        ["姓名", "王小明", "学号", "1401"],
        ["年度积分", "10234", "全国排名", "889"],
        ["总积分", "28345", "全国排名", "1203"],
    )
    fields = reading_of(campaign, TITLE, grid).fields
    assert (fields["total_rank"], fields["annual_rank"]) == (1203, 889)


def test_a_number_typed_below_its_label_in_the_same_cell_is_read(campaign: Campaign) -> None:
    grid = table(*PERSON, ["手机号码\n138 0000 0000", ""])
    assert reading_of(campaign, TITLE, grid).fields["mobile"] == "13800000000"


def test_a_number_typed_beside_and_not_below_its_label_is_read_too(campaign: Campaign) -> None:
    grid = table(*PERSON, ["手机号码", "13800000000"], ["", ""])
    assert reading_of(campaign, TITLE, grid).fields["mobile"] == "13800000000"


def test_several_labels_with_colons_share_a_cell(campaign: Campaign) -> None:
    grid = table(["姓名：王小明   学号：140100123456", "总积分: 28345；全国排名: 1203"])
    fields = reading_of(campaign, TITLE, grid).fields
    assert fields["name"] == "王小明"
    assert fields["study_id"] == "140100123456"
    assert fields["total_rank"] == 1203


def test_one_digit_to_a_box_makes_one_number(campaign: Campaign) -> None:
    grid = table(["学号", *"140100123456"], ["姓名", "王小明", *[""] * 11], ["总积分", "28345", *[""] * 11])
    assert reading_of(campaign, TITLE, grid).fields["study_id"] == "140100123456"


def test_an_unreadable_number_is_invalid_with_its_text_and_no_field(campaign: Campaign) -> None:
    reading = reading_of(
        campaign, TITLE, table(["姓名", "王小明", "学号", "1401"], ["总积分", "很高", "年度积分", "1万"])
    )
    assert reading.invalid == {"total_points": "很高"}
    assert "total_points" not in reading.fields
    assert reading.fields["annual_points"] == 10000


@pytest.mark.parametrize(
    ("sentence", "clears"),
    [
        ("这是本年度第（ 2 ）次填报通关。", 2),
        ("这是本年度第（２）次填报通关。", 2),
        ("这是本年度第(一)次填报通关。", 1),
        ("这是本年度第 3 次填报通关。", 3),
        ("这是本年度第（    ）次填报通关。", None),
    ],
)
def test_a_number_inside_a_printed_sentence_is_read(campaign: Campaign, sentence: str, clears: int | None) -> None:
    reading = reading_of(campaign, "挑战达人报名表", table(*PERSON, ["备注", sentence]))
    assert reading.fields.get("clears_this_year") == clears
    assert not reading.invalid


def test_of_the_spot_check_days_the_lowest_and_the_highest_are_taken(campaign: Campaign) -> None:
    values = {"participation": ("45%", "39.5%", "0.61"), "points_per_head": ("31", "35", "40")}
    docx = forms.filled_form(campaign, "model-organisation", values)
    fields = reading_of(campaign, *read_docx(docx).blocks).fields
    assert fields["participation"] == 39.5
    assert fields["participation_best"] == 61.0
    assert fields["points_per_head"] == 31


def test_one_unreadable_spot_check_day_makes_the_figure_invalid(campaign: Campaign) -> None:
    values = {"participation": ("45%", "不详", "61%")}
    docx = forms.filled_form(campaign, "model-organisation", values)
    assert reading_of(campaign, *read_docx(docx).blocks).invalid["participation"] == "不详"


def test_articles_are_the_titles_that_are_filled_in(campaign: Campaign) -> None:
    docx = forms.filled_form(campaign, "model-organisation", {"articles": ("第一篇", "", "第三篇")})
    assert reading_of(campaign, *read_docx(docx).blocks).fields["articles"] == 2


def test_a_long_text_keeps_its_paragraphs_and_is_counted_without_blanks(campaign: Campaign) -> None:
    docx = forms.filled_form(campaign, "model-individual", {"statement": "第一 段。\n\n第二段。"})
    reading = reading_of(campaign, *read_docx(docx).blocks)
    assert reading.fields["statement"] == "第一 段。\n第二段。"
    assert reading.lengths == {"statement": 8}


def test_a_form_cut_in_two_by_a_page_is_one_form(campaign: Campaign) -> None:
    reading = reading_of(campaign, TITLE, table(PERSON[0]), "", table(PERSON[1], ["手机号码", "13800000000"]))
    assert reading.fields["name"] == "王小明"
    assert reading.fields["mobile"] == "13800000000"


def test_in_a_whole_announcement_the_form_that_is_filled_in_counts(campaign: Campaign) -> None:
    blank = table(["姓名", "", "学号", ""], ["总积分", "", "年度积分", ""])
    reading = reading_of(campaign, "学员标兵报名表", blank, TITLE, table(*PERSON), "挑战达人报名表", blank)
    assert reading.categories == ("outstanding-learner",)
    assert reading.fields["name"] == "王小明"


def test_two_filled_forms_in_one_document_are_both_read(campaign: Campaign) -> None:
    second = table(["姓名", "李晓华", "学号", "140100654321"], ["总积分", "26,000", "年度积分", "9,000"])
    readings = read_forms(Sheet((TITLE, table(*PERSON), TITLE, second)), campaign)
    assert [one.fields["name"] for one in readings] == ["王小明", "李晓华"]


def test_a_list_of_people_is_no_form(campaign: Campaign) -> None:
    roster = table(
        ["姓名", "学号", "学习组织", "总积分"],
        ["王小明", "1401", "省水利厅", "28345"],
        ["李晓华", "1402", "省水利厅", "26000"],
    )
    assert read_form(Sheet((roster,)), campaign) is None


def test_a_row_of_labels_above_a_row_of_values_is_a_form(campaign: Campaign) -> None:
    grid = table(["姓名", "性别", "学号", "学习组织", "总积分"], ["王小明", "男", "1401", "省水利厅", "28345"])
    fields = reading_of(campaign, grid).fields
    assert fields == {"name": "王小明", "study_id": "1401", "organisation": "省水利厅", "total_points": 28345}


@pytest.mark.parametrize(
    ("title", "categories"),
    [
        ("优秀学员报名表", ("outstanding-learner",)),
        ("附件2：《优秀学员 报名表》", ("outstanding-learner",)),
        ("2020年学员标兵报名表", ("model-learner",)),
        ("志愿出题员报名表", ("question-writer",)),
        ("审读员报名表", ("proofreader",)),
        ("学员标兵/优秀学员报名表", ("model-learner", "outstanding-learner")),
        ("优秀学员推荐表", ("outstanding-learner",)),
        ("个人情况登记表", ()),
        ("学习组织：省水利厅", ()),
        ("", ()),
    ],
)
def test_the_title_names_the_categories(campaign: Campaign, title: str, categories: tuple[str, ...]) -> None:
    assert reading_of(campaign, title, table(*PERSON)).categories == categories


def test_the_title_may_stand_in_the_first_row_of_the_table(campaign: Campaign) -> None:
    cells = (GridCell(TITLE, 0, 0, across=4), *(GridCell(c.text, c.row + 1, c.column) for c in table(*PERSON).cells))
    assert reading_of(campaign, Grid(cells)).categories == ("outstanding-learner",)


def test_without_a_title_the_form_whose_labels_fit_best_is_taken(campaign: Campaign) -> None:
    assert reading_of(campaign, table(*PERSON, ["工作单位", "省水利厅"], ["个人特长说明", "朗诵"])).form == "volunteer"
    assert reading_of(campaign, table(*PERSON, ["全国排名", "1"])).form == "learner"


@pytest.mark.parametrize(
    "blocks",
    [
        (),
        ("只有一段话，没有表格。",),
        ("优秀学员报名表",),
        (table(["时间", "地点"], ["8月1日", "会议室"]),),
        (Grid(()),),
    ],
)
def test_what_has_no_labels_is_no_form(campaign: Campaign, blocks: tuple[str | Grid, ...]) -> None:
    assert read_form(Sheet(blocks), campaign) is None


def test_a_cell_full_of_blanks_takes_no_quadratic_time(campaign: Campaign) -> None:
    grid = table(*PERSON, ["学习组织", " (" * 50_000], ["备注", "第" + " " * 90_000])
    assert "organisation" not in reading_of(campaign, TITLE, grid).fields
