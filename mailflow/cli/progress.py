"""Progress on long work, on a terminal's standard error; nothing anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mailflow.model.states import MessageState
from mailflow.steps.world import World


@contextmanager
def counted(what: str, total: int) -> Iterator[Callable[[], None]]:
    """Gives what is to be called for each of `total` things that were done."""
    if not sys.stderr.isatty() or not total:
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(what, total=total)
        yield lambda: bars.advance(task)


@contextmanager
def progress_of(world: World) -> Iterator[Callable[[], None]]:
    """Gives what is to be called whenever something was done: it draws how far reading and looking have come."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        mails, files = bars.add_task("mails read", total=None), bars.add_task("files looked at", total=None)
        before = _counts(world)[0]

        def draw() -> None:
            done, waiting, seen, of = _counts(world)
            bars.update(mails, completed=done - before, total=done - before + waiting)
            bars.update(files, completed=seen, total=of or None, visible=of > 0)

        yield draw


def _counts(world: World) -> tuple[int, int, int, int]:
    """Mails that are read, mails that wait, files that were looked at, and all that are to be."""
    with world.database.read() as books:
        states = books.messages.count_by_state()
        seen, of = books.sights.backlog()
    waiting = states.get(MessageState.SPOOLED.value, 0)
    return sum(states.values()) - waiting, waiting, seen, of
