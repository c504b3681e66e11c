"""A mail server that runs as a process, on a free port of loopback and in a temporary folder."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

from mailflow.testing.smtp_server import Received

START_SECONDS = 20.0
SEARCH_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
"""Where mail servers lie; ordinary users' PATH often leaves out sbin."""


class SmtpProcess:
    """A server process on a free port of loopback, with a temporary folder."""

    host = "127.0.0.1"
    arrivals = ""
    """The folder below `home` where each letter becomes a file."""

    def __init__(self) -> None:
        self.port = 0
        self.home = Path()
        self._process: subprocess.Popen[bytes] | None = None

    def _prepare(self) -> list[str]:
        """Writes what the server needs into `home` and returns the command to start it."""
        raise NotImplementedError

    def letters(self) -> list[Received]:
        """What was delivered so far, the oldest first. What the server wrote above a letter is taken off again."""
        files = sorted((self.home / self.arrivals).glob("*"), key=lambda path: path.stat().st_mtime_ns)
        return [_received(path.read_bytes()) for path in files]

    def log(self) -> str:
        """What the server wrote into its log."""
        path = self.home / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def __enter__(self) -> Self:
        self.home = Path(tempfile.mkdtemp(prefix="mailflow-smtp-"))
        self.home.chmod(0o755)  # Postfix' processes have users of their own; each folder inside has its owner
        self.port = _free_port(self.host)
        try:
            command = self._prepare()
            with (self.home / "output").open("wb") as output:
                self._process = subprocess.Popen(  # noqa: S603
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    env={"PATH": SEARCH_PATH},
                    start_new_session=True,
                )
            self._await_greeting(self._process)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        process, self._process = self._process, None
        if process is not None:
            self._stop(process)
        shutil.rmtree(self.home, ignore_errors=True)

    def wait_for(self, count: int, *, seconds: float = 30.0) -> list[Received]:
        """The letters, as soon as `count` are delivered. Raises TimeoutError with their number when time is up."""
        until = time.monotonic() + seconds
        while (found := sum(1 for _ in (self.home / self.arrivals).glob("*"))) < count:
            if time.monotonic() > until:
                raise TimeoutError(f"{found} of {count} letters were delivered within {seconds:g} s\n{self.log()}")
            time.sleep(0.02)
        return self.letters()

    def _await_greeting(self, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + START_SECONDS
        while not _greets(self.host, self.port):
            if process.poll() is not None or time.monotonic() > until:
                said = (self.home / "output").read_text(errors="replace")
                raise RuntimeError(f"the SMTP server did not start: {said}{self.log()}")
            time.sleep(0.02)

    @staticmethod
    def _stop(process: subprocess.Popen[bytes]) -> None:
        """Ends the process and its children: it leads a session, and so a group, of its own."""
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(5)


def _free_port(host: str) -> int:
    with socket.create_server((host, 0)) as probe:
        return int(probe.getsockname()[1])


def _greets(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), 1) as line:
            return line.recv(3) == b"220"
    except OSError:
        return False


_FIELD = rb"(?:Return-Path|X-Original-To|Delivered-To|X-(?:Client|Helo|Mail|Rcpt)-\w+|Received)"
_ABOVE = re.compile(rb"(?:" + _FIELD + rb":[^\n]*\n(?:[ \t][^\n]*\n)*)+")
_SENDER = re.compile(rb"^(?:Return-Path|X-Mail-Args): <([^>\n]*)>", re.MULTILINE)
_RECIPIENT = re.compile(rb"^(?:X-Original-To|X-Rcpt-Args): <?([^>\n]*)>?", re.MULTILINE)


def _received(stored: bytes) -> Received:
    above = _ABOVE.match(stored)
    head = above.group() if above is not None else b""
    sender, recipient = _SENDER.search(head), _RECIPIENT.search(head)
    return Received(
        sender=sender.group(1).decode() if sender else "",
        recipient=recipient.group(1).decode() if recipient else "",
        raw=stored[len(head) :].replace(b"\n", b"\r\n"),
    )
