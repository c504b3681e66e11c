"""A bounce is matched to the letter it is about: the letter is marked failed, and the organiser sees it."""

from __future__ import annotations

from mailflow.intake.bounces import Bounce
from mailflow.letters.alarm import AlarmCode
from mailflow.model.letter import LetterKind
from mailflow.model.states import LetterEvent, LetterState
from mailflow.steps.posting import ring
from mailflow.steps.world import World
from mailflow.store.books import Books
from mailflow.store.tables import MessageRow


def note_bounce(world: World, books: Books, row: MessageRow, bounce: Bounce) -> None:
    """Marks the letters that the bounce names. A delay, or an id that is not of a letter of ours, changes nothing."""
    now = world.now()
    for letter in books.letters.by_message_ids(bounce.ids):
        detail = {"letter": letter.key, "reason": bounce.reason, "for_good": bounce.for_good}
        books.record(f"message:{row.sha256}", "bounce of", now, **detail)
        if not bounce.for_good or letter.state != LetterState.SENT:
            continue
        books.letters.move(letter, LetterEvent.BOUNCED)
        letter.last_error = f"bounced: {bounce.reason}"
        books.record(f"letter:{letter.key}", "bounced", now, message=row.sha256, reason=bounce.reason)
        address = books.letters.address(letter.recipient)
        address.failures += 1
        if address.failures == 1 and letter.kind != LetterKind.ALARM:
            ring(world, books, AlarmCode.ADDRESS_FAILING, letter.recipient, letter.last_error)
