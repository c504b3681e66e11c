from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.judge.judge import judge
from mailflow.model.campaign import Campaign, Severity
from mailflow.model.entry import Finding, Known, Mark, Relation, Submission, Verdict
from mailflow.model.facts import Role, Value
from mailflow.model.judgement import Disposition, Route
from mailflow.testing.desk import Desk, File, facts_of, file, form_file, mail, papers_for, values_for

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2020, 8, 24, 10, 32, tzinfo=ZONE)


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return load_campaign("shanxi-2020")


@pytest.fixture
def desk(campaign: Campaign) -> Desk:
    return Desk(campaign)


def codes(submission: Submission) -> set[str]:
    return {one.code for one in submission.findings}


def found(submission: Submission, code: str) -> Finding:
    (one,) = [one for one in submission.findings if one.code == code]
    return one


def errors(submission: Submission) -> set[tuple[str, str | None]]:
    return {(one.code, one.where) for one in submission.findings if one.severity is Severity.ERROR}


@pytest.mark.parametrize(
    "category",
    [
        "model-learner",
        "outstanding-learner",
        "challenge-master",
        "model-organisation",
        "model-individual",
        "proofreader",
        "question-writer",
        "announcer",
    ],
)
def test_complete_papers_are_accepted_in_every_category(desk: Desk, category: str) -> None:
    applicant = "王小明" if desk.campaign.category(category).is_person else "省水利厅机关党委"
    submission = desk.send(papers_for(desk.campaign, category), at=MONDAY, category=category, applicant=applicant)
    assert submission.verdict is Verdict.ACCEPTED, submission.findings
    assert submission.relation is Relation.NEW
    assert not errors(submission)
    assert all(check.mark is Mark.MET for check in submission.checks if not check.where.startswith("rule.answers"))


@pytest.mark.parametrize("role", [Role.FORM_SCAN, Role.PROFILE, Role.PHOTO])
def test_a_required_file_that_is_missing_is_asked_for(desk: Desk, role: Role) -> None:
    submission = desk.send(papers_for(desk.campaign, "outstanding-learner", without=[role]), at=MONDAY)
    assert submission.verdict is Verdict.INCOMPLETE
    assert errors(submission) == {("attachment.missing", role)}
    (row,) = [check for check in submission.checks if check.where == role]
    assert row.mark is Mark.MISSING
    assert row.detail.startswith("未收到。")


def test_a_mail_without_a_form_is_asked_for_the_form_and_not_for_each_field(desk: Desk) -> None:
    submission = desk.send(papers_for(desk.campaign, "outstanding-learner", without=[Role.FORM]), at=MONDAY)
    assert submission.verdict is Verdict.INCOMPLETE
    assert errors(submission) == {("form.missing", "form")}
    assert "《优秀学员报名表》" in found(submission, "form.missing").text


def test_a_mail_without_any_file_is_an_incomplete_entry(desk: Desk) -> None:
    submission = desk.send([], at=MONDAY)
    assert submission.verdict is Verdict.INCOMPLETE
    assert {where for _, where in errors(submission)} == {"form", "form-scan", "profile-screenshot", "photo"}


@pytest.mark.parametrize(
    ("problem", "advice"),
    [("form.unreadable", "docx"), ("attachment.encrypted", "密码"), ("attachment.unsupported", "docx")],
)
def test_a_form_that_cannot_be_read_is_an_incomplete_entry(desk: Desk, problem: str, advice: str) -> None:
    papers = papers_for(desk.campaign, "outstanding-learner", without=[Role.FORM])
    form = file(Role.FORM, "优秀学员报名表.doc", media_type="application/msword", problem=problem)
    submission = desk.send([form, *papers], at=MONDAY)
    assert submission.verdict is Verdict.INCOMPLETE
    assert errors(submission) == {("form.unreadable", "form")}
    assert advice in found(submission, "form.unreadable").text
    assert problem in codes(submission)


@pytest.mark.parametrize(
    "field", ["name", "study_id", "organisation", "captured_on", "total_points", "annual_points", "mobile"]
)
def test_an_empty_required_cell_is_asked_for(desk: Desk, field: str) -> None:
    rest = papers_for(desk.campaign, "outstanding-learner", without=[Role.FORM])
    submission = desk.send([form_with(desk.campaign, values={field: None}), *rest], at=MONDAY)
    assert submission.verdict is Verdict.INCOMPLETE
    assert errors(submission) == {("field.missing", field)}
    assert any(check.where == field and check.mark is Mark.MISSING for check in submission.checks)


