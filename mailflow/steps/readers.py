"""A small pool of child processes that read mails, or look at files. One that dies or hangs costs its task a try only.

The standard library's pools give up as a whole when one child dies and cannot tell whose task it was.
"""

from __future__ import annotations

import atexit
import logging
import multiprocessing
import os
import resource
import signal
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from time import monotonic
from types import ModuleType
from typing import Any, Generic, TypeVar

from mailflow.errors import ReadRefused, StoreError
from mailflow.steps.tracing import where

Task = TypeVar("Task")
Result = TypeVar("Result")

PRELOAD = ["mailflow.steps.warm", "mailflow.steps.unmoved"]
FRESH_CHILDREN = 3
"""How many new children a task is offered where each is gone before it takes it."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one task may cost a child; beyond it the child ends, and the task has lost a try."""

    wall_seconds: float = 30.0
    cpu_seconds: int = 20
    memory_bytes: int = 1024**3
    file_bytes: int = 256 * 1024**2


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a task could not be done; `died` where the child was killed or died of it.

    `is_of_store`: the disk would not take its files, which is no fault of the task.
    """

    error: str
    died: bool
    is_of_store: bool = False


@dataclass
class _Child:
    process: Any
    pipe: Connection
    task: Any = None
    until: float = 0.0


class Readers(Generic[Task, Result]):
    """`count` children, started when first needed. One owner thread. Use as a context, or close().

    `read` is what a child does with one task and `args`; it is found by its name in the child.
    """

    def __init__(
        self, read: Callable[..., Result], args: tuple[Any, ...], *, count: int = 2, bounds: Bounds | None = None
    ) -> None:
        self._args = args
        self._read = read
        self._count = count
        self._bounds = bounds or Bounds()
        self._children: list[_Child] = []
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(PRELOAD)

    def read(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Result | Failed]]:
        """Reads all of `tasks` side by side and gives each result as it is there, in no set order.

        A task is asked for when a child is free, so that `tasks` may end early. Raises OSError where no child starts.
        """
        waiting = iter(tasks)
        while True:
            self._hand_out(waiting)
            busy = [child for child in self._children if child.task]
            if not busy:
                return
            timeout = max(0.0, min(child.until for child in busy) - monotonic())
            ready = wait([child.pipe for child in busy], timeout)
            for child in busy:
                if child.pipe in ready or monotonic() >= child.until:
                    yield self._result(child)

    def close(self) -> None:
        """Ends the children: those at rest by themselves, any other within a second."""
        atexit.unregister(self.close)
        for child in self._children:
            child.pipe.close()
        for child in self._children:
            child.process.join(1)
            child.process.kill()
            child.process.join()
        self._children = []

    def __enter__(self) -> Readers[Task, Result]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _hand_out(self, waiting: Iterator[Task]) -> None:
        while sum(child.task is not None for child in self._children) < self._count:
            task = next(waiting, None)
            if task is None:
                return
            self._give(task)

    def _give(self, task: Task) -> None:
        """Hands `task` to a child at rest. One that died meanwhile (the system was out of memory) is replaced."""
        for _ in range(FRESH_CHILDREN):
            child = next((one for one in self._children if one.task is None), None) or self._start()
            try:
                child.pipe.send(task)
            except OSError:
                self._bury(child)
            else:
                child.task, child.until = task, monotonic() + self._bounds.wall_seconds
                return
        raise OSError("no reader starts: the system is short of memory or processes")

    def _result(self, child: _Child) -> tuple[Task, Result | Failed]:
        task: Task = child.task
        child.task = None
        try:
            if child.pipe.poll():
                return task, child.pipe.recv()
            reason = f"the reader did not finish within {self._bounds.wall_seconds:.0f} s"
        except Exception:  # it died before its answer, or in the middle of it
            reason = "the reader died (memory, CPU or file-size limit, or a crash in a library)"
        self._bury(child)
        return task, Failed(reason, died=True)

    def _start(self) -> _Child:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs, self._bounds, self._read, self._args), daemon=True)
        with _no_script():
            process.start()
        theirs.close()
        atexit.unregister(self.close)
        atexit.register(self.close)  # before multiprocessing waits for children that wait for us
        self._children.append(child := _Child(process, ours))
        return child

    def _bury(self, child: _Child) -> None:
        child.process.kill()
        child.process.join()
        child.pipe.close()
        self._children.remove(child)


def warm_up() -> None:
    """Starts what the children come from, so that it gets ready beside whatever the caller does until it reads."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    with suppress(OSError), _no_script():  # Readers will say what is wrong
        forkserver.ensure_running()


@contextmanager
def _no_script() -> Iterator[None]:
    """Multiprocessing has children import the program's own script, which need not be made for that: show it none."""
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


def _serve(pipe: Connection, bounds: Bounds, read: Callable[..., Any], args: tuple[Any, ...]) -> None:
    """The child: does what it is told until the pipe closes. The daemon decides when to stop, not a signal."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    logging.disable()  # what libraries say of a mail or file quotes it
    warnings.simplefilter("ignore")
    _bound(resource.RLIMIT_AS, bounds.memory_bytes)
    _bound(resource.RLIMIT_FSIZE, bounds.file_bytes)
    _bound(resource.RLIMIT_CORE, 0)
    while True:
        try:
            task = pipe.recv()
        except (EOFError, OSError):
            return
        _bound(resource.RLIMIT_CPU, int(sum(os.times()[:2])) + bounds.cpu_seconds)
        result = _result_of(read, task, args)
        try:
            pipe.send(result)
        except OSError:
            return
        except Exception as error:  # a result that cannot be sent
            pipe.send(Failed(where(error), died=False))


def _result_of(read: Callable[..., Any], task: Any, args: tuple[Any, ...]) -> Any:
    try:
        return read(task, *args)
    except MemoryError:
        os._exit(1)
    except StoreError as error:
        return Failed(str(error), died=False, is_of_store=True)
    except ReadRefused as error:
        told = str(error) if isinstance(error.__cause__, StoreError) else where(error)
        return Failed(told, died=False)
    except Exception as error:  # a bug costs this task a try, not the child
        return Failed(where(error), died=False)


def _bound(what: int, most: int) -> None:
    """Sets the limit, or leaves a lower one that stands already."""
    soft, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    if what == resource.RLIMIT_CPU or soft == resource.RLIM_INFINITY or most < soft:
        resource.setrlimit(what, (most, hard))
