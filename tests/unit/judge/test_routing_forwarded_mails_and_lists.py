"""Whom a mail is about where it wraps other mails, lists names or holds several forms in a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.judge.judge import judge
from mailflow.judge.route import route
from mailflow.model.campaign import Campaign
from mailflow.model.entry import Known
from mailflow.model.facts import FormReading, Listed, Role
from mailflow.model.judgement import Disposition, Route
from mailflow.model.message import Forwarded, Message
from mailflow.testing.desk import File, facts_of, file, form_file, mail, values_for

MONDAY = datetime(2020, 8, 24, 10, 32, tzinfo=ZoneInfo("Asia/Shanghai"))
LEARNER = "outstanding-learner"


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return load_campaign("shanxi-2020")


def eml(name: str = "") -> File:
    return file(Role.MESSAGE, name, media_type="message/rfc822", content=name)


def within(container: int, *files: File) -> list[File]:
    """The files as if they had come in the attachment at that place."""
    return [replace(one, attachment=replace(one.attachment, container=container)) for one in files]


def photo(content: str) -> File:
    return file(Role.PHOTO, "照片.jpg", content=content)


def routed(campaign: Campaign, files: Sequence[File], subject: str, *forwarded: Forwarded) -> Route:
    return route(told(files, subject, *forwarded), facts_of(files), campaign, units=(), own_addresses=frozenset())


def told(files: Sequence[File], subject: str, *forwarded: Forwarded) -> Message:
    return replace(mail(files, subject=subject), forwarded=forwarded)


def drafts(decided: Route) -> list[tuple[str, str, int]]:
    return [(one.applicant, one.category, len(one.files)) for one in decided.drafts]


@pytest.mark.parametrize("outer", ["", "Fw: 报名材料", "转发", "李晓华+志愿播音员"])
def test_the_applicant_of_a_forwarded_mail_is_its_subjects(campaign: Campaign, outer: str) -> None:
    files = [eml(), *within(0, photo("a"))]
    decided = routed(campaign, files, outer, Forwarded("王小明+优秀学员", 0))
    assert drafts(decided) == [("王小明", LEARNER, 2)]


def test_a_forwarded_subject_that_says_nothing_leaves_it_to_the_outer_one(campaign: Campaign) -> None:
    files = [eml(), *within(0, photo("a"))]
    assert drafts(routed(campaign, files, "王小明+优秀学员", Forwarded("材料", 0))) == [("王小明", LEARNER, 2)]


def test_a_forwarded_subject_that_is_damaged_decides_nothing(campaign: Campaign) -> None:
    decided = routed(campaign, [eml()], "转发", Forwarded("王\ufffd明+优秀学员", 0, sure=False))
    assert decided.disposition is Disposition.HELD


def test_several_forwarded_mails_are_a_draft_each_with_their_own_files(campaign: Campaign) -> None:
    files = [eml("1.eml"), *within(0, photo("a"), photo("b")), eml("2.eml"), *within(3, photo("c"))]
    inner = (Forwarded("王小明+优秀学员", 0), Forwarded("李晓华+志愿播音员", 3))
    decided = routed(campaign, files, "转发2人", *inner)
    assert drafts(decided) == [("王小明", LEARNER, 3), ("李晓华", "announcer", 2)]
    assert decided.unplaced == ()


def test_a_forwarded_mail_beside_own_papers_is_another_applicant(campaign: Campaign) -> None:
    files = [photo("own"), eml(), *within(1, photo("inner"))]
    decided = routed(campaign, files, "王小明+优秀学员", Forwarded("李晓华+志愿播音员", 1))
    assert drafts(decided) == [("王小明", LEARNER, 1), ("李晓华", "announcer", 2)]


def test_a_quoted_subject_counts_only_where_the_mails_own_says_too_little(campaign: Campaign) -> None:
    quoted = Forwarded("李晓华+志愿播音员", inline=True)
    assert drafts(routed(campaign, [photo("a")], "Fw: 材料", quoted)) == [("李晓华", "announcer", 1)]
    assert drafts(routed(campaign, [photo("a")], "王小明+优秀学员", quoted)) == [("王小明", LEARNER, 1)]


def test_a_quoted_subject_from_a_text_that_is_not_sure_decides_nothing(campaign: Campaign) -> None:
    quoted = Forwarded("李晓华+志愿播音员", inline=True, sure=False)
    assert routed(campaign, [photo("a")], "Fw: 材料", quoted).disposition is Disposition.HELD


def test_quoted_subjects_that_disagree_decide_nothing(campaign: Campaign) -> None:
    quoted = (Forwarded("李晓华+志愿播音员", inline=True), Forwarded("王小明+优秀学员", inline=True))
    assert routed(campaign, [photo("a")], "转发", *quoted).disposition is Disposition.HELD


# Several names in a subject, in a list, in folders


def test_each_name_in_the_subject_has_a_draft_even_without_files(campaign: Campaign) -> None:
    decided = routed(campaign, [file(Role.PHOTO, "王小明.jpg"), photo("a")], "王小明、李晓华+优秀学员")
    assert drafts(decided) == [("王小明", LEARNER, 1), ("李晓华", LEARNER, 0)]
    assert len(decided.unplaced) == 1


def listing(*people: Listed) -> File:
    one = file(Role.UNKNOWN, "名单.xlsx")
    return replace(one, facts=replace(one.facts, listed=people))


def test_who_stands_on_a_list_has_a_draft_and_the_list_is_nobodys_file(campaign: Campaign) -> None:
    people = (Listed("王小明", "1000000001", (LEARNER,)), Listed("李晓华", None, ("announcer",)))
    files = [listing(*people), file(Role.PHOTO, "1000000001.jpg"), file(Role.PHOTO, "李晓华.jpg")]
    decided = routed(campaign, files, "省水利厅报名材料")
    assert drafts(decided) == [("王小明", LEARNER, 1), ("李晓华", "announcer", 1)]
    assert (decided.drafts[0].study_id, decided.unplaced) == ("1000000001", ())


def test_a_long_list_is_no_list_of_applicants(campaign: Campaign) -> None:
    people = [Listed(f"王{one}", None, (LEARNER,)) for one in "一二三四五六七八九十" * 6] + [
        Listed("李晓华", None, (LEARNER,))
    ]
    files = [listing(*people), file(Role.PHOTO, "李晓华.jpg")]
    assert drafts(routed(campaign, files, "省水利厅报名材料")) == [("李晓华", LEARNER, 1)]


def test_a_list_beside_a_mail_of_one_changes_nothing(campaign: Campaign) -> None:
    files = [listing(Listed("李晓华"), Listed("张三")), photo("a")]
    assert [name for name, _, _ in drafts(routed(campaign, files, "王小明+优秀学员"))] == ["王小明"]


def test_a_folders_name_tells_applicant_and_category_where_no_form_could_be_read(campaign: Campaign) -> None:
    files = [
        file(Role.UNKNOWN, "表.doc", inside="a.zip", folder="志愿播音员/02.李晓华", problem="attachment.unsupported"),
        file(Role.PHOTO, "a.jpg", inside="a.zip", folder="志愿播音员/02.李晓华"),
        file(Role.PHOTO, "b.jpg", inside="a.zip", folder="优秀学员/01.王小明"),
    ]
    decided = routed(campaign, files, "报名材料")
    assert drafts(decided) == [("李晓华", "announcer", 2), ("王小明", LEARNER, 1)]


def test_an_archive_that_holds_anothers_papers_is_nobodys_whatever_its_name(campaign: Campaign) -> None:
    archive = file(Role.ARCHIVE, "王小明等2人.zip", media_type="application/zip")
    files = [archive, *within(0, file(Role.PHOTO, "王小明.jpg"), file(Role.PHOTO, "李晓华.jpg"))]
    decided = routed(campaign, files, "王小明、李晓华+优秀学员")
    assert drafts(decided) == [("王小明", LEARNER, 1), ("李晓华", LEARNER, 1)]
    assert decided.unplaced == ()


# Several forms in one file


def test_each_applicant_of_a_file_with_several_forms_is_judged_by_his_own(campaign: Campaign) -> None:
    both = form_file("learner", [LEARNER], values_for(campaign, LEARNER))
    second = FormReading("learner", (LEARNER,), values_for(campaign, LEARNER, name="李晓华", study_id="1000000002"))
    both = replace(both, facts=replace(both.facts, more_forms=(second,)))
    message, facts = mail([both], subject="优秀学员2人"), facts_of([both])
    decided = route(message, facts, campaign, units=(), own_addresses=frozenset())
    assert drafts(decided) == [("王小明", LEARNER, 1), ("李晓华", LEARNER, 1)]
    judgement = judge(decided, message, facts, campaign, Known(), arrived_at=MONDAY)
    assert [(one.applicant, one.fields["study_id"]) for one in judgement.submissions] == [
        ("王小明", "1000000001"),
        ("李晓华", "1000000002"),
    ]
    assert not any(one.code == "form.name-mismatch" for sub in judgement.submissions for one in sub.findings)


def test_files_that_belong_to_nobody_are_listed_with_their_folder_nameless_ones_too(campaign: Campaign) -> None:
    files = [
        form_file("learner", [LEARNER], values_for(campaign, LEARNER)),
        form_file("learner", [LEARNER], values_for(campaign, LEARNER, name="李晓华", study_id="2"), filename="2.docx"),
        file(Role.PHOTO, "a.jpg", inside="a.zip", folder="照片"),
        file(Role.PHOTO, ""),
    ]
    message, facts = mail(files, subject="优秀学员2人"), facts_of(files)
    decided = route(message, facts, campaign, units=(), own_addresses=frozenset())
    judgement = judge(decided, message, facts, campaign, Known(), arrived_at=MONDAY)
    assert judgement.unplaced == ("照片/a.jpg", "（无文件名）")
