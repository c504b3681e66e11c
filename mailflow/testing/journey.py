"""A whole mailflow between two servers, as an operator has it: a settings file, commands, and what the books say."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from unittest.mock import patch

from mailflow.model.campaign import Campaign

SENDER = "intake@mailflow.example.cn"
ORGANISER = "organiser@gongwei.example.cn"
PLATFORM = "platform@pingtai.example.cn"


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
