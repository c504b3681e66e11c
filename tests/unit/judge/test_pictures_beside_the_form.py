"""What a picture shows is set beside the form: said, asked about, never used."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.judge.rejudge import rejudge
from mailflow.model.campaign import Severity
from mailflow.model.entry import Check, Finding, Known, Mark, Seen, Submission, Verdict
from mailflow.model.facts import FormReading, Role, Shown, Value
from mailflow.model.sight import Seal
from mailflow.testing.desk import Desk, File, file, form_file, looked_into, papers_for, screenshot, values_for

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2020, 8, 24, 10, 32, tzinfo=ZONE)
LATER = MONDAY + timedelta(days=1)
LEARNER = "outstanding-learner"
PAGE: Mapping[str, Value] = {
    "name": "王小明",
    "study_id": "1000000001",
    "organisation": "省水利厅机关党委",
    "total_points": 28345,
    "annual_points": 10234,
}
NOTHING = Shown(Role.UNKNOWN)


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk(load_campaign("shanxi-2020"))


@pytest.fixture(autouse=True)
def empty_books(desk: Desk) -> None:
    desk.entries.clear()


def with_page(desk: Desk, page: Mapping[str, Value], category: str = LEARNER, **form: Value | None) -> list[File]:
    """Complete papers, with a screenshot that shows `page`."""
    return [*papers_for(desk.campaign, category, without=[Role.PROFILE], **form), screenshot(page)]


def with_file(desk: Desk, one: File, role: Role) -> list[File]:
    """Complete papers, with `one` for the role."""
    return [*papers_for(desk.campaign, LEARNER, without=[role]), one]


def row(submission: Submission, where: str = Role.PROFILE) -> Check:
    (one,) = [check for check in submission.checks if check.where == where]
    return one


def found(submission: Submission, code: str) -> Finding:
    (one,) = [one for one in submission.findings if one.code == code]
    return one


def codes(submission: Submission) -> set[str]:
    return {one.code for one in submission.findings}


def test_figures_that_agree_are_said_with_their_values(desk: Desk) -> None:
    submission = desk.send(with_page(desk, PAGE), at=MONDAY)
    line = row(submission)
    assert (line.mark, line.seen) == (Mark.MET, Seen.AGREES)
    assert "与报名表一致：总积分 28,345，年度积分 10,234，姓名、学号、学习组织" in line.detail.splitlines()
    assert not [code for code in codes(submission) if code.startswith("evidence.")]


def test_a_figure_that_differs_is_asked_about_with_both_values_and_changes_no_status(desk: Desk) -> None:
    submission = desk.send(with_page(desk, {**PAGE, "total_points": 26345}), at=MONDAY)
    told, line = found(submission, "evidence.points-mismatch"), row(submission)
    assert (told.severity, told.where, told.for_reviewer) == (Severity.WARNING, "profile-screenshot", False)
    assert "总积分：报名表 28,345，截图 26,345。两处数字不同，请核对" in told.text
    assert (line.mark, line.seen) == (Mark.UNSURE, Seen.DIFFERS)
    assert told.text in line.detail
    assert "其余与报名表一致：年度积分 10,234" in line.detail
    assert submission.verdict is Verdict.ACCEPTED


def test_a_figure_in_a_picture_is_never_used_by_a_rule_or_kept_as_a_field(desk: Desk) -> None:
    page = {**PAGE, "total_points": 99999, "annual_points": 99999}
    submission = desk.send(with_page(desk, page, total_points=100, annual_points=100), at=MONDAY)
    assert submission.fields["total_points"] == 100
    assert "rule.points" in {one.code for one in submission.findings if one.severity is Severity.ERROR}


@pytest.mark.parametrize(
    ("field", "shown", "code"),
    [
        ("annual_points", 10324, "evidence.points-mismatch"),
        ("name", "李晓华", "evidence.name-mismatch"),
        ("study_id", "1000000009", "evidence.study-id-mismatch"),
        ("organisation", "市教育局第一支部", "evidence.organisation-mismatch"),
        ("captured_on", date(2020, 8, 21), "evidence.date-mismatch"),
    ],
)
def test_each_kind_of_difference_has_its_code_and_is_a_warning(desk: Desk, field: str, shown: Value, code: str) -> None:
    submission = desk.send(with_page(desk, {**PAGE, field: shown}), at=MONDAY)
    assert [one.code for one in submission.findings if one.severity is Severity.WARNING] == [code]
    assert submission.verdict is Verdict.ACCEPTED


def test_a_rank_that_differs_is_called_by_the_row_it_stands_in(desk: Desk) -> None:
    submission = desk.send(with_page(desk, {**PAGE, "annual_rank": 7}, annual_rank=6, total_rank=5), at=MONDAY)
    assert "年度积分全国排名：报名表 6，截图 7" in found(submission, "evidence.points-mismatch").text


@pytest.mark.parametrize("shown", ["省水利厅机关党委", "省水利厅 机关党委", "省水利厅机关党委第三支部", "省水利厅机…"])
def test_an_organisation_that_is_part_of_the_other_agrees(desk: Desk, shown: str) -> None:
    assert "evidence.organisation-mismatch" not in codes(desk.send(with_page(desk, {"organisation": shown}), at=MONDAY))


def test_of_two_screenshots_one_that_agrees_is_enough(desk: Desk) -> None:
    papers = [*with_page(desk, {"total_points": 1}), screenshot(PAGE, name="IMG_2.jpg")]
    assert row(desk.send(papers, at=MONDAY)).seen is Seen.AGREES


def test_a_name_alone_that_agrees_is_said_but_is_no_check_of_the_figures(desk: Desk) -> None:
    line = row(desk.send(with_page(desk, {"name": "王小明"}), at=MONDAY))
    assert (line.mark, line.seen) == (Mark.MET, None)
    assert "与报名表一致：姓名" in line.detail


def test_a_blurred_page_of_which_only_the_name_was_read_is_asked_for_again(desk: Desk) -> None:
    page = Shown(Role.PROFILE, {"name": "王小明"}, blurred=True)
    one = looked_into(file(Role.PROFILE, "我的信息.jpg"), shown=page)
    submission = desk.send(with_file(desk, one, Role.PROFILE), at=MONDAY)
    assert "请发送原图" in found(submission, "attachment.unreadable").text
    assert submission.verdict is Verdict.ACCEPTED


def test_a_scanned_form_that_came_as_the_photograph_is_named_where_the_photograph_is_missing(desk: Desk) -> None:
    scanned = looked_into(
        file(Role.FORM_SCAN, "照片.jpg"), shown=Shown(Role.FORM_SCAN), scan=FormReading("learner"), seal=Seal.PRESENT
    )
    papers = papers_for(desk.campaign, LEARNER, without=[Role.PHOTO, Role.FORM_SCAN])
    assert "照片.jpg 看起来是盖章扫描件" in row(desk.send([*papers, scanned], at=MONDAY), "photo").detail


@pytest.mark.parametrize("page", [NOTHING, Shown(Role.UNKNOWN, blurred=True), Shown(Role.PROFILE, blurred=True)])
def test_a_screenshot_in_which_nothing_can_be_read_is_met_and_the_original_is_asked_for(
    desk: Desk, page: Shown
) -> None:
    one = looked_into(file(Role.PROFILE, "我的信息.jpg"), shown=page)
    submission = desk.send(with_file(desk, one, Role.PROFILE), at=MONDAY)
    told, line = found(submission, "attachment.unreadable"), row(submission)
    assert (told.severity, told.where) == (Severity.WARNING, "profile-screenshot")
    assert "我的信息.jpg" in told.text
    assert "请发送原图" in told.text
    assert (line.mark, line.seen) == (Mark.UNSURE, Seen.UNREAD)
    assert submission.verdict is Verdict.ACCEPTED


def test_a_picture_that_nobody_looked_at_is_told_by_its_name_and_nothing_is_claimed(desk: Desk) -> None:
    submission = desk.send(with_file(desk, file(Role.PROFILE, "我的信息.jpg"), Role.PROFILE), at=MONDAY)
    assert row(submission) == Check("profile-screenshot", "“我的信息”截图", Mark.MET, "我的信息.jpg")


def test_a_portrait_without_words_is_nothing_to_be_read(desk: Desk) -> None:
    portrait = looked_into(file(Role.PHOTO, "生活照.jpg"), shown=NOTHING, pixels="p" * 64)
    submission = desk.send(with_file(desk, portrait, Role.PHOTO), at=MONDAY)
    assert (row(submission, "photo").mark, row(submission, "photo").detail) == (Mark.MET, "生活照.jpg")


def test_a_figure_misread_in_a_blurred_picture_is_said_to_be_perhaps_our_mistake(desk: Desk) -> None:
    blurred = Shown(Role.PROFILE, {"total_points": 28845}, blurred=True)
    one = looked_into(file(Role.PROFILE, "我的信息.jpg"), shown=blurred)
    assert "也可能是读错" in row(desk.send(with_file(desk, one, Role.PROFILE), at=MONDAY)).detail


def test_what_told_a_picture_is_said(desk: Desk) -> None:
    assert row(desk.send(with_page(desk, PAGE), at=MONDAY)).detail.startswith("IMG_2031.jpg（按图中文字识别）")


def test_a_page_named_as_another_is_not_counted_for_it_and_the_receipt_says_what_it_was_taken_for(desk: Desk) -> None:
    other = screenshot({"answers": 1234}, role=Role.ANSWERS, name="我的信息.jpg")
    submission = desk.send(with_file(desk, other, Role.PROFILE), at=MONDAY)
    told = found(submission, "attachment.missing")
    assert (told.where, told.severity) == ("profile-screenshot", Severity.ERROR)
    assert "我的信息.jpg 看起来是“答题记录”截图" in told.text
    assert "看起来是“答题记录”截图" in row(submission).detail
    assert submission.verdict is Verdict.INCOMPLETE


def test_a_page_that_was_not_asked_for_is_named_where_the_right_one_is_missing(desk: Desk) -> None:
    other = screenshot({"answers": 1234}, role=Role.ANSWERS, name="IMG_7.jpg")
    assert "IMG_7.jpg 看起来是" in row(desk.send(with_file(desk, other, Role.PROFILE), at=MONDAY)).detail


def test_a_page_that_was_asked_for_is_not_blamed_for_another_that_is_missing(desk: Desk) -> None:
    papers = [
        *papers_for(desk.campaign, "challenge-master", without=[Role.PROFILE, Role.ANSWERS]),
        screenshot({"answers": 1234}, role=Role.ANSWERS, name="IMG_7.jpg"),
    ]
    submission = desk.send(papers, at=MONDAY, category="challenge-master")
    assert "看起来是" not in row(submission).detail


def test_what_only_a_picture_says_is_shown_as_read_and_asked_of_no_rule(desk: Desk) -> None:
    papers = [
        *papers_for(desk.campaign, "challenge-master", without=[Role.ANSWERS]),
        screenshot({"answers": 12}, role=Role.ANSWERS),
    ]
    submission = desk.send(papers, at=MONDAY, category="challenge-master")
    note = found(submission, "picture.unconfirmed")
    assert (note.severity, note.text) == (Severity.NOTE, "截图读出，未经核对：答题次数 12。")
    assert note.text in row(submission, "answers-screenshot").detail
    assert "answers" not in submission.fields
    assert found(submission, "rule.answers").severity is Severity.NOTE


def test_without_a_form_a_picture_alone_makes_no_field_and_no_points(desk: Desk) -> None:
    papers = [*papers_for(desk.campaign, LEARNER, without=[Role.FORM, Role.PROFILE]), screenshot(PAGE)]
    submission = desk.send(papers, at=MONDAY)
    assert submission.fields == {}
    assert row(submission).seen is None
    assert "截图读出，未经核对：姓名 王小明，学号 1000000001" in row(submission).detail
    assert "与报名表一致" not in row(submission).detail


def test_a_screenshot_older_than_the_day_that_counts_is_noted_kindly(desk: Desk) -> None:
    early = desk.send(with_page(desk, {**PAGE, "captured_on": date(2020, 8, 20)}), at=MONDAY)
    note = found(early, "picture.before-as-of-day")
    assert note.severity is Severity.NOTE
    assert "截图时间为8月20日，积分以8月30日为准" in note.text
    assert note.text in row(early).detail
    desk.entries.clear()
    day = date(2020, 8, 30)
    assert "picture.before-as-of-day" not in codes(
        desk.send(with_page(desk, {**PAGE, "captured_on": day}, captured_on=day), at=MONDAY)
    )


def test_no_day_is_asked_of_a_category_without_an_as_of_day(desk: Desk) -> None:
    page = {**PAGE, "captured_on": date(2020, 8, 20)}
    submission = desk.send(with_page(desk, page, "proofreader"), at=MONDAY, category="proofreader")
    assert "picture.before-as-of-day" not in codes(submission)


def scan_of(desk: Desk, *, seal: Seal | None = None, **changes: Value | None) -> File:
    reading = FormReading("learner", (LEARNER,), values_for(desk.campaign, LEARNER, **changes))
    return looked_into(file(Role.FORM_SCAN, "扫描件.pdf"), scan=reading, seal=seal)


def test_a_scan_that_agrees_with_the_electronic_form_is_said(desk: Desk) -> None:
    line = row(desk.send(with_file(desk, scan_of(desk), Role.FORM_SCAN), at=MONDAY), "form-scan")
    assert (line.mark, line.seen) == (Mark.MET, Seen.AGREES)
    assert "与电子版一致：总积分 28,345，年度积分 10,234" in line.detail


def test_a_scan_that_differs_is_a_warning_with_both_values(desk: Desk) -> None:
    submission = desk.send(with_file(desk, scan_of(desk, total_points=25000), Role.FORM_SCAN), at=MONDAY)
    told = found(submission, "evidence.scan-mismatch")
    assert (told.severity, told.where) == (Severity.WARNING, "form-scan")
    assert "总积分：电子版 28,345，扫描件 25,000" in told.text
    assert submission.verdict is Verdict.ACCEPTED


def test_a_scan_alone_is_shown_as_read_and_does_not_stand_for_the_form(desk: Desk) -> None:
    papers = [*papers_for(desk.campaign, LEARNER, without=[Role.FORM, Role.FORM_SCAN]), scan_of(desk)]
    submission = desk.send(papers, at=MONDAY)
    assert "扫描件读出，未经核对" in row(submission, "form-scan").detail
    assert submission.fields == {}
    assert submission.verdict is Verdict.INCOMPLETE


@pytest.mark.parametrize(
    ("seal", "mark", "code", "is_told"),
    [
        (Seal.PRESENT, Mark.MET, None, False),
        (Seal.UNKNOWN, Mark.MET, "seal.uncertain", False),
        (Seal.ABSENT, Mark.UNSURE, "seal.not-seen", True),
    ],
)
def test_a_seal_that_is_not_seen_is_asked_about_and_a_grey_scan_is_not(
    desk: Desk, seal: Seal, mark: Mark, code: str | None, is_told: bool
) -> None:
    one = looked_into(file(Role.FORM_SCAN, "扫描件.jpg"), seal=seal)
    submission = desk.send(with_file(desk, one, Role.FORM_SCAN), at=MONDAY)
    line = row(submission, "form-scan")
    assert line.mark is mark
    assert ("图中可见红章" in line.detail) is (seal is Seal.PRESENT)
    assert ("未见红章，请确认已加盖公章" in line.detail) is is_told
    assert [one.code for one in submission.findings if one.code.startswith("seal.")] == ([code] if code else [])
    assert submission.verdict is Verdict.ACCEPTED


def test_who_can_get_no_seal_is_not_asked_about_it(desk: Desk) -> None:
    papers = papers_for(desk.campaign, LEARNER, without=[Role.FORM_SCAN], organisation="无")
    one = looked_into(file(Role.FORM_SCAN, "扫描件.jpg"), seal=Seal.ABSENT)
    submission = desk.send([*papers, one], at=MONDAY)
    assert row(submission, "form-scan").mark is Mark.MET
    assert found(submission, "seal.uncertain").for_reviewer


def test_a_form_that_comes_later_is_compared_with_the_picture_that_is_kept(desk: Desk) -> None:
    desk.send(with_page(desk, PAGE), at=MONDAY)
    corrected = form_file("learner", [LEARNER], values_for(desk.campaign, LEARNER, total_points=26345))
    submission = desk.send([corrected], at=LATER)
    assert "总积分：报名表 26,345，截图 28,345" in found(submission, "evidence.points-mismatch").text


def test_a_new_screenshot_is_compared_with_the_form_that_is_kept_and_clears_the_warning(desk: Desk) -> None:
    first = desk.send(with_page(desk, {**PAGE, "total_points": 26345}), at=MONDAY)
    assert "evidence.points-mismatch" in codes(first)
    second = desk.send([screenshot(PAGE, name="IMG_2.jpg")], at=LATER)
    assert row(second).seen is Seen.AGREES
    assert "evidence.points-mismatch" not in codes(second)


def test_a_picture_that_could_not_be_read_is_still_told_of_when_only_the_form_comes_again(desk: Desk) -> None:
    one = looked_into(file(Role.PROFILE, "我的信息.jpg"), shown=NOTHING)
    desk.send(with_file(desk, one, Role.PROFILE), at=MONDAY)
    again = desk.send([form_file("learner", [LEARNER], values_for(desk.campaign, LEARNER))], at=LATER)
    assert row(again).seen is Seen.UNREAD


def test_the_same_file_that_comes_again_unread_keeps_what_was_seen_in_it(desk: Desk) -> None:
    papers = with_page(desk, PAGE)
    desk.send(papers, at=MONDAY)
    page = papers[-1]
    blind = File(page.attachment, looked_into(File(page.attachment, page.facts)).facts)
    assert blind.facts.shown is None
    assert row(desk.send([blind], at=LATER)).seen is Seen.AGREES


def test_judging_again_by_time_keeps_what_was_compared(desk: Desk) -> None:
    page = {**PAGE, "total_points": 100}
    desk.send(with_page(desk, page, total_points=200, annual_points=200), at=MONDAY)
    (entry,) = desk.entries.values()
    after = datetime(2020, 9, 1, tzinfo=ZONE)
    again = rejudge(entry, desk.campaign, Known((entry,)), now=after)
    assert again is not None
    assert again.verdict is Verdict.INELIGIBLE
    assert "evidence.points-mismatch" in codes(again)
    assert row(again) == next(check for check in entry.checks if check.where == Role.PROFILE)
    assert again.files == entry.files
