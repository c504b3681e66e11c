"""The daemon: a few lanes side by side, and a scheduler that only wakes them.

Intake polls the mailbox in a thread of its own; the main thread judges, answers and keeps the calendar; looking reads
pictures and older documents in another, and delivery empties the outbox, each account in its own. Each lane survives
whatever happens to it: it says so, waits longer each time, and goes on.
"""

from __future__ import annotations

import fcntl
import os
import random
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic

from mailflow.atomic import refusal
from mailflow.errors import AlreadyRunning, AuthenticationError, MailflowError, StoreError, WireError
from mailflow.letters.alarm import AlarmCode
from mailflow.maillog import log
from mailflow.model.letter import LetterKind
from mailflow.steps.collect import collect
from mailflow.steps.dispatch import Lane, dispatch
from mailflow.steps.look import look
from mailflow.steps.once import post_due, start
from mailflow.steps.posting import alarm_bytes, ring
from mailflow.steps.process import process
from mailflow.steps.tracing import as_ours
from mailflow.steps.world import World
from mailflow.wire.imap import ImapAccount, Mailbox
from mailflow.wire.smtp import Courier

LOCK = "mailflow.lock"
TICK_SECONDS = 15
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0
LOGIN_PAUSE, LONGEST_LOGIN_PAUSE = 900.0, 4 * 3600.0
"""A provider locks an account that is refused again and again; the daemon is started again with a new password."""
RING_AFTER = timedelta(minutes=15)
RING_SOON = timedelta(minutes=1)
LONGEST_READING = 60.0
RING_AGAIN = timedelta(hours=1)
JITTER = 0.1
INTAKE, JUDGING, LOOKING, DELIVERY, ALARMS = "intake", "judging", "looking", "delivery", "alarms"
ABOUT = {INTAKE: "imap", DELIVERY: "smtp"}
"""What an alarm about a lane is about, as the steps call it: the same trouble rings once, whoever notices it."""


@contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Holds the data folder's lock. Raises AlreadyRunning where another daemon has it, StoreError for a bad disk."""
    path = data / LOCK
    try:
        opened = path.open("a+")
    except OSError as error:
        raise refusal(path, error) from error
    with opened as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            who = file.read().strip() or "unknown"
            raise AlreadyRunning(
                f"another mailflow (process {who}) works on {data}: stop it first, or use another data folder"
            ) from None
        with suppress(OSError):  # who holds it is a courtesy, which a full disk may refuse
            file.truncate(0)
            os.write(file.fileno(), str(os.getpid()).encode())
        yield


@dataclass
class Trouble:
    """How a lane is doing: since when it fails (None: it works), and how many seconds it waits now."""

    lane: str
    since: datetime | None = None
    pause: float = 0.0


