"""An event loop of one's own, for a synchronous face over asynchronous work."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, TypeVar, cast

T = TypeVar("T")

LEAVE_SECONDS = 1.0
"""How long the server may take to answer QUIT."""


class OwnLoop:
    """Runs one coroutine at a time, in the calling thread, always on the same loop, so that connections outlive a call.

    The loop is made on first use and again after `close`. Only `interrupt` may be called from another thread.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[Any] | None = None

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` returns or raises. An interrupt from the keyboard ends the work before it goes on its way."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
        task: asyncio.Task[T] = self._loop.create_task(work)
        self._task = task
        try:
            self._loop.run_until_complete(task)
        finally:
            if not task.done():
                task.cancel()
                self._loop.run_until_complete(asyncio.wait([task]))
        return task.result()

    def interrupt(self) -> None:
        """Cancels what is running now, if anything is; from any thread."""
        loop, task = self._loop, self._task
        if loop is not None and task is not None and loop.is_running():
            with contextlib.suppress(RuntimeError):  # closed in this very moment
                loop.call_soon_threadsafe(task.cancel)

    @property
    def is_open(self) -> bool:
        """Whether there is a loop, and so perhaps a connection on it."""
        return self._loop is not None

    def close(self) -> None:
        """Frees the loop, waiting for nothing."""
        loop, self._loop, self._task = self._loop, None, None
        if loop is not None:
            loop.close()


def cut(transport: asyncio.BaseTransport | None) -> None:
    """Ends a connection now, whatever its peer does; what is not yet written never leaves."""
    if transport is not None:
        cast(asyncio.WriteTransport, transport).abort()


def unwritten(transport: asyncio.BaseTransport | None) -> bool:
    """Whether the end of what was to be written has surely not left this process."""
    return transport is not None and cast(asyncio.WriteTransport, transport).get_write_buffer_size() > 0


async def settle() -> None:
    """Lets the loop close the sockets that were cut, those beneath TLS too."""
    for _ in range(3):
        await asyncio.sleep(0)
