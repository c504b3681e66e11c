from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.judge.route import route
from mailflow.model.campaign import Campaign
from mailflow.model.entry import KnownEntry, Unit
from mailflow.model.facts import Role, Value
from mailflow.model.judgement import Disposition, Route
from mailflow.model.message import Message
from mailflow.testing.desk import File, facts_of, file, form_file, mail, papers_for

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2020, 8, 24, 10, 32, tzinfo=ZONE)
LEARNER = "outstanding-learner"
SENDER = "a@unit.example"


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return load_campaign("shanxi-2020")


def routed(
    campaign: Campaign,
    files: Sequence[File],
    message: Message,
    *,
    referred: tuple[KnownEntry, ...] = (),
    units: tuple[Unit, ...] = (),
) -> Route:
    return route(
        message,
        facts_of(files),
        campaign,
        units=units,
        own_addresses=frozenset({"box@example.cn"}),
        referred=referred,
    )


def form(name: str | None, *categories: str, filename: str = "", folder: str | None = None, study_id: str = "") -> File:
    values: dict[str, Value] = {}
    if name:
        values["name"] = name
    if study_id:
        values["study_id"] = study_id
    inside = "材料.zip" if folder is not None else None
    filename = filename or f"{name}报名表.docx"
    return form_file("learner", categories, values, filename=filename, inside=inside, folder=folder)


def drafts(decided: Route) -> list[tuple[str, str, int]]:
    return [(one.applicant, one.category, len(one.files)) for one in decided.drafts]


@pytest.mark.parametrize(
    "subject", ["王小明+优秀学员", "Re: 王小明＋优秀学员", "优秀学员-王小明", "省水利厅 王小明 优秀学员"]
)
def test_the_subject_says_who_and_what_and_all_files_are_his(campaign: Campaign, subject: str) -> None:
    files = [file(Role.FORM_SCAN), file(Role.PHOTO)]
    decided = routed(campaign, files, mail(files, subject=subject))
    assert decided.disposition is Disposition.ENTRY
    assert drafts(decided) == [("王小明", LEARNER, 2)]


def test_a_good_subject_without_any_file_is_an_entry(campaign: Campaign) -> None:
    assert drafts(routed(campaign, [], mail([], subject="王小明+优秀学员"))) == [("王小明", LEARNER, 0)]


def test_the_form_says_what_the_subject_does_not(campaign: Campaign) -> None:
    files = [form("王小明", LEARNER)]
    assert drafts(routed(campaign, files, mail(files, subject="报名"))) == [("王小明", LEARNER, 1)]


def test_the_forms_name_serves_where_the_subject_has_only_the_category(campaign: Campaign) -> None:
    files = [form("王小明")]
    assert drafts(routed(campaign, files, mail(files, subject="《优秀学员报名表》"))) == [("王小明", LEARNER, 1)]


def test_blanks_inside_a_chinese_name_are_not_kept(campaign: Campaign) -> None:
    files = [form("王 小　明", LEARNER)]
    assert drafts(routed(campaign, files, mail(files, subject="报名"))) == [("王小明", LEARNER, 1)]


def test_of_an_undecided_subject_the_forms_title_decides(campaign: Campaign) -> None:
    files = [form("王小明", LEARNER)]
    decided = routed(campaign, files, mail(files, subject="王小明+学员标兵/优秀学员"))
    assert drafts(decided) == [("王小明", LEARNER, 1)]


def test_the_subject_goes_before_the_forms_title(campaign: Campaign) -> None:
    files = [form("王小明", "model-learner")]
    assert drafts(routed(campaign, files, mail(files, subject="王小明+优秀学员"))) == [("王小明", LEARNER, 1)]


