"""The command line on a clock that a test sets: `python -m mailflow.testing.shifted CLOCKFILE ARGUMENTS...`.

The clock runs like the host's, so many seconds away from it; the number stands in the file and may change any time.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

TICK_SECONDS = 1


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
    with patch.object(context, "SystemClock", lambda: clock):
        cli.main()


if __name__ == "__main__":
    main()
