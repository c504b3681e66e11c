"""The receipt for a unit officer: a line an entry, what is asked once for all, and the table as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailflow.campaign.calendar import next_deadline
from mailflow.letters.answered import Item, Standing
from mailflow.letters.render import fill
from mailflow.letters.rows import TO_CHECK, Row
from mailflow.letters.table import csv_part
from mailflow.model.campaign import Campaign
from mailflow.model.entry import Unit
from mailflow.model.letter import Part

_SHORT = frozenset({Standing.INCOMPLETE, Standing.TO_UPDATE})


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that is asked of one or several applicants."""

    row: Row
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """Until when the missing things of some categories can come."""

    categories: tuple[str, ...]
    words: str
    is_cut: bool


def batch_values(items: Sequence[Item], unit: Unit | None, campaign: Campaign, now: datetime) -> dict[str, object]:
    """What the template of a batch prints. `persons`: each entry is another person, so that people are counted."""
    names = {item.applicant for item in items}
    categories = tuple(dict.fromkeys(item.category.name for item in items))
    return {
        "tone": _tone(items),
        "items": items,
        "unit": unit.name if unit else "",
        "persons": len(names) == len(items) and all(item.is_person for item in items),
        "category": categories[0] if len(categories) == 1 else "",
        "accepted": sum(item.standing is Standing.ACCEPTED for item in items),
        "short": sum(item.standing in _SHORT for item in items),
        "received": sum(item.standing is Standing.RECEIVED for item in items),
        "dues": _dues(items, campaign, now),
        "notes": tuple(dict.fromkeys(note for item in items for note in item.category.notes)),
    }


def batch_table(items: Sequence[Item], campaign: Campaign) -> Part:
    """The table of a batch as a CSV file that a spreadsheet opens."""
    language = campaign.language
    text = fill(f"{language}/receipt-several/table.txt", {"items": tuple(items)})
    name, head, *lines = [line for line in text.splitlines() if line.strip()]
    rows = [line.split("\t") for line in lines]
    return csv_part(name, head.split("\t"), rows)


def _tone(items: Sequence[Item]) -> str:
    if any(item.standing in _SHORT for item in items):
        return "todo"
    return "good" if all(item.standing is Standing.ACCEPTED for item in items) else "wait"


def asked_of(items: Sequence[Item]) -> tuple[Asked, ...]:
    """What is missing, each once with whom it is missing for, the most frequent first; then what to look at."""
    names: dict[Row, list[str]] = {}
    for item in items:
        missing = (item.missing or item.unsure) if item.standing in _SHORT else ()
        for row in (*missing, *map(_in_short, item.to_check)):
            names.setdefault(row, []).append(item.applicant)
    asked = (Asked(row, tuple(dict.fromkeys(who))) for row, who in names.items())
    return tuple(sorted(asked, key=lambda one: (one.row.topic in TO_CHECK, -len(one.names))))


def _in_short(row: Row) -> Row:
    """What to look at, without what is in order."""
    return replace(row, lines=tuple(line for line in row.lines if line.asks))


def _dues(items: Sequence[Item], campaign: Campaign, now: datetime) -> tuple[Due, ...]:
    found: dict[tuple[str, bool], list[str]] = {}
    for item in items:
        deadline = next_deadline(campaign, item.category, now) if item.standing in _SHORT else None
        if deadline is not None:
            found.setdefault((deadline.words, deadline.is_cut), []).append(item.category.name)
    return tuple(Due(tuple(dict.fromkeys(names)), words, is_cut) for (words, is_cut), names in found.items())
