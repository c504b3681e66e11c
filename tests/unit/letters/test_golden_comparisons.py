"""Receipts that say what pictures showed beside the form: judged with the shipped campaign, read as people read them.

After a change that is meant: MAILFLOW_WRITE_GOLDEN=1 pytest tests/unit/letters, then read the difference and look at
the HTML in a browser, in a phone's width too.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.judge.judge import judge
from mailflow.letters.answered import Answered
from mailflow.letters.receipt import LARGEST, compose_receipt
from mailflow.letters.supplement import narrowed
from mailflow.model.campaign import Campaign
from mailflow.model.entry import Known, Unit
from mailflow.model.facts import FormReading, Role, Shown, Value
from mailflow.model.judgement import Disposition, Draft, Judgement, Route
from mailflow.model.letter import Correspondent, Letter
from mailflow.model.sight import Seal
from mailflow.testing.desk import File, facts_of, file, form_file, looked_into, mail, screenshot, values_for

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "letters"
MONDAY = datetime(2020, 8, 24, 2, 32, tzinfo=UTC)
WEDNESDAY = datetime(2020, 8, 26, 1, 5, tzinfo=UTC)
LEARNER = "outstanding-learner"
UNIT = Unit("省水利厅", ("a@unit.example",))
PEOPLE = {"王小明": "1000000001", "李晓华": "1000000002", "张三": "1000000003"}
PAGE: Mapping[str, Value] = {
    "name": "王小明",
    "study_id": "1000000001",
    "organisation": "省水利厅机关党委",
    "total_points": 28345,
    "annual_points": 10234,
}
DIFFERS = {**PAGE, "total_points": 26345}
PHOTO = file(Role.PHOTO, "生活照.jpg")


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return load_campaign("shanxi-2020")


def scan(campaign: Campaign, *, seal: Seal = Seal.PRESENT, filename: str = "盖章扫描件.jpg", **says: Value) -> File:
    reading = FormReading("learner", (LEARNER,), values_for(campaign, LEARNER, **says))
    return looked_into(file(Role.FORM_SCAN, filename), scan=reading, seal=seal, shown=Shown(Role.FORM_SCAN))


def form(campaign: Campaign, name: str = "王小明", category: str = LEARNER) -> File:
    values = values_for(campaign, category, name=name, study_id=PEOPLE[name])
    return form_file(campaign.category(category).form, [category], values, filename=f"{name}报名表.docx")


def judged(campaign: Campaign, *files: File, category: str = LEARNER) -> Judgement:
    draft = Draft("王小明", category, PEOPLE["王小明"], None, tuple(one.attachment.sha256 for one in files))
    return together(campaign, list(files), [draft])


def together(campaign: Campaign, files: list[File], drafts: list[Draft]) -> Judgement:
    route = Route(Disposition.ENTRY, drafts=tuple(drafts))
    return judge(route, mail(files), facts_of(files), campaign, Known(), arrived_at=MONDAY)


def batch(campaign: Campaign) -> Judgement:
    files, drafts = [], []
    for name, study_id in PEOPLE.items():
        total = 26345 if name == "李晓华" else 28345
        page = screenshot({**PAGE, "name": name, "study_id": study_id, "total_points": total}, name=f"{name}截图.jpg")
        papers = [form(campaign, name), page, file(Role.PHOTO, f"{name}生活照.jpg")]
        if name != "张三":
            papers.append(scan(campaign, filename=f"{name}盖章.jpg", name=name, study_id=study_id))
        files += papers
        drafts.append(Draft(name, LEARNER, study_id, None, tuple(one.attachment.sha256 for one in papers)))
    return together(campaign, files, drafts)


def challenge(campaign: Campaign) -> Judgement:
    values = values_for(campaign, "challenge-master")
    reading = FormReading("challenge-master", ("challenge-master",), values)
    return judged(
        campaign,
        form(campaign, category="challenge-master"),
        looked_into(
            file(Role.FORM_SCAN, "盖章扫描件.jpg"), scan=reading, seal=Seal.PRESENT, shown=Shown(Role.FORM_SCAN)
        ),
        screenshot(PAGE),
        screenshot({"cleared_on": date(2020, 8, 18)}, role=Role.SHARE, name="IMG_2032.jpg"),
        screenshot({"answers": 1234}, role=Role.ANSWERS, name="IMG_2033.jpg"),
        PHOTO,
        category="challenge-master",
    )


def without_form(campaign: Campaign) -> Judgement:
    return judged(campaign, scan(campaign), screenshot(PAGE), PHOTO)


def unreadable(campaign: Campaign) -> Judgement:
    small = looked_into(file(Role.PROFILE, "我的信息.jpg"), shown=Shown(Role.UNKNOWN, blurred=True))
    return judged(campaign, form(campaign), scan(campaign), small, PHOTO)


def several_things(campaign: Campaign) -> Judgement:
    page = {**DIFFERS, "annual_points": 10243, "organisation": "市教育局第一支部", "captured_on": date(2020, 8, 20)}
    return judged(campaign, form(campaign), scan(campaign, mobile="13800000009"), screenshot(page), PHOTO)


JUDGED: dict[str, Callable[[Campaign], Judgement]] = {
    "compared-agrees": lambda one: judged(one, form(one), scan(one), screenshot(PAGE), PHOTO),
    "compared-differs": lambda one: judged(one, form(one), scan(one), screenshot(DIFFERS), PHOTO),
    "compared-several-things": several_things,
    "compared-unreadable": unreadable,
    "compared-wrong-page": lambda one: judged(
        one,
        form(one),
        scan(one),
        screenshot({"answers": 1234}, role=Role.ANSWERS, name="我的信息.jpg"),
        PHOTO,
    ),
    "compared-picture-alone": challenge,
    "compared-without-form": without_form,
    "compared-no-seal": lambda one: judged(one, form(one), scan(one, seal=Seal.ABSENT), screenshot(PAGE), PHOTO),
    "compared-batch": batch,
}


def answered(judgement: Judgement, sender_name: str = "王小明") -> Answered:
    refs = tuple(f"SX20-7K4M{number}Q" for number in range(1, len(judgement.submissions) + 1))
    return Answered(
        message_id="<mail-1@qq.example>",
        references=(),
        subject="王小明+优秀学员",
        sender="a@unit.example",
        sender_name=sender_name,
        arrived_at=MONDAY,
        judgement=judgement,
        refs=refs,
        first_arrived=tuple(MONDAY for _ in refs),
    )


def receipt(judgement: Judgement, campaign: Campaign, correspondent: Correspondent) -> Letter:
    return compose_receipt(
        [answered(judgement)],
        campaign=campaign,
        correspondent=correspondent,
        key="receipt:1",
        unit=UNIT if len(judgement.submissions) > 1 else None,
        now=MONDAY,
        first_letter=False,
        blank_form=None,
        people_first=frozenset(),
    )


def supplement(judgement: Judgement, campaign: Campaign, correspondent: Correspondent, *concerned: int) -> Letter:
    return compose_receipt(
        [narrowed(answered(judgement), concerned)],
        campaign=campaign,
        correspondent=correspondent,
        key="receipt:2",
        unit=UNIT if len(judgement.submissions) > 1 else None,
        now=WEDNESDAY,
        first_letter=False,
        blank_form=None,
        people_first=frozenset(),
        is_supplement=True,
    )


def compare_with_golden(name: str, letter: Letter) -> None:
    found = {f"{name}.txt": f"主题：{letter.subject}\n\n{letter.text}", f"{name}.html": letter.html}
    for one, content in found.items():
        if os.environ.get("MAILFLOW_WRITE_GOLDEN"):
            (GOLDEN / one).write_text(content, encoding="utf-8")
        assert (GOLDEN / one).read_text(encoding="utf-8") == content


@pytest.mark.parametrize("case", JUDGED)
def test_the_comparison_reads_as_it_should(case: str, campaign: Campaign, correspondent: Correspondent) -> None:
    compare_with_golden(f"receipt-{case}", receipt(JUDGED[case](campaign), campaign, correspondent))


def test_a_supplement_says_which_receipt_it_supplements(campaign: Campaign, correspondent: Correspondent) -> None:
    letter = supplement(JUDGED["compared-differs"](campaign), campaign, correspondent, 0)
    assert letter.subject.startswith("〔补充：已受理，请核对〕王小明+优秀学员")
    assert "补充说明：您8月24日来信中的图片" in letter.text
    compare_with_golden("receipt-supplement", letter)


def test_a_supplement_to_a_batch_is_about_those_alone_who_have_something_to_do(
    campaign: Campaign, correspondent: Correspondent
) -> None:
    letter = supplement(batch(campaign), campaign, correspondent, 1)
    assert "李晓华" in letter.text
    assert "张三" not in letter.text
    assert letter.ref == "SX20-7K4M2Q"


@pytest.mark.parametrize("case", JUDGED)
def test_no_receipt_shows_a_whole_number_of_a_person_or_what_is_for_reviewers(
    case: str, campaign: Campaign, correspondent: Correspondent
) -> None:
    letter = receipt(JUDGED[case](campaign), campaign, correspondent)
    assert not any(study_id in letter.text + letter.html for study_id in PEOPLE.values())
    assert "13800000000" not in letter.text + letter.html
    assert len(letter.html.encode()) + len(letter.text.encode()) < LARGEST


def test_a_receipt_with_a_difference_asks_in_its_subject_and_accuses_nobody(
    campaign: Campaign, correspondent: Correspondent
) -> None:
    letter = receipt(JUDGED["compared-differs"](campaign), campaign, correspondent)
    assert letter.subject.startswith("〔已受理，请核对〕")
    assert "报名表 28,345，截图 26,345。两处数字不同，请核对" in letter.text
    assert not any(word in letter.text for word in ("不符", "虚假", "造假", "错误", "不一致"))
