"""Every numbered mail at once, through a real Dovecot: the ledger adds up, and memory stays within its bounds."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from imaplib import Internaldate2tuple
from pathlib import Path
from time import mktime, monotonic
from typing import Any

import pytest

from mailflow.testing.audit import arrived, disk_faults
from mailflow.testing.dovecot import Dovecot
from mailflow.testing.journey import Journey
from mailflow.testing.samples import AT
from mailflow.testing.smtp_server import EmbeddedSmtp

pytestmark = pytest.mark.real_servers

SAMPLES = Path(__file__).parents[1] / "samples"
STATES = {"entry": "answered", "command": "answered", "held": "held", "ignored": "ignored"}
MOST_MB_OF_PARENT = 250
MOST_MB_OF_READER = 200
PASS_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Sample:
    """A numbered mail, from an author of its own, and its golden answer."""

    number: str
    raw: bytes
    golden: dict[str, Any]

    @property
    def answers(self) -> list[str]:
        """Who gets a receipt, if anybody."""
        reply = self.golden["reply"]
        return [own(reply["to"].encode(), self.number).decode()] if reply else []


def own(text: bytes, number: str) -> bytes:
    """`text` with an author and a Message-ID of this sample's own: as they stand, one person wrote nearly all."""
    text = re.sub(rb"(?<![\w.])(wang@example\.cn|slt@unit\.example)", number.encode() + rb".\1", text)
    return text.replace(b"<sample@client.example>", b"<sample." + number.encode() + b"@client.example>")


def samples() -> list[Sample]:
    paths = sorted(SAMPLES.glob("[0-9][0-9][0-9].eml"))
    return [
        Sample(path.stem, own(path.read_bytes(), path.stem), json.loads(path.with_suffix(".json").read_text("utf-8")))
        for path in paths
    ]


def filed(journey: Journey) -> dict[str, set[tuple[str, str]]]:
    """Whom and what each mail is about as the books have it, by its SHA-256."""
    entries = {one["ref"]: (one["applicant"], one["category"]) for one in journey.entries()}
    return {one["sha256"]: {entries[ref] for ref in one["entries"]} for one in journey.messages()}


def on_server(dovecot: Dovecot) -> dict[float, str]:
    """The SHA-256 of each mail as the server gives it, by its time of arrival."""
    session = dovecot.session()
    session.select("INBOX", readonly=True)
    _, answer = session.fetch("1:*", "(INTERNALDATE BODY.PEEK[])")
    session.logout()
    found = {}
    for one in answer:
        if isinstance(one, tuple):
            when = Internaldate2tuple(one[0])
            assert when is not None
            found[mktime(when)] = sha256(one[1]).hexdigest()
    return found


def peaks(group: int) -> dict[int, int]:
    """The most memory that each process of the group has had in it so far, in MB."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            if int(stat.read_text().rpartition(")")[2].split()[2]) == group:
                peak = re.search(r"VmHWM:\s+(\d+) kB", stat.with_name("status").read_text())
                found[int(stat.parent.name)] = int(peak[1]) // 1024 if peak else 0
    return found


def measured_pass(journey: Journey) -> tuple[int, int]:
    """One pass that must succeed, in a process of its own; gives its peak memory and its largest child's in MB."""
    arguments = ["--config", str(journey.config), "--at", AT, "run", "--once"]
    most: dict[int, int] = {}
    ends = monotonic() + PASS_SECONDS
    with (journey.home / "pass.log").open("wb") as log:
        command = [sys.executable, "-m", "mailflow.cli", *arguments]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    with process:
        while process.poll() is None and monotonic() < ends:
            for number, peak in peaks(process.pid).items():
                most[number] = max(peak, most.get(number, 0))
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
        process.kill()
    assert process.returncode == 0, (journey.home / "pass.log").read_text("utf-8")[-3000:]
    return most.pop(process.pid), max(most.values(), default=0)


def test_all_samples_at_once_add_up(tmp_path: Path, dovecot: Dovecot, smtp: EmbeddedSmtp) -> None:
    journey = Journey(tmp_path, dovecot, smtp)
    begins = datetime.fromisoformat(AT)
    journey.once((begins - timedelta(hours=1)).isoformat())
    everything = samples()
    arrivals = [begins - timedelta(seconds=len(everything) - place) for place in range(len(everything))]
    dovecot.deliver(zip((one.raw for one in everything), arrivals, strict=True))
    kept = on_server(dovecot)
    hashes = [kept[arrival.timestamp()] for arrival in arrivals]
    assert len(set(hashes)) == len(everything) >= 150

    parent, reader = measured_pass(journey)

    by_sha = dict(zip(hashes, everything, strict=True))
    states = {one["sha256"]: one["state"] for one in journey.messages()}
    assert states == {sha: STATES[one.golden["disposition"]] for sha, one in by_sha.items()}
    about = {
        sha: {(to["applicant"], to["category"]) for to in one.golden["submissions"]} for sha, one in by_sha.items()
    }
    assert filed(journey) == about
    receipts = arrived(smtp.letters, "receipt")
    assert Counter(one.recipient for one in receipts) == Counter(to for one in everything for to in one.answers)
    assert all(one["state"] == "sent" for one in journey.outbox())
    assert disk_faults(journey.data) == []
    assert 0 < parent < MOST_MB_OF_PARENT
    assert 0 < reader < MOST_MB_OF_READER

    before = (journey.messages(), journey.entries(), journey.outbox(), len(smtp.letters))
    measured_pass(journey)
    assert (journey.messages(), journey.entries(), journey.outbox(), len(smtp.letters)) == before
