"""The daemon: three lanes side by side, and a scheduler that only wakes them.

Intake polls the mailbox in a thread of its own; the main thread judges, answers and keeps the calendar; delivery
empties the outbox. Each lane survives whatever happens to it: it says so once, waits, and goes on.
"""

from __future__ import annotations

import fcntl
import os
import random
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from apscheduler.schedulers.background import BackgroundScheduler

from mailflow.errors import AlreadyRunning, AuthenticationError, MailflowError, StoreError, WireError
from mailflow.letters.alarm import AlarmCode
from mailflow.maillog import log
from mailflow.steps.collect import collect
from mailflow.steps.dispatch import Lane, dispatch_all
from mailflow.steps.once import post_due, start
from mailflow.steps.posting import alarm_bytes, ring
from mailflow.steps.process import process
from mailflow.steps.tracing import where
from mailflow.steps.world import World
from mailflow.wire.imap import ImapAccount, Mailbox
from mailflow.wire.smtp import Courier

LOCK = "mailflow.lock"
TICK_SECONDS = 15
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0
LOGIN_PAUSE = 900.0
RING_AFTER = timedelta(minutes=15)
RING_AGAIN = timedelta(hours=1)
JITTER = 0.1
ABOUT = {"intake": "imap", "delivery": "smtp"}
"""What an alarm about a lane is about, as the steps call it: the same trouble rings once, whoever notices it."""


@contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Holds the data folder's lock. Raises AlreadyRunning where another daemon has it."""
    with (data / LOCK).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            who = file.read().strip() or "unknown"
            raise AlreadyRunning(
                f"another mailflow (process {who}) works on {data}: stop it first, or use another data folder"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@dataclass
class Trouble:
    """How a lane is doing: since when it fails (None: it works), and how many seconds it waits now."""

    lane: str
    since: datetime | None = None
    pause: float = 0.0


@dataclass
class Daemon:
    """Runs until `stop` is set. `poll_seconds` apart the mailbox is asked, with some jitter."""

    world: World
    mailbox: Mailbox
    account: ImapAccount
    lanes: Sequence[Lane]
    poll_seconds: float
    spare_courier: Callable[[], Courier]
    stop: threading.Event = field(default_factory=threading.Event)
    work: threading.Event = field(default_factory=threading.Event)
    outbox: threading.Event = field(default_factory=threading.Event)
    _is_open: bool = field(default=False, repr=False)
    _rung_directly: datetime | None = field(default=None, repr=False)

    def run(self) -> None:
        """Works until SIGTERM or SIGINT; the step in hand is finished first."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._end())
        start(self.world)
        scheduler = BackgroundScheduler(timezone=self.world.campaign.zone)
        scheduler.add_job(self.work.set, "interval", seconds=TICK_SECONDS, misfire_grace_time=None, coalesce=True)
        scheduler.start()
        threads = [
            threading.Thread(target=self._repeat, args=("intake", self._intake, self.stop), name="imap"),
            threading.Thread(target=self._repeat, args=("delivery", self._delivery, self.outbox), name="smtp"),
        ]
        for thread in threads:
            thread.start()
        log("daemon").info("started", host=self.account.host)
        self._repeat("judging", self._judging, self.work)
        for thread in threads:
            thread.join()
        scheduler.shutdown(wait=False)
        self.mailbox.close()
        for lane in self.lanes:
            lane.courier.close()
        log("daemon").info("stopped")

    def _end(self) -> None:
        self.stop.set()
        self.work.set()
        self.outbox.set()

    def _repeat(self, name: str, step: Callable[[], float], wake: threading.Event) -> None:
        """Repeats `step`, which says how many seconds it may rest; after an error it rests longer each time."""
        trouble = Trouble(name)
        while not self.stop.is_set():
            try:
                rest = step()
                trouble.since, trouble.pause = None, 0.0
            except MailflowError as error:
                rest = self._failed(trouble, error)
            except Exception as error:  # a bug costs a delay, never the daemon
                rest = self._failed(trouble, MailflowError(where(error)))
            wake.wait(rest)
            if not self.stop.is_set():
                wake.clear()

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
        while process(self.world) and not self.stop.is_set():
            self.outbox.set()
        if post_due(self.world, at_once=False):
            self.outbox.set()
        return float(TICK_SECONDS)

    def _delivery(self) -> float:
        dispatch_all(self.world, self.lanes, self.stop)
        return float(TICK_SECONDS)

    def _failed(self, trouble: Trouble, error: MailflowError) -> float:
        """Says what is wrong, rings where it lasts, and gives the seconds to wait."""
        now = self.world.now()
        trouble.since = trouble.since or now
        trouble.pause = min(LONGEST_PAUSE, trouble.pause * 2 or FIRST_PAUSE)
        if isinstance(error, AuthenticationError):
            trouble.pause = LOGIN_PAUSE
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
                ring(self.world, books, code, about, str(error), minutes=minutes)
            self.outbox.set()
        except StoreError:
            self._ring_directly(code, about, error)

    def _ring_directly(self, code: AlarmCode, about: str, error: MailflowError) -> None:
        """The books cannot be written, so neither can the outbox: at most once an hour the alarm goes past it."""
        now = self.world.now()
        if self._rung_directly is not None and now - self._rung_directly < RING_AGAIN:
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
        return AlarmCode.DISK_FULL if "full" in str(error) else AlarmCode.DATABASE_LOCKED
    return AlarmCode.SERVER_UNREACHABLE if lasted >= RING_AFTER else None
