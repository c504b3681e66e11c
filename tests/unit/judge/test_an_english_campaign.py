from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.judge.judge import judge
from mailflow.judge.route import route
from mailflow.model.campaign import Campaign, Severity
from mailflow.model.entry import Known, Mark, Relation, Verdict
from mailflow.model.facts import Role, Value
from mailflow.model.judgement import Disposition, Judgement
from mailflow.testing.desk import Desk, File, facts_of, file, form_file, mail

ZONE = ZoneInfo("Europe/London")
MAY = datetime(2026, 5, 12, 9, 30, tzinfo=ZONE)
PROJECT: Mapping[str, Value] = {
    "organisation": "Little Mallow Allotments",
    "contact": "Jo Example",
    "phone": "01632960000",
    "amount": 1800,
    "own_share": 20.0,
    "starts_on": date(2026, 7, 1),
    "purpose": "A water butt for each plot",
}
BURSARY: Mapping[str, Value] = {"name": "Jo Example", "phone": "01632960000", "age": 19, "employer": "Smith & Co"}


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return load_campaign("village-grants")


def project(**changes: Value) -> list[File]:
    form = form_file("project", ["project-grant"], {**PROJECT, **changes}, filename="form.docx")
    return [form, file(Role.FORM_SCAN, "signed.pdf"), file(Role.EVIDENCE, "quote.pdf")]


def bursary(*, without: tuple[Role, ...] = (), **changes: Value) -> list[File]:
    form = form_file("bursary", ["apprentice-bursary"], {**BURSARY, **changes}, filename="form.docx")
    return [form] if Role.FORM_SCAN in without else [form, file(Role.FORM_SCAN, "signed.pdf")]


def judged(campaign: Campaign, files: list[File], subject: str, *, at: datetime = MAY) -> Judgement:
    message = mail(files, subject=subject)
    facts = facts_of(files)
    way = route(message, facts, campaign, units=(), own_addresses=frozenset())
    return judge(way, message, facts, campaign, Known(), arrived_at=at)


def test_a_complete_application_of_an_association_is_accepted(campaign: Campaign) -> None:
    judgement = judged(campaign, project(), "Little Mallow Allotments + Project grant")
    (submission,) = judgement.submissions
    assert (submission.applicant, submission.verdict) == ("Little Mallow Allotments", Verdict.ACCEPTED)
    assert [check.mark for check in submission.checks] == [Mark.MET] * 6
    (row,) = [check for check in submission.checks if check.where == "rule.amount"]
    assert row.detail == "From the form: Amount requested (pounds) 1,800"


def test_the_form_says_who_and_what_where_the_subject_does_not(campaign: Campaign) -> None:
    (submission,) = judged(campaign, project(), "hello").submissions
    assert (submission.applicant, submission.category) == ("Little Mallow Allotments", "project-grant")


def test_a_subject_that_says_nothing_is_held_in_english(campaign: Campaign) -> None:
    judgement = judged(campaign, [], "hello")
    assert judgement.disposition is Disposition.HELD
    assert campaign.subject_example in str(judgement.reason)


def test_a_rule_without_an_as_of_day_is_for_a_person_at_once(campaign: Campaign) -> None:
    (submission,) = judged(campaign, project(amount=4000), "Little Mallow Allotments + Project grant").submissions
    assert submission.verdict is Verdict.INELIGIBLE
    assert "the review decides" in submission.findings[0].text


def test_the_deadline_is_that_of_the_campaigns_zone(campaign: Campaign) -> None:
    closes = datetime(2026, 5, 29, 16, 0, tzinfo=ZoneInfo("UTC"))
    subject = "Little Mallow Allotments + Project grant"
    verdicts = [
        judged(campaign, project(), subject, at=at).submissions[0].verdict
        for at in (closes - timedelta(seconds=1), closes)
    ]
    assert verdicts == [Verdict.ACCEPTED, Verdict.LATE]


def test_without_an_association_the_signed_form_is_no_error(campaign: Campaign) -> None:
    (submission,) = judged(campaign, bursary(without=(Role.FORM_SCAN,)), "Jo Example + Bursary").submissions
    assert submission.verdict is Verdict.ACCEPTED
    assert {(one.code, one.severity) for one in submission.findings if not one.for_reviewer} == {
        ("attachment.missing", Severity.WARNING)
    }


def test_a_month_that_is_cut_on_its_last_day_begins_the_next_period(campaign: Campaign) -> None:
    desk = Desk(campaign)
    cut = datetime(2026, 5, 31, 12, tzinfo=ZONE)
    periods = [
        desk.send(bursary(), at=at, category="apprentice-bursary", applicant="Jo Example")
        for at in (cut - timedelta(seconds=1), cut)
    ]
    assert [one.period for one in periods] == ["2026-05", "2026-06"]
    assert [one.relation for one in periods] == [Relation.NEW, Relation.NEW]


def test_case_and_blanks_make_no_other_applicant(campaign: Campaign) -> None:
    desk = Desk(campaign)
    for name in ("Little Mallow Allotments", "little  mallow allotments"):
        desk.send(project(), at=MAY, category="project-grant", applicant=name)
    assert len(desk.entries) == 1


def test_nothing_chinese_is_said_in_an_english_campaign(campaign: Campaign) -> None:
    mails = [
        judged(campaign, [], "Jo Example + Bursary"),
        judged(campaign, bursary(age=40), "Ann Other + Bursary"),
        judged(campaign, project(), "Little Mallow Allotments + Project grant", at=datetime(2026, 7, 1, tzinfo=ZONE)),
        judged(campaign, project(), "Jo Example + Bursary"),
        judged(campaign, [], "hello", at=MAY),
    ]
    said = [finding.text for one in mails for each in one.submissions for finding in each.findings]
    said += [check.detail for one in mails for each in one.submissions for check in each.checks]
    said += [str(one.reason) for one in mails]
    assert len(said) > 20
    assert not [text for text in said if re.search(r"[\u3000-\u9fff{}]", text)]
