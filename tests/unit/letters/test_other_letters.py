"""Reminders, digests and alarms; golden files as in test_golden_receipts.py."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailflow.letters.alarm import AlarmCode, compose_alarm
from mailflow.letters.digest import (
    CategoryCount,
    Coming,
    DigestFacts,
    Questioned,
    WaitingEntry,
    WaitingLetter,
    WaitingMail,
    compose_digest,
)
from mailflow.letters.reminder import ReminderItem, compose_reminder, reminder_item
from mailflow.model.campaign import Campaign
from mailflow.model.entry import Check, EntryStatus, KnownEntry, Mark, Unit
from mailflow.model.letter import Correspondent, Letter, LetterKind
from mailflow.model.occurrence import Deadline

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "letters"
TUESDAY = datetime(2020, 8, 25, 1, tzinfo=UTC)
UNIT = Unit("省水利厅", ("a@unit.example",))
CUT = Deadline("cut", datetime(2020, 8, 28, 10, tzinfo=UTC), ("challenge-master",), "8月28日（周五）18:00", is_cut=True)
CLOSE = Deadline("close", datetime(2020, 8, 30, 16, tzinfo=UTC), ("outstanding-learner",), "8月30日（周日）24时")
SHARE = ReminderItem("李晓华", True, "挑战达人", "SX20-9Q2C2A", ("通关分享图",), CUT)
SCAN = ReminderItem("张三", True, "优秀学员", "SX20-7K4M2Q", ("盖章扫描件", "生活工作照1张"), CLOSE)

FACTS = DigestFacts(
    mails=(
        WaitingMail("ab" * 32, "someone@qq.example", "报名", TUESDAY, ("未能从标题和附件中识别填报项目。",)),
        WaitingMail("cd" * 32, "other@unit.example", "Fw: www.evil.com", TUESDAY, shunted=True),
    ),
    entries=(
        WaitingEntry("SX20-7K4M2Q", "王小明", "outstanding-learner", EntryStatus.HELD, ("两个地址报送，学号不同。",)),
        WaitingEntry("SX20-9Q2C2A", "李晓华", "challenge-master", EntryStatus.LATE),
    ),
    letters=(
        WaitingLetter("report:1", "platform@example.cn", "推荐材料", "held"),
        WaitingLetter("receipt:1", "gone@qq.example", "〔已受理〕张三+优秀学员", "failed", "550 no such user"),
    ),
    questioned=(
        Questioned("SX20-3T8W5K", "赵六", "outstanding-learner", (("总积分", "28,345", "26,345"),)),
        Questioned(
            "SX20-5B2N8D",
            "张三",
            "challenge-master",
            sentences=("同样的截图也出现在另一申报人的材料里，请审核时查看。",),
        ),
    ),
    counts=(CategoryCount("优秀学员", 12, 3, 1), CategoryCount("挑战达人", 30, 5, 2)),
    coming=(Coming("8月28日（周五）18:00", "挑战达人本月截止"), Coming("8月30日（周日）24时", "优秀学员截止")),
    units_reported=("省水利厅",),
    units_silent=("=省林草局", "省教育厅"),
    incomplete=18,
    reminded=11,
)


@pytest.fixture
def remind(campaign: Campaign, correspondent: Correspondent) -> Callable[..., Letter]:
    def make(
        *items: ReminderItem,
        deadlines: tuple[Deadline, ...] = (),
        unit: Unit | None = None,
        sender_name: str = "",
        language: str = "zh",
    ) -> Letter:
        return compose_reminder(
            to="lxh@qq.example",
            items=items,
            deadlines=deadlines,
            campaign=replace(campaign, language=language),
            correspondent=correspondent,
            key="reminder:1",
            unit=unit,
            now=TUESDAY,
            sender_name=sender_name,
        )

    return make


@pytest.fixture
def digest(campaign: Campaign, correspondent: Correspondent) -> Callable[..., Letter]:
    def make(facts: DigestFacts = FACTS, language: str = "zh") -> Letter:
        told = replace(campaign, language=language)
        return compose_digest(
            facts, to="o@example.cn", campaign=told, correspondent=correspondent, key="d", now=TUESDAY
        )

    return make


@pytest.fixture
def alarm(campaign: Campaign, correspondent: Correspondent) -> Callable[..., Letter]:
    def make(code: AlarmCode, about: str = "", minutes: int | None = None, language: str = "zh") -> Letter:
        return compose_alarm(
            code,
            "imap.example.cn LOGIN failed\r\n[AUTHENTICATIONFAILED]",
            to="o@example.cn",
            campaign=replace(campaign, language=language),
            correspondent=correspondent,
            key="alarm:1",
            now=TUESDAY,
            about=about,
            minutes=minutes,
        )

    return make


def check_golden(name: str, letter: Letter) -> None:
    found = {f"{name}.txt": f"主题：{letter.subject}\n\n{letter.text}", f"{name}.html": letter.html}
    for file, content in found.items():
        if os.environ.get("MAILFLOW_WRITE_GOLDEN"):
            (GOLDEN / file).write_text(content, encoding="utf-8")
        assert (GOLDEN / file).read_text(encoding="utf-8") == content


def test_the_reminders_read_as_they_should(remind: Callable[..., Letter]) -> None:
    check_golden("reminder-one", remind(SHARE))
    check_golden("reminder-several", remind(SCAN, SHARE, unit=UNIT))
    check_golden("reminder-nothing", remind(deadlines=(CUT, CLOSE), unit=UNIT))


def test_the_digests_read_as_they_should(digest: Callable[..., Letter]) -> None:
    check_golden("digest", digest())
    check_golden("digest-quiet", digest(DigestFacts()))
    check_golden("digest-english", digest(language="en"))


@pytest.mark.parametrize("code", list(AlarmCode))
def test_the_alarms_read_as_they_should(code: AlarmCode, alarm: Callable[..., Letter]) -> None:
    check_golden(f"alarm-{code}", alarm(code, "imap.example.cn", 25))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", list(AlarmCode))
def test_every_alarm_has_its_own_sentences_and_needs_no_particulars(
    code: AlarmCode, language: str, alarm: Callable[..., Letter]
) -> None:
    bare = alarm(code, language=language)
    assert bare.kind is LetterKind.ALARM
    for fallback in ("系统遇到问题", "mailflow met a problem", "something needs you", "】需要处理"):
        assert fallback not in bare.subject + bare.text
    assert "mailflow" in bare.text or code in (
        AlarmCode.QUOTA_REACHED,
        AlarmCode.HOLIDAYS_UNKNOWN,
        AlarmCode.BREAKER_OPEN,
    )
    assert "LOGIN failed [AUTHENTICATIONFAILED]" in bare.text
    assert "()" not in bare.text
    assert "（）" not in bare.text


def test_several_deadlines_stand_in_one_reminder_the_nearest_first(remind: Callable[..., Letter]) -> None:
    letter = remind(SCAN, SHARE, unit=UNIT)
    assert letter.kind is LetterKind.REMINDER
    assert "8月28日（周五）18:00" in letter.subject
    assert letter.text.index("挑战达人") < letter.text.index("优秀学员")
    assert letter.in_reply_to == ()


@pytest.mark.parametrize(
    ("unit", "sender_name", "said"),
    [
        (None, "", "李晓华同志：\n\n您的挑战达人材料还缺“通关分享图”"),
        (None, "李晓华", "李晓华同志：\n\n您的挑战达人材料还缺“通关分享图”"),
        (None, "王小明", "您好：\n\n贵单位报送的李晓华同志挑战达人材料还缺“通关分享图”"),
        (UNIT, "", "您好：\n\n贵单位报送的李晓华同志挑战达人材料还缺“通关分享图”"),
    ],
)
def test_a_reminder_is_addressed_as_a_receipt_is(
    unit: Unit | None, sender_name: str, said: str, remind: Callable[..., Letter]
) -> None:
    assert said in remind(SHARE, unit=unit, sender_name=sender_name).text


def test_reminders_speak_english(remind: Callable[..., Letter]) -> None:
    assert "Dear 李晓华," in remind(SHARE, language="en").text
    assert "2 applications from 省水利厅 are not complete yet" in remind(SHARE, SCAN, unit=UNIT, language="en").text
    assert "nothing has come from 省水利厅" in remind(deadlines=(CUT,), unit=UNIT, language="en").text


def test_nothing_to_remind_of_is_refused(remind: Callable[..., Letter]) -> None:
    with pytest.raises(ValueError, match="reminder"):
        remind()


@pytest.mark.parametrize(
    ("marks", "missing"),
    [((Mark.MISSING, Mark.UNSURE), ("甲",)), ((Mark.MET, Mark.UNSURE), ("乙",))],
)
def test_a_reminder_names_what_is_missing_else_what_can_be_updated(
    marks: tuple[Mark, Mark], missing: tuple[str, ...], campaign: Campaign
) -> None:
    entry = KnownEntry(
        ref="SX20-7K4M2Q",
        applicant="王小明",
        category="outstanding-learner",
        period=None,
        study_id=None,
        unit=None,
        sender="a@qq.example",
        status=EntryStatus.INCOMPLETE,
        version=1,
        arrived_at=TUESDAY,
        updated_at=TUESDAY,
        checks=tuple(Check(label, label, mark, "") for label, mark in zip("甲乙", marks, strict=True)),
    )
    assert reminder_item(entry, campaign, CLOSE).missing == missing


def test_the_digest_counts_what_waits_and_lists_the_units_beside(digest: Callable[..., Letter]) -> None:
    letter = digest()
    assert letter.subject == "〔今日待办8项〕8月25日报名情况"
    (table,) = letter.parts
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert rows == [["单位", "情况"], ["'=省林草局", "尚未报送"], ["省教育厅", "尚未报送"], ["省水利厅", "已报送"]]
    assert "www．evil．com" in letter.text


def test_a_long_digest_says_how_much_more_there_is(digest: Callable[..., Letter]) -> None:
    letter = digest(replace(FACTS, mails=FACTS.mails * 30))
    assert letter.subject.startswith("〔今日待办66项〕")
    assert "其余 40 项" in letter.text
