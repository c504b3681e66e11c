"""A roster as an Excel workbook that prints well. Senders' text is only ever written as strings.

No formula, no link and no number is made from what a sender wrote but the amounts that were read from his form.
"""

from __future__ import annotations

import io
import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from typing import Any, TypeVar

from mailflow.model.campaign import Campaign
from mailflow.model.facts import Value
from mailflow.reports.bundle import BundleFile, paths
from mailflow.reports.columns import (
    Column,
    attention_columns,
    cumulative_columns,
    roster_columns,
)
from mailflow.reports.cover import roster_heading, write_cover
from mailflow.reports.formats import Formats, Tone
from mailflow.reports.roster import Roster
from mailflow.reports.rows import RosterRow, Section, Standing
from mailflow.reports.words import Words, printable, words_of

Row = TypeVar("Row")
LONGEST_CELL = 32_000  # Excel ends at 32,767
LINE_HEIGHT, TALLEST_ROW = 14.5, 409.0  # points
PAGE_WIDTH = 190  # characters on a page's width that can still be read
MOST_DIGITS = 10**15  # Excel keeps fifteen
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\']")


def write_workbook(roster: Roster, campaign: Campaign, *, for_organiser: bool) -> bytes:
    """The workbook of `roster`: a cover, a sheet a category, the cumulative sheet; A4 landscape, ready to print.

    The platform's copy links each row to its folder in the bundle; the organisers' copy has, as its second sheet,
    what waits for someone and why. The same roster gives the same bytes.
    """
    words = words_of(campaign)
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    import xlsxwriter

    book = xlsxwriter.Workbook(target, options)
    heading = roster_heading(roster, words)
    book.set_properties({"title": heading, "created": roster.until.astimezone(UTC).replace(tzinfo=None)})
    sheets = _Sheets(book, Formats(book), words, heading)
    write_cover(sheets.add(words.say("sheet.cover")), book, sheets.formats, roster, words, for_organiser=for_organiser)
    if for_organiser:
        attention = sheets.add(words.say("sheet.attention"))
        waiting = (*roster.attention, *roster.questioned)
        sheets.fill(attention, attention_columns(campaign, words), waiting, empty="sheet.no-attention")
    bundled = None if for_organiser else paths(roster, campaign)
    for section in roster.sections:
        _write_section(sheets, roster, section, campaign, bundled)
    if not roster.is_selection:
        _write_cumulative(sheets, roster, campaign)
    book.close()
    return target.getvalue()


def _write_section(
    sheets: _Sheets,
    roster: Roster,
    section: Section,
    campaign: Campaign,
    bundled: Mapping[str, tuple[BundleFile, ...]] | None,
) -> None:
    columns = roster_columns(roster, section, campaign, sheets.words, bundled)

    def tone(row: RosterRow, column: Column[RosterRow]) -> Tone:
        return Tone.CHANGED if column.field is not None and column.field in row.changed else Tone.PLAIN

    empty = "sheet.no-selection" if roster.is_selection else "sheet.no-rows"
    sheets.fill(sheets.add(section.category.name), columns, section.rows, tone=tone, empty=empty)


def _write_cumulative(sheets: _Sheets, roster: Roster, campaign: Campaign) -> None:
    rows = [(section, row) for section in roster.sections for row in section.cumulative]
    tones = {Standing.NEW: Tone.NEW, Standing.CORRECTION: Tone.CHANGED, Standing.GONE: Tone.GONE}

    def tone(one: tuple[Section, RosterRow], column: Column[tuple[Section, RosterRow]]) -> Tone:
        own = tones.get(one[1].standing, Tone.PLAIN)
        return Tone.PLAIN if own is Tone.NEW and not column.shows_standing else own

    columns = cumulative_columns(campaign, sheets.words)
    sheets.fill(sheets.add(sheets.words.say("sheet.cumulative")), columns, rows, tone=tone)