def test_an_organisation_is_named_by_its_form(campaign: Campaign) -> None:
    values: dict[str, Value] = {"organisation": "省水利厅机关党委"}
    files = [form_file("model-organisation", ["model-organisation"], values)]
    decided = routed(campaign, files, mail(files, subject="模范学习组织报名表"))
    assert drafts(decided) == [("省水利厅机关党委", "model-organisation", 1)]


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        ("王小明+学员标兵/优秀学员", "subject.category-ambiguous"),
        ("王小明+先进个人", "subject.category-unknown"),
        ("优秀学员", "subject.name-missing"),
        ("你好", "subject.unreadable"),
        ("", "subject.unreadable"),
    ],
)
def test_what_cannot_be_told_is_held_with_its_reason(campaign: Campaign, subject: str, code: str) -> None:
    files = [file(Role.PROFILE)]
    decided = routed(campaign, files, mail(files, subject=subject))
    assert decided.disposition is Disposition.HELD
    assert [one.code for one in decided.findings] == [code]
    assert decided.reason == decided.findings[0].text


def test_what_is_known_of_a_held_mail_is_kept_for_the_person_who_places_it(campaign: Campaign) -> None:
    decided = routed(campaign, [], mail([], subject="优秀学员"))
    assert (decided.guess_name, decided.guess_category) == (None, LEARNER)


@pytest.mark.parametrize("doubt", ["subject", "two-subject", "no-sender", "two-from"])
def test_a_doubt_about_who_is_meant_is_held(campaign: Campaign, doubt: str) -> None:
    files = papers_for(campaign, LEARNER)
    decided = routed(campaign, files, mail(files, subject="王小明+优秀学员", doubts=(doubt,)))
    assert decided.disposition is Disposition.HELD
    assert decided.reason


@pytest.mark.parametrize("doubt", ["filename", "body", "sender-name"])
def test_a_doubt_about_something_else_holds_nothing(campaign: Campaign, doubt: str) -> None:
    decided = routed(campaign, [], mail([], subject="王小明+优秀学员", doubts=(doubt,)))
    assert decided.disposition is Disposition.ENTRY


def test_a_mail_without_from_is_held(campaign: Campaign) -> None:
    decided = routed(campaign, [], mail([], sender="", subject="王小明+优秀学员"))
    assert decided.disposition is Disposition.HELD
    assert decided.silence == "no-sender"


def test_a_name_on_the_form_that_lost_its_charset_is_held(campaign: Campaign) -> None:
    files = [form("王小\ufffd", LEARNER)]
    decided = routed(campaign, files, mail(files, subject="报名"))
    assert decided.disposition is Disposition.HELD
    assert "姓名" in str(decided.reason)


def test_a_mail_too_large_to_fetch_is_held_and_says_so(campaign: Campaign) -> None:
    decided = routed(campaign, [], mail([], subject="王小明+优秀学员", defects=("too-large",)))
    assert decided.disposition is Disposition.HELD
    assert [one.code for one in decided.findings] == ["attachment.too-large"]
    assert (decided.guess_name, decided.guess_category) == ("王小明", LEARNER)


def test_machine_mail_is_ignored_with_its_reason(campaign: Campaign) -> None:
    message = mail([], subject="自动回复：王小明+优秀学员", headers={"auto-submitted": ("auto-replied",)})
    decided = routed(campaign, [], message)
    assert (decided.disposition, decided.reason, decided.silence) == (
        Disposition.IGNORED,
        "auto-submitted",
        "auto-submitted",
    )


def test_a_submission_that_must_not_be_answered_is_filed_all_the_same(campaign: Campaign) -> None:
    files = papers_for(campaign, LEARNER)
    message = mail(files, subject="王小明+优秀学员", headers={"precedence": ("bulk",)})
    decided = routed(campaign, files, message)
    assert (decided.disposition, decided.silence) == (Disposition.ENTRY, "bulk")


def test_a_newsletter_with_a_picture_is_ignored_and_not_held(campaign: Campaign) -> None:
    files = [file(Role.UNKNOWN, "banner.png")]
    message = mail(files, subject="本周新书", headers={"list-id": ("<news.example>",)})
    assert routed(campaign, files, message).disposition is Disposition.IGNORED


def test_the_unit_is_the_subjects_else_that_of_the_senders_address(campaign: Campaign) -> None:
    units = (Unit("省林草局", (SENDER,)),)
    named = routed(campaign, [], mail([], subject="省水利厅王小明+优秀学员"), units=units)
    plain = routed(campaign, [], mail([], subject="王小明+优秀学员"), units=units)
    assert [one.drafts[0].unit for one in (named, plain)] == ["省水利厅", "省林草局"]
