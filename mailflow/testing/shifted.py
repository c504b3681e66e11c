"""The command line on a clock that a test sets: `python -m mailflow.testing.shifted CLOCKFILE ARGUMENTS...`.

The clock runs like the host's, so many seconds away from it; the number stands in the file and may change any time.
With DIES_AT in the environment the process kills itself where it is about to commit for the so many-th time.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

TICK_SECONDS = 1
DIES_AT = "MAILFLOW_TESTING_DIES_AT"


class ShiftedClock:
    """The host's clock and the seconds in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        """The present instant there, in UTC."""
        return datetime.now(UTC) + timedelta(seconds=float(self._file.read_text(encoding="ascii")))


def set_clock(file: Path, instant: datetime) -> None:
    """Lets the clock of `file` show `instant` (aware) now."""
    shift = (instant - datetime.now(UTC)).total_seconds()
    fresh = file.with_suffix(".new")
    fresh.write_text(f"{shift}\n", encoding="ascii")
    os.replace(fresh, file)


def main() -> None:
    """Runs the command line with the clock set and a daemon that looks at it every second."""
    from mailflow import cli, daemon
    from mailflow.cli import context

    clock = ShiftedClock(Path(sys.argv[1]))
    sys.argv[:2] = ["mailflow"]
    daemon.TICK_SECONDS = TICK_SECONDS
    with patch.object(context, "SystemClock", lambda: clock), dying(int(os.environ.get(DIES_AT, "0"))):
        cli.main()


@contextlib.contextmanager
def dying(number: int) -> Iterator[None]:
    """SIGKILL in place of the `number`-th commit, whichever thread comes to it; 0: never."""
    from sqlmodel import Session

    commit, count = Session.commit, itertools.count(1)

    def commit_or_die(session: Any) -> None:
        if next(count) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        commit(session)

    with patch.object(Session, "commit", commit_or_die):
        yield


if __name__ == "__main__":
    main()
