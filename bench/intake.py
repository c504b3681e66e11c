"""The whole durable intake with receipts: a private Dovecot, `mailflow run --once`, smtp-sink.

Usage: python -m bench.intake [--mails 500,1000,2000] [--repeat 3]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.meter import Meter
from bench.submissions import CAMPAIGN, NOW, submissions
from mailflow.testing.dovecot import Dovecot
from mailflow.testing.postfix import SmtpSink

SETTINGS = """\
campaign = "{campaign}"
data = "{data}"

[imap]
host = "127.0.0.1"
port = {imap.port}
security = "none"
username = "{imap.username}"
password = "{imap.password}"

[reading]
pictures = false
documents = false

[smtp]
host = "127.0.0.1"
port = {smtp_port}
security = "none"
sender = "bm@unit.example"

[recipients]
platform = ["platform@unit.example"]
organiser = ["organiser@unit.example"]
"""
RAM_DISK = Path("/dev/shm")


@dataclass(frozen=True, slots=True)
class Measured:
    """One pass over a mailbox of `mails`."""

    mails: int
    seconds: float
    cpu: dict[str, float]
    parts: dict[str, int]
    last: int

    def __str__(self) -> str:
        cpu = ", ".join(f"{role} {seconds:.1f}" for role, seconds in sorted(self.cpu.items()))
        parts = ", ".join(f"{role} {size / 1e6:.0f}" for role, size in sorted(self.parts.items()))
        return (
            f"{self.mails} mails in {self.seconds:.2f} s: {self.mails / self.seconds:.1f}/s; "
            f"peak {sum(self.parts.values()) / 1e6:.0f} MB ({parts}), end {self.last / 1e6:.0f} MB; CPU s: {cpu}"
        )


def measure(mails: int) -> Measured:
    """Fills a mailbox, lets one pass of mailflow empty it, and checks that every mail has its receipt."""
    with tempfile.TemporaryDirectory(prefix="mailflow-bench-") as folder, Dovecot() as imap, SmtpSink() as smtp:
        imap.deliver(submissions(mails))
        settings = write_settings(Path(folder), imap, smtp)
        with imap.session() as owner:  # the server reads the folder for the first time: not ours to pay
            owner.select("INBOX", readonly=True)
        begun = time.monotonic()
        command = _command(settings, "run", "--once")
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment())
        with Meter(process.pid) as meter:
            code = process.wait()
            seconds = time.monotonic() - begun
        _require(settings, smtp.home / smtp.arrivals, mails, code)
        return Measured(mails, seconds, meter.cpu, meter.parts, meter.last)


def write_settings(folder: Path, imap: Dovecot, smtp: SmtpSink) -> Path:
    """Writes the settings for these servers, the data beside them; gives their file."""
    path = folder / "mailflow.toml"
    text = SETTINGS.format(campaign=CAMPAIGN, data=folder / "data", imap=imap, smtp_port=smtp.port)
    path.write_text(text, encoding="utf-8")
    return path


def use_ram_disk() -> None:
    """Puts all temporary folders, the servers' too, where no disk is measured."""
    if RAM_DISK.is_dir() and os.access(RAM_DISK, os.W_OK):
        tempfile.tempdir = str(RAM_DISK)


def environment() -> dict[str, str]:
    """The environment of a mailflow whose modules are compiled, as an installed one's are."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "mailflow-bench-compiled")}


def start_seconds(*words: str) -> float:
    """The shortest of five runs of a command that needs nothing."""
    times = []
    for _ in range(5):
        begun = time.monotonic()
        subprocess.run(
            [sys.executable, "-m", "mailflow.cli", *words], capture_output=True, env=environment(), check=True
        )
        times.append(time.monotonic() - begun)
    return min(times)


def _command(settings: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "mailflow.cli", "--config", str(settings), "--at", NOW.isoformat(), *words]


def _require(settings: Path, letters: Path, mails: int, code: int) -> None:
    """Raises SystemExit unless the pass ended well, every mail is answered and every receipt delivered."""
    command = _command(settings, "messages", "--json")
    listed = subprocess.run(command, capture_output=True, check=True, env=environment()).stdout
    answered = sum(one["state"] == "answered" and len(one["entries"]) == 1 for one in json.loads(listed))
    receipts = sum(b"X-Mailflow: receipt" in path.read_bytes() for path in letters.iterdir())
    if code or answered != mails or receipts != mails:
        sys.exit(f"bench: exit {code}, {answered} of {mails} mails answered, {receipts} receipts delivered")


def main() -> None:
    """Prints one line for each start and each pass."""
    options = argparse.ArgumentParser(description="The whole durable intake with receipts.")
    options.add_argument("--mails", default="500,1000,2000", help="sizes of the mailbox; default: %(default)s")
    options.add_argument("--repeat", type=int, default=1, help="passes for each size; default: %(default)s")
    chosen = options.parse_args()
    use_ram_disk()
    measure(1)  # compiles the modules
    print(f"mailflow --help in {start_seconds('--help'):.2f} s", flush=True)
    print(f"an empty mailbox: {measure(0)}", flush=True)
    with tempfile.NamedTemporaryFile(suffix=".eml") as file:
        file.write(next(submissions(1))[0])
        file.flush()
        print(f"mailflow explain in {start_seconds('explain', file.name):.2f} s", flush=True)
    for mails in map(int, chosen.mails.split(",")):
        for _ in range(chosen.repeat):
            print(measure(mails), flush=True)


if __name__ == "__main__":
    main()
