"""What a mail command comes to: whose entries it may ask about or change."""

from __future__ import annotations

from mailflow.model.command import UNIT_WORDS, Command, CommandKind, Order
from mailflow.model.entry import EntryStatus, Known, KnownEntry
from mailflow.model.judgement import Disposition, Judgement
from mailflow.model.message import Message


def decide_command(command: Command, message: Message, known: Known, *, silence: str | None) -> Judgement:
    """The judgement of a mail that is a command. `known` holds the entries it could concern.

    An address may speak for the entries bound to it; a registered unit's address for those of its unit as well.
    """
    order = _order(command, message.sender, known)
    return Judgement(Disposition.COMMAND, reason=command.kind.value, silence=silence, command=order)


def may_speak_for(sender: str, entry: KnownEntry, known: Known) -> bool:
    """Whether the address may ask about the entry and withdraw it."""
    if sender == entry.sender:
        return True
    unit = known.unit_of(sender)
    return unit is not None and (entry.unit == unit.name or entry.sender in unit.addresses)


def _order(command: Command, sender: str, known: Known) -> Order:
    unit = known.unit_of(sender)
    name = unit.name if unit else None
    if command.kind in UNIT_WORDS:
        return Order(command.kind, unit=name, problem=None if unit else "not-a-unit")
    if command.kind is CommandKind.FORM:
        return Order(command.kind, category=command.category, problem=None if command.category else "which-form")
    own = {entry.ref: entry for entry in known.entries if may_speak_for(sender, entry, known)}
    if command.kind is CommandKind.STATUS:
        refs = tuple(ref for ref in command.refs if ref in own) if command.refs else tuple(own)
        return Order(command.kind, refs, _unknown(command, own), unit=name)
    if command.kind is CommandKind.WITHDRAW:
        open_ = [ref for ref in command.refs if ref in own and own[ref].status is not EntryStatus.WITHDRAWN]
        problem = None if command.refs else "which-ref"
        return Order(command.kind, tuple(open_), _unknown(command, own), unit=name, problem=problem)
    return Order(command.kind)


def _unknown(command: Command, own: dict[str, KnownEntry]) -> tuple[str, ...]:
    return tuple(ref for ref in command.refs if ref not in own)
