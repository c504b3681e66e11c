"""Files of no known use, files that do something, forms that differ, and counts that do."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.model.campaign import Campaign, Severity
from mailflow.model.entry import Submission, Verdict
from mailflow.model.facts import Role
from mailflow.testing.desk import Desk, file, form_file, papers_for, values_for

MONDAY = datetime(2020, 8, 24, 10, 32, tzinfo=ZoneInfo("Asia/Shanghai"))
LEARNER = "outstanding-learner"
DOCM = "application/vnd.ms-word.document.macroEnabled.12"
PROGRAM = "application/x-msdownload"


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return load_campaign("shanxi-2020")


@pytest.fixture
def desk(campaign: Campaign) -> Desk:
    return Desk(campaign)


def texts(submission: Submission, code: str) -> list[str]:
    return [one.text for one in submission.findings if one.code == code]


def test_a_picture_of_no_known_use_is_named_while_something_is_missing(desk: Desk) -> None:
    picture = file(Role.UNKNOWN, "image.jpg", size=90_000)
    sent = desk.send([*papers_for(desk.campaign, LEARNER, without=[Role.PHOTO]), picture], at=MONDAY)
    assert texts(sent, "attachment.unrecognised") == [
        "image.jpg 已收到，但未能确认是哪一项材料。如是所缺的材料，请在文件名中写明"
        "（如“盖章扫描件”“我的信息截图”“生活照”）后重新发来。"
    ]
    later = desk.send([file(Role.PHOTO)], at=MONDAY + timedelta(hours=1))
    assert (later.verdict, texts(later, "attachment.unrecognised")) == (Verdict.ACCEPTED, [])


@pytest.mark.parametrize(
    "beside",
    [
        file(Role.UNKNOWN, "logo.png", size=3_000),
        file(Role.UNKNOWN, "a.bin", media_type="application/octet-stream", size=90_000),
        file(Role.UNKNOWN, "坏.jpg", size=90_000, problem="attachment.unreadable"),
    ],
    ids=["logo", "unknown kind", "told by itself"],
)
def test_what_can_be_no_paper_is_not_asked_about(desk: Desk, beside: object) -> None:
    papers = papers_for(desk.campaign, LEARNER, without=[Role.PHOTO])
    assert texts(desk.send([*papers, beside], at=MONDAY), "attachment.unrecognised") == []  # type: ignore[list-item]


def test_a_program_is_told_of_and_changes_no_status(desk: Desk) -> None:
    program = file(Role.UNKNOWN, "报名表.docx.exe", media_type=PROGRAM)
    sent = desk.send([*papers_for(desk.campaign, LEARNER), program], at=MONDAY)
    assert sent.verdict is Verdict.ACCEPTED
    assert texts(sent, "attachment.unsafe") == [
        "报名表.docx.exe 是程序或脚本文件，为安全起见不打开、不转交。报名材料请用 docx、pdf、jpg 或 png 发来。"
    ]


def test_macros_are_told_of_until_the_form_without_them_comes(desk: Desk) -> None:
    form = file(
        Role.FORM,
        "报名表.docm",
        media_type=DOCM,
        form=form_file("learner", [LEARNER], values_for(desk.campaign, LEARNER)).facts.form,
    )
    rest = papers_for(desk.campaign, LEARNER, without=[Role.FORM])
    (first,) = texts(desk.send([form, *rest], at=MONDAY), "attachment.unsafe")
    assert first.startswith("报名表.docm 含有宏")
    second = desk.send([file(Role.PHOTO, "新照片.jpg")], at=MONDAY + timedelta(hours=1))
    assert texts(second, "attachment.unsafe") == [first]
    clean = papers_for(desk.campaign, LEARNER)[:1]
    assert texts(desk.send(clean, at=MONDAY + timedelta(hours=2)), "attachment.unsafe") == []


def test_forms_with_different_figures_are_asked_about_and_none_of_them_counts(desk: Desk) -> None:
    other = form_file("learner", [LEARNER], values_for(desk.campaign, LEARNER, total_points=11111), filename="旧.docx")
    sent = desk.send([*papers_for(desk.campaign, LEARNER), other], at=MONDAY)
    assert "total_points" not in sent.fields
    assert sent.fields["annual_points"] == 10234
    assert [(one.where, one.text) for one in sent.findings if one.severity is Severity.ERROR] == [
        ("total_points", "几份报名表中“总积分”写得不一样（28,345 / 11,111），请核对后只发正确的一份。")
    ]
    right = desk.send(papers_for(desk.campaign, LEARNER)[:1], at=MONDAY + timedelta(hours=1))
    assert (right.verdict, right.fields["total_points"]) == (Verdict.ACCEPTED, 28345)


def test_the_same_form_twice_or_with_other_words_is_no_contradiction(desk: Desk) -> None:
    again = form_file(
        "learner", [LEARNER], values_for(desk.campaign, LEARNER, organisation="水利厅 党委"), filename="2.docx"
    )
    assert desk.send([*papers_for(desk.campaign, LEARNER), again], at=MONDAY).verdict is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        ("王小明等3人+优秀学员", "标题写3人，本邮件读到1人，请核对是否漏发附件；分几封发送的请忽略。"),
        ("王小明等1人+优秀学员", None),
        ("王小明+优秀学员 第5期", None),
        ("王小明+优秀学员 13800000005", None),
        ("王小明+优秀学员 2020年8月5日", None),
        ("王小明+优秀学员 全国第5名", None),
    ],
)
def test_a_count_that_differs_from_what_was_read_is_remarked_on(desk: Desk, subject: str, told: str | None) -> None:
    judged = desk.deliver(papers_for(desk.campaign, LEARNER), at=MONDAY, subject=subject)
    found = [one for one in judged.findings if one.code == "subject.count-differs"]
    assert [one.text for one in found] == ([told] if told else [])
    assert {one.severity for one in found} <= {Severity.WARNING}
    assert [one.verdict for one in judged.submissions] == [Verdict.ACCEPTED]


@pytest.mark.parametrize(
    ("subject", "left"),
    [
        ("王小明+优秀学员、志愿审读员", "志愿审读员"),
        ("王小明+学员标兵/优秀学员", None),
        ("王小明+优秀学员", None),
    ],
)
def test_a_category_that_only_the_subject_names_is_not_dropped_without_a_word(
    desk: Desk, subject: str, left: str | None
) -> None:
    judged = desk.deliver(papers_for(desk.campaign, LEARNER), at=MONDAY, subject=subject)
    told = [one.text for one in judged.findings if one.code == "subject.category-ambiguous"]
    assert told == (
        [f"标题还写了“{left}”，本邮件只读到“优秀学员”的报名表。如也报{left}，请另发一封，附上该项目的报名表和材料。"]
        if left
        else []
    )
    assert [one.verdict for one in judged.submissions] == [Verdict.ACCEPTED]