class _Sheets:
    """Adds sheets of one look to a workbook and fills them column by column."""

    def __init__(self, book: Any, formats: Formats, words: Words, heading: str) -> None:
        self.book, self.formats, self.words, self.heading = book, formats, words, heading
        self._names = {"history"}  # Excel keeps that one for itself

    def add(self, name: str) -> Any:
        """A sheet set up for print: A4 landscape, title above and page numbers below."""
        sheet = self.book.add_worksheet(self._free_name(name))
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.6)
        sheet.center_horizontally()
        sheet.set_header("&L" + _print_text(self.heading)[:180] + "&R" + _print_text(name)[:50])
        sheet.set_footer("&C" + self.words.say("sheet.page", page="&P", pages="&N"))
        return sheet

    def fill(
        self,
        sheet: Any,
        columns: Sequence[Column[Row]],
        rows: Sequence[Row],
        *,
        tone: Callable[[Row, Column[Row]], Tone] = lambda _row, _column: Tone.PLAIN,
        empty: str = "sheet.no-rows",
    ) -> None:
        """Headings, rows, filter, frozen head, widths and drop-downs; `empty` is the sentence for no rows."""
        shown = [[_text(column.value(row), self.words) for column in columns] for row in rows]
        widths = [_width(column, [line[at] for line in shown]) for at, column in enumerate(columns)]
        for at, column in enumerate(columns):
            sheet.set_column(at, at, widths[at])
            sheet.write_string(0, at, printable(column.heading), self.formats.heading)
            if column.choices:
                choices = {"validate": "list", "source": list(column.choices), "ignore_blank": True}
                sheet.data_validation(1, at, max(len(rows), 1), at, choices)
        for below, row in enumerate(rows, start=1):
            sheet.set_row(below, _height(shown[below - 1], widths))
            for at, column in enumerate(columns):
                look = self.formats.cell(column.look, tone(row, column))
                self._write(sheet, (below, at), column, row, look)
        if not rows:
            sheet.write_string(1, 0, self.words.say(empty), self.formats.remark)
        sheet.set_row(0, _height([column.heading for column in columns], widths) + 8)
        frozen = 1 + next(at for at, column in enumerate(columns) if column.is_name)
        across = math.ceil(sum(widths) / PAGE_WIDTH)
        sheet.fit_to_pages(across, 0)
        if across > 1:
            sheet.repeat_columns(0, frozen - 1)
        sheet.repeat_rows(0)
        sheet.freeze_panes(1, frozen)
        sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)

    def _write(self, sheet: Any, cell: tuple[int, int], column: Column[Row], row: Row, look: Any) -> None:
        value = column.value(row)
        link = column.link(row) if column.link else None
        if value is None or value == "":
            sheet.write_blank(*cell, None, look)
        elif isinstance(value, int | float) and abs(value) < MOST_DIGITS:
            sheet.write_number(*cell, value, look)
        elif link is not None:
            sheet.write_url(*cell, f"external:{link}", self.formats.link, _text(value, self.words))
        else:
            sheet.write_string(*cell, _text(value, self.words), look)

    def _free_name(self, name: str) -> str:
        """A name Excel takes: 31 characters, some signs not, and no two alike."""
        base = _NOT_IN_SHEET_NAMES.sub(" ", printable(name)).strip() or "-"
        free, count = base[:31], 1
        while free.casefold() in self._names:
            count += 1
            free = f"{base[:27]} ({count})"
        self._names.add(free.casefold())
        return free


def _text(value: Value | None, words: Words) -> str:
    return printable(words.value(value))[:LONGEST_CELL]


def _print_text(text: str) -> str:
    """`text` for a page's head, where & begins a code."""
    return printable(text).replace("&", "&&")


def _width(column: Column[Any], cells: list[str]) -> float:
    """Wide enough for the widest line within the column's bounds; a heading may break over two lines."""
    lines = [line for cell in cells for line in cell.split("\n")]
    widest = max([_columns_of(column.heading) / 2 + 2, *(_columns_of(line) + 2 for line in lines)])
    return float(min(max(widest, column.width[0]), column.width[1]))


def _height(cells: list[str], widths: list[float]) -> float:
    """Points for the tallest cell, its lines wrapped; not every program works it out when it opens the file."""
    lines = max(
        sum(max(1, math.ceil(_columns_of(line) / (width - 0.5))) for line in cell.split("\n"))
        for cell, width in zip(cells, widths, strict=True)
    )
    return min(TALLEST_ROW, LINE_HEIGHT * lines + 6)


def _columns_of(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
