from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.campaign.load import load_campaign
from mailflow.judge.rejudge import rejudge
from mailflow.model.campaign import Campaign
from mailflow.model.entry import EntryStatus, Finding, Relation, Submission, Unit, Verdict
from mailflow.model.facts import Role, Value
from mailflow.testing.desk import Desk, file, papers_for

ZONE = ZoneInfo("Asia/Shanghai")
LEARNER = "outstanding-learner"
MONDAY = datetime(2020, 8, 24, 10, 32, tzinfo=ZONE)
LATER = MONDAY + timedelta(hours=3)
HIMSELF, OFFICER = "wang@private.example", "office@unit.example"
CAMPAIGN = load_campaign("shanxi-2020")


@pytest.fixture
def campaign() -> Campaign:
    return CAMPAIGN


@pytest.fixture
def desk(campaign: Campaign) -> Desk:
    return Desk(campaign, units=(Unit("省水利厅", (OFFICER,)),))


def conflict(submission: Submission) -> Finding:
    (one,) = [one for one in submission.findings if one.code == "conflict.other-sender"]
    return one


def test_the_same_applicant_from_his_unit_is_linked_and_changes_nothing(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, LEARNER), at=MONDAY, sender=HIMSELF)
    before = dict(desk.entries)
    linked = desk.send(papers_for(desk.campaign, LEARNER), at=LATER, sender=OFFICER)
    assert (linked.relation, linked.ref, linked.verdict) == (Relation.LINKED, "SX20-0001", Verdict.ACCEPTED)
    assert desk.entries == before


def test_who_is_linked_is_told_only_about_his_own_mail(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, LEARNER), at=MONDAY, sender=HIMSELF)
    papers = papers_for(desk.campaign, LEARNER, without=[Role.FORM_SCAN])
    linked = desk.send(papers, at=LATER, sender=OFFICER)
    assert linked.verdict is Verdict.INCOMPLETE
    assert {one.sha256 for one in linked.files} == {one.attachment.sha256 for one in papers}
    assert [one.where for one in linked.findings if one.code == "attachment.missing"] == ["form-scan"]


@pytest.mark.parametrize(
    "mine",
    [{"total_points": 26345}, {"mobile": "13900000000"}, {"study_id": None}, {"organisation": "另一个支部"}],
)
def test_a_contradiction_or_no_study_id_is_held_as_an_entry_of_its_own(
    desk: Desk, mine: dict[str, Value | None]
) -> None:
    desk.send(papers_for(desk.campaign, LEARNER), at=MONDAY, sender=HIMSELF)
    before = desk.entries["SX20-0001"]
    other = desk.send(papers_for(desk.campaign, LEARNER, without=(), **mine), at=LATER, sender=OFFICER)
    assert (other.relation, other.ref, other.verdict) == (Relation.CONFLICT, None, Verdict.HELD)
    assert conflict(other).for_reviewer
    assert "SX20-0001" in conflict(other).text
    assert desk.entries["SX20-0001"] == before
    assert desk.entries["SX20-0002"].status is EntryStatus.HELD


def test_the_reviewer_reads_which_fields_differ_and_which_sender_is_a_unit(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, LEARNER), at=MONDAY, sender=HIMSELF)
    other = desk.send(papers_for(desk.campaign, LEARNER, total_points=26345), at=LATER, sender=OFFICER)
    assert "总积分" in conflict(other).text
    assert "本件由在册单位“省水利厅”" in conflict(other).text


def test_the_reviewer_reads_that_the_earlier_one_came_from_a_unit(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, LEARNER), at=MONDAY, sender=OFFICER)
    other = desk.send(papers_for(desk.campaign, LEARNER, study_id=None), at=LATER, sender=HIMSELF)
    assert "先前一件由在册单位“省水利厅”" in conflict(other).text


def test_another_study_id_is_another_applicant_and_no_conflict(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, LEARNER), at=MONDAY, sender=HIMSELF)
    papers = papers_for(desk.campaign, LEARNER, study_id="1000000002", mobile="13800000001")
    assert desk.send(papers, at=LATER, sender=OFFICER).relation is Relation.NEW


def test_another_study_id_with_the_same_mobile_contradicts(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, LEARNER), at=MONDAY, sender=HIMSELF)
    papers = papers_for(desk.campaign, LEARNER, study_id="1000000002")
    assert desk.send(papers, at=LATER, sender=OFFICER).relation is Relation.CONFLICT


def test_another_category_is_no_conflict(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, LEARNER), at=MONDAY, sender=HIMSELF)
    papers = papers_for(desk.campaign, "announcer")
    assert desk.send(papers, at=LATER, sender=OFFICER, category="announcer").relation is Relation.NEW


def test_a_withdrawn_entry_stands_in_nobodys_way(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, LEARNER), at=MONDAY, sender=HIMSELF)
    desk.entries["SX20-0001"] = replace(desk.entries["SX20-0001"], status=EntryStatus.WITHDRAWN)
    other = desk.send(papers_for(desk.campaign, LEARNER, mobile=None), at=LATER, sender=OFFICER)
    assert other.relation is Relation.NEW


