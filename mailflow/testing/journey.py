"""A whole mailflow between two servers, as an operator has it: a settings file, commands, and what the books say."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from unittest.mock import patch

from mailflow.model.campaign import Campaign
from mailflow.testing.shifted import set_clock

SENDER = "intake@mailflow.example.cn"
ORGANISER = "organiser@gongwei.example.cn"
PLATFORM = "platform@pingtai.example.cn"
WAIT_SECONDS = 90.0


class ImapServer(Protocol):
    """What a journey wants of an IMAP server."""

    host: str
    port: int
    username: str
    password: str


class SmtpServer(Protocol):
    """What a journey wants of an SMTP server."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def complaints(self) -> list[str]:
        """The lines on stderr that are not the log's."""
        return [line for line in self.err.splitlines() if not line.startswith("{")]

    @property
    def json(self) -> Any:
        """The one document on stdout. Raises ValueError for anything else."""
        return json.loads(self.out)


@contextlib.contextmanager
def loading_once() -> Iterator[None]:
    """Shipped campaigns are loaded once in a process, not by every command: that takes a third of a second."""
    from mailflow.campaign import load

    def load_campaign(name: str, *, base: Path) -> Campaign:
        if "." in name or (base / name).exists():
            return real(name, base=base)
        if name not in _SHIPPED:
            _SHIPPED[name] = real(name, base=base)
        return _SHIPPED[name]

    real = load.load_campaign
    with patch.object(load, "load_campaign", load_campaign):
        yield


_SHIPPED: dict[str, Campaign] = {}


def run(*arguments: str) -> Said:
    """Runs the command line in this process, as its entry point does."""
    from mailflow.cli import main

    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with (
        patch.object(sys, "argv", ["mailflow", *arguments]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        loading_once(),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code
    return Said(code if isinstance(code, int) else int(code is not None), out.getvalue(), err.getvalue())


@dataclass
class Journey:
    """A settings file in `home` for these servers (None: that section is left out). `settings` are further keys.

    A key of `settings` is "section.key" (or a top-level key); it wins over what stands here.
    """

    home: Path
    imap: ImapServer | None
    smtp: SmtpServer | None
    settings: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self.write_settings()

    @property
    def config(self) -> Path:
        """The settings file."""
        return self.home / "mailflow.toml"

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.home / str(self.settings.get("data", "data"))

    def write_settings(self, **more: object) -> None:
        """Writes the settings file; `more` as `settings`, with __ for the dot."""
        tables: dict[str, dict[str, object]] = {"": {"data": "data"}}
        for name, value in {
            **_usual(self.imap, self.smtp),
            **self.settings,
            **{key.replace("__", "."): value for key, value in more.items()},
        }.items():
            section, _, key = name.rpartition(".")
            tables.setdefault(section, {})[key] = value
        lines: list[str] = []
        for section, keys in tables.items():
            lines += [f"[{section}]"] if section else []
            lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items()]
        self.config.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def __call__(self, *arguments: str, at: str | None = None) -> Said:
        """Runs a command of this journey, as if it were `at`."""
        return run("--config", str(self.config), *(["--at", at] if at else []), *arguments)

    def once(self, at: str) -> Said:
        """One pass that must succeed."""
        said = self("run", "--once", at=at)
        assert (said.code, said.complaints) == (0, []), said.err
        return said

    def json(self, *arguments: str, at: str | None = None) -> Any:
        """The document that a command prints; it must succeed and print nothing else."""
        said = self(*arguments, "--json", at=at)
        assert (said.code, said.complaints) == (0, []), said.err
        return said.json

    def entries(self) -> list[dict[str, Any]]:
        """`entries --json`."""
        found: list[dict[str, Any]] = self.json("entries")
        return found

    def messages(self) -> list[dict[str, Any]]:
        """`messages --json`."""
        found: list[dict[str, Any]] = self.json("messages")
        return found

    def outbox(self, kind: str | None = None) -> list[dict[str, Any]]:
        """`outbox --json`, of one kind."""
        found: list[dict[str, Any]] = self.json("outbox")
        return [one for one in found if kind in (None, one["kind"])]

    def calendar(self, at: str) -> dict[str, dict[str, Any]]:
        """`calendar --json` at that time, by id."""
        return {one["id"]: one for one in self.json("calendar", at=at)}


def _usual(imap: ImapServer | None, smtp: SmtpServer | None) -> dict[str, object]:
    usual: dict[str, object] = {
        "recipients.platform": [PLATFORM],
        "recipients.organiser": [ORGANISER],
        "letters.contact": "施老师",
        "letters.telephone": "0351-0000000",
        "letters.signature": "示例工委宣传部",
    }
    if imap is not None:
        account = {"host": imap.host, "port": imap.port, "username": imap.username, "password": imap.password}
        usual |= {f"imap.{key}": value for key, value in account.items()} | {"imap.security": "none"}
    if smtp is not None:
        usual |= {"smtp.host": smtp.host, "smtp.port": smtp.port, "smtp.security": "none", "smtp.sender": SENDER}
    return usual


class Daemon:
    """`mailflow run` as a child process, whose clock the test sets, for a `with` block. `log` is its stderr so far."""

    def __init__(self, journey: Journey, clock: datetime) -> None:
        self._journey = journey
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
                [sys.executable, *module], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ}
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

    def wait_for_lines(self, count: int, *, seconds: float = WAIT_SECONDS) -> None:
        """Returns once the log has `count` lines."""
        self.wait_until(lambda: self.log.count("\n") >= count, f"{count} lines in the log", seconds=seconds)

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
        time.sleep(0.1)


def later(instant: datetime, **step: float) -> datetime:
    """`instant` and a step, as `timedelta` takes it."""
    return instant + timedelta(**step)