def test_ranks_and_the_verdict_of_the_unit_are_never_asked_for(desk: Desk) -> None:
    submission = desk.send(papers_for(desk.campaign, "outstanding-learner", total_rank=None, unit=None), at=MONDAY)
    assert submission.verdict is Verdict.ACCEPTED


def test_how_many_clears_is_not_asked_for_but_noted_for_the_reviewer(desk: Desk) -> None:
    papers = papers_for(desk.campaign, "challenge-master", clears_this_year=None)
    submission = desk.send(papers, at=MONDAY, category="challenge-master")
    assert submission.verdict is Verdict.ACCEPTED
    note = found(submission, "rule.clears")
    assert (note.severity, note.for_reviewer) == (Severity.NOTE, True)


def test_more_than_two_clears_are_for_a_person_to_decide(desk: Desk) -> None:
    papers = papers_for(desk.campaign, "challenge-master", clears_this_year=3)
    assert desk.send(papers, at=MONDAY, category="challenge-master").verdict is Verdict.INELIGIBLE


def test_a_value_the_form_has_no_place_for_is_a_note_for_the_reviewer(desk: Desk) -> None:
    submission = desk.send(papers_for(desk.campaign, "challenge-master"), at=MONDAY, category="challenge-master")
    note = found(submission, "rule.answers")
    assert (note.severity, note.for_reviewer) == (Severity.NOTE, True)
    assert "答题次数" in note.text


def form_with(campaign: Campaign, *, values: dict[str, Value | None], **more: dict[str, str] | dict[str, int]) -> File:
    filled = values_for(campaign, "outstanding-learner", **values)
    invalid = more.get("invalid", {})
    lengths = more.get("lengths", {})
    return form_file(
        "learner",
        ["outstanding-learner"],
        filled,
        invalid={key: str(value) for key, value in invalid.items()},
        lengths={key: int(value) for key, value in lengths.items()},
    )


def test_a_cell_that_holds_no_number_is_invalid_and_not_zero(desk: Desk) -> None:
    rest = papers_for(desk.campaign, "outstanding-learner", without=[Role.FORM])
    form = form_with(desk.campaign, values={"total_points": None}, invalid={"total_points": "很多"})
    submission = desk.send([form, *rest], at=MONDAY)
    assert errors(submission) == {("field.invalid", "total_points")}
    assert "很多" in found(submission, "field.invalid").text
    assert "total_points" not in submission.fields


def test_an_unreadable_cell_that_nobody_asks_for_changes_no_status(desk: Desk) -> None:
    rest = papers_for(desk.campaign, "outstanding-learner", without=[Role.FORM])
    submission = desk.send([form_with(desk.campaign, values={}, invalid={"total_rank": "12或13"}), *rest], at=MONDAY)
    assert submission.verdict is Verdict.ACCEPTED
    assert found(submission, "field.invalid").severity is Severity.WARNING
    assert "可以不填，不影响受理" in found(submission, "field.invalid").text


def test_a_word_in_place_of_a_figure_that_nobody_asks_for_is_as_good_as_nothing(desk: Desk) -> None:
    rest = papers_for(desk.campaign, "outstanding-learner", without=[Role.FORM])
    submission = desk.send([form_with(desk.campaign, values={}, invalid={"total_rank": "未显示"}), *rest], at=MONDAY)
    assert [one.code for one in submission.findings if one.code == "field.invalid"] == []


def test_a_text_that_is_too_long_is_told_with_its_count(desk: Desk) -> None:
    values = values_for(desk.campaign, "model-individual")
    form = form_file("model-individual", ["model-individual"], values, lengths={"statement": 412})
    rest = papers_for(desk.campaign, "model-individual", without=[Role.FORM])
    submission = desk.send([form, *rest], at=MONDAY, category="model-individual")
    long = found(submission, "field.too-long")
    assert submission.verdict is Verdict.ACCEPTED
    assert "412" in long.text
    assert "300" in long.text