@dataclass
class Daemon:
    """Runs until `end` is called. `poll_seconds` apart the mailbox is asked, with some jitter.

    `work` wakes judging, `looks` looking; `posted` says to every lane out that there is something in the outbox.
    """

    world: World
    mailbox: Mailbox
    account: ImapAccount
    lanes: Sequence[Lane]
    poll_seconds: float
    spare_courier: Callable[[], Courier]
    stop: threading.Event = field(default_factory=threading.Event)
    work: threading.Event = field(default_factory=threading.Event)
    looks: threading.Event = field(default_factory=threading.Event)
    _outboxes: list[threading.Event] = field(default_factory=list, repr=False)
    _is_open: bool = field(default=False, repr=False)
    _rung_directly: datetime | None = field(default=None, repr=False)

    def run(self) -> None:
        """Works until SIGTERM or SIGINT; the step in hand is finished first."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.end())
        start(self.world)
        from apscheduler.schedulers.background import BackgroundScheduler

        scheduler = BackgroundScheduler(timezone=self.world.campaign.zone)
        scheduler.add_job(self.work.set, "interval", seconds=TICK_SECONDS, misfire_grace_time=None, coalesce=True)
        scheduler.start()
        threads = [threading.Thread(target=self._repeat, args=(INTAKE, self._intake, self.stop), name="imap")]
        if self.world.eyes.looks:
            looking = (LOOKING, self._looking, self.looks)
            threads.append(threading.Thread(target=self._repeat, args=looking, name=LOOKING))
        for lane in self.lanes:
            wake = threading.Event()
            self._outboxes.append(wake)
            name = ALARMS if lane.kinds == (LetterKind.ALARM,) else DELIVERY
            out = partial(self._delivery, lane)
            threads.append(threading.Thread(target=self._repeat, args=(name, out, wake), name=name))
        for thread in threads:
            thread.start()
        log("daemon").info("started", host=self.account.host)
        self._repeat(JUDGING, self._judging, self.work)
        for thread in threads:
            thread.join()
        scheduler.shutdown(wait=False)
        self.mailbox.close()
        for lane in self.lanes:
            lane.courier.close()
        log("daemon").info("stopped")

    def end(self) -> None:
        """Has every lane finish what it does and return."""
        self.stop.set()
        self.work.set()
        self.looks.set()
        self.posted()

    def posted(self) -> None:
        """Wakes the lanes out: there is something in the outbox."""
        for wake in self._outboxes:
            wake.set()

    def _repeat(self, name: str, step: Callable[[], float], wake: threading.Event) -> None:
        """Repeats `step`, which says how many seconds it may rest unless `wake` is set.

        After an error it rests longer each time, and nothing but the end wakes it.
        """
        trouble = Trouble(name)
        while not self.stop.is_set():
            try:
                rest = step()
                trouble.since, trouble.pause = None, 0.0
                wake.wait(rest)
            except Exception as error:  # a bug costs a delay, never the daemon
                self.stop.wait(self._failed(trouble, as_ours(error)))
            if wake is not self.stop:
                wake.clear()  # what is posted from here on wakes it again; the step looks for all that is there

    def _intake(self) -> float:
        """One poll, then a wait that IDLE may shorten. The connection is kept while it works."""
        try:
            if not self._is_open:
                self.mailbox.open()
                self._is_open = True
            collect(self.world, self.mailbox, self.account, self.work.set, self.stop)
            self.work.set()
            self.mailbox.wait(self.poll_seconds * random.uniform(1 - JITTER, 1 + JITTER), self.stop)  # noqa: S311
        except WireError:
            self._is_open = False
            self.mailbox.close()
            raise
        return 0.0

    def _judging(self) -> float:
        """All that is spooled, so that mails of one burst share an answer; but reports wait no longer than a minute."""
        until = monotonic() + LONGEST_READING
        while (taken_up := process(self.world)) and monotonic() < until and not self.stop.is_set():
            self.posted()
        self.looks.set()
        if post_due(self.world, at_once=False):
            self.posted()
        return 0.0 if taken_up else float(TICK_SECONDS)

    def _looking(self) -> float:
        """Files are looked at one after the other, and what waits for that is judged."""
        if not look(self.world, stop=self.stop):
            return float(TICK_SECONDS)
        self.work.set()
        return 0.0

    def _delivery(self, lane: Lane) -> float:
        dispatch(self.world, lane, self.stop)
        return float(TICK_SECONDS)

    def _failed(self, trouble: Trouble, error: MailflowError) -> float:
        """Says what is wrong, rings where it lasts, and gives the seconds to wait."""
        now = self.world.now()
        trouble.since = trouble.since or now
        before = trouble.pause
        trouble.pause = min(LONGEST_PAUSE, before * 2 or FIRST_PAUSE)
        if isinstance(error, AuthenticationError):
            trouble.pause = min(LONGEST_LOGIN_PAUSE, max(LOGIN_PAUSE, before * 2))
        code = error.code if isinstance(error, WireError) else ""
        log(trouble.lane).error("failed", error=str(error), code=code, seconds=trouble.pause)
        alarm = _alarm_for(error, now - trouble.since)
        if alarm is not None:
            self._ring(
                alarm, ABOUT.get(trouble.lane, trouble.lane), error, int((now - trouble.since).total_seconds() // 60)
            )
        return trouble.pause

    def _ring(self, code: AlarmCode, about: str, error: MailflowError, minutes: int) -> None:
        try:
            with self.world.database.write() as books:
                rung = ring(self.world, books, code, about, str(error), minutes=minutes)
            if rung:
                self.posted()
        except StoreError:
            self._ring_directly(code, about, error)

    def _ring_directly(self, code: AlarmCode, about: str, error: MailflowError) -> None:
        """The books cannot be written, so neither can the outbox: at most once an hour the alarm goes past it."""
        now = self.world.now()
        if self.world.is_shadow or (self._rung_directly is not None and now - self._rung_directly < RING_AGAIN):
            return
        self._rung_directly = now
        try:
            with self.spare_courier() as courier:
                for recipient, raw in alarm_bytes(self.world, code, about, str(error)):
                    courier.send(recipient, raw)
        except MailflowError as trouble:
            log("alarm").error("failed", error=str(trouble))


def _alarm_for(error: MailflowError, lasted: timedelta) -> AlarmCode | None:
    """Which alarm an error rings once it has lasted so long, None for none yet."""
    if isinstance(error, AuthenticationError):
        return AlarmCode.LOGIN_REFUSED
    if isinstance(error, StoreError):
        if "full" in str(error):
            return AlarmCode.DISK_FULL
        return AlarmCode.DATABASE_LOCKED if lasted >= RING_SOON else None
    if isinstance(error, WireError):
        return AlarmCode.SERVER_UNREACHABLE if lasted >= RING_AFTER else None
    return AlarmCode.STEP_FAILS if lasted >= RING_SOON else None
