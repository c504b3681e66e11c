"""CPU and memory of this process's descendants, from /proc, by their role."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

INTERVAL = 0.2
TICKS = os.sysconf("SC_CLK_TCK")
MAILFLOW = ("main", "fork server", "reader")
SERVERS = {"smtp-sink": "smtp-sink", "dovecot": "dovecot", "imap": "dovecot", "imap-login": "dovecot"}


@dataclass(slots=True)
class Process:
    """One process as /proc shows it."""

    pid: int
    parent: int
    name: str
    command: str
    cpu: float


@dataclass
class Meter:
    """Samples while its `with` block lasts. Sizes are bytes (summed PSS), times seconds.

    A process's last fifth of a second may go uncounted.
    """

    pid: int
    parts: dict[str, int] = field(default_factory=dict)
    """Memory at its peak, by role."""
    last: int = 0
    _cpu: dict[tuple[str, int], float] = field(default_factory=dict)
    _done: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, name="meter")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        if self._thread is not None:
            self._thread.join()

    @property
    def cpu(self) -> dict[str, float]:
        """CPU seconds by role, since the block began."""
        sums: dict[str, float] = defaultdict(float)
        for (role, _), seconds in self._cpu.items():
            sums[role] += seconds
        return dict(sums)

    def _run(self) -> None:
        begun = {one.pid: one.cpu for one in _processes().values()}
        while not self._done.wait(INTERVAL):
            processes = _processes()
            parts: dict[str, int] = defaultdict(int)
            for one in processes.values():
                role = self._role(one, processes)
                if role is None:
                    continue
                self._cpu[role, one.pid] = one.cpu - begun.get(one.pid, 0.0)
                if role in MAILFLOW:
                    parts[role] += _pss(one.pid)
            self.last = sum(parts.values()) or self.last
            self.parts = max(self.parts, parts, key=lambda one: sum(one.values()))

    def _role(self, one: Process, processes: dict[int, Process]) -> str | None:
        """None for what this bench did not start: others may work on the machine."""
        line = [one]
        while line[-1].pid != os.getpid():
            if line[-1].parent not in processes:
                return None
            line.append(processes[line[-1].parent])
        depth = next((number for number, ancestor in enumerate(line) if ancestor.pid == self.pid), None)
        if depth is None:
            return SERVERS.get(one.name)
        return MAILFLOW[depth] if "forkserver" in one.command else MAILFLOW[0]


def _processes() -> dict[int, Process]:
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name, rest = (folder / "stat").read_text().partition("(")[2].rsplit(")", 1)
            fields = rest.split()
            command = (folder / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        cpu = (int(fields[11]) + int(fields[12])) / TICKS
        found[int(folder.name)] = Process(int(folder.name), int(fields[1]), name, command, cpu)
    return found


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
