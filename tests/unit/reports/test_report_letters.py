"""The letters of a report. Their texts are compared with tests/golden/reports."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.letters.mime import to_bytes
from mailflow.model.campaign import Campaign
from mailflow.model.entry import EntryStatus, FiledFile, KnownEntry
from mailflow.model.facts import Role
from mailflow.model.letter import Correspondent, Letter, LetterKind
from mailflow.reports.letters import compose_report, report_letters
from mailflow.reports.roster import Roster

MakeEntry = Callable[..., KnownEntry]
MakeRoster = Callable[..., Roster]
MakeFile = Callable[..., FiledFile]
At = Callable[[str], datetime]
Compose = Callable[..., tuple[Letter, ...]]

GOLDEN = Path(__file__).parents[2] / "golden" / "reports"


@pytest.fixture
def compose(campaign: Campaign, correspondent: Correspondent) -> Compose:
    def make(roster: Roster, *, of: Campaign | None = None, for_organiser: bool = False, held: bool = False) -> object:
        return compose_report(
            roster,
            of or campaign,
            correspondent=correspondent,
            to="platform@unit.example",
            for_organiser=for_organiser,
            content_of=lambda sha256: sha256.encode(),
            now=roster.until,
            held=held,
        )

    return make  # type: ignore[return-value]


@pytest.fixture
def tuesday(make_entry: MakeEntry, make_roster: MakeRoster, at: At) -> Roster:
    """A report with everything in it: new ones, a correction, one reported before, one withdrawn, some that wait."""
    entries = [
        make_entry(1, category="challenge-master", applicant="王小明"),
        make_entry(2, category="challenge-master", applicant="李晓华"),
        make_entry(3, number=2, version=2, reported_version=1, fields={"total_points": 28345, "mobile": "13900000000"}),
        make_entry(4, number=1, reported_version=1),
        make_entry(5, number=3, reported_version=1, status=EntryStatus.WITHDRAWN),
        make_entry(6, category="question-writer", files=()),
        make_entry(7, status=EntryStatus.INCOMPLETE),
        make_entry(8, status=EntryStatus.HELD),
    ]
    earlier = {"SX20-0003": {"total_points": 26345, "mobile": "13800000000"}}
    return make_roster(entries, earlier=earlier, since=at("08-21 17:00"))


def check(name: str, letters: tuple[Letter, ...]) -> None:
    """Compares subjects, texts and the names of files with the golden copy."""
    found = "\n".join(
        f"{one.subject}\n\n{one.text}\n[{', '.join(part.filename for part in one.parts)}]\n" for one in letters
    )
    assert found == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def test_the_tuesday_report_reads_as_it_should(compose: Compose, tuesday: Roster) -> None:
    check("tuesday", compose(tuesday))


def test_the_organisers_copy_says_what_waits_and_brings_no_forms(compose: Compose, tuesday: Roster) -> None:
    letters = compose(tuesday, for_organiser=True)
    check("tuesday-organiser", letters)
    assert [part.filename for one in letters for part in one.parts] == ["第4期名单（存查）.xlsx"]


def test_nothing_new_is_a_short_letter_that_says_so(
    compose: Compose, make_entry: MakeEntry, make_roster: MakeRoster, at: At
) -> None:
    roster = make_roster([make_entry(number=1, reported_version=1)], since=at("08-21 17:00"))
    assert roster.is_empty
    check("nothing-new", compose(roster))


def test_a_large_report_comes_in_several_letters_with_the_list_in_the_first(
    *, campaign: Campaign, compose: Compose, make_entry: MakeEntry, make_roster: MakeRoster, filed: MakeFile, at: At
) -> None:
    entries = [make_entry(n, files=(filed(f"{n}", Role.FORM_SCAN, "image/jpeg", 300_000),)) for n in range(1, 6)]
    letters = compose(make_roster(entries, since=at("08-21 17:00")), of=replace(campaign, report_max_mb=1))
    check("several", letters)
    assert [one.key for one in letters] == [
        f"report:report:2020-08-25:platform@unit.example:{k}of3" for k in range(1, 4)
    ]
    zipped = [part for one in letters for part in one.parts if part.media_type == "application/zip"]
    names = [name for part in zipped for name in zipfile.ZipFile(io.BytesIO(part.content)).namelist()]
    assert len(names) == len(set(names)) == 5


def test_every_letter_stays_within_the_campaigns_size(
    campaign: Campaign, correspondent: Correspondent, make_entry: MakeEntry, make_roster: MakeRoster, filed: MakeFile
) -> None:
    entries = [
        make_entry(n, files=(filed(f"{n}", Role.FORM_SCAN, "image/jpeg", 20_000 + 7_000 * (n % 9)),))
        for n in range(1, 90)
    ]
    sizes = {one.sha256: one.size for entry in entries for one in entry.files}
    letters = compose_report(
        make_roster(entries),
        replace(campaign, report_max_mb=1),
        correspondent=correspondent,
        to="platform@unit.example",
        for_organiser=False,
        content_of=lambda sha256: bytes(sizes[sha256]),
        now=make_roster(entries).until,
        held=False,
    )
    assert len(letters) > 2
    for one in letters:
        sent = to_bytes(one, correspondent, message_id="<a@unit.example>", date=make_roster(entries).until)
        assert len(sent) <= 1_000_000


def test_a_recommendation_is_held_and_brings_all_files(
    compose: Compose, make_entry: MakeEntry, make_roster: MakeRoster, at: At
) -> None:
    entries = [make_entry(n, category="model-individual") for n in range(1, 6)]
    organisation = make_entry(6, category="model-organisation", applicant="示例单位党总支", study_id=None)
    roster = make_roster(
        [*entries, organisation],
        plans=("recommendation",),
        categories=("model-organisation", "model-individual"),
        title="模范学习组织、模范学习个人推荐",
        series=0,
        until=at("09-03 09:00"),
    )
    letters = compose(roster, held=True)
    check("recommendation", letters)
    assert all(one.held for one in letters)
    check("recommendation-organiser", compose(roster, for_organiser=True))


def test_a_closing_list_goes_to_the_organisers_in_reference_order(
    compose: Compose, make_entry: MakeEntry, make_roster: MakeRoster, at: At
) -> None:
    entries = [
        make_entry(1, category="model-learner"),
        make_entry(2, category="outstanding-learner"),
        make_entry(3, category="model-learner", status=EntryStatus.INELIGIBLE),
    ]
    roster = make_roster(
        entries,
        plans=("learner-closing",),
        categories=("model-learner", "outstanding-learner"),
        audience="organiser",
        title="学员标兵、优秀学员截止名单",
        series=0,
        until=at("08-31 00:00"),
    )
    check("closing", compose(roster, for_organiser=True))


def test_reports_begin_threads_of_their_own(compose: Compose, tuesday: Roster) -> None:
    for letter in compose(tuesday):
        assert letter.kind is LetterKind.REPORT
        assert letter.in_reply_to == letter.references == ()
        assert letter.ref is None


def test_letters_are_built_one_at_a_time(
    campaign: Campaign, correspondent: Correspondent, make_entry: MakeEntry, make_roster: MakeRoster, filed: MakeFile
) -> None:
    entries = [make_entry(n, files=(filed(f"{n}", Role.FORM_SCAN, "image/jpeg", 600_000),)) for n in (1, 2)]
    asked: list[str] = []

    def content_of(sha256: str) -> bytes:
        asked.append(sha256)
        return b""

    letters = report_letters(
        make_roster(entries),
        replace(campaign, report_max_mb=1),
        correspondent=correspondent,
        to="platform@unit.example",
        for_organiser=False,
        content_of=content_of,
        now=make_roster(entries).until,
        held=False,
    )
    next(letters)
    assert len(asked) == 1


class Tags(HTMLParser):
    """The tree of tags, and what could leave the letter."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        assert not {"src", "href", "onclick", "onerror"} & {name for name, _ in attrs}


