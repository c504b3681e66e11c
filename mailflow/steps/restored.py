"""After a backup was restored: nothing is sent twice by itself (promise P13).

A copy of the books does not know what was answered, reported and reminded after it was made. So the first run on a
copy holds every letter that was waiting, and every answer to a mail that had arrived by then; due times of the past
are missed, not caught up. A person compares, then releases or drops.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from mailflow.maillog import log
from mailflow.model.states import LetterEvent, LetterState
from mailflow.steps.world import World

if TYPE_CHECKING:
    from mailflow.store.books import Books

COPY, HOLD_BEFORE = "is_copy", "hold_before"
FIRST_RUN, SETTLED_UNTIL = "first_run", "calendar_settled_until"


def take_over_copy(world: World) -> int:
    """Does nothing in books that are no copy; in a copy, holds what may have left before. Says how many letters."""
    with world.database.write() as books:
        if not books.fact(COPY):
            return 0
        now = world.now()
        waiting = [*books.letters.all(LetterState.POSTED.value), *books.letters.all(LetterState.SENDING.value)]
        for row in waiting:
            books.letters.move(row, LetterEvent.WITHHELD)
            books.record(f"letter:{row.key}", "withheld", now, state=row.state)
        books.note(HOLD_BEFORE, now.isoformat())
        for fact in (FIRST_RUN, SETTLED_UNTIL):
            books.note(fact, now.isoformat())
        books.note(COPY, "")
    log("restored").warning("took over a backup", count=len(waiting))
    return len(waiting)


def may_have_been_answered(books: Books, arrived_at: datetime) -> bool:
    """Whether a mail of that arrival may have had its answer before the backup was restored."""
    before = books.fact(HOLD_BEFORE)
    return bool(before) and arrived_at < datetime.fromisoformat(before or "")
