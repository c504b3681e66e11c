from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.judge.rejudge import rejudge
from mailflow.model.campaign import Campaign, Severity
from mailflow.model.entry import EntryStatus, Relation, Submission, Verdict
from mailflow.model.facts import Role
from mailflow.testing.desk import Desk, file, papers_for

ZONE = ZoneInfo("Asia/Shanghai")
UTC_ZONE = ZoneInfo("UTC")
LEARNER = "outstanding-learner"
CHALLENGE = "challenge-master"
MONDAY = datetime(2020, 8, 24, 10, 32, tzinfo=ZONE)
CLOSES = datetime(2020, 8, 31, 0, 0, tzinfo=ZONE)
UPDATES_END = datetime(2020, 8, 31, 12, 0, tzinfo=ZONE)
INSTANT = timedelta(microseconds=1)


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return load_campaign("shanxi-2020")


@pytest.fixture
def desk(campaign: Campaign) -> Desk:
    return Desk(campaign)


def codes(submission: Submission) -> set[str]:
    return {one.code for one in submission.findings}


@pytest.mark.parametrize(
    ("at", "verdict"),
    [
        (CLOSES - INSTANT, Verdict.ACCEPTED),
        (CLOSES, Verdict.LATE),
        (CLOSES.astimezone(UTC_ZONE), Verdict.LATE),
        ((CLOSES - INSTANT).astimezone(UTC_ZONE), Verdict.ACCEPTED),
        (UPDATES_END - INSTANT, Verdict.LATE),
    ],
)
def test_the_instant_of_closing_is_late(desk: Desk, at: datetime, verdict: Verdict) -> None:
    assert desk.send(papers_for(desk.campaign, LEARNER), at=at).verdict is verdict


def test_late_goes_before_incomplete(desk: Desk) -> None:
    submission = desk.send([], at=CLOSES)
    assert submission.verdict is Verdict.LATE
    assert {"deadline.passed", "form.missing"} <= codes(submission)


@pytest.mark.parametrize(("category", "hour"), [("model-organisation", 18), ("model-individual", 18)])
def test_a_deadline_within_a_day_is_kept_to_the_instant(desk: Desk, category: str, hour: int) -> None:
    closes = datetime(2020, 9, 2, hour, tzinfo=ZONE)
    name = "省水利厅机关党委" if category == "model-organisation" else "王小明"
    papers = papers_for(desk.campaign, category)
    assert desk.send(papers, at=closes - INSTANT, category=category, applicant=name).verdict is Verdict.ACCEPTED
    late = desk.send(papers, at=closes, category=category, applicant=name, sender="b@unit.example")
    assert "deadline.passed" in codes(late)


def test_a_mail_before_the_opening_is_held_softly(desk: Desk) -> None:
    submission = desk.send(papers_for(desk.campaign, LEARNER), at=datetime(2020, 8, 13, 23, 59, tzinfo=ZONE))
    assert submission.verdict is Verdict.HELD
    assert codes(submission) == {"not-open"}


def test_after_the_campaign_a_category_without_a_deadline_is_late_too(desk: Desk) -> None:
    papers = papers_for(desk.campaign, "announcer")
    at = datetime(2021, 1, 1, tzinfo=ZONE)
    assert desk.send(papers, at=at - INSTANT, category="announcer").verdict is Verdict.ACCEPTED
    assert desk.send(papers, at=at, category="announcer", applicant="张三").verdict is Verdict.LATE