def test_a_second_mail_about_a_conflict_stays_held(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, LEARNER), at=MONDAY, sender=HIMSELF)
    desk.send(papers_for(desk.campaign, LEARNER, total_points=26345), at=LATER, sender=OFFICER)
    again = desk.send(papers_for(desk.campaign, LEARNER), at=LATER + timedelta(hours=1), sender=OFFICER)
    assert (again.relation, again.ref, again.verdict) == (Relation.VERSION, "SX20-0002", Verdict.HELD)


def test_a_settled_conflict_is_not_held_again(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, LEARNER), at=MONDAY, sender=HIMSELF)
    desk.send(papers_for(desk.campaign, LEARNER, total_points=26345), at=LATER, sender=OFFICER)
    entry = desk.entries["SX20-0002"] = replace(desk.entries["SX20-0002"], settled=True)
    released = rejudge(entry, desk.campaign, desk.known, now=LATER)
    assert released is not None
    assert (released.verdict, released.ref) == (Verdict.ACCEPTED, "SX20-0002")
    again = desk.send(papers_for(desk.campaign, LEARNER, total_points=27000), at=LATER, sender=OFFICER)
    assert (again.relation, again.verdict) == (Relation.VERSION, Verdict.ACCEPTED)


def test_an_honest_unit_is_linked_to_the_first_entry_whatever_a_third_wrote(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, LEARNER), at=MONDAY, sender=HIMSELF)
    desk.send(papers_for(desk.campaign, LEARNER, total_points=1), at=LATER, sender="x@elsewhere.example")
    linked = desk.send(papers_for(desk.campaign, LEARNER), at=LATER + timedelta(hours=1), sender=OFFICER)
    assert (linked.relation, linked.ref) == (Relation.LINKED, "SX20-0001")


def test_an_organisation_from_a_second_address_is_held(desk: Desk) -> None:
    papers = papers_for(desk.campaign, "model-organisation")
    name = "省水利厅机关党委"
    desk.send(papers, at=MONDAY, sender=OFFICER, category="model-organisation", applicant=name)
    other = desk.send(papers, at=LATER, sender=HIMSELF, category="model-organisation", applicant=name)
    assert (other.relation, other.verdict) == (Relation.CONFLICT, Verdict.HELD)


def test_held_goes_before_late(desk: Desk) -> None:
    desk.send(papers_for(desk.campaign, LEARNER), at=MONDAY, sender=HIMSELF)
    late = datetime(2020, 9, 5, tzinfo=ZONE)
    other = desk.send(papers_for(desk.campaign, LEARNER, mobile=None, study_id=None), at=late, sender=OFFICER)
    assert other.verdict is Verdict.HELD
    assert "deadline.passed" in {one.code for one in other.findings}


attacks = st.fixed_dictionaries(
    {
        "sender": st.sampled_from(["x@elsewhere.example", "y@elsewhere.example", OFFICER]),
        "applicant": st.sampled_from(["王小明", "王 小明", "王小明\u200b", "李晓华"]),
        "study_id": st.sampled_from([None, "1000000001", "1000000002", "１０００００００００１"]),
        "mobile": st.sampled_from([None, "13800000000", "13900000000"]),
        "total_points": st.sampled_from([None, 28345, 1]),
        "without": st.sets(st.sampled_from([Role.FORM, Role.PHOTO, Role.FORM_SCAN]), max_size=3),
        "refs": st.sampled_from([(), ("SX20-0001",)]),
        "hours": st.integers(0, 300),
    }
)


@given(st.lists(attacks, min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
def test_whatever_others_send_the_first_entry_never_changes(mails: list[dict[str, object]]) -> None:
    desk = Desk(CAMPAIGN)
    desk.send(papers_for(CAMPAIGN, LEARNER), at=MONDAY, sender=HIMSELF)
    first = desk.entries["SX20-0001"]
    for attack in mails:
        changes: dict[str, Value | None] = {
            key: value
            for key in ("study_id", "mobile", "total_points")
            if isinstance(value := attack[key], int | str) or value is None
        }
        without = attack["without"]
        refs = attack["refs"]
        hours = attack["hours"]
        assert isinstance(without, set)
        assert isinstance(refs, tuple)
        assert isinstance(hours, int)
        papers = papers_for(CAMPAIGN, LEARNER, without=without, name=str(attack["applicant"]), **changes)
        judgement = desk.deliver(
            papers,
            at=MONDAY + timedelta(hours=hours),
            sender=str(attack["sender"]),
            applicant=str(attack["applicant"]),
            refs=refs,
        )
        for submission in judgement.submissions:
            assert submission.ref != "SX20-0001" or submission.relation is Relation.LINKED
    assert desk.entries["SX20-0001"] == first
    own = desk.send([file(Role.PHOTO, "新.jpg")], at=MONDAY + timedelta(hours=1), sender=HIMSELF)
    assert (own.relation, own.ref, own.verdict) == (Relation.VERSION, "SX20-0001", Verdict.ACCEPTED)
