"""Carrying out mail commands: withdrawals, and a unit's word that it is done."""

from __future__ import annotations

from mailflow.model.command import UNIT_WORDS, CommandKind, Order
from mailflow.model.entry import EntryStatus
from mailflow.steps.world import World
from mailflow.store.books import Books
from mailflow.store.tables import MessageRow

UNIT_WORD = "unit_word:"


def obey(world: World, books: Books, row: MessageRow, order: Order) -> None:
    """Does what the order says, inside the caller's transaction. Asking changes nothing."""
    now = world.now()
    if order.problem is not None:
        return
    if order.kind is CommandKind.WITHDRAW:
        for ref in order.refs:
            entry = books.entries.by_ref(ref)
            assert entry is not None
            was = entry.status
            books.entries.decide(entry, EntryStatus.WITHDRAWN)
            books.record(f"entry:{ref}", "withdrawn", now, status=entry.status, was=was, message=row.sha256)
    elif order.kind in UNIT_WORDS and order.unit is not None:
        books.note(f"{UNIT_WORD}{world.campaign.id}:{order.unit}", order.kind.value)
        books.record(f"message:{row.sha256}", "unit's word", now, word=order.kind)


def unit_words(world: World, books: Books) -> dict[str, CommandKind]:
    """What units have said of themselves (done, or nothing this time), by their names."""
    found = {unit.name: books.fact(f"{UNIT_WORD}{world.campaign.id}:{unit.name}") for unit in world.units}
    return {name: CommandKind(word) for name, word in found.items() if word is not None}
