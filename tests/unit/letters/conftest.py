"""A small campaign, made-up answers, and a composer with everything else filled in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from mailflow.letters.answered import Answered
from mailflow.letters.receipt import compose_receipt
from mailflow.model.campaign import Campaign, Category, Group, MonthlyCut
from mailflow.model.entry import Check, Mark, Relation, Submission, Unit, Verdict
from mailflow.model.facts import Role
from mailflow.model.form import Field, Form
from mailflow.model.judgement import Disposition, Judgement
from mailflow.model.letter import Correspondent, Letter, Part

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2020, 8, 24, 10, 32, tzinfo=ZONE)
CLOSES = datetime(2020, 8, 31, tzinfo=ZONE)
POINTS = "总积分25000分以上或年度积分10000分以上"


@pytest.fixture
def campaign() -> Campaign:
    def category(ident: str, name: str, *, person: bool = True, notes: tuple[str, ...] = ()) -> Category:
        applicant = "person" if person else "organisation"
        return Category(ident, name, (), applicant, "all", "form", closes=CLOSES, notes=notes)

    monthly = Category("challenge-master", "挑战达人", (), "person", "all", "form", cut=MonthlyCut(28, time(18)))
    return Campaign(
        id="test",
        name="学习之星评选",
        language="zh",
        zone=ZONE,
        ref_prefix="SX20",
        opens=datetime(2020, 8, 14, tzinfo=ZONE),
        ends=datetime(2021, 1, 1, tzinfo=ZONE),
        categories=(
            category("outstanding-learner", "优秀学员"),
            monthly,
            category("model-organisation", "模范学习组织", person=False, notes=("另请送一份纸质报名表。",)),
        ),
        forms=(
            Form("form", "{category}报名表", (Field("mobile", ("手机号码",)), Field("employer", ("工作单位",))), ()),
        ),
        groups=(Group("all", "全部"),),
        reports=(),
        reminders=None,
        digest_at=time(9),
        subject_example="王小明+优秀学员",
        role_labels={Role.PHOTO: "生活工作照"},
        texts={
            "privacy": "您提交的材料只用于本次活动的审核与公示。",
            "group": "另须扫描二维码加入报名群，如已入群请忽略。",
            "review": "受理不代表入选，结果以公示为准。",
        },
    )


@pytest.fixture
def correspondent() -> Correspondent:
    picture = Part("qr.png", "image/png", b"\x89PNG\r\n\x1a\nnot a real picture", content_id="group-qr")
    return Correspondent("baoming@example.cn", "学习之星报名组", "李老师", "03510000000", "学习之星报名组", picture)


@pytest.fixture
def checks() -> tuple[Check, ...]:
    return (
        Check("form", "电子版报名表", Mark.MET, "优秀学员报名表.docx"),
        Check("form-scan", "盖章扫描件", Mark.MISSING, "未收到。请将加盖公章的报名表扫描或拍照发来"),
        Check("profile-screenshot", "“我的信息”截图", Mark.MET, "IMG_2031.jpg"),
        Check("photo", "生活工作照1张", Mark.MISSING, "未收到。请另发一张相关的生活工作照"),
        Check("rule.points", POINTS, Mark.MET, "报名表：总积分 28,345，年度积分 10,234"),
    )


@pytest.fixture
def submission(checks: tuple[Check, ...]) -> Callable[..., Submission]:
    def make(
        applicant: str = "王小明",
        category: str = "outstanding-learner",
        verdict: Verdict = Verdict.INCOMPLETE,
        **more: object,
    ) -> Submission:
        complete = tuple(Check(one.where, one.label, Mark.MET, one.detail.replace("未收到。", "")) for one in checks)
        given = {
            "period": None,
            "study_id": "140100123456",
            "unit": None,
            "relation": Relation.NEW,
            "checks": checks if verdict is Verdict.INCOMPLETE else complete,
            **more,
        }
        return Submission(applicant=applicant, category=category, verdict=verdict, **given)  # type: ignore[arg-type]

    return make


@pytest.fixture
def answer() -> Callable[..., Answered]:
    def make(
        *submissions: Submission,
        at: datetime = MONDAY,
        first: datetime | None = None,
        name: str = "王小明",
        refs: tuple[str | None, ...] | None = None,
        message_id: str | None = "<mail-1@qq.example>",
        references: tuple[str, ...] = (),
        held_ref: str | None = None,
        current: bool = True,
        **judged: object,
    ) -> Answered:
        disposition = Disposition.ENTRY if submissions else Disposition.HELD
        judgement = Judgement(disposition, submissions=submissions, **judged)  # type: ignore[arg-type]
        return Answered(
            message_id=message_id,
            references=references,
            subject="王小明+优秀学员",
            sender="wxm@qq.example",
            sender_name=name,
            arrived_at=at,
            judgement=judgement,
            refs=refs if refs is not None else tuple(f"SX20-7K4M{n}Q" for n in range(1, len(submissions) + 1)),
            first_arrived=tuple(first or at for _ in submissions),
            held_ref=held_ref,
            current=current,
        )

    return make


@pytest.fixture
def compose(campaign: Campaign, correspondent: Correspondent) -> Callable[..., Letter]:
    def make(
        *answers: Answered,
        unit: Unit | None = None,
        now: datetime = MONDAY,
        first_letter: bool = True,
        blank_form: Part | None = None,
        people_first: tuple[str, ...] = (),
        campaign: Campaign = campaign,
        correspondent: Correspondent = correspondent,
    ) -> Letter:
        return compose_receipt(
            answers,
            campaign=campaign,
            correspondent=correspondent,
            key="receipt:1",
            unit=unit,
            now=now,
            first_letter=first_letter,
            blank_form=blank_form,
            people_first=frozenset(people_first),
        )

    return make
