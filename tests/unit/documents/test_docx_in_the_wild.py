"""docx forms as Word, WPS and people really leave them, from the bytes to the fields."""

from __future__ import annotations

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.documents.layout import read_forms
from mailflow.documents.word import read_docx
from mailflow.model.campaign import Campaign
from mailflow.model.facts import FormReading
from mailflow.testing.forms import bare_docx

PERSON = {"name": "王小明", "study_id": "140100123456", "total_points": 28345, "annual_points": 10234}
WHOLE = {**PERSON, "mobile": "13800000000"}
OTHER = {**WHOLE, "name": "李晓华", "study_id": "140100654321"}
COMPATIBLE = "http://schemas.openxmlformats.org/markup-compatibility/2006"


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return load_campaign("shanxi-2020")


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def par(inner: str) -> str:
    return f"<w:p>{inner if inner.startswith('<') else run(inner)}</w:p>"


def cell(inner: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner if inner.startswith('<') else par(inner)}</w:tc>"


def row(*cells: str) -> str:
    return f"<w:tr>{''.join(one if one.startswith('<w:') else cell(one) for one in cells)}</w:tr>"


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(rows)}</w:tbl><w:p/>"


def box(inner: str) -> str:
    """A text box as WPS and Word write it: once for today's readers, once for old ones."""
    content = f"<w:txbxContent>{inner}</w:txbxContent>"
    return (
        f'<w:r><mc:AlternateContent xmlns:mc="{COMPATIBLE}" xmlns:wps="urn:wps"><mc:Choice Requires="wps"><w:drawing>'
        f"<wps:wsp><wps:txbx>{content}</wps:txbx></wps:wsp></w:drawing></mc:Choice><mc:Fallback><w:pict>{content}"
        "</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


TITLE = par("优秀学员报名表")
POINTS = row("总积分", "28345", "年度积分", "10234")
MOBILE = row("手机号码", "13800000000", "", "")
FORM = table(row("姓名", "王小明", "学号", "140100123456"), POINTS, MOBILE)
SECOND = FORM.replace("王小明", "李晓华").replace("123456", "654321")


def with_name(*cells: str) -> str:
    """The form, its first row made of `cells` and the 学号."""
    return TITLE + table(row(*cells, "学号", "140100123456"), POINTS, MOBILE)


def in_value(inner: str) -> str:
    return with_name("姓名", cell(inner))


def forms_of(body: str, campaign: Campaign) -> tuple[FormReading, ...]:
    return read_forms(read_docx(bare_docx(body)), campaign)


WAYS = {
    "as it should be": TITLE + FORM,
    "as a table for the looks around it": table(row(cell(TITLE + FORM))),
    "in a text box": par(box(TITLE + FORM)),
    "under a title in a text box": par(box(TITLE)) + FORM,
    "in a gallery part": f"<w:sdt><w:sdtPr><w:docPartObj/></w:sdtPr><w:sdtContent>{TITLE}{FORM}</w:sdtContent></w:sdt>",
    "with a table around one value": in_value(table(row("王小明"))),
    "with a text box in a cell": in_value(par(box(par("王小明")))),
    "with a field in a cell": in_value(par(f'<w:fldSimple w:instr="MERGEFIELD 姓名">{run("王小明")}</w:fldSimple>')),
    "with a smart tag in a cell": in_value(par(f"<w:smartTag>{run('王小明')}</w:smartTag>")),
    "with letters above letters": in_value(
        par(f"<w:r><w:ruby><w:rt>{run('wáng')}</w:rt><w:rubyBase>{run('王小明')}</w:rubyBase></w:ruby></w:r>")
    ),
    "with a value inserted and one deleted": in_value(
        par(f"<w:del><w:r><w:delText>李四</w:delText></w:r></w:del><w:ins>{run('王小明')}</w:ins>")
    ),
    "with a deleted cell": with_name("姓名", cell("旧", "<w:cellDel/>"), "王小明"),
    "with columns merged the old way": with_name(
        cell("姓名", '<w:hMerge w:val="restart"/>'), cell("", "<w:hMerge/>"), "王小明"
    ),
    "with a control around a cell": with_name("姓名", f"<w:sdt><w:sdtContent>{cell('王小明')}</w:sdtContent></w:sdt>"),
    "with a control around its rows": TITLE
    + f"<w:tbl><w:sdt><w:sdtContent>{row('姓名', '王小明', '学号', '140100123456')}{POINTS}{MOBILE}"
    "</w:sdtContent></w:sdt></w:tbl><w:p/>",
    "with boxes for the digits in a table of their own": TITLE
    + table(
        row("姓名", "王小明", "学号", cell("<w:tbl>" + row(*map(cell, "140100123456")) + "</w:tbl><w:p/>")),
        POINTS,
        MOBILE,
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_form_is_read_however_it_was_made(campaign: Campaign, way: str) -> None:
    [reading] = forms_of(WAYS[way], campaign)
    assert dict(reading.fields) == WHOLE
    assert (reading.categories, reading.invalid) == (("outstanding-learner",), {})


TAB = "</w:t><w:tab/><w:t>"
LINES = {
    "with tabs": ("姓名\t王小明\t学号\t140100123456", "总积分\t28345\t年度积分\t10234"),
    "with wide blanks": ("姓名  王小明    学号  140100123456", "总积分  28345   年度积分 10234"),
    "with colons": ("姓名：王小明    学号：140100123456", "总积分：28345，年度积分：10234；"),
    "each value below its label": ("姓名", "王小明", "学号", "140100123456", "总积分", "28345", "年度积分", "10234"),
    "each in its line": ("姓名：王小明", "学号：140100123456", "总积分：28345", "年度积分：10234"),
    "numbered": ("1、姓名：王小明", "2、学号：140100123456", "3、总积分：28345", "4、年度积分：10234"),
}


def in_lines(lines: tuple[str, ...]) -> str:
    return TITLE + "".join(par(f"<w:r><w:t>{line}</w:t></w:r>".replace("\t", TAB)) for line in lines)


@pytest.mark.parametrize("way", LINES)
def test_a_form_that_became_plain_paragraphs_is_read(campaign: Campaign, way: str) -> None:
    [reading] = forms_of(in_lines(LINES[way]), campaign)
    assert dict(reading.fields) == PERSON
    assert (reading.categories, reading.invalid) == (("outstanding-learner",), {})


def test_a_text_of_several_paragraphs_in_a_form_without_tables_is_read_whole(campaign: Campaign) -> None:
    lines = (
        "姓名：王小明",
        "学号：1401",
        "总积分：28345",
        "个人成绩说明：第一段。",
        "第二段。",
        "手机号码：13800000000",
    )
    [reading] = forms_of(in_lines(lines).replace("优秀学员", "模范学习个人"), campaign)
    assert reading.fields["statement"] == "第一段。\n第二段。"
    assert reading.lengths == {"statement": 8}
    assert reading.fields["mobile"] == "13800000000"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(TITLE + FORM + TITLE + SECOND, id="each under its title"),
        pytest.param(TITLE + FORM + SECOND, id="one title"),
        pytest.param(TITLE + FORM.removesuffix("</w:tbl><w:p/>") + SECOND.removeprefix("<w:tbl>"), id="in one table"),
        pytest.param(
            TITLE + FORM.removesuffix("</w:tbl><w:p/>") + row("优秀学员报名表") + SECOND.removeprefix("<w:tbl>"),
            id="in one table, each with a title row",
        ),
        pytest.param(
            in_lines((*LINES["each in its line"], "手机号码：13800000000"))
            + in_lines((*LINES["each in its line"], "手机号码：13800000000"))
            .replace("王小明", "李晓华")
            .replace("123456", "654321"),
            id="in lines",
        ),
    ],
)
def test_two_forms_in_one_file_are_two(campaign: Campaign, body: str) -> None:
    first, second = forms_of(body, campaign)
    assert (dict(first.fields), dict(second.fields)) == (WHOLE, OTHER)
    assert first.categories == ("outstanding-learner",)


def test_a_form_of_another_category_says_so_by_its_title(campaign: Campaign) -> None:
    [reading] = forms_of(TITLE.replace("优秀学员", "志愿播音员") + FORM, campaign)
    assert (reading.form, reading.categories) == ("volunteer", ("announcer",))


def test_an_empty_form_is_a_form_that_says_nothing(campaign: Campaign) -> None:
    empty = TITLE + table(row("姓名", "", "学号", ""), row("总积分", "", "年度积分", ""), row("手机号码", "", "", ""))
    [reading] = forms_of(empty, campaign)
    assert not reading.fields
    assert not reading.invalid


@pytest.mark.parametrize(
    "lines",
    [
        ("情况说明", "王小明同志学习积极。", "姓名和学号见附件。"),
        ("会议  安排", "时间  地点", "八月  会议室"),
        ("",),
    ],
)
def test_prose_is_no_form(campaign: Campaign, lines: tuple[str, ...]) -> None:
    assert forms_of("".join(map(par, lines)), campaign) == ()
