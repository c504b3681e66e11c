"""Cuts what was seen on a page into rows, and the rows into labels and the texts between them.

Whoever reads a picture joins a label with its value, or parts it in two, as the gaps happen to be: so labels are
sought in whole rows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from mailflow.documents.values import squeeze
from mailflow.model.sight import Line

MOST_LINES = 600
"""More lines than any page has that is read here."""
LONGEST_LINE = 500
MOST_LETTERS = 20_000
_SAME_ROW = 0.5
"""Lines that overlap by so much of the lower one's height stand in one row."""
_GAP = "\t"
_GLUED = re.compile(r"[\d,.]+")
"""The value of one label, with the next label right behind it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A text and its place. `label` is its squeezed spelling where it is a label.

    `tight`: it is a label only if the letters that follow it without a gap belong to its value.
    """

    text: str
    left: float
    top: int
    right: float
    bottom: int
    label: str | None = None
    tight: bool = False

    @property
    def height(self) -> int:
        """How high it is, one pixel at least."""
        return max(1, self.bottom - self.top)


Row = tuple[Line, ...]


def rows(lines: Iterable[Line]) -> tuple[Row, ...]:
    """The lines in rows from top to bottom, each from left to right; their texts in NFKC, empty ones left out."""
    found: list[list[Line]] = []
    for line in sorted(_readable(lines), key=lambda one: one.top + one.bottom):
        if found and _in_row(line, found[-1]):
            found[-1].append(line)
        else:
            found.append([line])
    return tuple(tuple(sorted(row, key=lambda one: one.left)) for row in found)


def row_text(row: Row) -> str:
    """A row as text, with gaps where lines meet."""
    return _GAP.join(line.text for line in row)


def label_pattern(labels: Iterable[str], *, within: bool = False) -> re.Pattern[str]:
    """Finds any of `labels` where a word begins, whatever gaps are in it; longer ones first.

    `within`: in running text also within a word, where a colon follows.
    """
    spellings = {unicodedata.normalize("NFKC", label) for label in labels}
    known = sorted(filter(squeeze, spellings), key=lambda label: (-len(label), label))
    if not known:
        return re.compile(r"(?!)")
    one_of = "|".join(r"\s*".join(re.escape(c) for c in label if not c.isspace()) for label in known)
    at_a_word = rf"(?<![^\W\d_])({one_of})(?![A-Za-z])(\s*:?\s*)"
    with_colon = rf"(?<![A-Za-z])({one_of})(\s*:\s*)" if within else "(?!)()()"
    return re.compile(f"{at_a_word}|{with_colon}", re.I)


def pieces(found: Sequence[Row], labels: re.Pattern[str]) -> tuple[Piece, ...]:
    """The labels of the rows and the texts before, between and behind them, in the order of the page."""
    return tuple(piece for row in found for piece in _pieces_of(row, labels))


def overlap(start: float, end: float, other_start: float, other_end: float) -> float:
    """How much of the shorter of two stretches lies within the other, 0 to 1."""
    shorter = max(1.0, min(end - start, other_end - other_start))
    return max(0.0, min(end, other_end) - max(start, other_start)) / shorter


def _readable(lines: Iterable[Line]) -> Iterator[Line]:
    letters = 0
    for number, line in enumerate(lines):
        text = unicodedata.normalize("NFKC", line.text[:LONGEST_LINE]).replace(_GAP, " ").strip()
        letters += len(text)
        if number >= MOST_LINES or letters > MOST_LETTERS:
            return
        if text:
            yield Line(text, line.left, line.top, line.right, line.bottom, line.score)


def _in_row(line: Line, row: Sequence[Line]) -> bool:
    """Whether a line stands in the row of those before it, measured at the nearest of them."""
    nearest = min(row, key=lambda one: abs(one.left - line.left))
    apart = line.left >= nearest.right or nearest.left >= line.right
    return apart and overlap(line.top, line.bottom, nearest.top, nearest.bottom) >= _SAME_ROW


def _pieces_of(row: Row, labels: re.Pattern[str]) -> Iterator[Piece]:
    text = row_text(row)
    place = 0
    for match in labels.finditer(text):
        if text[match.start() - 1 : match.start()].isdigit() and not (
            place and _GLUED.fullmatch(text[place : match.start()])
        ):
            continue  # 2019年度积分 is another label than 年度积分
        yield from _texts(row, text, place, match.start())
        label, colon = (1, 2) if match[1] is not None else (3, 4)
        tight = not match[colon] and text[match.end() : match.end() + 1].isalpha()
        for piece in _texts(row, text, *match.span(label), whole=True):
            yield replace(piece, label=squeeze(match[label]), tight=tight)
        place = match.end()
    yield from _texts(row, text, place, len(text))


def _texts(row: Row, text: str, start: int, end: int, *, whole: bool = False) -> Iterator[Piece]:
    """The part of a row's text from `start` to `end` with its place: a piece for each line, or one as a `whole`."""
    parts: list[Piece] = []
    offset = 0
    for line in row:
        first, last = max(start - offset, 0), min(end - offset, len(line.text))
        if first < last and (part := line.text[first:last].strip()):
            parts.append(Piece(part, _x(line, first), line.top, _x(line, last), line.bottom))
        offset += len(line.text) + 1
    if not whole or not parts:
        yield from parts
        return
    top, bottom = min(one.top for one in parts), max(one.bottom for one in parts)
    yield Piece(text[start:end], parts[0].left, top, parts[-1].right, bottom)


def _x(line: Line, place: int) -> float:
    """Where the letter at `place` begins: a Chinese one is twice as wide as a digit."""
    widths = [2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line.text]
    return line.left + (line.right - line.left) * sum(widths[:place]) / max(1, sum(widths))
