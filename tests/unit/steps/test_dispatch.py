"""dispatch: what the server says of a letter decides where it goes, and what must wait behind it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from mailflow.errors import AuthenticationError, TemporaryError
from mailflow.model.letter import Letter, LetterKind
from mailflow.model.states import LetterEvent
from mailflow.steps.dispatch import MOST_RESENDS, Lane, dispatch_all, recover
from mailflow.steps.posting import post
from mailflow.store.tables import LetterRow
from mailflow.testing.office import ORGANISER, Office
from mailflow.wire.smtp import Outcome, Result, Scope

Opens = Callable[..., Office]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TO = "a@unit.example"
DEFERRED, REFUSED, UNKNOWN = Outcome.DEFERRED, Outcome.REFUSED, Outcome.UNKNOWN


def posted(office: Office, key: str = "receipt:1", kind: LetterKind = LetterKind.RECEIPT, to: str = TO) -> str:
    with office.world.database.write() as books:
        post(office.world, books, Letter(key, kind, to, f"主题 {key}", "正文", "<p>正文</p>"))
    return key


def row(office: Office, key: str = "receipt:1") -> LetterRow:
    found: LetterRow = office.ask(lambda books: books.letters.by_key(key))
    return found


def wait_of(office: Office) -> timedelta | None:
    until = office.lane.wait_until
    return None if until is None else until - office.clock.now()


@pytest.mark.parametrize(
    ("result", "state", "next_try", "lane_waits"),
    [
        (Result(Outcome.SENT, "250"), "sent", None, None),
        (Result(DEFERRED, "450"), "posted", MINUTE, None),
        (Result(DEFERRED, "421", scope=Scope.CONNECTION), "posted", MINUTE, None),
        (Result(DEFERRED, "421", wait=10 * MINUTE, scope=Scope.CONNECTION), "posted", 10 * MINUTE, 10 * MINUTE),
        (Result(DEFERRED, "451", wait=15 * MINUTE, scope=Scope.QUOTA), "posted", 15 * MINUTE, 15 * MINUTE),
        (Result(DEFERRED, "550", scope=Scope.DAY), "posted", 15 * HOUR + 5 * MINUTE, 15 * HOUR + 5 * MINUTE),
        (Result(DEFERRED, "535", scope=Scope.ACCOUNT), "posted", MINUTE, 15 * MINUTE),
        (Result(REFUSED, "550"), "failed", None, None),
        (Result(UNKNOWN), "posted", timedelta(), None),
    ],
)
def test_each_answer_has_its_outcome(
    office: Office, result: Result, state: str, next_try: timedelta | None, lane_waits: timedelta | None
) -> None:
    posted(office)
    office.post.answers = [result]
    if result.outcome is UNKNOWN:
        office.post.answers.append(Result(DEFERRED, "450"))
        next_try = 5 * MINUTE
    office.deliver()
    letter = row(office)
    assert letter.state == state
    if next_try is not None:
        assert letter.next_attempt_at - office.clock.now() == next_try
    assert wait_of(office) == lane_waits


def test_nothing_leaves_while_the_lane_waits_and_all_goes_on_after(office: Office) -> None:
    posted(office, "receipt:1")
    posted(office, "receipt:2")
    office.post.answers = [Result(DEFERRED, "451", wait=15 * MINUTE, scope=Scope.QUOTA)]
    assert office.deliver() == 1
    assert office.deliver() == 0
    office.clock.advance(14 * MINUTE)
    assert office.deliver() == 0
    office.clock.advance(MINUTE)
    assert office.deliver() == 3  # with the alarm about the quota
    assert {one.state for one in office.letters()} == {"sent"}


def test_a_deferred_letter_follows_the_schedule_and_is_given_up_after_three_days(office: Office) -> None:
    posted(office)
    tries = 0
    while row(office).state == "posted":
        office.post.answers = [Result(DEFERRED, "450", "busy")]
        office.deliver()
        tries += 1
        office.clock.set(row(office).next_attempt_at)
    letter = row(office)
    assert (letter.state, letter.last_error, tries) == ("failed", "given up: busy", 76)
    [alarm] = office.letters(LetterKind.ALARM)
    assert alarm.recipient == ORGANISER


def test_no_letter_is_given_up_because_the_account_is_refused(office: Office) -> None:
    posted(office)
    for _ in range(100):
        office.post.answers = [Result(DEFERRED, "535", scope=Scope.ACCOUNT)]
        office.clock.advance(HOUR)
        office.deliver()
    assert row(office).state == "posted"


def test_urgent_letters_leave_first_then_those_posted_first(office: Office) -> None:
    kinds = [LetterKind.DIGEST, LetterKind.REPORT, LetterKind.RECEIPT, LetterKind.REMINDER, LetterKind.ALARM]
    for number, kind in enumerate((*kinds, LetterKind.RECEIPT)):
        posted(office, f"{kind}:{number}", kind)
    office.deliver()
    keys = {one.message_id.encode(): one.key for one in office.letters()}
    order = [next(key for number, key in keys.items() if number in raw) for _, raw in office.post.letters]
    assert order == ["alarm:4", "receipt:2", "receipt:5", "report:1", "reminder:3", "digest:0"]


def test_a_crash_while_sending_resends_a_receipt_as_the_same_mail(opens: Opens) -> None:
    office = opens()
    posted(office)
    office.post.answers = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        office.deliver()
    assert row(office).state == "sending"
    again = opens()
    assert recover(again.world) == 1
    again.deliver()
    assert row(again).state == "sent"
    [(_, raw)] = again.post.letters
    assert raw == again.ask(lambda books: books.letters.raw(row(again)))
    assert row(again).message_id.encode() in raw


@pytest.mark.parametrize("kind", [LetterKind.RECEIPT, LetterKind.REMINDER, LetterKind.DIGEST, LetterKind.ALARM])
def test_what_is_lost_again_and_again_is_resent_a_few_times_then_asked_about(office: Office, kind: LetterKind) -> None:
    key = posted(office, f"{kind}:1", kind)
    for _ in range(10):
        office.post.answers = [Result(UNKNOWN, text="lost")] * 20
        office.clock.set(max(office.clock.now(), row(office, key).next_attempt_at))
        office.deliver()
    same = [raw for _, raw in office.post.letters if row(office, key).message_id.encode() in raw]
    assert len(same) == 1 + MOST_RESENDS
    assert len(set(same)) == 1
    assert row(office, key).state == "unknown"
    about = [one for one in office.letters(LetterKind.ALARM) if one.key != key]
    assert len(about) == (0 if kind is LetterKind.ALARM else 1)


@pytest.mark.parametrize("kind", [LetterKind.REPORT, LetterKind.DECISION])
def test_a_report_that_is_lost_asks_the_operator_and_is_not_resent(office: Office, kind: LetterKind) -> None:
    key = posted(office, f"{kind}:1", kind)
    office.post.answers = [Result(UNKNOWN, text="lost")]
    office.deliver()
    office.clock.advance(24 * HOUR)
    office.deliver()
    assert row(office, key).state == "unknown"
    assert len(office.letters(LetterKind.ALARM)) == 1


def test_a_fault_in_the_code_leaves_the_letter_unknown_and_not_stuck(office: Office) -> None:
    posted(office)
    office.post.answers = [ValueError("王小明")]
    office.deliver()
    assert row(office).state == "sent"
    names = [event.name for event in office.ask(lambda books: books.events("letter:receipt:1"))]
    assert names == ["posted", "sending", "unknown", "resent", "sending", "sent"]


def test_a_server_out_of_reach_costs_the_letter_no_try(office: Office) -> None:
    posted(office)
    for _ in range(5):
        office.post.answers = [TemporaryError("no route")]
        with pytest.raises(TemporaryError):
            office.deliver()
    assert (row(office).state, row(office).attempts) == ("posted", 0)


def test_a_refused_login_rings_once_and_is_not_tried_again_at_once(office: Office) -> None:
    posted(office)
    office.post.answers = [AuthenticationError("535 refused")]
    with pytest.raises(AuthenticationError):
        office.deliver()
    for _ in range(10):
        assert office.deliver() == 0
    assert wait_of(office) == 15 * MINUTE
    assert len(office.letters(LetterKind.ALARM)) == 1


def test_another_account_goes_on_where_one_is_refused(office: Office) -> None:
    posted(office)
    posted(office, "alarm:1", LetterKind.ALARM)
    main = Lane(office.lane.courier, (LetterKind.RECEIPT,))
    alarms = Lane(office.lane.courier, (LetterKind.ALARM,))
    office.post.answers = [AuthenticationError("535 refused")]
    with pytest.raises(AuthenticationError):
        dispatch_all(office.world, [main, alarms])
    assert row(office, "alarm:1").state == "sent"


def test_the_set_quotas_are_kept(office: Office) -> None:
    office.lane.quota_15min, office.lane.quota_day = 2, 5
    for number in range(9):
        posted(office, f"receipt:{number}")
    sent: list[int] = []
    for _ in range(60):
        sent.append(office.deliver())
        office.clock.advance(MINUTE)
    assert sum(sent) == 5
    assert max(sum(sent[start : start + 15]) for start in range(45)) == 2
    office.clock.set(office.at("08-21 00:01"))
    assert office.deliver() == 2


def test_an_address_that_fails_rings_once(office: Office) -> None:
    for number in range(3):
        posted(office, f"receipt:{number}")
    office.post.answers = [Result(REFUSED, "550")] * 4
    office.deliver()
    assert len(office.letters(LetterKind.ALARM)) == 1
    assert {one.state for one in office.letters(LetterKind.RECEIPT)} == {"failed"}


def test_an_alarm_that_fails_rings_nobody(office: Office) -> None:
    posted(office, "alarm:1", LetterKind.ALARM)
    office.post.answers = [Result(REFUSED, "550")]
    office.deliver()
    assert len(office.letters()) == 1


def test_what_the_operator_lets_go_leaves_with_the_next_pass(office: Office) -> None:
    posted(office)
    office.post.answers = [Result(REFUSED, "550")]
    office.deliver()
    with office.world.database.write() as books:
        books.letters.move(row(office), LetterEvent.RESENT)
    office.deliver()
    assert row(office).state == "sent"


def test_each_change_of_a_letter_has_its_event(office: Office) -> None:
    posted(office)
    office.post.answers = [Result(DEFERRED, "450"), TemporaryError("gone"), Result(UNKNOWN), Result(Outcome.SENT)]
    office.deliver()
    office.clock.advance(HOUR)
    with pytest.raises(TemporaryError):
        office.deliver()
    office.deliver()
    names = [event.name for event in office.ask(lambda books: books.events("letter:receipt:1"))]
    tries = ["posted", "sending"] * 3
    assert names == [*tries, "unknown", "resent", "sending", "sent"]
