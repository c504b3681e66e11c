"""What the demonstration leaves to look at: every mail, letter and filed entry as a file that a person can open."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

from mailflow.demo.ledger import Outcome
from mailflow.letters.render import fill
from mailflow.model.entry import KnownEntry
from mailflow.steps.file import folder_of
from mailflow.steps.world import World
from mailflow.store.cabinet import SUMMARY, safe_name
from mailflow.testing.smtp_server import Received

SHELVES = {
    "receipt": "receipts",
    "report": "reports",
    "reminder": "reminders",
    "digest": "digests",
    "alarm": "alarms",
}


@dataclass(frozen=True, slots=True)
class Link:
    """A place to go to: an address relative to the page, and its words."""

    href: str
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A letter that left: its face, its raw form and its files."""

    shelf: str
    sent: datetime
    to: str
    subject: str
    page: Link
    files: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A mail that came in: what it was, what became of it, and the letter that answered it."""

    outcome: Outcome
    mail: Link
    entries: tuple[tuple[Link, str], ...]
    receipt: Shown | None


def lay_out(out: Path, world: World, scenes: Sequence[Outcome], left: Sequence[Received]) -> Path:
    """Fills `out` and gives the page to begin with."""
    filed = out / "filed"
    shutil.copytree(world.cabinet.root, filed, dirs_exist_ok=True)
    with world.database.read() as books:
        entries = books.entries.all(world.campaign.id)
    summaries = {one.ref: _filed(filed, out, world, one) for one in entries}
    letters: dict[str, Shown] = {}
    for number, received in enumerate(left, start=1):
        message = message_from_bytes(received.raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        letters[str(message["Message-ID"])] = _letter(out, number, received, message)
    rows = [_row(out, number, one, summaries, letters) for number, one in enumerate(scenes, start=1)]
    shelves = {name: [one for one in letters.values() if one.shelf == name] for name in SHELVES.values()}
    values = {
        "campaign": world.campaign,
        "rows": rows,
        "shelves": shelves,
        "left": len(left),
        "categories": [
            (one.name, [(summaries[entry.ref], entry) for entry in entries if entry.category == one.id])
            for one in world.campaign.categories
        ],
        "entries": entries,
        "first_mail": f"mails/{_mail_name(1, scenes[0])}",
    }
    page = out / "index.html"
    _write(page, fill("demo/index.html", values).encode("utf-8"))
    return page


def _filed(filed: Path, out: Path, world: World, entry: KnownEntry) -> Link:
    return _link(out, filed / folder_of(world, entry) / SUMMARY, entry.ref)


def _row(out: Path, number: int, outcome: Outcome, summaries: dict[str, Link], letters: dict[str, Shown]) -> Row:
    """Writes the mail and gives its line of the page."""
    path = out / "mails" / _mail_name(number, outcome)
    _write(path, outcome.scene.raw)
    entries = tuple((summaries[ref], status) for ref, status in zip(outcome.refs, outcome.statuses, strict=True))
    return Row(outcome, _link(out, path, outcome.subject or "(no subject)"), entries, letters.get(outcome.receipt))


def _mail_name(number: int, outcome: Outcome) -> str:
    return f"{number:02d} {safe_name(outcome.subject or 'no subject')}.eml"


def _letter(out: Path, number: int, received: Received, message: EmailMessage) -> Shown:
    """Writes a letter with its files."""
    subject, sent = str(message["Subject"]), message["Date"].datetime
    shelf = SHELVES.get(str(message["X-Mailflow"]), "other")
    folder = out / shelf / safe_name(f"{number:03d} {subject}")
    for kind, name in (("plain", "letter.txt"), ("html", "letter.html")):
        body = message.get_body((kind,))
        if body is not None:
            _write(folder / name, str(body.get_content()).encode("utf-8"))
    _write(folder / "letter.eml", received.raw)
    files = []
    for part in message.iter_attachments():
        path = folder / safe_name(part.get_filename() or "file")
        _write(path, part.get_payload(decode=True))  # type: ignore[arg-type]
        files.append(_link(out, path))
    files += [_link(out, folder / f"letter.{ending}", ending) for ending in ("txt", "eml")]
    return Shown(shelf, sent, received.recipient, subject, _link(out, folder / "letter.html", subject), tuple(files))


def _link(out: Path, path: Path, text: str = "") -> Link:
    return Link(quote(path.relative_to(out).as_posix()), text or path.name)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
