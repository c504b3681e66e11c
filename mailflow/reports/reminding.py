"""Whom to remind of what: decided from the ledger, so that nobody who is done hears of it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailflow.model.campaign import Campaign
from mailflow.model.entry import EntryStatus, KnownEntry, Unit
from mailflow.model.occurrence import Deadline


@dataclass(frozen=True, slots=True)
class Heard:
    """What addresses have had: `today` were written to already, `reminders` counts letters in the campaign.

    `answerable` are senders that may be written to (no machines); `senders` are all who ever wrote; `settled` are
    units that have said that all is sent, or that there is nothing this time.
    """

    today: frozenset[str]
    reminders: Mapping[str, int]
    answerable: frozenset[str]
    senders: frozenset[str]
    settled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reminding:
    """One letter: to whom, about which incomplete entries with their deadlines, or (none) about the deadlines alone."""

    to: str
    unit: Unit | None
    entries: tuple[tuple[KnownEntry, Deadline], ...] = ()


def remindings(
    campaign: Campaign,
    deadlines: Sequence[Deadline],
    entries: Sequence[KnownEntry],
    units: Sequence[Unit],
    heard: Heard,
) -> tuple[Reminding, ...]:
    """The letters that these deadlines ask for, one an address, those with entries first.

    An address hears at most once a day (a receipt counts) and `most_per_address` times in the campaign. A unit that
    has sent nothing is written to at its first address.
    """
    waiting: dict[str, list[tuple[KnownEntry, Deadline]]] = {}
    for entry in entries:
        first = next((one for one in deadlines if entry.category in one.categories), None)
        if first is not None and entry.status is EntryStatus.INCOMPLETE and entry.sender in heard.answerable:
            waiting.setdefault(entry.sender, []).append((entry, first))
    owners = {address: unit for unit in units for address in unit.addresses}
    letters = [Reminding(to, owners.get(to), tuple(pairs)) for to, pairs in waiting.items()]
    silent = (unit for unit in silent_units(entries, units, heard.senders) if unit.addresses)
    letters += [Reminding(unit.addresses[0], unit) for unit in silent]
    most = campaign.reminders.most_per_address if campaign.reminders else 0
    return tuple(
        one
        for one in letters
        if one.to not in heard.today
        and heard.reminders.get(one.to, 0) < most
        and not (one.unit and one.unit.name in heard.settled)
    )


def silent_units(entries: Sequence[KnownEntry], units: Sequence[Unit], senders: frozenset[str]) -> tuple[Unit, ...]:
    """The units that have sent nothing, in the order of the list."""
    named = {entry.unit for entry in entries}
    return tuple(unit for unit in units if unit.name not in named and not senders.intersection(unit.addresses))
