from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.judge.judge import judge
from mailflow.judge.route import route
from mailflow.model.campaign import Campaign
from mailflow.model.entry import EntryStatus, Known, KnownEntry, Unit
from mailflow.model.facts import Role, Value
from mailflow.model.judgement import Disposition, Route
from mailflow.model.message import Message
from mailflow.testing.desk import File, facts_of, file, form_file, mail

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


def entry(
    ref: str, applicant: str, category: str = LEARNER, *, sender: str = SENDER, study_id: str | None = None
) -> KnownEntry:
    return KnownEntry(
        ref=ref,
        applicant=applicant,
        category=category,
        period=None,
        study_id=study_id,
        unit=None,
        sender=sender,
        status=EntryStatus.INCOMPLETE,
        version=1,
        arrived_at=MONDAY,
        updated_at=MONDAY,
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


@pytest.mark.parametrize("subject", ["Re: 照片", "", "回复：〔待补充1项〕王小明+优秀学员 回执 SX20-7K4MHQ"])
def test_an_answer_to_a_receipt_needs_no_subject(campaign: Campaign, subject: str) -> None:
    files = [file(Role.PHOTO)]
    own = entry("SX20-7K4MHQ", "王小明", study_id="1000000001")
    decided = routed(campaign, files, mail(files, subject=subject), referred=(own,))
    assert drafts(decided) == [("王小明", LEARNER, 1)]
    assert decided.drafts[0].study_id == "1000000001"
    assert decided.refs == ("SX20-7K4MHQ",)


def test_the_receipt_number_of_another_sender_means_nothing(campaign: Campaign) -> None:
    others = entry("SX20-7K4MHQ", "王小明", sender="other@unit.example")
    decided = routed(campaign, [], mail([], subject="SX20-7K4MHQ"), referred=(others,))
    assert decided.disposition is Disposition.HELD
    assert decided.refs == ()


def test_a_full_subject_goes_before_the_thread_it_stands_in(campaign: Campaign) -> None:
    own = entry("SX20-7K4MHQ", "王小明")
    decided = routed(campaign, [], mail([], subject="Re: 李晓华+志愿播音员"), referred=(own,))
    assert drafts(decided) == [("李晓华", "announcer", 0)]


def test_files_that_answer_a_receipt_for_several_go_by_the_names_in_them(campaign: Campaign) -> None:
    files = [file(Role.PHOTO, "李晓华生活照.jpg"), file(Role.PHOTO, "照片.jpg")]
    own = (entry("SX20-222222", "王小明"), entry("SX20-333333", "李晓华", "announcer"))
    decided = routed(campaign, files, mail(files, subject="Re: 补充"), referred=own)
    assert drafts(decided) == [("李晓华", "announcer", 1)]
    assert decided.unplaced == (files[1].attachment.sha256,)


# Several applicants in one mail


def test_several_forms_are_one_draft_each_with_files_matched_by_name(campaign: Campaign) -> None:
    files = [
        form("王小明", LEARNER),
        form("李晓华", "model-learner"),
        file(Role.FORM_SCAN, "王小明盖章.jpg"),
        file(Role.FORM_SCAN, "李晓华 盖章.jpg"),
        file(Role.PHOTO, "扫描0003.jpg"),
    ]
    decided = routed(campaign, files, mail(files, subject="省水利厅报送优秀学员等2人"))
    assert drafts(decided) == [("王小明", LEARNER, 2), ("李晓华", "model-learner", 2)]
    assert decided.unplaced == (files[4].attachment.sha256,)
    assert all(one.unit == "省水利厅" for one in decided.drafts)


def test_a_form_without_title_in_a_batch_takes_the_subjects_category(campaign: Campaign) -> None:
    files = [form("王小明"), form("李晓华")]
    decided = routed(campaign, files, mail(files, subject="优秀学员2人"))
    assert [one.category for one in decided.drafts] == [LEARNER, LEARNER]


def test_what_lies_in_the_folder_or_message_of_one_form_belongs_to_it(campaign: Campaign) -> None:
    files = [
        form("王小明", LEARNER, filename="报名表.docx", folder="01"),
        form("李晓华", LEARNER, filename="报名表.docx", folder="02"),
        file(Role.PHOTO, "照片.jpg", inside="材料.zip", folder="01"),
        file(Role.PHOTO, "照片.jpg", inside="材料.zip", folder="02"),
        file(Role.PHOTO, "照片.jpg", inside="材料.zip"),
    ]
    decided = routed(campaign, files, mail(files, subject="报名"))
    assert drafts(decided) == [("王小明", LEARNER, 2), ("李晓华", LEARNER, 2)]
    assert decided.unplaced == (files[4].attachment.sha256,)


def test_a_folders_name_tells_whose_files_lie_in_it(campaign: Campaign) -> None:
    files = [
        form("王小明", LEARNER),
        form("李晓华", LEARNER),
        file(Role.PHOTO, "照片.jpg", inside="材料.zip", folder="李晓华"),
    ]
    decided = routed(campaign, files, mail(files, subject="报名"))
    assert drafts(decided) == [("王小明", LEARNER, 1), ("李晓华", LEARNER, 2)]


def test_the_longer_of_two_names_in_a_file_name_is_meant(campaign: Campaign) -> None:
    files = [form("王小", LEARNER), form("王小明", LEARNER), file(Role.PHOTO, "王小明.jpg")]
    decided = routed(campaign, files, mail(files, subject="报名"))
    assert drafts(decided) == [("王小", LEARNER, 1), ("王小明", LEARNER, 2)]


def test_of_several_that_are_announced_nobody_gets_what_does_not_name_him(campaign: Campaign) -> None:
    unread = file(Role.FORM, "李晓华报名表.doc", problem="attachment.unsupported")
    files = [form("王小明", LEARNER), file(Role.PHOTO, "王小明.jpg"), unread, file(Role.PHOTO, "照片.jpg")]
    decided = routed(campaign, files, mail(files, subject="省水利厅报送优秀学员2人"))
    assert drafts(decided) == [("王小明", LEARNER, 2), ("李晓华", LEARNER, 1)]
    assert decided.unplaced == (files[3].attachment.sha256,)


def test_the_one_whom_a_batch_names_gets_only_what_names_him(campaign: Campaign) -> None:
    files = [file(Role.PHOTO, "王小明.jpg"), file(Role.PHOTO, "李晓华.jpg")]
    decided = routed(campaign, files, mail(files, subject="王小明等2人+优秀学员"))
    assert drafts(decided) == [("王小明", LEARNER, 1)]
    assert decided.unplaced == (files[1].attachment.sha256,)


def test_a_scan_that_names_its_applicant_inside_is_his(campaign: Campaign) -> None:
    reading = form("李晓华").facts.form
    scan = file(Role.FORM_SCAN, "扫描0001.pdf", media_type="application/pdf", form=reading)
    files = [form("王小明", LEARNER), form("李晓华", LEARNER), scan]
    decided = routed(campaign, files, mail(files, subject="报名"))
    assert drafts(decided) == [("王小明", LEARNER, 1), ("李晓华", LEARNER, 2)]


def test_a_file_that_names_two_is_not_guessed(campaign: Campaign) -> None:
    files = [form("王小明", LEARNER), form("李晓华", LEARNER), file(Role.PHOTO, "王小明和李晓华.jpg")]
    decided = routed(campaign, files, mail(files, subject="报名"))
    assert decided.unplaced == (files[2].attachment.sha256,)


def test_the_archive_itself_is_nobodys_and_not_listed(campaign: Campaign) -> None:
    files = [
        file(Role.ARCHIVE, "材料.zip"),
        form("王小明", LEARNER, folder=""),
        form("李晓华", LEARNER, folder=""),
    ]
    decided = routed(campaign, files, mail(files, subject="报名"))
    assert len(decided.drafts) == 2
    assert decided.unplaced == ()


def test_two_people_of_one_name_are_told_apart_by_their_study_ids(campaign: Campaign) -> None:
    files = [form("王小明", LEARNER, study_id="1000000001"), form("王小明", LEARNER, study_id="1000000002")]
    decided = routed(campaign, [*files, file(Role.PHOTO, "王小明.jpg")], mail(files, subject="报名"))
    assert [one.study_id for one in decided.drafts] == ["1000000001", "1000000002"]


def test_one_person_in_two_categories_has_a_draft_for_each_form(campaign: Campaign) -> None:
    files = [form("王小明", LEARNER), form("王小明", "announcer", filename="播音.docx"), file(Role.PROFILE)]
    decided = routed(campaign, files, mail(files, subject="王小明+优秀学员、志愿播音员"))
    assert drafts(decided) == [("王小明", LEARNER, 2), ("王小明", "announcer", 2)]


def test_a_batch_form_of_no_category_is_listed_and_not_guessed(campaign: Campaign) -> None:
    files = [form("王小明", LEARNER), form("李晓华")]
    decided = routed(campaign, files, mail(files, subject="报名"))
    assert drafts(decided) == [("王小明", LEARNER, 1)]
    assert decided.unplaced == (files[1].attachment.sha256,)


def test_a_batch_is_judged_one_entry_each_and_lists_what_has_no_owner(campaign: Campaign) -> None:
    files = [
        form("王小明", LEARNER),
        form("李晓华", LEARNER),
        file(Role.UNKNOWN, "其他.rar", problem="attachment.unsupported"),
    ]
    message = mail(files, subject="报名", cloud_links=("mail.qq.com",))
    judgement = judge(routed(campaign, files, message), message, facts_of(files), campaign, Known(), arrived_at=MONDAY)
    assert [one.applicant for one in judgement.submissions] == ["王小明", "李晓华"]
    assert judgement.unplaced == ("其他.rar",)
    assert {one.code for one in judgement.findings} == {"attachment.unsupported", "attachment.cloud-link"}
    assert not any(one.code == "attachment.cloud-link" for each in judgement.submissions for one in each.findings)


# Answers in words


@pytest.mark.parametrize(
    "subject",
    [
        "Re: 〔已受理〕王小明+优秀学员　回执 SX20-7K4MHQ",
        "回复：〔待补充1项〕王小明+优秀学员",
        "Re: 谢谢",
        "",
    ],
)
def test_an_answer_in_words_only_goes_to_a_person_with_its_place(campaign: Campaign, subject: str) -> None:
    own = entry("SX20-7K4MHQ", "王小明")
    decided = routed(campaign, [], mail([], subject=subject), referred=(own,))
    assert decided.disposition is Disposition.HELD
    assert [one.code for one in decided.findings] == ["reply.without-files"]
    assert (decided.guess_name, decided.guess_category, decided.refs) == ("王小明", LEARNER, ("SX20-7K4MHQ",))


def test_an_answer_that_brings_a_link_in_place_of_a_file_is_no_answer_in_words(campaign: Campaign) -> None:
    own = entry("SX20-7K4MHQ", "王小明")
    message = mail([], subject="Re: SX20-7K4MHQ", cloud_links=("mail.qq.com",))
    assert drafts(routed(campaign, [], message, referred=(own,))) == [("王小明", LEARNER, 0)]


def test_a_first_mail_without_files_is_an_entry_and_no_answer(campaign: Campaign) -> None:
    assert drafts(routed(campaign, [], mail([], subject="王小明+优秀学员"))) == [("王小明", LEARNER, 0)]
