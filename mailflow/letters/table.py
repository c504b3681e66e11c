"""A list as a file beside a letter."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from mailflow.model.letter import Part

_FORMULA = "=+-@\t\r＝＋－＠"


def csv_part(filename: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Part:
    """`rows` under `head` as CSV (RFC 4180) with a byte order mark, by which spreadsheets tell UTF-8.

    A cell that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_cell(one) for one in head])
    writer.writerows([_cell(one) for one in row] for row in rows)
    return Part(filename=filename, media_type="text/csv", content=text.getvalue().encode("utf-8-sig"))


def _cell(text: str) -> str:
    return "'" + text if text.startswith(tuple(_FORMULA)) else text
