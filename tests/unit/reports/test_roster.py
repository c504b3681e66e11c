"""Who stands in a report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from mailflow.model.campaign import Campaign, Severity
from mailflow.model.entry import EntryStatus, Finding, KnownEntry
from mailflow.reports.roster import Roster, Standing, is_due

MakeEntry = Callable[..., KnownEntry]
MakeRoster = Callable[..., Roster]
At = Callable[[str], datetime]


@pytest.mark.parametrize(
    ("given", "standing"),
    [
        ({}, Standing.NEW),
        ({"status": EntryStatus.APPROVED}, Standing.NEW),
        ({"reported_version": 1}, None),
        ({"version": 2, "reported_version": 1}, Standing.CORRECTION),
        ({"version": 3, "reported_version": 1, "status": EntryStatus.APPROVED}, Standing.CORRECTION),
        ({"version": 2, "reported_version": 1, "status": EntryStatus.INCOMPLETE}, None),
        ({"version": 2, "reported_version": 1, "status": EntryStatus.HELD}, None),
        *(
            ({"status": status}, None)
            for status in EntryStatus
            if status not in (EntryStatus.ACCEPTED, EntryStatus.APPROVED)
        ),
    ],
)
def test_what_is_accepted_and_not_yet_reported_is_reported(
    make_entry: MakeEntry, make_roster: MakeRoster, given: dict[str, object], standing: Standing | None
) -> None:
    rows = make_roster([make_entry(**given)]).rows
    assert [row.standing for row in rows] == ([standing] if standing else [])


def test_every_version_is_in_exactly_one_report_whenever_reports_are_made(
    make_entry: MakeEntry, make_roster: MakeRoster
) -> None:
    entry, reported = make_entry(), []
    for version in (1, 1, 2, 2, 3):
        entry = replace(entry, version=version)
        for row in make_roster([entry]).rows:
            reported.append((row.entry.version, row.is_correction))
            entry = replace(entry, reported_version=version, number=row.number)
    assert reported == [(1, False), (2, True), (3, True)]


def test_entries_of_other_categories_are_left_out(make_entry: MakeEntry, make_roster: MakeRoster) -> None:
    roster = make_roster([make_entry(category="model-learner"), make_entry(2)])
    assert [row.entry.ref for row in roster.rows] == ["SX20-0002"]
    assert [section.category.id for section in roster.sections] == [
        "challenge-master",
        "proofreader",
        "question-writer",
        "announcer",
    ]


@pytest.mark.parametrize(
    ("category", "updated", "due"),
    [
        ("challenge-master", "08-28 17:59", True),
        ("challenge-master", "08-28 18:00", False),
        ("challenge-master", "08-28 18:01", False),
        ("proofreader", "08-28 18:01", True),
    ],
)
def test_a_cut_leaves_later_versions_of_monthly_categories_to_the_next_report(
    *, make_entry: MakeEntry, campaign: Campaign, at: At, category: str, updated: str, due: bool
) -> None:
    entry = make_entry(category=category, updated_at=at(updated))
    assert is_due(entry, campaign.category(category), at("08-28 18:00")) is due
    assert is_due(entry, campaign.category(category), None)


def test_what_a_cut_left_out_comes_with_the_next_ordinary_report(
    make_entry: MakeEntry, make_roster: MakeRoster, at: At
) -> None:
    entry = make_entry(category="challenge-master", period="2020-09", arrived_at=at("08-28 18:00"))
    entry = replace(entry, updated_at=entry.arrived_at)
    closing = make_roster([entry], plans=("weekly", "challenge-closing"), cut=at("08-28 18:00"))
    assert closing.is_empty
    assert len(make_roster([entry]).rows) == 1


def test_numbers_are_permanent_and_new_ones_follow_the_order_of_arrival(
    make_entry: MakeEntry, make_roster: MakeRoster
) -> None:
    entries = [
        make_entry(5),
        make_entry(3, number=2, reported_version=1, version=2),
        make_entry(1),
        make_entry(4, category="challenge-master"),
        make_entry(9, number=17, reported_version=1),
    ]
    roster = make_roster(entries, next_number=3)
    assert {row.entry.ref: row.number for row in roster.rows} == {
        "SX20-0004": 18,
        "SX20-0001": 19,
        "SX20-0003": 2,
        "SX20-0005": 20,
    }
    assert [row.number for row in roster.sections[1].rows] == [2, 19, 20]
    assert [row.number for row in roster.sections[1].cumulative] == [2, 17, 19, 20]


def test_namesakes_get_numbers_of_their_own(make_entry: MakeEntry, make_roster: MakeRoster) -> None:
    roster = make_roster([make_entry(1, applicant="王小明"), make_entry(2, applicant="王小明")])
    assert [row.number for row in roster.rows] == [1, 2]


def test_a_correction_names_the_fields_that_changed_in_the_order_of_the_form(
    make_entry: MakeEntry, make_roster: MakeRoster
) -> None:
    before = {"organisation": "甲支部", "total_points": 20000, "mobile": "13800000001"}
    now = {"organisation": "甲支部", "total_points": 21000, "annual_points": 7000}
    entry = make_entry(fields=now, version=2, reported_version=1, number=1)
    (row,) = make_roster([entry], earlier={entry.ref: before}).rows
    assert row.changed == ("total_points", "annual_points", "mobile")
    assert row.before == before


def test_a_correction_with_new_files_only_changes_no_field(make_entry: MakeEntry, make_roster: MakeRoster) -> None:
    entry = make_entry(version=2, reported_version=1, number=1)
    (row,) = make_roster([entry], earlier={entry.ref: entry.fields}).rows
    assert row.is_correction
    assert row.changed == ()


def test_the_cumulative_list_shows_what_was_reported_and_not_what_waits(
    make_entry: MakeEntry, make_roster: MakeRoster
) -> None:
    waiting = make_entry(
        1, version=2, reported_version=1, number=1, status=EntryStatus.HELD, fields={"total_points": 9}
    )
    gone = make_entry(2, reported_version=1, number=2, status=EntryStatus.WITHDRAWN)
    stays = make_entry(3, reported_version=1, number=3)
    roster = make_roster([waiting, gone, stays, make_entry(4)], earlier={waiting.ref: {"total_points": 5}})
    section = roster.sections[1]
    assert [row.standing for row in section.cumulative] == [
        Standing.UPDATING,
        Standing.GONE,
        Standing.REPORTED,
        Standing.NEW,
    ]
    assert section.cumulative[0].entry.fields == {"total_points": 5}
    assert (section.new, section.total, section.gone) == (1, 3, 1)
    assert (roster.new, roster.corrections, roster.total, roster.gone) == (1, 0, 3, 1)


def test_what_waits_is_listed_with_the_reason_the_heaviest_first(
    make_entry: MakeEntry, make_roster: MakeRoster
) -> None:
    findings = (
        Finding("person.other-category", Severity.WARNING, "另报优秀学员。", for_reviewer=True),
        Finding("attachment.missing", Severity.ERROR, "缺盖章扫描件。"),
        Finding("attachment.missing", Severity.ERROR, "缺盖章扫描件。"),
    )
    roster = make_roster([make_entry(status=EntryStatus.INCOMPLETE, findings=findings), make_entry(2)])
    assert [(one.entry.ref, one.why) for one in roster.attention] == [
        ("SX20-0001", ("缺盖章扫描件。", "另报优秀学员。"))
    ]


def test_a_complete_entry_that_differs_from_its_picture_is_listed_beside_what_waits_until_a_person_decides(
    make_entry: MakeEntry, make_roster: MakeRoster, warning: Finding
) -> None:
    note = Finding("picture.unconfirmed", Severity.NOTE, "截图读出，未经核对。")
    roster = make_roster(
        [
            make_entry(1, findings=(warning,)),
            make_entry(2, findings=(note,)),
            make_entry(3, findings=(warning,), status=EntryStatus.APPROVED),
            make_entry(4, findings=(warning,), status=EntryStatus.INCOMPLETE),
        ]
    )
    assert [one.entry.ref for one in roster.questioned] == ["SX20-0001"]
    assert [one.entry.ref for one in roster.attention] == ["SX20-0004"]


@pytest.mark.parametrize(
    ("plan", "audience", "categories"),
    [
        ("recommendation", "platform", ("model-organisation", "model-individual")),
        ("learner-closing", "organiser", ("model-learner", "outstanding-learner")),
    ],
)
def test_a_selection_holds_everyone_reported_or_not_in_reference_order(
    make_entry: MakeEntry, make_roster: MakeRoster, plan: str, audience: str, categories: tuple[str, ...]
) -> None:
    entries = [
        make_entry(2, category=categories[0], fields={"total_points": 26000}),
        make_entry(1, category=categories[0], fields={"total_points": 27000}, reported_version=1, number=7),
        make_entry(3, category=categories[0], status=EntryStatus.LATE),
    ]
    roster = make_roster(entries, plans=(plan,), audience=audience, categories=categories)
    assert roster.is_selection
    assert [(row.place, row.entry.ref) for row in roster.rows] == [(1, "SX20-0001"), (2, "SX20-0002")]
    assert all(row.reason for row in roster.rows)
    assert [one.entry.ref for one in roster.attention] == ["SX20-0003"]


def test_the_quota_is_marked_only_where_an_order_is_stated(make_entry: MakeEntry, make_roster: MakeRoster) -> None:
    learners = [make_entry(n, category="model-learner", fields={"total_points": n}) for n in range(1, 103)]
    closing = make_roster(learners, plans=("learner-closing",), audience="organiser", categories=("model-learner",))
    assert [row.within_quota for row in closing.rows] == [True] * 100 + [False] * 2
    models = [make_entry(n, category="model-individual") for n in range(1, 6)]
    chosen = make_roster(models, plans=("recommendation",), categories=("model-individual",))
    assert {row.within_quota for row in chosen.rows} == {None}


def test_a_closing_report_to_the_platform_brings_only_what_is_new(
    make_entry: MakeEntry, make_roster: MakeRoster, at: At
) -> None:
    entries = [make_entry(1, category="challenge-master", reported_version=1, number=1)]
    closing = make_roster(
        entries, plans=("challenge-closing",), categories=("challenge-master",), cut=at("08-26 00:00")
    )
    assert not closing.is_selection
    assert closing.is_empty
