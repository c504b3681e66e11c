"""Reads a registration form by its labels, wherever people moved them.

A value stands right of its label, under it (as the blank form has it, or below a row of headings), or in the label's
own cell after a colon or on the next line. Neighbouring labels and printed notes are never values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from mailflow.documents.grid import Grid, GridCell, Sheet
from mailflow.documents.labels import FormWords, Vocabulary, keys_of, vocabulary
from mailflow.documents.reading import collect, is_long
from mailflow.documents.sections import FEWEST_LABELS, Section, sections
from mailflow.documents.titles import categories_in_title
from mailflow.documents.values import squeeze
from mailflow.model.campaign import Campaign
from mailflow.model.facts import FormReading
from mailflow.model.form import Combine, Field, FieldKind

FEWEST_UNDER_A_TITLE = 2
TITLE_WEIGHT = 6
_BETWEEN = " \t\u3000\r\n，,；;、"
"""What parts one value from the next label where several stand in a line."""
HEADINGS = 3
"""So many labels side by side make a row of headings."""


@dataclass(frozen=True, slots=True)
class Inline:
    """A value behind its label in the same text. In running lines (`in_lines`) it ends with the line."""

    key: str
    text: str
    in_lines: bool


@dataclass(slots=True)
class Findings:
    """Where the words of a section stand: label cells by key, and values behind a label in the same text."""

    cells: dict[str, list[GridCell]] = field(default_factory=dict)
    inline: list[Inline] = field(default_factory=list)
    fixed: set[int] = field(default_factory=set)
    heading_rows: frozenset[int] = frozenset()

    def number_of(self, form: FormWords) -> int:
        """How many fields of `form` have a label here."""
        keys = {*self.cells, *(one.key for one in self.inline)}
        return sum(not keys.isdisjoint(labels) for labels in form.keys.values())


def read_forms(sheet: Sheet, campaign: Campaign) -> tuple[FormReading, ...]:
    """All forms that stand in `sheet`, in order, empty ones too; a list of several people is none."""
    words = vocabulary(campaign)
    readings = (_read_section(section, words, campaign) for section in sections(sheet, words))
    return tuple(one for one in readings if one is not None)


def read_form(sheet: Sheet, campaign: Campaign) -> FormReading | None:
    """The form that stands in `sheet`, None where there is none.

    Where it holds several (a whole announcement with one form filled in), the one with most values.
    """
    return fullest(read_forms(sheet, campaign))


def fullest(readings: Sequence[FormReading]) -> FormReading | None:
    """The reading with most values, the first of equals."""
    return max(readings, key=lambda one: len(one.fields) + len(one.invalid), default=None)


def _read_section(section: Section, words: Vocabulary, campaign: Campaign) -> FormReading | None:
    found = _find(section, words)
    if _is_roster(section.grid, found):
        return None
    categories = categories_in_title([*section.before, *section.top()], words)
    titled = {campaign.category(one).form for one in categories}
    best = max(words.forms, key=lambda form: _fit(form, found, titled), default=None)
    if best is None:
        return None
    count = found.number_of(best)
    fewest = FEWEST_UNDER_A_TITLE if best.form.id in titled else FEWEST_LABELS
    if count < min(fewest, len(best.form.fields)):
        return None
    texts = {one.id: _texts(one, best, section.grid, found) for one in best.form.fields}
    everything = [*section.before, *(cell.text for cell in section.grid.cells), *section.after]
    read = collect(best, texts, everything, campaign.opens.astimezone(campaign.zone).year)
    return FormReading(best.form.id, categories, read.fields, read.invalid, read.lengths)


def _find(section: Section, words: Vocabulary) -> Findings:
    found = Findings()
    for cell in section.grid.cells:
        keys = [key for key in keys_of(cell.text) if key in words.fixed]
        for key in keys:
            found.cells.setdefault(key, []).append(cell)
        inline = [] if keys or not cell.text else words.inline_values(cell.text)
        found.inline += [Inline(key, text, in_lines=False) for key, text in inline]
        if keys or inline:
            found.fixed.add(id(cell))
    lines = "\n".join((*section.before, *section.after))
    found.inline += [Inline(key, text, in_lines=True) for key, text in words.inline_values(lines)]
    found.heading_rows = frozenset(_heading_rows(section.grid, found))
    return found


def _heading_rows(grid: Grid, found: Findings) -> Iterator[int]:
    """Rows that hold labels nearly only, and above a row without any."""
    labels: dict[int, int] = {}
    all_cells: dict[int, int] = {}
    for cell in grid.cells:
        all_cells[cell.row] = all_cells.get(cell.row, 0) + 1
        labels[cell.row] = labels.get(cell.row, 0) + (id(cell) in found.fixed)
    for row, count in labels.items():
        if count >= HEADINGS and count * 10 >= all_cells[row] * 6 and labels.get(row + 1) == 0:
            yield row


def _is_roster(grid: Grid, found: Findings) -> bool:
    """A row of headings with more than one filled row under it is a list of people, not a form."""
    for row in found.heading_rows:
        filled = {
            cell.row
            for cell in grid.cells
            if cell.row > row and cell.text.strip() and id(cell) not in found.fixed and cell.column > 0
        }
        if row + 2 in filled and row + 1 in filled:
            return True
    return False


def _fit(form: FormWords, found: Findings, titled: Iterable[str]) -> int:
    """How well the form fits: labels found count for it, labels it lacks against it."""
    return 2 * found.number_of(form) - len(form.form.fields) + (TITLE_WEIGHT if form.form.id in titled else 0)


def _texts(one: Field, form: FormWords, grid: Grid, found: Findings) -> list[str]:
    """The texts that stand for a field, hints taken out: of the cells at its labels, else behind its label."""
    texts: list[str] = []
    for label in _labels(one, form, found):
        texts += [_without_hints(text, one, form) for text in _at_label(label, one, form, grid, found)]
    if not any(map(_says_something, texts)):
        texts = [_without_hints(text, one, form) for text in _inline(one, form, found)]
    return [text for text in texts if _says_something(text)]


def _labels(one: Field, form: FormWords, found: Findings) -> list[GridCell]:
    own = [cell for key in form.keys[one.id] for cell in found.cells.get(key, ())]
    if one.beside is None:
        return own
    anchors = [cell for key in form.keys.get(one.beside, ()) for cell in found.cells.get(key, ())]
    return [cell for cell in own if any(a.row < cell.row + cell.down and cell.row < a.row + a.down for a in anchors)]


def _at_label(label: GridCell, one: Field, form: FormWords, grid: Grid, found: Findings) -> list[str]:
    """What stands at one label: on the side where the form has the room, else on the other one."""
    right = _right(label, one, grid, found)
    under = _under(label, one, grid, found, long=is_long(one, form))
    if label.row in found.heading_rows:
        return under
    if one.id in form.under:
        return under if any(map(_says_something, under)) else right
    return right or under


def _right(label: GridCell, one: Field, grid: Grid, found: Findings) -> list[str]:
    if one.combine is not Combine.FIRST:
        return [cell.text for cell in _until_fixed(grid.right_of(label), found)]
    firsts: dict[int, GridCell] = {}
    for row in range(label.row, label.row + label.down):
        cell = grid.at(row, label.column + label.across)
        if cell is not None and id(cell) not in found.fixed:
            firsts[id(cell)] = cell
    texts = [cell.text for cell in firsts.values()]
    boxes = [cell.text.strip() for cell in _until_fixed(grid.right_of(label), found)]
    if one.kind in (FieldKind.DIGITS, FieldKind.MOBILE) and len(boxes) > 5 and all(len(text) <= 1 for text in boxes):
        return ["".join(boxes)]
    return texts


def _under(label: GridCell, one: Field, grid: Grid, found: Findings, *, long: bool) -> list[str]:
    """The cell below; of a long text or several values all the cells below, up to the next label."""
    texts: list[str] = []
    cell = grid.under(label)
    while cell is not None and id(cell) not in found.fixed:
        texts.append(cell.text)
        if one.combine is Combine.FIRST and not long:
            break
        cell = grid.under(cell)
    return ["\n".join(texts)] if texts and one.combine is Combine.FIRST else texts


def _until_fixed(cells: Iterable[GridCell], found: Findings) -> Iterator[GridCell]:
    for cell in cells:
        if id(cell) in found.fixed:
            return
        yield cell


def _inline(one: Field, form: FormWords, found: Findings) -> list[str]:
    """What stands behind the field's label in the same text; a `beside` field's right after its anchor."""
    own = set(form.keys[one.id])
    hits = found.inline
    if one.beside is not None:
        anchors = set(form.keys.get(one.beside, ()))
        hits = [after for anchor, after in pairwise(found.inline) if anchor.key in anchors]
    texts = (
        hit.text.split("\n", 1)[0] if hit.in_lines and not is_long(one, form) else hit.text
        for hit in hits
        if hit.key in own
    )
    return [text if is_long(one, form) else text.rstrip(_BETWEEN) for text in texts]


def _without_hints(text: str, one: Field, form: FormWords) -> str:
    if not text or squeeze(text) in form.blanks:
        return ""
    if one.kind is FieldKind.DATE:  # what is printed ("年 月 日") is part of the value, once it is filled in
        return text
    for hint in form.hints.get(one.id, ()):
        text = hint.sub("", text)
    return text


def _says_something(text: str) -> bool:
    return any(map(str.isalnum, text))
