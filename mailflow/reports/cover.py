"""The workbook's first sheet: what the report says in all, as a table and a chart, and how to read the rest."""

from __future__ import annotations

from typing import Any

from mailflow.model.campaign import Quota
from mailflow.reports.columns import Look
from mailflow.reports.formats import ACCENT, PALE, Formats
from mailflow.reports.roster import Roster
from mailflow.reports.rows import Section
from mailflow.reports.words import Words, printable

TABLE_AT = 3
_WIDTHS = (24, 12, 12, 12, 44)


def write_cover(sheet: Any, book: Any, formats: Formats, roster: Roster, words: Words, *, for_organiser: bool) -> None:
    """Fills `sheet`: title, time covered, a table by category with a chart, and notes on the columns."""
    for at, width in enumerate(_WIDTHS):
        sheet.set_column(at, at, width)
    sheet.hide_gridlines(2)
    sheet.fit_to_pages(1, 1)
    series = words.say("letter.series", series=roster.series) if roster.series else ""
    sheet.set_row(0, 34)
    sheet.write_string(0, 0, printable(series + roster.title), formats.title)
    sheet.write_string(1, 0, words.say("cover.span", span=time_covered(roster, words)), formats.remark)
    below = _table(sheet, formats, roster, words)
    if roster.sections:
        sheet.insert_chart(below + 1, 0, _chart(book, sheet, roster, words), {"object_position": 2})
    notes_at = below + 2 + _chart_rows(roster)
    for at, note in enumerate(_notes(roster, words, for_organiser=for_organiser)):
        sheet.merge_range(notes_at + at, 0, notes_at + at, len(_WIDTHS) - 1, "", formats.paragraph)
        sheet.write_string(notes_at + at, 0, f"· {note}", formats.paragraph)
        sheet.set_row(notes_at + at, 18 * (1 + len(note) // 62))


def roster_heading(roster: Roster, words: Words) -> str:
    """The title over every page: issue, title and the time covered."""
    series = words.say("letter.series", series=roster.series) if roster.series else ""
    return f"{series}{roster.title} {time_covered(roster, words)}"


def time_covered(roster: Roster, words: Words) -> str:
    """The time a report covers; a selection holds everything up to its end."""
    return words.span(None if roster.is_selection else roster.since, roster.until)


def _table(sheet: Any, formats: Formats, roster: Roster, words: Words) -> int:
    """Writes the table by category; gives the first free row below it."""
    kind = "selection" if roster.is_selection else "roster"
    keys = ("category", f"{kind}.first", f"{kind}.second", f"{kind}.third", "quota")
    sheet.set_row(TABLE_AT, 22)
    for at, key in enumerate(keys):
        sheet.write_string(TABLE_AT, at, words.say(f"cover.{key}"), formats.heading)
    centre, text = formats.cell(Look.COUNT), formats.cell(Look.TEXT)
    below = TABLE_AT
    for section in roster.sections:
        below += 1
        sheet.set_row(below, 20)
        sheet.write_string(below, 0, printable(section.category.name), text)
        for at, number in enumerate(_figures(roster, section), start=1):
            sheet.write_number(below, at, number, centre)
        sheet.write_string(below, 4, _quota(section.category.quota, words), text)
    below += 1
    sheet.set_row(below, 20)
    sheet.write_string(below, 0, words.say("cover.sum"), formats.total)
    for at in range(3):
        total = sum(_figures(roster, section)[at] for section in roster.sections)
        sheet.write_number(below, at + 1, total, formats.total)
    sheet.write_blank(below, 4, None, formats.total)
    return below + 1


def _figures(roster: Roster, section: Section) -> tuple[int, int, int]:
    """New, corrected and cumulative; in a selection: ready, waiting, and both."""
    if not roster.is_selection:
        return section.new, section.corrections, section.total
    waiting = sum(one.entry.category == section.category.id for one in roster.attention)
    return len(section.rows), waiting, len(section.rows) + waiting


def _quota(quota: Quota | None, words: Words) -> str:
    if quota is None:
        return words.say("quota.none")
    key = "quota.each-period" if quota.per_period else "quota.in-all"
    return words.say(key, number=quota.number, whose=quota.whose)


def _chart(book: Any, sheet: Any, roster: Roster, words: Words) -> Any:
    chart = book.add_chart({"type": "bar"})
    first, last = TABLE_AT + 1, TABLE_AT + len(roster.sections)
    for column, colour in ((3, PALE), (1, ACCENT)):
        chart.add_series(
            {
                "name": [sheet.name, TABLE_AT, column],
                "categories": [sheet.name, first, 0, last, 0],
                "values": [sheet.name, first, column, last, column],
                "fill": {"color": colour},
                "gap": 60,
                "overlap": 0,
                "data_labels": {"value": True},
            }
        )
    chart.set_title({"name": words.say("cover.chart"), "name_font": {"size": 12}, "overlay": False})
    chart.set_y_axis({"reverse": True, "line": {"none": True}})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 753, "height": 20 * _chart_rows(roster) - 10})
    return chart


def _chart_rows(roster: Roster) -> int:
    return 5 + 3 * len(roster.sections)


def _notes(roster: Roster, words: Words, *, for_organiser: bool) -> list[str]:
    copy = "organiser" if for_organiser else "platform"
    kind = "selection" if roster.is_selection else "roster"
    notes = [*words.lines(f"notes.{kind}"), *words.lines(f"notes.{copy}"), *words.lines("notes.always")]
    for section in roster.sections:
        name = section.category.name
        notes += [words.say("mark.about", topic=name, text=note) for note in section.category.reviewer_notes]
    return [printable(one) for one in notes]
