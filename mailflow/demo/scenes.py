"""The forty mails of the demonstration: right ones, incomplete ones, late ones, and what else a mailbox gets.

Every name, number and address is made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from mailflow.demo.scene import Person, Scene, mail
from mailflow.model.campaign import Campaign
from mailflow.testing.mails import build_mail

OFFICER = "dangwei@shilting.example.cn"
UNITS = (
    "unit,addresses\n"
    f"示例厅,{OFFICER};office@shilting.example.cn\n"
    "样例局,yangli@yangliju.example.cn\n"
    "范例院,fanli@fanliyuan.example.cn\n"
    "空白委,kongbai@kongbaiwei.example.cn\n"
)

Scenes = Iterator[Scene]


def scenes(campaign: Campaign) -> list[Scene]:
    """All mails in the order of their arrival."""
    every = [
        *_right_ones(campaign),
        *_incomplete_ones(campaign),
        *_by_the_calendar(campaign),
        *_second_mails(campaign),
        *_odd_ones(campaign),
        *_machines(campaign),
    ]
    return sorted(every, key=lambda scene: scene.arrives)


def _at(campaign: Campaign, day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"2020-{day}T{clock}").replace(tzinfo=campaign.zone)


def _person(number: int, name: str, *, address: str = "", **points: str) -> Person:
    return Person(name, number, address or f"u{number:03d}@mail.example.cn", **points)


def _organisation(
    number: int, name: str, *, participation: Sequence[str]
) -> tuple[Person, dict[str, str | Sequence[str]]]:
    person = Person(name, number, "yangli@yangliju.example.cn")
    return person, {
        "organisation": name,
        "administrator": "施样本",
        "phone": "03510000000",
        "party_members": "86",
        "staff": "120",
        "learners": "118",
        "participation": participation,
        "points_per_head": ("34.5", "36", "33.2"),
        "articles": ("学用结合见实效",),
        "results": "建立每周通报、每月交流的学习制度，开展线上答题和线下分享，全员参与。",
    }


def _right_ones(campaign: Campaign) -> Scenes:
    right = [
        ("08-15", "09:12:00", "model-learner", _person(1, "王小明"), "a right one"),
        ("08-17", "10:40:00", "outstanding-learner", _person(2, "李晓华"), "a right one"),
        ("08-17", "15:05:00", "challenge-master", _person(3, "张三"), "a right one, with three screenshots"),
        ("08-18", "08:30:00", "proofreader", _person(4, "李四"), "a volunteer, scan as PDF"),
        ("08-18", "09:30:00", "question-writer", _person(5, "王五"), "a volunteer"),
        ("08-19", "11:00:00", "announcer", _person(6, "赵六"), "a volunteer"),
        ("08-20", "14:20:00", "model-individual", _person(7, "钱七"), "a right one, paper comes besides"),
        ("08-20", "16:45:00", "challenge-master", _person(8, "孙八"), "for the second report"),
        ("08-24", "09:00:00", "model-learner", _person(9, "周九", total="31,020"), "ranks before the first"),
    ]
    for day, clock, category, person, shows in right:
        yield Scene(mail(campaign, person, category), _at(campaign, day, clock), shows)
    unit, values = _organisation(10, "样例局机关党支部", participation=("48%", "52%", "45%"))
    yield Scene(
        mail(campaign, unit, "model-organisation", values=values),
        _at(campaign, "08-21", "10:00:00"),
        "an organisation",
    )
    yield Scene(
        mail(campaign, _person(11, "吴十"), "question-writer", subject="吴十　志愿出题员"),
        _at(campaign, "08-21", "16:59:00"),
        "the role's other name, one minute before the report",
    )
    for minute, name in enumerate(("郑样一", "冯样二", "陈样三")):
        person = _person(12 + minute, name, address=OFFICER)
        yield Scene(
            mail(campaign, person, "announcer"),
            _at(campaign, "08-25", f"10:0{minute}:00"),
            "a unit's officer, mail after mail: one receipt for three",
        )


def _incomplete_ones(campaign: Campaign) -> Scenes:
    short = [
        ("08-17", "11:11:00", "outstanding-learner", _person(21, "褚范一"), ("profile", "photo"), "no stamped scan"),
        (
            "08-18",
            "12:00:00",
            "challenge-master",
            _person(22, "卫范二"),
            ("scan", "profile", "photo"),
            "two screenshots missing",
        ),
        ("08-19", "19:30:00", "proofreader", _person(23, "蒋范三"), (), "only the form"),
    ]
    for day, clock, category, person, files, shows in short:
        yield Scene(
            mail(campaign, person, category, files=files), _at(campaign, day, clock), shows, status="incomplete"
        )
    person = _person(24, "沈范四")
    yield Scene(
        mail(campaign, person, "announcer", with_form=False),
        _at(campaign, "08-20", "20:10:00"),
        "no form: the blank one comes back",
        status="incomplete",
    )
    values = {**_person(25, "韩范五").fields(), "mobile": "", "total_points": "两万六千余"}
    yield Scene(
        mail(campaign, _person(25, "韩范五"), "model-learner", values=values),
        _at(campaign, "08-22", "10:10:00"),
        "a field empty, a number that is none",
        status="incomplete",
    )
    none = replace(_person(26, "杨范六"), organisation="无")
    yield Scene(
        mail(campaign, none, "announcer", files=("profile",)),
        _at(campaign, "08-23", "08:00:00"),
        "belongs to no unit: no stamp is asked for",
    )


def _by_the_calendar(campaign: Campaign) -> Scenes:
    low = _person(31, "朱例一", total="24,900", annual="9,800")
    yield Scene(
        mail(campaign, low, "outstanding-learner"),
        _at(campaign, "08-24", "10:32:00"),
        "points below the line before the day that counts: nobody is refused, then a person decides",
        status="ineligible",
    )
    rising = _person(32, "秦例二", total="24,800", annual="9,700")
    yield Scene(
        mail(campaign, rising, "model-learner"),
        _at(campaign, "08-26", "09:00:00"),
        "below the line, updated later",
    )
    better = replace(rising, total="25,010", annual="9,910")
    yield Scene(
        mail(campaign, better, "model-learner"),
        _at(campaign, "08-31", "08:20:00"),
        "the final figures, taken until noon with a note",
        status=None,
    )
    yield Scene(
        mail(campaign, _person(33, "尤例三"), "challenge-master"),
        _at(campaign, "08-25", "20:15:00"),
        "between the report and the cut: in the closing report",
    )
    yield Scene(
        mail(campaign, _person(34, "许例四"), "challenge-master"),
        _at(campaign, "08-28", "18:00:00"),
        "at the very instant of the cut: next month, no refusal",
    )
    yield Scene(
        mail(campaign, _person(35, "何例五"), "outstanding-learner"),
        _at(campaign, "08-31", "08:12:00"),
        "late: registered, a person decides",
        status="late",
    )
    yield Scene(
        mail(campaign, _person(36, "吕例六", annual="6,500"), "model-individual"),
        _at(campaign, "09-01", "09:09:00"),
        "below the line",
        status="ineligible",
    )


def _second_mails(campaign: Campaign) -> Scenes:
    person = _person(41, "施本一")
    yield Scene(
        mail(campaign, person, "outstanding-learner", files=("scan", "photo")),
        _at(campaign, "08-18", "10:00:00"),
        "a screenshot is missing",
    )
    yield Scene(
        mail(
            campaign,
            person,
            "outstanding-learner",
            files=("profile",),
            with_form=False,
            subject="回复：施本一+优秀学员",
        ),
        _at(campaign, "08-19", "10:00:00"),
        "the missing screenshot: the same entry, now complete",
        status=None,
    )
    volunteer = _person(42, "张本二")
    yield Scene(
        mail(campaign, volunteer, "proofreader"), _at(campaign, "08-20", "10:30:00"), "in a report, then corrected"
    )
    yield Scene(
        mail(campaign, replace(volunteer, annual="12,800"), "proofreader"),
        _at(campaign, "08-24", "11:30:00"),
        "a correction: comes again as 更正",
        status=None,
    )
    twice = mail(campaign, _person(43, "孔本三"), "announcer", message_id="<once-and-again@mail.example.cn>")
    yield Scene(twice, _at(campaign, "08-21", "09:00:00"), "a right one")
    yield Scene(twice, _at(campaign, "08-21", "09:20:00"), "the same mail again: counted once", status=None)
    spoof = Person("王小明", 1, "someone@elsewhere.example.com", total="99,999")
    yield Scene(
        mail(campaign, spoof, "model-learner"),
        _at(campaign, "08-22", "23:50:00"),
        "somebody else mails for the first applicant, other figures: held, nothing changes",
        status="held",
    )
    yield Scene(
        mail(campaign, Person("李晓华", 2, OFFICER), "outstanding-learner"),
        _at(campaign, "08-24", "15:00:00"),
        "the unit mails for an applicant who mailed himself: linked",
        status=None,
    )


def _odd_ones(campaign: Campaign) -> Scenes:
    yield Scene(
        mail(campaign, _person(51, "曹喆镕"), "question-writer", charset="gb18030", label_charset="gb2312"),
        _at(campaign, "08-19", "09:00:00"),
        "GB18030 that calls itself gb2312",
    )
    yield Scene(
        mail(campaign, _person(52, "严金鹏"), "proofreader", charset="gb18030", raw_headers=True, filename_style="raw"),
        _at(campaign, "08-19", "09:30:00"),
        "raw 8-bit subject and file names",
    )
    yield Scene(
        build_mail(sender="u053@mail.example.cn", subject="咨询一下", text="请问怎么报名？"),
        _at(campaign, "08-19", "21:00:00"),
        "a question: held for a person, answered",
        state="held",
        status=None,
    )
    two = build_mail(
        sender="u054@mail.example.cn", subject="魏样七+志愿播音员", headers=[("From", "boss@elsewhere.example.com")]
    )
    yield Scene(
        two,
        _at(campaign, "08-20", "03:00:00"),
        "two senders in one mail: held, nobody is answered",
        state="held",
        status=None,
        answered=False,
    )


def _machines(campaign: Campaign) -> Scenes:
    machines: list[tuple[str, str, list[tuple[str, str]], str]] = [
        ("08-18", "自动回复：外出", [("Auto-Submitted", "auto-replied")], "an out-of-office"),
        ("08-20", "系统退信", [("Return-Path", "<>"), ("Auto-Submitted", "auto-replied")], "a bounce"),
        ("08-21", "本周促销", [("List-Id", "<news.shop.example.com>"), ("Precedence", "bulk")], "a newsletter"),
    ]
    for day, subject, headers, shows in machines:
        yield Scene(
            build_mail(sender="robot@machines.example.com", subject=subject, headers=headers),
            _at(campaign, day, "13:00:00"),
            f"{shows}: ignored",
            state="ignored",
            status=None,
            answered=False,
        )
