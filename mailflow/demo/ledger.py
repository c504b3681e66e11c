"""Adding up: what went in against what the books say and what left. Any line here makes the demonstration fail."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.parser import BytesHeaderParser
from email.policy import default
from hashlib import sha256

from mailflow.demo.scene import Scene
from mailflow.model.facts import Role
from mailflow.model.letter import LetterKind
from mailflow.model.states import LetterState, MessageState
from mailflow.steps.world import World
from mailflow.store.books import Books
from mailflow.store.occurrences import MISSED, WAITING
from mailflow.store.tables import MessageRow
from mailflow.testing.smtp_server import Received

HEADERS = BytesHeaderParser(policy=default)
UNSETTLED = (LetterState.POSTED, LetterState.SENDING, LetterState.UNKNOWN, LetterState.FAILED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one scene's mail. `receipt` is the Message-ID of its answer, "" where it got none."""

    scene: Scene
    sender: str
    subject: str
    state: str
    refs: tuple[str, ...]
    statuses: tuple[str, ...]
    receipt: str


def outcomes(world: World, scenes: Sequence[Scene]) -> list[Outcome]:
    """What the books say of each scene's mail."""
    with world.database.read() as books:
        statuses = _statuses(world, books)
        return [_outcome(books, scene, statuses) for scene in scenes]


def faults(world: World, scenes: Sequence[Scene], left: Sequence[Received]) -> list[str]:
    """Everything that does not add up, one line each; empty when all is well."""
    with world.database.read() as books:
        return [
            *_mail_faults(world, books, scenes),
            *_receipt_faults(books, left),
            *_letter_faults(books, left),
            *_report_faults(world, books),
            *_bundle_faults(world, books, left),
        ]


def _statuses(world: World, books: Books) -> dict[str, str]:
    return {one.ref: one.status.value for one in books.entries.all(world.campaign.id)}


def _outcome(books: Books, scene: Scene, statuses: Mapping[str, str]) -> Outcome:
    row = books.messages.by_sha(_sha(scene))
    if row is None:
        return Outcome(scene, "", "", "lost", (), (), "")
    refs = tuple(books.entries.refs_by_message([row.id or 0]).get(row.id or 0, ()))
    letter = books.letters.by_key(row.answer_key) if row.answer_key else None
    stand = tuple(statuses[ref] for ref in refs)
    return Outcome(scene, row.sender, row.subject, row.state, refs, stand, letter.message_id if letter else "")


def _mail_faults(world: World, books: Books, scenes: Sequence[Scene]) -> Iterator[str]:
    known = {row.sha256 for row in books.messages.all()}
    sent_in = {_sha(scene) for scene in scenes}
    if known != sent_in:
        yield f"{len(sent_in)} different mails went in, {len(known)} are in the books"
    statuses = _statuses(world, books)
    for scene in scenes:
        outcome = _outcome(books, scene, statuses)
        what = f"{scene.arrives:%m-%d %H:%M} {scene.shows}"
        if outcome.state != scene.state:
            yield f"{what}: the mail is {outcome.state}, not {scene.state}"
        if bool(outcome.receipt) != scene.answered:
            yield f"{what}: {'an' if outcome.receipt else 'no'} answer"
        if scene.status is not None and scene.status not in outcome.statuses:
            yield f"{what}: the entry is {', '.join(outcome.statuses) or 'missing'}, not {scene.status}"


def _receipt_faults(books: Books, left: Sequence[Received]) -> Iterator[str]:
    """Every mail that is answered is named in exactly one receipt that left, to its own sender."""
    answers: Counter[tuple[str, str]] = Counter()
    for letter in left:
        message = HEADERS.parsebytes(letter.raw)
        if message["X-Mailflow"] == LetterKind.RECEIPT:
            named = set(str(message["In-Reply-To"] or "").split()) | set(str(message["References"] or "").split())
            answers.update((letter.recipient, one) for one in named)
    for row in books.messages.all():
        times = answers[row.sender, row.message_id or ""]
        if times != _wanted(row):
            yield f"{row.message_id}: named in {times} receipts, not {_wanted(row)}"


def _wanted(row: MessageRow) -> int:
    return int(row.answer_key is not None and row.message_id is not None)


def _letter_faults(books: Books, left: Sequence[Received]) -> Iterator[str]:
    ids = Counter(str(HEADERS.parsebytes(letter.raw)["Message-ID"]) for letter in left)
    yield from (f"{one} left {times} times" for one, times in ids.items() if times > 1)
    for row in books.letters.all():
        if row.state in UNSETTLED:
            yield f"{row.key} is {row.state}: {row.last_error}"
        if row.state == LetterState.SENT and ids[row.message_id] != 1:
            yield f"{row.key} is noted as sent and did not arrive"


def _report_faults(world: World, books: Books) -> Iterator[str]:
    """Accepted entries of reported categories are each in a report, and nothing due was missed or waits."""
    rosters = {category for plan in world.campaign.reports if plan.weekdays for category in plan.categories}
    for entry in books.entries.all(world.campaign.id):
        if entry.category in rosters and entry.status == "accepted" and entry.reported_version != entry.version:
            yield f"{entry.ref}: accepted, and its current version is in no report"
    for occurrence, state in books.occurrences.states().items():
        if state in (MISSED, WAITING):
            yield f"{occurrence} is {state}"
    shunted = books.messages.all(MessageState.SHUNTED.value)
    yield from (f"{row.sha256[:12]} is shunted: {row.error}" for row in shunted)


def _bundle_faults(world: World, books: Books, left: Sequence[Received]) -> Iterator[str]:
    """The form of each entry that was reported went out in a zip, byte for byte."""
    sent = {sha for letter in left for sha in _bundled(letter)}
    for entry in books.entries.all(world.campaign.id):
        forms = {one.sha256 for one in entry.files if one.role is Role.FORM}
        if entry.reported_version == entry.version and not forms <= sent:
            yield f"{entry.ref}: reported, and its form is in no bundle"


def _bundled(letter: Received) -> Iterator[str]:
    """The SHA-256 of every file in the letter's zips."""
    for part in message_from_bytes(letter.raw).walk():
        if part.get_content_type() == "application/zip":
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            with zipfile.ZipFile(io.BytesIO(content)) as bundle:
                yield from (sha256(bundle.read(name)).hexdigest() for name in bundle.namelist())


def _sha(scene: Scene) -> str:
    return sha256(scene.raw).hexdigest()
