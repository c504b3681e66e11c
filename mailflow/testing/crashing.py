"""Runs the command line again and again, each time with a fault at the n-th point where a crash could matter.

`python -m mailflow.testing.crashing` reads a request a line and forks for each, so that a run starts in a moment: it
has one thread and everything is imported. Mails are read in the same process, so that their files count as well.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from unittest.mock import patch

CRASHED = 86
WARM_UP = -1
How = Literal["exit", "full"]


@dataclass(frozen=True, slots=True)
class Trial:
    """A run of the command line with `arguments`; at the `number`-th point (0: nowhere) it dies or finds a full disk.

    WARM_UP runs without a fault in the forking process itself, so that later runs find everything loaded.

    `notes` is a file for what it prints; its points, by name, come in a file beside it.
    """

    arguments: tuple[str, ...]
    notes: str
    number: int = 0
    how: How = "exit"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: its exit code (CRASHED where it died), what it printed, and the points it passed, in order."""

    code: int
    printed: str
    points: tuple[str, ...]

    @property
    def complaints(self) -> list[str]:
        """The lines that are not the log's."""
        return [line for line in self.printed.splitlines() if not line.startswith("{")]


class Crashing:
    """The process that forks, for a `with` block."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "mailflow.testing.crashing"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.communicate(timeout=20)

    def run(self, trial: Trial) -> Outcome:
        """Makes the trial."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(asdict(trial)) + "\n")
        process.stdin.flush()
        code = int(process.stdout.readline())
        notes = Path(trial.notes)
        points = tuple(_points_file(notes).read_text(encoding="utf-8").split())
        return Outcome(code, notes.read_text(encoding="utf-8"), points)


def _points_file(notes: Path) -> Path:
    return notes.with_suffix(".points")


class _Points:
    """Counts the points of a run, and strikes at the one that was asked for."""

    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        self._count = 0
        self._file = _points_file(Path(trial.notes)).open("w", encoding="utf-8", buffering=1)

    def reach(self, name: str, fault: Exception | None) -> None:
        """Notes the point; dies there, or raises `fault` where there is one."""
        self._count += 1
        self._file.write(f"{name}\n")
        if self._count != self._trial.number:
            return
        if self._trial.how == "exit":
            os._exit(CRASHED)
        if fault is not None:
            raise fault


def _serve() -> None:
    from mailflow import cli
    from mailflow.campaign import load
    from mailflow.cli import act, app, lists, run  # noqa: F401
    from mailflow.steps import once, warm  # noqa: F401
    from mailflow.testing.journey import loading_once

    with loading_once():
        load.load_campaign("shanxi-2020", base=Path())
        _answer_requests(cli.main)


def _answer_requests(main: Callable[[], None]) -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        trial = Trial(**{**asked, "arguments": tuple(asked["arguments"])})
        if trial.number == WARM_UP:
            print(_run(trial, main), flush=True)
            continue
        pid = os.fork()
        if pid == 0:
            os._exit(_run(trial, main))
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _run(trial: Trial, main: Callable[[], None]) -> int:
    code: object = 0
    with (
        Path(trial.notes).open("w", encoding="utf-8", buffering=1) as notes,
        contextlib.redirect_stdout(notes),
        contextlib.redirect_stderr(notes),
        _faults(_Points(trial)),
        patch.object(sys, "argv", ["mailflow", *trial.arguments]),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code
        except BaseException:
            traceback.print_exc()
            code = 70
    return code if isinstance(code, int) else int(code is not None)


@contextlib.contextmanager
def _faults(points: _Points) -> Iterator[None]:
    from sqlalchemy.exc import OperationalError
    from sqlmodel import Session

    from mailflow.steps.readers import Readers
    from mailflow.wire.smtp import Courier

    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    no_room = OperationalError("COMMIT", {}, sqlite3.OperationalError("database or disk is full"))
    places: list[tuple[Any, str, Exception | None]] = [
        (tempfile, "mkstemp", full),
        (os, "fsync", full),
        (os, "replace", full),
        (os, "link", None),  # files are copied instead
        (shutil, "copyfile", full),
        (shutil, "rmtree", None),
        (Path, "write_text", full),
        (Session, "commit", no_room),
        (Courier, "send", None),
    ]
    with contextlib.ExitStack() as stack:
        for owner, name, fault in places:
            stack.enter_context(patch.object(owner, name, _struck(points, getattr(owner, name), name, fault)))
        stack.enter_context(patch.object(Readers, "read", _read_here))
        yield


def _struck(points: _Points, real: Callable[..., Any], name: str, fault: Exception | None) -> Callable[..., Any]:
    def call(*args: Any, **how: Any) -> Any:
        points.reach(f"before-{name}", fault)
        result = real(*args, **how)
        if name in ("commit", "send", "replace"):
            points.reach(f"after-{name}", None)
        return result

    return call


def _read_here(readers: Any, tasks: Iterable[Any]) -> Iterator[Any]:
    """As the reader's child does, without the child."""
    from mailflow.errors import StoreError
    from mailflow.steps.readers import Failed
    from mailflow.steps.reading import read_spooled

    for task in tasks:
        try:
            yield task, read_spooled(task, *readers._args)
        except StoreError as error:
            yield task, Failed(str(error), died=False, is_of_store=True)


if __name__ == "__main__":
    _serve()
