"""dispatch: letters leave over SMTP one by one, and what the server said of each is recorded.

A letter is noted as `sending` before its bytes leave and with its result after, so that a crash in between shows: such
a letter is `unknown`. Receipts and reminders that are unknown are sent again (the same bytes, the same Message-ID), a
few times; reports ask the operator.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from mailflow.errors import AuthenticationError, TemporaryError, WireError
from mailflow.letters.alarm import AlarmCode
from mailflow.maillog import log
from mailflow.model.letter import LetterKind
from mailflow.model.retry import LATER_WAIT, next_attempt
from mailflow.model.states import LetterEvent, LetterState
from mailflow.steps.breaker import is_open, watch
from mailflow.steps.posting import ring
from mailflow.steps.tracing import where
from mailflow.steps.world import World
from mailflow.store.books import Books
from mailflow.store.letters import Leaving
from mailflow.store.tables import LetterRow
from mailflow.wire.smtp import Courier, Outcome, Result, Scope

QUARTER = timedelta(minutes=15)
ASKS_OPERATOR = frozenset({LetterKind.REPORT.value, LetterKind.DECISION.value})
MOST_RESENDS = 3
"""How often a letter that is unknown is sent again by itself: its recipient may have had it each time."""


@dataclass
class Lane:
    """One account's way out: which kinds of letters it carries, how many (0: no limit), and until when it must wait.

    `host` is what people call it.
    """

    courier: Courier
    kinds: tuple[LetterKind, ...]
    quota_15min: int = 0
    quota_day: int = 0
    wait_until: datetime | None = None
    host: str = ""


def recover(world: World) -> int:
    """After a start: what was being sent when the last run ended is unknown; says how many letters that were."""
    with world.database.write() as books:
        lost = books.letters.all(LetterState.SENDING.value)
        for row in lost:
            books.letters.lost(row, "the last run ended while this letter was being sent")
            books.record(f"letter:{row.key}", "unknown", world.now())
            _after_loss(world, books, row)
    return len(lost)


def dispatch(world: World, lane: Lane, stop: threading.Event | None = None) -> int:
    """Sends the letters of the lane that are due, until `stop`; says how many it handed over.

    One commit records what became of a letter and that the next one is being sent. Raises WireError where the server
    is out of reach.
    """
    count = 0
    with world.database.write() as books:
        begun = _begin(world, books, lane, stop)
    while begun is not None:
        result = _send(world, lane, begun)
        count += 1
        with world.database.write() as books:
            _record(world, books, lane, begun, result)
            begun = _begin(world, books, lane, stop)
    return count


def _begin(world: World, books: Books, lane: Lane, stop: threading.Event | None) -> Leaving | None:
    """Notes the next letter that is due as being sent, and gives it; None where there is none to send now."""
    now = world.now()
    if (stop is not None and stop.is_set()) or (lane.wait_until is not None and now < lane.wait_until):
        return None
    stopped = is_open(books)
    kinds = [kind for kind in lane.kinds if kind is LetterKind.ALARM or not stopped]
    letter = books.letters.next_due(now, kinds=kinds)
    if letter is None:
        return None
    pause = _quota_pause(lane, books, now)
    if pause is not None:
        lane.wait_until = pause
        return None
    books.letters.begin(letter)
    books.record(f"letter:{letter.key}", LetterState.SENDING, now)
    return letter


def _send(world: World, lane: Lane, letter: Leaving) -> Result:
    """The server's word. Where no connection could be made the letter goes back first: it did not leave.

    After a fault in the code nobody knows whether it did.
    """
    try:
        return lane.courier.send(letter.recipient, letter.raw)
    except WireError as error:
        with world.database.write() as books:
            current = books.letters.current(letter)
            current.attempts -= 1  # no try of this letter: the server was not there
            books.letters.deferred(current, str(error), world.now())
            books.record(f"letter:{letter.key}", current.state, world.now(), code=error.code, error=str(error))
            if isinstance(error, AuthenticationError):
                lane.wait_until = world.now() + QUARTER
                ring(world, books, AlarmCode.LOGIN_REFUSED, "smtp", str(error), words=lane.host)
        raise
    except Exception as error:
        return Result(Outcome.UNKNOWN, text=where(error))


def _record(world: World, books: Books, lane: Lane, letter: Leaving, result: Result) -> None:
    state = LetterState.SENT.value
    if result.outcome is Outcome.SENT:
        books.letters.sent(letter, world.now())
        books.record(f"letter:{letter.key}", state, world.now(), code=result.code, error=None)
    else:
        state = _record_failure(world, books, lane, books.letters.current(letter), result)
    log("dispatch").info("dispatched", letter=letter.kind, state=state, code=result.code)


def _record_failure(world: World, books: Books, lane: Lane, row: LetterRow, result: Result) -> str:
    """What the letter becomes that the server did not take, or perhaps did not."""
    if result.outcome is Outcome.UNKNOWN:
        books.letters.lost(row, result.text)
    elif result.outcome is Outcome.REFUSED:
        books.letters.refused(row, result.text)
        _after_failure(world, books, row, result.text)
    else:
        _defer(world, books, lane, row, result)
    books.record(f"letter:{row.key}", row.state, world.now(), code=result.code, error=row.last_error)
    if row.state == LetterState.FAILED:
        watch(world, books)
    if result.outcome is Outcome.UNKNOWN:
        _after_loss(world, books, row)
    return row.state


def _defer(world: World, books: Books, lane: Lane, row: LetterRow, result: Result) -> None:
    now = world.now()
    due = next_attempt(row.attempts, row.posted_at, now)
    if due is None and result.scope is not Scope.LETTER:
        due = now + LATER_WAIT  # the account or the server is at fault: no letter is given up for that
    if due is None:
        books.letters.refused(row, f"given up: {result.text}")
        _after_failure(world, books, row, result.text)
        return
    wait = _wait(result, now)
    books.letters.deferred(row, result.text, max(due, wait or due))
    if result.scope is not Scope.LETTER and wait is not None:
        lane.wait_until = wait
    if result.scope is Scope.ACCOUNT:
        lane.wait_until = now + QUARTER
        ring(world, books, AlarmCode.LOGIN_REFUSED, "smtp", result.text, words=lane.host)
    elif result.scope in (Scope.QUOTA, Scope.DAY):
        ring(world, books, AlarmCode.QUOTA_REACHED, result.scope.value, result.text, words=lane.host)


def _wait(result: Result, now: datetime) -> datetime | None:
    if result.scope is Scope.DAY:
        tomorrow = now.date() + timedelta(days=1)
        return datetime.combine(tomorrow, time(0, 5), now.tzinfo)
    return now + result.wait if result.wait else None


def _after_loss(world: World, books: Books, row: LetterRow) -> None:
    now, about = world.now(), f"letter:{row.key}"
    resent = sum(event.name == "resent" and not event.detail.get("by") for event in books.events(about))
    if row.kind in ASKS_OPERATOR or resent >= MOST_RESENDS:
        if row.kind != LetterKind.ALARM.value:  # no alarm about an alarm
            ring(world, books, AlarmCode.LETTER_UNKNOWN, row.key, row.key, words=row.subject)
        return
    books.letters.move(row, LetterEvent.RESENT)
    row.next_attempt_at = next_attempt(resent, row.posted_at, now) or now if resent else now
    books.record(about, "resent", now)


def _after_failure(world: World, books: Books, row: LetterRow, error: str) -> None:
    address = books.letters.address(row.recipient)
    address.failures += 1
    if address.failures == 1 and row.kind != LetterKind.ALARM.value:
        ring(world, books, AlarmCode.ADDRESS_FAILING, row.recipient, error)


def _quota_pause(lane: Lane, books: Books, now: datetime) -> datetime | None:
    """Until when nothing may leave, None where there is room in the set quotas."""
    midnight = datetime.combine(now.date(), time(), now.tzinfo)
    if lane.quota_day and books.letters.sent_since(midnight, lane.kinds) >= lane.quota_day:
        return midnight + timedelta(days=1)
    if lane.quota_15min and books.letters.sent_since(now - QUARTER, lane.kinds) >= lane.quota_15min:
        return now + timedelta(minutes=1)
    return None


def dispatch_all(world: World, lanes: Iterable[Lane], stop: threading.Event | None = None) -> int:
    """Sends everything that is due, until `stop`; says how many letters were handed over.

    Raises the first WireError at the end.
    """
    count = 0
    refusal: WireError | None = None
    for lane in lanes:
        try:
            count += dispatch(world, lane, stop)
        except (TemporaryError, AuthenticationError) as error:
            refusal = refusal or error
    if refusal is not None:
        raise refusal
    return count