def tags(html: str) -> list[str]:
    parser = Tags()
    parser.feed(html)
    return parser.seen


@pytest.mark.parametrize("name", ['<img src="x" onerror="alert(1)">', "王小明\r\nBcc: x@evil.example", "{{ 7 * 7 }}"])
def test_a_hostile_name_changes_nothing_in_a_letter_but_its_own_place(
    compose: Compose, make_entry: MakeEntry, make_roster: MakeRoster, name: str
) -> None:
    def letters(applicant: str) -> tuple[Letter, ...]:
        entries = [
            make_entry(1, applicant=applicant, number=1, version=2, reported_version=1, fields={"employer": applicant}),
            make_entry(2, applicant=applicant, files=()),
        ]
        return compose(make_roster(entries, earlier={"SX20-0001": {"employer": "甲"}}))

    for hostile, benign in zip(letters(name), letters("王小明"), strict=True):
        assert tags(hostile.html) == tags(benign.html)
        assert hostile.subject == benign.subject
        assert hostile.text.count("\n") == benign.text.count("\n")


def test_no_whole_phone_number_stands_in_a_letter(compose: Compose, tuesday: Roster) -> None:
    for letter in (*compose(tuesday), *compose(tuesday, for_organiser=True)):
        assert "13900000000" not in letter.text + letter.html
        assert "139****0000" in letter.text


def test_another_campaign_reports_in_its_own_language(
    compose: Compose, make_entry: MakeEntry, make_roster: MakeRoster
) -> None:
    grants = load_campaign("village-grants")
    london = ZoneInfo("Europe/London")
    entries = [
        make_entry(1, category="project-grant", applicant="Mill Trust", fields={"amount": 1500}),
        make_entry(2, category="project-grant", applicant="Band Hall", fields={"starts_on": date(2026, 6, 20)}),
        make_entry(3, category="project-grant", applicant="River Watch", number=1, version=2, reported_version=1),
        make_entry(4, category="apprentice-bursary", applicant="Ann Example", period="2026-05"),
        make_entry(5, category="apprentice-bursary", status=EntryStatus.INCOMPLETE),
    ]
    roster = make_roster(
        entries,
        of=grants,
        categories=("project-grant", "apprentice-bursary"),
        title="Applications of the week",
        earlier={"SX20-0003": entries[2].fields},
        series=2,
        since=datetime(2026, 5, 4, 10, tzinfo=london),
        until=datetime(2026, 5, 11, 10, tzinfo=london),
    )
    check("english", compose(roster, of=grants))
    check("english-organiser", compose(roster, of=grants, for_organiser=True))
    shortlist = make_roster(
        entries, of=grants, plans=("shortlist",), categories=("project-grant",), title="The panel's shortlist", series=0
    )
    check("english-shortlist", compose(shortlist, of=grants, held=True))
    for letter in (*compose(roster, of=grants), *compose(shortlist, of=grants)):
        assert not any("\u4e00" <= one <= "\u9fff" for one in letter.text.partition("This letter was")[0])
