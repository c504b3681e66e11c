"""The workbook, read back by another library than the one that wrote it."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from mailflow.campaign.load import load_campaign
from mailflow.model.campaign import Campaign
from mailflow.model.entry import Check, Compared, EntryStatus, Finding, KnownEntry, Mark, Seen
from mailflow.reports.roster import Roster
from mailflow.reports.workbook import write_workbook

MakeEntry = Callable[..., KnownEntry]
MakeRoster = Callable[..., Roster]
At = Callable[[str], datetime]

HOSTILE = [
    '=HYPERLINK("http://evil.example","x")',
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "http://evil.example/",
    "mailto:a@evil.example",
    "internal:Sheet1!A1",
    "external:c:\\temp\\x.exe",
    "{=1+1}",
    "_x0041_\x00\x0b\ud800\ufffe",
    "\u202ecod.exe",
    "长" * 40_000,
]


def read(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def table(sheet: Any) -> list[dict[str, Any]]:
    """The rows of a sheet as dictionaries by heading."""
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_a_sheet_a_category_with_the_forms_fields_in_their_order(
    campaign: Campaign, make_entry: MakeEntry, make_roster: MakeRoster
) -> None:
    fields = {
        "organisation": "机关党支部",
        "captured_on": date(2020, 8, 22),
        "total_points": 28345,
        "annual_points": 10234,
        "employer": "省水利厅",
        "mobile": "13800000001",
        "study_id": "0012345678",
        "clears_this_year": 1,
    }
    entry = make_entry(category="challenge-master", period="2020-08", applicant="王小明", fields=fields)
    book = read(write_workbook(make_roster([entry]), campaign, for_organiser=False))
    assert book.sheetnames == ["说明", "挑战达人", "志愿审读员", "志愿命题员", "志愿播音员", "累计"]
    (row,) = table(book["挑战达人"])
    heads = list(row)
    assert heads[:4] == ["序号", "本期", "姓名", "所属月份"]
    assert heads[-8:] == ["回执", "首次来信", "首次齐全", "提示", "文件（压缩包内）", "链接", "审核", "理由"]
    in_form = [one.label for one in campaign.form("challenge-master").fields if one.label in heads]
    assert [one for one in heads if one in in_form] == in_form
    assert row["序号"] == 1
    assert row["本期"] == "新增"
    assert row["学号"] == "0012345678"
    assert row["总积分"] == 28345
    assert row["截图时间"] == "2020-08-22"
    assert row["手机号码"] == "13800000001"
    assert row["回执"] == "SX20-0001"
    assert row["首次来信"] == "2020-08-22 09:01"
    assert row["文件（压缩包内）"] == "挑战达人/001-省水利厅-王小明/\n报名表.docx\n盖章扫描件.pdf"
    assert row["审核"] is None
    assert row["理由"] is None


@pytest.mark.parametrize("for_organiser", [True, False])
@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_a_sender_wrote_becomes_a_formula_or_a_link(
    *,
    campaign: Campaign,
    make_entry: MakeEntry,
    make_roster: MakeRoster,
    text: str,
    for_organiser: bool,
    warning: Finding,
) -> None:
    hostile = {"organisation": text, "statement": text, "employer": text, "specialty": text}
    entries = [
        make_entry(1, applicant=text, unit=text, fields=hostile, findings=(replace(warning, text=text),)),
        make_entry(2, applicant=text, unit=text, fields=hostile, version=2, reported_version=1, number=5),
        make_entry(3, applicant=text, unit=text, sender=text, status=EntryStatus.HELD),
    ]
    roster = make_roster(entries, earlier={"SX20-0002": {"organisation": "=2+2"}})
    book = read(write_workbook(roster, campaign, for_organiser=for_organiser))
    for sheet in book:
        for cell in (one for row in sheet.iter_rows() for one in row):
            assert cell.data_type != "f", cell
            if cell.hyperlink is not None:
                assert cell.value == "打开"
                assert cell.hyperlink.target.startswith("志愿审读员")
                assert ":" not in cell.hyperlink.target
                assert ".." not in cell.hyperlink.target


def test_links_lead_to_the_applicants_folder_and_stand_in_the_platforms_copy_only(
    campaign: Campaign, make_entry: MakeEntry, make_roster: MakeRoster
) -> None:
    roster = make_roster([make_entry(applicant="王小明")])
    links = {}
    for for_organiser in (True, False):
        book = read(write_workbook(roster, campaign, for_organiser=for_organiser))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.hyperlink]
        links[for_organiser] = [cell.hyperlink.target.replace("\\", "/") for cell in cells]
    assert links == {True: [], False: ["志愿审读员/001-省水利厅-王小明"]}


def test_the_organisers_second_sheet_says_what_waits_and_why(
    campaign: Campaign, make_entry: MakeEntry, make_roster: MakeRoster, warning: Finding
) -> None:
    roster = make_roster([make_entry(status=EntryStatus.LATE, findings=(warning,)), make_entry(2)])
    book = read(write_workbook(roster, campaign, for_organiser=True))
    assert book.sheetnames[1] == "待处理"
    (row,) = table(book["待处理"])
    assert (row["情况"], row["原因"], row["发件地址"]) == ("逾期来信", warning.text, "a1@example.cn")
    assert "待处理" not in read(write_workbook(roster, campaign, for_organiser=False)).sheetnames


def test_the_second_sheet_shows_form_and_picture_side_by_side_of_complete_entries_too(
    campaign: Campaign, make_entry: MakeEntry, make_roster: MakeRoster, warning: Finding
) -> None:
    pair = Compared("total_points", "总积分", "28,345", "26,345", agrees=False)
    check = Check("profile-screenshot", "“我的信息”截图", Mark.UNSURE, "截图.jpg", Seen.DIFFERS, (pair,))
    roster = make_roster([make_entry(findings=(warning,), checks=(check,)), make_entry(2)])
    book = read(write_workbook(roster, campaign, for_organiser=True))
    (row,) = table(book["待处理"])
    assert (row["情况"], row["核对（报名表 / 图片）"]) == ("已受理", "总积分 28,345 / 26,345")
    assert warning.text in row["原因"]
    assert table(book["志愿审读员"])[0]["提示"] == warning.text


def test_corrections_are_marked_and_their_old_values_shown(
    campaign: Campaign, make_entry: MakeEntry, make_roster: MakeRoster
) -> None:
    entry = make_entry(version=2, reported_version=1, number=7, fields={"total_points": 28345, "mobile": "13900000000"})
    roster = make_roster([entry, make_entry(2)], earlier={entry.ref: {"total_points": 26345, "mobile": "13900000000"}})
    book = read(write_workbook(roster, campaign, for_organiser=False))
    sheet = book["志愿审读员"]
    heads = [cell.value for cell in sheet[1]]
    fills = {head: cell.fill.fgColor.rgb for head, cell in zip(heads, sheet[2], strict=True)}
    assert fills["总积分"] == "FFFFF2CC"
    assert fills["手机号码"] != "FFFFF2CC"
    rows = {row["序号"]: row for row in table(book["累计"])}
    assert rows[7]["本期"] == "更正"
    assert rows[7]["更正内容（原 → 现）"] == "总积分：26,345 → 28,345"
    assert rows[8]["本期"] == "新增"


def test_every_sheet_prints_on_a4_landscape_with_title_page_numbers_and_repeated_head(
    campaign: Campaign, make_entry: MakeEntry, make_roster: MakeRoster
) -> None:
    roster = make_roster([make_entry()])
    for sheet in read(write_workbook(roster, campaign, for_organiser=True)):
        assert sheet.page_setup.orientation == "landscape"
        assert int(sheet.page_setup.paperSize) == 9
        assert "【第4期】挑战达人与志愿者报名汇总" in sheet.oddHeader.left.text
        assert "&P" in sheet.oddFooter.center.text
        assert "&N" in sheet.oddFooter.center.text
        if sheet.title != "说明":
            assert sheet.print_title_rows == "$1:$1"
            assert sheet.auto_filter.ref
            assert sheet.freeze_panes


def test_the_review_column_offers_pass_and_return(
    campaign: Campaign, make_entry: MakeEntry, make_roster: MakeRoster
) -> None:
    sheet = read(write_workbook(make_roster([make_entry(1), make_entry(2)]), campaign, for_organiser=False))[
        "志愿审读员"
    ]
    (rule,) = sheet.data_validations.dataValidation
    column = next(cell.column_letter for cell in sheet[1] if cell.value == "审核")
    assert rule.formula1 == '"通过,退回"'
    assert str(rule.sqref) == f"{column}2:{column}3"


def test_the_cover_counts_by_category_and_shows_a_chart(
    campaign: Campaign, make_entry: MakeEntry, make_roster: MakeRoster
) -> None:
    entries = [make_entry(1), make_entry(2, number=1, reported_version=1), make_entry(3, category="announcer")]
    content = write_workbook(make_roster(entries), campaign, for_organiser=False)
    sheet = read(content)["说明"]
    rows = [[cell.value for cell in row][:4] for row in sheet.iter_rows(min_row=4, max_row=9)]
    assert rows == [
        ["项目", "本期新增", "本期更正", "累计"],
        ["挑战达人", 0, 0, 0],
        ["志愿审读员", 1, 0, 2],
        ["志愿命题员", 0, 0, 0],
        ["志愿播音员", 1, 0, 1],
        ["合计", 2, 0, 3],
    ]
    assert len(sheet._charts) == 1


def test_a_selection_shows_place_quota_and_reason(
    campaign: Campaign, make_entry: MakeEntry, make_roster: MakeRoster
) -> None:
    entries = [make_entry(1, category="model-learner"), make_entry(2, category="model-learner")]
    roster = make_roster(entries, plans=("learner-closing",), audience="organiser", categories=("model-learner",))
    book = read(write_workbook(roster, campaign, for_organiser=True))
    rows = table(book["学员标兵"])
    assert [(row["参考排序"], row["姓名"], row["名额（100）"]) for row in rows] == [
        (1, "张三二", "名额以内"),
        (2, "张三一", "名额以内"),
    ]
    assert rows[0]["排序依据"] == "总积分 20,002，高于第2名（20,001）"
    assert rows[0]["已收文件"] == "电子版报名表\n盖章扫描件\n“我的信息”截图"
    assert "累计" not in book.sheetnames


def test_amounts_too_long_for_excel_are_written_as_text(
    campaign: Campaign, make_entry: MakeEntry, make_roster: MakeRoster
) -> None:
    roster = make_roster([make_entry(fields={"total_points": 10**18})])
    (row,) = table(read(write_workbook(roster, campaign, for_organiser=False))["志愿审读员"])
    assert row["总积分"] == "1,000,000,000,000,000,000"


def test_the_same_roster_gives_the_same_bytes(
    campaign: Campaign, make_entry: MakeEntry, make_roster: MakeRoster
) -> None:
    roster = make_roster([make_entry()])
    assert write_workbook(roster, campaign, for_organiser=False) == write_workbook(
        roster, campaign, for_organiser=False
    )


def test_another_campaign_has_its_own_language_and_columns(
    make_entry: MakeEntry, make_roster: MakeRoster, at: At
) -> None:
    grants = load_campaign("village-grants")
    entry = make_entry(category="project-grant", applicant="Mill Trust", fields={"amount": 1500, "own_share": 12.5})
    roster = make_roster(
        [entry],
        of=grants,
        categories=("project-grant", "apprentice-bursary"),
        title="Applications of the week",
    )
    book = read(write_workbook(roster, grants, for_organiser=True))
    assert book.sheetnames == ["Overview", "Needs attention", "Project grant", "Apprentice bursary", "All so far"]
    (row,) = table(book["Project grant"])
    assert (row["Organisation"], row["Amount requested (pounds)"], row["Own share (%)"]) == ("Mill Trust", 1500, 12.5)


def test_category_names_that_excel_refuses_still_get_a_sheet(
    campaign: Campaign, make_entry: MakeEntry, make_roster: MakeRoster
) -> None:
    names = ["a/b[c]:d*?" + "x" * 40, "a/b[c]:d*?" + "X" * 40, "History", "累计"]
    categories = tuple(
        replace(campaign.category(one), name=name)
        for one, name in zip(("challenge-master", "proofreader", "question-writer", "announcer"), names, strict=True)
    )
    other = replace(campaign, categories=categories)
    book = read(write_workbook(make_roster([make_entry()], of=other), other, for_organiser=False))
    assert len(book.sheetnames) == len({one.casefold() for one in book.sheetnames}) == 6
    assert all(len(one) <= 31 for one in book.sheetnames)
    assert "History" not in book.sheetnames, "Excel keeps that name for itself"
