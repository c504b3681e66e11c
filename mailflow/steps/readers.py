"""A small pool of child processes that read mails. A reader that dies or hangs costs its mail a try, nothing else.

The standard library's pools give up as a whole when one child dies and cannot tell whose task it was.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from time import monotonic
from typing import Any

from mailflow.errors import StoreError
from mailflow.model.campaign import Campaign
from mailflow.steps.reading import Reading, read_spooled
from mailflow.steps.tracing import where
from mailflow.store.spool import Spool

WALL_SECONDS = 30.0
CPU_SECONDS = 20
MEMORY_BYTES = 1024**3
FILE_BYTES = 256 * 1024**2


@dataclass(frozen=True, slots=True)
class Task:
    """One mail to read: its hash, and why only its header was fetched ("" for a whole mail)."""

    sha256: str
    defect: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a mail could not be read; `died` where the child was killed or died of it.

    `is_of_store`: the disk would not take its files, which is no fault of the mail.
    """

    error: str
    died: bool
    is_of_store: bool = False


@dataclass
class _Child:
    process: Any
    pipe: Connection
    task: Task | None = None
    until: float = 0.0


class Readers:
    """`count` children, started when first needed. One owner thread. Use as a context, or close()."""

    def __init__(self, spool: Spool, files: Spool, campaign: Campaign, *, count: int = 2) -> None:
        self._args = (spool, files, campaign)
        self._count = count
        self._children: list[_Child] = []
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["mailflow.steps.warm"])

    def read(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Reading | Failed]]:
        """Reads all of `tasks` side by side and gives each result as it is there, in no set order."""
        waiting = deque(tasks)
        while waiting or any(child.task for child in self._children):
            self._hand_out(waiting)
            busy = [child for child in self._children if child.task]
            timeout = max(0.0, min(child.until for child in busy) - monotonic())
            ready = wait([child.pipe for child in busy], timeout)
            for child in busy:
                if child.pipe in ready or monotonic() >= child.until:
                    yield self._result(child)

    def close(self) -> None:
        """Ends the children."""
        for child in self._children:
            child.pipe.close()
            child.process.join(1)
            if child.process.is_alive():
                child.process.kill()
                child.process.join()
        self._children = []

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _hand_out(self, waiting: deque[Task]) -> None:
        while waiting and len(self._children) < self._count:
            self._children.append(self._start())
        for child in self._children:
            if waiting and child.task is None:
                child.task = waiting.popleft()
                child.until = monotonic() + WALL_SECONDS
                with suppress(OSError):  # a child that died while idle: its pipe ends, which `read` sees
                    child.pipe.send(child.task)

    def _result(self, child: _Child) -> tuple[Task, Reading | Failed]:
        task, child.task = child.task, None
        assert task is not None
        try:
            if child.pipe.poll():
                return task, child.pipe.recv()
            reason = f"the reader did not finish within {WALL_SECONDS:.0f} s"
        except EOFError:
            reason = "the reader died (memory, CPU or file-size limit, or a crash in a library)"
        self._bury(child)
        return task, Failed(reason, died=True)

    def _start(self) -> _Child:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs, *self._args), daemon=True)
        process.start()
        theirs.close()
        return _Child(process, ours)

    def _bury(self, child: _Child) -> None:
        child.process.kill()
        child.process.join()
        child.pipe.close()
        self._children.remove(child)


def _serve(pipe: Connection, spool: Spool, files: Spool, campaign: Campaign) -> None:
    """The child: reads what it is told until the pipe closes. The daemon decides when to stop, not a signal."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            task = pipe.recv()
        except (EOFError, OSError):
            return
        spent = sum(os.times()[:2])
        resource.setrlimit(resource.RLIMIT_CPU, (int(spent) + CPU_SECONDS, resource.RLIM_INFINITY))
        try:
            result: Reading | Failed = read_spooled(task.sha256, task.defect, spool, files, campaign)
        except MemoryError:
            os._exit(1)
        except StoreError as error:
            result = Failed(str(error), died=False, is_of_store=True)
        except Exception as error:  # a bug costs this mail a try, not the child
            result = Failed(where(error), died=False)
        pipe.send(result)
