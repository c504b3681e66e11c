"""Output: one JSON document, or a table for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from mailflow.model.entry import Finding

PIPED_WIDTH = 240
LONGEST_WORD = 12
CONTROLS = {code: " " for code in (*range(32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def print_json(document: Any) -> None:
    """Prints one JSON document on stdout. Times are ISO 8601 with offset."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2, default=_plain)
    sys.stdout.write("\n")


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """Prints a table; `empty` says what it means that there are no rows. Senders' text cannot steer the terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    lines = [[shown(cell) for cell in row] for row in rows]
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
    for number, heading in enumerate(headings):
        table.add_column(heading, overflow="fold", min_width=_least([heading, *(line[number] for line in lines)]))
    for line in lines:
        table.add_row(*map(Text, line))
    console = Console(width=None if sys.stdout.isatty() else PIPED_WIDTH)
    console.print(table if lines else empty)


def _least(cells: Iterable[str]) -> int:
    """The width in which no receipt number, hash, day or short word of a column is broken.

    Addresses and other long words may be broken where a terminal is narrow; Chinese text breaks anywhere.
    """
    words = {word for cell in cells for word in cell.split() if word.isascii() and "@" not in word}
    return max((len(word) for word in words if len(word) <= LONGEST_WORD), default=1)


def shown(value: object) -> str:
    """A cell as text: nothing for None, minutes for times, no control characters."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return str(value).translate(CONTROLS)


def local(instant: datetime | None, zone: ZoneInfo) -> datetime | None:
    """The instant in the campaign's zone."""
    return instant.astimezone(zone) if instant else None


def finding_json(finding: Finding) -> dict[str, object]:
    """A finding as the contract has it."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "text": finding.text,
        "where": finding.where,
    }


def fields_json(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Field values as the contract has them."""
    return {key: _plain(value) if isinstance(value, date) else value for key, value in fields.items()}


def _plain(value: object) -> object:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} has no place in JSON")
