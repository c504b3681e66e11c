"""process: each spooled mail is read by a child, judged, and carried out in one transaction.

The try is counted before the work, so that a power cut counts too. A mail that was at work when something died is
tried again alone, so that it takes no other with it. One that fails three times is shunted; it delays no other.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic

from mailflow.errors import StoreError
from mailflow.intake.sameness import content_key
from mailflow.judge.names import folded
from mailflow.letters.alarm import AlarmCode
from mailflow.maillog import log, short
from mailflow.model.entry import Relation, Submission
from mailflow.model.judgement import Disposition, Judgement
from mailflow.model.states import MessageEvent, MessageState
from mailflow.steps.bounces import note_bounce
from mailflow.steps.judging import decide
from mailflow.steps.lookout import supplement_to, waits_for_looks
from mailflow.steps.obeying import obey
from mailflow.steps.posting import ring
from mailflow.steps.readers import Failed
from mailflow.steps.reading import FILES_UNREAD, Reading, Task
from mailflow.steps.tracing import where
from mailflow.steps.world import World
from mailflow.store.books import Books
from mailflow.store.tables import MessageRow

BATCH = 100
SECONDS = 60.0
GROUP = 25
MOST_ATTEMPTS = 3
DAY = timedelta(days=1)
REPEATED = "repeated"
"""The reason for silence where a sender says the same as before, and that was answered often enough in a day."""
MOST_ANSWERS_TO_THE_SAME = 3

EVENTS = {
    Disposition.ENTRY: MessageEvent.JUDGED,
    Disposition.COMMAND: MessageEvent.JUDGED,
    Disposition.HELD: MessageEvent.HELD,
    Disposition.IGNORED: MessageEvent.IGNORED,
}

Read = tuple[str, Reading | Failed]


def process(world: World, *, seconds: float = SECONDS, patient: bool = False) -> int:
    """Judges up to a batch of spooled mails; says how many it took up. 0: nothing is waiting.

    No mail is begun once `seconds` are over, so that answers and reports do not wait behind slow ones. A mail whose
    files are being looked at waits for that: for a set time, or `patient`, however long it takes. Raises
    StoreError where the disk or the database, not a mail, is at fault: then no try counts.
    """
    tasks = _take_up(world, None if patient else world.now())
    if not tasks:
        return 0
    unsettled = {task.sha256 for task in tasks}
    group: list[Read] = []
    try:
        for read in _in_order(world, tasks, monotonic() + seconds):
            group.append(read)
            if len(group) >= GROUP:
                _settle(world, group, unsettled)
                group = []
        _settle(world, group, unsettled)
    finally:
        if unsettled:
            with suppress(StoreError), world.database.write() as books:
                books.messages.excuse_attempt(sorted(unsettled))
    return len(tasks)


def _take_up(world: World, now: datetime | None = None) -> list[Task]:
    with world.database.write() as books:
        rows = books.messages.spooled(BATCH, now)
        for row in rows:
            if row.attempts >= MOST_ATTEMPTS:
                _fail(world, books, row, row.error or "the daemon died while this mail was at work", shunt=True)
        rows = [row for row in rows if row.attempts < MOST_ATTEMPTS]
        rows = [row for row in rows if row.attempts == 0] or rows[:1]
        books.messages.begin_attempt(rows)
        sights = books.sights.of_messages(row.id for row in rows if row.id and row.look_until)
        return [Task(row.sha256, row.defect or _last_resort(row), sights.get(row.id or 0, ())) for row in rows]


def _last_resort(row: MessageRow) -> str:
    """On its last try a mail that broke its readers is read without its files: they are findings of it."""
    return FILES_UNREAD if row.attempts >= MOST_ATTEMPTS and row.error else ""


def _in_order(world: World, tasks: Sequence[Task], until: float) -> Iterator[Read]:
    """The readings in the order of arrival, while the children read ahead; none is begun after `until`."""
    done: queue.Queue[tuple[Task, Reading | Failed] | Exception | None] = queue.Queue()
    enough = threading.Event()

    def wanted() -> Iterator[Task]:
        for task in tasks:
            if enough.is_set() or monotonic() > until:
                return
            yield task

    def feed() -> None:
        try:
            for result in world.readers.read(wanted()):
                done.put(result)
        except Exception as error:
            done.put(error)
        finally:
            done.put(None)

    feeder = threading.Thread(target=feed, name="readers", daemon=True)
    feeder.start()
    early: dict[str, Reading | Failed] = {}
    try:
        for task in tasks:
            while task.sha256 not in early:
                result = done.get()
                if result is None:
                    return
                if isinstance(result, Exception):
                    raise result
                early[result[0].sha256] = result[1]
            yield task.sha256, early.pop(task.sha256)
    finally:
        enough.set()
        feeder.join()  # the readers have one owner: nobody else may use them before it has ended


def _settle(world: World, group: Sequence[Read], unsettled: set[str]) -> None:
    """Judges and carries out a group in one transaction, and takes what this settles out of `unsettled`.

    Raises StoreError once that is done, where the disk did not take the files of one.
    """
    if not group:
        return
    refused = {sha256: read.error for sha256, read in group if isinstance(read, Failed) and read.is_of_store}
    with world.database.write() as books:
        rows = books.messages.with_shas(sha256 for sha256, _ in group)
        for sha256, reading in group:
            row = rows[sha256]
            if sha256 not in refused and row.state == MessageState.SPOOLED:  # else an operator was faster
                _settle_one(world, books, row, reading)
    unsettled -= {sha256 for sha256, _ in group} - refused.keys()
    for reason in refused.values():
        raise StoreError(reason)


def _settle_one(world: World, books: Books, row: MessageRow, reading: Reading | Failed) -> None:
    """A mail that breaks the code undoes only itself. Raises StoreError."""
    if isinstance(reading, Failed):
        _fail(world, books, row, reading.error, shunt=row.attempts >= MOST_ATTEMPTS)
        return
    try:
        with books.savepoint():
            _carry_out(world, books, row, reading)
    except StoreError:
        raise
    except Exception as error:  # a bug costs one mail a delay, never the daemon
        books.session.refresh(row)
        _fail(world, books, row, where(error), shunt=row.attempts >= MOST_ATTEMPTS)


def _carry_out(world: World, books: Books, row: MessageRow, reading: Reading) -> None:
    assigned = (row.assigned_name, row.assigned_category) if row.assigned_name and row.assigned_category else None
    judgement = decide(
        reading,
        world.campaign,
        arrived_at=row.arrived_at,
        units=world.units,
        own_addresses=world.own_addresses,
        authserv_id=world.authserv_id,
        books=books,
        assigned=assigned,
    )
    books.messages.describe(row, reading.message, content_key(reading.message))
    was_partly_seen = row.partly_seen
    if waits_for_looks(world, books, row, reading.facts, judgement):
        return
    if assigned is None:
        judgement = _silent_if_repeated(books, row, judgement)
    now = world.now()
    placed = tuple(_place(world, books, row, submission) for submission in judgement.submissions)
    judgement = replace(judgement, submissions=placed)
    if reading.bounce is not None and judgement.disposition is Disposition.IGNORED:
        note_bounce(world, books, row, reading.bounce)
    if judgement.command is not None and judgement.silence is None:
        obey(world, books, row, judgement.command)
    if judgement.disposition is Disposition.HELD and row.ref is None:
        row.ref = world.new_ref()
    supplement = supplement_to(books, row, judgement) if was_partly_seen else None
    books.messages.conclude(row, judgement, EVENTS[judgement.disposition], now, supplement=supplement)
    books.record(f"message:{row.sha256}", "judged", now, state=row.state, **_summary(judgement))
    log("process").info("judged", message=short(row.sha256), state=row.state)


def _silent_if_repeated(books: Books, row: MessageRow, judgement: Judgement) -> Judgement:
    """Where the same words of this sender were answered enough: so writes a machine that shows no sign of being one.

    Not of a command: it is obeyed and answered however often it comes.
    """
    if judgement.silence is not None or judgement.command is not None:
        return judgement
    had = books.messages.answers_to_the_same(row, since=row.arrived_at - DAY)
    return replace(judgement, silence=REPEATED) if had >= MOST_ANSWERS_TO_THE_SAME else judgement


def _place(world: World, books: Books, row: MessageRow, submission: Submission) -> Submission:
    """Carries out one submission; gives it back with its receipt number."""
    now = world.now()
    status = submission.verdict.value
    if submission.ref is None:
        ref = row.ref if row.ref and books.entries.by_ref(row.ref) is None else world.new_ref()
        books.entries.open(world.campaign.id, ref, submission, row, name_key=folded(submission.applicant))
        changed = True
    else:
        ref = submission.ref
        entry = books.entries.by_ref(ref)
        assert entry is not None
        if submission.relation is Relation.VERSION:
            changed = books.entries.advance(entry, submission, row)
        else:
            books.entries.mention(entry, row, submission.relation)
            changed = False
        status = entry.status
    books.record(
        f"entry:{ref}",
        submission.relation.value,
        now,
        message=row.sha256,
        verdict=submission.verdict,
        status=status,
        changed=changed,
        findings=[finding.code for finding in submission.findings],
    )
    return replace(submission, ref=ref)


def _fail(world: World, books: Books, row: MessageRow, error: str, *, shunt: bool) -> None:
    books.messages.failed(row, error, shunt=shunt)
    books.record(f"message:{row.sha256}", "shunted" if shunt else "failed", world.now(), error=error, state=row.state)
    log("process").error("shunted" if shunt else "failed", message=short(row.sha256), exception=error)
    if shunt:
        ring(world, books, AlarmCode.MESSAGE_SHUNTED, row.sha256[:12], error)


def _summary(judgement: Judgement) -> dict[str, object]:
    return {
        "disposition": judgement.disposition,
        "reason": judgement.reason,
        "silence": judgement.silence,
        "entries": [submission.ref for submission in judgement.submissions],
        "findings": [finding.code for finding in judgement.findings],
    }
