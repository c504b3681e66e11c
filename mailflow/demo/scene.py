"""One mail of the demonstration: its bytes, when it arrives, and what must become of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailflow.model.campaign import Campaign
from mailflow.testing.forms import Values, filled_form
from mailflow.testing.mails import build_mail
from mailflow.testing.pictures import drawn_picture, photo, stamped_scan

MAILBOX = "intake@mailflow.example.cn"
OFFICER = "dangwei@shilting.example.cn"


KINDS = ("right", "incomplete", "late", "again", "machine", "doubtful", "charset", "batch")
"""What a scene is an example of."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A mail, its arrival, what it shows, and how it must end: the message's state and the entry's final status.

    `state` is as `mailflow messages` shows it; `status` None where the mail makes no entry of its own; `answered`
    says whether its sender gets a receipt. `kind` is one of `KINDS`.
    """

    raw: bytes
    arrives: datetime
    shows: str
    kind: str
    state: str = "answered"
    status: str | None = "accepted"
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up applicant: `number` makes 学号 and mobile, which belong to nobody."""

    name: str
    number: int
    sender: str
    total: str = "28,345"
    annual: str = "10,234"
    organisation: str = "示例厅机关党委"
    employer: str = "示例厅"

    @property
    def study_id(self) -> str:
        """14 digits that no learner has."""
        return f"99000000{self.number:06d}"

    @property
    def mobile(self) -> str:
        """A number of a series that is not given out."""
        return f"1390351{self.number:04d}"

    def fields(self) -> dict[str, str | Sequence[str]]:
        """What this person writes into a form."""
        return {
            "name": self.name,
            "study_id": self.study_id,
            "organisation": self.organisation,
            "employer": self.employer,
            "captured_on": "2020年8月20日",
            "total_points": self.total,
            "annual_points": self.annual,
            "mobile": self.mobile,
            "statement": "普通话一级乙等，长期参加单位的宣传工作，愿意义务承担相关任务。",
            "clears_this_year": "1",
        }


def picture(person: Person, kind: str) -> tuple[str, bytes]:
    """A file that is not the form, with a name that says what it is. Raises KeyError for an unknown kind."""
    name = person.name
    makers: dict[str, Callable[[], tuple[str, bytes]]] = {
        "scan": lambda: (f"{name}报名表（盖章扫描件）.jpg", stamped_scan([name, "报送单位核实意见：同意"])),
        "scan-pdf": lambda: (f"{name}-盖章扫描件.pdf", stamped_scan([name, "同意报送"], file_format="PDF")),
        "profile": lambda: (f"{name}我的信息截图.png", drawn_picture(_profile(person))),
        "share": lambda: ("通关分享图.png", drawn_picture(["挑战答题", name, "恭喜通关", "2020年8月20日"])),
        "answers": lambda: ("答题记录.png", drawn_picture(_answers(person))),
        "evidence": lambda: ("印证资料.jpg", photo(seed=person.number + 700)),
        "photo": lambda: (f"{name}生活照.jpg", photo(seed=person.number)),
    }
    return makers[kind]()


def _profile(person: Person) -> list[str]:
    numbers = [f"学号 {person.study_id}", f"总积分 {person.total}", f"年度积分 {person.annual}"]
    return ["我的信息", person.name, *numbers, person.organisation]


def _answers(person: Person) -> list[str]:
    return ["我要答题", "答题记录", f"累计答题 {1_200 + person.number:,} 次", f"用时 {20 + person.number % 30} 分钟"]


FILES = {
    "model-learner": ("scan", "profile", "photo"),
    "outstanding-learner": ("scan", "profile", "photo"),
    "challenge-master": ("scan", "profile", "share", "answers", "photo"),
    "model-organisation": ("scan", "evidence"),
    "model-individual": ("scan", "profile"),
    "proofreader": ("scan-pdf", "profile"),
    "question-writer": ("scan", "profile"),
    "announcer": ("scan", "profile"),
}
"""What a right mail of each category holds beside its form."""


def mail(
    campaign: Campaign,
    person: Person,
    category_id: str,
    *,
    arrives: datetime,
    subject: str = "",
    files: Sequence[str] | None = None,
    values: Values | None = None,
    with_form: bool = True,
    **how: object,
) -> bytes:
    """A mail of this person for this category; `files` are kinds of `picture`; `how` goes to `build_mail`."""
    category = campaign.category(category_id)
    form = filled_form(campaign, category_id, values or person.fields()) if with_form else None
    attached = [(f"{person.name}-{category.name}报名表.docx", form)] if form else []
    attached += [picture(person, kind) for kind in (FILES[category_id] if files is None else files)]
    return build_mail(
        sender=person.sender,
        to=MAILBOX,
        date=arrives,
        subject=subject or f"{person.name}+{category.name}",
        text=f"您好，现报送{person.name}的{category.name}材料，请查收。",
        files=attached,
        **how,  # type: ignore[arg-type]
    )


def batch(
    campaign: Campaign,
    people: Mapping[Person, Sequence[str]],
    category_id: str,
    *,
    arrives: datetime,
    subject: str,
) -> bytes:
    """A mail with a zip: a folder for each person, with the form and the kinds of `picture` named for them."""
    category = campaign.category(category_id)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for person, kinds in people.items():
            form = filled_form(campaign, category_id, person.fields())
            files = [("报名表.docx", form), *(picture(person, kind) for kind in kinds)]
            for name, content in files:
                archive.writestr(f"{person.name}/{name}", content)
    return build_mail(
        sender=next(iter(people)).sender,
        to=MAILBOX,
        date=arrives,
        subject=subject,
        text=f"您好，现报送{category.name}{len(people)}人，材料见压缩包，请查收。",
        files=[(f"{category.name}.zip", packed.getvalue())],
    )


def instant(campaign: Campaign, when: str) -> datetime:
    """`when` ("08-15 09:12") of the campaign's first year, in its zone."""
    return datetime.fromisoformat(f"{campaign.opens.year}-{when}").replace(tzinfo=campaign.zone)


def scene(
    campaign: Campaign,
    when: str,
    shows: str,
    person: Person,
    category_id: str,
    *,
    kind: str = "right",
    status: str | None = "accepted",
    **how: Any,
) -> Scene:
    """A mail of this person as a scene; `when` as for `instant`, `how` goes to `mail`."""
    arrives = instant(campaign, when)
    return Scene(mail(campaign, person, category_id, arrives=arrives, **how), arrives, shows, kind, status=status)
