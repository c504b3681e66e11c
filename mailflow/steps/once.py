"""once: one complete pass. Collects all that is there, reads it to the end, posts what is due, empties the outbox."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial

from mailflow.errors import AuthenticationError, MailflowError, WireError
from mailflow.letters.alarm import AlarmCode
from mailflow.maillog import log
from mailflow.steps.answer import answer
from mailflow.steps.calendar import begin, keep_calendar
from mailflow.steps.collect import collect, finish_all
from mailflow.steps.dispatch import Lane, dispatch_all, recover
from mailflow.steps.file import file_entries
from mailflow.steps.look import look
from mailflow.steps.posting import ring
from mailflow.steps.process import process
from mailflow.steps.restored import take_over_copy
from mailflow.steps.settle import settle
from mailflow.steps.sweep import sweep
from mailflow.steps.tracing import as_ours
from mailflow.steps.world import World
from mailflow.wire.imap import ImapAccount, Mailbox

PAUSE = 0.05


def run_once(
    world: World,
    mailbox: Mailbox,
    account: ImapAccount,
    lanes: Sequence[Lane],
    *,
    tell: Callable[[], None] = lambda: None,
) -> list[WireError]:
    """One pass at the world's time; gives the errors of servers that could not be reached.

    `tell` is called whenever mails were read or files looked at.

    What could not be posted keeps nothing from leaving; it is raised at the end. Raises StoreError, MailflowError.
    """
    start(world)
    trouble: MailflowError | None = None
    try:
        errors = _take_in(world, mailbox, account, tell)
        try:
            post_due(world, at_once=True)
        except MailflowError as error:
            trouble = error
        if not errors:
            errors += _failure_of(lambda: finish_all(world, mailbox, account))
    finally:
        mailbox.close()
    errors += _failure_of(lambda: dispatch_all(world, lanes))
    if trouble is not None:
        raise trouble
    return errors


def _failure_of(step: Callable[[], object]) -> list[WireError]:
    """Takes the step; gives the error of a server that could not be reached."""
    try:
        step()
    except WireError as error:
        return [error]
    return []


def start(world: World) -> None:
    """What comes before the first step of a run: the first run is noted, the last one's remains are cleared."""
    take_over_copy(world)
    begin(world)
    recover(world)
    sweep(world)


def post_due(world: World, *, at_once: bool) -> int:
    """Answers, judges again, keeps the calendar and files; says how much was done.

    Each is done where another fails, and the first failure raised at the end. Raises StoreError, MailflowError.
    """
    done = 0
    trouble: MailflowError | None = None
    for step in (partial(answer, at_once=at_once), settle, keep_calendar, _file_all):
        try:
            done += step(world)
        except Exception as error:  # a bug in one is no reason to leave the others
            trouble = trouble or as_ours(error)
    if trouble is not None:
        raise trouble
    return done


def _file_all(world: World) -> int:
    done = 0
    while count := file_entries(world):
        done += count
    return done


def _read_all(world: World, tell: Callable[[], None]) -> None:
    """Reads and judges all that is there, the slow readers too."""
    while process(world, patient=True) or look(world):
        tell()


def _take_in(world: World, mailbox: Mailbox, account: ImapAccount, tell: Callable[[], None]) -> list[WireError]:
    """Collects in a thread of its own while what is there already is read and judged."""
    errors: list[WireError] = []
    failures: list[Exception] = []
    arrived, stop = threading.Event(), threading.Event()

    def gather() -> None:
        try:
            mailbox.open()
            collect(world, mailbox, account, arrived.set, stop)
        except WireError as error:
            errors.append(error)
            log("collect").error("server out of reach", host=account.host, code=error.code, error=str(error))
        except Exception as error:  # raised again below, where it is heard
            failures.append(error)

    thread = threading.Thread(target=gather, name="imap")
    thread.start()
    try:
        while thread.is_alive():
            arrived.wait(PAUSE)
            arrived.clear()
            _read_all(world, tell)
    finally:
        stop.set()
        thread.join()
    _read_all(world, tell)
    if failures:
        raise failures[0]
    if any(isinstance(error, AuthenticationError) for error in errors):
        with world.database.write() as books:
            ring(world, books, AlarmCode.LOGIN_REFUSED, "imap", str(errors[0]))
    return errors
