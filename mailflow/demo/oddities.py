"""What else a mailbox gets: labels that lie about their bytes, doubtful senders, questions, machines."""

from __future__ import annotations

from collections.abc import Iterator

from mailflow.demo.scene import MAILBOX, Person, Scene, instant, scene
from mailflow.model.campaign import Campaign
from mailflow.testing.mails import build_mail

Scenes = Iterator[Scene]


def oddities(campaign: Campaign) -> Scenes:
    """Mails that are not plain submissions, and submissions in a strange shape."""
    yield from _charsets(campaign)
    yield from _doubtful_ones(campaign)
    yield from _machines(campaign)


def _charsets(campaign: Campaign) -> Scenes:
    odd = Person("曹喆镕", 51, "u051@mail.example.cn")
    shows = "GB18030 that calls itself gb2312: the rare characters are right all the same"
    yield scene(
        campaign,
        "08-19 09:00",
        shows,
        odd,
        "question-writer",
        kind="charset",
        charset="gb18030",
        label_charset="gb2312",
    )
    raw = Person("严金鹏", 52, "u052@mail.example.cn")
    shows = "subject and file names as raw 8-bit GBK, with no charset named"
    yield scene(
        campaign,
        "08-19 09:30",
        shows,
        raw,
        "proofreader",
        kind="charset",
        charset="gb18030",
        raw_headers=True,
        filename_style="raw",
    )


def _doubtful_ones(campaign: Campaign) -> Scenes:
    spoof = Person("王小明", 1, "someone@elsewhere.example.com", total="99,999")
    shows = "spoofed: a stranger mails for the first applicant, with other figures; held, the first entry is untouched"
    yield scene(campaign, "08-22 23:50", shows, spoof, "model-learner", kind="doubtful", status="held")
    arrives = instant(campaign, "08-19 21:00")
    question = build_mail(
        sender="u053@mail.example.cn", to=MAILBOX, date=arrives, subject="咨询一下", text="请问怎么报名？"
    )
    shows = "a question: a person will look, and the sender is told so"
    yield Scene(question, arrives, shows, "doubtful", state="held", status=None)
    arrives = instant(campaign, "08-20 03:00")
    two = build_mail(
        sender="u054@mail.example.cn",
        to=MAILBOX,
        date=arrives,
        subject="魏样七+志愿播音员",
        headers=[("From", "boss@elsewhere.example.com")],
    )
    shows = "two senders in one mail: held, and nobody is answered"
    yield Scene(two, arrives, shows, "doubtful", state="held", status=None, answered=False)


def _machines(campaign: Campaign) -> Scenes:
    machines: list[tuple[str, str, list[tuple[str, str]], str]] = [
        ("08-18 13:00", "自动回复：外出", [("Auto-Submitted", "auto-replied")], "an out-of-office"),
        ("08-20 13:00", "系统退信", [("Return-Path", "<>"), ("Auto-Submitted", "auto-replied")], "a bounce"),
        ("08-21 13:00", "本周促销", [("List-Id", "<news.shop.example.com>"), ("Precedence", "bulk")], "a newsletter"),
    ]
    for when, subject, headers, what in machines:
        arrives = instant(campaign, when)
        raw = build_mail(
            sender="robot@machines.example.com", to=MAILBOX, date=arrives, subject=subject, headers=headers
        )
        shows = f"{what}: no answer, no entry"
        yield Scene(raw, arrives, shows, "machine", state="ignored", status=None, answered=False)
