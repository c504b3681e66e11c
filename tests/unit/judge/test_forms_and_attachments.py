from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.model.campaign import Campaign, Severity
from mailflow.model.entry import Finding, Submission, Verdict
from mailflow.model.facts import Role
from mailflow.testing.desk import Desk, file, form_file, papers_for, values_for

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2020, 8, 24, 10, 32, tzinfo=ZONE)


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return load_campaign("shanxi-2020")


@pytest.fixture
def desk(campaign: Campaign) -> Desk:
    return Desk(campaign)


def found(submission: Submission, code: str) -> Finding:
    (one,) = [one for one in submission.findings if one.code == code]
    return one


def errors(submission: Submission) -> set[tuple[str, str | None]]:
    return {(one.code, one.where) for one in submission.findings if one.severity is Severity.ERROR}


def test_the_form_of_another_category_is_told_and_the_subject_decides(desk: Desk) -> None:
    form = form_file("learner", ["model-learner"], values_for(desk.campaign, "model-learner"))
    rest = papers_for(desk.campaign, "outstanding-learner", without=[Role.FORM])
    submission = desk.send([form, *rest], at=MONDAY)
    assert submission.category == "outstanding-learner"
    assert errors(submission) == {("form.wrong-category", "form")}


def test_the_right_form_beside_a_wrong_one_is_enough(desk: Desk) -> None:
    wrong = form_file("learner", ["model-learner"], values_for(desk.campaign, "model-learner", total_points=1))
    submission = desk.send([*papers_for(desk.campaign, "outstanding-learner"), wrong], at=MONDAY)
    assert submission.verdict is Verdict.ACCEPTED
    assert submission.fields["total_points"] == 28345


def test_another_person_told_apart_in_brackets_is_another_name(desk: Desk) -> None:
    submission = desk.send(papers_for(desk.campaign, "outstanding-learner", name="王小明（大）"), at=MONDAY)
    assert errors(submission) == {("form.name-mismatch", "name")}


def test_another_name_on_the_form_is_asked_about_without_accusing(desk: Desk) -> None:
    submission = desk.send(papers_for(desk.campaign, "outstanding-learner", name="李晓华"), at=MONDAY)
    assert errors(submission) == {("form.name-mismatch", "name")}
    assert "请核对" in found(submission, "form.name-mismatch").text


@pytest.mark.parametrize("name", ["王 小 明", "王小明 ", "王\u200b小明", "王小明（男）", "王小明 (女，汉族)"])
def test_blanks_invisible_characters_and_a_sex_behind_make_no_other_name(desk: Desk, name: str) -> None:
    assert desk.send(papers_for(desk.campaign, "outstanding-learner", name=name), at=MONDAY).verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("organisation", ["无", "未在学习组织", None])
def test_without_a_unit_the_missing_stamp_is_a_warning(desk: Desk, organisation: str | None) -> None:
    papers = papers_for(desk.campaign, "outstanding-learner", without=[Role.FORM_SCAN], organisation=organisation)
    submission = desk.send(papers, at=MONDAY)
    missing = found(submission, "attachment.missing")
    assert (missing.severity, missing.where) == (Severity.WARNING, "form-scan")
    assert submission.verdict is (Verdict.ACCEPTED if organisation else Verdict.INCOMPLETE)


def test_without_a_form_nobody_is_excused_from_the_stamp(desk: Desk) -> None:
    submission = desk.send([file(Role.PROFILE), file(Role.PHOTO)], at=MONDAY)
    assert ("attachment.missing", "form-scan") in errors(submission)


def test_a_picture_that_cannot_be_read_meets_the_requirement_by_its_name(desk: Desk) -> None:
    papers = papers_for(desk.campaign, "outstanding-learner", without=[Role.PROFILE])
    picture = file(Role.PROFILE, "我的信息.jpg", problem="attachment.unreadable")
    submission = desk.send([*papers, picture], at=MONDAY)
    assert submission.verdict is Verdict.ACCEPTED
    assert found(submission, "attachment.unreadable").severity is Severity.WARNING


@pytest.mark.parametrize(
    ("media_type", "size", "problem"),
    [
        ("application/pdf", 1000, "attachment.encrypted"),
        ("application/zip", 1000, "attachment.unreadable"),
        ("image/jpeg", 0, "attachment.unreadable"),
    ],
)
def test_a_required_file_that_nobody_can_open_is_asked_for_again(
    desk: Desk, media_type: str, size: int, problem: str
) -> None:
    papers = papers_for(desk.campaign, "outstanding-learner", without=[Role.FORM_SCAN])
    scan = file(Role.FORM_SCAN, "盖章扫描件", media_type=media_type, size=size, problem=problem)
    submission = desk.send([*papers, scan], at=MONDAY)
    assert submission.verdict is Verdict.INCOMPLETE
    assert errors(submission) == {(problem, "form-scan")}


def test_an_extra_file_that_cannot_be_read_changes_no_status(desk: Desk) -> None:
    extra = file(Role.UNKNOWN, "其他.rar", media_type="application/x-rar", problem="attachment.unsupported")
    submission = desk.send([*papers_for(desk.campaign, "outstanding-learner"), extra], at=MONDAY)
    assert submission.verdict is Verdict.ACCEPTED
    assert found(submission, "attachment.unsupported").severity is Severity.WARNING


def test_a_locked_archive_in_place_of_the_papers_is_an_error(desk: Desk) -> None:
    archive = file(Role.ARCHIVE, "材料.zip", media_type="application/zip", problem="attachment.encrypted")
    submission = desk.send([archive], at=MONDAY)
    assert ("attachment.encrypted", "archive") in errors(submission)


def test_a_link_in_place_of_a_file_is_told(desk: Desk) -> None:
    papers = papers_for(desk.campaign, "outstanding-learner", without=[Role.PHOTO])
    submission = desk.send(papers, at=MONDAY, cloud_links=("mail.qq.com",))
    assert ("attachment.cloud-link", None) in errors(submission)
    assert "文件本身未送达" in found(submission, "attachment.cloud-link").text


def test_a_link_beside_complete_papers_changes_no_status(desk: Desk) -> None:
    papers = papers_for(desk.campaign, "outstanding-learner")
    assert desk.send(papers, at=MONDAY, cloud_links=("mail.qq.com",)).verdict is Verdict.ACCEPTED


def test_a_scan_with_macros_is_asked_for_without_them(desk: Desk) -> None:
    docm = "application/vnd.ms-word.document.macroEnabled.12"
    scan = file(Role.FORM_SCAN, "盖章扫描件.docm", media_type=docm, problem="attachment.unsafe")
    rest = papers_for(desk.campaign, "outstanding-learner", without=[Role.FORM_SCAN])
    texts = [one.text for one in desk.send([scan, *rest], at=MONDAY).findings if one.code == "attachment.unsafe"]
    assert set(texts) == {"盖章扫描件.docm 含有宏，为安全起见不打开，转交时会注明。请另存为不含宏的 docx 后重新发来。"}
