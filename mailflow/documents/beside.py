"""Where the value of a label stands on a page: behind it, under it or above it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from mailflow.documents.pieces import Piece, overlap
from mailflow.documents.values import one_line, squeeze
from mailflow.model.form import Field, FieldKind

MOST_PIECES = 400
_ARROWS = " \t>›〉》→"
"""What ends a row that can be touched."""
_NUMBER_GOES_ON = re.compile(r"[\d零〇一二三四五六七八九十百千万亿两A-Za-z]")
_LEADING_DIGITS = re.compile(r"([\d\s-]+)(?=[^\dA-Za-z]+$)")
_MOST_WRAPPED = 3
_NEAR = 2.0
"""Farther than so many of its heights nothing belongs to a label that stands under or above it."""
_WORD_GAP = 1.5
"""So many heights part a text from what else stands in its row, such as a button."""
_CLEARLY = 2
"""So many more labels have their values on one side: then a text on that side is one too. Any words are a text."""
_SAME_LINE = 0.25
_SAME_COLUMN = 0.3


@dataclass(frozen=True, slots=True)
class Stand:
    """One label's value: the texts to be tried for it, the fullest first. `tight` as in Piece."""

    texts: tuple[str, ...]
    tight: bool


class Board:
    """A page cut into pieces, on which the values of fields are sought."""

    def __init__(self, cut: Sequence[Piece], fields: Sequence[Field]) -> None:
        self._cut = tuple(cut[:MOST_PIECES])
        self._labels = [piece for piece in self._cut if piece.label is not None]
        self._fields = fields

    def stands(self, one: Field) -> Iterator[Stand]:
        """What stands at each label of a field."""
        is_text = one.kind is FieldKind.TEXT
        for label in self._labels_of(one):
            if behind := self._behind(label, is_text=is_text):
                yield Stand(_texts(behind, one), label.tight)
            elif not is_text or (not self._is_list and abs(self._leans) >= _CLEARLY):
                yield from (Stand(_texts([piece], one), tight=False) for piece in self._in_column(label))

    def _labels_of(self, one: Field) -> list[Piece]:
        """The labels of a field. One that other fields have too is its own only beside the field it belongs to."""
        keys = _keys(one)
        mine = [piece for piece in self._labels if piece.label in keys]
        if one.beside is None:
            return mine
        shared = {key for other in self._fields if other is not one for key in _keys(other)}
        return [piece for piece in mine if piece.label not in shared or self._neighbour(piece) == one.beside]

    @cached_property
    def _anchors(self) -> dict[str, str]:
        """The ids of the fields beside which others stand, by their labels."""
        beside = {one.beside for one in self._fields}
        return {key: one.id for one in self._fields if one.id in beside for key in _keys(one)}

    def _neighbour(self, label: Piece) -> str | None:
        """The field to which a label belongs: the one before it in its row, else the nearest one over it.

        A label that stands on the page less often than there are fields for it is under none of them for sure.
        """
        known = [piece for piece in self._labels if piece.label in self._anchors]
        before = [one for one in known if one.right <= label.left + label.height and _in_line(one, label)]
        nearest = max(before, key=lambda one: one.left, default=None)
        fields = {self._anchors[one.label] for one in known if one.label is not None}
        if nearest is None and sum(one.label == label.label for one in self._labels) >= len(fields):
            over = [one for one in known if one.bottom <= label.top + label.height / 2 and _in_column(one, label)]
            nearest = max(over, key=lambda one: one.top, default=None)
        return self._anchors[nearest.label] if nearest is not None and nearest.label is not None else None

    def _behind(self, label: Piece, *, is_text: bool) -> list[Piece]:
        """What stands right of a label, up to the next label; a text with the lines it wraps into."""
        line = [one for one in self._cut if one is not label and one.left >= label.right - 1 and _in_line(one, label)]
        end = min((one.left for one in line if one.label is not None), default=float("inf"))
        found = [one for one in line if one.label is None and one.left < end and one.text.strip(_ARROWS)]
        found.sort(key=lambda one: one.left)
        if not is_text or not found:
            return found
        found = _first_words(found)
        for _ in range(_MOST_WRAPPED):
            more = next((one for one in self._cut if one not in found and self._goes_on(found[-1], one, label)), None)
            if more is None:
                break
            found.append(more)
        return found

    def _goes_on(self, upper: Piece, lower: Piece, label: Piece) -> bool:
        """Whether `lower` is the next line of the label's wrapped text: close under it, with nothing else before it."""
        return (
            lower.label is None
            and -upper.height / 2 < lower.top - upper.bottom < upper.height * 0.7
            and lower.top > upper.top
            and overlap(lower.left, lower.right, upper.left, upper.right) > 0.5
            and not any(
                _in_line(one, lower) and (one.label is not None or one.right <= lower.left)
                for one in self._cut
                if one is not label and one is not lower
            )
        )

    @cached_property
    def _is_list(self) -> bool:
        """Whether labels have their values behind them, so that what stands under one belongs to something else."""
        return any(self._behind(one, is_text=False) for one in self._labels)

    @cached_property
    def _leans(self) -> int:
        """Above 0 where the page has its values above their labels, below 0 where under them, 0 where it tells not."""
        return sum((self._above(one) is not None) - (self._under(one) is not None) for one in self._labels)

    def _in_column(self, label: Piece) -> list[Piece]:
        """The text under or above a label; nothing where there are both and the page does not tell which it is."""
        under, above = self._under(label), self._above(label)
        if under is not None and above is not None:
            return [] if self._leans == 0 else [above if self._leans > 0 else under]
        return [one for one in (under, above) if one is not None]

    def _under(self, label: Piece) -> Piece | None:
        below = [one for one in self._cut if one.top >= label.bottom - label.height / 2]
        return _nearest(label, below, lambda one: one.top - label.bottom)

    def _above(self, label: Piece) -> Piece | None:
        over = [one for one in self._cut if one.bottom <= label.top + label.height / 2]
        return _nearest(label, over, lambda one: label.top - one.bottom)


