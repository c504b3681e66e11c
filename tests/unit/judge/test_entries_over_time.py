from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.model.campaign import Campaign, Severity
from mailflow.model.entry import Relation, Submission, Verdict
from mailflow.model.facts import Role
from mailflow.model.judgement import Disposition
from mailflow.testing.desk import Desk, file, form_file, papers_for, values_for

ZONE = ZoneInfo("Asia/Shanghai")
LEARNER = "outstanding-learner"
MONDAY = datetime(2020, 8, 24, 10, 32, tzinfo=ZONE)


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return load_campaign("shanxi-2020")


@pytest.fixture
def desk(campaign: Campaign) -> Desk:
    return Desk(campaign)


def codes(submission: Submission) -> set[str]:
    return {one.code for one in submission.findings}


# Follow-up mails


def test_a_missing_file_that_comes_later_completes_the_entry(desk: Desk) -> None:
    first = desk.send(papers_for(desk.campaign, LEARNER, without=[Role.PHOTO]), at=MONDAY)
    second = desk.send([file(Role.PHOTO)], at=MONDAY + timedelta(hours=2))
    assert (first.verdict, second.verdict) == (Verdict.INCOMPLETE, Verdict.ACCEPTED)
    assert (second.relation, second.ref) == (Relation.VERSION, "SX20-0001")
    (entry,) = desk.entries.values()
    assert entry.version == 2
    assert entry.arrived_at == MONDAY
    assert entry.complete_at == MONDAY + timedelta(hours=2)


def test_papers_may_come_one_by_one_in_any_order(desk: Desk) -> None:
    papers = papers_for(desk.campaign, LEARNER)
    verdicts = [desk.send([one], at=MONDAY + timedelta(minutes=at)).verdict for at, one in enumerate(reversed(papers))]
    assert verdicts == [Verdict.INCOMPLETE] * (len(papers) - 1) + [Verdict.ACCEPTED]
    assert len(desk.entries) == 1


def test_a_new_form_goes_over_the_old_one_field_by_field(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, LEARNER, total_points=24000, annual_points=9000), at=MONDAY)
    form = form_file("learner", [LEARNER], {"name": "王小明", "total_points": 25100})
    second = desk.send([form], at=MONDAY + timedelta(days=1))
    assert second.verdict is Verdict.ACCEPTED
    assert second.fields["total_points"] == 25100
    assert second.fields["annual_points"] == 9000


def test_a_cell_that_became_unreadable_takes_the_old_value_away(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, LEARNER), at=MONDAY)
    form = form_file("learner", [LEARNER], {"name": "王小明"}, invalid={"total_points": "若干"})
    second = desk.send([form], at=MONDAY + timedelta(days=1))
    assert second.verdict is Verdict.INCOMPLETE
    assert "total_points" not in second.fields
    assert "field.invalid" in codes(second)


def test_an_unreadable_cell_is_still_asked_for_after_a_mail_that_brings_something_else(desk: Desk) -> None:
    values = values_for(desk.campaign, LEARNER, total_points=None)
    form = form_file("learner", [LEARNER], values, invalid={"total_points": "若干"})
    desk.send([form, *papers_for(desk.campaign, LEARNER, without=[Role.FORM, Role.PHOTO])], at=MONDAY)
    second = desk.send([file(Role.PHOTO)], at=MONDAY + timedelta(hours=1))
    assert second.verdict is Verdict.INCOMPLETE
    assert {one.code for one in second.findings if one.severity is Severity.ERROR} == {"field.invalid"}


@pytest.mark.parametrize("problem", ["form.unreadable", "form.wrong-category", "form.name-mismatch"])
def test_what_was_wrong_with_the_form_stands_until_another_form_comes(desk: Desk, problem: str) -> None:
    values = values_for(desk.campaign, LEARNER)
    forms = {
        "form.unreadable": file(Role.FORM, "报名表.doc", problem="form.unreadable"),
        "form.wrong-category": form_file("learner", ["model-learner"], {"name": "王小明"}),
        "form.name-mismatch": form_file("learner", [LEARNER], {**values, "name": "李晓华"}),
    }
    rest = papers_for(desk.campaign, LEARNER, without=[Role.FORM, Role.PHOTO])
    desk.send([forms[problem], *rest], at=MONDAY)
    second = desk.send([file(Role.PHOTO)], at=MONDAY + timedelta(hours=1))
    assert {one.code for one in second.findings if one.severity is Severity.ERROR} == {problem}
    third = desk.send([form_file("learner", [LEARNER], values)], at=MONDAY + timedelta(hours=2))
    assert problem not in codes(third)
    assert third.verdict is Verdict.ACCEPTED


