"""What a picture shows: which of the campaign's pages it is, and the values that stand at the labels on it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from mailflow.documents.beside import Board, Stand
from mailflow.documents.days import days_in
from mailflow.documents.pieces import Row, label_pattern, pieces, row_text, rows
from mailflow.documents.values import read_value, squeeze
from mailflow.errors import ReadRefused
from mailflow.model.campaign import Campaign
from mailflow.model.facts import Role, Shown, Value
from mailflow.model.form import Field
from mailflow.model.picture import Picture
from mailflow.model.sight import Page

FEW_LETTERS = 20
"""A picture with fewer letters in it is of something else than a page of text."""
HEADINGS = 4
"""So many labels side by side, with little between them, are the headings of a list."""
_LONGEST_SEARCHED = 5_000


def read_screen(page: Page, campaign: Campaign) -> Shown:
    """Which page a picture shows, and its values. `blurred`: what is missing in it may stand there all the same."""
    found = rows(page.lines)
    picture = page_in(found, campaign.pictures)
    if picture is None or _lists_people(picture, found):
        return Shown(Role.UNKNOWN, blurred=page.blurred)
    values, misread = _values(picture, found, campaign.opens.astimezone(campaign.zone).year)
    return Shown(picture.role, values, page.blurred or misread)


def has_few_words(page: Page) -> bool:
    """Whether hardly anything is written on it: a photograph of people or things, if it is sharp."""
    return sum(len(squeeze(line.text)) for line in page.lines) < FEW_LETTERS


def page_in(found: Sequence[Row], pictures: Iterable[Picture]) -> Picture | None:
    """The known page of which most marks stand in these rows, the first of equals; None where no page has enough."""
    texts = [row_text(row).replace("\t", " ").casefold() for row in found]
    best, most = None, 0
    for picture in pictures:
        count = _marks(picture.marks, texts)
        if count >= picture.fewest and count > most:
            best, most = picture, count
    return best


def _lists_people(picture: Picture, found: Sequence[Row]) -> bool:
    """Whether a row of headings stands on it: a list of several people, and no page of one."""
    labels = label_pattern(label for one in picture.fields for label in one.labels)
    for row in found:
        cut = pieces([row], labels)
        headings = sum(piece.label is not None for piece in cut)
        if headings >= HEADINGS and headings * 2 > len(cut):
            return True
    return False


def _marks(marks: Iterable[str], texts: Sequence[str]) -> int:
    """How many of the marks stand in the texts; one within a longer one is not counted by itself."""
    whole, squeezed = "\n".join(texts), "\n".join(map(squeeze, texts))
    count = 0
    for mark in sorted(marks, key=len, reverse=True):
        word = unicodedata.normalize("NFKC", mark).casefold()
        if word.isascii():
            whole, times = re.subn(rf"(?<![a-z]){re.escape(word)}(?![a-z])", "\n", whole)
        else:
            times = squeezed.count(squeeze(word))
            squeezed = squeezed.replace(squeeze(word), "\n")
        count += times > 0
    return count


def _values(picture: Picture, found: Sequence[Row], year: int) -> tuple[Mapping[str, Value], bool]:
    """The values on a page, and whether at one of its labels stands what cannot be read as its value."""
    text = "\n".join(row_text(row) for row in found)[:_LONGEST_SEARCHED]
    labels = label_pattern(label for one in picture.fields for label in one.labels)
    board = Board(pieces(found, labels), picture.fields)
    values: dict[str, Value] = {}
    misread = False
    for one in picture.fields:
        read = _by_labels(one, board.stands(one), year) if one.labels else _Read()
        if not read.values and one.pattern is not None:
            read = _by_pattern(one, one.pattern, text, year)
        elif not one.labels and one.pattern is None:
            read = _Read(set(days_in(text.replace("\t", " "), year)))
        misread |= not read.values and read.misread
        if len(read.values) == 1:
            values[one.id] = read.values.pop()
    return values, misread


class _Read:
    """The different values that were read for one field: one is what it shows, several contradict each other."""

    def __init__(self, values: Iterable[Value] = (), *, misread: bool = False) -> None:
        self.values = set(values)
        self.misread = misread


def _by_labels(one: Field, found: Iterable[Stand], year: int) -> _Read:
    """The values at a field's labels. Those that a label has for itself count before those in one word with it."""
    loose, tight, misread = set[Value](), set[Value](), False
    for stand in found:
        value, refused = _first_value(one, stand, year)
        misread |= refused
        if value is not None:
            (tight if stand.tight else loose).add(value)
    return _Read(loose or tight, misread=misread)


def _first_value(one: Field, stand: Stand, year: int) -> tuple[Value | None, bool]:
    """The first text of a stand that is a value, and whether one with digits was refused before."""
    refused = False
    for text in stand.texts:
        try:
            value = read_value(text, one.kind, year)
        except ReadRefused:
            refused |= any(map(str.isdigit, text))
            continue
        if value is not None:
            return value, False
    return None, refused


def _by_pattern(one: Field, pattern: str, text: str, year: int) -> _Read:
    read = _Read()
    for match in re.finditer(pattern, text):
        try:
            value = read_value(match[1] or "", one.kind, year)
        except ReadRefused:
            read.misread = True
            continue
        read.values |= set() if value is None else {value}
    return read
