"""A scanned form is read by its labels like a document, from words and where they stand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.documents.scans import read_scan, seal_on
from mailflow.model.sight import Page, Seal
from mailflow.testing.sights import line, list_page, ruled_page, screen

CAMPAIGN = load_campaign("shanxi-2020")
TITLE = ("附件1", "优秀学员报名表")
TABLE = (
    ("姓名", "王小明", "学号", "90010012\n345678"),
    ("学习组织", "示例厅机关\n党委", "截图时间", "2020年8月20日"),
    ("总积分", "28345", "全国排名", "120345"),
    ("年度积分", "10,234", "全国排名", "98765"),
    ("手机号码", "13900000000", "附件1", "截图"),
    ("报送单位核\n实意见", "", "备注", ""),
)
FIELDS = {
    "name": "王小明",
    "study_id": "90010012345678",
    "organisation": "示例厅机关党委",
    "total_points": 28345,
    "total_rank": 120345,
    "annual_points": 10234,
    "annual_rank": 98765,
    "mobile": "13900000000",
}


def fields(*pages: Page) -> dict[str, object]:
    reading = read_scan(pages, CAMPAIGN)
    return {} if reading is None else {key: value for key, value in reading.fields.items() if key != "captured_on"}


def test_a_ruled_form_is_read_cell_by_cell_and_wrapped_lines_are_joined() -> None:
    reading = read_scan([ruled_page(TABLE, above=TITLE, width=240)], CAMPAIGN)
    assert reading is not None
    assert (reading.form, reading.categories) == ("learner", ("outstanding-learner",))
    assert fields(ruled_page(TABLE, above=TITLE, width=240)) == FIELDS


def test_a_form_without_rules_is_read_by_its_rows() -> None:
    page = ruled_page([[text.replace("\n", "") for text in row] for row in TABLE], above=TITLE, width=560)
    assert fields(replace(page, boxes=())) == FIELDS


def test_labels_in_running_lines_are_read() -> None:
    page = screen(
        line("学员标兵报名表", 300, 50),
        line("姓名王小明学号：90010012345678", 60, 200),
        line("总积分28345 全国排名120345", 60, 300),
        line("年度积分：10234 手机号码：13900000000", 60, 400),
        line("截图时间：2020年8月20日", 60, 500),
    )
    wanted = ("name", "study_id", "total_points", "total_rank", "annual_points", "mobile")
    assert fields(page) == {key: FIELDS[key] for key in wanted}


def test_a_line_that_runs_through_two_cells_is_parted_between_them() -> None:
    page = ruled_page([["", "", "", ""], *TABLE[1:]], above=TITLE, width=240)
    joined = line("姓名 王小明", 250, 340)
    assert fields(replace(page, lines=(*page.lines, joined)))["name"] == "王小明"


def test_a_form_may_go_on_on_the_next_page() -> None:
    assert fields(ruled_page(TABLE[:3], above=TITLE, width=240), ruled_page(TABLE[3:], width=240)) == FIELDS


def test_a_form_without_its_title_is_told_by_labels_that_no_other_page_has() -> None:
    assert fields(ruled_page(TABLE, width=240)) == FIELDS


@pytest.mark.parametrize(
    "page",
    [
        list_page(("姓名", "王小明"), ("学号", "90010012345678"), ("总积分", "28345"), ("年度积分", "10234")),
        list_page(("姓名", "王小明"), ("学号", "900"), ("总积分", "1"), ("手机号码", "139"), ("工作单位", "示例厅")),
        screen(
            line("优秀学员报名表.docx", 60, 100), line("姓名", 60, 300), line("学号", 60, 400), line("总积分", 60, 500)
        ),
        screen(line("请大家填写报名表，周五之前交上来", 60, 100)),
        screen(),
    ],
)
def test_a_page_of_the_app_or_of_talk_is_no_form(page: Page) -> None:
    assert read_scan([page], CAMPAIGN) is None


def test_a_number_that_was_misread_makes_its_field_invalid() -> None:
    table = [list(row) for row in TABLE]
    table[2][1] = "2834S"
    reading = read_scan([ruled_page(table, above=TITLE, width=240)], CAMPAIGN)
    assert reading is not None
    assert "total_points" not in reading.fields
    assert reading.invalid == {"total_points": "2834S"}


@pytest.mark.parametrize(
    ("seals", "seal"),
    [
        ((Seal.ABSENT, Seal.PRESENT), Seal.PRESENT),
        ((Seal.ABSENT, Seal.ABSENT), Seal.ABSENT),
        ((Seal.ABSENT, Seal.UNKNOWN), Seal.UNKNOWN),
        ((), Seal.UNKNOWN),
    ],
)
def test_a_seal_is_absent_only_where_every_page_was_seen_to_have_none(seals: tuple[Seal, ...], seal: Seal) -> None:
    assert seal_on([screen(seal=one) for one in seals]) is seal
