"""The daemon as a process of its own, whose clock a test sets, and waiting for what it does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime

from mailflow.testing.journey import Journey
from mailflow.testing.shifted import DIES_AT, set_clock

WAIT_SECONDS = 90.0


class Daemon:
    """`mailflow run` as a child process, whose clock the test sets, for a `with` block. `log` is its stderr so far.

    With `dies_at` it kills itself in place of its so many-th commit.
    """

    def __init__(self, journey: Journey, clock: datetime, *, dies_at: int = 0) -> None:
        self._journey = journey
        self._environment = {**os.environ, DIES_AT: str(dies_at)}
        self._clock_file = journey.home / "clock"
        self._log_file = journey.home / "daemon.log"
        self.set_clock(clock)
        self._process: subprocess.Popen[bytes] | None = None

    def set_clock(self, instant: datetime) -> None:
        """From now on the daemon's clock runs on from `instant` (aware)."""
        set_clock(self._clock_file, instant)

    @property
    def log(self) -> str:
        """What this daemon has logged so far."""
        return self._log_file.read_text(encoding="utf-8", errors="replace")

    def __enter__(self) -> Daemon:
        module = ["-m", "mailflow.testing.shifted", str(self._clock_file), "--config", str(self._journey.config), "run"]
        with self._log_file.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, *module], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment
            )
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process. Raises RuntimeError before it was started."""
        if self._process is None:
            raise RuntimeError("the daemon was not started")
        return self._process

    def wait_until(self, condition: Callable[[], bool], what: str, *, seconds: float = WAIT_SECONDS) -> None:
        """Returns once `condition` holds. Raises TimeoutError, or RuntimeError when the daemon ends before that."""
        wait_until(condition, what, seconds=seconds, alive=lambda: self.process.poll() is None, log=lambda: self.log)

    def wait_for_death(self, *, seconds: float = WAIT_SECONDS) -> int:
        """The exit code of a daemon that ends by itself. Raises subprocess.TimeoutExpired."""
        return self.process.wait(seconds)

    def terminate(self, *, seconds: float = 20.0) -> int:
        """SIGTERM; gives the exit code. Raises subprocess.TimeoutExpired."""
        self.process.terminate()
        return self.process.wait(seconds)

    def kill(self) -> None:
        """SIGKILL: nothing is tidied up."""
        self.process.kill()
        self.process.wait(20)


def wait_until(
    condition: Callable[[], bool],
    what: str,
    *,
    seconds: float = WAIT_SECONDS,
    alive: Callable[[], bool] = lambda: True,
    log: Callable[[], str] = lambda: "",
) -> None:
    """Looks again and again until `condition` holds. Raises TimeoutError, or RuntimeError once `alive` does not."""
    ends = time.monotonic() + seconds
    while not condition():
        if not alive():
            raise RuntimeError(f"the daemon ended before {what}:\n{log()[-3000:]}")
        if time.monotonic() > ends:
            raise TimeoutError(f"not within {seconds:g} s: {what}\n{log()[-3000:]}")
        time.sleep(0.3)
