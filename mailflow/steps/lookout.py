"""Which files of a mail want a slow look, whether its judgement waits for that, and what comes of a late one."""

from __future__ import annotations

from mailflow.judge.supplement import must_act, to_act_on
from mailflow.model.facts import Facts
from mailflow.model.judgement import Disposition, Judgement
from mailflow.model.sight import Look
from mailflow.model.states import MessageState
from mailflow.steps.world import World
from mailflow.store.books import Books
from mailflow.store.tables import MessageRow

MOST_LOOKS = 60
"""So many files of one mail are looked at; a person sees to the rest."""
LOOKED_AT = (Disposition.ENTRY, Disposition.HELD)
"""Nobody looks at the files of a mail that is not about an application."""
PUT_ASIDE = (MessageState.IGNORED, MessageState.SHUNTED)


def waits_for_looks(world: World, books: Books, row: MessageRow, facts: Facts, judgement: Judgement) -> bool:
    """Asks for the looks that the mail's files want; whether its judgement waits for them.

    It waits once, for a set time. A mail that is judged without them is judged again when they are there.
    """
    row.partly_seen = False
    wanted = _wanted(world, books, row, facts) if judgement.disposition in LOOKED_AT else {}
    if not wanted:
        return False
    now = world.now()
    waiting = books.sights.ask(row, wanted, now)
    if row.look_until is not None:  # it waited before, and its time is over
        row.partly_seen = waiting > 0
        return not waiting and row.attempts < 2  # all was seen while it was read: it is read again with that, once
    row.look_until, row.attempts = now + world.eyes.wait, 0  # reading it was no lost try
    books.record(f"message:{row.sha256}", "looks", now, state=row.state, files=len(wanted), waiting=waiting)
    return True


def _wanted(world: World, books: Books, row: MessageRow, facts: Facts) -> dict[str, Look]:
    """The files that can be looked at here and were not, no more of one mail than MOST_LOOKS in all."""
    looks = {one.sha256: one.look for one in facts.files if one.look is not None and one.look in world.eyes.looks}
    if not looks:
        return {}
    asked = books.sights.asked(row)
    new = [sha256 for sha256 in looks if sha256 not in asked][: max(0, MOST_LOOKS - len(asked))]
    return {sha256: look for sha256, look in looks.items() if sha256 in asked or sha256 in new}


def supplement_to(books: Books, row: MessageRow, judgement: Judgement) -> tuple[int, ...] | None:
    """Which submissions need one letter more, of a mail that was answered before all its files were looked at.

    None: no letter is due.
    """
    before = books.messages.judgement(row) if row.answer_key is not None else None
    if before is None or not must_act(before, judgement):
        return None
    return to_act_on(before, judgement)


def judge_again(books: Books, row: MessageRow) -> None:
    """Puts back a mail that was judged before all its files were looked at; not one that a person has put aside."""
    if row.state in PUT_ASIDE:
        row.partly_seen = False
        books.session.add(row)
    else:
        books.messages.replay(row)