def test_a_locked_scan_is_asked_for_until_a_new_one_comes(desk: Desk) -> None:
    locked = file(Role.FORM_SCAN, "盖章.pdf", media_type="application/pdf", problem="attachment.encrypted")
    desk.send([*papers_for(desk.campaign, LEARNER, without=[Role.FORM_SCAN, Role.PHOTO]), locked], at=MONDAY)
    second = desk.send([file(Role.PHOTO)], at=MONDAY + timedelta(hours=1))
    assert "attachment.encrypted" in codes(second)
    third = desk.send([file(Role.FORM_SCAN, "盖章2.pdf")], at=MONDAY + timedelta(hours=2))
    assert third.verdict is Verdict.ACCEPTED
    assert [one.filename for one in third.files if one.role is Role.FORM_SCAN] == ["盖章2.pdf"]


def test_a_newer_screenshot_replaces_the_older_and_the_same_bytes_count_once(desk: Desk) -> None:
    papers = papers_for(desk.campaign, LEARNER)
    desk.send(papers, at=MONDAY)
    second = desk.send([file(Role.PROFILE, "新截图.jpg"), *papers[:2]], at=MONDAY + timedelta(hours=1))
    assert sorted(one.role for one in second.files) == sorted(one.facts.role for one in papers)
    assert [one.filename for one in second.files if one.role is Role.PROFILE] == ["新截图.jpg"]


def test_several_files_of_one_role_in_one_mail_stay_together(desk: Desk) -> None:
    pages = [file(Role.FORM_SCAN, f"扫描{page}.jpg") for page in (1, 2)]
    submission = desk.send([*papers_for(desk.campaign, LEARNER, without=[Role.FORM_SCAN]), *pages], at=MONDAY)
    assert [one.filename for one in submission.files if one.role is Role.FORM_SCAN] == ["扫描1.jpg", "扫描2.jpg"]


def test_evidence_and_unknown_files_are_gathered(desk: Desk) -> None:
    first = [file(Role.EVIDENCE, "一.jpg"), file(Role.UNKNOWN, "二.jpg")]
    desk.send([*papers_for(desk.campaign, LEARNER), *first], at=MONDAY)
    second = desk.send([file(Role.EVIDENCE, "三.jpg"), file(Role.UNKNOWN, "四.jpg"), *first], at=MONDAY)
    names = [one.filename for one in second.files if one.role in (Role.EVIDENCE, Role.UNKNOWN)]
    assert sorted(str(name) for name in names) == ["一.jpg", "三.jpg", "二.jpg", "四.jpg"]


def test_an_older_mail_that_is_placed_late_does_not_go_over_the_newer(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, LEARNER, total_points=26000), at=MONDAY)
    older = desk.send(papers_for(desk.campaign, LEARNER, total_points=20000), at=MONDAY - timedelta(days=1))
    assert older.relation is Relation.VERSION
    assert older.fields["total_points"] == 26000


# Whose entry it is


def test_one_name_with_two_study_ids_is_two_applicants(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, LEARNER), at=MONDAY)
    papers = papers_for(desk.campaign, LEARNER, study_id="1000000002", mobile="13800000001")
    assert desk.send(papers, at=MONDAY).relation is Relation.NEW
    assert len(desk.entries) == 2


def test_another_study_id_with_the_same_mobile_is_a_corrected_study_id(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, LEARNER), at=MONDAY)
    second = desk.send(papers_for(desk.campaign, LEARNER, study_id="1000000002"), at=MONDAY)
    assert (second.relation, second.study_id) == (Relation.VERSION, "1000000002")


def test_a_study_id_that_comes_later_belongs_to_the_same_entry(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, LEARNER, study_id=None), at=MONDAY)
    assert desk.send(papers_for(desk.campaign, LEARNER), at=MONDAY).relation is Relation.VERSION


def test_a_file_for_one_of_two_of_the_same_name_is_not_guessed(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, LEARNER), at=MONDAY)
    desk.send(papers_for(desk.campaign, LEARNER, study_id="1000000002", mobile="13800000001"), at=MONDAY)
    photo = file(Role.PHOTO, "另一张.jpg")
    judgement = desk.deliver([photo], at=MONDAY)
    assert (judgement.disposition, judgement.unplaced) == (Disposition.HELD, ("另一张.jpg",))
    assert "学号" in str(judgement.reason)
    answered = desk.send([photo], at=MONDAY, refs=("SX20-0002",))
    assert answered.ref == "SX20-0002"


def test_the_other_award_is_a_warning_and_a_volunteer_category_is_welcome(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, LEARNER), at=MONDAY)
    award = desk.send(papers_for(desk.campaign, "model-learner"), at=MONDAY, category="model-learner")
    volunteer = desk.send(papers_for(desk.campaign, "announcer"), at=MONDAY, category="announcer")
    (warning,) = [one for one in award.findings if one.code == "person.other-category"]
    assert warning.severity is Severity.WARNING
    assert "优秀学员" in warning.text
    assert award.verdict is Verdict.ACCEPTED
    assert "person.other-category" not in codes(volunteer)
