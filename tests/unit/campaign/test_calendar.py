"""The calendar of 2020 as one table, and what holds for any campaign."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from mailflow.campaign.calendar import deadlines, next_deadline, occurrences
from mailflow.campaign.load import load_campaign
from mailflow.model.campaign import Campaign
from mailflow.model.occurrence import Occurrence, OccurrenceKind

SHANXI = load_campaign("shanxi-2020")
VOLUNTEERS = ("proofreader", "question-writer", "announcer")

GOLDEN = """
2020-08-14 17:00 report   weekly-2020-08-14
2020-08-18 17:00 report   weekly-2020-08-18
2020-08-20 09:00 reminder reminder-2020-08-20 cut-2020-08-26T0000
2020-08-21 17:00 report   weekly-2020-08-21
2020-08-25 09:00 reminder reminder-2020-08-25 cut-2020-08-26T0000 cut-2020-08-28T1800
2020-08-25 17:00 report   weekly-2020-08-25
2020-08-26 00:00 report   challenge-closing-2020-08-26T0000
2020-08-26 00:00 deadline cut-2020-08-26T0000 cut-2020-08-26T0000
2020-08-26 00:00 deadline milestone-data-cut-off
2020-08-26 09:00 reminder reminder-2020-08-26 closes-2020-08-31T0000
2020-08-28 09:00 reminder reminder-2020-08-28 cut-2020-08-28T1800 closes-2020-08-31T0000 closes-2020-09-02T1800
2020-08-28 18:00 deadline cut-2020-08-28T1800 cut-2020-08-28T1800
2020-08-28 18:00 report   weekly-2020-08-28
2020-08-31 00:00 deadline closes-2020-08-31T0000 closes-2020-08-31T0000
2020-08-31 00:00 report   learner-closing-2020-08-31T0000
2020-09-01 17:00 report   weekly-2020-09-01
2020-09-02 09:00 reminder reminder-2020-09-02 closes-2020-09-02T1800
2020-09-02 18:00 deadline closes-2020-09-02T1800 closes-2020-09-02T1800
2020-09-03 09:00 report   recommendation-2020-09-03T0900
2020-09-03 12:00 alarm    alarm-recommendation-2020-09-03T1200
2020-09-03 16:00 alarm    alarm-recommendation-2020-09-03T1600
2020-09-03 18:00 deadline milestone-recommendation-due
2020-09-04 17:00 report   weekly-2020-09-04
"""

DIGESTS = """
2020-08-14 09:00 digest-2020-08-14-morning
2020-08-14 17:00 digest-2020-08-14
2020-08-17 09:00 digest-2020-08-17-morning
2020-08-18 09:00 digest-2020-08-18-morning
2020-08-18 17:00 digest-2020-08-18
2020-08-19 09:00 digest-2020-08-19-morning
2020-08-20 09:00 digest-2020-08-20-morning
2020-08-21 09:00 digest-2020-08-21-morning
2020-08-21 17:00 digest-2020-08-21
2020-08-24 09:00 digest-2020-08-24-morning
2020-08-25 09:00 digest-2020-08-25-morning
2020-08-25 17:00 digest-2020-08-25
2020-08-26 09:00 digest-2020-08-26-morning
2020-08-27 09:00 digest-2020-08-27-morning
2020-08-28 09:00 digest-2020-08-28-morning
2020-08-28 18:00 digest-2020-08-28
2020-08-31 09:00 digest-2020-08-31-morning
2020-09-01 09:00 digest-2020-09-01-morning
2020-09-01 17:00 digest-2020-09-01
2020-09-02 09:00 digest-2020-09-02-morning
2020-09-03 09:00 digest-2020-09-03
2020-09-04 09:00 digest-2020-09-04-morning
2020-09-04 17:00 digest-2020-09-04
"""


def at(text: str, campaign: Campaign = SHANXI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=campaign.zone)


def of_august(campaign: Campaign = SHANXI) -> tuple[Occurrence, ...]:
    return occurrences(campaign, at("2020-08-14"), at("2020-09-05"))


def table(found: tuple[Occurrence, ...]) -> Iterator[str]:
    for one in found:
        if one.kind is not OccurrenceKind.DIGEST:
            yield " ".join([f"{one.due:%Y-%m-%d %H:%M} {one.kind:8} {one.id}", *(about.id for about in one.deadlines)])


def named(occurrence_id: str) -> Occurrence:
    everything = occurrences(SHANXI, SHANXI.opens, SHANXI.ends + timedelta(days=1))
    return next(one for one in everything if one.id == occurrence_id)


def test_the_calendar_from_14_august_to_4_september_2020() -> None:
    assert "\n".join(table(of_august())) == GOLDEN.strip()


def test_the_organisers_digests_of_those_days() -> None:
    digests = [one for one in of_august() if one.kind is OccurrenceKind.DIGEST]
    assert "\n".join(f"{one.due:%Y-%m-%d %H:%M} {one.id}" for one in digests) == DIGESTS.strip()


def test_the_ordinary_report_of_28_august_waits_for_the_cut_and_is_one_with_the_closing_report() -> None:
    report = named("weekly-2020-08-28")
    assert report.plans == ("weekly", "challenge-closing")
    assert report.categories == ("challenge-master", *VOLUNTEERS)
    assert report.due == report.cut == at("2020-08-28T18:00")
    assert not report.held


def test_a_cut_on_another_weekday_has_a_closing_report_of_its_own() -> None:
    report = named("challenge-closing-2020-09-28T1800")
    assert report.plans == ("challenge-closing",)
    assert report.categories == ("challenge-master",)
    assert report.cut == report.due


def test_an_ordinary_report_has_no_cut() -> None:
    assert named("weekly-2020-08-25").cut is None


def test_the_learners_closing_list_goes_to_the_organisers() -> None:
    report = named("learner-closing-2020-08-31T0000")
    assert (report.audience, report.cut) == ("organiser", at("2020-08-31T00:00"))
    assert report.categories == ("model-learner", "outstanding-learner")


def test_the_recommendation_is_held_and_its_alarms_are_about_it() -> None:
    assert named("recommendation-2020-09-03T0900").held
    for alarm in ("alarm-recommendation-2020-09-03T1200", "alarm-recommendation-2020-09-03T1600"):
        assert named(alarm).about == "recommendation-2020-09-03T0900"


def test_a_milestone_closes_nothing() -> None:
    milestone = named("milestone-data-cut-off")
    assert milestone.kind is OccurrenceKind.DEADLINE
    assert milestone.deadlines == ()
    assert milestone.categories == ()


def test_titles_say_what_it_is() -> None:
    assert named("cut-2020-08-26T0000").title == "挑战达人2020年8月首次截止"
    assert named("cut-2020-09-28T1800").title == "挑战达人2020年9月截止"
    assert named("closes-2020-08-31T0000").title == "学员标兵、优秀学员报名截止"


def test_deadlines_of_one_instant_are_one_with_words() -> None:
    (closes,) = [one for one in deadlines(SHANXI, SHANXI.opens, SHANXI.ends) if one.due == at("2020-08-31T00:00")]
    assert closes.categories == ("model-learner", "outstanding-learner")
    assert closes.words == "8月30日（周日）24时"
    assert not closes.is_cut


@pytest.mark.parametrize(
    ("category", "now", "expected"),
    [
        ("challenge-master", "2020-08-14T08:00", "cut-2020-08-26T0000"),
        ("challenge-master", "2020-08-26T00:00", "cut-2020-08-28T1800"),
        ("challenge-master", "2020-08-28T18:00", "cut-2020-09-28T1800"),
        ("challenge-master", "2020-12-28T18:00", None),
        ("model-learner", "2020-08-30T23:59", "closes-2020-08-31T0000"),
        ("model-learner", "2020-08-31T00:00", None),
        ("announcer", "2020-08-14T08:00", None),
    ],
)
def test_the_next_deadline_is_after_now(category: str, now: str, expected: str | None) -> None:
    found = next_deadline(SHANXI, SHANXI.category(category), at(now))
    assert (found.id if found else None) == expected


def test_reminders_count_working_days_with_exchanged_ones() -> None:
    days = [one.due.date() for one in occurrences(SHANXI, at("2020-09-20"), at("2020-11-01"))
            if one.kind is OccurrenceKind.REMINDER]  # fmt: skip
    assert days == [date(2020, 9, 24), date(2020, 9, 28), date(2020, 10, 23), date(2020, 10, 28)]


def test_a_reminder_is_never_at_or_after_its_deadline() -> None:
    assert SHANXI.reminders is not None
    late = replace(SHANXI, reminders=replace(SHANXI.reminders, at=time(18)))
    for one in occurrences(late, late.opens, late.ends):
        assert all(one.due < about.due for about in one.deadlines if one.kind is OccurrenceKind.REMINDER)
    assert "reminder-2020-09-01" in {one.id for one in of_august(late)}


def test_days_off_of_the_organiser_move_reminders_and_silence_the_morning_digest() -> None:
    off = replace(SHANXI, holidays={date(2020, 8, 28): False})
    ids = {one.id for one in of_august(off)}
    assert "reminder-2020-08-28" not in ids
    assert "digest-2020-08-28-morning" not in ids
    assert {"reminder-2020-08-27", "digest-2020-08-28"} <= ids


def test_every_window_gives_the_same_occurrences() -> None:
    everything = occurrences(SHANXI, SHANXI.opens, SHANXI.ends + timedelta(days=1))
    step, start = timedelta(hours=5, minutes=30), SHANXI.opens - timedelta(days=2)
    pieces: list[Occurrence] = []
    while start < SHANXI.ends + timedelta(days=1):
        pieces += occurrences(SHANXI, start, start + step)
        start += step
    assert tuple(pieces) == everything


def test_ids_are_unique_and_the_order_is_by_time_then_id() -> None:
    for campaign in (SHANXI, load_campaign("village-grants")):
        found = occurrences(campaign, campaign.opens, campaign.ends + timedelta(days=1))
        assert len({one.id for one in found}) == len(found)
        assert list(found) == sorted(found, key=lambda one: (one.due, one.id))
        assert all(campaign.opens <= one.due <= campaign.ends for one in found)


def test_nothing_is_due_outside_the_campaign() -> None:
    assert occurrences(SHANXI, datetime(2019, 1, 1, tzinfo=UTC), at("2020-08-14")) == ()
    assert occurrences(SHANXI, datetime(2021, 1, 2, tzinfo=UTC), datetime(2022, 1, 1, tzinfo=UTC)) == ()
    assert occurrences(SHANXI, at("2020-08-28"), at("2020-08-28")) == ()


def test_a_report_is_not_merged_with_a_cut_before_it() -> None:
    master = SHANXI.category("challenge-master")
    assert master.cut is not None
    early = replace(master, cut=replace(master.cut, at=time(12)))
    campaign = replace(SHANXI, categories=tuple(early if one.id == master.id else one for one in SHANXI.categories))
    found = {one.id: one.due for one in of_august(campaign) if one.kind is OccurrenceKind.REPORT}
    assert found["weekly-2020-08-28"] == at("2020-08-28T17:00")
    assert found["challenge-closing-2020-08-28T1200"] == at("2020-08-28T12:00")


def test_summer_time_moves_nothing_on_the_villages_clock() -> None:
    village = load_campaign("village-grants")
    opens = village.opens.replace(month=3, day=2)
    found = occurrences(replace(village, opens=opens), opens, village.ends)
    weekly = [one for one in found if one.plans == ("weekly",)]
    assert {one.due.astimezone(village.zone).time() for one in weekly} == {time(10)}
    assert {one.due.astimezone(UTC).hour for one in weekly} == {9, 10}


def test_a_category_that_has_closed_has_no_more_cuts_to_hurry_for() -> None:
    village = load_campaign("village-grants")
    found = [one.id for one in deadlines(village, village.opens, village.ends)]
    assert found == ["cut-2026-04-30T1200", "closes-2026-05-29T1700", "cut-2026-05-31T1200", "closes-2026-06-30T1200"]


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_the_hosts_zone_changes_nothing(zone: str) -> None:
    program = (
        "from mailflow.campaign.load import load_campaign\n"
        "from mailflow.campaign.calendar import occurrences\n"
        "c = load_campaign('shanxi-2020')\n"
        "print([(one.id, one.due.isoformat()) for one in occurrences(c, c.opens, c.ends)])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "TZ": zone}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(
        [(one.id, one.due.isoformat()) for one in occurrences(SHANXI, SHANXI.opens, SHANXI.ends)]
    )