@pytest.mark.parametrize(
    ("without", "at", "expected"),
    [
        ([], CLOSES - INSTANT, (Relation.VERSION, Verdict.ACCEPTED, None)),
        ([], CLOSES, (Relation.VERSION, Verdict.ACCEPTED, Severity.NOTE)),
        ([], UPDATES_END - INSTANT, (Relation.VERSION, Verdict.ACCEPTED, Severity.NOTE)),
        ([], UPDATES_END, (Relation.KEPT_ASIDE, Verdict.LATE, Severity.ERROR)),
        ([Role.PHOTO], CLOSES, (Relation.VERSION, Verdict.ACCEPTED, Severity.NOTE)),
        ([Role.PHOTO], UPDATES_END, (Relation.VERSION, Verdict.LATE, Severity.ERROR)),
    ],
)
def test_updates_are_taken_until_their_own_end(
    desk: Desk, without: list[Role], at: datetime, expected: tuple[Relation, Verdict, Severity | None]
) -> None:
    desk.send(papers_for(desk.campaign, LEARNER, without=without), at=MONDAY)
    update = desk.send([file(Role.PHOTO, "新照片.jpg")], at=at)
    passed = next((one.severity for one in update.findings if one.code == "deadline.passed"), None)
    assert (update.relation, update.verdict, passed) == expected
    assert update.ref == "SX20-0001"


def test_an_update_that_is_kept_aside_leaves_the_entry_as_it_was(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, LEARNER), at=MONDAY)
    before = desk.entries["SX20-0001"]
    update = desk.send([file(Role.PHOTO, "新照片.jpg")], at=UPDATES_END)
    assert desk.entries["SX20-0001"] == before
    assert [one.filename for one in update.files] == ["新照片.jpg"]


def test_without_an_update_window_an_update_after_closing_is_kept_aside(desk: Desk) -> None:
    category, closes = "model-individual", datetime(2020, 9, 2, 18, tzinfo=ZONE)
    papers = papers_for(desk.campaign, category)
    desk.send(papers, at=MONDAY, category=category)
    assert desk.send(papers, at=closes, category=category).relation is Relation.KEPT_ASIDE


def test_an_update_of_an_approved_entry_in_time_is_judged_again(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, LEARNER), at=MONDAY)
    desk.entries["SX20-0001"] = replace(desk.entries["SX20-0001"], status=EntryStatus.APPROVED)
    update = desk.send(papers_for(desk.campaign, LEARNER, total_points=30000), at=MONDAY + timedelta(days=1))
    assert (update.relation, update.verdict) == (Relation.VERSION, Verdict.ACCEPTED)


# As-of days


@pytest.mark.parametrize(
    ("at", "verdict"),
    [(MONDAY, Verdict.INCOMPLETE), (CLOSES - INSTANT, Verdict.INCOMPLETE), (CLOSES, Verdict.INELIGIBLE)],
)
def test_too_few_points_are_incomplete_until_the_as_of_day_is_over(desk: Desk, at: datetime, verdict: Verdict) -> None:
    papers = papers_for(desk.campaign, LEARNER, total_points=24900, annual_points=9800)
    desk.send(papers, at=MONDAY)
    again = desk.send(papers, at=at)
    assert again.verdict is verdict
    (rule,) = [one for one in again.findings if one.code == "rule.points"]
    assert rule.severity is Severity.ERROR
    assert "24,900" in rule.text
    assert ("8月30日" in rule.text) is (verdict is Verdict.INCOMPLETE)


def test_a_rule_without_an_as_of_day_fails_at_once_for_a_person_to_decide(desk: Desk) -> None:
    papers = papers_for(desk.campaign, CHALLENGE, annual_points=6999)
    assert desk.send(papers, at=MONDAY, category=CHALLENGE).verdict is Verdict.INELIGIBLE


def test_incomplete_goes_before_ineligible(desk: Desk) -> None:
    papers = papers_for(desk.campaign, CHALLENGE, annual_points=6999, without=[Role.PHOTO])
    assert desk.send(papers, at=MONDAY, category=CHALLENGE).verdict is Verdict.INCOMPLETE


# Monthly periods


def test_an_accepted_entry_of_a_passed_month_is_another_entry(desk: Desk) -> None:
    papers = papers_for(desk.campaign, CHALLENGE)
    august = desk.send(papers, at=MONDAY, category=CHALLENGE)
    september = desk.send(papers, at=datetime(2020, 8, 28, 18, tzinfo=ZONE), category=CHALLENGE)
    assert (august.period, september.period) == ("2020-08", "2020-09")
    assert (september.relation, september.carries_period) == (Relation.NEW, False)
    assert september.verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("by_ref", [False, True])
