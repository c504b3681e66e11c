"""The daemon: its lanes survive whatever happens to them, wait longer each time, and never spin."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from unittest.mock import MagicMock, create_autospec

import pytest

from mailflow import daemon as module
from mailflow.daemon import DELIVERY, INTAKE, LOGIN_PAUSE, LONGEST_LOGIN_PAUSE, LONGEST_PAUSE, Daemon, only_one
from mailflow.errors import (
    AlreadyRunning,
    AuthenticationError,
    MailflowError,
    StepFailed,
    StoreError,
    TemporaryError,
)
from mailflow.letters.alarm import AlarmCode
from mailflow.model.letter import LetterKind
from mailflow.steps.dispatch import Lane
from mailflow.steps.posting import ring
from mailflow.testing.office import Office, open_office
from mailflow.wire.imap import ImapAccount, Mailbox
from mailflow.wire.smtp import Courier


class Rests(threading.Event):
    """An event that nobody waits for: it counts the waits, lets the clock go on, and ends the daemon after some."""

    def __init__(self, office: Office, most: int) -> None:
        super().__init__()
        self.waits: list[float] = []
        self._office, self._most = office, most
        self.ends: Callable[[], None] = self.set

    def wait(self, timeout: float | None = None) -> bool:
        if not self.is_set():
            self.waits.append(timeout or 0.0)
            self._office.clock.advance(timedelta(seconds=timeout or 0.0))
            if len(self.waits) >= self._most:
                self.ends()
        return self.is_set()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = open_office(tmp_path / "data")
    yield made
    made.world.readers.close()
    made.world.database.close()


def mailbox() -> MagicMock:
    made: MagicMock = create_autospec(Mailbox, instance=True)
    made.find_new.return_value = (1, [])
    made.fetch.return_value = iter(())
    return made


def daemon(office: Office, box: MagicMock, *, waits: int = 12, spare: MagicMock | None = None) -> Daemon:
    account = ImapAccount(host="imap.example.cn", port=993, security="tls", username="bm", password="x")
    stop = Rests(office, waits)
    made = Daemon(
        world=office.world,
        mailbox=box,
        account=account,
        lanes=[office.lane],
        poll_seconds=60,
        spare_courier=lambda: spare or create_autospec(Courier, instance=True),
        stop=stop,
    )
    stop.ends = made.end
    return made


def repeat(made: Daemon, name: str, step: Callable[[], float]) -> list[float]:
    """Repeats a step with waits that take no time; gives them."""
    assert isinstance(made.stop, Rests)
    made._repeat(name, step, made.stop)
    return made.stop.waits


def failing(error: Exception) -> Callable[[], float]:
    def step() -> float:
        raise error

    return step


def alarms(office: Office) -> list[str]:
    return [row.key.split(":")[1] for row in office.letters(LetterKind.ALARM)]


def test_a_lane_that_fails_waits_longer_each_time_and_goes_on(office: Office) -> None:
    waits = repeat(daemon(office, mailbox()), INTAKE, failing(TemporaryError("no route")))
    assert waits[:4] == [5.0, 10.0, 20.0, 40.0]
    assert waits[-1] == LONGEST_PAUSE


def test_a_refused_login_is_tried_ever_more_rarely(office: Office) -> None:
    waits = repeat(daemon(office, mailbox()), INTAKE, failing(AuthenticationError("refused")))
    assert waits[:3] == [LOGIN_PAUSE, 2 * LOGIN_PAUSE, 4 * LOGIN_PAUSE]
    assert waits[-1] == LONGEST_LOGIN_PAUSE


def test_a_step_that_works_again_starts_from_the_shortest_wait(office: Office) -> None:
    results: list[Exception | None] = [TemporaryError("x"), TemporaryError("x"), None, TemporaryError("x")]

    def step() -> float:
        result = results.pop(0)
        if result is not None:
            raise result
        return 15.0

    assert repeat(daemon(office, mailbox(), waits=4), INTAKE, step) == [5.0, 10.0, 15.0, 5.0]


def test_waking_a_lane_does_not_cut_its_wait_after_a_failure_short(office: Office) -> None:
    made = daemon(office, mailbox(), waits=5)
    wake = threading.Event()
    made._outboxes.append(wake)
    tries: list[int] = []

    def step() -> float:
        tries.append(1)
        made.posted()
        raise TemporaryError("no route")

    made._repeat(DELIVERY, step, wake)
    assert len(tries) == 5


@pytest.mark.parametrize(
    ("error", "code", "first"),
    [
        (AuthenticationError("refused"), AlarmCode.LOGIN_REFUSED, 1),
        (StoreError("the disk is full"), AlarmCode.DISK_FULL, 1),
        (StoreError("the database is locked"), AlarmCode.DATABASE_LOCKED, 5),
        (TemporaryError("no route"), AlarmCode.SERVER_UNREACHABLE, 9),
        (StepFailed("KeyError at x.py"), AlarmCode.STEP_FAILS, 5),
        (MailflowError("a template cannot be used"), AlarmCode.STEP_FAILS, 5),
    ],
)
def test_each_lasting_trouble_rings_once_when_it_has_lasted(
    office: Office, error: Exception, code: AlarmCode, first: int
) -> None:
    repeat(daemon(office, mailbox(), waits=first - 1 or 1), INTAKE, failing(error))
    assert alarms(office) == ([code] if first == 1 else [])
    repeat(daemon(office, mailbox(), waits=6 if first == 1 else 12), INTAKE, failing(error))  # within the day
    assert alarms(office) == [code]


def test_a_fault_in_the_code_is_told_without_its_values(office: Office) -> None:
    repeat(daemon(office, mailbox()), INTAKE, failing(ValueError("王小明 13800000000")))
    [row] = office.letters(LetterKind.ALARM)
    raw = office.ask(lambda books: books.letters.raw(row))
    assert b"13800000000" not in raw
    assert "王小明" not in row.subject


def test_where_the_books_cannot_be_written_the_alarm_goes_past_them_once_an_hour(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    spare = create_autospec(Courier, instance=True)
    spare.__enter__.return_value = spare

    def full() -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(office.world.database, "write", full)
    waits = repeat(daemon(office, mailbox(), waits=20, spare=spare), INTAKE, failing(StoreError("the disk is full")))
    assert spare.send.call_count == 1 + int(sum(waits[:-1]) // 3600)


def test_in_shadow_no_alarm_goes_past_the_books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office = open_office(tmp_path / "shadow", is_shadow=True)
    spare = create_autospec(Courier, instance=True)

    def full() -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(office.world.database, "write", full)
    repeat(daemon(office, mailbox(), spare=spare), INTAKE, failing(StoreError("the disk is full")))
    assert spare.send.call_count == 0
    office.world.database.close()


def test_after_an_error_the_connection_is_built_anew(office: Office) -> None:
    box = mailbox()
    box.find_new.side_effect = [TemporaryError("gone"), (1, []), (1, [])]
    made = daemon(office, box)
    with pytest.raises(TemporaryError):
        made._intake()
    assert box.close.call_count == 1
    made._intake()
    made._intake()
    assert box.open.call_count == 2


def test_intake_waits_between_polls(office: Office) -> None:
    box = mailbox()
    daemon(office, box)._intake()
    [(seconds, _)] = [call.args for call in box.wait.call_args_list]
    assert 54 <= seconds <= 66


def test_the_lock_lets_one_daemon_in(tmp_path: Path) -> None:
    def second() -> None:
        with only_one(tmp_path):
            pass

    with only_one(tmp_path), pytest.raises(AlreadyRunning, match=rf"process {os.getpid()}\) works on"):
        second()
    second()


def run_until(made: Daemon, done: Callable[[], bool], number: signal.Signals) -> None:
    """Runs the daemon here, and sends ourselves a signal once something is done."""
    ended = threading.Event()

    def watch() -> None:
        while not done() and not ended.wait(0.01):
            pass
        os.kill(os.getpid(), number)

    watcher = threading.Thread(target=watch)
    before = [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)]
    watcher.start()
    try:
        made.run()
    finally:
        ended.set()
        watcher.join()
        for one, handler in zip((signal.SIGTERM, signal.SIGINT), before, strict=True):
            signal.signal(one, handler)


def lively(office: Office, box: MagicMock) -> Daemon:
    made = daemon(office, box)
    made.stop = threading.Event()
    box.wait.side_effect = lambda seconds, stop: stop.wait(seconds)
    return made


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_after_the_step_in_hand(office: Office, number: signal.Signals) -> None:
    office.mail("a@mail.example", "咨询")
    office.clock.advance(timedelta(minutes=5))
    box = mailbox()
    run_until(lively(office, box), lambda: bool(office.post.letters), number)
    assert box.close.called
    assert [row.state for row in office.letters(LetterKind.RECEIPT)] == ["sent"]


def test_all_lanes_go_on_where_one_fails(office: Office) -> None:
    office.mail("a@mail.example", "咨询")
    office.clock.advance(timedelta(minutes=5))
    box = mailbox()
    box.open.side_effect = ValueError("a bug")
    run_until(lively(office, box), lambda: bool(office.post.letters), signal.SIGTERM)
    assert [row.state for row in office.letters(LetterKind.RECEIPT)] == ["sent"]


def test_another_account_delivers_while_one_is_out_of_reach(office: Office) -> None:
    with office.world.database.write() as books:
        ring(office.world, books, AlarmCode.DISK_FULL, "x")
    office.mail("a@mail.example", "咨询")
    office.clock.advance(timedelta(minutes=5))
    broken = create_autospec(Courier, instance=True)
    broken.send.side_effect = TemporaryError("no route")
    office.lane.kinds = (LetterKind.ALARM,)
    made = lively(office, mailbox())
    made.lanes = [Lane(broken, (LetterKind.RECEIPT,)), office.lane]
    run_until(made, lambda: bool(office.post.letters) and broken.send.called, signal.SIGTERM)
    assert broken.send.call_count == 1


def test_a_long_backlog_does_not_keep_reports_waiting(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_READING", 0.0)
    process, post_due = MagicMock(return_value=100), MagicMock(return_value=0)
    monkeypatch.setattr(module, "process", process)
    monkeypatch.setattr(module, "post_due", post_due)
    assert daemon(office, mailbox())._judging() == 0.0
    assert (process.call_count, post_due.call_count) == (1, 1)
