"""Receipts as a person reads them, text and HTML, beside those in tests/golden/letters/.

After a change that is meant: MAILFLOW_WRITE_GOLDEN=1 pytest tests/unit/letters, then read the difference and look at
the HTML in a browser, in a phone's width too.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailflow.letters.answered import Answered
from mailflow.model.campaign import Campaign, Severity
from mailflow.model.entry import Check, Finding, Mark, Relation, Submission, Unit, Verdict
from mailflow.model.letter import Letter, Part

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "letters"
MONDAY = datetime(2020, 8, 24, 2, 32, tzinfo=UTC)
TUESDAY_AFTER = datetime(2020, 9, 1, 0, 12, tzinfo=UTC)
UNIT = Unit("省水利厅", ("wxm@qq.example",))
FORM = Part("优秀学员报名表.docx", "application/octet-stream", b"blank")
LOW = "按报名表读取：总积分 24,900，年度积分 9,800，暂未达到报名参考线。"
UNKNOWN = Finding("subject.category-unknown", Severity.ERROR, "未能从标题和附件中识别填报项目。")


@dataclass
class Desk:
    """What a case may use to make its letter."""

    compose: Callable[..., Letter]
    answer: Callable[..., Answered]
    submission: Callable[..., Submission]
    campaign: Campaign

    def low(self, verdict: Verdict) -> Submission:
        checks = [one for one in self.submission(verdict=Verdict.ACCEPTED).checks if one.where != "rule.points"]
        rule = Check("rule.points", "总积分25000分以上或年度积分10000分以上", Mark.UNSURE, LOW)
        finding = Finding("rule.points", Severity.ERROR, LOW, "rule.points")
        return self.submission(verdict=verdict, checks=(*checks, rule), findings=(finding,))


@pytest.fixture
def desk(
    compose: Callable[..., Letter],
    answer: Callable[..., Answered],
    submission: Callable[..., Submission],
    campaign: Campaign,
) -> Desk:
    return Desk(compose, answer, submission, campaign)


def two_mails(desk: Desk) -> Letter:
    later = desk.submission(verdict=Verdict.ACCEPTED, relation=Relation.VERSION)
    second = desk.answer(later, at=MONDAY + timedelta(minutes=1), first=MONDAY, message_id="<mail-2@qq.example>")
    return desk.compose(desk.answer(desk.submission()), second, first_letter=False)


def batch(desk: Desk) -> Letter:
    people = (
        desk.submission("王小明", verdict=Verdict.ACCEPTED),
        desk.submission("李晓华"),
        desk.submission("张三", verdict=Verdict.LATE),
        desk.submission("第一党支部", "model-organisation"),
        desk.submission("赵六", "challenge-master", verdict=Verdict.HELD, relation=Relation.CONFLICT),
    )
    return desk.compose(desk.answer(*people, unplaced=("扫描0003.jpg", "扫描0004.jpg")), unit=UNIT)


def long_batch(desk: Desk) -> Letter:
    people = [desk.submission(f"王小明{number}") for number in range(90)]
    return desk.compose(desk.answer(*people), unit=UNIT, first_letter=False)


def cloud_link(desk: Desk) -> Letter:
    text = "收到的只有下载链接，文件本身未送达。请用普通附件发送，每封不超过 20 MB，可分几封，标题相同。"
    rows = (Check("form", "电子版报名表", Mark.MISSING, "未收到。请填写报名表（空白表见附件），用普通附件发来"),)
    finding = Finding("attachment.cloud-link", Severity.ERROR, text)
    return desk.compose(desk.answer(desk.submission(checks=rows, findings=(finding,))), blank_form=FORM)


def in_english(desk: Desk) -> Letter:
    category = replace(desk.campaign.categories[0], name="Small Grant")
    campaign = replace(
        desk.campaign,
        language="en",
        name="Neighbourhood Grants",
        categories=(category,),
        texts={"privacy": "We use what you send for this round only.", "review": "The committee decides."},
        subject_example="Jane Doe - Small Grant",
    )
    checks = (
        Check("form", "Application form", Mark.MET, "application.docx"),
        Check("evidence", "Cost estimate", Mark.MISSING, "Not received. Please send an estimate of the costs."),
        Check("rule.amount", "At most 2,000", Mark.MET, "Form: amount 1,500"),
    )
    submission = desk.submission("Jane Doe", checks=checks)
    return desk.compose(desk.answer(submission, name="Jane Doe"), campaign=campaign)


CASES: dict[str, Callable[[Desk], Letter]] = {
    "incomplete": lambda desk: desk.compose(desk.answer(desk.submission())),
    "complete": lambda desk: desk.compose(desk.answer(desk.submission(verdict=Verdict.ACCEPTED))),
    "complete-from-unit": lambda desk: desk.compose(desk.answer(desk.submission(verdict=Verdict.ACCEPTED)), unit=UNIT),
    "organisation": lambda desk: desk.compose(desk.answer(desk.submission("第一党支部", "model-organisation"))),
    "monthly-cut": lambda desk: desk.compose(desk.answer(desk.submission(category="challenge-master"))),
    "points-before-the-day": lambda desk: desk.compose(desk.answer(desk.low(Verdict.INCOMPLETE))),
    "points-after-the-day": lambda desk: desk.compose(
        desk.answer(desk.low(Verdict.INELIGIBLE), at=MONDAY), now=TUESDAY_AFTER
    ),
    "late": lambda desk: desk.compose(
        desk.answer(desk.submission(verdict=Verdict.LATE), at=TUESDAY_AFTER), now=TUESDAY_AFTER
    ),
    "kept-aside": lambda desk: desk.compose(
        desk.answer(desk.submission(verdict=Verdict.LATE, relation=Relation.KEPT_ASIDE), at=TUESDAY_AFTER, first=MONDAY)
    ),
    "linked": lambda desk: desk.compose(desk.answer(desk.submission(relation=Relation.LINKED))),
    "conflict": lambda desk: desk.compose(
        desk.answer(desk.submission(verdict=Verdict.HELD, relation=Relation.CONFLICT))
    ),
    "people-first": lambda desk: desk.compose(desk.answer(desk.submission()), people_first=("王小明",)),
    "held": lambda desk: desk.compose(desk.answer(findings=(UNKNOWN,), held_ref="SX20-3T8W5K")),
    "too-large": lambda desk: desk.compose(
        desk.answer(findings=(Finding("attachment.too-large", Severity.ERROR, "邮件过大，未能接收。请分几封发送。"),))
    ),
    "cloud-link": cloud_link,
    "two-mails": two_mails,
    "entry-and-held": lambda desk: desk.compose(desk.answer(desk.submission()), desk.answer(findings=(UNKNOWN,))),
    "batch": batch,
    "long-batch": long_batch,
    "english": in_english,
}


@pytest.mark.parametrize("case", CASES)
def test_the_receipt_reads_as_it_should(case: str, desk: Desk) -> None:
    letter = CASES[case](desk)
    name = f"receipt-{case}"
    found = {f"{name}.txt": f"主题：{letter.subject}\n\n{letter.text}", f"{name}.html": letter.html}
    for file, content in found.items():
        if os.environ.get("MAILFLOW_WRITE_GOLDEN"):
            (GOLDEN / file).write_text(content, encoding="utf-8")
        assert (GOLDEN / file).read_text(encoding="utf-8") == content
