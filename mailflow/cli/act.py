"""What an operator decides: letters that wait, messages that are held, entries that wait for a person."""

from __future__ import annotations

from mailflow.cli.context import Context
from mailflow.errors import MailflowError, SettingsError
from mailflow.judge.rejudge import rejudge
from mailflow.model.entry import EntryStatus, Known
from mailflow.model.states import LetterEvent, LetterState, MessageEvent
from mailflow.steps.answer import answer
from mailflow.steps.file import file_entries
from mailflow.steps.process import process
from mailflow.steps.world import World
from mailflow.store.books import Books
from mailflow.store.tables import LetterRow, MessageRow


def resend_letter(context: Context, key: str) -> None:
    """Puts a letter that failed, was sent or is unknown back in the outbox: the same bytes, the same Message-ID."""
    _move_letter(context, key, LetterEvent.RESENT, "will be sent again by the daemon's next pass")


def release_letter(context: Context, key: str) -> None:
    """Lets a held letter go."""
    _move_letter(context, key, LetterEvent.RELEASED, "will be sent by the daemon's next pass")


def drop_letter(context: Context, key: str) -> None:
    """Settles that a letter is never sent."""
    _move_letter(context, key, LetterEvent.DROPPED, "will not be sent")


def resume_outbox(context: Context) -> None:
    """Closes the circuit breaker."""
    from mailflow.steps.breaker import close

    with context.world() as world, world.database.write() as books:
        was_open = close(world, books)
    print("letters leave again" if was_open else "letters were not stopped")


def _move_letter(context: Context, key: str, event: LetterEvent, outcome: str) -> None:
    with context.world() as world, world.database.write() as books:
        row = _letter(books, key)
        was = row.state
        try:
            books.letters.move(row, event)
        except ValueError as error:
            raise SettingsError(f"{key}: {error}") from None
        if row.state == LetterState.POSTED:
            row.next_attempt_at = world.now()
        books.record(f"letter:{row.key}", event.value, world.now(), was=was, by="operator")
    print(f"{key}: {row.state}; it {outcome}")


def _letter(books: Books, key: str) -> LetterRow:
    row = books.letters.by_key(key)
    if row is None:
        raise SettingsError(f"{key}: no such letter; `mailflow outbox` lists them")
    return row


def assign_message(context: Context, word: str, applicant: str, category: str) -> None:
    """Gives a held message its place, judges it at once and posts its receipt."""
    known = [one.id for one in context.campaign.categories]
    if category not in known:
        raise SettingsError(f"--category {category}: not known; one of {', '.join(known)}")
    if not applicant.strip():
        raise SettingsError("--applicant: a name is needed")
    with context.world() as world:
        with world.database.write() as books:
            row = _message(books, word)
            with _allowed(row):
                books.messages.assign(row, applicant.strip(), category)
            books.record(f"message:{row.sha256}", "assigned", world.now(), category=category, by="operator")
        _judge_now(world, row.sha256)


def replay_message(context: Context, word: str) -> None:
    """Judges a message again, with all its tries; a mail that was answered is not answered a second time."""
    with context.world() as world:
        with world.database.write() as books:
            row = _message(books, word)
            with _allowed(row):
                books.messages.replay(row)
            books.record(f"message:{row.sha256}", "replayed", world.now(), by="operator")
        _judge_now(world, row.sha256)


def ignore_message(context: Context, word: str, reason: str) -> None:
    """Settles a held or shunted message that is no submission."""
    with context.world() as world, world.database.write() as books:
        row = _message(books, word)
        with _allowed(row):
            books.messages.move(row, MessageEvent.IGNORED)
        row.reason = reason or "settled by the operator"
        row.answer_due = False
        books.record(f"message:{row.sha256}", "ignored", world.now(), reason=row.reason, by="operator")
    print(f"{row.sha256[:12]}: ignored")


class _allowed:
    """Turns what the state table does not allow into a refusal."""

    def __init__(self, row: MessageRow) -> None:
        self._row = row

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ValueError):
            raise SettingsError(f"{self._row.sha256[:12]}: {error}") from None


def _judge_now(world: World, sha256: str) -> None:
    """Judges what is spooled, answers this mail alone, and leaves the calendar to the daemon and its clock."""
    while process(world):
        pass
    with world.database.read() as books:
        judged = books.messages.by_sha(sha256)
    answer(world, at_once=True, only=judged.id if judged else None)
    while file_entries(world):
        pass
    with world.database.read() as books:
        row = books.messages.by_sha(sha256)
        assert row is not None
        refs = books.entries.refs_by_message([row.id or 0]).get(row.id or 0, [])
    if row.error:
        raise MailflowError(f"{sha256[:12]}: {row.state}: {row.error}")
    print(f"{sha256[:12]}: {row.state}" + (f"; entries {' '.join(refs)}" if refs else ""))


def _message(books: Books, word: str) -> MessageRow:
    rows = books.messages.named(word)
    if len(rows) != 1:
        what = "no such message" if not rows else f"{len(rows)} messages are meant; give more characters"
        raise SettingsError(f"{word}: {what} (`mailflow messages` lists them)")
    return rows[0]


def release_entry(context: Context, ref: str) -> None:
    """Settles an entry that waits for a person: a held one is judged without its hold, others are approved."""
    with context.world() as world, world.database.write() as books:
        row = books.entries.by_ref(ref)
        if row is None:
            raise SettingsError(f"{ref}: no such entry; `mailflow entries` lists them")
        status = EntryStatus(row.status)
        if status is EntryStatus.HELD:
            row.settled = True
            [entry] = books.entries.known([row])
            known = Known(entries=books.entries.all(world.campaign.id), units=world.units)
            again = rejudge(entry, world.campaign, known, now=world.now())
            if again is not None:
                books.entries.rejudged(row, again)
        elif status in (EntryStatus.LATE, EntryStatus.INELIGIBLE):
            books.entries.decide(row, EntryStatus.APPROVED)
        else:
            raise SettingsError(f"{ref}: it is {status}; only held, late and ineligible entries wait for a person")
        books.record(f"entry:{ref}", "released", world.now(), was=status, status=row.status, by="operator")
    print(f"{ref}: {row.status}")
