"""An end to every command, whatever the server does.

A socket's own timeout runs anew with each byte, so that one byte a minute, or one line after the other, holds the
reader for ever. Here a timer shuts the connection when the whole command has had its time: the reader sees its end.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


class Deadline:
    """The time one command on one connection may take in all, in seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.expired = False
        self._handle: socket.socket | None = None
        self._lock = threading.Lock()

    def watch(self, connection: socket.socket) -> None:
        """Takes charge of `connection`, through a handle of its own: TLS may replace the caller's, and a number of
        a closed descriptor may be given to another file while the timer still holds it."""
        with self._lock:
            self._handle = connection.dup()
            if self.expired:
                self._shut()

    @contextlib.contextmanager
    def command(self, seconds: float | None = None) -> Iterator[None]:
        """Bounds what is done inside to `seconds` (default: those of the constructor)."""
        timer = threading.Timer(self.seconds if seconds is None else seconds, self._expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    @property
    def handle(self) -> socket.socket | None:
        """The raw connection below TLS: for polling and peeking, never for reading."""
        return self._handle

    def close(self) -> None:
        """Ends the connection at once, for whoever still reads from it. Harmless when done twice."""
        with self._lock:
            self._shut()
            if self._handle is not None:
                self._handle.close()
                self._handle = None

    def _expire(self) -> None:
        with self._lock:
            self.expired = True
            self._shut()

    def _shut(self) -> None:
        if self._handle is not None:
            with contextlib.suppress(OSError):
                self._handle.shutdown(socket.SHUT_RDWR)