def test_in_principle_means_a_warning_that_changes_no_status(desk: Desk) -> None:
    papers = papers_for(desk.campaign, "proofreader", annual_points=4000)
    submission = desk.send(papers, at=MONDAY, category="proofreader")
    assert submission.verdict is Verdict.ACCEPTED
    warning = found(submission, "rule.annual-points")
    assert (warning.severity, warning.for_reviewer) == (Severity.WARNING, True)
    assert "4,000" in warning.text
    (row,) = [check for check in submission.checks if check.where == "rule.annual-points"]
    assert row.mark is Mark.UNSURE
    assert "以审核为准" in row.detail


def test_either_of_two_thresholds_is_enough(desk: Desk) -> None:
    papers = papers_for(desk.campaign, "outstanding-learner", annual_points=9800)
    assert desk.send(papers, at=MONDAY).verdict is Verdict.ACCEPTED


def test_a_rule_row_shows_the_values_that_were_read(desk: Desk) -> None:
    submission = desk.send(papers_for(desk.campaign, "outstanding-learner"), at=MONDAY)
    (row,) = [check for check in submission.checks if check.where == "rule.points"]
    assert row.label == "总积分25000分以上或年度积分10000分以上"
    assert row.detail == "报名表：总积分 28,345，年度积分 10,234"


def test_rows_stand_in_the_campaigns_order_with_the_rules_last(desk: Desk) -> None:
    submission = desk.send(papers_for(desk.campaign, "outstanding-learner", mobile=None), at=MONDAY)
    where = [check.where for check in submission.checks]
    assert where == ["form", "form-scan", "profile-screenshot", "photo", "mobile", "rule.points"]


def test_nobody_is_told_that_he_does_not_qualify(campaign: Campaign) -> None:
    said = " ".join(campaign.phrases.values())
    assert not any(word in said for word in ("不符合", "不合格", "造假", "作假", "取消资格"))


def test_reviewers_findings_are_marked(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, "outstanding-learner"), at=MONDAY)
    other = desk.send(papers_for(desk.campaign, "model-learner"), at=MONDAY, category="model-learner")
    assert found(other, "person.other-category").for_reviewer


@pytest.mark.parametrize(("area", "told"), [("山西太原", False), ("北京", True), (None, True)])
def test_a_home_area_elsewhere_or_unknown_is_a_warning_for_the_reviewer(
    campaign: Campaign, area: str | None, told: bool
) -> None:
    papers = papers_for(campaign, "outstanding-learner")
    message = mail(papers)
    draft_route = _route_to(papers)
    judgement = judge(
        draft_route,
        message,
        facts_of(papers),
        campaign,
        Known(),
        arrived_at=MONDAY,
        home_area=lambda _: area,
    )
    (submission,) = judgement.submissions
    assert ("person.phone-outside-province" in codes(submission)) is told
    assert submission.verdict is Verdict.ACCEPTED


def test_nothing_is_said_of_home_areas_where_none_can_be_looked_up(desk: Desk) -> None:
    submission = desk.send(papers_for(desk.campaign, "outstanding-learner"), at=MONDAY)
    assert "person.phone-outside-province" not in codes(submission)


def test_a_held_route_stays_held_with_its_reason(campaign: Campaign) -> None:
    route = Route(Disposition.HELD, reason="为什么", silence="list")
    judgement = judge(route, mail([]), facts_of([]), campaign, Known(), arrived_at=MONDAY)
    assert (judgement.disposition, judgement.reason, judgement.silence) == (Disposition.HELD, "为什么", "list")
    assert judgement.submissions == ()


def test_the_senders_words_are_quoted_short_and_in_one_line(desk: Desk) -> None:
    name = "李晓华" + "\n很长" * 200
    submission = desk.send(papers_for(desk.campaign, "outstanding-learner", name=name), at=MONDAY)
    text = found(submission, "form.name-mismatch").text
    assert "\n" not in text
    assert len(text) < 200


def _route_to(papers: list[File]) -> Route:
    from mailflow.model.judgement import Draft

    shas = tuple(one.attachment.sha256 for one in papers)
    return Route(Disposition.ENTRY, drafts=(Draft("王小明", "outstanding-learner", None, None, shas),))
