"""calendar: what is due? Each due time is taken up once, in the transaction that posts its letters.

The scheduler only wakes this step; due-ness is in the database, and its key forbids a second time.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from mailflow.campaign.calendar import occurrences
from mailflow.errors import MailflowError
from mailflow.letters.alarm import AlarmCode
from mailflow.maillog import log
from mailflow.model.occurrence import Occurrence, OccurrenceKind
from mailflow.model.states import LetterState
from mailflow.steps.collect import POLL_BEGUN
from mailflow.steps.digest import post_digest
from mailflow.steps.posting import ring
from mailflow.steps.remind import post_reminders
from mailflow.steps.report import has_addressee, post_report
from mailflow.steps.tracing import as_ours, where
from mailflow.steps.world import World
from mailflow.store.books import Books
from mailflow.store.occurrences import MISSED, PASSED, POSTED, WAITING

FIRST_RUN, SETTLED_UNTIL = "first_run", "calendar_settled_until"
LONGEST_WAIT = timedelta(minutes=30)
"""How long a closing report waits for a poll and an empty spool, once it is taken up; stragglers follow later."""
NOTED_AGAIN = timedelta(hours=1)
INSTANT = timedelta(microseconds=1)


def begin(world: World) -> None:
    """Notes the first run of this data folder: what was due before it is missed, never caught up."""
    with world.database.write() as books:
        if books.fact(FIRST_RUN) is None:
            books.note(FIRST_RUN, world.now().isoformat())


def keep_calendar(world: World) -> int:
    """Takes up everything that is due; says how many due times were settled.

    One that cannot be settled delays no other: it is tried again, and what stood in its way is raised at the end.
    Raises StoreError, MailflowError.
    """
    now = world.now()
    with world.database.read() as books:
        first_run = books.fact(FIRST_RUN)
        since = datetime.fromisoformat(books.fact(SETTLED_UNTIL) or first_run or now.isoformat())
        states = books.occurrences.states()
    settled = 0
    open_from: datetime | None = None
    trouble: MailflowError | None = None
    for occurrence in sorted(occurrences(world.campaign, since, now + INSTANT), key=_turn):
        if occurrence.kind is OccurrenceKind.DEADLINE or states.get(occurrence.id, WAITING) != WAITING:
            continue
        try:
            with world.database.write() as books:
                state = _take_up(world, books, occurrence, now)
        except Exception as error:
            state = WAITING
            trouble = trouble or as_ours(error)
            log("calendar").error("failed", occurrence=occurrence.id, exception=where(error))
        if state == WAITING:
            open_from = open_from or occurrence.due
        else:
            settled += 1
            log("calendar").info("settled", occurrence=occurrence.id, state=state)
    until = open_from or now
    if settled or abs(until - since) >= NOTED_AGAIN:
        with world.database.write() as books:
            books.note(SETTLED_UNTIL, until.isoformat())
    if trouble is not None:
        raise trouble
    return settled


def _turn(occurrence: Occurrence) -> tuple[datetime, bool, str]:
    """By time; a digest after the report of its hour, so that it speaks of what was sent."""
    return occurrence.due, occurrence.kind is OccurrenceKind.DIGEST, occurrence.id


def _take_up(world: World, books: Books, occurrence: Occurrence, now: datetime) -> str:
    """Settles one due time as far as can be, and notes its state. A second daemon's word on it stands."""
    was = books.occurrences.state_of(occurrence.id)
    if was is not None and was != WAITING:
        return was
    if now - occurrence.due > timedelta(hours=world.campaign.catch_up_hours):
        state = _miss(world, books, occurrence, now)
    elif occurrence.kind is OccurrenceKind.REPORT:
        state = _report(world, books, occurrence, now)
    elif occurrence.kind is OccurrenceKind.REMINDER:
        books.occurrences.take(occurrence, POSTED, now)
        state = POSTED if post_reminders(world, books, occurrence) else PASSED
    elif occurrence.kind is OccurrenceKind.DIGEST:
        books.occurrences.take(occurrence, POSTED, now)
        state = POSTED if post_digest(world, books, occurrence) else PASSED
    else:
        state = _alarm(world, books, occurrence, now)
    books.occurrences.settle(occurrence.id, state)
    if state != was:
        books.record(f"occurrence:{occurrence.id}", state, now, due=occurrence.due)
    return state


def _report(world: World, books: Books, occurrence: Occurrence, now: datetime) -> str:
    is_ready = has_addressee(world, occurrence) and _is_closed(books, occurrence, now)
    books.occurrences.take(occurrence, POSTED if is_ready else WAITING, now)
    if not is_ready:
        return WAITING
    return POSTED if post_report(world, books, occurrence) else PASSED


def _is_closed(books: Books, occurrence: Occurrence, now: datetime) -> bool:
    """Whether everything that arrived before the cut is judged, or has been waited for long enough."""
    taken_up = books.occurrences.waiting_since(occurrence.id) or now
    if occurrence.cut is None or now - max(occurrence.due, taken_up) > LONGEST_WAIT:
        return True
    polled = books.fact(POLL_BEGUN)
    is_polled = polled is not None and datetime.fromisoformat(polled) >= occurrence.cut
    return is_polled and books.messages.count_spooled(before=occurrence.cut) == 0


def _miss(world: World, books: Books, occurrence: Occurrence, now: datetime) -> str:
    books.occurrences.take(occurrence, MISSED, now)
    if occurrence.kind in (OccurrenceKind.REPORT, OccurrenceKind.REMINDER):
        words = f"{occurrence.title} {occurrence.due.astimezone(world.campaign.zone):%Y-%m-%d %H:%M}"
        ring(world, books, AlarmCode.OCCURRENCE_MISSED, occurrence.id, occurrence.id, words=words)
    return MISSED


def _alarm(world: World, books: Books, occurrence: Occurrence, now: datetime) -> str:
    assert occurrence.about is not None
    held = [row for row in books.letters.of_occurrence(occurrence.about) if row.state == LetterState.HELD]
    books.occurrences.take(occurrence, POSTED if held else PASSED, now)
    if held:
        keys = ", ".join(row.key for row in held)
        words = ", ".join(dict.fromkeys(row.subject for row in held))
        ring(world, books, AlarmCode.RECOMMENDATION_WAITS, occurrence.id, keys, words=words)
    return POSTED if held else PASSED