def _nearest(label: Piece, found: Iterable[Piece], distance: Callable[[Piece], float]) -> Piece | None:
    """The nearest text in the label's column, None where it is another label or far."""
    column = (one for one in found if one is not label and _in_column(one, label))
    nearest = min(column, key=distance, default=None)
    if nearest is None or nearest.label is not None or distance(nearest) > _NEAR * label.height:
        return None
    return nearest


def _keys(one: Field) -> set[str]:
    return {squeeze(label) for label in one.labels}


def _first_words(found: Sequence[Piece]) -> list[Piece]:
    """The pieces of the topmost line, up to the first wide gap."""
    top = min(found, key=lambda one: one.top)
    line = [one for one in found if one is top or overlap(one.top, one.bottom, top.top, top.bottom) >= 0.5]
    words = [line[0]]
    for piece in line[1:]:
        if piece.left - words[-1].right > _WORD_GAP * piece.height:
            break
        words.append(piece)
    return words


def _texts(found: Sequence[Piece], one: Field) -> tuple[str, ...]:
    """The texts to try: all of them; the first alone where no number goes on behind it.

    A number is never put together across a wide gap: there another one begins.
    """
    texts = [piece.text.strip(_ARROWS) for piece in found]
    if one.kind is FieldKind.TEXT:
        return (one_line("\n".join(texts)),)
    near = len(_first_words(found))
    tried = ["; ".join((" ".join(texts[:near]), *texts[near:]))]
    if len(texts) > 1 and not any(map(_NUMBER_GOES_ON.search, texts[1:])):
        tried.append(texts[0])
    if one.kind is FieldKind.DIGITS and (digits := _LEADING_DIGITS.match(tried[-1])):
        tried.append(digits[1])
    return tuple(tried)


def _in_line(one: Piece, other: Piece) -> bool:
    return overlap(one.top, one.bottom, other.top, other.bottom) >= _SAME_LINE


def _in_column(one: Piece, other: Piece) -> bool:
    return overlap(one.left, one.right, other.left, other.right) >= _SAME_COLUMN
