"""The page that lies in an entry's folder."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.model.campaign import Campaign, Severity
from mailflow.model.entry import Check, Compared, EntryStatus, Finding, KnownEntry, Mark, Seen
from mailflow.reports.summary import entry_summary

MakeEntry = Callable[..., KnownEntry]


class Page(HTMLParser):
    """The text of a page, its tags, and that it asks for nothing from elsewhere."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert tag not in ("script", "link", "img", "iframe", "a")
        assert not {"src", "href", "style"} & {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_shows_fields_checks_findings_files_and_times(
    campaign: Campaign, make_entry: MakeEntry, warning: Finding
) -> None:
    entry = make_entry(
        applicant="王小明",
        number=7,
        findings=(warning, Finding("person.other-category", Severity.WARNING, "另报优秀学员。", for_reviewer=True)),
        checks=(Check("form", "电子版报名表", Mark.MET, "报名表.docx"), Check("photo", "照片", Mark.MISSING, "未收到")),
        complete_at=None,
    )
    text = Page(entry_summary(entry, campaign)).text
    for expected in (
        "王小明",
        "志愿审读员",
        "SX20-0001",
        "序号 007",
        "已受理",
        warning.text,
        "另报优秀学员。 （仅供审核，未告知来信人）",
        "电子版报名表：报名表.docx",
        "20,001",
        "form 1",
        "a1@example.cn",
        "省水利厅",
        "2020-08-22 09:01",
        "尚未齐全",
        "（空）",
    ):
        assert expected in text


PAIRS = (
    Compared("total_points", "总积分", "20,001", "26,345", agrees=False),
    Compared("annual_points", "年度积分", "6,000", "6,000", agrees=True),
    Compared("answers", "答题次数", "", "1,234"),
)
LOOKED_INTO = (
    Check(
        "form-scan",
        "盖章扫描件",
        Mark.MET,
        "扫描.jpg",
        Seen.AGREES,
        (replace(PAIRS[0], picture="20,001", agrees=True),),
    ),
    Check("profile-screenshot", "“我的信息”截图", Mark.UNSURE, "截图.jpg\n请核对", Seen.DIFFERS, PAIRS),
)


def rows_of(html: str) -> list[list[str]]:
    """The cells of each table row of a page."""
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    return [[" ".join(Page(cell).text.split()) for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)] for row in rows]


def test_what_the_form_says_stands_beside_what_scan_and_picture_show(campaign: Campaign, make_entry: MakeEntry) -> None:
    rows = rows_of(entry_summary(make_entry(checks=LOOKED_INTO), campaign))
    assert ["栏目", "报名表", "盖章扫描件", "“我的信息”截图"] in rows
    assert ["总积分", "20,001", "20,001 ✓", "26,345 ! 与报名表不同"] in rows
    assert ["年度积分", "6,000", "", "6,000 ✓"] in rows
    assert ["答题次数", "（空）", "", "1,234 （图中读出，未经核对）"] in rows


def test_without_pictures_that_were_read_the_page_has_no_column_for_them(
    campaign: Campaign, make_entry: MakeEntry
) -> None:
    rows = rows_of(entry_summary(make_entry(), campaign))
    assert ["总积分", "20,001"] in rows


@pytest.mark.parametrize("status", list(EntryStatus))
@pytest.mark.parametrize("name", ["shanxi-2020", "village-grants"])
def test_every_status_has_a_page_in_every_language(make_entry: MakeEntry, name: str, status: EntryStatus) -> None:
    other = load_campaign(name)
    entry = make_entry(category=other.categories[0].id, status=status, fields={}, files=(), checks=(), unit=None)
    assert entry.ref in Page(entry_summary(entry, other)).text


def test_what_senders_wrote_is_escaped(campaign: Campaign, make_entry: MakeEntry, warning: Finding) -> None:
    def page(text: str) -> Page:
        entry = make_entry(applicant=text, unit=text, sender=text, fields={"organisation": text}, findings=(warning,))
        return Page(entry_summary(entry, campaign))

    hostile = page("</td><script>alert(1)</script>\u202e<img src=x>")
    assert hostile.tags == page("王小明").tags
    assert "<script>" in hostile.text
