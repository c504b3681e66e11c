"""Adding up a journey from outside: what was mailed in against the JSON, the letters that arrived, and the disk."""

from __future__ import annotations

import io
import sqlite3
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path

from mailflow.testing.crowd import Mailed
from mailflow.testing.journey import PLATFORM, Journey
from mailflow.testing.smtp_server import Received

FINAL = frozenset({"answered", "ignored", "held", "shunted"})


@dataclass(frozen=True, slots=True)
class Arrived:
    """A letter of ours as it was delivered."""

    recipient: str
    message: EmailMessage
    raw: bytes

    @property
    def kind(self) -> str:
        """What it is for, by our own header."""
        return str(self.message["X-Mailflow"])

    @property
    def subject(self) -> str:
        """The decoded subject."""
        return str(self.message["Subject"])

    @property
    def message_id(self) -> str:
        """Its Message-ID."""
        return str(self.message["Message-ID"]).strip()

    @property
    def named(self) -> set[str]:
        """The Message-IDs of the mails it answers."""
        return set(str(self.message["In-Reply-To"] or "").split()) | set(str(self.message["References"] or "").split())

    @property
    def files(self) -> dict[str, bytes]:
        """What is attached, by name."""
        parts = self.message.iter_attachments()
        return {str(one.get_filename()): one.get_payload(decode=True) for one in parts}  # type: ignore[misc]

    @property
    def text(self) -> str:
        """The plain text."""
        body = self.message.get_body(("plain",))
        return "" if body is None else str(body.get_content())


def arrived(received: Iterable[Received], kind: str | None = None) -> list[Arrived]:
    """The letters, of one kind where that is given."""
    found = []
    for one in received:
        message = message_from_bytes(one.raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        letter = Arrived(one.recipient, message, one.raw)
        if kind in (None, letter.kind):
            found.append(letter)
    return found


def ledger_faults(
    journey: Journey, mailed: Sequence[Mailed], received: Iterable[Received], *, most_repeats: int = 0
) -> list[str]:
    """What does not add up between mails, books and receipts; at most `most_repeats` receipts may have come twice.

    A receipt that comes again must be the same bytes with the same Message-ID.
    """
    return [
        *_message_faults(journey, mailed),
        *_entry_faults(journey, mailed),
        *_receipt_faults(mailed, arrived(received, "receipt"), most_repeats),
    ]


def _message_faults(journey: Journey, mailed: Sequence[Mailed]) -> Iterator[str]:
    wanted = {one.sha256: one.state for one in mailed}
    found = Counter(one["sha256"] for one in journey.messages())
    states = {one["sha256"]: one["state"] for one in journey.messages()}
    yield from (f"{sha[:12]} is missing" for sha in wanted if sha not in found)
    yield from (f"{sha[:12]} stands {times} times in the books" for sha, times in found.items() if times > 1)
    for sha, state in states.items():
        if state not in FINAL or state != wanted.get(sha):
            yield f"{sha[:12]} is {state}, not {wanted.get(sha)}"


def _entry_faults(journey: Journey, mailed: Sequence[Mailed]) -> Iterator[str]:
    wanted = {one.entry for one in mailed if one.entry}
    found = Counter((one["applicant"], one["category"], one["status"]) for one in journey.entries())
    yield from (f"no entry {one}" for one in sorted(wanted) if one not in found)
    yield from (f"{times} entries {one}" for one, times in found.items() if times > 1 or one not in wanted)


def _receipt_faults(mailed: Sequence[Mailed], receipts: Sequence[Arrived], most_repeats: int) -> Iterator[str]:
    times = Counter(one.message_id for one in receipts)
    repeats = sum(times.values()) - len(times)
    if repeats > most_repeats:
        yield f"{repeats} receipts came again, at most {most_repeats} may"
    bytes_of = {one.message_id: one.raw for one in receipts}
    if any(bytes_of[one.message_id] != one.raw for one in receipts):
        yield "a receipt came again with other bytes"
    answers = Counter(
        (one.recipient, name) for one in {one.message_id: one for one in receipts}.values() for name in one.named
    )
    for mail in {one.sha256: one for one in mailed}.values():
        count = answers.pop((mail.sender, mail.message_id), 0)
        if count != int(mail.is_answered):
            yield f"{mail.message_id} is answered {count} times"
    yield from (f"{name} is answered to {to}, who did not send it" for to, name in answers)


def disk_faults(data: Path) -> list[str]:
    """What is wrong between the database, the content stores and the filed folders of a data folder at rest."""
    with sqlite3.connect(f"file:{data / 'mailflow.db'}?mode=ro", uri=True) as database:
        verdict = [row[0] for row in database.execute("PRAGMA integrity_check")]
        broken = database.execute("PRAGMA foreign_key_check").fetchall()
        mails = {row[0] for row in database.execute("SELECT sha256 FROM message")}
        folders = {row[0] for row in database.execute("SELECT filed_as FROM entry")}
        files = {
            row[0]
            for row in database.execute(
                "SELECT json_extract(one.value, '$.sha256') FROM entry_version, "
                "json_each(entry_version.content, '$.files') AS one"
            )
        }
    database.close()
    return [
        *(f"the database: {one}" for one in verdict if one != "ok"),
        *(f"a foreign key is broken: {one}" for one in broken),
        *_store_faults(data / "spool", mails, ".eml"),
        *_store_faults(data / "files", files, ""),
        *_folder_faults(data / "filed", folders),
    ]


def _store_faults(root: Path, wanted: set[str], suffix: str) -> Iterator[str]:
    for sha in wanted:
        path = root / sha[:2] / f"{sha}{suffix}"
        if not path.is_file():
            yield f"{path.name} is in the books and not on the disk"
        elif sha256(path.read_bytes()).hexdigest() != sha:
            yield f"{path.name} is damaged"
    yield from (f"{path} was left behind" for path in root.glob("**/.new-*"))


def _folder_faults(root: Path, wanted: set[str]) -> Iterator[str]:
    found = {f"{path.parent.name}/{path.name}" for path in root.glob("*/*")}
    yield from (f"no folder {one}" for one in wanted - found)
    yield from (f"nobody owns {one}" for one in found - wanted)


def reported(received: Iterable[Received], *, to: str = PLATFORM) -> list[tuple[str, str]]:
    """(subject of the report, applicant) for each folder in the zips that `to` got, in the order of arrival."""
    found = []
    for letter in arrived(received, "report"):
        if letter.recipient != to:
            continue
        for name, content in letter.files.items():
            if name.endswith(".zip"):
                with zipfile.ZipFile(io.BytesIO(content)) as bundle:
                    people = {tuple(path.split("/")[:2]) for path in bundle.namelist() if path.count("/") >= 2}
                found += [(letter.subject, folder.rpartition("-")[2]) for _, folder in sorted(people)]
    return found
