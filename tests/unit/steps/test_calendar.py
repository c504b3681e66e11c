"""calendar: each due time once, at its time; what was missed is caught up or shown; nobody is reported twice."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from mailflow.campaign.calendar import occurrences
from mailflow.campaign.load import load_campaign
from mailflow.errors import MailflowError
from mailflow.letters.alarm import AlarmCode
from mailflow.model.campaign import Campaign, Severity
from mailflow.model.entry import Check, Compared, FiledFile, Finding, Mark, Relation, Seen, Submission, Verdict
from mailflow.model.facts import Role
from mailflow.model.letter import LetterKind
from mailflow.model.states import LetterEvent
from mailflow.steps import calendar as module
from mailflow.steps.calendar import keep_calendar
from mailflow.steps.world import Addressees
from mailflow.store.messages import Arrival
from mailflow.store.tables import LetterRow
from mailflow.testing.office import ORGANISER, PLATFORM, Office, open_office

Opens = Callable[..., Office]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CAMPAIGN = "shanxi-2020"


def enter(
    office: Office,
    name: str = "王小明",
    *,
    category: str = "announcer",
    ref: str | None = None,
    verdict: Verdict = Verdict.ACCEPTED,
    points: int = 5000,
    differs: bool = False,
) -> str:
    """Puts an entry, or a version of one, in the books as judging would, arrived now; gives its receipt number."""
    now = office.world.now()
    office.uid += 1
    [content] = office.world.files.put([f"form of {name}".encode()])
    form = FiledFile(content, "报名表.docx", Role.FORM, "application/zip", 10)
    lacks = (Finding("attachment.missing", Severity.ERROR, "未收到", "photo"),) if verdict is Verdict.INCOMPLETE else ()
    told = (Finding("evidence.points-mismatch", Severity.WARNING, "两处数字不同，请核对", "profile-screenshot"),)
    pair = Compared("total_points", "总积分", f"{points:,}", "26,345", agrees=False)
    check = Check("profile-screenshot", "“我的信息”截图", Mark.UNSURE, "截图.jpg", Seen.DIFFERS, (pair,))
    digest = sha256(f"{name}{office.uid}{now}{id(office)}".encode()).hexdigest()
    with office.world.database.write() as books:
        [(row, _)] = books.messages.add([Arrival(digest, 1, now, ("INBOX", 1, int(digest[:12], 16)))], now)
        row.sender, row.state, row.judged_at = f"{sha256(name.encode()).hexdigest()[:8]}@unit.example", "answered", now
        made = Submission(
            name,
            category,
            None,
            None,
            None,
            verdict,
            Relation.NEW,
            fields={"total_points": points},
            findings=(*lacks, *(told if differs else ())),
            checks=(check,) if differs else (),
            files=(form,),
        )
        entry = books.entries.by_ref(ref) if ref else None
        if entry is None:
            ref = office.world.new_ref()
            books.entries.open(CAMPAIGN, ref, made, row, name_key=name)
        else:
            books.entries.advance(entry, made, row)
    assert ref is not None
    return ref


def reports(office: Office, to: str = PLATFORM) -> list[str]:
    """The occurrences that a report went out for, in order."""
    rows = office.letters(LetterKind.REPORT)
    return list(dict.fromkeys(str(row.occurrence_id) for row in rows if row.recipient == to))


def states(office: Office) -> dict[str, str]:
    found: dict[str, str] = office.ask(lambda books: books.occurrences.states())
    return found


def alarms(office: Office, code: AlarmCode, about: str = "") -> int:
    return sum(row.key.startswith(f"alarm:{code}:{about}") for row in office.letters(LetterKind.ALARM))


def test_a_report_goes_out_at_its_time_and_not_before(office: Office) -> None:
    enter(office)
    office.move_to(office.at("08-21 16:59"))
    assert reports(office) == []
    office.move_to(office.at("08-21 17:00"))
    office.move_to(office.at("08-21 17:01"))
    assert reports(office) == ["weekly-2020-08-21"]


def test_what_was_due_before_the_first_run_is_never_caught_up(opens: Opens, campaign: Campaign) -> None:
    office = opens(begins=datetime(2020, 8, 21, 18, tzinfo=campaign.zone))
    office.move_to(office.at("08-22 09:00"))
    assert reports(office) == []
    assert alarms(office, AlarmCode.OCCURRENCE_MISSED) == 0


def test_a_report_is_caught_up_once_within_twelve_hours(opens: Opens) -> None:
    office = opens()
    later = opens(begins=office.at("08-22 04:59"))
    enter(later)
    for _ in range(3):
        later.tick()
    assert reports(later) == ["weekly-2020-08-21"]
    assert alarms(later, AlarmCode.OCCURRENCE_MISSED, "weekly-2020-08-21") == 0


def test_past_twelve_hours_it_is_missed_with_an_alarm_and_its_entries_stand_in_the_next(opens: Opens) -> None:
    office = opens()
    ref = enter(office)
    later = opens(begins=office.at("08-22 05:01"))
    for _ in range(3):
        later.tick()
    assert (reports(later), states(later)["weekly-2020-08-21"]) == ([], "missed")
    assert alarms(later, AlarmCode.OCCURRENCE_MISSED, "weekly-2020-08-21") == 1
    later.live_until(later.at("08-25 17:00"))
    [entry] = later.ask(lambda books: books.entries.all(CAMPAIGN))
    assert (entry.ref, entry.reported_version) == (ref, 1)


def test_a_corrected_entry_comes_again_and_an_unchanged_one_does_not(office: Office) -> None:
    one = enter(office)
    office.clock.advance(HOUR)
    enter(office, "李晓华")
    office.live_until(office.at("08-21 17:00"))
    enter(office, ref=one, points=6000)
    office.live_until(office.at("08-25 17:00"))
    reported = office.ask(lambda books: [books.events(f"entry:{one}")])[0]
    assert [event.detail["occurrence"] for event in reported if event.name == "reported"] == [
        "weekly-2020-08-21",
        "weekly-2020-08-25",
    ]
    entries = office.ask(lambda books: books.entries.all(CAMPAIGN))
    assert [(entry.number, entry.version, entry.reported_version) for entry in entries] == [(1, 2, 2), (2, 1, 1)]


def test_two_daemons_send_one_report(opens: Opens) -> None:
    office = opens()
    enter(office)
    office.live_until(office.at("08-21 16:00"))
    other = opens(begins=office.at("08-21 17:00"))
    window = occurrences(office.world.campaign, other.clock.now(), other.clock.now() + HOUR)
    [due] = [one for one in window if one.id == "weekly-2020-08-21"]
    keep_calendar(other.world)
    office.clock.set(other.clock.now())
    before = len(office.letters())
    with office.world.database.write() as books:
        assert module._take_up(office.world, books, due, office.world.now()) == "posted"
    assert len(office.letters()) == before


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_the_hosts_zone_changes_nothing(opens: Opens, zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "TZ", zone)
    time.tzset()
    try:
        office = opens()
        enter(office)
        office.live_until(office.at("08-21 16:59"))
        assert reports(office) == []
        office.move_to(office.at("08-21 17:00"))
        assert reports(office) == ["weekly-2020-08-21"]
    finally:
        monkeypatch.undo()
        time.tzset()


def closing(office: Office) -> str:
    """Goes to the closing report of 挑战达人 at 08-26 00:00 without a poll; gives its id."""
    enter(office, category="challenge-master")
    office.live_until(office.at("08-25 23:00"))
    office.clock.set(office.at("08-26 00:00"))
    keep_calendar(office.world)
    [found] = [one for one, state in states(office).items() if state == "waiting"]
    return found


def test_a_closing_report_waits_for_a_poll_begun_past_the_cut(office: Office) -> None:
    enter(office, "李晓华", category="challenge-master")
    waiting = closing(office)
    for _ in range(10):
        keep_calendar(office.world)
    assert states(office)[waiting] == "waiting"
    assert [event.name for event in office.ask(lambda books: books.events(f"occurrence:{waiting}"))] == ["waiting"]
    office.polled()
    keep_calendar(office.world)
    assert states(office)[waiting] in ("posted", "passed")


def test_a_closing_report_waits_for_what_arrived_before_the_cut_to_be_judged(office: Office) -> None:
    waiting = closing(office)
    office.mail("a@mail.example", "咨询", office.at("08-25 23:59"))
    office.polled()
    keep_calendar(office.world)
    assert states(office)[waiting] == "waiting"
    office.mail("a@mail.example", "咨询二", office.at("08-26 00:00"))
    with office.world.database.write() as books:
        for row in books.messages.spooled(10):
            if row.arrived_at < office.at("08-26 00:00"):
                row.state = "ignored"
    keep_calendar(office.world)
    assert states(office)[waiting] in ("posted", "passed")


def test_a_closing_report_waits_half_an_hour_and_no_longer(office: Office) -> None:
    waiting = closing(office)
    office.clock.set(office.at("08-26 00:30"))
    keep_calendar(office.world)
    assert states(office)[waiting] == "waiting"
    office.clock.set(office.at("08-26 00:31"))
    keep_calendar(office.world)
    assert states(office)[waiting] in ("posted", "passed")


def test_after_a_downtime_a_closing_report_still_waits_for_its_poll(opens: Opens) -> None:
    office = opens()
    office.live_until(office.at("08-25 22:00"))
    later = opens(begins=office.at("08-26 03:00"))
    keep_calendar(later.world)
    assert "waiting" in states(later).values()
    later.tick()
    assert "waiting" not in states(later).values()


def test_what_comes_after_the_cut_belongs_to_the_next_report(office: Office) -> None:
    waiting = closing(office)
    late = enter(office, "李晓华", category="challenge-master")
    office.polled()
    keep_calendar(office.world)
    assert states(office)[waiting] in ("posted", "passed")
    entries = {entry.ref: entry for entry in office.ask(lambda books: books.entries.all(CAMPAIGN))}
    assert entries[late].reported_version is None


def test_the_ordinary_report_of_a_day_with_a_cut_moves_and_is_one_with_it(office: Office) -> None:
    enter(office, category="challenge-master")
    office.live_until(office.at("08-28 17:30"))
    assert not [one for one in reports(office) if "2020-08-28" in one]
    office.move_to(office.at("08-28 18:00"))
    assert [one for one in reports(office) if "2020-08-28" in one] == ["weekly-2020-08-28"]


def test_the_recommendation_is_held_and_rings_while_it_waits(office: Office) -> None:
    enter(office, category="model-individual", verdict=Verdict.ACCEPTED)
    office.live_until(office.at("09-03 09:00"))
    held = [row for row in office.letters(LetterKind.REPORT) if row.state == "held"]
    assert {row.recipient for row in held} == {PLATFORM}
    office.move_to(office.at("09-03 12:00"))
    assert alarms(office, AlarmCode.RECOMMENDATION_WAITS) == 1
    with office.world.database.write() as books:
        for row in books.letters.all("held"):
            books.letters.move(row, LetterEvent.RELEASED)
    office.move_to(office.at("09-03 16:00"))
    assert alarms(office, AlarmCode.RECOMMENDATION_WAITS) == 1


def test_without_an_addressee_a_report_waits_and_is_missed_at_last(opens: Opens) -> None:
    office = opens(addressees=Addressees((), (ORGANISER,), (ORGANISER,)))
    enter(office)
    office.live_until(office.at("08-21 17:00"))
    assert states(office)["weekly-2020-08-21"] == "waiting"
    office.live_until(office.at("08-22 05:30"))
    assert states(office)["weekly-2020-08-21"] == "missed"
    assert alarms(office, AlarmCode.OCCURRENCE_MISSED, "weekly-2020-08-21") == 1


def test_a_due_time_that_cannot_be_settled_delays_no_other(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise ValueError("王小明")

    office.clock.set(office.at("08-21 17:00"))
    with monkeypatch.context() as patched:
        patched.setattr(module, "post_report", fail)
        with pytest.raises(MailflowError, match=r"ValueError at test_calendar\.py") as caught:
            keep_calendar(office.world)
    assert "王小明" not in str(caught.value)
    assert states(office)["digest-2020-08-21"] in ("posted", "passed")
    assert "weekly-2020-08-21" not in states(office)
    keep_calendar(office.world)
    assert states(office)["weekly-2020-08-21"] == "posted"


def test_what_waits_keeps_the_window_open_and_what_is_settled_stays_so(office: Office) -> None:
    waiting = closing(office)
    office.live_until(office.at("08-26 09:00"))
    before = len(office.letters())
    for _ in range(5):
        office.tick()
    assert states(office)[waiting] != "waiting"
    assert len(office.letters()) == before


def test_a_clock_that_is_set_back_sends_nothing_twice(office: Office) -> None:
    enter(office)
    office.live_until(office.at("08-25 17:00"))
    before = [row.key for row in office.letters()]
    office.clock.set(office.at("08-20 12:00"))
    office.tick()
    office.live_until(office.at("08-25 17:00"))
    assert [row.key for row in office.letters()] == before


def test_reminders_are_one_a_day_and_three_in_all_and_never_beside_a_receipt(office: Office) -> None:
    enter(office, category="outstanding-learner", verdict=Verdict.INCOMPLETE)
    enter(office, category="challenge-master", verdict=Verdict.INCOMPLETE)
    office.mail("quiet@unit.example", "咨询")
    office.live_until(office.at("09-30 18:00"))
    by_address: dict[str, list[datetime]] = {}
    for row in office.letters(LetterKind.REMINDER, LetterKind.RECEIPT):
        by_address.setdefault(row.recipient, []).append(row.posted_at.astimezone(office.world.campaign.zone))
    reminders = Counter(row.recipient for row in office.letters(LetterKind.REMINDER))
    assert reminders
    assert max(reminders.values()) <= 3
    for times in by_address.values():
        assert len({one.date() for one in times}) == len(times)


def test_those_who_are_done_hear_nothing(office: Office) -> None:
    enter(office, category="outstanding-learner")
    office.live_until(office.at("09-05 18:00"))
    assert office.letters(LetterKind.REMINDER) == []


def test_a_quiet_morning_brings_no_digest_and_a_waiting_mail_does(office: Office) -> None:
    office.tick()
    assert [row for row in office.letters(LetterKind.DIGEST)] == []
    office.mail("a@mail.example", "咨询")
    office.live_until(office.at("08-21 09:00"))
    assert [row.occurrence_id for row in office.letters(LetterKind.DIGEST)] == ["digest-2020-08-21-morning"]


def test_a_difference_between_form_and_picture_is_told_once_with_both_values(office: Office) -> None:
    enter(office, differs=True)
    office.live_until(office.at("08-22 12:00"))
    letters = office.letters(LetterKind.DIGEST)
    telling = [row.occurrence_id for row in letters if "5,000 / 26,345" in text_of(office, row)]
    assert telling == ["digest-2020-08-21-morning"]


def text_of(office: Office, row: LetterRow) -> str:
    """A letter's text."""
    body = message_from_bytes(office.ask(lambda books: books.letters.raw(row)), policy=default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


steps = st.lists(
    st.tuples(
        st.sampled_from(["new", "again", "down", "up"]),
        st.floats(0.1, 40),
        st.sampled_from(["announcer", "proofreader", "challenge-master"]),
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=8, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(steps)
def test_each_version_is_in_at_most_one_report_and_the_last_in_one(told: list[tuple[str, float, str]]) -> None:
    with TemporaryDirectory() as folder:
        office = open_office(Path(folder), campaign=load_campaign(CAMPAIGN))
        refs: list[tuple[str, str, str]] = []
        for number, (what, hours, wanted) in enumerate(told):
            if what == "new":
                refs.append((enter(office, f"王{number}", category=wanted), f"王{number}", wanted))
            elif what == "again" and refs:
                ref, name, category = refs[number % len(refs)]
                enter(office, name, category=category, ref=ref, points=number)
            until = office.clock.now() + timedelta(hours=hours)
            if what == "down":
                office.world.database.close()
                office = open_office(Path(folder), until, campaign=office.world.campaign)
                office.tick()
            else:
                office.live_until(until)
        office.live_until(office.clock.now() + 8 * DAY)
        entries = office.ask(lambda books: books.entries.all(CAMPAIGN))
        assert len(entries) == len(refs) == len({entry.number for entry in entries})
        assert all(entry.reported_version == entry.version for entry in entries)
        about = [f"entry:{entry.ref}" for entry in entries]
        events = office.ask(lambda books: books.events(*about))
        reported = [(event.about, event.detail["occurrence"]) for event in events if event.name == "reported"]
        assert len(reported) == len(set(reported))
        keys = [row.key for row in office.letters(LetterKind.REPORT)]
        assert len(keys) == len(set(keys))
        office.world.database.close()
