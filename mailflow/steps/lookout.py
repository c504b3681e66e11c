"""Which files of a mail want a slow look, whether its judgement waits for that, and what comes of a late one."""

from __future__ import annotations

from mailflow.judge.supplement import must_act, to_act_on
from mailflow.model.facts import Facts
from mailflow.model.judgement import Disposition, Judgement
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
    looks = {one.sha256: one.look for one in facts.files if one.look in world.eyes.looks}
    wanted = {sha256: look for sha256, look in list(looks.items())[:MOST_LOOKS] if look is not None}
    if not wanted or judgement.disposition not in LOOKED_AT:
        row.partly_seen = False
        return False
    if row.look_until is not None:
        row.partly_seen = True
        return False
    now = world.now()
    waiting = books.sights.ask(row, wanted, now, until=now + world.eyes.wait)
    books.record(f"message:{row.sha256}", "looks", now, state=row.state, files=len(wanted), waiting=waiting)
    return True


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
