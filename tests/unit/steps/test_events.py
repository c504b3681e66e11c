"""Replaying the events of a mail, an entry or a letter gives the state that it is in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from mailflow.model.letter import LetterKind
from mailflow.model.states import LetterEvent
from mailflow.steps.world import Limits
from mailflow.store.tables import EventRow
from mailflow.testing.forms import filled_form
from mailflow.testing.office import Office
from mailflow.wire.smtp import Outcome, Result

Opens = Callable[..., Office]

MESSAGES = {"spooled": "spooled", "replayed": "spooled", "assigned": "spooled", "ignored": "ignored"}
LETTERS = {"released": "posted", "resent": "posted", "dropped": "dropped"}


def replayed(events: list[EventRow], states: dict[str, str]) -> str:
    """The state that the events tell: each names it, or leads to one by itself."""
    state = ""
    for event in events:
        told = event.detail.get("state") or states.get(event.name)
        state = told or (event.name if event.about.startswith("letter:") else state)
    return state


def events_of(office: Office, about: str) -> list[EventRow]:
    found: list[EventRow] = office.ask(lambda books: books.events(about))
    return found


def check(office: Office) -> None:
    for row in office.ask(lambda books: books.messages.all()):
        assert replayed(events_of(office, f"message:{row.sha256}"), MESSAGES) == row.state
    for entry in office.ask(lambda books: books.entries.all("shanxi-2020")):
        events = events_of(office, f"entry:{entry.ref}")
        told = [event.detail["status"] for event in events if "status" in event.detail]
        assert told[-1] == entry.status
        assert sum(bool(event.detail.get("changed")) for event in events) == entry.version
    for letter in office.letters():
        assert replayed(events_of(office, f"letter:{letter.key}"), LETTERS) == letter.state
    for occurrence, state in office.ask(lambda books: books.occurrences.states()).items():
        assert events_of(office, f"occurrence:{occurrence}")[-1].name == state


def apply(office: Office, **values: str) -> str:
    fields = {"name": "王小明", "study_id": "1000000001", **values}
    form = filled_form(office.world.campaign, "announcer", fields)
    return office.mail("office@unit.example", "王小明+志愿播音员", files=[("报名表.docx", form)])


def test_the_events_of_a_busy_week_give_the_states(office: Office) -> None:
    apply(office)
    office.mail("a@mail.example", "咨询")
    office.mail("b@mail.example", "自动回复", headers=[("Auto-Submitted", "auto-replied")])
    office.tick(at_once=True)
    check(office)
    office.clock.advance(timedelta(minutes=10))
    apply(office, mobile="13800000000")
    apply(office, mobile="13800000000", total_points="9000")
    office.post.answers = [Result(Outcome.DEFERRED, "450"), Result(Outcome.UNKNOWN), Result(Outcome.REFUSED, "550")]
    office.deliver()
    office.tick()
    check(office)
    office.live_until(office.at("08-26 10:00"))
    office.deliver()
    check(office)


@pytest.mark.parametrize("again", ["replay", "assign"])
def test_a_mail_that_is_judged_again_has_events_that_give_its_state(office: Office, again: str) -> None:
    sha256 = office.mail("a@mail.example", "咨询")
    office.tick(at_once=True)
    with office.world.database.write() as books:
        row = books.messages.by_sha(sha256)
        assert row is not None
        if again == "replay":
            books.messages.replay(row)
            books.record(f"message:{sha256}", "replayed", office.world.now())
        else:
            books.messages.assign(row, "王小明", "announcer")
            books.record(f"message:{sha256}", "assigned", office.world.now())
    check(office)
    office.tick(at_once=True)
    check(office)


def test_a_mail_that_fails_has_events_that_give_its_state(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.mail("a@mail.example", "咨询")
    with monkeypatch.context() as patched:
        patched.setattr("mailflow.steps.process.decide", None)
        office.judge()
    check(office)


def test_letters_that_are_held_and_let_go_have_events_that_give_their_state(opens: Opens) -> None:
    office = opens(is_shadow=True, limits=Limits())
    office.mail("a@mail.example", "咨询")
    office.tick(at_once=True)
    check(office)
    with office.world.database.write() as books:
        [row] = [one for one in books.letters.all() if one.kind == LetterKind.RECEIPT]
        books.letters.move(row, LetterEvent.RELEASED)
        books.record(f"letter:{row.key}", "released", office.world.now())
    check(office)
