"""The mails of the demonstration: right ones, incomplete ones, late ones; what else a mailbox gets is in `oddities`.

Every name, number and address is made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mailflow.demo.oddities import oddities
from mailflow.demo.scene import OFFICER, Person, Scene, batch, instant, scene
from mailflow.model.campaign import Campaign

UNITS = (
    "unit,addresses\n"
    f"示例厅,{OFFICER};office@shilting.example.cn\n"
    "样例局,yangli@yangliju.example.cn\n"
    "范例院,fanli@fanliyuan.example.cn\n"
    "空白委,kongbai@kongbaiwei.example.cn\n"
)

COUNT = 45
"""How many mails `scenes` makes."""

Scenes = Iterator[Scene]


def scenes(campaign: Campaign) -> Scenes:
    """All mails, each made when it is asked for; not in the order of their arrival."""
    yield from _right_ones(campaign)
    yield from _of_units(campaign)
    yield from _incomplete_ones(campaign)
    yield from _by_the_calendar(campaign)
    yield from _second_mails(campaign)
    yield from oddities(campaign)


def person(number: int, name: str, *, address: str = "", **points: str) -> Person:
    """A made-up applicant with an address of his own."""
    return Person(name, number, address or f"u{number:03d}@mail.example.cn", **points)


def _right_ones(campaign: Campaign) -> Scenes:
    right = [
        ("08-15 09:12", "model-learner", person(1, "王小明"), "complete: accepted at once"),
        ("08-17 10:40", "outstanding-learner", person(2, "李晓华"), "complete"),
        ("08-17 15:05", "challenge-master", person(3, "张三"), "complete, with three screenshots"),
        ("08-18 08:30", "proofreader", person(4, "李四"), "complete, the stamped scan as PDF"),
        ("08-18 09:30", "question-writer", person(5, "王五"), "complete"),
        ("08-19 11:00", "announcer", person(6, "赵六"), "complete"),
        ("08-20 14:20", "model-individual", person(7, "钱七"), "complete; the receipt asks for the paper form too"),
        ("08-20 16:45", "challenge-master", person(8, "孙八"), "complete: in the second report of the week"),
        ("08-24 09:00", "model-learner", person(9, "周九", total="31,020"), "complete: ranks before the first one"),
        ("08-27 16:20", "challenge-master", person(16, "金例七"), "in the report that is one with the monthly closing"),
    ]
    for when, category, one, shows in right:
        yield scene(campaign, when, shows, one, category)
    shows = "the role under its other name, one minute before the report"
    yield scene(campaign, "08-21 16:59", shows, person(11, "吴十"), "question-writer", subject="吴十　志愿出题员")


def _of_units(campaign: Campaign) -> Scenes:
    unit = Person("样例局机关党支部", 10, "yangli@yangliju.example.cn")
    yield scene(campaign, "08-21 10:00", "an organisation", unit, "model-organisation", values=_organisation(unit.name))
    shows = "a unit's officer, mail after mail: one receipt for all three"
    for minute, name in enumerate(("郑样一", "冯样二", "陈样三")):
        one = person(12 + minute, name, address=OFFICER)
        yield scene(campaign, f"08-25 10:0{minute}", shows, one, "announcer", kind="batch")
    people = {
        person(61, "朱样四", address=OFFICER): ("scan", "profile"),
        person(62, "何样五", address=OFFICER): ("profile",),
        person(63, "施样六", address=OFFICER): ("scan", "profile"),
    }
    arrives = instant(campaign, "08-26 15:30")
    raw = batch(campaign, people, "proofreader", arrives=arrives, subject="示例厅报送志愿审读员3人")
    yield Scene(raw, arrives, "a zip with a folder for each of three; one lacks a file", "batch", status="incomplete")


def _organisation(name: str) -> dict[str, str | Sequence[str]]:
    return {
        "organisation": name,
        "administrator": "施样本",
        "phone": "03510000000",
        "party_members": "86",
        "staff": "120",
        "learners": "118",
        "participation": ("48%", "52%", "45%"),
        "points_per_head": ("34.5", "36", "33.2"),
        "articles": ("学用结合见实效",),
        "results": "建立每周通报、每月交流的学习制度，开展线上答题和线下分享，全员参与。",
    }


def _incomplete_ones(campaign: Campaign) -> Scenes:
    short = [
        ("08-17 11:11", "outstanding-learner", person(21, "褚范一"), ("profile", "photo"), "no stamped scan"),
        (
            "08-18 12:00",
            "challenge-master",
            person(22, "卫范二"),
            ("scan", "profile", "photo"),
            "two pictures missing",
        ),
        ("08-19 19:30", "proofreader", person(23, "蒋范三"), (), "the form and nothing else"),
    ]
    for when, category, one, files, shows in short:
        yield scene(campaign, when, shows, one, category, kind="incomplete", status="incomplete", files=files)
    yield scene(
        campaign,
        "08-20 20:10",
        "no form: the receipt brings the blank one",
        person(24, "沈范四"),
        "announcer",
        kind="incomplete",
        status="incomplete",
        with_form=False,
    )
    one = person(25, "韩范五")
    values = {**one.fields(), "mobile": "", "total_points": "两万六千余"}
    shows = "one field empty, one number that is none"
    yield scene(
        campaign, "08-22 10:10", shows, one, "model-learner", kind="incomplete", status="incomplete", values=values
    )
    none = replace(person(26, "杨范六"), organisation="无")
    yield scene(campaign, "08-23 08:00", "in no unit: no stamp is asked for", none, "announcer", files=("profile",))


def _by_the_calendar(campaign: Campaign) -> Scenes:
    low = person(31, "朱例一", total="24,900", annual="9,800")
    shows = "points below the line: may grow until the day that counts, then a person decides"
    yield scene(campaign, "08-24 10:32", shows, low, "outstanding-learner", kind="incomplete", status="ineligible")
    rising = person(32, "秦例二", total="24,800", annual="9,700")
    shows = "points below the line, updated in time (further down)"
    yield scene(campaign, "08-26 09:00", shows, rising, "model-learner", kind="incomplete")
    better = replace(rising, total="25,010", annual="9,910")
    shows = "the final figures, the morning after: still taken, with a note"
    yield scene(campaign, "08-31 08:20", shows, better, "model-learner", kind="again", status=None)
    shows = "between report and cut: in the closing report of midnight"
    yield scene(campaign, "08-25 20:15", shows, person(33, "尤例三"), "challenge-master")
    shows = "at the very instant of the cut: next month, no refusal"
    yield scene(campaign, "08-28 18:00", shows, person(34, "许例四"), "challenge-master")
    late = person(35, "何例五")
    shows = "late: registered, a person decides"
    yield scene(campaign, "08-31 08:12", shows, late, "outstanding-learner", kind="late", status="late")
    shows = "after the last update: kept beside the entry, which stays as it is"
    after = replace(person(9, "周九", total="31,880"))
    yield scene(campaign, "08-31 13:05", shows, after, "model-learner", kind="late", status="accepted")
    shows = "points below the line of a category without an as-of day"
    below = person(36, "吕例六", annual="6,500")
    yield scene(campaign, "09-01 09:09", shows, below, "model-individual", status="ineligible")


def _second_mails(campaign: Campaign) -> Scenes:
    one = person(41, "施本一")
    shows = "a screenshot is missing"
    yield scene(campaign, "08-18 10:00", shows, one, "outstanding-learner", kind="incomplete", files=("scan", "photo"))
    yield scene(
        campaign,
        "08-19 10:00",
        "the missing screenshot: the same entry, now complete",
        one,
        "outstanding-learner",
        kind="again",
        status=None,
        files=("profile",),
        with_form=False,
        subject="回复：施本一+优秀学员",
    )
    volunteer = person(42, "张本二")
    yield scene(campaign, "08-20 10:30", "complete: in a report, corrected later", volunteer, "proofreader")
    corrected = replace(volunteer, annual="12,800")
    shows = "a correction: comes again in the next report as 更正"
    yield scene(campaign, "08-24 11:30", shows, corrected, "proofreader", kind="again", status=None)
    officer = Person("李晓华", 2, OFFICER)
    shows = "the unit mails for somebody who mailed himself: linked, nothing changes"
    yield scene(campaign, "08-24 15:00", shows, officer, "outstanding-learner", kind="again", status=None)
    once = scene(
        campaign,
        "08-21 09:00",
        "complete",
        person(43, "孔本三"),
        "announcer",
        message_id="<once-and-again@mail.example.cn>",
    )
    yield once
    again = instant(campaign, "08-21 09:20")
    yield replace(once, arrives=again, shows="the very same mail again: counted once", kind="again", status=None)