def test_an_incomplete_entry_of_a_passed_month_goes_on_in_this_one(desk: Desk, by_ref: bool) -> None:
    papers = papers_for(desk.campaign, CHALLENGE, without=[Role.SHARE])
    desk.send(papers, at=MONDAY, category=CHALLENGE)
    later = datetime(2020, 9, 3, 9, tzinfo=ZONE)
    refs = ("SX20-0001",) if by_ref else ()
    second = desk.send([file(Role.SHARE)], at=later, category=CHALLENGE, refs=refs)
    assert (second.relation, second.carries_period, second.period) == (Relation.VERSION, True, "2020-09")
    assert second.verdict is Verdict.ACCEPTED
    assert len(desk.entries) == 1


def test_an_answer_to_a_receipt_means_that_entry_in_any_month(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, CHALLENGE), at=MONDAY, category=CHALLENGE)
    later = datetime(2020, 9, 3, 9, tzinfo=ZONE)
    second = desk.send([file(Role.SHARE, "新.jpg")], at=later, category=CHALLENGE, refs=("SX20-0001",))
    assert (second.relation, second.period, second.carries_period) == (Relation.VERSION, "2020-08", False)


# Judging again without a mail


def test_after_the_as_of_day_too_few_points_become_ineligible(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, LEARNER, total_points=24900, annual_points=9800), at=MONDAY)
    entry = desk.entries["SX20-0001"]
    assert rejudge(entry, desk.campaign, desk.known, now=CLOSES - INSTANT) is None
    again = rejudge(entry, desk.campaign, desk.known, now=CLOSES)
    assert again is not None
    assert (again.verdict, again.ref, again.relation) == (Verdict.INELIGIBLE, entry.ref, Relation.VERSION)
    desk.keep(again, sender=entry.sender, at=CLOSES)
    assert rejudge(desk.entries["SX20-0001"], desk.campaign, desk.known, now=CLOSES + timedelta(days=1)) is None


@pytest.mark.parametrize("without", [[], [Role.PHOTO], [Role.FORM], [Role.FORM_SCAN, Role.PHOTO]])
def test_judging_again_changes_nothing_where_nothing_has_changed(desk: Desk, without: list[Role]) -> None:
    desk.send(papers_for(desk.campaign, LEARNER, without=without), at=MONDAY)
    assert rejudge(desk.entries["SX20-0001"], desk.campaign, desk.known, now=CLOSES + timedelta(days=1)) is None


def test_missing_papers_stay_missing_when_the_as_of_day_has_passed(desk: Desk) -> None:
    papers = papers_for(desk.campaign, LEARNER, total_points=1, annual_points=1, without=[Role.PHOTO])
    desk.send(papers, at=MONDAY)
    again = rejudge(desk.entries["SX20-0001"], desk.campaign, desk.known, now=CLOSES)
    assert again is not None
    assert again.verdict is Verdict.INCOMPLETE


@pytest.mark.parametrize("status", [EntryStatus.APPROVED, EntryStatus.RETURNED, EntryStatus.WITHDRAWN])
def test_what_a_person_decided_is_not_judged_again(desk: Desk, status: EntryStatus) -> None:
    desk.send(papers_for(desk.campaign, LEARNER, total_points=1, annual_points=1), at=MONDAY)
    entry = replace(desk.entries["SX20-0001"], status=status)
    assert rejudge(entry, desk.campaign, desk.known, now=CLOSES) is None


def test_a_mail_that_came_too_early_is_judged_once_a_person_has_settled_it(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, LEARNER), at=datetime(2020, 8, 13, tzinfo=ZONE))
    entry = replace(desk.entries["SX20-0001"], settled=True)
    again = rejudge(entry, desk.campaign, desk.known, now=MONDAY)
    assert again is not None
    assert (again.verdict, again.findings) == (Verdict.ACCEPTED, ())
