"""`run --once --at`: what the calendar and the order of arrival make of mails, as the contract has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from mailflow.demo.scene import Person, mail
from mailflow.model.campaign import Campaign
from mailflow.testing.audit import Arrived, arrived, reported
from mailflow.testing.imap_server import EmbeddedImap
from mailflow.testing.journey import ORGANISER, PLATFORM, Journey
from mailflow.testing.mails import build_mail
from mailflow.testing.smtp_server import EmbeddedSmtp

XIAOMING = Person("王小明", 1, "xiaoming@mail.example.cn")


class Post:
    """Puts mails into the mailbox and looks at what left."""

    def __init__(self, campaign: Campaign, imap: EmbeddedImap, smtp: EmbeddedSmtp) -> None:
        self._campaign, self._imap, self._smtp = campaign, imap, smtp

    def arrive(self, at: str, person: Person, category: str, **how: object) -> str:
        """A mail of this person; gives its Message-ID."""
        message_id = f"<{at}.{person.number}.{len(how)}@mail.example.cn>"
        arrives = datetime.fromisoformat(f"2020-{at}").replace(tzinfo=self._campaign.zone)
        raw = mail(self._campaign, person, category, arrives=arrives, message_id=message_id, **how)  # type: ignore[arg-type]
        self._imap.append(raw, arrives)
        return message_id

    def letters(self, kind: str, to: str | None = None) -> list[Arrived]:
        """The letters of that kind that arrived."""
        return [one for one in arrived(self._smtp.letters, kind) if to in (None, one.recipient)]

    def reported(self, to: str = PLATFORM) -> list[tuple[str, str]]:
        """Who was in which report."""
        return reported(self._smtp.letters, to=to)


@pytest.fixture
def post(campaign: Campaign, imap: EmbeddedImap, smtp: EmbeddedSmtp) -> Post:
    return Post(campaign, imap, smtp)


def passes(journey: Journey, *times: str) -> None:
    """One good pass at each of these times of 2020."""
    for at in times:
        journey.once(f"2020-{at}")


def status(journey: Journey) -> list[str]:
    """The status of each entry, in the order of arrival."""
    return [one["status"] for one in journey.entries()]


def test_a_mail_at_the_deadline_is_late_and_one_before_is_not(journey: Journey, post: Post) -> None:
    post.arrive("08-30T23:59:59", XIAOMING, "outstanding-learner")
    post.arrive("08-31T00:00", Person("李晓华", 2, "b@mail.example.cn"), "outstanding-learner")
    passes(journey, "08-31T00:30")
    assert status(journey) == ["accepted", "late"]


def test_too_few_points_are_incomplete_until_the_day_is_over_and_ineligible_then_without_a_mail(
    journey: Journey, post: Post
) -> None:
    post.arrive("08-24T10:00", replace(XIAOMING, total="24,900", annual="9,800"), "outstanding-learner")
    passes(journey, "08-24T12:00", "08-30T23:00")
    assert status(journey) == ["incomplete"]
    passes(journey, "08-31T00:10")
    assert status(journey) == ["ineligible"]


def test_final_figures_are_taken_until_noon_and_are_late_after_it(journey: Journey, post: Post) -> None:
    for number, hour in ((1, "11:59"), (2, "12:01")):
        person = Person("王小明李晓华"[3 * number - 3 : 3 * number], number, f"u{number}@mail.example.cn")
        post.arrive("08-24T10:00", replace(person, total="24,900", annual="9,800"), "outstanding-learner")
        post.arrive(f"08-31T{hour}", person, "outstanding-learner")
    passes(journey, "08-24T12:00", "08-31T00:10", "08-31T13:00")
    assert Counter(status(journey)) == {"accepted": 1, "late": 1}


def test_another_sender_with_the_same_number_is_linked_and_with_other_figures_held(
    journey: Journey, post: Post
) -> None:
    post.arrive("08-18T10:00", XIAOMING, "outstanding-learner")
    post.arrive("08-18T11:00", replace(XIAOMING, sender="office@unit.example.cn"), "outstanding-learner")
    passes(journey, "08-18T12:00")
    [entry] = journey.entries()
    assert (entry["status"], entry["version"], entry["sender"]) == ("accepted", 1, XIAOMING.sender)
    post.arrive(
        "08-18T13:00",
        replace(XIAOMING, sender="x@elsewhere.example", total="99,999"),
        "outstanding-learner",
    )
    passes(journey, "08-18T14:00")
    assert status(journey) == ["accepted", "held"]
    assert journey.entries()[0] == entry
    assert len(post.letters("receipt")) == 3


def test_a_missing_picture_that_follows_completes_the_same_entry(journey: Journey, post: Post) -> None:
    post.arrive("08-18T10:00", XIAOMING, "announcer", files=("scan",))
    passes(journey, "08-18T10:30")
    assert status(journey) == ["incomplete"]
    post.arrive("08-19T10:00", XIAOMING, "announcer", files=("profile",), with_form=False)
    passes(journey, "08-19T10:30")
    [entry] = journey.entries()
    assert (entry["status"], entry["version"]) == ("accepted", 2)
    assert (entry["arrived_at"], entry["complete_at"]) == ("2020-08-18T10:00:00+08:00", "2020-08-19T10:00:00+08:00")
    assert len(entry["files"]) == 3


def test_a_correction_after_the_report_comes_again_as_one(journey: Journey, post: Post) -> None:
    post.arrive("08-18T10:00", XIAOMING, "announcer")
    passes(journey, "08-18T17:00", "08-18T17:00")
    post.arrive("08-19T10:00", replace(XIAOMING, annual="12,000"), "announcer")
    passes(journey, "08-21T17:00", "08-21T17:00", "08-25T17:00")
    assert [name for _, name in post.reported()] == ["王小明", "王小明"]
    first, second, third = post.letters("report", PLATFORM)
    assert "更正 1 人" in second.text.replace("1人", "1 人")
    assert "更正 1" not in first.text
    assert third.files == {}


def test_nothing_new_is_said_in_a_short_letter(journey: Journey, post: Post) -> None:
    passes(journey, "08-18T17:00")
    [letter] = post.letters("report", PLATFORM)
    assert letter.files == {}
    assert "无" in letter.text


def test_mails_within_the_quiet_minutes_share_a_receipt_that_names_all(journey: Journey, post: Post) -> None:
    officer = "dangwei@unit.example.cn"
    people = [Person(f"王小{name}", number, officer) for number, name in enumerate("明华丽")]
    ids = {post.arrive(f"08-18T10:0{one.number}:30", one, "announcer") for one in people}
    alone = post.arrive("08-18T11:00", replace(people[0], name="张三", number=9), "announcer")
    passes(journey, "08-18T12:00")
    together, single = post.letters("receipt")
    assert set(str(together.message["References"]).split()) == ids
    assert single.named == {alone}


@pytest.mark.parametrize("spaced", [3, 1])
def test_many_mails_of_one_sender_are_each_named_once_in_at_most_twenty_receipts(
    journey: Journey, imap: EmbeddedImap, post: Post, campaign: Campaign, spaced: int
) -> None:
    begins = datetime(2020, 8, 18, 10, tzinfo=campaign.zone)
    ids = [f"<{number}@mail.example.cn>" for number in range(45)]
    for number, message_id in enumerate(ids):
        raw = build_mail(sender="dangwei@unit.example.cn", subject="咨询一下", text="请问？", message_id=message_id)
        imap.append(raw, begins + timedelta(minutes=spaced * number / 3 if spaced == 1 else 2.2 * number))
    passes(journey, "08-18T12:00")
    receipts = post.letters("receipt")
    assert 1 <= len(receipts) <= 20
    assert Counter(name for one in receipts for name in str(one.message["References"]).split()) == Counter(ids)
    assert Counter(name for one in receipts for name in one.named) == Counter(ids)
    passes(journey, "08-18T14:00")
    assert len(post.letters("receipt")) == len(receipts)


def states(journey: Journey, at: str) -> dict[str, str]:
    """The state of each occurrence."""
    return {key: one["state"] for key, one in journey.calendar(f"2020-{at}").items()}


def test_what_was_due_before_the_first_run_is_missed_and_never_caught_up(
    journey: Journey, post: Post, smtp: EmbeddedSmtp
) -> None:
    passes(journey, "08-18T09:00")
    assert states(journey, "08-18T09:00")["weekly-2020-08-14"] == "missed"
    assert states(journey, "08-18T09:00")["weekly-2020-08-18"] == "upcoming"
    assert smtp.letters == []


def test_a_missed_report_is_caught_up_within_twelve_hours_and_rung_after(journey: Journey, post: Post) -> None:
    assert states(journey, "08-18T18:00")["weekly-2020-08-18"] == "due"
    passes(journey, "08-19T05:00")
    assert states(journey, "08-19T05:00")["weekly-2020-08-18"] == "sent"
    passes(journey, "08-22T05:01")
    assert states(journey, "08-22T05:01")["weekly-2020-08-21"] == "missed"
    assert len(post.letters("report", PLATFORM)) == 1
    rung = [one for one in journey.outbox("alarm") if "weekly-2020-08-21" in one["key"]]
    assert [(one["to"], one["state"]) for one in rung] == [(ORGANISER, "sent")]


def test_two_passes_at_the_same_time_send_nothing_twice(journey: Journey, post: Post, smtp: EmbeddedSmtp) -> None:
    post.arrive("08-18T10:00", XIAOMING, "announcer")
    passes(journey, "08-18T17:00")
    count = len(smtp.letters)
    passes(journey, "08-18T17:00", "08-18T17:00")
    assert len(smtp.letters) == count


def test_the_reports_of_a_cut_on_a_friday_are_one(journey: Journey, post: Post) -> None:
    post.arrive("08-28T17:30", XIAOMING, "challenge-master")
    post.arrive("08-28T18:00", Person("李晓华", 2, "b@mail.example.cn"), "challenge-master")
    passes(journey, "08-28T17:00")
    assert post.letters("report") == []
    passes(journey, "08-28T18:00")
    assert [name for _, name in post.reported()] == ["王小明"]
    assert len(post.letters("report", PLATFORM)) == 1
    late, early = sorted(journey.entries(), key=lambda one: str(one["applicant"]))
    assert (late["status"], early["status"]) == ("accepted", "accepted")
    assert late["period"] != early["period"]
    passes(journey, "09-01T17:00")
    assert [name for _, name in post.reported()] == ["王小明", "李晓华"]


def test_the_first_cut_has_a_closing_report_at_midnight_of_what_came_since(journey: Journey, post: Post) -> None:
    post.arrive("08-25T16:00", XIAOMING, "challenge-master")
    passes(journey, "08-25T17:00")
    post.arrive("08-25T23:59", Person("李晓华", 2, "b@mail.example.cn"), "challenge-master")
    post.arrive("08-26T00:00", Person("张三", 3, "c@mail.example.cn"), "challenge-master")
    passes(journey, "08-26T00:00")
    assert [name for _, name in post.reported()] == ["王小明", "李晓华"]
    [closing] = [one for one in journey.json("calendar", at="2020-08-26T01:00") if "closing-2020-08-26" in one["id"]]
    assert (closing["due"], closing["state"]) == ("2020-08-26T00:00:00+08:00", "sent")


def test_no_closing_letter_where_nothing_came(journey: Journey, post: Post) -> None:
    passes(journey, "08-25T17:00", "08-26T00:00")
    assert len(post.letters("report", PLATFORM)) == 1
    assert states(journey, "08-26T00:00")["challenge-closing-2020-08-26T0000"] == "passed"


def reminders(post: Post) -> list[tuple[str, str]]:
    """(day, address) of each reminder."""
    return [(f"{one.message['Date'].datetime:%m-%d}", one.recipient) for one in post.letters("reminder")]


def daily(journey: Journey, days: Iterable[int], month: str = "08") -> None:
    for number in days:
        passes(journey, f"{month}-{number:02d}T09:00")


def test_reminders_go_to_the_incomplete_and_to_silent_units_at_most_three_and_never_on_a_receipts_day(
    journey: Journey, post: Post
) -> None:
    (journey.data / "units.csv").write_text(
        "unit,addresses\n示例厅,a@unit.example.cn\n样例局,b@unit.example.cn\n", encoding="gbk"
    )
    done, short = XIAOMING, Person("李晓华", 2, "b@mail.example.cn")
    post.arrive("08-19T10:00", done, "challenge-master")
    post.arrive("08-19T10:00", short, "challenge-master", files=("profile",))
    post.arrive("08-19T10:00", Person("张三", 3, "b@unit.example.cn"), "announcer")
    daily(journey, [20, 21, 24])
    post.arrive("08-25T08:00", short, "challenge-master", files=("scan",), with_form=False)
    daily(journey, [25, 26, 27, 28, 31])
    daily(journey, [1, 2, 3, 25, 27, 28], month="09")
    sent = reminders(post)
    assert len(set(sent)) == len(sent)
    times = Counter(to for _, to in sent)
    assert times["a@unit.example.cn"] == 3
    assert times[short.sender] in (2, 3)
    assert ("08-25", short.sender) not in sent
    assert set(times) == {"a@unit.example.cn", short.sender}


def test_the_recommendation_waits_for_a_person_rings_and_goes_when_released(journey: Journey, post: Post) -> None:
    post.arrive("08-20T10:00", XIAOMING, "model-individual")
    passes(journey, "08-20T12:00", "09-03T08:59")
    before = len(post.letters("alarm"))
    passes(journey, "09-03T09:00")
    held = [one for one in journey.outbox("report") if one["state"] == "held"]
    assert [one["to"] for one in held] == [PLATFORM]
    assert [key for key, one in states(journey, "09-03T09:30").items() if one == "waiting"] == [
        "recommendation-2020-09-03T0900"
    ]
    passes(journey, "09-03T12:00")
    assert len(post.letters("alarm")) == before + 1
    assert journey("outbox", "release", held[0]["key"], at="2020-09-03T12:30").code == 0
    passes(journey, "09-03T12:30", "09-03T16:00")
    assert len(post.letters("alarm")) == before + 1
    assert "王小明" in [name for subject, name in post.reported() if "推荐" in subject or "模范" in subject]
    assert states(journey, "09-03T16:00")["recommendation-2020-09-03T0900"] == "sent"


def test_alarms_ring_at_noon_and_at_four_while_the_recommendation_waits(journey: Journey, post: Post) -> None:
    post.arrive("08-20T10:00", XIAOMING, "model-individual")
    passes(journey, "08-20T12:00", "09-03T09:00")
    before = len(post.letters("alarm"))
    passes(journey, "09-03T12:00", "09-03T14:00", "09-03T16:00", "09-03T17:00")
    assert len(post.letters("alarm")) == before + 2


def test_the_calendar_prints_midnight_as_the_next_day_and_includes_its_last_day(journey: Journey) -> None:
    found = journey.json("calendar", "--from", "2020-08-30", "--to", "2020-08-30", at="2020-08-18T09:00")
    assert "2020-08-31T00:00:00+08:00" in {one["due"] for one in found if one["kind"] == "deadline"}
    assert all("2020-08-30" <= one["due"] <= "2020-08-31T00:00:00+08:00" for one in found)
    found = journey.json("calendar", "--from", "2020-08-21", "--to", "2020-08-21", at="2020-08-18T09:00")
    assert "weekly-2020-08-21" in {one["id"] for one in found}


def test_a_deadline_that_is_over_has_passed(journey: Journey) -> None:
    assert states(journey, "08-30T23:59")["closes-2020-08-31T0000"] == "upcoming"
    assert states(journey, "08-31T00:00")["closes-2020-08-31T0000"] == "passed"


def test_a_mail_after_the_deadline_takes_nothing_from_an_accepted_entry(journey: Journey, post: Post) -> None:
    post.arrive("08-24T10:00", XIAOMING, "outstanding-learner")
    passes(journey, "08-24T12:00")
    [entry] = journey.entries()
    post.arrive("08-31T14:00", replace(XIAOMING, annual="12,000"), "outstanding-learner")
    passes(journey, "08-31T15:00")
    [after] = journey.entries()
    assert after["status"] == "accepted"
    assert after["fields"] == entry["fields"]
